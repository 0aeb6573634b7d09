import { RolecallError } from '../../errors.js';
import type { CounterLike } from '../bpe/types.js';
import { textCounter } from './counter.js';

/**
 * How many tokens a text has.
 * @param tokenizer a tokenizer, or a function that counts.
 */
export function countTokens(text: string, tokenizer: CounterLike): number {
  if (typeof tokenizer !== 'function' && typeof tokenizer?.count !== 'function') {
    throw new RolecallError(
      'invalid-argument',
      'the tokenizer must be a tokenizer or a function that counts a text',
    );
  }
  return textCounter(tokenizer)(text);
}
