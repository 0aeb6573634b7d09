import { describe, expect, it } from 'vitest';
import { type Dialect, type DialectName, type Message, renderPrompt } from '../../src/index.js';
import { dialectFromConfig } from '../../src/jinja/index.js';
import { tokenizerFromJson } from '../../src/tokens/index.js';
import { trainSmall } from '../support/small-bpe.js';
import { weatherTool } from '../support/weather.js';
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

  it('takes files as editors and systems leave them, and one of several templates', async () => {
    const chat_template = ['rag', 'default', 'tool_use'].map((name) => ({
      name,
      template: name === 'default' ? template : template.replaceAll('<|end|>', `<|${name}|>`),
    }));
    const several = JSON.stringify({ ...JSON.parse(config), chat_template });
    const beside = JSON.stringify({ ...JSON.parse(config), chat_template: null });
    const files = {
      'bom.jinja': `\ufeff${template}`,
      'crlf.jinja': template.replaceAll('\n', '\r\n'),
      'bom.json': `\ufeff${config}`,
      'several.json': several,
      'm/tokenizer_config.json': `\ufeff${beside}`,
      'm/chat_template.jinja': template,
      'm.json': messages,
    };
    const written = async (file: string) =>
      (await cli(['convert', 'm.json', '--template', file, '-q'], { files })).out;
    for (const file of ['bom.json', 'several.json', 'm/tokenizer_config.json', 'm/chat_template.jinja'])
      expect([file, await written(file)]).toEqual([file, prompt]);
    for (const file of ['bom.jinja', 'crlf.jinja'])
      expect(await written(file)).toBe(prompt.replace('<s>', ''));
    expect(await written('several.json#rag')).toBe(prompt.replaceAll('<|end|>', '<|rag|>'));
  });

  it('writes the tools of a request too, and the format of the model that it names', async () => {
    const request = { messages: JSON.parse(messages), tools: [weatherTool], max_tokens: 5, n: 2 };
    const files = {
      'c.json': config,
      'r.json': JSON.stringify(request),
      'q.json': JSON.stringify({ ...request, model: 'Qwen/Qwen3-8B' }),
      'm.json': messages,
    };
    const dialect = dialectFromConfig(config);
    const wanted = (dialect: Dialect | DialectName) =>
      renderPrompt(request.messages as Message[], { dialect, tools: [weatherTool] }).prompt;
    const written = async (...argv: string[]) => await cli(['convert', ...argv], { files });
    expect((await written('r.json', '--template', 'c.json')).out).toBe(wanted(dialect));
    expect((await written('q.json')).out).toBe(wanted('qwen3'));
    expect((await written('r.json', '--model', 'Qwen/Qwen3-8B')).out).toBe(wanted('qwen3'));
    expect((await written('m.json', '--model', 'gemma-2-9b-it')).out).toContain('<start_of_turn>');
    const unknown = await written('m.json', '--model', 'my-own');
    expect(unknown.out).toMatch(/^Be brief\.\n\nUser: Hi\nAssistant:$/);
    expect(unknown.err).toMatch(
      /format of "my-own" is not known, .*--dialect or --template\. \[unknown-model\]/,
    );
    expect((await written('m.json')).err).toBe('');
  });

  it('reads prompts', async () => {
    const files = { 'c.json': config, 'p.txt': prompt };
    const chat = await cli(['convert', 'p.txt', '--template', 'c.json', '--to', 'chat', '--model', 'm'], {
      files,
    });
    expect(JSON.parse(chat.out).messages).toEqual(JSON.parse(messages));
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

  it('counts and fits by the model’s own tokenizer, in which marks are single tokens', async () => {
    const rules = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    const marks = ['<s>', '<|end|>', '<|user|>', '<|assistant|>', '<|system|>'];
    const own = trainSmall('Be brief. Hi Word number of many Now? '.repeat(3), 60);
    const added = marks.map((content, i) => ({ content, id: 5000 + i, ...rules }));
    const tokenizer = { ...own, added_tokens: [...own.added_tokens, ...added] };
    const dialect = dialectFromConfig(config);
    const turns = Array.from({ length: 30 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: `Word number ${i}`,
    }));
    const tools = [weatherTool];
    const request = { model: 'x', messages: [...turns, { role: 'user', content: 'Now?' }], tools };
    const long = renderPrompt(request.messages as Message[], { dialect, tools }).prompt;
    const files: Record<string, string> = {
      'c.json': config,
      't.json': JSON.stringify(tokenizer),
      'm.json': messages,
      'p.txt': prompt,
      'r.json': JSON.stringify(request),
      'long.txt': long,
    };
    const by = ['--template', 'c.json', '--tokenizer', 't.json', '--json'];
    const counted = async (file: string) => JSON.parse((await cli(['count', file, ...by], { files })).out);
    const real = tokenizerFromJson(tokenizer as never);
    const whole = (text: string) => real.count(text, { allowedSpecial: 'all' });
    expect((await counted('m.json')).total).toBe(whole(prompt));
    expect((await counted('p.txt')).total).toBe(whole(prompt));
    expect((await counted('r.json')).total).toBe(whole(long));
    for (const file of ['r.json', 'long.txt']) {
      const { code, out, err } = await cli(['fit', file, ...by, '--limit', '700'], { files });
      expect(err).toContain('dropped');
      const fitted = JSON.parse(out);
      expect([code, fitted.dropped.length > 0]).toEqual([0, true]);
      files['kept.json'] = JSON.stringify({ ...request, messages: fitted.messages });
      files['kept.txt'] = fitted.text ?? '';
      const { total } = await counted(fitted.text === undefined ? 'kept.json' : 'kept.txt');
      expect(total).toBe(fitted.tokens);
      expect(total).toBeLessThanOrEqual(700);
    }
  });

  it('says what is wrong with a file, and takes one of two', async () => {
    const several = (...names: string[]) =>
      JSON.stringify({ chat_template: names.map((name) => ({ name, template })), eos_token: '<|end|>' });
    const files = {
      'm.json': messages,
      'broken.jinja': '{% for %}',
      'none.json': '{}',
      'empty.jinja': ' \n',
      'readme.jinja': 'This model is good.',
      'cut.json': config.slice(0, 40),
      'several.json': several('rag', 'tool_use'),
      'c.json': config,
    };
    for (const [file, why] of [
      ['empty.jinja', /^rolecall: empty\.jinja is empty\.$/],
      ['readme.jinja', /no chat template: it writes nothing of a message/],
      ['cut.json', /cut\.json: .* is not JSON/],
      ['several.json', /the templates rag, tool_use: choose one, as --template several\.json#rag/],
      ['several.json#default', /the templates rag, tool_use: choose one/],
      ['c.json#rag', /c\.json has no templates with names/],
      ['', /takes a chat_template\.jinja or a tokenizer_config\.json/],
      ['broken.jinja', /broken\.jinja: .*is not Jinja/],
      ['none.json', /none\.json: .*no chat template/],
      ['missing.jinja', /no such file/],
    ] as const) {
      const { code, err } = await cli(['convert', 'm.json', '--template', file], { files });
      expect(code).toBe(2);
      expect(err.trim().split('\n')).toHaveLength(1);
      expect(err.trim()).toMatch(why);
    }
    const stdin = await cli(['convert', '-', '--template', '-'], { files, stdin: template });
    expect([stdin.code, stdin.err]).toEqual([2, expect.stringMatching(/standard input is one thing/)]);
    const both = await cli(['convert', 'm.json', '--template', 'c.json', '--dialect', 'chatml'], { files });
    expect([both.code, both.err]).toEqual([2, expect.stringMatching(/give one/)]);
  });
});
