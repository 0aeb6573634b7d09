import { type Candidates, Marks } from '../dialect/found.js';
import { isColon, isIndent, skipIndent, skipSpace, trimEnd } from '../text/space.js';
import { speakerKey } from './names.js';

/** A name up to its colon; what is set in bold is a label of another kind. */
const name = /[^\s:：\\*_][^\r\n:：\\]{0,38}?(?<![*_])(?=[ \t]*[:：])/y;

/** The marks among a caller's stops: of two units or more, and no speaker's label. */
export function marksOf(stop: readonly string[]): string[] {
  const marks = stop.map((one) => one.trim());
  return [...new Set(marks)].filter((mark) => mark.length > 1 && !/[:：\\\r\n]/.test(mark));
}

/** The name and colon that stand behind a mark. */
function labelBehind(text: string, at: number): { nameEnd: number; end: number } | undefined {
  name.lastIndex = at;
  if (at >= text.length || isIndent(text.charCodeAt(at)) || !name.test(text)) return undefined;
  const colon = skipIndent(text, name.lastIndex);
  return isColon(text.charCodeAt(colon)) ? { nameEnd: name.lastIndex, end: colon + 1 } : undefined;
}

export interface MarkedLabels {
  candidates: Candidates;
  mark: string;
  /** A mark stands in the middle of a line. */
  inline: boolean;
}

/**
 * Labels that a caller's stop stands in front of, as `||>User:` under the stop `||>`, with the labels on lines that name
 * the same speakers without it, or the system. Undefined where fewer than two labels have the mark.
 */
export function labelsBehind(text: string, mark: string, lines: Candidates): MarkedLabels | undefined {
  const marks = new Marks();
  const spellings: Candidates['spellings'] = [];
  const known = new Map<string, number>();
  const add = (label: string, key: string, handle: boolean, places: [number, number, number]): void => {
    let which = known.get(label);
    if (which === undefined) {
      which = spellings.length;
      known.set(label, which);
      spellings.push({ text: label, key, count: 0, handle });
    }
    spellings[which]!.count++;
    marks.add(which, places[0], places[1], 0, places[2]);
  };
  const found: { at: number; nameEnd: number; end: number }[] = [];
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) {
    const label = text.charCodeAt(at - 1) === 92 ? undefined : labelBehind(text, at + mark.length);
    // A mark in the name begins a label of its own.
    if (label !== undefined && !text.slice(at + mark.length, label.nameEnd).includes(mark))
      found.push({ at, ...label });
  }
  if (found.length < 2) return undefined;
  const keys = new Set(found.map(({ at, nameEnd }) => speakerKey(text.slice(at + mark.length, nameEnd))));
  let inline = false;
  let j = 0;
  const addLines = (before: number): void => {
    for (; j < lines.marks.length && lines.marks.offset(j) < before; j++) {
      const { text: label, key } = lines.spellings[lines.marks.which(j)]!;
      if (label.startsWith(mark) || !(keys.has(key) || key === 'system')) continue;
      add(label, key, false, [lines.marks.start(j), lines.marks.offset(j), lines.marks.end(j)]);
    }
  };
  for (const { at, nameEnd, end } of found) {
    addLines(at);
    let start = at;
    while (start > 0 && isIndent(text.charCodeAt(start - 1))) start--;
    const startsLine = start === 0 || /[\r\n\ufeff]/.test(text.charAt(start - 1));
    if (!startsLine) inline = true;
    const label = text.slice(at, nameEnd);
    add(label, speakerKey(label.slice(mark.length)), true, [startsLine ? start : at, at, end]);
    while (j < lines.marks.length && lines.marks.offset(j) <= at) j++;
  }
  addLines(text.length);
  return { candidates: { spellings, marks }, mark, inline };
}

/**
 * The labels on lines that a caller's stop stands in front of, on the line before or at its end, and the first of all: the
 * stop closes turns, so that these are speakers'. Undefined where there are fewer than three.
 */
export function labelsClosedBy(text: string, mark: string, lines: Candidates): Candidates | undefined {
  if (!text.includes(mark)) return undefined;
  const marks = new Marks();
  const spellings = lines.spellings.map((one) => ({ ...one, count: 0, handle: true }));
  for (let i = 0; i < lines.marks.length; i++) {
    const start = lines.marks.start(i);
    const end = trimEnd(text, 0, start);
    if (i > 0 && !text.startsWith(mark, end - mark.length)) continue;
    spellings[lines.marks.which(i)]!.count++;
    marks.add(lines.marks.which(i), start, lines.marks.offset(i), 0, lines.marks.end(i));
  }
  return marks.length < 3 ? undefined : { spellings, marks };
}

/** What closes turns in models' own formats, whoever labels them. */
const usual = [
  '</s>',
  '<|endoftext|>',
  '<|im_end|>',
  '<|im_sep|>',
  '<|end|>',
  '<|eot_id|>',
  '<|end_of_turn|>',
  '<|END|>',
  '[SEP]',
  '<eoh>',
  '<eoa>',
  '<eom>',
  '<NL>',
];

/** Marks that labels begin with in some formats, whatever the stops. Each ends in `>`, which is looked for faster. */
const starts = ['||>', '<|endoftext|>', '<NL>'];

/** The marks that labels may begin with in a text: the caller's, and those that some formats have. */
export const startingMarks = (text: string, stop: readonly string[]): string[] => [
  ...new Set([...marksOf(stop), ...(text.includes('>') ? starts : [])]),
];

/**
 * Where what a text says ends: behind its last unit that is no white space. A mark behind a colon is a part of the prompt
 * that asks for the next words (`Assistant:[SEP]`), and says nothing.
 */
export function endOfInk(text: string, stop: readonly string[]): number {
  const end = trimEnd(text, 0, text.length);
  for (const mark of [...marksOf(stop), ...usual, '<s>']) {
    if (!text.endsWith(mark) && !text.startsWith(mark, end - mark.length)) continue;
    const before = trimEnd(text, 0, end - mark.length);
    if (before > 0 && isColon(text.charCodeAt(before - 1))) return before;
  }
  return end;
}

/** A turn's content as it stands between its label and the next one. */
export interface Stretch {
  start: number;
  end: number;
}

/**
 * The mark that closes all of these turns but perhaps the last, with the line break in front of it where it stands on a
 * line of its own; '' where none does. The turns are asked for once a mark, up to the first that it does not close.
 */
export function closingMark(text: string, turns: () => Iterable<Stretch>, stop: readonly string[]): string {
  const closes = (mark: string, { start, end }: Stretch): number => {
    const at = trimEnd(text, start, end) - mark.length;
    return at >= start && text.startsWith(mark, at) && skipSpace(text, start, at) < at ? at : -1;
  };
  /** How many turns the mark closes, and how many of them on a line of its own; null where it does not close one. */
  const counted = (mark: string): { all: number; alone: number } | null => {
    let all = 0;
    let alone = 0;
    for (const turn of turns()) {
      const at = closes(mark, turn);
      if (at === -1) return null;
      all++;
      if (/[\r\n]/.test(text.charAt(at - 1))) alone++;
    }
    return all === 0 ? null : { all, alone };
  };
  for (const mark of [...marksOf(stop), ...usual]) {
    const found = counted(mark);
    if (found !== null) return found.alone * 2 > found.all ? `\n${mark}` : mark;
  }
  return '';
}
