import { describe, expect, it } from 'vitest';
import { type DialectName, dialects, type Message } from '../../../src/index.js';
import {
  aiSdkMessages,
  countChatTokens,
  fitMessages,
  renderTokens,
  tokenizerFromJson,
} from '../../../src/tokens/index.js';
import { trainSmall } from '../../support/small-bpe.js';

const trained = trainSmall(
  'Name three rivers, please. message one two three user assistant system '.repeat(3),
  60,
);

/** A small tokenizer that has the dialect's control tokens. */
const tokenizerOf = (dialect: DialectName) =>
  tokenizerFromJson({
    ...trained,
    added_tokens: dialects[dialect].specialTokens.map((content, i) => ({
      content,
      id: 5000 + i,
      special: true,
    })),
  });

const chat: Message[] = [
  { role: 'user', content: 'Name three rivers.' },
  { role: 'assistant', content: '' },
  { role: 'user', content: 'please' },
];
const tools = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
];
const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
const templateOptions = { date_string: '1', current_date: '1', today: '1', date: '1' };

describe('countChatTokens with a dialect', () => {
  it.each([
    'chatml',
    'llama-3',
    'qwen2.5',
    'gemma-2',
    'mistral-v3-tekken',
    'deepseek-v3',
    'harmony',
    'human-ai',
  ] as const)('counts the prompt itself, and the parts add up: %s', (dialect) => {
    const tokenizer = tokenizerOf(dialect);
    const render = { templateOptions };
    const whole = renderTokens(chat, { dialect, tokenizer, templateOptions }).ids.length;
    const counted = countChatTokens({ messages: chat }, { tokenizer, dialect, render });
    expect(counted.total).toBe(whole);
    expect(sumOf(counted.messages) + counted.priming).toBe(whole);
    expect(counted).toMatchObject({ tools: 0, confidence: 'exact', components: { messages: 'exact' } });
    const armed = countChatTokens({ messages: chat, tools }, { tokenizer, dialect, render });
    expect(armed.total).toBe(renderTokens(chat, { dialect, tokenizer, tools, templateOptions }).ids.length);
    expect(armed.messages).toEqual(counted.messages);
    expect(armed.tools).toBe(armed.total - counted.total);
  });

  it('gives each message its own marks, with words or without', () => {
    const tokenizer = tokenizerOf('chatml');
    const frame = renderTokens([{ role: 'user', content: '' }], {
      dialect: 'chatml',
      tokenizer,
      generationPrompt: false,
    }).ids.length;
    const { messages, priming } = countChatTokens({ messages: chat }, { tokenizer, dialect: 'chatml' });
    const words = (text: string) => tokenizer.count(text);
    expect(messages[0]).toBe(frame + words('Name three rivers.'));
    expect(messages[2]).toBe(frame + words('please'));
    expect(messages[1]! + priming).toBeGreaterThan(priming);
  });

  it('says what it can not know', () => {
    const foreign = countChatTokens(
      { messages: chat },
      { tokenizer: tokenizerOf('human-ai'), dialect: 'chatml' },
    );
    expect(foreign.confidence).toBe('estimated');
    expect(foreign.warnings.map(({ code }) => code)).toContain('other-vocabulary');
    const image = { type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } };
    const seen = countChatTokens(
      { messages: [{ role: 'user', content: [image] }] },
      { tokenizer: tokenizerOf('chatml'), dialect: 'chatml', model: 'gpt-4o' },
    );
    expect(seen.confidence).toBe('estimated');
    expect(seen.warnings.map(({ code }) => code)).toContain('dropped-part');
  });

  it('refuses what it can not write', () => {
    const tokenizer = tokenizerOf('chatml');
    const options = { tokenizer, dialect: 'chatml', accessors: aiSdkMessages } as const;
    expect(() => countChatTokens({ messages: [{ role: 'user', content: 'a' }] }, options)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', path: 'dialect' }),
    );
    expect(() =>
      countChatTokens({ messages: chat }, { tokenizer: (text) => text.length, dialect: 'chatml' }),
    ).toThrow(expect.objectContaining({ code: 'invalid-argument', path: 'tokenizer' }));
  });
});

describe('fitMessages with a dialect', () => {
  const long: Message[] = Array.from({ length: 81 }, (_, i) => ({
    role: i % 2 === 0 ? 'user' : 'assistant',
    content: `message ${'one two '.repeat(i % 7)}`,
  }));

  it.each(['chatml', 'llama-3', 'human-ai', 'mistral-v3-tekken', 'harmony'] as const)(
    'stays within the limit by the count of its own prompt: %s',
    (dialect) => {
      const tokenizer = tokenizerOf(dialect);
      const count = (messages: Message[]) => renderTokens(messages, { dialect, tokenizer }).ids.length;
      const least = count(long.slice(-1));
      for (const limit of [least, least + 30, 2 * least + 200, count(long) - 1, count(long)]) {
        const { messages, tokens, room } = fitMessages(long, { tokenizer, dialect, limit });
        expect(tokens).toBe(count(messages));
        expect(tokens).toBeLessThanOrEqual(limit);
        expect(room).toBe(limit - tokens);
        expect(messages.at(-1)).toBe(long.at(-1));
        if (limit === count(long)) expect(messages).toHaveLength(long.length);
      }
      expect(() => fitMessages(long, { tokenizer, dialect, limit: least - 1 })).toThrow(
        expect.objectContaining({ code: 'over-limit', details: expect.objectContaining({ needed: least }) }),
      );
    },
  );
});

describe('a model with its own tokenizer', () => {
  const tokenizer = tokenizerOf('qwen3');
  const model = 'Qwen/Qwen3-8B';
  const exact = countChatTokens({ messages: chat }, { tokenizer, dialect: 'qwen3' });

  it('is counted in the dialect that is known for it', () => {
    expect(countChatTokens({ messages: chat, model }, { tokenizer })).toEqual(exact);
    expect(countChatTokens({ messages: chat }, { tokenizer, model })).toEqual(exact);
    expect(countChatTokens({ messages: chat, model }, { tokenizer, dialect: null })).toEqual(exact);
    expect(exact.confidence).toBe('exact');
  });

  it('is counted in the dialect that was asked for, if one was', () => {
    const asked = countChatTokens({ messages: chat, model }, { tokenizer, dialect: 'human-ai' });
    expect(asked).toEqual(countChatTokens({ messages: chat }, { tokenizer, dialect: 'human-ai' }));
  });

  it('fits by the same count', () => {
    const long = Array.from({ length: 20 }, (_, i) => ({
      role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: 'one two three',
    }));
    const options = { tokenizer, limit: 120 };
    const fitted = fitMessages(long, { ...options, model });
    expect(fitted).toEqual(fitMessages(long, { ...options, dialect: 'qwen3' }));
    expect(fitted.tokens).toBe(countChatTokens({ messages: fitted.messages, model }, { tokenizer }).total);
  });

  it.each([
    ['no dialect is known', { model: 'some/model' }],
    ['the messages are of another shape', { model, accessors: aiSdkMessages }],
    ['only a function counts', { model, tokenizer: (text: string) => text.length }],
  ])('is estimated where %s', (_, options) => {
    const counted = countChatTokens({ messages: [{ role: 'user', content: 'please' }] }, {
      tokenizer,
      ...options,
    } as never);
    expect(counted.confidence).toBe('estimated');
  });
});
