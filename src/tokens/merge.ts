import type { Vocabulary } from './vocabulary.js';

/** No merge: later than every rank. */
export const NEVER = 0x7fffffff;

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
  /** The orders of pairs of single bytes, by `left << 8 | right` of the bytes themselves. */
  readonly bytePairs: Int32Array;
  /** The rank of each byte. */
  readonly byteRanks: Int32Array;
  /** How many orders there are. */
  readonly orders: number;
  /** The rank that the merge of each order makes; absent where they are the same number. */
  readonly results: Int32Array | undefined;
}

const PART_BITS = 20;
const PART = (1 << PART_BITS) - 1;
/** Ranks are below this: what a slot of the pair table holds. */
export const MOST_TOKENS = PART;
/** Orders are below this. */
export const MOST_MERGES = 1 << 24;

const hashPair = (left: number, right: number): number => {
  const h = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77);
  return h ^ (h >>> 15);
};

/** The order in which two neighbours merge, or NEVER. */
export function orderOf(pairs: Int32Array, pairMask: number, left: number, right: number): number {
  for (let slot = hashPair(left, right) & pairMask; ; slot = (slot + 1) & pairMask) {
    const low = pairs[slot * 2]!;
    if (low === -1) return NEVER;
    const high = pairs[slot * 2 + 1]!;
    if ((low & PART) === left && (high & PART) === right)
      return (low >>> PART_BITS) | ((high >>> PART_BITS) << 12);
  }
}

/** A table of merges, the first of two for the same pair wins. `lefts[order]` of -1 is no merge. */
export function buildMerges(
  vocabulary: Vocabulary,
  lefts: Int32Array,
  rights: Int32Array,
  results?: Int32Array,
): MergeRules {
  const orders = lefts.length;
  const pairMask = (1 << (32 - Math.clz32(Math.max(16, orders * 2) - 1))) - 1;
  const pairs = new Int32Array(2 * (pairMask + 1)).fill(-1);
  const { starts, bytes } = vocabulary;
  const byteRanks = new Int32Array(256).fill(-1);
  for (let rank = 0; rank < vocabulary.size; rank++) {
    const start = starts[rank]!;
    if (starts[rank + 1]! - start === 1) byteRanks[bytes[start]!] = rank;
  }
  const bytePairs = new Int32Array(65_536).fill(NEVER);
  for (let order = 0; order < orders; order++) {
    const left = lefts[order]!;
    const right = rights[order]!;
    if (left < 0) continue;
    let slot = hashPair(left, right) & pairMask;
    let known = false;
    while (pairs[slot * 2] !== -1 && !known) {
      known = (pairs[slot * 2]! & PART) === left && (pairs[slot * 2 + 1]! & PART) === right;
      slot = (slot + 1) & pairMask;
    }
    if (known) continue;
    pairs[slot * 2] = left | (order << PART_BITS);
    pairs[slot * 2 + 1] = right | ((order >>> 12) << PART_BITS);
    const from = starts[left]!;
    const to = starts[right]!;
    if (starts[left + 1]! - from === 1 && starts[right + 1]! - to === 1) {
      bytePairs[(bytes[from]! << 8) | bytes[to]!] = order;
    }
  }
  return { pairs, pairMask, bytePairs, byteRanks, orders, results };
}

/** Pieces of up to so many parts are merged by looking for the lowest order each time. */
const FEW = 24;

/** Merges pieces; the ranks it finds are in `parts` until the next call. */
export interface Merger {
  /** How many tokens the bytes make. */
  merge(bytes: Uint8Array, at: number, length: number): number;
  parts(): Int32Array;
}

export function createMerger(rules: MergeRules): Merger {
  const { pairs, pairMask, bytePairs, byteRanks, results, orders: orderCount } = rules;
  let parts = new Int32Array(256);
  let orders = new Int32Array(256);

  function mergeFew(bytes: Uint8Array, at: number, length: number): number {
    let count = length;
    let byte = bytes[at]!;
    parts[0] = byteRanks[byte]!;
    for (let i = 1; i < count; i++) {
      const next = bytes[at + i]!;
      parts[i] = byteRanks[next]!;
      orders[i - 1] = bytePairs[(byte << 8) | next]!;
      byte = next;
    }
    for (;;) {
      let lowest = NEVER;
      let where = 0;
      for (let i = 0; i < count - 1; i++) {
        const order = orders[i]!;
        if (order < lowest) {
          lowest = order;
          where = i;
        }
      }
      if (lowest === NEVER) return count;
      const merged = results === undefined ? lowest : results[lowest]!;
      parts[where] = merged;
      count--;
      for (let i = where + 1; i < count; i++) {
        parts[i] = parts[i + 1]!;
        orders[i] = orders[i + 1]!;
      }
      if (where > 0) orders[where - 1] = orderOf(pairs, pairMask, parts[where - 1]!, merged);
      if (where < count - 1) orders[where] = orderOf(pairs, pairMask, merged, parts[where + 1]!);
    }
  }

  // Long pieces: the pairs wait in one list an order, and a bitmap of two levels tells the lowest order that has a
  // list. Each merge is a few steps whatever the length, so the time is linear.
  let heads: Int32Array | undefined;
  let words = new Int32Array(0);
  let tops = new Int32Array(0);
  let next = new Int32Array(0);
  let previous = new Int32Array(0);
  let entryPart = new Int32Array(0);
  let entryNext = new Int32Array(0);
  let entries = 0;
  let lowWord = 0;

  function reserve(length: number): void {
    heads ??= new Int32Array(orderCount).fill(-1);
    if (words.length === 0) {
      words = new Int32Array((orderCount >>> 5) + 1);
      tops = new Int32Array((words.length >>> 5) + 1);
    }
    if (next.length >= length) return;
    const size = Math.max(1024, length);
    next = new Int32Array(size);
    previous = new Int32Array(size);
    entryPart = new Int32Array(size * 3);
    entryNext = new Int32Array(size * 3);
    if (parts.length < size) {
      parts = new Int32Array(size);
      orders = new Int32Array(size);
    }
  }

  function release(): void {
    if (next.length <= 65_536) return;
    next = new Int32Array(0);
    previous = next;
    entryPart = next;
    entryNext = next;
    parts = parts.slice(0, 256);
    orders = new Int32Array(256);
  }

  function wait(order: number, part: number): void {
    orders[part] = order;
    if (order === NEVER) return;
    entryPart[entries] = part;
    entryNext[entries] = heads![order]!;
    heads![order] = entries++;
    const word = order >>> 5;
    words[word]! |= 1 << (order & 31);
    tops[word >>> 5]! |= 1 << (word & 31);
    if (word < lowWord) lowWord = word;
  }

  function lowestOrder(): number {
    let bits = words[lowWord]!;
    if (bits === 0) {
      let top = lowWord >>> 5;
      while (top < tops.length && tops[top] === 0) top++;
      if (top === tops.length) return NEVER;
      lowWord = (top << 5) + 31 - Math.clz32(tops[top]! & -tops[top]!);
      bits = words[lowWord]!;
    }
    return (lowWord << 5) + 31 - Math.clz32(bits & -bits);
  }

  function join(left: number, merged: number, length: number): number {
    const right = next[left]!;
    const after = next[right]!;
    parts[left] = merged;
    orders[right] = NEVER;
    next[left] = after;
    if (after < length) {
      previous[after] = left;
      wait(orderOf(pairs, pairMask, merged, parts[after]!), left);
    } else {
      orders[left] = NEVER;
    }
    const before = previous[left]!;
    if (before >= 0) wait(orderOf(pairs, pairMask, parts[before]!, merged), before);
    return after;
  }

  function mergeMany(bytes: Uint8Array, at: number, length: number): number {
    reserve(length);
    entries = 0;
    lowWord = words.length - 1;
    for (let i = 0; i < length; i++) {
      parts[i] = byteRanks[bytes[at + i]!]!;
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    orders[length - 1] = NEVER;
    for (let i = length - 2; i >= 0; i--) wait(bytePairs[(bytes[at + i]! << 8) | bytes[at + i + 1]!]!, i);
    for (let order = lowestOrder(); order !== NEVER; order = lowestOrder()) {
      const merged = results === undefined ? order : results[order]!;
      const word = order >>> 5;
      let entry = heads![order]!;
      heads![order] = -1;
      words[word]! &= ~(1 << (order & 31));
      if (words[word] === 0) tops[word >>> 5]! &= ~(1 << (word & 31));
      for (; entry >= 0; entry = entryNext[entry]!) {
        let part = entryPart[entry]!;
        if (orders[part] !== order) continue;
        // Of two that overlap, as in a row of one letter, the left one goes first: so begin where the row begins.
        while (previous[part]! >= 0 && orders[previous[part]!] === order) part = previous[part]!;
        while (part < length && orders[part] === order) part = join(part, merged, length);
      }
    }
    let count = 0;
    for (let i = 0; i < length; i = next[i]!) parts[count++] = parts[i]!;
    return count;
  }

  return {
    merge(bytes, at, length) {
      if (length <= FEW) return mergeFew(bytes, at, length);
      const count = mergeMany(bytes, at, length);
      if (length > 65_536) {
        const found = parts.slice(0, count);
        release();
        parts = found;
      }
      return count;
    },
    parts: () => parts,
  };
}
