import { bitsFor, get, PADS, place, set } from './memory';

/** How many tokens there are; the two parts of each, or of each merge; its bytes. */
export let size: i32 = 0;
export let lefts: usize = 0;
export let rights: usize = 0;
export let starts: usize = 0;
export let bytes: usize = 0;
export let longest: i32 = 0;

/** Slots of a number: `rank + 1`, and twelve bits of the hash above it. */
let slots: usize = 0;
let shift: u64 = 0;
let mask: i32 = 0;
const RANK: i32 = 0xfffff;

/** Room for the parts of the tokens, or of the merges where these are others. */
export function placeParts(tokens: i32, merges: i32): void {
  size = tokens;
  lefts = place(merges << 2);
  rights = place(merges << 2);
}

export function placeBytes(length: i32): void {
  starts = place((size + 1) << 2);
  bytes = place(length);
}

export function startOf(rank: i32): usize {
  return bytes + get(starts, rank);
}

export function lengthOf(rank: i32): i32 {
  return get(starts, rank + 1) - get(starts, rank);
}

/** The bytes of all tokens, made of those of their parts. */
export function joinParts(single: usize): void {
  starts = place((size + 1) << 2);
  for (let rank = 0; rank <= 256; rank++) set(starts, rank, rank);
  for (let rank = 256; rank < size; rank++) {
    const length = lengthOf(get(lefts, rank)) + lengthOf(get(rights, rank));
    set(starts, rank + 1, get(starts, rank) + length);
  }
  bytes = place(get(starts, size));
  memory.copy(bytes, single, 256);
  // Copied by eights: what is written beyond a part's end, the next part writes over.
  for (let rank = 256; rank < size; rank++) {
    const left = get(lefts, rank);
    const right = get(rights, rank);
    const to = startOf(rank);
    const length = lengthOf(left);
    for (let i = 0; i < length; i += 8) store<u64>(to + i, load<u64>(startOf(left) + i));
    for (let i = 0; i < lengthOf(right); i += 8) store<u64>(to + length + i, load<u64>(startOf(right) + i));
  }
}

const MIX: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;
const MIX_HIGH: u64 = ((<u64>0xc2b2ae3d) << 32) | 0x27d4eb4f;

export function hashShort(low: u64, high: u64): u64 {
  return low * MIX + high * MIX_HIGH;
}

/** The hash of a piece of more than sixteen bytes. */
export function hashLong(at: usize, length: i32): u64 {
  let hash: u64 = length;
  for (let i = 0; i + 8 < length; i += 8) {
    hash = (hash ^ load<u64>(at + i)) * MIX;
    hash ^= hash >> 32;
  }
  return (hash ^ load<u64>(at + length - 8)) * MIX_HIGH;
}

function hashOf(at: usize, length: i32): u64 {
  if (length > 16) return hashLong(at, length);
  const pad = PADS + (length << 4);
  return hashShort(load<u64>(at) | load<u64>(pad), load<u64>(at, 8) | load<u64>(pad, 8));
}

/** What a slot holds beside the rank. */
function tagOf(hash: u64): i32 {
  return <i32>(hash >> 8) & ~RANK;
}

export function sameBytes(a: usize, b: usize, length: i32): bool {
  if (length <= 16) {
    const pad = PADS + (length << 4);
    const low = (load<u64>(a) ^ load<u64>(b)) & ~load<u64>(pad);
    return (low | ((load<u64>(a, 8) ^ load<u64>(b, 8)) & ~load<u64>(pad, 8))) === 0;
  }
  for (let i = 0; i + 8 < length; i += 8) if (load<u64>(a + i) !== load<u64>(b + i)) return false;
  return load<u64>(a + length - 8) === load<u64>(b + length - 8);
}

/** Puts all tokens into the table. */
export function buildTable(): void {
  const bits = bitsFor(size + (size >> 2));
  slots = place(4 << bits);
  shift = 64 - bits;
  mask = (1 << bits) - 1;
  for (let rank = 0; rank < size; rank++) {
    const length = lengthOf(rank);
    if (length === 0) continue;
    if (length > longest) longest = length;
    const hash = hashOf(startOf(rank), length);
    let slot = <i32>(hash >> shift);
    while (get(slots, slot) !== 0) slot = (slot + 1) & mask;
    set(slots, slot, tagOf(hash) | (rank + 1));
  }
}

/** The rank of the token with these bytes, or -1. */
export function findHashed(at: usize, length: i32, hash: u64): i32 {
  const tag = tagOf(hash);
  let slot = <i32>(hash >> shift);
  for (let found = get(slots, slot); found !== 0; found = get(slots, slot)) {
    const rank = (found & RANK) - 1;
    const same = (found ^ tag) >>> 20 === 0 && rank < size && lengthOf(rank) === length;
    if (same && sameBytes(at, startOf(rank), length)) return rank;
    slot = (slot + 1) & mask;
  }
  return -1;
}

export function find(at: usize, length: i32): i32 {
  return length > longest ? -1 : findHashed(at, length, hashOf(at, length));
}

export function slotCount(): i32 {
  return mask + 1;
}

export function rankAt(slot: i32): i32 {
  return (get(slots, slot) & RANK) - 1;
}

/** Lets a token be found no more; its slot stays taken, so that the others are. */
export function hide(slot: i32): void {
  set(slots, slot, RANK);
}
