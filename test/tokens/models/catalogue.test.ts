import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../../src/tokens/chat/cost.js';
import { contextWindow, modelInfo } from '../../../src/tokens/models/catalogue.js';

describe('contextWindow', () => {
  it.each([
    ['gpt-4o', 128_000],
    ['gpt-4o-2024-08-06', 128_000],
    ['gpt-4.1-mini', 1_047_576],
    ['gpt-5-mini', 400_000],
    ['gpt-4', 8192],
    // The legacy models, where the catalogue is wrong.
    ['text-davinci-003', 4097],
    ['text-davinci-002', 4097],
    ['text-curie-001', 2049],
    ['davinci', 2049],
    ['davinci-002', 16_384],
    ['gpt-3.5-turbo-instruct', 4096],
    ['gpt-3.5-turbo-0613', 4096],
    ['gpt-3.5-turbo', 16_385],
    // Names that are no names of the list.
    ['openai/gpt-4o', 128_000],
    ['gpt-35-turbo', 16_385],
    ['ft:gpt-3.5-turbo-0125:me::id', 16_385],
    ['gpt-4o-2099-01-01', 128_000],
    ['llama-3', undefined],
    ['toString', undefined],
    ['', undefined],
  ])('of %s is %s', (model, tokens) => {
    expect(contextWindow(model)).toBe(tokens);
  });

  it('takes the word of the caller', () => {
    const models = { mine: { contextWindow: 5 }, 'gpt-4o': { maxOutput: 7 } };
    expect(contextWindow('mine', { models })).toBe(5);
    expect(contextWindow('gpt-4o', { models })).toBe(128_000);
    expect(modelInfo('gpt-4o', models)?.maxOutput).toBe(7);
    expect(modelInfo('gpt-4o')?.maxOutput).toBe(16_384);
  });

  it('says when it guessed by the beginning of a name', () => {
    expect(modelInfo('gpt-4o')?.estimated).toBe(false);
    expect(modelInfo('gpt-4o-2099-01-01')?.estimated).toBe(true);
  });
});

describe('estimateCost', () => {
  const million = 1_000_000;
  const usage = { prompt_tokens: million, completion_tokens: million };

  it.each([
    ['gpt-4o', { usage }, 2.5, 10],
    ['gpt-4o-2024-08-06', { usage }, 2.5, 10],
    ['gpt-4o', { usage, batch: true }, 1.25, 5],
    [
      'gpt-4o',
      { usage: { ...usage, prompt_tokens_details: { cached_tokens: million / 2 } } },
      1.25 + 0.625,
      10,
    ],
    ['text-davinci-003', { usage }, 20, 20],
    ['gpt-3.5-turbo-instruct', { promptTokens: million }, 1.5, 0],
    ['gpt-3.5-turbo-instruct', { usage, batch: true }, undefined, undefined],
    ['text-ada-001', { usage }, 0.4, 0.4],
    ['davinci-002', { usage, batch: true }, 1, 1],
    ['gpt-5.4-mini-2026-03-17', { usage }, 0.75, 4.5],
    ['text-embedding-3-small', { promptTokens: million }, 0.02, 0],
    ['text-embedding-3-small', { usage, batch: true }, 0.01, undefined],
    ['gpt-4o-audio-preview', { usage }, undefined, undefined],
    ['ft:gpt-4o-2024-08-06:me::id', { usage }, 3.75, 15],
    ['my-model', { usage }, undefined, undefined],
    ['my-model', {}, 0, 0],
  ])('of %s, %j', (model, options, prompt, completion) => {
    const total = prompt === undefined || completion === undefined ? undefined : prompt + completion;
    expect(estimateCost({ model, ...options })).toMatchObject({ prompt, completion, total });
  });

  it('counts a request, and the most that its reply can cost', () => {
    const request = {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'x'.repeat(990) }],
      max_tokens: 100,
      n: 2,
    };
    const cost = estimateCost({ request, tokenizer: (text) => text.length });
    expect(cost).toMatchObject({ promptTokens: 1000, completionTokens: 200, total: 0.0025 + 0.002 });
    expect(() => estimateCost({ request })).toThrowError(/with a tokenizer/);
  });

  it.each([
    ['a text', { prompt: 'x'.repeat(100), max_tokens: 50 }, 100, 50],
    ['no max_tokens', { prompt: 'abc' }, 3, 16],
    ['a batch', { prompt: ['abc', 'de'], max_tokens: 10, n: 3 }, 5, 60],
    ['best_of', { prompt: 'abc', max_tokens: 10, n: 2, best_of: 4 }, 3, 40],
    ['ids', { prompt: [1, 2, 3, 4], max_tokens: 1 }, 4, 1],
    ['several lists of ids', { prompt: [[1, 2], [3]], max_tokens: 1 }, 3, 2],
  ])('counts a completion request with %s', (_, request, promptTokens, completionTokens) => {
    const cost = estimateCost({ model: 'davinci-002', request, tokenizer: (text) => text.length });
    expect(cost).toMatchObject({ promptTokens, completionTokens });
    expect(cost.total).toBeCloseTo((2 * (promptTokens + completionTokens)) / million, 12);
  });

  it('takes the prices of the caller', () => {
    const models = { mine: { price: { input: 1, output: 2 } } };
    expect(estimateCost({ model: 'mine', usage, models }).total).toBe(3);
    expect(estimateCost({ model: 'mine', usage, cachedTokens: 9 * million, models }).total).toBe(3);
  });

  it('refuses what is no count', () => {
    expect(() => estimateCost({ model: 'gpt-4o', promptTokens: Number.NaN })).toThrowError(/count/);
    expect(() => estimateCost({ model: 'gpt-4o', completionTokens: -1 })).toThrowError(/count/);
  });
});
