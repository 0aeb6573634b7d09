import { describe, expect, it } from 'vitest';
import type { CliIO, Listening } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { cli } from './support.js';

const template =
  '{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}';
const config = JSON.stringify({
  chat_template: template,
  bos_token: { content: '<s>' },
  eos_token: '<|end|>',
});
const messages = JSON.stringify([
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
]);
const prompt = '<s><|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\n';

describe('--template', () => {
  it('writes messages through a tokenizer’s config, or a template that one stands beside', async () => {
    const files = {
      'm/tokenizer_config.json': config,
      'm/chat_template.jinja': template,
      'messages.json': messages,
    };
    for (const file of ['m/tokenizer_config.json', 'm/chat_template.jinja']) {
      const { code, out } = await cli(['convert', 'messages.json', '--template', file], { files });
      expect([code, out]).toEqual([0, prompt]);
    }
  });

  it('reads prompts', async () => {
    const files = { 'c.json': config, 'p.txt': prompt };
    const { out } = await cli(['convert', 'p.txt', '--template', 'c.json', '--to', 'messages'], { files });
    expect(JSON.parse(out)).toEqual(JSON.parse(messages));
  });

  it('counts messages as the prompt that they become, and fits them into it', async () => {
    const files = { 'c.json': config, 'm.json': messages, 'p.txt': prompt };
    const count = async (file: string) =>
      JSON.parse(
        (
          await cli(['count', file, '--template', 'c.json', '--tokenizer', 'cl100k_base', '--json'], {
            files,
          })
        ).out,
      );
    const counted = await count('m.json');
    expect(counted.total).toBe((await count('p.txt')).total);
    expect(
      counted.rows.map((row: { tokens: number }) => row.tokens).reduce((a: number, b: number) => a + b),
    ).toBe(counted.total);
    const long = Array.from({ length: 40 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: `Word number ${i}.`,
    }));
    const world = {
      files: { ...files, 'long.json': JSON.stringify([...long, { role: 'user', content: 'Now?' }]) },
    };
    const argv = [
      'fit',
      'long.json',
      '--template',
      'c.json',
      '--tokenizer',
      'cl100k_base',
      '--limit',
      '100',
      '--json',
    ];
    const fitted = JSON.parse((await cli(argv, world)).out);
    expect(fitted.tokens).toBeLessThanOrEqual(100);
    expect(fitted.tokens).toBeGreaterThan(70);
    const kept = { files: { ...files, 'kept.json': JSON.stringify(fitted.messages) } };
    const again = await cli(
      ['count', 'kept.json', '--template', 'c.json', '--tokenizer', 'cl100k_base', '--json'],
      kept,
    );
    expect(JSON.parse(again.out).total).toBe(fitted.tokens);
  });

  it('says what is wrong with a file, and takes one of two', async () => {
    const files = { 'm.json': messages, 'broken.jinja': '{% for %}', 'none.json': '{}' };
    for (const [file, why] of [
      ['broken.jinja', /broken\.jinja: .*is not Jinja/],
      ['none.json', /none\.json: .*no chat template/],
      ['missing.jinja', /no such file/],
    ] as const) {
      const { code, err } = await cli(['convert', 'm.json', '--template', file], { files });
      expect(code).toBe(2);
      expect(err).toMatch(why);
    }
    const both = await cli(['convert', 'm.json', '--template', 'c.json', '--dialect', 'chatml'], { files });
    expect([both.code, both.err]).toEqual([2, expect.stringMatching(/give one/)]);
  });
});

/** A server that answers some paths with JSON. */
async function serving(paths: Record<string, unknown>, argv: readonly string[] = []) {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const out: string[] = [];
  const err: string[] = [];
  const files: Record<string, string> = { 'c.json': config };
  const io: CliIO = {
    readStdin: async () => '',
    readFile: async (path) => {
      if (files[path] === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return files[path];
    },
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
    listen: async (): Promise<Listening> => {
      stop();
      return { url: 'http://127.0.0.1:1', close: async () => undefined };
    },
    untilStopped: () => stopped,
    fetch: async (input, init) => {
      const path = new URL(String(input)).pathname;
      const answer = paths[path];
      if (answer === undefined) return new Response('no', { status: 404 });
      const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      return Response.json(typeof answer === 'function' ? answer(body) : answer);
    },
  };
  const code = await run(['serve', '--upstream', 'http://server:8080/v1', '--port', '0', ...argv], io);
  return { code, out: out.join(''), err: err.join('') };
}

const props = { chat_template: template, bos_token: '<s>', eos_token: '<|end|>' };
/** What the server itself writes. */
const applied = ({ messages: given }: { messages: { role: string; content: string }[] }) => ({
  prompt: `${given.map(({ role, content }) => `<|${role}|>\n${content}<|end|>\n`).join('')}<|assistant|>\n`,
});

describe('rolecall serve finds the dialect', () => {
  it('in a template that is given', async () => {
    const { code, out } = await serving({}, ['--template', 'c.json']);
    expect(code).toBe(0);
    expect(out).toContain('Prompts are written in the dialect jinja, from c.json.');
  });

  it('in the template that llama.cpp gives, held against what it writes', async () => {
    const { code, out } = await serving({ '/props': props, '/apply-template': applied });
    expect(code).toBe(0);
    expect(out).toMatch(
      /from the chat template that the server gives, checked against what it writes itself/,
    );
  });

  it('nowhere, where llama.cpp writes something else, and exits with 2', async () => {
    const { code, err } = await serving({
      '/props': props,
      '/apply-template': () => ({ prompt: 'User: Hello' }),
    });
    expect(code).toBe(2);
    expect(err).toMatch(/writes other prompts .* Give --dialect/);
  });

  it('in the name of the only model', async () => {
    const { code, out } = await serving({ '/v1/models': { data: [{ id: 'Qwen/Qwen2.5-7B-Instruct' }] } });
    expect(code).toBe(0);
    expect(out).toContain("in the dialect qwen2.5, from the model's name, Qwen/Qwen2.5-7B-Instruct.");
  });

  it('nowhere, where the server tells nothing, or the name of no model that is known', async () => {
    for (const paths of [{}, { '/v1/models': { data: [{ id: 'my-own-model' }] } }]) {
      const { code, err } = await serving(paths);
      expect(code).toBe(2);
      expect(err).toMatch(/not certain: .* --template/);
    }
  });
});
