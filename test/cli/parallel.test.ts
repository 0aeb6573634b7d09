import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCli } from '../support/built-cli.js';

const parallel = spawnSync('parallel', ['--version'], { encoding: 'utf8' });
const missing = parallel.status !== 0 || !parallel.stdout.includes('GNU');
if (missing) console.log('skipped: GNU parallel is not installed (Debian package "parallel")');

const rows = Array.from({ length: 3000 }, (_, i) => {
  if (i % 1000 === 7) return '{broken';
  const prompt = `About ${i}.\n\nHuman: What is ${i}?\nAI: A number.\nHuman: Ünd ${'more '.repeat(i % 9)}?\nAI:`;
  return JSON.stringify({ id: i, prompt, completion: ` It is ${i * 3}.` });
});

describe.skipIf(missing)('GNU parallel', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    ({ folder, file } = await buildCli());
    writeFileSync(join(folder, 'in.jsonl'), rows.map((row) => `${row}\n`).join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const node = (...argv: string[]): string =>
    execFileSync(process.execPath, [file, ...argv], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const shell = (command: string): number | null =>
    spawnSync('bash', ['-c', command], { cwd: folder, stdio: 'ignore' }).status;
  const program = (): string => `'${process.execPath}' '${file}'`;

  it('gives with one plan the very bytes of a single run', () => {
    node('inspect-dataset', 'in.jsonl', '-o', 'plan.json', '--keep', 'id', '-q');
    node(
      'convert-dataset',
      'in.jsonl',
      '-o',
      'single.jsonl',
      '--plan',
      'plan.json',
      '--rejects',
      'inline',
      '--max-rejects',
      'all',
      '--report',
      'single.json',
      '--no-tokens',
    );
    const status = shell(
      `parallel --will-cite --jobs 2 --keep-order --pipe-part --block 100k -a in.jsonl "${program()} convert-dataset - --plan plan.json --rejects inline --max-rejects all --report shard-{#}.json --no-tokens -q" > joined.jsonl`,
    );
    expect(status).toBe(0);
    const single = readFileSync(join(folder, 'single.jsonl'));
    expect(single.toString().split('\n')).toHaveLength(3001);
    expect(readFileSync(join(folder, 'joined.jsonl')).equals(single)).toBe(true);
    shell(`${program()} merge-reports shard-*.json -o merged.json`);
    const report = (name: string): unknown =>
      JSON.parse(readFileSync(join(folder, name), 'utf8'), (key, value) =>
        ['sources', 'samples'].includes(key) ? undefined : value,
      );
    expect(report('merged.json')).toEqual(report('single.json'));
  });

  it('counts the shards that had rejects in its exit code', () => {
    const status = shell(
      `parallel --will-cite --jobs 2 --keep-order --pipe-part --block 10M -a in.jsonl "${program()} convert-dataset - --plan plan.json -q" > /dev/null`,
    );
    expect(status).toBe(1);
  });

  it('ends quietly when its reader goes away', () => {
    expect(
      shell(
        `set -o pipefail; ${program()} convert-dataset in.jsonl --plan plan.json -q --max-rejects all | head -1 > /dev/null`,
      ),
    ).toBe(0);
  });
});
