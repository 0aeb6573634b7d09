import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli } from './support.js';

const rows = Array.from({ length: 40 }, (_, i) => ({
  id: i,
  prompt: `Colour of thing ${i}\n\n###\n\n`,
  completion: ` c${i * 7} END`,
}));
const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const chats = rows.map(({ prompt, completion }) => ({
  messages: [
    { role: 'user', content: prompt.slice(0, -7) },
    { role: 'assistant', content: completion.slice(1, -4) },
  ],
}));
const chatLines = chats.map((chat) => `${JSON.stringify(chat)}\n`).join('');
const plan = JSON.stringify({
  version: 1,
  to: 'chat',
  prompt: { separator: '\n\n###\n\n' },
  completion: { prefix: ' ', suffix: ' END' },
});
const csv = `id,prompt,completion\r\n${rows.map(({ id, prompt, completion }) => `${id},"${prompt}","${completion}"`).join('\r\n')}\r\n`;
const files = { 'in.jsonl': jsonl, 'plan.json': plan };
const convert = (...more: string[]): string[] => ['convert-dataset', ...more, '--plan', 'plan.json'];

describe('rolecall inspect-dataset', () => {
  it('writes a plan that convert-dataset follows', async () => {
    const inspected = await cli(['inspect-dataset', 'in.jsonl', '-o', 'made.json', '--keep', 'id'], {
      files,
    });
    expect(inspected.code).toBe(0);
    expect(inspected.err).toContain('separator    "\\n\\n###\\n\\n" (100 %)');
    const made = JSON.parse(String(inspected.files['made.json']));
    expect(made).toMatchObject({
      to: 'chat',
      prompt: { separator: '\n\n###\n\n' },
      completion: { prefix: ' ', suffix: ' END' },
      fields: { keep: ['id'] },
    });
    const { out } = await cli(['convert-dataset', 'in.jsonl', '--plan', 'made.json'], {
      files: inspected.files,
    });
    expect(out).toBe(chats.map((chat, id) => `${JSON.stringify({ ...chat, id })}\n`).join(''));
  });

  it.each([
    ['an empty file', '', /has no rows/],
    ['nothing but bad lines', 'x\ny\n', /in\.jsonl:1: The line is not JSON/],
    ['no texts', '{"a": 1}\n', /Fields: a/],
  ])('says what is wrong with %s', async (_, data, message) => {
    const { code, err } = await cli(['inspect-dataset', 'in.jsonl'], { files: { 'in.jsonl': data } });
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('rolecall convert-dataset', () => {
  it.each([
    ['JSON lines', 'in.jsonl', jsonl],
    ['a BOM and CRLF', 'in.jsonl', `\ufeff${jsonl.replaceAll('\n', '\r\n')}`],
    ['blank lines and no last line end', 'in.jsonl', `\n\n${jsonl.replaceAll('\n', '\n\n').trimEnd()}`],
    ['gzip', 'in.jsonl.gz', gzipSync(jsonl)],
    ['gzip under another name', 'in.jsonl', gzipSync(jsonl)],
    [
      'gzip of two members',
      'in.jsonl.gz',
      Buffer.concat([gzipSync(jsonl.slice(0, 500)), gzipSync(jsonl.slice(500))]),
    ],
    ['CSV', 'in.csv', csv],
    ['CSV with a BOM, gzipped', 'in.csv.gz', gzipSync(`\ufeff${csv}`)],
  ])('reads %s, however it is cut', async (_, path, data) => {
    for (const piece of [1, 7, 1 << 16]) {
      const { code, out, err } = await cli(convert(path), { files: { ...files, [path]: data }, piece });
      expect({ code, out }).toEqual({ code: 0, out: chatLines });
      expect(err).toBe(
        'rolecall: fields left out (--keep takes them): id.\nrolecall: 40 rows, 40 records written, 0 rejected.\n',
      );
    }
  });

  it('reads standard input', async () => {
    expect((await cli(convert('-'), { files, stdin: jsonl })).out).toBe(chatLines);
    expect(
      (await cli(convert('--format', 'csv', '-', '-o', 'out.jsonl'), { files, stdin: csv })).files[
        'out.jsonl'
      ]?.toString(),
    ).toBe(chatLines);
  });

  it('writes gzip and CSV, which read back', async () => {
    const zipped = await cli(convert('in.jsonl', '-o', 'out.jsonl.gz'), { files });
    expect(gunzipSync(zipped.files['out.jsonl.gz'] ?? '').toString()).toBe(chatLines);
    const table = await cli(convert('in.jsonl', '-o', 'out.csv', '--keep', 'id'), { files });
    const back = await cli(['convert-dataset', 'out.csv', '-o', 'back.jsonl', '-q'], { files: table.files });
    expect(back.files['back.jsonl']?.toString()).toBe(
      rows.map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`).join(''),
    );
  });

  it('makes a plan of its own where none is given', async () => {
    const { out, err } = await cli(['convert-dataset', 'in.jsonl'], { files });
    expect(out).toBe(chatLines);
    expect(err).toContain('no --plan');
  });

  const bad = `${jsonl}{oops\n{"prompt": "p"}\n${jsonl}`;
  it('tells of bad lines by number and reason, and goes on', async () => {
    const { code, out, err } = await cli(convert('in.jsonl'), { files: { ...files, 'in.jsonl': bad } });
    expect({ code, out }).toEqual({ code: 1, out: chatLines + chatLines });
    expect(err).toContain('in.jsonl:41: The line is not JSON');
    expect(err).toContain('in.jsonl:42: There is no field completion. [invalid-shape]');
    expect(err).toContain('82 rows, 80 records written, 2 rejected.');
  });

  it.each([
    ['0', 1],
    ['1', 1],
    ['2', 0],
    ['2%', 1],
    ['2.5%', 0],
    ['all', 0],
  ])('has with --max-rejects %s the exit code %i', async (most, code) => {
    expect(
      (await cli(convert('in.jsonl', '--max-rejects', most), { files: { ...files, 'in.jsonl': bad } })).code,
    ).toBe(code);
  });

  it('writes rejects into a file, or inline in their place', async () => {
    const apart = await cli(convert('in.jsonl', '--rejects', 'bad.jsonl'), {
      files: { ...files, 'in.jsonl': bad },
    });
    const lines = String(apart.files['bad.jsonl'])
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { line: 41, code: 'malformed-line', row: '{oops' },
      { line: 42, code: 'invalid-shape', path: 'completion', row: '{"prompt": "p"}' },
    ]);
    const inline = await cli(convert('in.jsonl', '--rejects', 'inline', '--max-rejects', 'all'), {
      files: { ...files, 'in.jsonl': bad },
    });
    const out = inline.out.trimEnd().split('\n');
    expect(out).toHaveLength(82);
    expect(JSON.parse(out[40] ?? '')).toMatchObject({ rejected: { code: 'malformed-line' }, row: '{oops' });
  });

  it('stops under --strict at a bad row, and at one that loses something', async () => {
    const broken = await cli(convert('in.jsonl', '--strict'), { files: { ...files, 'in.jsonl': bad } });
    expect({ code: broken.code, out: broken.out }).toEqual({ code: 1, out: chatLines });
    expect(broken.err).toContain('in.jsonl:41:');
    const odd = `${jsonl}{"prompt": "no separator", "completion": " x END"}\n${jsonl}`;
    const lossy = await cli(convert('in.jsonl', '--strict'), { files: { ...files, 'in.jsonl': odd } });
    expect({ code: lossy.code, out: lossy.out }).toEqual({ code: 1, out: chatLines });
    expect(lossy.err).toContain('in.jsonl:41: It does not end in');
    expect((await cli(convert('in.jsonl'), { files: { ...files, 'in.jsonl': odd } })).err).toContain(
      '1 row [missing-separator, lossy], first in.jsonl:41:',
    );
  });

  it('rejects lines that are no UTF-8, and keeps a true U+FFFD', async () => {
    const line = JSON.stringify({ prompt: 'a\ufffdb\n\n###\n\n', completion: ' x END' });
    const data = Buffer.concat([
      Buffer.from(`${line}\n{"prompt": "`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`"}\n${line}\n`),
    ]);
    const { out, err } = await cli(convert('in.jsonl'), { files: { ...files, 'in.jsonl': data } });
    expect(out.split('\n')).toHaveLength(3);
    expect(out).toContain('a\ufffdb');
    expect(err).toContain('in.jsonl:2: The line is not UTF-8');
  });

  it('rejects rows of a table that have too many cells', async () => {
    const { code, err } = await cli(convert('in.csv'), {
      files: { ...files, 'in.csv': 'prompt,completion\r\np,c\r\np,c,d\r\np,c\r\n' },
    });
    expect(code).toBe(1);
    expect(err).toMatch(/in\.csv:3: The row is not CSV/);
    expect(err).toContain('3 rows, 2 records written, 1 rejected.');
  });

  it.each([
    [['convert-dataset', 'none.jsonl'], /there is no such file/],
    [['convert-dataset', 'in.jsonl', '-o', 'in.jsonl'], /write over the input/],
    [convert('in.jsonl', '--max-rejects', 'some'), /--max-rejects takes/],
    [['convert-dataset', 'in.jsonl', '--plan', 'wrong.json'], /There is no field "separator"/],
    [['convert-dataset', 'in.jsonl', '--plan', 'dialect.json'], /There is no dialect "human".*Did you mean/],
    [convert('cut.gz'), /gzip is damaged or cut off/],
    [convert('in.jsonl', '--report', 'r.json', '--epochs', 'x'), /--epochs takes/],
  ])('%j is a mistake', async (argv, message) => {
    const { code, err } = await cli(argv, {
      files: {
        ...files,
        'wrong.json': '{"version": 1, "to": "chat", "separator": ""}',
        'dialect.json': '{"version": 1, "to": "chat", "prompt": {"dialect": "human"}}',
        'cut.gz': gzipSync(jsonl).subarray(0, 100),
      },
    });
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('shows progress on a terminal and none in a pipe', async () => {
    const shown = await cli(convert('in.jsonl'), { files, columns: 120, piece: 500 });
    expect(shown.err).toMatch(/\r█.* % {2}.*rows {2}.*\/s {2}.*MB\/s {2}.*left\x1b\[K/);
    expect((await cli(convert('in.jsonl'), { files, piece: 500 })).err).not.toContain('\r');
  });
});

describe('reports', () => {
  const options = ['--report', 'report.json', '--model', 'gpt-4o-mini'];

  it('tell the tokens, the cost, repeats and what was left out', async () => {
    const data = `${jsonl}${jsonl.split('\n')[0]}\n{"prompt": "", "completion": ""}\nbad\n`;
    const { files: written } = await cli(convert('in.jsonl', ...options, '--html', 'report.html'), {
      files: { ...files, 'in.jsonl': data },
    });
    const report = JSON.parse(String(written['report.json']));
    expect(report).toMatchObject({
      rows: 43,
      records: 42,
      rejected: 1,
      rejects: { 'malformed-line': { count: 1, samples: [{ source: 'in.jsonl', line: 43 }] } },
      warnings: { 'missing-separator': { count: 1, severity: 'lossy' } },
      empty: { prompts: { count: 1 }, completions: { count: 1 } },
      duplicates: { samples: [{ line: 41 }] },
      lengths: { unit: 'tokens' },
      training: { model: 'gpt-4o-mini', epochs: 3, price: 3 },
      leftOut: { id: 41 },
    });
    expect(report.lengths.record.sum).toBe(report.training.tokens);
    const page = String(written['report.html']);
    expect(page).toContain('<svg');
    expect(page).not.toContain('<script');
  });

  it('of shards merge into the report of the whole', async () => {
    const lines = `${jsonl}${jsonl}bad\n{}\n`.split('\n').slice(0, -1);
    const whole = await cli(convert('all.jsonl', ...options), {
      files: { ...files, 'all.jsonl': lines.join('\n') },
    });
    const parts: string[] = [];
    const shards: Record<string, Buffer> = {};
    for (const [name, from, to] of [
      ['r1', 0, 17],
      ['r2', 17, 60],
      ['r3', 60, 82],
    ] as const) {
      const { files: made } = await cli(convert('all.jsonl', ...options), {
        files: { ...files, 'all.jsonl': lines.slice(from, to).join('\n') },
      });
      shards[name] = made['report.json'] ?? Buffer.alloc(0);
      parts.push(name);
    }
    const merged = await cli(['merge-reports', ...parts, '-o', 'sum.json', '--html', 'sum.html'], {
      files: shards,
    });
    expect(merged.err).toMatch(/3 reports, 82 rows, 2 rejected, training about \$ 0\.\d\d/);
    const strip = (text: unknown): unknown =>
      JSON.parse(String(text), (key, value) =>
        ['sources', 'samples', 'source'].includes(key) ? undefined : value,
      );
    expect(strip(merged.files['sum.json'])).toEqual(strip(whole.files['report.json']));
  });

  it('escape what rows say in the page', async () => {
    const evil = `{"<script>alert(1)</script>": 1, "prompt": 3}\n`;
    const { files: made } = await cli(
      convert('in.jsonl', '--html', 'page.html', '--no-tokens', '--prompt', '<img src=x onerror=alert(1)>'),
      { files: { ...files, 'in.jsonl': evil } },
    );
    expect(String(made['page.html'])).not.toMatch(/<img|<script/);
  });

  it('of different plans do not merge', async () => {
    const one = await cli(convert('in.jsonl', '--report', 'a.json'), { files });
    const two = await cli(convert('in.jsonl', '--report', 'b.json', '--no-tokens'), { files: one.files });
    const { code, err } = await cli(['merge-reports', 'a.json', 'b.json'], { files: two.files });
    expect(code).toBe(2);
    expect(err).toContain("can't be merged");
  });
});
