import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeIO } from '../../src/cli/node-io.js';
import { run } from '../../src/cli/run.js';

/** What the command line does to real files: nothing is lost, and nothing half stands under a final name. */
let folder = '';
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const rows = Array.from({ length: 20 }, (_, i) =>
  JSON.stringify({ prompt: `Human: Who sells ${i}?\nAI:`, completion: ` Shop ${i}. END` }),
);
const input = `${rows.join('\n')}\n`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-outputs-'));
  writeFileSync(at('in.jsonl'), input);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function rolecall(...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const hear = (text: string): void => {
    said += text;
  };
  const io = { ...nodeIO, stdout: () => undefined, stderr: hear };
  const words = argv.map((word) =>
    /^[\w.-]*\.(jsonl?|html|arrow)$|\//.test(word) && !word.startsWith('/') ? at(word) : word,
  );
  return { code: await run(words, io), said };
}

describe('an output that is an input', () => {
  it.each([
    ['by its own name', ['-o', 'in.jsonl']],
    ['by another path', ['-o', './sub/../in.jsonl']],
    ['by a link', ['-o', 'link.jsonl']],
    ['by a second name of its inode', ['-o', 'out.jsonl', '--rejects', 'same.jsonl']],
    ['as a report', ['-o', 'out.jsonl', '--report', 'link.jsonl']],
  ])('is refused: %s', async (_, flags) => {
    symlinkSync(at('in.jsonl'), at('link.jsonl'));
    linkSync(at('in.jsonl'), at('same.jsonl'));
    const { code, said } = await rolecall('convert-dataset', 'in.jsonl', ...flags);
    expect(code).toBe(2);
    expect(said).toMatch(/would write over the input/);
    expect(read('in.jsonl')).toBe(input);
  });

  it('is refused by inspect-dataset too', async () => {
    expect((await rolecall('inspect-dataset', 'in.jsonl', '-o', './in.jsonl')).code).toBe(2);
    expect(read('in.jsonl')).toBe(input);
  });
});

it('two outputs to one file are refused', async () => {
  const { code, said } = await rolecall(
    'convert-dataset',
    'in.jsonl',
    '-o',
    'x.jsonl',
    '--report',
    './x.jsonl',
  );
  expect({ code, said }).toMatchObject({
    code: 2,
    said: expect.stringContaining('would write over what -o writes'),
  });
  expect(readdirSync(folder)).toEqual(['in.jsonl']);
});

describe('what was there before stays', () => {
  beforeEach(() => writeFileSync(at('out.jsonl'), 'old\n'));

  it('where --strict stops', async () => {
    writeFileSync(at('in.jsonl'), `${input}{broken\n`);
    expect((await rolecall('convert-dataset', 'in.jsonl', '-o', 'out.jsonl', '--strict')).code).toBe(1);
    expect(read('out.jsonl')).toBe('old\n');
    expect(readdirSync(folder).sort()).toEqual(['in.jsonl', 'out.jsonl']);
  });

  it('where all rows are bad', async () => {
    expect((await rolecall('inspect-dataset', 'in.jsonl', '-o', 'plan.json')).code).toBe(0);
    writeFileSync(at('in.jsonl'), '{broken\n{too\n');
    const { code } = await rolecall('convert-dataset', 'in.jsonl', '-o', 'out.jsonl', '--plan', 'plan.json');
    expect(code).toBe(1);
    expect(read('out.jsonl')).toBe('old\n');
  });

  it('and is replaced by a whole file alone', async () => {
    expect((await rolecall('convert-dataset', 'in.jsonl', '-o', 'out.jsonl')).code).toBe(0);
    expect(read('out.jsonl').trim().split('\n')).toHaveLength(20);
  });
});

describe('what is no JSON lines', () => {
  it.each([
    ['an output of another format', ['convert-dataset', 'in.jsonl', '-o', 'a.arrow']],
    ['UTF-16', ['convert-dataset', 'wide.jsonl']],
    ['a text command on bytes', ['detect', 'bytes.jsonl']],
  ])('is refused: %s', async (_, argv) => {
    writeFileSync(at('wide.jsonl'), Buffer.from(input, 'utf16le'));
    writeFileSync(at('bytes.jsonl'), Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xfe]));
    const { code, said } = await rolecall(...argv);
    expect(code).toBe(2);
    expect(said.trim().split('\n').at(-1)).toMatch(/format of its own|no text in UTF-8/);
  });
});

it('an ending that most rows have, and too few to take it off, is named', async () => {
  const some = rows.map((row, i) => (i % 8 === 0 ? row.replace(' END', '') : row));
  writeFileSync(at('in.jsonl'), `${some.join('\n')}\n`);
  const { said } = await rolecall('inspect-dataset', 'in.jsonl', '-o', 'plan.json');
  expect(said).toContain('85 % of the completions end in " END" (17 of the rows looked at)');
});
