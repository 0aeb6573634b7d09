import { END_OF_TEXT } from '../bpe/scan.js';
import { defineEncoding } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { p50k } from './p50k.js';

/** The encoding of the edit models: p50k_base with tokens to fill in the middle. */
export const p50k_edit: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'p50k_edit',
  vocabulary: p50k,
  gapAt: END_OF_TEXT,
  specialTokens: () =>
    new Map([
      ['<|endoftext|>', END_OF_TEXT],
      ['<|fim_prefix|>', 50_281],
      ['<|fim_middle|>', 50_282],
      ['<|fim_suffix|>', 50_283],
    ]),
});
