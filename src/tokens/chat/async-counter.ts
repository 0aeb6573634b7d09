import type { CounterLike } from '../bpe/types.js';
import type { AsyncTextCounter, TextCounter } from './counter.js';

/** A guess that keeps a run going whose counts are still being asked for. */
const roughCount = (text: string): number => Math.ceil(text.length / 4);

/**
 * Runs a computation that counts synchronously over a counter that answers later: counts that are not known yet
 * are guessed and asked for, and the computation is run again until it has used no guess. So the result is that
 * of the exact counts, and no rule is written twice.
 */
export async function withAsyncCounter<Result>(
  counter: CounterLike | AsyncTextCounter,
  run: (counter: TextCounter) => Result,
): Promise<Result> {
  const ask: AsyncTextCounter = typeof counter === 'function' ? counter : (text) => counter.count(text);
  const known = new Map<string, number>();
  for (;;) {
    const missing = new Set<string>();
    let failure: unknown;
    let result: Result | undefined;
    let failed = false;
    try {
      result = run((text) => {
        const count = known.get(text);
        if (count !== undefined) return count;
        missing.add(text);
        return roughCount(text);
      });
    } catch (error) {
      failed = true;
      failure = error;
    }
    if (missing.size === 0) {
      // An error counts only when nothing in it was guessed.
      if (failed) throw failure;
      return result as Result;
    }
    await Promise.all(
      [...missing].map(async (text) => {
        known.set(text, await ask(text));
      }),
    );
  }
}
