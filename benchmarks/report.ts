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

const colors = ['#0b7285', '#f08c00', '#868e96', '#ae3ec9', '#2f9e44', '#e03131'];
const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);

export interface BarGroup {
  name: string;
  /** One a series; undefined where it was not measured. */
  values: (number | undefined)[];
}

/** Bars in groups, one colour a series, on a logarithmic scale. */
export function barChart(title: string, unit: string, series: string[], groups: BarGroup[]): string {
  const bar = 12;
  const left = 150;
  const width = 880;
  const all = groups.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const low = Math.min(...all) / 1.5;
  const high = Math.max(...all);
  const x = (value: number) => left + ((width - left - 70) * Math.log(value / low)) / Math.log(high / low);
  const parts: string[] = [];
  let y = 64;
  for (const { name, values } of groups) {
    const middle = y + (values.length * bar) / 2 + 4;
    parts.push(`<text x="${left - 10}" y="${middle}" text-anchor="end">${escaped(name)}</text>`);
    values.forEach((value, i) => {
      if (value !== undefined) {
        const to = x(value);
        const size = `width="${(to - left).toFixed(1)}" height="${bar - 2}"`;
        parts.push(`<rect x="${left}" y="${y}" ${size} fill="${colors[i]}"/>`);
        const label = value.toFixed(value >= 10 ? 0 : 1);
        parts.push(`<text x="${(to + 4).toFixed(1)}" y="${y + 9}" font-size="10">${label}</text>`);
      }
      y += bar;
    });
    y += 12;
  }
  const legend = series.flatMap((name, i) => [
    `<rect x="${left + i * 120}" y="34" width="10" height="10" fill="${colors[i]}"/>`,
    `<text x="${left + i * 120 + 14}" y="43">${escaped(name)}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 8}" font-family="system-ui, sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="16" y="20" font-size="15" font-weight="600">${escaped(title)} (${escaped(unit)}, logarithmic)</text>`,
    ...legend,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
