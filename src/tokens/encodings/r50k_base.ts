import { r50kRules } from '../bpe/scan.js';
import { defineEncoding, defineVocabulary } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { ranks } from '../data/ranks-50k.js';

/** The encoding of GPT-2 and of the first GPT-3 models. */
export const r50k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'r50k_base',
  vocabulary: /* @__PURE__ */ defineVocabulary(ranks, r50kRules),
  specialTokens: () => new Map([['<|endoftext|>', 50_256]]),
});
