import { END_OF_TEXT } from '../bpe/scan.js';
import { defineEncoding } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { p50k } from './p50k.js';

/** The encoding of Codex, text-davinci-002 and text-davinci-003. */
export const p50k_base: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'p50k_base',
  vocabulary: p50k,
  gapAt: END_OF_TEXT,
  specialTokens: () => new Map([['<|endoftext|>', END_OF_TEXT]]),
});
