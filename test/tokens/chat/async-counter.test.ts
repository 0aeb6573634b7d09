import { describe, expect, it } from 'vitest';
import type { CounterLike } from '../../../src/tokens/bpe/types.js';
import { withAsyncCounter } from '../../../src/tokens/chat/async-counter.js';

describe('withAsyncCounter', () => {
  it('runs until no count is a guess, and asks for each text once', async () => {
    const asked: string[] = [];
    let runs = 0;
    const result = await withAsyncCounter(
      async (text) => {
        asked.push(text);
        return text.length;
      },
      (counter) => {
        const count = counter as (text: string) => number;
        runs += 1;
        const first = count('a text');
        return first > 5 ? first + count('a long one') : first + count('a guess');
      },
    );
    expect(result).toBe(16);
    expect(runs).toBe(3);
    expect(asked).toEqual(['a text', 'a guess', 'a long one']);
  });

  it('takes a refusal for true only when no count in it was a guess', async () => {
    const count = async (text: string) => text.length;
    const refuseOver = (limit: number) => (counter: CounterLike) => {
      if ((counter as (text: string) => number)('x'.repeat(40)) < limit) throw new Error('too short');
      return 'ok';
    };
    expect(await withAsyncCounter(count, refuseOver(20))).toBe('ok');
    await expect(withAsyncCounter(count, refuseOver(50))).rejects.toThrow('too short');
  });
});
