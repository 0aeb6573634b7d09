import { describe, expect, it } from 'vitest';
import {
  countChatTokens,
  countChatTokensAsync,
  fitMessages,
  fitMessagesAsync,
  fitPrompt,
  loadTokenizer,
  type TokenLimit,
} from '../../../src/tokens/index.js';
import { perCharacter, plainHistory } from '../histories.js';

const models = { mine: { contextWindow: 1000, maxOutput: 100, maxInput: 800 } };
const history = plainHistory(60);
const trim = (more: object) =>
  fitMessages(history, { tokenizer: perCharacter, model: 'mine', models, ...more });
const budget = (more: object) => {
  const { tokens, room } = trim(more);
  return tokens + room;
};

describe('the limit of a fit', () => {
  it.each<[string, { limit?: TokenLimit; reserve?: TokenLimit }, number]>([
    ['the window less the most output, as far as the model takes it', {}, 800],
    ['the window less the reserve', { reserve: 300 }, 700],
    ['a share of the window', { limit: { share: 0.5 } }, 500],
    ['a share less a share', { limit: { share: 0.5 }, reserve: { share: 0.1 } }, 400],
    ['what was asked for', { limit: 300 }, 300],
    ['never more than the model takes as input', { limit: 1000 }, 800],
    ['never more than the window', { limit: 5000, reserve: 400 }, 600],
  ])('is %s', (_, options, expected) => {
    expect(budget(options)).toBe(expected);
  });

  it('is said to be lowered where more was asked for', () => {
    expect(trim({ limit: 1000 }).warnings).toMatchObject([{ code: 'limit-lowered', path: 'limit' }]);
    expect(trim({}).warnings).toEqual([]);
  });

  it('leaves a quarter of the window where the model writes more', () => {
    const long = { mine: { contextWindow: 1000, maxOutput: 900 } };
    expect(budget({ models: long })).toBe(750);
  });

  it('is that of the model that the tokenizer was loaded for', async () => {
    const tokenizer = await loadTokenizer('gpt-4');
    const { tokens, room } = fitMessages(history, { tokenizer });
    expect(tokens + room).toBe(8192 - 2048);
    const fitted = fitPrompt('Human: hi\nAI:', { tokenizer, dialect: 'human-ai' });
    expect(fitted.tokens + fitted.room).toBe(8192 - 2048);
  });

  it.each<[object, string]>([
    [{ model: 'nobody-knows' }, 'limit'],
    [{ model: undefined }, 'limit'],
    [{ limit: { share: 2 } }, 'limit.share'],
    [{ model: 'nobody-knows', limit: { share: 0.5 } }, 'limit'],
    [{ limit: '100' }, 'limit'],
    [{ limit: 100, reserve: 200 }, 'reserve'],
  ])('is refused: %j', (options, path) => {
    expect(() => trim(options)).toThrow(expect.objectContaining({ code: 'invalid-argument', path }));
  });
});

describe('a counter', () => {
  const talk = plainHistory(30);
  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['undefined', undefined],
    ['a negative number', -1],
    ['an object', { count: 3 }],
    ['a string', '3'],
  ])('that gives %s is refused at once', async (_, value) => {
    let calls = 0;
    const tokenizer = (() => {
      calls += 1;
      return value;
    }) as never;
    const refusal = expect.objectContaining({ code: 'invalid-argument', path: 'tokenizer' });
    expect(() => countChatTokens({ messages: talk }, { tokenizer })).toThrow(refusal);
    expect(() => fitMessages(talk, { tokenizer, limit: 100 })).toThrow(refusal);
    expect(calls).toBeLessThanOrEqual(4);
    const later = (async () => value) as never;
    await expect(countChatTokensAsync({ messages: talk }, { tokenizer: later })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(fitMessagesAsync(talk, { tokenizer: later, limit: 100 })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('that answers later is refused by the forms that do not wait', () => {
    const tokenizer = (async () => 3) as never;
    expect(() => fitMessages(talk, { tokenizer, limit: 100 })).toThrow(/async form/);
  });

  it.each([undefined, null, 'gpt-4o', 7, {}, loadTokenizer('gpt-4o')])('is no tokenizer: %s', (tokenizer) => {
    const refusal = expect.objectContaining({ code: 'invalid-argument', path: 'tokenizer' });
    expect(() => fitMessages(talk, { tokenizer: tokenizer as never, limit: 100 })).toThrow(refusal);
    expect(() => countChatTokens({ messages: talk }, { tokenizer: tokenizer as never })).toThrow(refusal);
  });

  it('is asked a few times at once, and no more after a failure', async () => {
    let now = 0;
    let most = 0;
    const tokenizer = async (text: string) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 0));
      now -= 1;
      return text.length;
    };
    await fitMessagesAsync(talk, { tokenizer, limit: 1e6 });
    expect(most).toBe(16);
    most = 0;
    await fitMessagesAsync(talk, { tokenizer, limit: 1e6, concurrency: 3 });
    expect(most).toBe(3);
    let calls = 0;
    const failing = async () => {
      calls += 1;
      throw new Error('503');
    };
    await expect(fitMessagesAsync(talk, { tokenizer: failing, limit: 1e6, concurrency: 3 })).rejects.toThrow(
      '503',
    );
    expect(calls).toBe(3);
  });
});
