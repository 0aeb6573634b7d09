import { categoryRuns } from './category-runs.generated.js';

/** What pre-tokenizers ask about a code point, as flags. */
export const UPPER = 1; // may stand in the first part of an o200k word: Lu, Lt, Lm, Lo, M
export const LOWER = 2; // may stand in the second part: Ll, Lm, Lo, M
export const LETTER = 4;
export const NUMBER = 8;
export const SPACE = 16;
export const NEWLINE = 32; // CR or LF; SPACE is set too

const flags: Record<string, number> = {
  u: UPPER | LETTER,
  l: LOWER | LETTER,
  b: UPPER | LOWER | LETTER,
  m: UPPER | LOWER,
  n: NUMBER,
  s: SPACE,
  o: 0,
};

/** Code points up to here have an entry of their own in the table. */
export const TABLE_SIZE = 0x34000;

let table: Uint8Array | undefined;
let beyond: [start: number, flags: number][] = [];

function build(): Uint8Array {
  const built = new Uint8Array(TABLE_SIZE);
  for (let c = 0; c < 128; c++) {
    const lower = c | 32;
    if (lower >= 97 && lower <= 122) built[c] = (c === lower ? LOWER : UPPER) | LETTER;
    else if (c >= 48 && c <= 57) built[c] = NUMBER;
    else if (c === 32 || (c >= 9 && c <= 13)) built[c] = c === 10 || c === 13 ? SPACE | NEWLINE : SPACE;
  }
  let point = 128;
  beyond = [];
  for (let i = 0; i < categoryRuns.length; ) {
    const kind = flags[categoryRuns[i++]!]!;
    const from = i;
    while (i < categoryRuns.length && categoryRuns.charCodeAt(i) < 97) i++;
    const next = point + (i === from ? 1 : Number.parseInt(categoryRuns.slice(from, i), 36));
    if (kind !== 0) built.fill(kind, point, next);
    if (next > TABLE_SIZE) beyond.push([Math.max(point, TABLE_SIZE), kind]);
    point = next;
  }
  return built;
}

/** The flags of every code point below `TABLE_SIZE`; made at first use, one table for all encodings. */
export function categoryTable(): Uint8Array {
  table ??= build();
  return table;
}

/** The flags of a code point from `TABLE_SIZE` on, where almost nothing is assigned. */
export function categoryBeyond(point: number): number {
  let found = 0;
  for (const [start, kind] of beyond) if (start <= point) found = kind;
  return found;
}
