import { contractionAt, type SplitRules } from './scan.js';

/** What follows the bytes of a text, so that every run that may end before a space ends there. */
export const SENTINEL = 32;

/** Finds the end of a piece that is ASCII and followed by ASCII, or gives 0 for the general scan to decide. */
export type AsciiScan = (bytes: Uint8Array, at: number, end: number) => number;

// Classes of bytes.
const LOWER = 0;
const UPPER = 1;
const DIGIT = 2;
const SPACE = 3;
const BLANK = 4; // other white space within a line
const LINE = 5; // CR or LF
const SLASH = 6;
const APOSTROPHE = 7;
const MARK = 8;
const HIGH = 9; // no ASCII
const CLASSES = 10;

function classOf(byte: number): number {
  if (byte >= 128) return HIGH;
  if (byte >= 97 && byte <= 122) return LOWER;
  if (byte >= 65 && byte <= 90) return UPPER;
  if (byte >= 48 && byte <= 57) return DIGIT;
  if (byte === 32) return SPACE;
  if (byte === 10 || byte === 13) return LINE;
  if (byte === 9 || byte === 11 || byte === 12) return BLANK;
  if (byte === 47) return SLASH;
  return byte === 39 ? APOSTROPHE : MARK;
}

// States: what the piece is so far.
const START = 0;
const SMALL = 1; // a word, in its lower case letters if case matters
const CAPITALS = 2;
const FIRST_MARK = 3; // it may go on as a word or with more marks
const FIRST_QUOTE = 4; // it may be a contraction
const FIRST_SPACE = 5;
const FIRST_BLANK = 6;
const MARKS = 7;
const TAIL = 8; // line ends after marks
const DIGITS = 9; // one state a digit
const STATES = 16;

// What ends a run through the states.
const END = 16; // the piece ends before this byte
const WHITE = 17; // it is white space, which has rules of its own
const CONTRACTION = 18; // the piece is a word, and an apostrophe follows
const GENERAL = 19; // only the general scan knows

/** The next state by `state << 8 | byte`. */
function transitions({ family, digits, contractions = true }: SplitRules): Uint8Array {
  const rows = Array.from({ length: STATES }, () => new Uint8Array(CLASSES).fill(END).fill(GENERAL, HIGH));
  const old = family === 'r50k';
  const camel = family === 'o200k';
  const set = (state: number, classes: readonly number[], next: number) => {
    for (const kind of classes) rows[state]![kind] = next;
  };
  const marks = [SLASH, APOSTROPHE, MARK];
  const white = [SPACE, BLANK, LINE];
  const words = (state: number) => {
    set(state, [LOWER], SMALL);
    set(state, [UPPER], camel ? CAPITALS : SMALL);
  };
  words(START);
  set(START, [DIGIT], DIGITS);
  set(START, marks, old ? MARKS : FIRST_MARK);
  set(START, white, WHITE);
  set(START, [SPACE], FIRST_SPACE);
  set(START, [BLANK], FIRST_BLANK);
  set(SMALL, [LOWER], SMALL);
  if (!camel) set(SMALL, [UPPER], SMALL);
  words(CAPITALS);
  if (camel) {
    set(SMALL, [APOSTROPHE], contractions ? CONTRACTION : END);
    set(CAPITALS, [APOSTROPHE], contractions ? CONTRACTION : END);
  } else {
    set(START, [APOSTROPHE], FIRST_QUOTE);
  }
  for (const state of [FIRST_MARK, FIRST_QUOTE, FIRST_SPACE, MARKS]) set(state, marks, MARKS);
  for (const state of [FIRST_MARK, FIRST_SPACE, ...(old ? [] : [FIRST_BLANK])]) words(state);
  set(FIRST_QUOTE, [LOWER, UPPER], GENERAL);
  for (const state of [FIRST_SPACE, FIRST_BLANK]) set(state, white, WHITE);
  if (old) {
    set(FIRST_SPACE, [DIGIT], DIGITS);
  } else {
    for (const state of [FIRST_MARK, FIRST_QUOTE, MARKS, TAIL]) set(state, [LINE], TAIL);
    set(TAIL, camel ? [SLASH] : [], TAIL);
    set(TAIL, [HIGH], END);
  }
  if (digits === Number.POSITIVE_INFINITY) {
    set(DIGITS, [DIGIT], DIGITS);
  } else {
    for (let n = 1; n < digits; n++) set(DIGITS + n - 1, [DIGIT], DIGITS + n);
    set(DIGITS + digits - 1, [HIGH], END);
  }
  const table = new Uint8Array(STATES << 8);
  for (let i = 0; i < table.length; i++) table[i] = rows[i >> 8]![classOf(i & 255)]!;
  return table;
}

export function asciiScanFor(rules: SplitRules): AsciiScan {
  // More digits in a piece than there are states for them: no known tokenizer has that.
  if (rules.digits > STATES - DIGITS && rules.digits !== Number.POSITIVE_INFINITY) return () => 0;
  const table = transitions(rules);
  const lines = rules.family !== 'r50k';

  /** White space: up to its last line end, else all but the last character. */
  function whiteEnd(bytes: Uint8Array, at: number, end: number): number {
    let to = at;
    let line = 0;
    let byte = bytes[to]!;
    while (byte === 32 || (byte >= 9 && byte <= 13)) {
      to++;
      if (byte === 10 || byte === 13) line = to;
      if (to >= end) return 0;
      byte = bytes[to]!;
    }
    if (byte >= 128) return 0;
    if (lines && line !== 0) return line;
    return to === at + 1 ? to : to - 1;
  }

  return (bytes, at, end) => {
    let to = at;
    let state = table[(START << 8) | bytes[to]!]!;
    while (state < END) {
      to++;
      state = table[(state << 8) | bytes[to]!]!;
    }
    if (state === END) return to;
    if (state === WHITE) return whiteEnd(bytes, at, end);
    return state === CONTRACTION ? to + contractionAt(bytes, to, end, true) : 0;
  };
}
