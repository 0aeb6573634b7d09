/**
 * The memory of the engine, in AssemblyScript. First what has a fixed place, then the tables of the vocabulary, each as
 * large as it must be. Pages that nothing has touched cost nothing, so the rooms may be large.
 */

/** Seventeen rows of sixteen bytes: ff where a piece of so many bytes has none. */
export const PADS: usize = 1024;
/** Borders of the pieces of a batch. */
export const BORDERS: usize = 2048;
export const BATCH: i32 = 1024;
/** Ranks that merging gave, and what it works with. */
export const PARTS: usize = 8192;
export const KEYS: usize = 12_288;
export const NODES: usize = 12_800;
/** The bytes of two tokens that may stand beside each other. */
export const SEAM: usize = 13_312;
/** What pieces of up to sixteen bytes came to: 32 bytes a slot. */
export const NEAR: usize = 16_384;
export const NEAR_BITS: i32 = 17;
/** What longer pieces came to: 512 bytes a slot. */
export const LONGS: usize = NEAR + (32 << NEAR_BITS);
export const LONG_BITS: i32 = 13;
/** The flags of every code point below `POINTS`. */
export const CATEGORIES: usize = LONGS + (512 << LONG_BITS);
export const POINTS: i32 = 0x34000;
/** The text, with sixty-four spaces after it; and the ranks of its tokens. Both hold what packed vocabularies unpack with. */
export const TEXT: usize = CATEGORIES + POINTS;
export const MOST_UNITS: i32 = 1 << 20;
export const RANKS: usize = TEXT + 3 * MOST_UNITS + 128;

let top: usize = RANKS + 12 * MOST_UNITS + 128;

/** Room for so many bytes, all zero. Traps where the platform gives no more memory. */
export function place(bytes: i32): usize {
  const at = (top + 63) & ~(<usize>63);
  // Tables are read sixteen bytes at a time.
  top = at + bytes + 16;
  const pages = <i32>((top + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

export function get(list: usize, i: i32): i32 {
  return load<i32>(list + ((<usize>i) << 2));
}

export function set(list: usize, i: i32, value: i32): void {
  store<i32>(list + ((<usize>i) << 2), value);
}

/** Bits of the number of slots of a table. */
export function bitsFor(slots: i32): i32 {
  return 32 - clz(max(16, slots) - 1);
}
