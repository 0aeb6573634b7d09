import {
  linkSync,
  mkdirSync,
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
    expect(said.trim().split('\n').at(-1)).toMatch(/is another format|not text in UTF-8/);
  });
});

it('an ending that most rows have, and too few to take it off, is named', async () => {
  const some = rows.map((row, i) => (i % 8 === 0 ? row.replace(' END', '') : row));
  writeFileSync(at('in.jsonl'), `${some.join('\n')}\n`);
  const { said } = await rolecall('inspect-dataset', 'in.jsonl', '-o', 'plan.json');
  expect(said).toContain('85 % of the completions end in " END" (17 of the rows looked at)');
});

/** A command line that reads `in.…` and writes one result; a new command needs a line here. */
const lines: Record<string, { argv: string[]; input?: string; second?: string; code?: number }> = {
  convert: { argv: ['convert', 'in.txt'], input: 'in.txt' },
  detect: { argv: ['detect', 'in.txt'], input: 'in.txt' },
  dialects: { argv: ['dialects', 'chatml'] },
  count: { argv: ['count', 'in.txt', '--template', 'in.json'], input: 'in.json' },
  fit: { argv: ['fit', 'in.txt', '--limit', '1000'], input: 'in.txt' },
  migrate: { argv: ['migrate', 'src'], input: 'src/in.mjs', second: '--html' },
  serve: {
    argv: ['serve', '--upstream', 'echo', '--port', '0', '--template', 'in.json'],
    input: 'in.json',
  },
  check: { argv: ['check', 'http://x/v1', '--only', 'models', '--yes', '--dialect', 'chatml'], code: 1 },
  'inspect-dataset': { argv: ['inspect-dataset', 'in.jsonl'], input: 'in.jsonl' },
  'convert-dataset': { argv: ['convert-dataset', 'in.jsonl'], input: 'in.jsonl', second: '--rejects' },
  'merge-reports': { argv: ['merge-reports', 'report.json'], input: 'report.json', second: '--html' },
};

describe('-o', () => {
  const template = '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}';
  const source = `import OpenAI from 'openai';
const openai = new OpenAI();
const model = 'gpt-3.5-turbo-instruct';
const reply = await openai.completions.create({ model, prompt: 'Human: hi\\nAI:', stop: [' Human:'], max_tokens: 9 });
console.log(reply.choices[0].text);
`;
  let out = '';
  let err = '';
  const io = {
    ...nodeIO,
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      err += text;
    },
    fetch: async () => Response.json({ error: { message: 'nobody here' } }, { status: 404 }),
    untilStopped: async () => undefined,
    leave: () => undefined,
  };
  /** All files of the folder, those below it too. */
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [
          join(entry.parentPath, entry.name),
          readFileSync(join(entry.parentPath, entry.name), 'utf8'),
        ]),
    );
  const named = (word: string): string => (/^(src|in\.|report\.|out)/.test(word) ? at(word) : word);
  const call = async (argv: readonly string[]): Promise<number> => {
    out = '';
    err = '';
    // A check never ends by itself when it is asked to stop at once.
    const world = argv[0] === 'check' ? { ...io, untilStopped: () => new Promise<void>(() => {}) } : io;
    return await run(argv.map(named), world);
  };

  beforeEach(async () => {
    mkdirSync(at('src'));
    writeFileSync(at('src/in.mjs'), source);
    writeFileSync(at('in.txt'), 'Human: hi\nAI:');
    writeFileSync(at('in.json'), JSON.stringify({ chat_template: template }));
    await call(['convert-dataset', 'in.jsonl', '-o', 'out.jsonl', '--report', 'report.json']);
    rmSync(at('out.jsonl'));
  });

  it('is a flag of every command', async () => {
    await run(['--help'], io);
    const commands = [...out.matchAll(/^ {2}([a-z-]+) (?:\[|<)/gm)].map(([, name]) => name);
    expect(commands.filter((name) => name !== 'help').sort()).toEqual(Object.keys(lines).sort());
    for (const name of Object.keys(lines)) {
      await call([name, '--help']);
      expect(out).toContain('-o, --output <file>');
    }
  });

  it.each(Object.entries(lines))(
    'of %s writes there, and nothing else on standard output',
    async (name, { argv, code }) => {
      const before = contents();
      expect(await call([...argv, '-o', 'out.log'])).toBe(code ?? 0);
      if (name !== 'serve') expect(out).toBe('');
      const { [at('out.log')]: written, ...rest } = contents();
      expect(written).toMatch(/\S/);
      expect(rest).toEqual(before);
    },
  );

  it.each(Object.entries(lines).filter(([, { input }]) => input !== undefined))(
    'of %s does not write over what was read, by whatever name',
    async (_, { argv, input }) => {
      symlinkSync(at(input!), at('out.link'));
      linkSync(at(input!), at('out.same'));
      const before = contents();
      for (const output of [input!, 'out.link', 'out.same', at(`src/../${input}`)]) {
        expect(await call([...argv, '-o', output])).toBe(2);
        expect(err).toMatch(/would write over the input/);
        expect(contents()).toEqual(before);
      }
    },
  );

  it.each(Object.entries(lines))(
    'of %s says what can not be written, and changes nothing',
    async (_, { argv }) => {
      const before = contents();
      for (const [output, why] of [
        ['out/none/x', 'there is no such folder'],
        ['src', 'it is a folder'],
        ['in.txt/x', 'file, no folder'],
        ['/dev/full', 'no space left'],
      ] as const) {
        // A command of several inputs writes into folders, as detect does.
        if (output === 'src' && /^(convert|detect|count|fit)$/.test(argv[0]!)) continue;
        expect([output, await call([...argv, '-o', output]), err]).toEqual([
          output,
          2,
          expect.stringContaining(why),
        ]);
        expect(contents()).toEqual(before);
      }
    },
  );

  it.each(Object.entries(lines).filter(([, { second }]) => second !== undefined))(
    'of %s is no file that another flag writes, nor is that an input',
    async (_, { argv, input, second }) => {
      const before = contents();
      expect(await call([...argv, '-o', 'out.x', second!, 'out.x'])).toBe(2);
      expect(err).toMatch(/would write over what -o writes/);
      expect(await call([...argv, '-o', 'out.x', second!, input!])).toBe(2);
      expect(err).toMatch(/would write over the input/);
      // No row is bad here, so that nothing is written to --rejects.
      const report = second === '--rejects' ? '--report' : second!;
      expect(await call([...argv, '-o', 'out.x', report, '/dev/full'])).toBe(2);
      expect(contents()).toEqual(before);
    },
  );

  it.each([
    ['detect', 'out.json', /^\[/],
    ['count', 'out.json', /^\{/],
    ['dialects', 'out.json', /^\{/],
    ['migrate', 'out.json', /^\{/],
    ['migrate', 'out.diff', /^diff --git/],
    ['migrate', 'out.patch', /^diff --git/],
    ['check', 'out.json', /^\{/],
  ])('of %s writes what the name %s says', async (name, output, form) => {
    await call([...lines[name]!.argv, '-o', output]);
    expect(read(output)).toMatch(form);
  });

  it('of serve adds to the log that is there', async () => {
    writeFileSync(at('out.log'), 'before\n');
    await call([...lines['serve']!.argv, '-o', 'out.log', '--log', 'json']);
    const [first, ...rest] = read('out.log').trim().split('\n');
    expect(first).toBe('before');
    expect(rest.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'starting',
      'stopping',
    ]);
  });

  it('names a folder where there are several inputs, which get a file each', async () => {
    mkdirSync(at('in.d/deep'), { recursive: true });
    for (const name of ['a.txt', 'b.md', 'deep/c.prompt'])
      writeFileSync(at(`in.d/${name}`), 'Human: hi\nAI:');
    expect(await call(['convert', 'in.d', 'in.txt', '-o', 'out.d/'])).toBe(0);
    const made = (): string[] =>
      Object.keys(contents())
        .filter((path) => path.includes('out.d'))
        .map((path) => path.slice(folder.length + 7))
        .sort();
    expect(made()).toEqual(['a.json', 'b.json', 'deep/c.json', 'in.json']);
    expect(await call(['fit', 'in.d', '--limit', '99', '-q', '-o', 'out.d'])).toBe(0);
    expect(made()).toEqual(['a.json', 'a.txt', 'b.json', 'b.md', 'deep/c.json', 'deep/c.prompt', 'in.json']);
    const before = contents();
    expect(await call(['fit', 'in.d', '--limit', '99', '-o', 'in.d'])).toBe(2);
    writeFileSync(at('in.d/a.md'), 'Human: hi\nAI:');
    expect(await call(['convert', 'in.d', '-o', 'out.new/'])).toBe(2);
    expect(err).toContain('would be written twice');
    rmSync(at('in.d/a.md'));
    expect(contents()).toEqual(before);
  });

  it('names a file for several results of JSON, and a folder alone for several prompts', async () => {
    writeFileSync(at('in.b.txt'), 'Human: ho\nAI:');
    expect(await call(['convert', 'in.txt', 'in.b.txt', '-o', 'out.json'])).toBe(0);
    const list = JSON.parse(read('out.json')) as { file: string; result: { content: string }[] }[];
    expect(list.map(({ file, result }) => [file, result[0]?.content])).toEqual([
      [at('in.txt'), 'hi'],
      [at('in.b.txt'), 'ho'],
    ]);
    expect(await call(['fit', 'in.txt', 'in.b.txt', '--limit', '99'])).toBe(2);
    expect(err).toContain('-o FOLDER/');
  });
});
