import * as z from 'zod';

/** Lengths by size: buckets whose upper bounds grow by the square root of two, so that shards add up. */
export const Histogram = z.strictObject({
  count: z.number(),
  sum: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** Rows by bucket: bucket 0 holds 0, bucket i holds up to `upperBound(i)`. */
  buckets: z.record(z.string(), z.number()),
});

export type Histogram = z.infer<typeof Histogram>;

export const emptyHistogram = (): Histogram => ({ count: 0, sum: 0, min: null, max: null, buckets: {} });

/** The greatest length that a bucket holds. */
export const upperBound = (bucket: number): number =>
  bucket === 0 ? 0 : Math.floor(2 ** ((bucket - 1) / 2));

function bucketOf(length: number): number {
  if (length <= 0) return 0;
  let bucket = Math.max(1, Math.ceil(2 * Math.log2(length)) + 1);
  // The logarithm of a bound may come out a hair above or below it.
  while (upperBound(bucket) < length) bucket += 1;
  while (bucket > 1 && upperBound(bucket - 1) >= length) bucket -= 1;
  return bucket;
}

/** Adds a length to a histogram that is being made. */
export function addLength(histogram: Histogram, length: number): void {
  const bucket = bucketOf(length);
  histogram.count += 1;
  histogram.sum += length;
  histogram.min = histogram.min === null ? length : Math.min(histogram.min, length);
  histogram.max = histogram.max === null ? length : Math.max(histogram.max, length);
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
}

const lesser = (a: number | null, b: number | null, pick: (a: number, b: number) => number): number | null =>
  a === null ? b : b === null ? a : pick(a, b);

export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  const buckets: Record<string, number> = { ...a.buckets };
  for (const [bucket, count] of Object.entries(b.buckets)) buckets[bucket] = (buckets[bucket] ?? 0) + count;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: lesser(a.min, b.min, Math.min),
    max: lesser(a.max, b.max, Math.max),
    buckets,
  };
}

/** The upper bound of the bucket in which a share of the rows is reached: a quantile, up to the bucket's width. */
export function quantile(histogram: Histogram, share: number): number {
  let seen = 0;
  const buckets = Object.entries(histogram.buckets).sort((a, b) => Number(a[0]) - Number(b[0]));
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= share * histogram.count) return Math.min(upperBound(Number(bucket)), histogram.max ?? 0);
  }
  return histogram.max ?? 0;
}
