import { o200kRules } from '../bpe/scan.js';
import { defineVocabulary } from '../bpe/tokenizer.js';
import { ranks } from '../data/ranks-200k.js';

/** The tokens of o200k_base and of o200k_harmony. */
export const o200k = /* @__PURE__ */ defineVocabulary(ranks, o200kRules);
