import { defineEncoding } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { o200k } from './o200k.js';

const named: Record<number, string> = {
  199998: '<|startoftext|>',
  199999: '<|endoftext|>',
  200002: '<|return|>',
  200003: '<|constrain|>',
  200005: '<|channel|>',
  200006: '<|start|>',
  200007: '<|end|>',
  200008: '<|message|>',
  200012: '<|call|>',
  200018: '<|endofprompt|>',
};

function specialTokens(): Map<string, number> {
  const tokens = new Map<string, number>();
  for (let id = 199_998; id < 201_088; id++) tokens.set(named[id] ?? `<|reserved_${id}|>`, id);
  return tokens;
}

/** The encoding of gpt-oss: o200k_base with the special tokens of the harmony format. */
export const o200k_harmony: Tokenizer = /* @__PURE__ */ defineEncoding({
  name: 'o200k_harmony',
  vocabulary: o200k,
  specialTokens,
});
