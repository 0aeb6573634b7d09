import { sameBytes } from './vocabulary.js';

/** Slots, two to a set; and 32-bit words of the ring that holds bytes and ranks. Together four megabytes at most. */
const SLOT_BITS = 17;
const RING = 1 << 19;
/** Longer pieces are not kept. */
export const LONGEST_KEPT = 256;

/**
 * Pieces that were merged, and what they gave. The oldest entries of a ring make room for new ones, so a full memo
 * goes on as before, and a lookup that fails costs one cache line.
 */
export interface PieceMemo {
  /** Where the ranks of the piece are in `words`, or -1; their number is `words[where - 1]`. */
  find(hash: number, view: DataView, at: number, length: number): number;
  keep(hash: number, view: DataView, at: number, length: number, ranks: Int32Array, count: number): void;
  words(): Int32Array;
}

export function createPieceMemo(): PieceMemo {
  const mask = (1 << SLOT_BITS) - 1;
  let slots = new Int32Array(0);
  let ring = new Int32Array(0);
  let ringView = new DataView(ring.buffer);
  // Places count on beyond the ring, so that an entry whose words were written over is known by its place.
  let head = RING;
  return {
    find(hash, view, at, length) {
      if (ring.length === 0) return -1;
      for (let way = 0; way < 2; way++) {
        const slot = (((hash & mask) ^ way) << 1) | 0;
        if (slots[slot] !== hash) continue;
        const place = slots[slot + 1]!;
        if (place < head - RING) continue;
        const word = place & (RING - 1);
        if (ring[word] === length && sameBytes(view, at, ringView, (word + 1) << 2, length)) {
          return word + 2 + ((length + 3) >> 2);
        }
      }
      return -1;
    },
    keep(hash, view, at, length, ranks, count) {
      if (ring.length === 0) {
        slots = new Int32Array(2 << SLOT_BITS);
        ring = new Int32Array(RING);
        ringView = new DataView(ring.buffer);
      }
      const byteWords = (length + 3) >> 2;
      const need = 2 + byteWords + count;
      let word = head & (RING - 1);
      if (word + need > RING) {
        head += RING - word;
        word = 0;
      }
      if (head > 0x3fffffff) {
        slots.fill(0);
        head = RING;
      }
      const slot = (hash & mask) << 1;
      const other = ((hash & mask) ^ 1) << 1;
      slots[other] = slots[slot]!;
      slots[other + 1] = slots[slot + 1]!;
      slots[slot] = hash;
      slots[slot + 1] = head;
      ring[word] = length;
      for (let i = 0; i < byteWords; i++) ring[word + 1 + i] = view.getInt32(at + 4 * i, true);
      ring[word + 1 + byteWords] = count;
      for (let i = 0; i < count; i++) ring[word + 2 + byteWords + i] = ranks[i]!;
      head += need;
    },
    words: () => ring,
  };
}
