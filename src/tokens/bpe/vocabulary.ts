import type { TokenTable } from './packed.js';
import { inBlocks } from './packed.js';

/** Later than every rank: no merge. */
export const NEVER = 0x7fffffff;

/**
 * The tokens by their bytes. Those of up to sixteen bytes are kept whole in open-addressed tables, so that a lookup
 * touches one cache line: up to eight bytes take four numbers a slot, two of four bytes each (zeros after the end),
 * `length << 24 | rank`, and one unused; up to sixteen take eight, four of four bytes each, the same, and three unused.
 * Longer ones are found by their hash, two numbers a slot, and compared with the bytes.
 */
export interface Vocabulary extends TokenTable {
  readonly view: DataView;
  readonly short: Int32Array;
  readonly shortShift: number;
  readonly medium: Int32Array;
  readonly mediumShift: number;
  readonly long: Int32Array;
  readonly longMask: number;
  /** The length of the longest token. */
  readonly longest: number;
}

const maskOf = (bytes: number): number => (bytes >= 4 ? -1 : (1 << (8 * Math.max(0, bytes))) - 1);
/** Bytes of a word that belong to a piece of so many bytes, for its first and its second word. */
export const firstMask = /* @__PURE__ */ Int32Array.from({ length: 17 }, (_, bytes) => maskOf(bytes));
export const secondMask = /* @__PURE__ */ Int32Array.from({ length: 17 }, (_, bytes) => maskOf(bytes - 4));

export function hashShort(first: number, second: number): number {
  const h = Math.imul(first, 0x9e3779b1);
  return Math.imul(h ^ (h >>> 15) ^ Math.imul(second, 0x27d4eb2f), 0x85ebca77);
}

export function hashMedium(first: number, second: number, third: number, fourth: number): number {
  const h = Math.imul(first, 0x9e3779b1) ^ Math.imul(third, 0xc2b2ae35);
  const g = Math.imul(second, 0x27d4eb2f) ^ Math.imul(fourth, 0x165667b1);
  return Math.imul(h ^ (h >>> 15) ^ (g >>> 13) ^ (g << 7), 0x85ebca77);
}

/** The hash of a piece of more than sixteen bytes; there must be three readable bytes after it. */
export function hashLong(view: DataView, at: number, length: number): number {
  let h = length;
  const whole = at + (length & ~3);
  for (let i = at; i < whole; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0x9e3779b1);
    h ^= h >>> 15;
  }
  if ((length & 3) !== 0)
    h = Math.imul(h ^ (view.getInt32(whole, true) & firstMask[length & 3]!), 0x9e3779b1);
  h ^= h >>> 13;
  h = Math.imul(h, 0x85ebca77);
  return h ^ (h >>> 16);
}

/** Whether two ranges of this length hold the same bytes. */
export function sameBytes(a: DataView, at: number, b: DataView, to: number, length: number): boolean {
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) if (a.getInt32(at + i, true) !== b.getInt32(to + i, true)) return false;
  if ((length & 3) === 0) return true;
  return ((a.getInt32(at + whole, true) ^ b.getInt32(to + whole, true)) & firstMask[length & 3]!) === 0;
}

/** Bits of the number of slots. */
const bitsFor = (entries: number): number => 32 - Math.clz32(Math.max(16, Math.ceil(entries * 1.6)) - 1);

/** `hidden` says which ranks are not to be found by their bytes. */
export function buildVocabulary(table: TokenTable, hidden?: Uint8Array): Vocabulary {
  const { size, bytes, starts } = table;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let shorts = 0;
  let mediums = 0;
  let longest = 0;
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const length = starts[rank + 1]! - starts[rank]!;
      if (length <= 8) shorts++;
      else if (length <= 16) mediums++;
      if (length > longest) longest = length;
    }
  });
  const shortBits = bitsFor(shorts);
  const mediumBits = bitsFor(mediums);
  const longBits = bitsFor(size - shorts - mediums);
  const shortShift = 32 - shortBits;
  const shortMask = (4 << shortBits) - 4;
  const mediumShift = 32 - mediumBits;
  const mediumMask = (8 << mediumBits) - 8;
  const longMask = (1 << longBits) - 1;
  const short = new Int32Array(4 << shortBits);
  const medium = new Int32Array(8 << mediumBits);
  const long = new Int32Array(2 << longBits);
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const at = starts[rank]!;
      const length = starts[rank + 1]! - at;
      if (length === 0 || (hidden !== undefined && hidden[rank] === 1)) continue;
      const first = view.getInt32(at, true) & firstMask[length]!;
      const second = view.getInt32(at + 4, true) & secondMask[length]!;
      if (length <= 8) {
        let slot = (hashShort(first, second) >>> shortShift) << 2;
        while (short[slot + 2] !== 0) slot = (slot + 4) & shortMask;
        short[slot] = first;
        short[slot + 1] = second;
        short[slot + 2] = (length << 24) | rank;
      } else if (length <= 16) {
        const third = view.getInt32(at + 8, true) & firstMask[length - 8]!;
        const fourth = view.getInt32(at + 12, true) & secondMask[length - 8]!;
        let slot = (hashMedium(first, second, third, fourth) >>> mediumShift) << 3;
        while (medium[slot + 4] !== 0) slot = (slot + 8) & mediumMask;
        medium[slot] = first;
        medium[slot + 1] = second;
        medium[slot + 2] = third;
        medium[slot + 3] = fourth;
        medium[slot + 4] = (length << 24) | rank;
      } else {
        const hash = hashLong(view, at, length);
        let slot = hash & longMask;
        while (long[slot * 2 + 1] !== 0) slot = (slot + 1) & longMask;
        long[slot * 2] = hash;
        long[slot * 2 + 1] = rank + 1;
      }
    }
  });
  return { ...table, view, short, shortShift, medium, mediumShift, long, longMask, longest };
}

/** The rank of the token with these bytes, which are at most eight, or -1. */
export function findShort(vocabulary: Vocabulary, first: number, second: number, length: number): number {
  const { short, shortShift } = vocabulary;
  const mask = short.length - 4;
  for (let slot = (hashShort(first, second) >>> shortShift) * 4; ; slot = (slot + 4) & mask) {
    const meta = short[slot + 2]!;
    if (meta === 0) return -1;
    if (short[slot] === first && short[slot + 1] === second && meta >>> 24 === length) return meta & 0xffffff;
  }
}

/** The rank of the token with these bytes, nine to sixteen, or -1. */
export function findMedium(
  vocabulary: Vocabulary,
  hash: number,
  first: number,
  second: number,
  third: number,
  fourth: number,
  length: number,
): number {
  const { medium, mediumShift } = vocabulary;
  const mask = medium.length - 8;
  for (let slot = (hash >>> mediumShift) * 8; ; slot = (slot + 8) & mask) {
    const meta = medium[slot + 4]!;
    if (meta === 0) return -1;
    if (
      medium[slot] === first &&
      medium[slot + 1] === second &&
      medium[slot + 2] === third &&
      medium[slot + 3] === fourth &&
      meta >>> 24 === length
    )
      return meta & 0xffffff;
  }
}

/** The rank of the token with these bytes, more than sixteen of the given hash, or -1. */
export function findLong(
  vocabulary: Vocabulary,
  hash: number,
  view: DataView,
  at: number,
  length: number,
): number {
  const { long, longMask, starts } = vocabulary;
  if (length > vocabulary.longest) return -1;
  for (let slot = hash & longMask; ; slot = (slot + 1) & longMask) {
    const rank = long[slot * 2 + 1]! - 1;
    if (rank < 0) return -1;
    if (long[slot * 2] !== hash) continue;
    const start = starts[rank]!;
    if (starts[rank + 1]! - start === length && sameBytes(view, at, vocabulary.view, start, length))
      return rank;
  }
}

/** The rank of the token with exactly these bytes, or -1. `view` needs eight readable bytes from every place. */
export function findToken(vocabulary: Vocabulary, view: DataView, at: number, length: number): number {
  if (length > 16) return findLong(vocabulary, hashLong(view, at, length), view, at, length);
  const first = view.getInt32(at, true) & firstMask[length]!;
  const second = view.getInt32(at + 4, true) & secondMask[length]!;
  if (length > 8) {
    const third = view.getInt32(at + 8, true) & firstMask[length - 8]!;
    const fourth = view.getInt32(at + 12, true) & secondMask[length - 8]!;
    const hash = hashMedium(first, second, third, fourth);
    return findMedium(vocabulary, hash, first, second, third, fourth, length);
  }
  return findShort(vocabulary, first, second, length);
}
