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
  const keys = key === undefined ? 1 : 256;
  const at = new Int32Array(USE_CLASSES * keys + 1);
  const slot = (rank: number) =>
    (USE_CLASSES - 1 - uses[rank]!) * keys + (key === undefined ? 0 : key[rank]!);
  for (let rank = 0; rank < uses.length; rank++) at[slot(rank) + 1]!++;
  for (let i = 1; i < at.length; i++) at[i]! += at[i - 1]!;
  const order = new Int32Array(uses.length);
  for (let rank = 0; rank < uses.length; rank++) order[at[slot(rank)]!++] = rank;
  return order;
}

/** Ranks by the kind of the token's first byte, then by rank: the order in which the uses as a right part are written. */
export function byFirstByte(first: Uint8Array): Int32Array {
  const at = new Int32Array(KINDS + 1);
  for (let rank = 0; rank < first.length; rank++) at[byteKind(first[rank]!) + 1]!++;
  for (let kind = 1; kind < at.length; kind++) at[kind]! += at[kind - 1]!;
  const order = new Int32Array(first.length);
  for (let rank = 0; rank < first.length; rank++) order[at[byteKind(first[rank]!)]!++] = rank;
  return order;
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
  const first = new Uint8Array(size);
  const last = new Uint8Array(size);
  byteOrder().forEach((byte, rank) => {
    first[rank] = last[rank] = byte;
    starts[rank + 1] = rank + 1;
  });

  const uses = new Uint8Array(packedSize);
  for (let rank = 0; rank < packedSize; rank++) uses[rank] = digit(packed.leftUses.charCodeAt(rank));
  const leftOrder = partOrder(uses);
  const [left0, left1, left2] = packed.left;
  for (let rank = 256, one = 0, two = 0; rank < packedSize; rank++) {
    let place = digit(left0.charCodeAt(rank - 256));
    if (place >= ONE_DIGIT) {
      const high = place - ONE_DIGIT;
      const next = digit(left1.charCodeAt(one++));
      place = ONE_DIGIT + high * 64 + next;
      if (high >= TWO_DIGITS) {
        place =
          ONE_DIGIT +
          TWO_DIGITS * 64 +
          (high - TWO_DIGITS) * 4096 +
          next * 64 +
          digit(left2.charCodeAt(two++));
      }
    }
    const part = leftOrder[place]!;
    lefts[rank] = part;
    first[rank] = first[part]!;
  }

  const firsts = first.subarray(0, packedSize);
  byFirstByte(firsts).forEach((rank, i) => {
    uses[rank] = digit(packed.rightUses.charCodeAt(i));
  });
  const rightOrder = partOrder(uses, firsts);
  const cursors = Int32Array.from(packed.groups);
  const [right0, right1, right2] = packed.right;
  for (let rank = 256, one = 0, two = 0; rank < packedSize; rank++) {
    const left = lefts[rank]!;
    const length = starts[left + 1]! - starts[left]!;
    const group = groupOf(first[left]!, last[left]!, length);
    let place = digit(right0.charCodeAt(cursors[group]!++));
    if (place >= ONE_DIGIT) {
      const high = place - ONE_DIGIT;
      const next = digit(right1.charCodeAt(one++));
      place = ONE_DIGIT + high * 64 + next;
      if (high >= TWO_DIGITS) {
        place =
          ONE_DIGIT +
          TWO_DIGITS * 64 +
          (high - TWO_DIGITS) * 4096 +
          next * 64 +
          digit(right2.charCodeAt(two++));
      }
    }
    const part = rightOrder[place]!;
    rights[rank] = part;
    last[rank] = last[part]!;
    starts[rank + 1] = starts[rank]! + length + starts[part + 1]! - starts[part]!;
  }
  extra.forEach(([left, right], i) => {
    const rank = packedSize + i;
    lefts[rank] = left;
    rights[rank] = right;
    const length = starts[left + 1]! - starts[left]! + starts[right + 1]! - starts[right]!;
    starts[rank + 1] = starts[rank]! + length;
  });

  const bytes = new Uint8Array(starts[size]! + 8);
  for (let rank = 0; rank < 256; rank++) bytes[rank] = first[rank]!;
  for (let rank = 256; rank < size; rank++) {
    let to = starts[rank]!;
    const left = lefts[rank]!;
    for (let i = starts[left]!, end = starts[left + 1]!; i < end; i++) bytes[to++] = bytes[i]!;
    const right = rights[rank]!;
    for (let i = starts[right]!, end = starts[right + 1]!; i < end; i++) bytes[to++] = bytes[i]!;
  }
  return { size, bytes, starts, lefts, rights };
}
