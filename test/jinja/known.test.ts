import { describe, expect, it } from 'vitest';
import { dialects, parsePrompt, renderPrompt, unparsePrompt } from '../../src/index.js';
import { dialectFromConfig, jinjaDialect } from '../../src/jinja/index.js';

/** ChatML as most configs have it. */
const chatml = String.raw`{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`;
const hi = [{ role: 'user', content: 'Hi' }] as const;

describe('a chat template that a built-in dialect writes', () => {
  it('gives that dialect', () => {
    expect(jinjaDialect(chatml)).toBe(dialects.chatml);
    expect(dialectFromConfig({ chat_template: chatml, eos_token: '<|im_end|>' })).toBe(dialects.chatml);
  });

  it('is known with other white space in its code', () => {
    const spread = chatml.replaceAll('%}', ' %}').replaceAll('{% ', '{%\n   ');
    expect(jinjaDialect(spread)).toBe(dialects.chatml);
  });

  it('is another one where the white space is of what it writes', () => {
    const spaced = chatml.replace("'<|im_end|>'", "' <|im_end|>'");
    const dialect = jinjaDialect(spaced);
    expect(dialect.name).toBe('jinja');
    expect(renderPrompt(hi, { dialect }).prompt).toBe(
      '<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('is parsed into plain data that needs no dialect to be written again', () => {
    const { prompt } = renderPrompt(hi, { dialect: jinjaDialect(chatml) });
    const parsed = parsePrompt(prompt, { dialect: jinjaDialect(chatml) });
    expect(parsed.dialect).toBe('chatml');
    expect(unparsePrompt(parsed)).toBe(prompt);
  });

  it('gives a copy with the special tokens that the tokenizer has beside', () => {
    const config = {
      chat_template: chatml,
      added_tokens_decoder: { 7: { content: '[EXTRA]', special: true } },
    };
    const dialect = dialectFromConfig(config);
    expect({ ...dialect, specialTokens: [] }).toEqual({ ...dialects.chatml, specialTokens: [] });
    expect(renderPrompt([{ role: 'user', content: '[EXTRA]' }], { dialect }).prompt).not.toContain('[EXTRA]');
  });

  it('gives a dialect of its own where options say more of it', () => {
    expect(jinjaDialect(chatml, { name: 'mine' }).name).toBe('mine');
    expect(jinjaDialect(chatml, { stop: ['###'] }).stop).toEqual(['###']);
    const response_template = { fields: { thinking: { open: '<think>', close: '</think>' } } };
    const thinks = dialectFromConfig({ chat_template: chatml, response_template });
    expect(thinks.reasoning).toMatchObject({ open: '<think>', close: '</think>' });
  });
});
