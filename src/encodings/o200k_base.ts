import { ranks } from '../tokens/data/ranks-200k.js';
import { o200kRules } from '../tokens/split-rules.js';
import { defineEncoding } from '../tokens/tokenizer.js';
import type { Tokenizer } from '../tokens/types.js';

/** The encoding of GPT-4o and all later models but gpt-oss. */
export const o200k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'o200k_base',
  ranks,
  rules: o200kRules,
  specialTokens: () =>
    new Map([
      ['<|endoftext|>', 199_999],
      ['<|endofprompt|>', 200_018],
    ]),
});
