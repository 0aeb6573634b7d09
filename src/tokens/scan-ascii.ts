import type { SplitRules } from './scan.js';

/** What follows the bytes of a text, so that every run that may end before a space ends there. */
export const SENTINEL = 32;

const MARK = 1;
const SPACE = 2;
const LINE = 4;
const DIGIT = 8;
const TAIL = 16;
const HIGH = 32;

/**
 * Finds the end of a piece that is no word and is followed by ASCII, or gives 0 for the general scan to decide. Words
 * must have been ruled out: for the two newer families that is anything where a letter is the first or second.
 */
export type AsciiScan = (bytes: Uint8Array, at: number, end: number) => number;

export function asciiScanFor(rules: SplitRules): AsciiScan {
  const { family, digits } = rules;
  const kinds = new Uint8Array(256).fill(HIGH, 128);
  for (let c = 0; c < 128; c++) {
    const lower = c | 32;
    if (lower >= 97 && lower <= 122) continue;
    if (c >= 48 && c <= 57) kinds[c] = DIGIT;
    else if (c === 32 || (c >= 9 && c <= 13)) kinds[c] = c === 10 || c === 13 ? SPACE | LINE : SPACE;
    else kinds[c] = MARK;
  }
  if (family !== 'r50k') {
    kinds[10]! |= TAIL;
    kinds[13]! |= TAIL;
  }
  if (family === 'o200k') kinds[47]! |= TAIL;
  const old = family === 'r50k';
  const apostrophes = family === 'o200k';

  function digitsEnd(bytes: Uint8Array, from: number, most: number): number {
    let to = from;
    let n = 0;
    for (; n < most && (kinds[bytes[to]!]! & DIGIT) !== 0; n++) to++;
    return n < most && bytes[to]! >= 0x80 ? 0 : to;
  }

  return (bytes, at, end) => {
    const first = bytes[at]!;
    const kind = kinds[first]!;
    let to = at + 1;
    if ((kind & DIGIT) !== 0) return digitsEnd(bytes, at, digits);
    if ((kind & SPACE) !== 0) {
      const next = kinds[bytes[to]!]!;
      if (first !== 32 || (next & (old ? MARK | DIGIT : MARK)) === 0) {
        let line = (kind & LINE) !== 0 ? to : 0;
        let found = next;
        while ((found & SPACE) !== 0 && to < end) {
          to++;
          if ((found & LINE) !== 0) line = to;
          found = kinds[bytes[to]!]!;
        }
        if (to >= end || found === HIGH) return 0;
        if (line !== 0 && !old) return line;
        return to === at + 1 ? to : to - 1;
      }
      if ((next & DIGIT) !== 0) return digitsEnd(bytes, to, digits);
    } else if ((kind & MARK) === 0 || (first === 39 && !apostrophes)) {
      return 0;
    }
    let found = kinds[bytes[to]!]!;
    while ((found & MARK) !== 0) found = kinds[bytes[++to]!]!;
    if (found === HIGH) return 0;
    while ((found & TAIL) !== 0) found = kinds[bytes[++to]!]!;
    return to;
  };
}
