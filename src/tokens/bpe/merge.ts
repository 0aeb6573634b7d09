import { type MergeRules, orderOf } from './merge-rules.js';
import { NEVER } from './vocabulary.js';
import { firstParts, type WholeCharacters } from './whole-characters.js';

/** Pieces of up to so many parts are merged by looking for the lowest order each time. */
const FEW = 24;

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
  /** Gives back the room that a long piece took, and the parts with it. */
  shrink(): void;
}

export function createMerger(rules: MergeRules): Merger {
  const {
    pairs,
    pairMask,
    filter,
    bytePairs,
    fromLeft,
    fromRight,
    byteRanks,
    results,
    whole,
    orders: orderCount,
  } = rules;
  let characters: WholeCharacters | undefined;
  let parts = new Int32Array(256);
  let orders = new Int32Array(256);
  const keys = new Int32Array(32);
  const fewParts = new Int32Array(32);

  // Short pieces: a part stays where its first byte was, and a bit in `alive` says that it is one. The key of a pair is
  // its order and its place together, so the lowest key is the next merge; the loops that find it have no branches to
  // guess wrong.
  // Two bytes may merge at once, whatever else does, if neither can merge with its other neighbour any sooner. It is
  // written without branches, since the outcome is hard to guess.
  function mergeFewBytes(bytes: Uint8Array, at: number, length: number): number {
    const last = length - 1;
    let count = 0;
    let joined = 0;
    let byte = bytes[at]!;
    let left = NEVER;
    for (let i = 0; i < last; i++) {
      const next = bytes[at + i + 1]!;
      const order = bytePairs[(byte << 8) | next]!;
      const right = i + 2 < length ? fromRight[(next << 7) | bytes[at + i + 2]!]! : NEVER;
      const sooner = ((order - left) & (order - right)) >> 31;
      const merged = results === undefined || sooner === 0 ? order : results[order]!;
      const rank = byteRanks[byte]!;
      parts[count] = rank ^ ((rank ^ merged) & sooner);
      count += 1 - joined;
      joined = -sooner;
      left = fromLeft[(byte << 7) | next]!;
      byte = next;
    }
    parts[count] = byteRanks[byte]!;
    return mergeFewParts(count + 1 - joined);
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

  return {
    merge: mergeWhole,
    parts: () => parts,
    shrink() {
      next = new Int32Array(0);
      previous = next;
      entryPart = next;
      entryNext = next;
      parts = new Int32Array(256);
      orders = new Int32Array(256);
    },
  };
}
