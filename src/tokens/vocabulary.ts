import { inBlocks } from './blocks.js';
import type { TokenTable } from './packed.js';

/**
 * The tokens by their bytes. Those of up to eight bytes are kept whole in an open-addressed table, four numbers a slot:
 * the first and the last four bytes (zeros after the end), `length << 24 | rank`, and one unused so that a slot never
 * lies across two cache lines. Longer ones are found by their hash, two numbers a slot, and compared with the bytes.
 */
export interface Vocabulary extends TokenTable {
  readonly view: DataView;
  readonly short: Int32Array;
  readonly shortShift: number;
  readonly long: Int32Array;
  readonly longMask: number;
  /** The length of the longest token. */
  readonly longest: number;
}

/** Bytes of a word that belong to a piece of so many bytes, for its first and its second word. */
export const firstMask = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
export const secondMask = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

export function hashShort(first: number, second: number): number {
  const h = Math.imul(first, 0x9e3779b1);
  return Math.imul(h ^ (h >>> 15) ^ Math.imul(second, 0x27d4eb2f), 0x85ebca77);
}

/** The hash of a piece of more than eight bytes; there must be three readable bytes after it. */
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

const bitsFor = (entries: number): number => 32 - Math.clz32(Math.max(16, Math.ceil(entries * 1.6)) - 1);

/** `hidden` says which ranks are not to be found by their bytes. */
export function buildVocabulary(table: TokenTable, hidden?: Uint8Array): Vocabulary {
  const { size, bytes, starts } = table;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let shorts = 0;
  let longest = 0;
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const length = starts[rank + 1]! - starts[rank]!;
      if (length <= 8) shorts++;
      if (length > longest) longest = length;
    }
  });
  const shortBits = bitsFor(shorts);
  const longBits = bitsFor(size - shorts);
  const shortShift = 32 - shortBits;
  const shortMask = (4 << shortBits) - 4;
  const longMask = (1 << longBits) - 1;
  const short = new Int32Array(4 << shortBits);
  const long = new Int32Array(2 << longBits);
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const at = starts[rank]!;
      const length = starts[rank + 1]! - at;
      if (length === 0 || (hidden !== undefined && hidden[rank] === 1)) continue;
      if (length <= 8) {
        const first = view.getInt32(at, true) & firstMask[length]!;
        const second = view.getInt32(at + 4, true) & secondMask[length]!;
        let slot = (hashShort(first, second) >>> shortShift) << 2;
        while (short[slot + 2] !== 0) slot = (slot + 4) & shortMask;
        short[slot] = first;
        short[slot + 1] = second;
        short[slot + 2] = (length << 24) | rank;
      } else {
        const hash = hashLong(view, at, length);
        let slot = hash & longMask;
        while (long[slot * 2 + 1] !== 0) slot = (slot + 1) & longMask;
        long[slot * 2] = hash;
        long[slot * 2 + 1] = rank + 1;
      }
    }
  });
  return { ...table, view, short, shortShift, long, longMask, longest };
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

/** The rank of the token with these bytes, more than eight of the given hash, or -1. */
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
  if (length > 8) return findLong(vocabulary, hashLong(view, at, length), view, at, length);
  const first = view.getInt32(at, true) & firstMask[length]!;
  const second = view.getInt32(at + 4, true) & secondMask[length]!;
  return findShort(vocabulary, first, second, length);
}
