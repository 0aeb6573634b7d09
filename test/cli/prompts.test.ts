import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { type DialectName, dialects, parsePrompt } from '../../src/index.js';

/** Runs a command line over files of the test's own; names with a slash stand in folders. */
async function cli(line: string, files: Record<string, string>) {
  const out = { stdout: '', stderr: '', written: {} as Record<string, string> };
  const missing = (): Error => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  const code = await run(line.split(' '), {
    readStdin: async () => '',
    readFile: async (path) => {
      if (files[path] === undefined) throw missing();
      return files[path];
    },
    listFolder: async (path) => {
      const inner = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
      if (inner.length === 0 && files[path] === undefined) throw missing();
      if (inner.length === 0) return undefined;
      const names = new Map(
        inner
          .map((name) => name.slice(path.length + 1).split('/'))
          .map(([name, ...rest]) => [name!, rest.length > 0]),
      );
      return [...names].map(([name, isFolder]) => ({ name, isFolder }));
    },
    openOutput: async (path) => ({
      write: async (data) => {
        out.written[path] = `${out.written[path] ?? ''}${data}`;
      },
      close: async () => {},
    }),
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
  });
  return { code, ...out };
}

const human = 'Human: hi\nAI:';
const chatml = '<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n';

describe('several files', () => {
  it('names each, those of folders too, and leaves out what is no prompt', async () => {
    const files = { 'a.txt': human, 'more/b.txt': chatml, 'more/deep/c.md': human, 'more/x.png': 'no' };
    const { stdout } = await cli('detect a.txt more', files);
    expect(stdout.split('\n').filter((line) => /^\S+\.(?:txt|md|png)$/.test(line))).toEqual([
      'a.txt',
      'more/b.txt',
      'more/deep/c.md',
    ]);
    const listed = JSON.parse((await cli('detect a.txt more --json', files)).stdout) as {
      file: string;
      result: { dialect: string }[];
    }[];
    expect(listed.map(({ file, result }) => [file, result[0]?.dialect])).toEqual([
      ['a.txt', 'human-ai'],
      ['more/b.txt', 'chatml'],
      ['more/deep/c.md', 'human-ai'],
    ]);
  });

  it('counts each', async () => {
    const { stdout } = await cli('count a.txt b.txt --json', { 'a.txt': human, 'b.txt': 'hello' });
    expect((JSON.parse(stdout) as { result: { total: number } }[]).map(({ result }) => result.total)).toEqual(
      [6, 1],
    );
  });

  it('says so where there is none, and what can not be read', async () => {
    expect(await cli('detect more', { 'more/x.png': 'no' })).toMatchObject({ code: 2, stdout: '' });
    expect(await cli('detect a.txt b.txt', { 'a.txt': human })).toMatchObject({
      code: 2,
      stderr: "rolecall: can't read b.txt: there is no such file.\n",
    });
  });
});

describe('-o', () => {
  it.each([
    ['convert a.txt -o out', '"role": "user"'],
    ['detect a.txt -o out', 'human-ai'],
    ['count a.txt -o out', '6 tokens'],
    ['fit a.txt -q -o out', 'Human: hi'],
    ['dialects -o out', 'llama-3'],
  ])('%s', async (line, part) => {
    const { code, stdout, written } = await cli(line, { 'a.txt': human });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(written['out']).toContain(part);
  });

  it('does not write over the input', async () => {
    expect(await cli('convert a.txt -o a.txt', { 'a.txt': human })).toMatchObject({
      code: 2,
      stderr: 'rolecall: -o would write over the input, a.txt.\n',
      written: {},
    });
  });
});

describe('rolecall dialects', () => {
  it('lists every one, with the models that speak it', async () => {
    const { stdout } = await cli('dialects', {});
    for (const name of Object.keys(dialects))
      expect(stdout).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} `, 'm'));
    expect(stdout).toContain('Llama 3 Instruct');
  });

  it.each(Object.keys(dialects) as DialectName[])(
    'explains %s with an example that reads back',
    async (name) => {
      const { stdout } = await cli(`dialects ${name}`, {});
      const example = stdout.slice(stdout.indexOf(':\n\n') + 3, -1);
      const { messages } = parsePrompt(example, { dialect: name });
      expect(messages.at(-1)).toMatchObject({ role: 'user', content: 'Bye!' });
      expect(stdout).toContain('stops at');
    },
  );

  it('knows a misspelt name', async () => {
    expect(await cli('dialects lama-3', {})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no dialect "lama-3". Did you mean "llama-3"'),
    });
  });
});
