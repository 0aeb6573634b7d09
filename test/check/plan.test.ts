import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkEndpoint, planCheck } from '../../src/check/index.js';
import { refusedResponse } from '../support/upstream.js';
import { type Bends, testServer, tokenizer } from './server.js';

const url = 'http://server.test/v1';
const key = 'sk-test-0123456789abcdef';

describe('planCheck', () => {
  it.each<[string, Partial<CheckOptions>]>([
    ['without a key', {}],
    ['with all', { key, tokenizer, dialect: 'llama-3.1', overlong: true }],
    ['with few', { only: ['tools-none', 'completions-bos'], tokenizer }],
    ['without some', { skip: ['chat*', 'tools-*'] }],
  ])('tells the most that is sent, %s', async (_, options) => {
    const plan = planCheck({ url, ...options });
    for (const bends of [
      {},
      { key },
      { prefixes: [''] },
      { key, prefixes: ['', '/v1'], locksAll: true },
      { key, readsFirst: true, pages: { '/v1/models': { data: [{ id: 'small' }] } } },
      { ask: () => refusedResponse(400, 'no') },
      // A list that tells the dialect.
      { models: { object: 'list', data: [{ id: 'llama-3.1-8b' }] } },
    ] as Bends[]) {
      const { spent, results } = await checkEndpoint({ url, fetch: testServer(bends).fetch, ...options });
      expect(spent.requests).toBeLessThanOrEqual(plan.requests);
      expect(spent.completionTokens).toBeLessThanOrEqual(plan.completionTokens);
      expect(results.map(({ id }) => id)).toEqual(plan.probes);
    }
  });

  it('has a price where the model has one', () => {
    expect(planCheck({ url, model: 'gpt-4o-mini' }).cost).toBeGreaterThan(0);
    expect(planCheck({ url, model: 'small' }).cost).toBeUndefined();
  });

  it('counts an image as the model does', () => {
    const promptTokens = (model: string, skip: string[]) => planCheck({ url, model, skip }).promptTokens;
    const ofImage = (model: string) => promptTokens(model, []) - promptTokens(model, ['chat-images']);
    expect(ofImage('gpt-4o-mini') - ofImage('gpt-4o')).toBeGreaterThanOrEqual(2833 - 85);
    expect(ofImage('gpt-4o')).toBeGreaterThan(85);
  });

  it('runs what a probe builds on, and knows no other names', () => {
    expect(planCheck({ url, only: ['tools-none'] }).probes).toEqual([
      'base-url', 'auth', 'auth-header', 'base-url-key', 'models', 'chat-max-tokens', 'chat', 'tools-auto', 'tools-required', 'tools-none',
    ]); // biome-ignore format: a list
    expect(() => planCheck({ url, only: ['tools-non'] })).toThrow(/Did you mean "tools-none"/);
    expect(() => planCheck({ url, skip: ['qqqqqqqq'] })).toThrow(/There are base-url, auth/);
  });
});
