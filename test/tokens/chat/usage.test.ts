import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../../src/tokens/index.js';

const model = 'gpt-4o';
const plain = (3000 * 2.5 + 200 * 10) / 1e6;
const cached = (2000 * 2.5 + 1000 * 1.25 + 200 * 10) / 1e6;

describe('a usage', () => {
  it.each<[string, object, number]>([
    ['of chat completions', { prompt_tokens: 3000, completion_tokens: 200 }, plain],
    [
      'of chat completions, cached',
      { prompt_tokens: 3000, completion_tokens: 200, prompt_tokens_details: { cached_tokens: 1000 } },
      cached,
    ],
    [
      'of Responses',
      { input_tokens: 3000, output_tokens: 200, input_tokens_details: { cached_tokens: 1000 } },
      cached,
    ],
    [
      'of LangChain',
      { input_tokens: 3000, output_tokens: 200, input_token_details: { cache_read: 1000 } },
      cached,
    ],
    ['of the AI SDK 4', { promptTokens: 3000, completionTokens: 200, totalTokens: 3200 }, plain],
    ['of the AI SDK 5', { inputTokens: 3000, outputTokens: 200, cachedInputTokens: 1000 }, cached],
    [
      'of the AI SDK 6',
      { inputTokens: 3000, outputTokens: 200, inputTokenDetails: { cacheReadTokens: 1000 } },
      cached,
    ],
    [
      'of its middleware',
      { inputTokens: { total: 3000, cacheRead: 1000 }, outputTokens: { total: 200 } },
      cached,
    ],
    [
      'of Anthropic, whose input leaves the cache out',
      { input_tokens: 2000, cache_read_input_tokens: 1000, output_tokens: 200 },
      cached,
    ],
    ['of an embedding', { prompt_tokens: 3000, total_tokens: 3000 }, (3000 * 2.5) / 1e6],
  ])('%s is read', (_, usage, total) => {
    expect(estimateCost({ model, usage }).total).toBeCloseTo(total, 12);
  });

  it.each([{}, { usage: { prompt_tokens: 5 } }, { tokens: 7 }, { prompt_tokens: '7' }, [1]])(
    'of another shape is refused: %j',
    (usage) => {
      expect(() => estimateCost({ model, usage })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    },
  );
});

describe('a long prompt', () => {
  it('costs what the model takes for those', () => {
    const cost = (promptTokens: number, batch = false) =>
      estimateCost({ model: 'gpt-5.4', promptTokens, completionTokens: 1000, batch }).total;
    expect(cost(272_000)).toBeCloseTo(0.272 * 2.5 + 0.015, 12);
    expect(cost(500_000)).toBeCloseTo(0.5 * 5 + 0.0225, 12);
    expect(cost(500_000, true)).toBeCloseTo((0.5 * 5 + 0.0225) / 2, 12);
  });
});
