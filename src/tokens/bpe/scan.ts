import {
  categoryBeyond,
  categoryTable,
  LETTER,
  LOWER,
  NEWLINE,
  NUMBER,
  SPACE,
  TABLE_SIZE,
  UPPER,
} from './categories.js';

/**
 * How text is cut into pieces before merging; a token never crosses from one piece to the next. The three families are
 * the split expressions of r50k_base and p50k_base, of cl100k_base, and of o200k_base; `digits` is how many digits of
 * a number stay together. Without `contractions` (Mistral's Tekken), o200k_base's words end before an apostrophe.
 */
export interface SplitRules {
  readonly family: 'r50k' | 'cl100k' | 'o200k';
  readonly digits: number;
  /** False where `'s` and its like are no part of a word. */
  readonly contractions?: boolean;
}

/**
 * The end of the piece that begins at `at`. The bytes are UTF-8 without errors. `more` says that text follows after
 * `end`: a piece whose end that text could move then ends at `end`.
 */
export type Scan = (bytes: Uint8Array, at: number, end: number, more: boolean) => number;

const APOSTROPHE = 39;

/** Flags of the character at a byte, and its length in bytes from bit 8 on. */
function lookUp(table: Uint8Array, bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return table[lead]! | 0x100;
  if (lead < 0xe0) return table[((lead & 31) << 6) | (bytes[at + 1]! & 63)]! | 0x200;
  if (lead < 0xf0) {
    return table[((lead & 15) << 12) | ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63)]! | 0x300;
  }
  const point =
    ((lead & 7) << 18) | ((bytes[at + 1]! & 63) << 12) | ((bytes[at + 2]! & 63) << 6) | (bytes[at + 3]! & 63);
  return (point < TABLE_SIZE ? table[point]! : categoryBeyond(point)) | 0x400;
}

/** The end of the run of characters that have any of the flags. */
function runOf(table: Uint8Array, bytes: Uint8Array, at: number, end: number, flags: number): number {
  while (at < end) {
    const found = lookUp(table, bytes, at);
    if ((found & flags) === 0) break;
    at += found >> 8;
  }
  return at;
}

/** The end of the run of characters that have none of the flags. */
function runWithout(table: Uint8Array, bytes: Uint8Array, at: number, end: number, flags: number): number {
  while (at < end) {
    const found = lookUp(table, bytes, at);
    if ((found & flags) !== 0) break;
    at += found >> 8;
  }
  return at;
}

/** The end of up to `most` digits. */
function runOfDigits(table: Uint8Array, bytes: Uint8Array, at: number, end: number, most: number): number {
  for (let n = 0; n < most && at < end; n++) {
    const found = lookUp(table, bytes, at);
    if ((found & NUMBER) === 0) break;
    at += found >> 8;
  }
  return at;
}

/** The length in bytes of `'s 't 're 've 'm 'll 'd` at a byte, in any case if asked (U+017F is an s then), or 0. */
export function contractionAt(bytes: Uint8Array, at: number, end: number, anyCase: boolean): number {
  if (at + 1 >= end || bytes[at] !== APOSTROPHE) return 0;
  const first = bytes[at + 1]!;
  const second = at + 2 < end ? bytes[at + 2]! : 0;
  if (!anyCase) {
    if (first === 115 || first === 116 || first === 109 || first === 100) return 2;
    return ((first === 114 || first === 118) && second === 101) || (first === 108 && second === 108) ? 3 : 0;
  }
  if (first === 0xc5) return second === 0xbf ? 3 : 0;
  if (first < 65) return 0;
  const lower = first | 32;
  if (lower === 115 || lower === 116 || lower === 109 || lower === 100) return 2;
  const next = second < 65 ? 0 : second | 32;
  return ((lower === 114 || lower === 118) && next === 101) || (lower === 108 && next === 108) ? 3 : 0;
}

/** White space: up to its last line end if `lines`, else all but the last character if something follows. */
function spaceEnd(
  table: Uint8Array,
  bytes: Uint8Array,
  at: number,
  end: number,
  more: boolean,
  lines: boolean,
): number {
  let last = at;
  let line = -1;
  let to = at;
  while (to < end) {
    const found = lookUp(table, bytes, to);
    if ((found & SPACE) === 0) break;
    last = to;
    to += found >> 8;
    if ((found & NEWLINE) !== 0) line = to;
  }
  if (to === end && more) return end;
  if (lines && line >= 0) return line;
  return to === end || last === at ? to : last;
}

/** `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` */
function scanR50k(): Scan {
  const table = categoryTable();
  return (bytes, at, end, more) => {
    const contraction = contractionAt(bytes, at, end, false);
    if (contraction > 0) return at + contraction;
    let from = at;
    let found = lookUp(table, bytes, at);
    if (bytes[at] === 32) {
      if (at + 1 === end) return end;
      found = lookUp(table, bytes, at + 1);
      if ((found & SPACE) === 0) from = at + 1;
    }
    if ((found & SPACE) !== 0) return spaceEnd(table, bytes, at, end, more, false);
    from += found >> 8;
    if ((found & LETTER) !== 0) return runOf(table, bytes, from, end, LETTER);
    if ((found & NUMBER) !== 0) return runOf(table, bytes, from, end, NUMBER);
    return runWithout(table, bytes, from, end, SPACE | LETTER | NUMBER);
  };
}

/** What the newer two have in common after words and numbers. */
function markOrSpaceEnd(
  table: Uint8Array,
  bytes: Uint8Array,
  at: number,
  end: number,
  more: boolean,
  slashes: boolean,
): number {
  let from = at;
  if (bytes[at] === 32 && at + 1 < end) from = at + 1;
  if ((lookUp(table, bytes, from) & (SPACE | LETTER | NUMBER)) !== 0) {
    return spaceEnd(table, bytes, at, end, more, true);
  }
  let to = runWithout(table, bytes, from, end, SPACE | LETTER | NUMBER);
  while (to < end) {
    const byte = bytes[to]!;
    if (byte !== 10 && byte !== 13 && !(slashes && byte === 47)) break;
    to++;
  }
  return to;
}

/**
 * `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
 */
function scanCl100k(digits: number): Scan {
  const table = categoryTable();
  return (bytes, at, end, more) => {
    const contraction = contractionAt(bytes, at, end, true);
    if (contraction > 0) return at + contraction;
    const first = lookUp(table, bytes, at);
    const next = at + (first >> 8);
    if ((first & LETTER) !== 0) return runOf(table, bytes, next, end, LETTER);
    if ((first & NUMBER) !== 0) return runOfDigits(table, bytes, next, end, digits - 1);
    if ((first & NEWLINE) === 0) {
      const word = runOf(table, bytes, next, end, LETTER);
      if (word > next) return word;
    }
    return markOrSpaceEnd(table, bytes, at, end, more, false);
  };
}

/** The end of `[U]*[L]+` at a byte, or `-1 - end` of `[U]+` where no `[L]` is in it, or -1 - at for neither. */
function wordEnd(table: Uint8Array, bytes: Uint8Array, at: number, end: number, more: boolean): number {
  let to = at;
  let lastLower = -1;
  let found = 0;
  while (to < end) {
    found = lookUp(table, bytes, to);
    if ((found & UPPER) === 0) break;
    to += found >> 8;
    if ((found & LOWER) !== 0) lastLower = to;
  }
  if (to === end) return more || lastLower < 0 ? (more && to > at ? end : -1 - to) : lastLower;
  if ((found & LOWER) !== 0) return runOf(table, bytes, to + (found >> 8), end, LOWER);
  return lastLower >= 0 ? lastLower : -1 - to;
}

/**
 * `[^\r\n\p{L}\p{N}]?[U]*[L]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[U]+[L]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|`
 * `\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`, where U is `\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`
 * and L is `\p{Ll}\p{Lm}\p{Lo}\p{M}`
 */
function scanO200k(digits: number, contractions: boolean): Scan {
  const table = categoryTable();
  const withContraction = (bytes: Uint8Array, to: number, end: number) =>
    contractions ? to + contractionAt(bytes, to, end, true) : to;
  return (bytes, at, end, more) => {
    const first = lookUp(table, bytes, at);
    if ((first & NUMBER) !== 0) return runOfDigits(table, bytes, at + (first >> 8), end, digits - 1);
    let upper = -1;
    if ((first & (LETTER | NEWLINE)) === 0) {
      const from = at + (first >> 8);
      const word = wordEnd(table, bytes, from, end, more);
      if (word >= 0) return withContraction(bytes, word, end);
      if (-1 - word > from) upper = -1 - word;
    }
    if ((first & (UPPER | LOWER)) !== 0) {
      const word = wordEnd(table, bytes, at, end, more);
      if (word >= 0) return withContraction(bytes, word, end);
      if (upper < 0 && -1 - word > at) upper = -1 - word;
    }
    if (upper >= 0) return withContraction(bytes, upper, end);
    return markOrSpaceEnd(table, bytes, at, end, more, true);
  };
}

export function scanFor(rules: SplitRules): Scan {
  if (rules.family === 'r50k') return scanR50k();
  return rules.family === 'cl100k'
    ? scanCl100k(rules.digits)
    : scanO200k(rules.digits, rules.contractions !== false);
}

export const r50kRules: SplitRules = { family: 'r50k', digits: Number.POSITIVE_INFINITY };
export const cl100kRules: SplitRules = { family: 'cl100k', digits: 3 };
export const o200kRules: SplitRules = { family: 'o200k', digits: 3 };

/** The id of the end of text in the older encodings, in the midst of p50k's. */
export const END_OF_TEXT = 50_256;

/** What p50k adds to r50k: runs of 2 to 25 spaces, each made of two shorter runs. */
export const runsOfSpaces: readonly (readonly [number, number])[] = /* @__PURE__ */ (() => {
  const rank = (spaces: number) => (spaces === 1 ? 220 : END_OF_TEXT + spaces - 2);
  const lefts = [1, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 16, 16];
  return lefts.map((left, i) => [rank(left), rank(i + 2 - left)] as const);
})();
