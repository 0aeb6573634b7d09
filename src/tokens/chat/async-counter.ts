import { RolecallError } from '../../errors.js';
import { type AsyncTextCounter, checkCounter, checkedCount } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';

/** What the async forms take beside. */
export interface AsyncCountOptions {
  /** How many counts are asked for at a time, at most (default 16). */
  concurrency?: number | undefined;
}

const DEFAULT_CONCURRENCY = 16;

/** A guess that keeps a run going whose counts are still being asked for. */
const roughCount = (text: string): number => Math.ceil(text.length / 4);

function checkConcurrency({ concurrency = DEFAULT_CONCURRENCY }: AsyncCountOptions): number {
  if (Number.isInteger(concurrency) && concurrency >= 1) return concurrency;
  throw new RolecallError('invalid-argument', 'concurrency is a number of calls, 1 or more.', {
    path: 'concurrency',
  });
}

/** Asks for the counts of texts, a few at a time; the first failure ends it, and nothing more is asked for. */
async function askAll(
  texts: readonly string[],
  ask: AsyncTextCounter,
  known: Map<string, number>,
  concurrency: number,
): Promise<void> {
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (!failed && next < texts.length) {
      const text = texts[next] as string;
      next += 1;
      try {
        known.set(text, checkedCount(await ask(text)));
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, texts.length) }, work));
}

/**
 * Runs a computation that counts synchronously over a counter that answers later: counts that are not known yet
 * are guessed and asked for, and the computation is run again until it has used no guess. So the result is that
 * of the exact counts, and no rule is written twice.
 */
export async function withAsyncCounter<Result>(
  counter: CounterLike | AsyncTextCounter,
  run: (counter: CounterLike) => Result,
  options: AsyncCountOptions = {},
): Promise<Result> {
  checkCounter(counter);
  const concurrency = checkConcurrency(options);
  if (typeof counter !== 'function') return run(counter);
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
    await askAll([...missing], counter, known, concurrency);
  }
}
