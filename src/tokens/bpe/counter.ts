import { RolecallError } from '../../errors.js';
import type { CounterLike } from './types.js';

/** Counts the tokens of a text. */
export type TextCounter = (text: string) => number;

/** What the async forms take beside: a server's count, as of `/tokenize`. */
export type AsyncTextCounter = (text: string) => number | Promise<number>;

const refuse = (message: string): RolecallError =>
  new RolecallError('invalid-argument', message, { path: 'tokenizer' });

const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** A count that is one; anything else is refused, before it goes into a sum. */
export function checkedCount(count: unknown): number {
  if (typeof count === 'number' && count >= 0 && count < Infinity) return count;
  if (isPromise(count)) {
    // Nobody else will look at what comes of it.
    (count as Promise<unknown>).then(undefined, () => {});
    throw refuse('The counter gave a promise: use an async form, such as fitMessagesAsync.');
  }
  const got = typeof count === 'number' ? String(count) : count === null ? 'null' : typeof count;
  throw refuse(`The counter gave ${got}, and not a number of tokens.`);
}

/** Refuses what is no tokenizer and no counting function. */
export function checkCounter(counter: unknown): void {
  if (typeof counter === 'function') return;
  if (typeof (counter as { count?: unknown } | null | undefined)?.count === 'function') return;
  if (isPromise(counter)) throw refuse('The tokenizer is a promise: await loadTokenizer first.');
  const hint =
    typeof counter === 'string' ? ` loadTokenizer(${JSON.stringify(counter)}) gives one, when awaited.` : '';
  throw refuse(`The tokenizer has to be a tokenizer or a function that counts a text.${hint}`);
}

/** The counting function of a tokenizer or of itself, checked at each count. */
export function textCounter(counter: CounterLike): TextCounter {
  checkCounter(counter);
  return typeof counter === 'function'
    ? (text) => checkedCount(counter(text))
    : (text) => checkedCount(counter.count(text));
}

/** What is known of a counter: the model it was loaded for, and its encoding. A bare function tells nothing. */
export function knownOf(counter: CounterLike | AsyncTextCounter): {
  model: string | undefined;
  encoding: string | undefined;
} {
  if (typeof counter === 'function') return { model: undefined, encoding: undefined };
  return { model: counter.model, encoding: counter.name };
}
