import { bitsFor, get, place, set } from './memory';
import { lefts, lengthOf, rights, size, startOf } from './vocabulary';

/** Later than every order: no merge. */
export const NEVER: i32 = 0x7fffffff;

/** Slots of two numbers: the rank of a part, and a half of the order above it. */
let pairs: usize = 0;
let mask: i32 = 0;
/** A bit for the hash of every pair: most neighbours never merge, and this fits a nearer cache than the table. */
let filter: usize = 0;
const FILTER_BITS: i32 = 21;
const PART_BITS: i32 = 20;
const PARTS: u64 = ((<u64>0xfffff) << 32) | 0xfffff;
const EMPTY: u64 = <u64>-1;

/** The orders of pairs of single bytes by their ranks, which are the first: merging begins with them. */
let bytePairs: usize = 0;

/** The rank that each order makes, or 0 where they are the same number. */
let results: usize = 0;
/** The rank of each byte. */
let byteRanks: usize = 0;
/** By two neighbouring bytes of two characters, the lowest order that joins over them a part of a character. */
let crossings: usize = 0;
let crossed: bool = false;

function hashPair(left: i32, right: i32): i32 {
  return left * <i32>0x9e3779b1 + right * <i32>0x85ebca77;
}

/** The order in which two neighbours merge. */
export function orderOf(left: i32, right: i32): i32 {
  if ((left | right) < 256) return get(bytePairs, (left << 8) | right);
  const hash = hashPair(left, right);
  const bit = hash >>> (32 - FILTER_BITS);
  if ((get(filter, bit >>> 5) & (1 << (bit & 31))) === 0) return NEVER;
  const wanted = <u64>left | ((<u64>right) << 32);
  let slot = (hash >>> 8) & mask;
  let both = load<u64>(pairs + ((<usize>slot) << 3));
  while (both !== EMPTY) {
    if ((both & PARTS) === wanted) return (<i32>both >>> PART_BITS) | ((<i32>(both >> 52)) << 12);
    slot = (slot + 1) & mask;
    both = load<u64>(pairs + ((<usize>slot) << 3));
  }
  return NEVER;
}

export function resultOf(order: i32): i32 {
  return results === 0 ? order : get(results, order);
}

export function byteRank(byte: i32): i32 {
  return get(byteRanks, byte);
}

/** Puts all merges into the table; the first of two for the same pair wins. */
export function buildPairs(orders: i32, made: usize): void {
  const bits = bitsFor(orders + (orders >> 2));
  pairs = place(8 << bits);
  memory.fill(pairs, 0xff, 8 << bits);
  mask = (1 << bits) - 1;
  filter = place(1 << (FILTER_BITS - 3));
  results = made;
  byteRanks = place(1024);
  crossings = place(4 << 16);
  bytePairs = place(4 << 16);
  for (let i = 0; i < 1 << 16; i++) set(bytePairs, i, NEVER);
  for (let rank = 0; rank < 256; rank++)
    if (lengthOf(rank) === 1) set(byteRanks, load<u8>(startOf(rank)), rank);
  for (let order = 0; order < orders; order++) {
    const left = get(lefts, order);
    const right = get(rights, order);
    if (left < 0 || orderOf(left, right) !== NEVER) continue;
    if ((left | right) < 256) {
      set(bytePairs, (left << 8) | right, order);
      continue;
    }
    const hash = hashPair(left, right);
    const bit = hash >>> (32 - FILTER_BITS);
    set(filter, bit >>> 5, get(filter, bit >>> 5) | (1 << (bit & 31)));
    let slot = (hash >>> 8) & mask;
    while (get(pairs, slot << 1) !== -1) slot = (slot + 1) & mask;
    set(pairs, slot << 1, left | (order << PART_BITS));
    set(pairs, (slot << 1) + 1, right | ((order >>> 12) << PART_BITS));
  }
}

export function continues(byte: i32): bool {
  return (byte & 0xc0) === 0x80;
}

export function charLength(lead: i32): i32 {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Whether a merge joins a part of a character to another character. */
function crosses(left: i32, right: i32): bool {
  const begin = <i32>load<u8>(startOf(right));
  if (continues(begin)) return false;
  if (lengthOf(right) < charLength(begin)) return true;
  for (let i = 0; i < lengthOf(left); i++) if (!continues(load<u8>(startOf(left) + i))) return false;
  return true;
}

function findCrossings(): void {
  crossed = true;
  for (let i = 0; i < 1 << 16; i++) set(crossings, i, NEVER);
  for (let rank = 0; rank < size; rank++) {
    const left = get(lefts, rank);
    if (left < 0) continue;
    const right = get(rights, rank);
    if (!crosses(left, right)) continue;
    const key = ((<i32>load<u8>(startOf(left) + lengthOf(left) - 1)) << 8) | <i32>load<u8>(startOf(right));
    if (get(crossings, key) === NEVER) set(crossings, key, rank);
  }
}

/** Whether a merge over these two bytes goes before the one of this order. */
export function crossesBefore(left: i32, right: i32, order: i32): bool {
  if (!crossed) findCrossings();
  return get(crossings, (left << 8) | right) < order;
}
