import { defineEncoding } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { o200k } from './o200k.js';

/** The encoding of GPT-4o and all later models but gpt-oss. */
export const o200k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'o200k_base',
  vocabulary: o200k,
  specialTokens: () =>
    new Map([
      ['<|endoftext|>', 199_999],
      ['<|endofprompt|>', 200_018],
    ]),
});
