import { describe, expect, it } from 'vitest';
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
