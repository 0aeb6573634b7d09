/**
 * The engine in WebAssembly, in AssemblyScript: 64 bytes of text are cut at once, pieces of up to sixteen bytes are one
 * key, and what pieces came to is remembered. wasm-engine.ts calls it.
 */
import { cut, pieces } from './cut';
import { BORDERS, get, LONG_BITS, LONGS, NEAR, NEAR_BITS, PADS, PARTS, set } from './memory';
import { merge } from './merge';
import {
  buildTable,
  findHashed,
  hashLong,
  hashShort,
  hide,
  lengthOf,
  longest,
  rankAt,
  sameBytes,
  slotCount,
  startOf,
} from './vocabulary';

export { setRules } from './cut';
export { CATEGORIES, MOST_UNITS, PARTS, place, RANKS, TEXT } from './memory';
export { beginWith, firstParts, taken } from './merge';
export { buildPairs, orderOf } from './pairs';
export { unpack } from './unpack';
export { bytes, joinParts, lefts, longest, placeBytes, placeParts, rights, starts } from './vocabulary';

/** Where counting or encoding stopped: the start of a piece that more text may change. */
export let stopped: usize = 0;

/** Makes the table of tokens; without those that merging their own bytes does not give, if `reached` is asked for. */
export function setUp(reached: bool): void {
  for (let n = 0; n <= 16; n++) memory.fill(PADS + (n << 4) + n, 0xff, 16 - n);
  // Only sixteen zero bytes have the key of an empty slot, and their hash is 0.
  memory.fill(NEAR, 0xff, 32);
  buildTable();
  if (!reached) return;
  for (let slot = 0; slot < slotCount(); slot++) {
    const rank = rankAt(slot);
    if (rank < 0) continue;
    if (merge(startOf(rank), lengthOf(rank), PARTS) !== 1 || get(PARTS, 0) !== rank) hide(slot);
  }
}

// A slot of the near cache: a key of 16 bytes, the number of tokens in 4 bits (0 for 16), and six ranks of 20 bits.
const MOST_KEPT: i32 = 6;
const RANK: u64 = 0xfffff;

function holds(slot: usize, low: u64, high: u64): bool {
  return ((load<u64>(slot) ^ low) | (load<u64>(slot, 8) ^ high)) === 0;
}

/** Puts what a piece comes to into its slot, whatever was there. */
function remember(at: usize, length: i32, slot: usize, low: u64, high: u64, hash: u64): void {
  store<u64>(slot, low);
  store<u64>(slot, high, 8);
  const rank = findHashed(at, length, hash);
  if (rank >= 0) {
    store<u64>(slot, 1 | ((<u64>rank) << 4), 16);
    return;
  }
  const made = merge(at, length, PARTS);
  let first: u64 = made & 15;
  let second: u64 = 0;
  if (made <= MOST_KEPT) {
    first |= ((<u64>get(PARTS, 0)) << 4) | ((<u64>get(PARTS, 1)) << 24) | ((<u64>get(PARTS, 2)) << 44);
    second = <u64>get(PARTS, 3) | ((<u64>get(PARTS, 4)) << 20) | ((<u64>get(PARTS, 5)) << 40);
  }
  store<u64>(slot, first, 16);
  store<u64>(slot, second, 24);
}

/** Writes the ranks of a slot; six are written whatever their number. */
function writeRanks(slot: usize, at: usize, length: i32, out: usize): void {
  const first = load<u64>(slot, 16);
  const second = load<u64>(slot, 24);
  if (((<i32>first - 1) & 15) >= MOST_KEPT) {
    merge(at, length, out);
    return;
  }
  store<u32>(out, <u32>((first >> 4) & RANK));
  store<u32>(out, <u32>((first >> 24) & RANK), 4);
  store<u32>(out, <u32>(first >> 44), 8);
  store<u32>(out, <u32>(second & RANK), 12);
  store<u32>(out, <u32>((second >> 20) & RANK), 16);
  store<u32>(out, <u32>(second >> 40), 20);
}

/** A piece of up to sixteen bytes; gives the number of its tokens. */
function shortPiece(at: usize, length: i32, out: usize): i32 {
  const pad = PADS + (length << 4);
  const low = load<u64>(at) | load<u64>(pad);
  const high = load<u64>(at, 8) | load<u64>(pad, 8);
  const hash = hashShort(low, high);
  const slot = NEAR + ((<usize>(hash >> (64 - NEAR_BITS))) << 5);
  if (!holds(slot, low, high)) remember(at, length, slot, low, high, hash);
  if (out !== 0) writeRanks(slot, at, length, out);
  const made = load<i32>(slot, 16) & 15;
  return made === 0 ? 16 : made;
}

// A slot of longer pieces: hash, length, number of tokens; the bytes, and the ranks.
const LONGEST_KEPT: i32 = 96;
const SLOT_RANKS: i32 = 112;

function copyRanks(from: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i++) set(to, i, get(from, i));
}

/** A piece of more than sixteen bytes; its ranks are at `out`, but with `counts` not always. Gives their number. */
function longPiece(at: usize, length: i32, out: usize, counts: bool): i32 {
  const kept = length <= LONGEST_KEPT;
  const hash = hashLong(at, length);
  const slot = LONGS + ((<usize>(hash >> (64 - LONG_BITS))) << 9);
  if (kept && load<u64>(slot) === hash && load<i32>(slot, 8) === length && sameBytes(slot + 16, at, length)) {
    const count = load<i32>(slot, 12);
    if (!counts) copyRanks(slot + SLOT_RANKS, out, count);
    return count;
  }
  const rank = length > longest ? -1 : findHashed(at, length, hash);
  const count = rank < 0 ? merge(at, length, out) : 1;
  if (rank >= 0) set(out, 0, rank);
  if (!kept) return count;
  store<u64>(slot, hash);
  store<i32>(slot, length, 8);
  store<i32>(slot, count, 12);
  for (let i = 0; i < length; i += 16) v128.store(slot + 16 + i, v128.load(at + i));
  copyRanks(out, slot + SLOT_RANKS, count);
  return count;
}

/** One piece, which is not cut: the number of its tokens, whose ranks are at `out`. */
export function piece(at: usize, length: i32, out: usize): i32 {
  return length > 16 ? longPiece(at, length, out, false) : shortPiece(at, length, out);
}

/**
 * Counts the tokens of the bytes from `at` to `end`, and stops once they are more than `limit`. Their ranks go to `out`;
 * with `counts` only those of a long piece, one piece over the other.
 */
export function run(at: usize, end: usize, more: bool, limit: i32, out: usize, counts: bool): i32 {
  // So that what may end at white space does.
  for (let i = 0; i < 64; i += 16) v128.store(end + i, i8x16.splat(32));
  let total = 0;
  let p = at;
  while (p < end && total <= limit) {
    p = cut(p, end, more);
    if (pieces === 0) break;
    let begin = <usize>get(BORDERS, 0);
    for (let i = 1; i <= pieces; i++) {
      const next = <usize>get(BORDERS, i);
      const length = <i32>(next - begin);
      const to = counts ? out : out + ((<usize>total) << 2);
      total +=
        length > 16 ? longPiece(begin, length, to, counts) : shortPiece(begin, length, counts ? 0 : to);
      begin = next;
    }
  }
  stopped = p;
  return total;
}
