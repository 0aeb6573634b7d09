import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';

const prompt = 'Be brief.\n\nHuman: hi\nAI: hello\nHuman: bye\nAI:';
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: 'hello' },
  { role: 'user', content: 'bye' },
];

const files: Record<string, string> = {
  'prompt.txt': prompt,
  'bom.txt': `\ufeff${prompt}`,
  'messages.json': JSON.stringify(messages),
  'request.json': JSON.stringify({ model: 'text-davinci-003', prompt, stop: [' Human:'], max_tokens: 50 }),
  'chat.json': JSON.stringify({ model: 'gpt-4o', messages }),
  'empty.txt': '  \n',
  'broken.json': '[{"role": "user",\n  "content" "hi"}]',
  'wrong.json': '[{"role": "usr", "content": "hi"}]',
  'plain.txt': 'Tell me a joke',
  'none.json': '[]',
};

async function cli(line: string, stdin = ''): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(line.split(' ').filter(Boolean), {
    readStdin: async () => stdin,
    readFile: async (path) => {
      if (path === 'folder') throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
      if (files[path] === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return files[path];
    },
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe('rolecall convert', () => {
  it('turns a prompt into messages', async () => {
    const { code, out, err } = await cli('convert prompt.txt');
    expect({ code, err, messages: JSON.parse(out) }).toEqual({ code: 0, err: '', messages });
  });

  it('reads standard input, with and without a dash', async () => {
    expect(JSON.parse((await cli('convert', prompt)).out)).toEqual(messages);
    expect(JSON.parse((await cli('convert -', prompt)).out)).toEqual(messages);
  });

  it('takes the BOM off a file', async () => {
    expect(JSON.parse((await cli('convert bom.txt')).out)).toEqual(messages);
  });

  it('turns a prompt into a chat request', async () => {
    const { out } = await cli('convert prompt.txt --to chat --model gpt-4o-mini');
    expect(JSON.parse(out)).toEqual({ model: 'gpt-4o-mini', messages });
  });

  it('turns a completion request into a chat request', async () => {
    const { out } = await cli('convert request.json --model gpt-4o');
    expect(JSON.parse(out)).toMatchObject({ model: 'gpt-4o', messages, max_completion_tokens: 50 });
  });

  it('turns messages back into the prompt', async () => {
    expect((await cli('convert messages.json --dialect human-ai')).out).toBe(prompt);
    expect((await cli('convert chat.json --to prompt --dialect human-ai')).out).toBe(prompt);
  });

  it('keeps the other fields of a chat request', async () => {
    expect(JSON.parse((await cli('convert chat.json --to chat')).out)).toEqual({ model: 'gpt-4o', messages });
    expect(JSON.parse((await cli('convert chat.json --to chat --model x')).out)).toEqual({
      model: 'x',
      messages,
    });
  });

  it('writes a prompt in another dialect', async () => {
    expect((await cli('convert prompt.txt --to prompt --dialect anthropic')).out).toBe(
      'Be brief.\n\nHuman: hi\n\nAssistant: hello\n\nHuman: bye\n\nAssistant:',
    );
  });

  it('takes a prompt that starts with a JSON of its own for a prompt', async () => {
    expect(JSON.parse((await cli('convert', '{"a": 1}\nTurn this into YAML:')).out)).toEqual([
      { role: 'user', content: '{"a": 1}\nTurn this into YAML:' },
    ]);
  });

  it('prints warnings on standard error, unless it is to be quiet', async () => {
    expect(
      (
        await cli(
          'convert --dialect user-assistant',
          JSON.stringify([{ role: 'user', content: 'a\nUser: b' }]),
        )
      ).err,
    ).toContain('[escaped-label]');
    expect(
      (
        await cli(
          'convert -q --dialect user-assistant',
          JSON.stringify([{ role: 'user', content: 'a\nUser: b' }]),
        )
      ).err,
    ).toBe('');
  });

  it.each([
    ['convert nope.txt', "rolecall: can't read nope.txt: there is no such file.\n"],
    ['convert folder', "rolecall: can't read folder: it is a folder.\n"],
    ['convert empty.txt', 'rolecall: empty.txt: the prompt is empty.\n'],
    [
      'convert prompt.txt --dialect anthropc',
      'rolecall: dialect: There is no dialect "anthropc". Did you mean "anthropic"?\n',
    ],
    ['convert prompt.txt --dialct x', "rolecall: unknown option '--dialct'\n(Did you mean --dialect?)\n"],
    [
      'convert prompt.txt --to chats',
      "rolecall: option '--to <shape>' argument 'chats' is invalid. Allowed choices are messages, chat, prompt.\n",
    ],
    ['convrt prompt.txt', "rolecall: unknown command 'convrt'\n(Did you mean convert?)\n"],
    [
      'convert prompt.txt --to prompt',
      'rolecall: prompt.txt: this is a prompt already; name the --dialect to write it in.\n',
    ],
    [
      'convert broken.json --to prompt',
      'rolecall: broken.json:2:13: a colon is expected here\n  |\n2 |   "content" "hi"}]\n  |             ^\n',
    ],
    [
      'convert broken.json',
      'rolecall: broken.json:2:13: a colon is expected here\n  |\n2 |   "content" "hi"}]\n  |             ^\n',
    ],
    ['convert none.json', 'rolecall: none.json: there are no messages.\n'],
    [
      'convert messages.json --to messages',
      'rolecall: messages.json: these are messages already; use --to prompt or --to chat.\n',
    ],
    ['detect empty.txt', 'rolecall: empty.txt: the prompt is empty.\n'],
  ])('%s: one clear message and exit code 2', async (line, err) => {
    expect(await cli(line)).toEqual({ code: 2, out: '', err });
  });

  it('names the field of a wrong message', async () => {
    const { code, err } = await cli('convert wrong.json');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^rolecall: wrong\.json:1:11: \[0\]\.role must be .*not "usr"\.\n {2}\|\n1 \| .*\n {2}\| {11}\^\n$/,
    );
  });
});

describe('rolecall detect', () => {
  it('lists the dialects with the evidence', async () => {
    expect((await cli('detect prompt.txt')).out).toMatch(
      /^0\.\d\d {2}human-ai \((?:almost certain|likely)\)\n {6}the user speaks after "Human:"\n/,
    );
    expect(JSON.parse((await cli('detect prompt.txt --json')).out)[0].dialect).toBe('human-ai');
    expect((await cli('detect plain.txt')).out).toBe(
      'No conversation: nothing in the text says who speaks.\n',
    );
  });
});

describe('rolecall', () => {
  it('prints help and its version', async () => {
    expect(await cli('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect((await cli('--help')).out).toContain('convert [options] [files...]');
    expect((await cli('help convert')).out).toContain('--dialect <name>');
    expect(await cli('')).toMatchObject({ code: 2, err: expect.stringContaining('Usage: rolecall') });
  });
});
