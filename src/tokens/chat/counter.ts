import type { CounterLike } from '../bpe/types.js';

/** Counts the tokens of a text. */
export type TextCounter = (text: string) => number;

/** What the async forms take beside: a server's count, as of `/tokenize`. */
export type AsyncTextCounter = (text: string) => number | Promise<number>;

/** The counting function of a tokenizer or of itself. */
export function textCounter(counter: CounterLike): TextCounter {
  return typeof counter === 'function' ? counter : (text) => counter.count(text);
}

/** The name of a tokenizer's encoding; a bare function has none. */
export function encodingName(counter: CounterLike | AsyncTextCounter): string | undefined {
  return typeof counter === 'function' ? undefined : counter.name;
}
