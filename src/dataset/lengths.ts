import * as z from 'zod/mini';

/**
 * How long rows are: a sketch in plain JSON whose quantiles are within 0.1 % of the true ones (lengths up to 500 are
 * exact), and which adds up with those of other shards to the very sketch of the whole.
 * Source: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", 2019.
 */
export const Lengths = z.strictObject({
  count: z.number(),
  sum: z.number(),
  min: z.nullable(z.number()),
  max: z.nullable(z.number()),
  zeros: z.number(),
  /** Rows by the key of their bin. */
  bins: z.record(z.string(), z.number()),
});

export type Lengths = z.infer<typeof Lengths>;

/** Bin k holds the lengths from gamma^(k-1) up to gamma^k, and stands for the number that is as far from both, in shares. */
const accuracy = 0.001;
const gamma = (1 + accuracy) / (1 - accuracy);
const binOf = (length: number): number => Math.ceil(Math.log(length) / Math.log(gamma));
const lengthOf = (bin: number): number => Math.round((2 * gamma ** bin) / (gamma + 1));

export const noLengths = (): Lengths => ({ count: 0, sum: 0, min: null, max: null, zeros: 0, bins: {} });

/** Adds a length, a whole number from 0, to a sketch that is being made. */
export function addLength(lengths: Lengths, length: number): void {
  lengths.count += 1;
  lengths.sum += length;
  lengths.min = lengths.min === null ? length : Math.min(lengths.min, length);
  lengths.max = lengths.max === null ? length : Math.max(lengths.max, length);
  if (length === 0) {
    lengths.zeros += 1;
    return;
  }
  const bin = binOf(length);
  lengths.bins[bin] = (lengths.bins[bin] ?? 0) + 1;
}

const either = (a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null =>
  a === null ? b : b === null ? a : pick(a, b);

/** The sketch of the rows of both. */
export function mergeLengths(a: Lengths, b: Lengths): Lengths {
  const bins: Record<string, number> = { ...a.bins };
  for (const [bin, count] of Object.entries(b.bins)) bins[bin] = (bins[bin] ?? 0) + count;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: either(a.min, b.min, Math.min),
    max: either(a.max, b.max, Math.max),
    zeros: a.zeros + b.zeros,
    bins,
  };
}

/**
 * The length that a share of the rows does not exceed: 0.5 gives the median, the mean of the middle two where there are
 * two. 0 where there are no rows.
 */
export function quantile(lengths: Lengths, share: number): number {
  const { count, min, max, zeros, bins } = lengths;
  if (min === null || max === null) return 0;
  const sorted = Object.entries(bins)
    .map(([bin, rows]) => ({ bin: Number(bin), rows }))
    .sort((a, b) => a.bin - b.bin);
  const lengthAt = (place: number): number => {
    let left = place - zeros;
    if (left < 0) return 0;
    const at = sorted.find(({ rows }) => {
      left -= rows;
      return left < 0;
    });
    return at === undefined ? max : Math.min(max, Math.max(min, lengthOf(at.bin)));
  };
  const place = share * (count - 1);
  const [below, above] = [lengthAt(Math.floor(place)), lengthAt(Math.ceil(place))];
  return below + (above - below) * (place - Math.floor(place));
}

/** Rows by ranges that double, for a plot: each up to the greatest length in it, ranges without rows between them too. */
export function ranges(lengths: Lengths): { upTo: number; count: number }[] {
  const found: { upTo: number; count: number }[] = [];
  const add = (place: number, count: number): void => {
    for (let i = found.length; i <= place; i++) found.push({ upTo: i === 0 ? 0 : 2 ** (i - 1), count: 0 });
    found[place]!.count += count;
  };
  if (lengths.zeros > 0) add(0, lengths.zeros);
  for (const [bin, count] of Object.entries(lengths.bins)) {
    const length = lengthOf(Number(bin));
    add(length <= 1 ? 1 : Math.ceil(Math.log2(length)) + 1, count);
  }
  return found.slice(found.findIndex(({ count }) => count > 0));
}
