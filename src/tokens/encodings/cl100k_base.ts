import { cl100kRules } from '../bpe/scan.js';
import { defineEncoding, defineVocabulary } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { ranks } from '../data/ranks-100k.js';

/** The encoding of GPT-3.5, GPT-4, and the third generation of embeddings. */
export const cl100k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'cl100k_base',
  vocabulary: /* @__PURE__ */ defineVocabulary(ranks, cl100kRules),
  specialTokens: () =>
    new Map([
      ['<|endoftext|>', 100_257],
      ['<|fim_prefix|>', 100_258],
      ['<|fim_middle|>', 100_259],
      ['<|fim_suffix|>', 100_260],
      ['<|im_start|>', 100_264],
      ['<|im_end|>', 100_265],
      ['<|im_sep|>', 100_266],
      ['<|endofprompt|>', 100_276],
    ]),
});
