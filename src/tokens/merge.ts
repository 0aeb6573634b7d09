import { inBlocks } from './blocks.js';
import type { Vocabulary } from './vocabulary.js';
import { findWholeCharacters, firstParts, type WholeCharacters } from './whole-characters.js';

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
  /** A bit for the hash of every pair: most neighbours never merge, and this fits a nearer cache than the table. */
  readonly filter: Int32Array;
  /** The orders of pairs of single bytes, by `left << 8 | right` of the bytes themselves. */
  readonly bytePairs: Int32Array;
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
const hashPair = (left: number, right: number): number =>
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
  const { bytes } = vocabulary;
  const byteRanks = new Int32Array(256).fill(-1);
  for (let rank = 0; rank < 256; rank++) byteRanks[bytes[rank]!] = rank;
  const bytePairs = new Int32Array(65_536).fill(NEVER);
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
      if (left < 256 && right < 256) bytePairs[(bytes[left]! << 8) | bytes[right]!] = order;
    }
  });
  const whole = results === undefined ? () => findWholeCharacters(vocabulary, lefts, rights) : undefined;
  return { pairs, pairMask, filter, bytePairs, byteRanks, orders, results, vocabulary, whole };
}

/** Pieces of up to so many parts are merged by looking for the lowest order each time. */
const FEW = 24;

/** Bytes of a piece that are merged at a time; and how many tokens on each side of a seam are merged again at most. */
const WINDOW = 4096;
const MOST_MENDED = 256;

const keyOf = (order: number, place: number): number => (order === NEVER ? NEVER : (order << 5) | place);

function isAscii(bytes: Uint8Array, at: number, length: number): boolean {
  let all = 0;
  for (let i = at; i < at + length; i++) all |= bytes[i]!;
  return all < 0x80;
}

/** The lower of two numbers from 0 up. */
const least = (a: number, b: number): number => b + ((a - b) & ((a - b) >> 31));

/** Merges pieces; the ranks it finds are in `parts` until the next call. */
export interface Merger {
  /** How many tokens the bytes make. */
  merge(bytes: Uint8Array, at: number, length: number): number;
  parts(): Int32Array;
}

export function createMerger(rules: MergeRules): Merger {
  const { pairs, pairMask, filter, bytePairs, byteRanks, results, whole, orders: orderCount } = rules;
  let characters: WholeCharacters | undefined;
  let parts = new Int32Array(256);
  let orders = new Int32Array(256);
  const keys = new Int32Array(32);
  const fewParts = new Int32Array(32);

  // Short pieces: a part stays where its first byte was, and a bit in `alive` says that it is one. The key of a pair is
  // its order and its place together, so the lowest key is the next merge; the loops that find it have no branches to
  // guess wrong.
  function mergeFewBytes(bytes: Uint8Array, at: number, length: number): number {
    const last = length - 1;
    let byte = bytes[at]!;
    fewParts[0] = byteRanks[byte]!;
    let lowest = NEVER;
    for (let i = 0; i < last; i++) {
      const next = bytes[at + i + 1]!;
      fewParts[i + 1] = byteRanks[next]!;
      const order = bytePairs[(byte << 8) | next]!;
      const found = order === NEVER ? NEVER : (order << 5) | i;
      keys[i] = found;
      lowest = least(lowest, found);
      byte = next;
    }
    return mergeFew(length, lowest);
  }

  function mergeFewParts(length: number): number {
    const last = length - 1;
    let lowest = NEVER;
    for (let i = 0; i < last; i++) {
      fewParts[i] = parts[i]!;
      const found = keyOf(orderOf(pairs, pairMask, filter, parts[i]!, parts[i + 1]!), i);
      keys[i] = found;
      lowest = least(lowest, found);
    }
    fewParts[last] = parts[last]!;
    return mergeFew(length, lowest);
  }

  function mergeFew(length: number, first: number): number {
    const few = fewParts;
    const key = keys;
    const last = length - 1;
    let lowest = first;
    key[last] = key[last + 1] = key[last + 2] = key[last + 3] = NEVER;
    let alive = (1 << length) - 1;
    while (lowest !== NEVER) {
      const where = lowest & 31;
      const merged = results === undefined ? lowest >>> 5 : results[lowest >>> 5]!;
      const bit = 1 << where;
      // What lies right of the pair's left part: its right part first, which goes away.
      let after = alive & ~(bit | (bit - 1));
      const gone = after & -after;
      alive ^= gone;
      after ^= gone;
      key[31 - Math.clz32(gone)] = NEVER;
      few[where] = merged;
      if (after !== 0) {
        key[where] = keyOf(
          orderOf(pairs, pairMask, filter, merged, few[31 - Math.clz32(after & -after)]!),
          where,
        );
      } else {
        key[where] = NEVER;
      }
      const before = alive & (bit - 1);
      if (before !== 0) {
        const left = 31 - Math.clz32(before);
        key[left] = keyOf(orderOf(pairs, pairMask, filter, few[left]!, merged), left);
      }
      let low0 = key[0]!;
      let low1 = key[1]!;
      let low2 = key[2]!;
      let low3 = key[3]!;
      for (let i = 4; i < last; i += 4) {
        low0 = least(low0, key[i]!);
        low1 = least(low1, key[i + 1]!);
        low2 = least(low2, key[i + 2]!);
        low3 = least(low3, key[i + 3]!);
      }
      lowest = least(least(low0, low1), least(low2, low3));
    }
    let count = 0;
    for (let rest = alive; rest !== 0; rest &= rest - 1) parts[count++] = few[31 - Math.clz32(rest & -rest)]!;
    return count;
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
      wait(orderOf(pairs, pairMask, filter, merged, parts[after]!), left);
    } else {
      orders[left] = NEVER;
    }
    const before = previous[left]!;
    if (before >= 0) wait(orderOf(pairs, pairMask, filter, parts[before]!, merged), before);
    return after;
  }

  /** Merges the parts that are in `parts`. */
  function mergeMany(length: number): number {
    reserve(length);
    entries = 0;
    lowWord = words.length - 1;
    for (let i = 0; i < length; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    orders[length - 1] = NEVER;
    for (let i = length - 2; i >= 0; i--) wait(orderOf(pairs, pairMask, filter, parts[i]!, parts[i + 1]!), i);
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

  /** Merges in one go; the ranks are in `parts`. */
  function mergeWhole(bytes: Uint8Array, at: number, length: number): number {
    if (length <= FEW && isAscii(bytes, at, length)) return mergeFewBytes(bytes, at, length);
    if (parts.length < length) {
      parts = new Int32Array(length);
      orders = new Int32Array(length);
    }
    let count = length;
    if (whole !== undefined) {
      characters ??= whole();
      count = firstParts(bytes, at, length, byteRanks, characters, parts);
    } else {
      for (let i = 0; i < length; i++) parts[i] = byteRanks[bytes[at + i]!]!;
    }
    return count <= FEW ? mergeFewParts(count) : mergeMany(count);
  }

  const { starts, bytes: tokenBytes } = rules.vocabulary;
  const lengthOf = (rank: number): number => starts[rank + 1]! - starts[rank]!;
  let joined = new Uint8Array(0);

  /** Whether merging the bytes of two tokens together gives these two. */
  function standTogether(left: number, right: number): boolean {
    const length = lengthOf(left) + lengthOf(right);
    if (joined.length < length) joined = new Uint8Array(length * 2);
    joined.set(tokenBytes.subarray(starts[left]!, starts[left + 1]!));
    joined.set(tokenBytes.subarray(starts[right]!, starts[right + 1]!), lengthOf(left));
    if (mergeWhole(joined, 0, length) !== 2) return false;
    return parts[0] === left && parts[1] === right;
  }

  /**
   * Very long pieces are merged a window at a time, in room that fits a near cache. A row of tokens is what merging
   * gives exactly if it is for each two neighbours, so only where windows meet is there something to check, and to
   * merge again with a few tokens from both sides if it fails.
   */
  function mergeWindows(bytes: Uint8Array, at: number, length: number): number {
    let out = new Int32Array(Math.max(1024, length >>> 1));
    let count = 0;
    const push = (from: Int32Array, begin: number, end: number) => {
      if (count + end - begin > out.length) {
        const wider = new Int32Array(Math.max(out.length * 2, count + end - begin));
        wider.set(out);
        out = wider;
      }
      out.set(from.subarray(begin, end), count);
      count += end - begin;
    };
    let done = at;
    while (done < at + length) {
      let to = Math.min(done + WINDOW, at + length);
      while (to < at + length && (bytes[to]! & 0xc0) === 0x80) to++;
      const tokens = mergeWhole(bytes, done, to - done);
      const found = parts.slice(0, tokens);
      if (count > 0 && !standTogether(out[count - 1]!, found[0]!)) {
        const kept = mend(bytes, done, out, count, found);
        if (kept === undefined) {
          const all = mergeWhole(bytes, at, length);
          out = parts.slice(0, all);
          shrink();
          parts = out;
          orders = new Int32Array(parts.length);
          return all;
        }
        count -= kept.taken;
        push(kept.between, 0, kept.between.length);
        push(found, kept.taken, found.length);
      } else {
        push(found, 0, found.length);
      }
      done = to;
    }
    parts = out;
    orders = new Int32Array(parts.length);
    return count;
  }

  /** What takes the place of `taken` tokens on both sides of a seam; undefined if a few are not enough. */
  function mend(
    bytes: Uint8Array,
    seam: number,
    out: Int32Array,
    count: number,
    found: Int32Array,
  ): { taken: number; between: Int32Array } | undefined {
    for (let taken = 2; taken <= MOST_MENDED; taken *= 2) {
      if (taken >= count || taken >= found.length) return undefined;
      let from = seam;
      let to = seam;
      for (let i = 0; i < taken; i++) {
        from -= lengthOf(out[count - 1 - i]!);
        to += lengthOf(found[i]!);
      }
      const tokens = mergeWhole(bytes, from, to - from);
      const between = parts.slice(0, tokens);
      if (
        standTogether(out[count - taken - 1]!, between[0]!) &&
        standTogether(between[between.length - 1]!, found[taken]!)
      ) {
        return { taken, between };
      }
    }
    return undefined;
  }

  /** Gives back the room that a very long piece took. */
  function shrink(): void {
    next = new Int32Array(0);
    previous = next;
    entryPart = next;
    entryNext = next;
  }

  return {
    merge: (bytes, at, length) =>
      length > 2 * WINDOW ? mergeWindows(bytes, at, length) : mergeWhole(bytes, at, length),
    parts: () => parts,
  };
}
