/**
 * What every benchmark shares: the best of several rounds, and rows that scripts/bench.ts gathers into one table and
 * plots. Wall-clock time of shared machines is noisy, so read the ratios within one run.
 */
import { appendFileSync } from 'node:fs';

/** One measured thing. */
export interface BenchRow {
  /** What was measured, as `encode English`. Rows of one group and name make one plot. */
  group: string;
  name: string;
  /** Who did it: `rolecall`, or a peer with its version. */
  by: string;
  value: number;
  unit: string;
  /** Less is better, unless said. */
  more?: boolean;
}

/** Prints a row as a line, and hands it to the run of all benchmarks where there is one. */
export function emit(row: BenchRow): void {
  const file = process.env['ROLECALL_BENCH_ROWS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The fewest milliseconds that a call took in so many rounds. */
export const best = (rounds: number, run: () => unknown): number => bestOfEach(rounds, [run])[0]!;

/** The same of several ways to do a thing, by turns, so that a slow moment of the machine falls on all of them. */
export function bestOfEach(rounds: number, runs: readonly (() => unknown)[]): number[] {
  const least = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      run();
      least[i] = Math.min(least[i]!, performance.now() - start);
    }
  }
  return least;
}

/** Numbers below `n`, always the same for a seed. */
export function xorshift(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}
