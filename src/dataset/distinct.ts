/**
 * Counts repeats in bounded memory. The hashes of all rows below a threshold are kept with their counts; when they
 * become too many the threshold halves and what is above goes. Up to `capacity` distinct rows the numbers are exact,
 * beyond that they are estimates from an even sample; sketches of shards join into the sketch of the whole.
 * Source: Gibbons, "Distinct sampling for highly-accurate answers to distinct values queries", 2001.
 */
export interface DistinctSketch {
  /** Kept are hashes below 2^(48 - level). */
  level: number;
  /** Hash and count by turns. */
  kept: number[];
}

export interface DistinctCounter {
  /** True when the same row was added before (of the sampled rows, beyond the capacity). */
  add(text: string): boolean;
  sketch(): DistinctSketch;
}

const capacity = 1 << 14;
const SPACE = 2 ** 48;

/** 48 bits of a text, well mixed. Source: the finalizer of MurmurHash3 over two multiplicative hashes. */
export function hash48(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b >>> 0) * 65536 + (a >>> 16);
}

function shrink(counts: Map<number, number>, level: number): number {
  let at = level;
  while (counts.size > capacity) {
    at += 1;
    const limit = SPACE / 2 ** at;
    for (const hash of counts.keys()) if (hash >= limit) counts.delete(hash);
  }
  return at;
}

const flat = (counts: ReadonlyMap<number, number>): number[] =>
  [...counts].sort((a, b) => a[0] - b[0]).flat();

export function createDistinctCounter(): DistinctCounter {
  const counts = new Map<number, number>();
  let level = 0;
  let limit = SPACE;
  return {
    add(text) {
      const hash = hash48(text);
      if (hash >= limit) return false;
      const before = counts.get(hash) ?? 0;
      counts.set(hash, before + 1);
      if (counts.size > capacity) {
        level = shrink(counts, level);
        limit = SPACE / 2 ** level;
      }
      return before > 0;
    },
    sketch: () => ({ level, kept: flat(counts) }),
  };
}

/** The sketch of all rows of both. */
export function mergeSketches(a: DistinctSketch, b: DistinctSketch): DistinctSketch {
  const level = Math.max(a.level, b.level);
  const limit = SPACE / 2 ** level;
  const counts = new Map<number, number>();
  for (const { kept } of [a, b])
    for (let i = 0; i + 1 < kept.length; i += 2) {
      const hash = kept[i] ?? 0;
      if (hash < limit) counts.set(hash, (counts.get(hash) ?? 0) + (kept[i + 1] ?? 0));
    }
  const joined = shrink(counts, level);
  return { level: joined, kept: flat(counts) };
}

/** How many rows are repeats of an earlier one, and whether the number is exact or an estimate. */
export function repeatsIn(sketch: DistinctSketch): { repeats: number; exact: boolean } {
  let repeats = 0;
  for (let i = 1; i < sketch.kept.length; i += 2) repeats += (sketch.kept[i] ?? 1) - 1;
  return { repeats: Math.round(repeats * 2 ** sketch.level), exact: sketch.level === 0 };
}
