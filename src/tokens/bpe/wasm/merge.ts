import { get, KEYS, NODES, PARTS, SEAM, set } from './memory';
import { byteRank, charLength, crossesBefore, NEVER, orderOf, resultOf } from './pairs';
import { find, lengthOf, startOf } from './vocabulary';

/** Merges a piece of any length; puts its ranks at `to` and says how many they are. */
declare function mergeWhole(at: usize, length: i32, to: usize): i32;

/** What merging begins with. */
const BYTES: i32 = 0;
/** Characters that are tokens, where no merge could take a part of one before it is whole; bytes else. */
export const WHOLE: i32 = 1;
/** Characters that are tokens, and bytes of what is none: SentencePiece. */
const CHARACTERS: i32 = 2;
let begins: i32 = BYTES;

export function beginWith(what: i32): void {
  begins = what;
}

/** As many parts as fit the bits of a number. */
const MOST: i32 = 64;
/** Bytes of the parts that `firstParts` gave. */
export let taken: i32 = 0;

function wholeCharacter(at: usize, size: i32, begin: usize, end: usize): i32 {
  const rank = find(at, size);
  if (rank < 0 || begins === CHARACTERS) return rank;
  const next = at + size;
  if (at > begin && crossesBefore(load<u8>(at - 1), load<u8>(at), rank)) return -1;
  return next < end && crossesBefore(load<u8>(next - 1), load<u8>(next), rank) ? -1 : rank;
}

/** Puts up to sixty-four parts that merging begins with into `PARTS`; the piece goes from `begin` to `end`. */
export function firstParts(at: usize, begin: usize, end: usize): i32 {
  let count = 0;
  let i = at;
  while (i < end) {
    const lead = <i32>load<u8>(i);
    const size = begins === BYTES ? 1 : charLength(lead);
    if (count + size > MOST) break;
    const rank = size > 1 && i + size <= end ? wholeCharacter(i, size, begin, end) : -1;
    if (rank >= 0) {
      set(PARTS, count++, rank);
      i += size;
    } else {
      const stop = min(i + size, end);
      for (; i < stop; i++) set(PARTS, count++, byteRank(load<u8>(i)));
    }
  }
  taken = <i32>(i - at);
  return count;
}

/** The lowest key is the next merge: its order, and where its left part is. */
function keyOf(left: i32, right: i32, place: i32): i32 {
  const order = orderOf(left, right);
  return order === NEVER ? NEVER : (order << 6) | place;
}

function lowestKey(length: i32): i32 {
  let low = v128.load(KEYS);
  for (let i = 4; i < length; i += 4) low = i32x4.min_s(low, v128.load(KEYS + ((<usize>i) << 2)));
  low = i32x4.min_s(low, i8x16.shuffle(low, low, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return min(i32x4.extract_lane(low, 0), i32x4.extract_lane(low, 1));
}

/** Merges the parts of `PARTS`. A part stays where it was, and a bit in `alive` says that it is one. */
function mergeParts(length: i32, to: usize): i32 {
  const last = length - 1;
  v128.store(KEYS + ((<usize>last) << 2), i32x4.splat(NEVER));
  for (let i = 0; i < last; i++) {
    set(NODES, i, get(PARTS, i));
    set(KEYS, i, keyOf(get(PARTS, i), get(PARTS, i + 1), i));
  }
  set(NODES, last, get(PARTS, last));
  let alive: u64 = length === 64 ? <u64>-1 : ((<u64>1) << length) - 1;
  for (let lowest = lowestKey(last); lowest !== NEVER; lowest = lowestKey(last)) {
    const where = lowest & 63;
    const merged = resultOf(lowest >>> 6);
    const bit = (<u64>1) << where;
    // What lies right of the pair's left part: its right part first, which goes away.
    let after = alive & ~(bit | (bit - 1));
    const gone = after & -after;
    alive ^= gone;
    after ^= gone;
    set(KEYS, <i32>ctz(gone), NEVER);
    set(NODES, where, merged);
    set(KEYS, where, after === 0 ? NEVER : keyOf(merged, get(NODES, <i32>ctz(after)), where));
    const before = alive & (bit - 1);
    if (before !== 0) {
      const left = 63 - <i32>clz(before);
      set(KEYS, left, keyOf(get(NODES, left), merged, left));
    }
  }
  let count = 0;
  for (let rest = alive; rest !== 0; rest &= rest - 1) set(to, count++, get(NODES, <i32>ctz(rest)));
  return count;
}

/** Whether merging the bytes of two tokens together gives these two. */
function standTogether(left: i32, right: i32): bool {
  const length = lengthOf(left) + lengthOf(right);
  if (length > MOST) return false;
  memory.copy(SEAM, startOf(left), lengthOf(left));
  memory.copy(SEAM + lengthOf(left), startOf(right), lengthOf(right));
  const count = mergeParts(firstParts(SEAM, SEAM, SEAM + length), NODES);
  return count === 2 && get(NODES, 0) === left && get(NODES, 1) === right;
}

/** Tokens at the end of a window that may look otherwise once more text is seen. */
const UNSURE: i32 = 3;

/**
 * A long piece, a window at a time. A row of tokens is what merging gives exactly if it is for each two neighbours, so
 * only where windows meet is there something to check; if it fails, the next window begins a few tokens earlier.
 */
function mergeWindows(at: usize, length: i32, to: usize): i32 {
  const end = at + length;
  let from = at;
  let farthest = at;
  let made = 0;
  let back = 1;
  while (from < end) {
    const window = to + (made << 2);
    const count = mergeParts(firstParts(from, from, end), window);
    let next = from + taken;
    if (made > 0 && !standTogether(get(window, -1), get(window, 0))) {
      if (back > MOST || back > made) return mergeWhole(at, length, to);
      for (let i = 0; i < back; i++) from -= lengthOf(get(to, --made));
      back <<= 1;
      continue;
    }
    made += count;
    if (next < end) {
      for (let i = min(UNSURE, count - 1); i > 0; i--) next -= lengthOf(get(to, --made));
    }
    from = next;
    if (from > farthest) {
      farthest = from;
      back = 1;
    }
  }
  return made;
}

function isRow(at: usize, length: i32): bool {
  const eight = load<u64>(at);
  if (eight >> 8 !== (eight & (<u64>-1 >> 8))) return false;
  for (let i = 8; i < length; i++) if (load<u8>(at + i) !== <u8>eight) return false;
  return true;
}

/**
 * A row of one byte: copies of a token, and in `PARTS` a few more tokens, the last one first. All neighbours in the row
 * merge in the same order, so each step halves it.
 */
function mergeRow(at: usize, length: i32, to: usize): i32 {
  let copies = length;
  let token = byteRank(load<u8>(at));
  let more = 0;
  while (true) {
    for (; more > 0 && get(PARTS, more - 1) === token; more--) copies++;
    let lowest = copies > 1 ? orderOf(token, token) : NEVER;
    let where = more;
    for (let i = more - 1; i >= 0; i--) {
      const left = i + 1 < more ? get(PARTS, i + 1) : token;
      const order = i + 1 < more || copies > 0 ? orderOf(left, get(PARTS, i)) : NEVER;
      if (order >= lowest) continue;
      lowest = order;
      where = i;
    }
    if (lowest === NEVER) break;
    if (where === more) {
      if ((copies & 1) !== 0) set(PARTS, more++, token);
      copies >>= 1;
      token = lowest;
    } else {
      set(PARTS, where, lowest);
      if (where + 1 === more) copies--;
      else for (let i = where + 1; i < more - 1; i++) set(PARTS, i, get(PARTS, i + 1));
      if (where + 1 !== more) more--;
    }
  }
  for (let i = 0; i < copies; i++) set(to, i, token);
  for (let i = 0; i < more; i++) set(to, copies + i, get(PARTS, more - 1 - i));
  return copies + more;
}

/** Merges a piece; puts its ranks at `to` and says how many they are. */
export function merge(at: usize, length: i32, to: usize): i32 {
  // Where orders are ranks, what is made of two tokens comes later than both.
  if (length > MOST && begins === WHOLE && load<u8>(at) < 0x80 && isRow(at, length))
    return mergeRow(at, length, to);
  const count = firstParts(at, at, at + length);
  return taken === length ? mergeParts(count, to) : mergeWindows(at, length, to);
}
