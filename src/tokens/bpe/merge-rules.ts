import { inBlocks } from './packed.js';
import { NEVER, type Vocabulary } from './vocabulary.js';
import { findWholeCharacters, type WholeCharacters } from './whole-characters.js';

/**
 * Which pairs of tokens merge, when, and into what. Every merge has an order (the lowest goes first); for the
 * vocabularies of tiktoken that is the rank of the token it makes, and `results` is absent. Only the last merge on
 * the way to a token is listed: while its bytes have not yet been merged with a neighbour they merge as they would
 * alone, so no other pair can come up.
 */
export interface MergeRules {
  /** Slots of two numbers: left rank (18 low bits of it) and what remains; see `orderOf`. */
  readonly pairs: Int32Array;
  readonly pairMask: number;
  /** A bit for the hash of every pair: most neighbours never merge, and this fits a nearer cache than the table. */
  readonly filter: Int32Array;
  /** The orders of pairs of single bytes, by `left << 8 | right` of the bytes themselves. */
  readonly bytePairs: Int32Array;
  /**
   * By two ASCII bytes, `left << 7 | right`: the lowest order in which the right one, still alone, can merge with
   * anything that ends in the left one; and the left one with anything that begins with the right one.
   */
  readonly fromLeft: Int32Array;
  readonly fromRight: Int32Array;
  /** The rank of each byte. */
  readonly byteRanks: Int32Array;
  /** How many orders there are. */
  readonly orders: number;
  /** The rank that the merge of each order makes; absent where they are the same number. */
  readonly results: Int32Array | undefined;
  /** The tokens, to tell what a rank's bytes are. */
  readonly vocabulary: Vocabulary;
  /** Characters that merging may begin with; absent where orders are no ranks. */
  readonly whole: (() => WholeCharacters) | undefined;
}

const PART_BITS = 20;
const PART = (1 << PART_BITS) - 1;
/** Ranks are below this: what a slot of the pair table holds. */
export const MOST_TOKENS = PART;
/** Orders are below this. */
export const MOST_MERGES = 1 << 24;

/** Only the high bits are good. */
export const hashPair = (left: number, right: number): number =>
  (Math.imul(left, 0x9e3779b1) + Math.imul(right, 0x85ebca77)) | 0;

const FILTER_BITS = 21;
const filterBit = (hash: number): number => hash >>> (32 - FILTER_BITS);

/** The order in which two neighbours merge, or NEVER. */
export function orderOf(
  pairs: Int32Array,
  pairMask: number,
  filter: Int32Array,
  left: number,
  right: number,
): number {
  const hash = hashPair(left, right);
  const bit = filterBit(hash);
  if ((filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return NEVER;
  for (let slot = (hash >>> 8) & pairMask; ; slot = (slot + 1) & pairMask) {
    const low = pairs[slot * 2]!;
    if (low === -1) return NEVER;
    const high = pairs[slot * 2 + 1]!;
    if ((low & PART) === left && (high & PART) === right)
      return (low >>> PART_BITS) | ((high >>> PART_BITS) << 12);
  }
}

/** A table of merges; the first 256 ranks are the single bytes. The first of two for the same pair wins. `lefts[order]` of -1 is no merge. */
export function buildMerges(
  vocabulary: Vocabulary,
  lefts: Int32Array,
  rights: Int32Array,
  results?: Int32Array,
): MergeRules {
  const orders = lefts.length;
  const pairMask = (1 << (32 - Math.clz32(Math.max(16, orders * 1.25) - 1))) - 1;
  const pairs = new Int32Array(2 * (pairMask + 1)).fill(-1);
  const filter = new Int32Array(1 << (FILTER_BITS - 5));
  const { bytes, starts } = vocabulary;
  const byteRanks = new Int32Array(256).fill(-1);
  for (let rank = 0; rank < 256; rank++) byteRanks[bytes[rank]!] = rank;
  const bytePairs = new Int32Array(65_536).fill(NEVER);
  const fromLeft = new Int32Array(16_384).fill(NEVER);
  const fromRight = new Int32Array(16_384).fill(NEVER);
  inBlocks(0, orders, (from, to) => {
    for (let order = from; order < to; order++) {
      const left = lefts[order]!;
      const right = rights[order]!;
      if (left < 0) continue;
      const hash = hashPair(left, right);
      let slot = (hash >>> 8) & pairMask;
      let known = false;
      while (pairs[slot * 2] !== -1 && !known) {
        known = (pairs[slot * 2]! & PART) === left && (pairs[slot * 2 + 1]! & PART) === right;
        slot = (slot + 1) & pairMask;
      }
      if (known) continue;
      const bit = filterBit(hash);
      filter[bit >>> 5]! |= 1 << (bit & 31);
      pairs[slot * 2] = left | (order << PART_BITS);
      pairs[slot * 2 + 1] = right | ((order >>> 12) << PART_BITS);
      if (left >= 256 && right >= 256) continue;
      const before = bytes[starts[left + 1]! - 1]!;
      const after = bytes[starts[right]!]!;
      if (left < 256 && right < 256) bytePairs[(before << 8) | after] = order;
      if ((before | after) >= 128) continue;
      const pair = (before << 7) | after;
      if (right < 256) fromLeft[pair] = Math.min(fromLeft[pair]!, order);
      if (left < 256) fromRight[pair] = Math.min(fromRight[pair]!, order);
    }
  });
  const whole = results === undefined ? () => findWholeCharacters(vocabulary, lefts, rights) : undefined;
  return {
    pairs,
    pairMask,
    filter,
    bytePairs,
    fromLeft,
    fromRight,
    byteRanks,
    orders,
    results,
    vocabulary,
    whole,
  };
}
