import { ranks } from '../tokens/data/ranks-50k.js';
import { r50kRules } from '../tokens/split-rules.js';
import { defineEncoding } from '../tokens/tokenizer.js';
import type { Tokenizer } from '../tokens/types.js';

/** The encoding of GPT-2 and of the first GPT-3 models. */
export const r50k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'r50k_base',
  ranks,
  rules: r50kRules,
  specialTokens: () => new Map([['<|endoftext|>', 50_256]]),
});
