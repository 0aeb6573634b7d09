import { END_OF_TEXT, r50kRules, runsOfSpaces } from '../bpe/scan.js';
import { defineEncoding } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { ranks } from '../data/ranks-50k.js';

/** The encoding of Codex, text-davinci-002 and text-davinci-003. */
export const p50k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'p50k_base',
  ranks,
  extraRanks: runsOfSpaces,
  gapAt: END_OF_TEXT,
  rules: r50kRules,
  specialTokens: () => new Map([['<|endoftext|>', END_OF_TEXT]]),
});
