import { describe, expect, it } from 'vitest';
import { trainSmall } from '../support/small-bpe.js';
import { cli } from './support.js';

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'hi there' },
  { role: 'assistant', content: 'hello' },
  { role: 'user', content: 'How many tokens are there?' },
];
const files = {
  'prompt.txt': 'Be brief.\n\nHuman: hi\nAI: hello\nHuman: bye\nAI:',
  'messages.json': JSON.stringify(messages),
  'chat.json': JSON.stringify({
    model: 'gpt-4o',
    messages,
    max_completion_tokens: 100,
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
  }),
  'old.json': JSON.stringify({
    model: 'text-davinci-003',
    prompt: 'Human: hi\nAI:',
    stop: [' Human:'],
    max_tokens: 16,
  }),
  'broken.json': '{"messages": [',
  'llama.txt': '[INST] hi [/INST]',
  'tokenizer.json': JSON.stringify(trainSmall('How many tokens are there?', 30)),
};

describe('rolecall count', () => {
  it.each(['prompt.txt', 'messages.json', 'chat.json', 'old.json', 'llama.txt'])(
    'adds the parts of %s up to the whole',
    async (file) => {
      const { code, out } = await cli(['count', file, '--json'], { files });
      const report = JSON.parse(out) as { total: number; rows: { tokens: number }[] };
      expect(code).toBe(0);
      expect(report.rows.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(report.total);
    },
  );

  it('prints a table, the total, and a bar of the window', async () => {
    const { out } = await cli(['count', 'chat.json'], { files, columns: 80 });
    expect(out).toMatch(/^# {2}role +tokens {2}text\n0 {2}system +\d+ {2}Be brief\.\n/);
    expect(out).toMatch(/\(tools\)/);
    expect(out).toMatch(
      /\d+ tokens for gpt-4o \(o200k_base.*\), \$ 0\.000\d+\n[█▏▎▍▌▋▊▉░]+ {2}0\.1 % of 128,000 with 100 for the reply\n/,
    );
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
  });

  it('knows the model of a request, and another that is asked for', async () => {
    expect(JSON.parse((await cli(['count', 'old.json', '--json'], { files })).out)).toMatchObject({
      model: 'text-davinci-003',
      encoding: 'p50k_base',
      window: 4097,
      reply: 16,
    });
    expect(
      JSON.parse((await cli(['count', 'old.json', '--json', '--model', 'gpt-4'], { files })).out),
    ).toMatchObject({ encoding: 'cl100k_base' });
  });

  it('counts with a tokenizer.json, a model or an encoding', async () => {
    const count = async (...argv: string[]) =>
      JSON.parse((await cli(['count', 'messages.json', '--json', ...argv], { files })).out);
    const own = await count('--tokenizer', 'tokenizer.json');
    expect(own).toMatchObject({ encoding: 'tokenizer.json', confidence: 'estimated' });
    expect(own.model).toBeUndefined();
    expect(own.total).toBeGreaterThan((await count()).total);
    expect(await count('--tokenizer', 'cl100k_base')).toMatchObject({ encoding: 'cl100k_base' });
    const fitted = await cli(
      ['fit', 'messages.json', '--limit', '60', '--json', '--tokenizer', 'tokenizer.json'],
      { files },
    );
    expect(JSON.parse(fitted.out).tokens).toBeLessThanOrEqual(60);
  });

  it.each([
    [['count', 'broken.json'], /broken\.json:1:15/],
    [['count', 'prompt.txt', '--model', 'gtp'], /no encoding is known/],
    [['fit', 'prompt.txt', '--limit', 'x'], /--limit takes a number/],
    [['fit', 'messages.json', '--limit', '5'], /5/],
    [['fit', 'messages.json', '--tokenizer', 'tokenizer.json'], /say --limit/],
    [['count', 'messages.json', '--tokenizer', 'messages.json'], /tokenizer\.json has a model/],
  ])('%j is a mistake', async (argv, message) => {
    const { code, err } = await cli(argv, { files });
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('lets no text of a prompt command the terminal', async () => {
    const { out } = await cli(['count'], { stdin: 'Human: \x1b[2Jhi\u202e\x07\nAI:', columns: 80 });
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  });
});

describe('rolecall fit', () => {
  it('gives the shape that it was given', async () => {
    const list = await cli(['fit', 'messages.json', '--limit', '30'], { files });
    expect(JSON.parse(list.out)).toEqual([messages[0], messages[3]]);
    expect(list.err).toMatch(/tokens of 30; dropped messages: 1 to 2\n$/);
    const request = await cli(['fit', 'chat.json', '-q'], { files });
    expect({ value: JSON.parse(request.out), err: request.err }).toEqual({
      value: JSON.parse(files['chat.json']),
      err: '',
    });
    const prompt = await cli(['fit', 'prompt.txt', '--limit', '13'], { files });
    expect(prompt.out).toBe('Be brief.\n\nHuman: bye\nAI:');
  });

  it('tells all with --json', async () => {
    const { out } = await cli(['fit', 'messages.json', '--limit', '40', '--reserve', '10', '--json'], {
      files,
    });
    expect(JSON.parse(out)).toMatchObject({
      model: 'gpt-4o-mini',
      limit: 40,
      reserve: 10,
      kept: [0, 3],
      dropped: [{ from: 1, to: 3, reason: 'limit' }],
    });
  });
});
