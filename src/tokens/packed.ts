import { inBlocks } from './blocks.js';
import { byteOrder } from './byte-order.js';

/**
 * A vocabulary as text that gzip packs well. A token of rank r is the join of two tokens of lower rank, its left and
 * its right part; each part is named by its place in a list of all parts, the most used first, in one to three digits.
 * The digits of one weight stand together, and the first digits of right parts are grouped by the kind of the left
 * part, since what may follow depends on it.
 */
export interface PackedVocabulary {
  /** Tokens, the 256 single bytes with them. */
  readonly size: number;
  /** How often each token is a left part, as a class of use: a digit a token. */
  readonly leftUses: string;
  /** The same for right parts, grouped by the kind of the token's first byte. */
  readonly rightUses: string;
  readonly left: readonly [string, string, string];
  readonly right: readonly [string, string, string];
  /** Where the first digits of each group begin in `right[0]`. */
  readonly groups: readonly number[];
}

/** The tokens of a vocabulary by rank: their bytes, one after another, and the two parts of each. */
export interface TokenTable {
  readonly size: number;
  /** `bytes.subarray(starts[rank], starts[rank + 1])` is the token; eight spare bytes follow the last. */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  /** Ranks of the two parts; -1 for a single byte and for what merging never gives. */
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
}

/** Numbers up to here take one digit; then so many first digits lead to one more, the rest to two more. */
export const ONE_DIGIT = 24;
export const TWO_DIGITS = 56;
export const USE_CLASSES = 9;
const KINDS = 8;
export const GROUPS = KINDS * 16;

export const digit = (char: number): number => char - (char > 92 ? 36 : 35);

/** Bytes of one kind follow like bytes: space, a-z, A-Z, other ASCII, continuation, and three kinds of leads. */
export function byteKind(byte: number): number {
  if (byte === 32) return 0;
  if (byte >= 97 && byte <= 122) return 1;
  if (byte >= 65 && byte <= 90) return 2;
  if (byte < 128) return 3;
  if (byte < 0xc0) return 4;
  return byte >= 0xe0 ? 5 : byte >= 0xd0 ? 6 : 7;
}

/** The group of right parts after a left part of this first byte, last byte and length. */
export const groupOf = (first: number, last: number, length: number): number =>
  byteKind(last) * 16 + byteKind(first) * 2 + (length > 1 ? 1 : 0);

/** Tokens by class of use, the most used first; within a class by `key`, then by rank. */
export function partOrder(uses: Uint8Array, key?: Uint8Array): Int32Array {
  const size = uses.length;
  const keys = key === undefined ? 1 : 256;
  const at = new Int32Array(USE_CLASSES * keys + 1);
  const slots = new Int32Array(size);
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      let slot = USE_CLASSES - 1 - uses[rank]!;
      if (key !== undefined) slot = (slot << 8) | key[rank]!;
      slots[rank] = slot;
      at[slot + 1]!++;
    }
  });
  for (let i = 1; i < at.length; i++) at[i]! += at[i - 1]!;
  const order = new Int32Array(size);
  inBlocks(0, size, (from, to) => {
    for (let rank = from; rank < to; rank++) order[at[slots[rank]!]!++] = rank;
  });
  return order;
}

/** Where the uses as a right part of the tokens of each kind of first byte begin: they are written kind by kind. */
function kindStarts(first: Uint8Array, kinds: Uint8Array): Int32Array {
  const at = new Int32Array(KINDS + 1);
  inBlocks(0, first.length, (from, to) => {
    for (let rank = from; rank < to; rank++) at[kinds[first[rank]!]! + 1]!++;
  });
  for (let kind = 1; kind < at.length; kind++) at[kind]! += at[kind - 1]!;
  return at;
}

const byteKinds = (): Uint8Array => Uint8Array.from({ length: 256 }, (_, byte) => byteKind(byte));

/** Ranks by the kind of the token's first byte, then by rank. */
export function byFirstByte(first: Uint8Array): number[] {
  const kinds = byteKinds();
  return Array.from(first, (_, rank) => rank).sort((a, b) => kinds[first[a]!]! - kinds[first[b]!]! || a - b);
}

/** Reads places of parts: their first digits from wherever they are, the others in order. */
function placeReader(more: string, most: string): (first: number) => number {
  let one = 0;
  let two = 0;
  return (first) => {
    if (first < ONE_DIGIT) return first;
    const high = first - ONE_DIGIT;
    const next = digit(more.charCodeAt(one++));
    if (high < TWO_DIGITS) return ONE_DIGIT + high * 64 + next;
    return (
      ONE_DIGIT + TWO_DIGITS * 64 + (high - TWO_DIGITS) * 4096 + next * 64 + digit(most.charCodeAt(two++))
    );
  };
}

export function unpack(
  packed: PackedVocabulary,
  extra: readonly (readonly [number, number])[] = [],
): TokenTable {
  const packedSize = packed.size;
  const size = packedSize + extra.length;
  const starts = new Int32Array(size + 1);
  const lefts = new Int32Array(size).fill(-1);
  const rights = new Int32Array(size).fill(-1);
  const first = new Uint8Array(packedSize);
  const last = new Uint8Array(packedSize);
  byteOrder().forEach((byte, rank) => {
    first[rank] = last[rank] = byte;
    starts[rank + 1] = rank + 1;
  });

  const uses = new Uint8Array(packedSize);
  const { leftUses, rightUses } = packed;
  inBlocks(0, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) uses[rank] = digit(leftUses.charCodeAt(rank));
  });
  const leftOrder = partOrder(uses);
  const left0 = packed.left[0];
  const leftPlace = placeReader(packed.left[1], packed.left[2]);
  inBlocks(256, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const part = leftOrder[leftPlace(digit(left0.charCodeAt(rank - 256)))]!;
      lefts[rank] = part;
      first[rank] = first[part]!;
    }
  });

  const kinds = byteKinds();
  const useCursors = kindStarts(first, kinds);
  inBlocks(0, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      uses[rank] = digit(rightUses.charCodeAt(useCursors[kinds[first[rank]!]!]!++));
    }
  });
  const rightOrder = partOrder(uses, first);
  const cursors = Int32Array.from(packed.groups);
  const right0 = packed.right[0];
  const rightPlace = placeReader(packed.right[1], packed.right[2]);
  inBlocks(256, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const left = lefts[rank]!;
      const length = starts[left + 1]! - starts[left]!;
      const group = kinds[last[left]!]! * 16 + kinds[first[left]!]! * 2 + (length > 1 ? 1 : 0);
      const part = rightOrder[rightPlace(digit(right0.charCodeAt(cursors[group]!++)))]!;
      rights[rank] = part;
      last[rank] = last[part]!;
      starts[rank + 1] = starts[rank]! + length + starts[part + 1]! - starts[part]!;
    }
  });
  extra.forEach(([left, right], i) => {
    const rank = packedSize + i;
    lefts[rank] = left;
    rights[rank] = right;
    const length = starts[left + 1]! - starts[left]! + starts[right + 1]! - starts[right]!;
    starts[rank + 1] = starts[rank]! + length;
  });
  return { size, bytes: joinParts(starts, lefts, rights, first), starts, lefts, rights };
}

/** The bytes of all tokens. Copied by fours: what is written beyond a part's end, the next part writes over. */
function joinParts(starts: Int32Array, lefts: Int32Array, rights: Int32Array, first: Uint8Array): Uint8Array {
  const size = lefts.length;
  const bytes = new Uint8Array(starts[size]! + 8);
  const view = new DataView(bytes.buffer);
  bytes.set(first.subarray(0, 256));
  inBlocks(256, size, (from, end) => {
    for (let rank = from; rank < end; rank++) {
      const to = starts[rank]!;
      const left = lefts[rank]!;
      const right = rights[rank]!;
      const leftStart = starts[left]!;
      const length = starts[left + 1]! - leftStart;
      for (let i = 0; i < length; i += 4) view.setInt32(to + i, view.getInt32(leftStart + i));
      const rightStart = starts[right]!;
      const rest = starts[right + 1]! - rightStart;
      for (let i = 0; i < rest; i += 4) view.setInt32(to + length + i, view.getInt32(rightStart + i));
    }
  });
  bytes.fill(0, starts[size]);
  return bytes;
}
