import { r50kRules, runsOfSpaces } from '../bpe/scan.js';
import { defineVocabulary } from '../bpe/tokenizer.js';
import { ranks } from '../data/ranks-50k.js';

/** The tokens of p50k_base and of p50k_edit. */
export const p50k = /* @__PURE__ */ defineVocabulary(ranks, r50kRules, runsOfSpaces);
