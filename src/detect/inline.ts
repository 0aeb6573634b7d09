import { type Candidates, Marks } from '../dialect/found.js';
import { isIndent, isSpace, skipUnit } from '../text/space.js';
import { inlineNames, neverSpeaks, pairSide, questionNames, speakerKey, strongSpeaker } from './names.js';

const longestName = /* @__PURE__ */ longestOf(inlineNames);
/** The last units of the names in any case: most colons are passed over at a glance. */
const lastUnits: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, unit) => {
  const letter = String.fromCharCode(unit).toLowerCase();
  return [...inlineNames].some((name) => name.endsWith(letter)) ? 1 : 0;
});

function longestOf(list: ReadonlySet<string>): number {
  return Math.max(...[...list].map((name) => name.length));
}
const mayEndName = (unit: number): boolean => (unit < 128 ? lastUnits[unit] === 1 : isWide(unit));

/** Bit 1 for a name that may be the user's, bit 2 for one that may be the assistant's. */
function sideOf(key: string): number {
  if (key === 'you') return 3;
  const side = strongSpeaker(key) ?? pairSide(key) ?? (questionNames.has(key) ? 'user' : 'assistant');
  return side === 'user' ? 1 : side === 'assistant' ? 2 : 0;
}

const isWide = (unit: number): boolean => unit > 0x7f && !isSpace(unit) && unit !== 0xfeff && unit !== 0xff1a;
const isLetter = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || isWide(unit);

/** A word that was looked up before. */
interface Word {
  text: string;
  known: boolean;
}

/** The last two: on one line few words stand before colons, and speakers take turns. */
interface Looked {
  last: Word;
  before: Word;
}

/** Where a word stands again, in front of a colon and behind a space; -1 where it does not. */
function standsAgain(text: string, colon: number, word: string): number {
  const at = colon - word.length;
  const follows = at > 0 && at < colon && text.charCodeAt(at - 1) === 32 && text.charCodeAt(at - 2) !== 35;
  return follows && text.startsWith(word, at) ? at : -1;
}

/**
 * The start of a known name that ends at a colon, after white space, `>` or the text's start, or -1. A word in lower
 * case alone is no label in the middle of a line. Marks such as `###` before a name belong to it.
 */
function nameBefore(text: string, colon: number, extra: ReadonlySet<string>, looked: Looked): number {
  if (colon === 0 || (extra.size === 0 && !mayEndName(text.charCodeAt(colon - 1)))) return -1;
  // Of a word that was looked up nothing is left to find out.
  let again = standsAgain(text, colon, looked.last.text);
  if (again !== -1) return looked.last.known ? again : -1;
  again = standsAgain(text, colon, looked.before.text);
  if (again !== -1) return looked.before.known ? again : -1;
  const limit = Math.max(0, colon - longestName);
  let start = colon;
  while (start > limit && isLetter(text.charCodeAt(start - 1))) start--;
  if (start === colon) return -1;
  let at = start;
  if (at > 0 && text.charCodeAt(at - 1) === 32) at--;
  while (at > 0 && start - at < 8 && text.charCodeAt(at - 1) === 35) at--;
  const marked = text.charCodeAt(at) === 35;
  if (!marked && start > 0) {
    const edge = text.charCodeAt(start - 1);
    if (!isSpace(edge) && edge !== 62 && edge !== 0xfeff) return -1;
  }
  const isHere = (word: string): boolean => word.length === colon - start && text.startsWith(word, start);
  if (isHere(looked.before.text)) [looked.last, looked.before] = [looked.before, looked.last];
  else if (!isHere(looked.last.text)) {
    const word = text.slice(start, colon);
    const known = extra.has(word) || (inlineNames.has(word.toLowerCase()) && !/^[a-z]/.test(word));
    looked.before = looked.last;
    looked.last = { text: word, known };
  }
  if (!looked.last.known) return -1;
  return marked ? at : start;
}

/** Does a line start at the offset, or hold nothing but an indent before it? */
function atLineStart(text: string, offset: number): boolean {
  let p = offset;
  while (p > 0 && isIndent(text.charCodeAt(p - 1))) p--;
  if (p === 0) return true;
  const unit = text.charCodeAt(p - 1);
  return unit === 10 || unit === 13 || unit === 0xfeff;
}

/**
 * Known labels anywhere in a text: the turns of prompts written on one line. `extra` are the names of the caller.
 * `lines` are the labels that start lines. Undefined where one side has none, or where all of them start lines, so that the
 * lines have said what there is to say.
 */
export function inlineCandidates(
  text: string,
  extra: ReadonlySet<string>,
  lines: Candidates,
): Candidates | undefined {
  /** Colons of longer names: `FINAL ANSWER:`. */
  const taken = new Set<number>();
  for (let i = 0; i < lines.marks.length; i++) {
    const { key } = lines.spellings[lines.marks.which(i)]!;
    if (key.includes(' ') && neverSpeaks(key)) taken.add(lines.marks.end(i) - 1);
  }
  let seen = 0;
  let last = '';
  forEachLabel(text, extra, (start, colon) => {
    if (taken.has(colon)) return true;
    if (last.length !== colon - start || !text.startsWith(last, start)) {
      last = text.slice(start, colon);
      seen |= extra.has(last) ? 3 : sideOf(speakerKey(last));
    }
    if (seen < 4 && !atLineStart(text, start)) seen |= 4;
    return seen !== 7;
  });
  if (seen !== 7) return undefined;
  const marks = new Marks();
  const spellings: Candidates['spellings'] = [];
  const indexes = new Map<string, number>();
  forEachLabel(text, extra, (start, colon) => {
    if (taken.has(colon)) return true;
    const name = text.slice(start, colon);
    let which = indexes.get(name);
    if (which === undefined) {
      which = spellings.length;
      indexes.set(name, which);
      spellings.push({ text: name, key: speakerKey(name), count: 0 });
    }
    spellings[which]!.count++;
    marks.add(which, start, start, 0, colon + 1);
    return true;
  });
  return { spellings, marks };
}

/** Calls back with each label's start and colon, until that returns false. */
function forEachLabel(
  text: string,
  extra: ReadonlySet<string>,
  visit: (start: number, colon: number) => boolean,
): void {
  const none = { text: '', known: false };
  const looked: Looked = { last: none, before: none };
  // A text has one kind of colon behind its labels.
  for (const mark of [text.includes('：') ? '：' : ':']) {
    const unit = mark.charCodeAt(0);
    for (let colon = text.indexOf(mark); colon !== -1; colon = text.indexOf(mark, colon + 1)) {
      const start = nameBefore(text, colon, extra, looked);
      colon = skipUnit(text, colon, unit) - 1;
      if (start === -1 || text.charCodeAt(colon + 1) === 47) continue;
      if (!visit(start, colon)) return;
    }
  }
}
