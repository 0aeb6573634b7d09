/**
 * Runs benchmarks (all, or the ones named): each is bundled first, as a user's bundler would, since loaders that
 * compile file by file put getters between modules, and a hot loop then measures those. A run of all writes what they
 * measured as one table and a plot a group into benchmarks/results.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from '../benchmarks/harness.js';
import { barChart } from '../src/dataset/svg.js';
import { bundle } from './bundle.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'node_modules', '.bench');
const results = join(root, 'benchmarks', 'results');
mkdirSync(out, { recursive: true });
mkdirSync(results, { recursive: true });
const all = readdirSync(join(root, 'benchmarks'))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''));
const [name, ...rest] = process.argv.slice(2);
const chosen = name === undefined ? all : [name];
const gathered = join(out, `rows-${process.pid}.jsonl`);
rmSync(gathered, { force: true });

for (const one of chosen) {
  if (!all.includes(one)) throw new Error(`There is no benchmark "${one}"; there are ${all.join(', ')}.`);
  const file = join(out, `${one}.mjs`);
  await bundle(join(root, 'benchmarks', `${one}.bench.ts`), file);
  console.log(`\n== ${one}`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', file, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ROLECALL_BENCH_ROWS: gathered },
  });
  if (status !== 0) process.exitCode = 1;
}

const rows = existsSync(gathered)
  ? readFileSync(gathered, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as BenchRow)
  : [];
if (name === undefined && rows.length > 0) writeResults(rows);

/** A peer's name with the version that was measured; other names as they stand. */
function withVersion(by: string): string {
  const [peer = ''] = by.split(/[, ]/);
  const file = join(root, 'node_modules', peer, 'package.json');
  if (!/^(@[\w-]+\/)?[\w-]+$/.test(peer) || !existsSync(file)) return by;
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return by.replace(peer, `${peer} ${version}`);
}

function writeResults(measured: readonly BenchRow[]): void {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const groups = grouped(measured);
  const parts = [
    '# Benchmarks',
    '',
    `One run of \`npm run bench\` on Node ${process.version}, ${cpus()[0]?.model ?? 'an unknown CPU'}, ${cpus().length} cores shared with others. Times of shared machines are noisy: read the ratios.`,
    '',
    '| what | rolecall | others |',
    '| --- | ---: | --- |',
  ];
  const plots: string[] = [];
  for (const [group, members] of groups) {
    for (const what of new Set(members.map(({ name: one }) => one))) {
      const own = members.filter(({ name: one, by }) => one === what && by.startsWith('rolecall'));
      const others = members.filter(({ name: one, by }) => one === what && !by.startsWith('rolecall'));
      const told = ({ by, value, unit }: BenchRow): string => {
        const way = by.replace(/^rolecall,? ?/, '');
        return `${way === '' ? '' : `${withVersion(way)}: `}${number(value)} ${unit}`;
      };
      parts.push(`| ${group}: ${what} | ${own.map(told).join('<br>')} | ${others.map(told).join('<br>')} |`);
    }
    const [first] = members;
    const file = `${group.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`;
    const better = first?.more ? 'more is better' : 'less is better';
    const bars = members.map(({ name: what, by, value }) => ({
      name: `${what}: ${withVersion(by)}`.slice(0, 64),
      value,
      label: number(value),
      strong: by.startsWith('rolecall'),
    }));
    writeFileSync(
      join(results, file),
      `${barChart({ title: `${group}, ${first?.unit ?? ''}, logarithmic, ${better}`, bars, log: true, width: 980 })}\n`,
    );
    plots.push(`![${group}](${file})`);
  }
  writeFileSync(join(results, 'README.md'), `${[...parts, '', ...plots].join('\n')}\n`);
  console.log(`\nwritten: benchmarks/results/README.md and ${plots.length} plots`);
}

/** Rows by their group, in the order in which they came. */
function grouped(measured: readonly BenchRow[]): Map<string, BenchRow[]> {
  const groups = new Map<string, BenchRow[]>();
  for (const row of measured) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return groups;
}
