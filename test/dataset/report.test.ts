import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDistinctCounter, hash48, mergeSketches, repeatsIn } from '../../src/dataset/distinct.js';
import { addLength, mergeLengths, noLengths, quantile, ranges } from '../../src/dataset/lengths.js';
import { createReport, DatasetReport, mergeReports } from '../../src/dataset/report.js';
import { trainingTerms } from '../../src/dataset/training.js';
import { runs } from '../support/runs.js';

describe('distinct counting', () => {
  it('is exact for few rows', () => {
    const counter = createDistinctCounter();
    expect(['a', 'b', 'a', 'a', 'c'].map((text) => counter.add(text))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(repeatsIn(counter.sketch())).toEqual({ repeats: 2, exact: true });
  });

  it('estimates in bounded memory for many', () => {
    const counter = createDistinctCounter();
    for (let i = 0; i < 200_000; i++) counter.add(`row ${i % 150_000}`);
    const { repeats, exact } = repeatsIn(counter.sketch());
    expect(exact).toBe(false);
    expect(counter.sketch().kept.length).toBeLessThanOrEqual(2 << 14);
    expect(Math.abs(repeats - 50_000)).toBeLessThan(2_500);
  });

  it('has sketches that add up to the sketch of the whole', () => {
    const whole = createDistinctCounter();
    const [left, right] = [createDistinctCounter(), createDistinctCounter()];
    for (let i = 0; i < 60_000; i++) {
      const text = `row ${(i * 7919) % 40_000}`;
      whole.add(text);
      (i % 3 === 0 ? left : right).add(text);
    }
    expect(mergeSketches(left.sketch(), right.sketch())).toEqual(whole.sketch());
  });

  it('hashes into 48 bits', () => {
    const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => hash48(`${i}`)));
    expect(hashes.size).toBe(100_000);
    for (const hash of hashes) if (!(hash >= 0 && hash < 2 ** 48)) throw new Error(String(hash));
  });
});

describe('lengths', () => {
  const of = (lengths: readonly number[]) => {
    const sketch = noLengths();
    for (const length of lengths) addLength(sketch, length);
    return sketch;
  };
  /** The quantile by the book, over all the numbers. */
  const exact = (lengths: readonly number[], share: number): number => {
    const sorted = [...lengths].sort((a, b) => a - b);
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (above - below) * (place - Math.floor(place));
  };
  const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(100_000)), { minLength: 1, maxLength: 200 });

  it('have medians and other quantiles within a thousandth of the true ones', () => {
    fc.assert(
      fc.property(lengths, fc.constantFrom(0, 0.25, 0.5, 0.9, 0.99, 1), (all, share) => {
        const wanted = exact(all, share);
        // Half a token is what rounding to whole ones may cost on top.
        expect(Math.abs(quantile(of(all), share) - wanted)).toBeLessThanOrEqual(wanted * 0.001 + 0.5);
      }),
      runs(300),
    );
  });

  it('of up to 500 are exact', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1 }), fc.constantFrom(0.5, 0.9, 0.99), (all, share) => {
        expect(quantile(of(all), share)).toBe(exact(all, share));
      }),
      runs(300),
    );
  });

  it('add up to the sketch of the whole, in plain JSON', () => {
    fc.assert(
      fc.property(lengths, lengths, (a, b) => {
        const merged = mergeLengths(of(a), of(b));
        expect(merged).toEqual(of([...a, ...b]));
        expect(JSON.parse(JSON.stringify(merged))).toEqual(merged);
      }),
      runs(100),
    );
  });

  it('stand in ranges that hold every row once', () => {
    fc.assert(
      fc.property(lengths, (all) => {
        const found = ranges(of(all));
        expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
        expect(found.at(-1)!.count).toBeGreaterThan(0);
      }),
      runs(100),
    );
    expect(ranges(of([0, 1, 2, 3, 4, 5, 9]))).toEqual([
      { upTo: 0, count: 1 },
      { upTo: 1, count: 1 },
      { upTo: 2, count: 1 },
      { upTo: 4, count: 2 },
      { upTo: 8, count: 1 },
      { upTo: 16, count: 1 },
    ]);
    expect(quantile(noLengths(), 0.5)).toBe(0);
  });
});

describe('reports', () => {
  const options = { to: 'chat', model: 'm', epochs: 3, price: 8, limit: 100, unit: 'tokens' } as const;
  const row = fc.record({
    prompt: fc.constantFrom('', 'a', 'b', 'c'),
    completion: fc.constantFrom('', 'x', 'y'),
    code: fc.constantFrom('missing-suffix', 'leaked-label', 'prefill'),
    length: fc.nat(200),
    dialect: fc.constantFrom('none', 'chatml'),
    field: fc.constantFrom('id', '__proto__', 'constructor'),
    bad: fc.boolean(),
  });
  type Made = typeof row extends fc.Arbitrary<infer T> ? T : never;
  const reportOf = (rows: readonly Made[]): DatasetReport => {
    const report = createReport({ ...options, source: 's' });
    rows.forEach(({ prompt, completion, code, length, dialect, field, bad }, i) => {
      if (bad) report.reject(i, 'malformed-line', 'bad');
      else
        report.row({
          line: i,
          key: prompt + completion,
          pairs: [{ prompt, completion }],
          warnings: [{ code, path: '', message: code, severity: code === 'leaked-label' ? 'info' : 'lossy' }],
          dialect: { name: dialect, confidence: 0.9 },
          lengths: [{ prompt: length, completion: 1, record: length + 1 }],
          leftOut: [field],
        });
    });
    return report.report();
  };
  const strip = (report: DatasetReport): unknown =>
    JSON.parse(JSON.stringify(report), (key, value) =>
      ['sources', 'samples'].includes(key) ? undefined : value,
    );

  it('of shards add up to that of the whole, however they are cut and joined', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.nat(30), fc.nat(30), (rows, i, j) => {
        const [a, b] = [Math.min(i, j), Math.max(i, j)];
        const parts = [rows.slice(0, a), rows.slice(a, b), rows.slice(b)].map(reportOf) as [
          DatasetReport,
          DatasetReport,
          DatasetReport,
        ];
        const whole = strip(reportOf(rows));
        expect(strip(mergeReports(parts))).toEqual(whole);
        expect(strip(mergeReports([parts[0], mergeReports([parts[1], parts[2]])]))).toEqual(whole);
        expect(DatasetReport.safeParse(JSON.parse(JSON.stringify(reportOf(rows)))).success).toBe(true);
      }),
      runs(100),
    );
  });

  it('refuses to merge nothing, and reports of different settings', () => {
    expect(() => mergeReports([])).toThrow(/no report/);
    const other = createReport({ ...options, epochs: 4, source: 's' }).report();
    expect(() => mergeReports([reportOf([]), other])).toThrow(/different plans/);
  });
});

describe('training terms', () => {
  it.each([
    ['gpt-4o-mini', 3],
    ['gpt-4o-mini-2024-07-18', 3],
    ['gpt-3.5-turbo-0125', 8],
    ['ft:gpt-4o-2024-08-06:org::id', 25],
    ['constructor', undefined],
    ['gpt-9', undefined],
  ])('of %s', (model, price) => {
    expect(trainingTerms(model)?.price).toBe(price);
  });
});
