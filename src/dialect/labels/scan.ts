import {
  afterLineEnd,
  beforeLineEnd,
  isIndent,
  skipIndent,
  skipSpace,
  textStart,
  trimEnd,
} from '../../text/space.js';
import type { Found, Scan } from '../syntax.js';
import type { OpenTurn, Turn } from '../turn.js';
import type { LabelDialect, Speaker } from '../types.js';
import { nameInLabel } from './complete.js';

/** The closing mark of each role's turns; '' where they have none. */
export type TurnEnds = Readonly<Record<Speaker, string>>;

/** How many line ends a separator is at most. */
const linesOf = (separator: string): number => (separator === '\n\n' ? 2 : 1);

/** The start of content behind a label: one space, or one line end where the dialect has it, is the dialect's. */
function afterGap({ gap, alone }: LabelDialect, text: string, colonEnd: number): number {
  if (colonEnd >= text.length) return colonEnd;
  if (gap === '\n') {
    const p = alone ? skipIndent(text, colonEnd) : colonEnd;
    const behind = afterLineEnd(text, p);
    if (behind > p || p > colonEnd) return behind;
  }
  return text.charCodeAt(colonEnd) === 32 ? colonEnd + 1 : colonEnd;
}

/** The end of content in front of the separator that ends its turn. */
function beforeSeparator(text: string, start: number, end: number, separator: string): number {
  if (separator === '') return end;
  if (separator === ' ') {
    const line = beforeLineEnd(text, start, end);
    return line < end ? line : end > start && isIndent(text.charCodeAt(end - 1)) ? end - 1 : end;
  }
  let p = end;
  for (let i = linesOf(separator); i > 0; i--) p = beforeLineEnd(text, start, p);
  return p;
}

/** The end of content in front of the closing mark that the turn ends in; the turn's end where it has none. */
function beforeMark(text: string, start: number, end: number, mark: string): number {
  const own = mark.trimStart();
  const at = trimEnd(text, start, end) - own.length;
  if (at < start || !text.startsWith(own, at)) return end;
  return own === mark ? at : beforeLineEnd(text, start, at);
}

const unlabelled = (role: Turn['role'], start: number, end: number, contentEnd: number): Turn => ({
  role,
  label: '',
  start,
  end,
  contentStart: start,
  contentEnd,
});

/** The turns of a text whose labels were found. */
export function scanLabels(dialect: LabelDialect, ends: TurnEnds, text: string, found: Found): Scan {
  const { marks, labels, ink } = found;
  const n = text.length;
  const begin = textStart(text);
  if (marks.length === 0) {
    const turns = n > begin ? [unlabelled('user', begin, n, n)] : [];
    return { turns, names: null, open: null, closed: false };
  }
  const turns: Turn[] = [];
  const names: (string | undefined)[] | null = dialect.named ? [] : null;
  const first = marks.start(0);
  if (skipSpace(text, begin, first) < first) {
    names?.push(undefined);
    let contentEnd = ends.system === '' ? first : beforeMark(text, begin, first, ends.system);
    if (contentEnd === first) contentEnd = beforeSeparator(text, begin, first, dialect.preambleSeparator);
    turns.push(unlabelled('system', begin, first, contentEnd));
  }
  // One string a spelling: a prompt of many turns has few.
  const spelt: string[] = [];
  const final = marks.length - 1;
  let closed = true;
  let open: OpenTurn | null = null;
  for (let i = 0; i <= final; i++) {
    const which = marks.which(i);
    const start = marks.start(i);
    const offset = marks.offset(i);
    const labelEnd = marks.end(i);
    const end = i === final ? n : marks.start(i + 1);
    const role = labels[which]!.speaker;
    let label = spelt[which] ?? '';
    if (label.length !== labelEnd - offset || !text.startsWith(label, offset)) {
      label = text.slice(offset, labelEnd);
      spelt[which] = label;
    }
    const contentStart = Math.min(afterGap(dialect, text, labelEnd), end);
    let contentEnd = end;
    const mark = ends[role];
    if (mark !== '') contentEnd = beforeMark(text, contentStart, end, mark);
    if (contentEnd === end) {
      if (i < final) {
        contentEnd = beforeSeparator(text, contentStart, end, dialect.separator);
      } else if (contentStart >= ink) {
        open = { role, label, start, end: n };
        break;
      } else closed = false;
    }
    names?.push(role === 'user' ? nameInLabel(dialect, labels[which]!.text) : undefined);
    turns.push({ role, label, start, end, contentStart, contentEnd });
  }
  return { turns, names, open, closed };
}
