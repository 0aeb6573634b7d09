import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { measure } from 'mitata';

/** Nanoseconds of the best and of the middle run. */
export interface Timing {
  best: number;
  median: number;
}

/** Times `run` on an input that `next` makes anew each time, outside what is timed. */
export async function timeEach<T>(
  next: () => T,
  run: (input: T) => unknown,
  samples: number,
): Promise<Timing> {
  const stats = await measure(
    function* () {
      yield { 0: next, bench: (input: T) => run(input) };
    } as never,
    {
      min_samples: samples,
      max_samples: samples,
      min_cpu_time: 0,
      warmup_samples: 0,
      batch_threshold: 0,
      samples_threshold: 1e9,
    },
  );
  return { best: stats.min, median: stats.p50 };
}

/** Times `run` on the same input, `samples` times. */
export const timeSame = (run: () => unknown, samples: number): Promise<Timing> =>
  timeEach(() => undefined, run, samples);

export type Cell = string | number;

/** A table in Markdown, columns of numbers to the right. */
export function table(head: string[], rows: Cell[][]): string {
  const text = (cell: Cell): string =>
    typeof cell === 'string' ? cell : cell.toFixed(cell >= 100 ? 0 : cell >= 10 ? 1 : 2);
  const all = [head, ...rows.map((row) => row.map(text))];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`));
  return [line(all[0]!), `|${rule.join('|')}|`, ...all.slice(1).map(line)].join('\n');
}

/** Writes a file of the repository, from its root. */
export function save(path: string, content: string): void {
  const file = join(process.cwd(), path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
