/** What counts tokens of o200k_base, each made when it is asked for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { o200kRules } from '../src/tokens/bpe/scan.js';
import { defineEncoding, defineVocabulary } from '../src/tokens/bpe/tokenizer.js';
import { ranks } from '../src/tokens/data/ranks-200k.js';
import { o200k_base } from '../src/tokens/encodings/o200k_base.js';

export type Count = (text: string) => number;
const require = createRequire(import.meta.url);

/** The file of another version, if one is to be measured too. */
export const before = process.argv.find((word) => word.startsWith('before='))?.slice('before='.length);

export const engines: Record<string, () => Promise<Count>> = {
  rolecall: async () => (text) => o200k_base.count(text),
  ...(before !== undefined && {
    'rolecall, before': async () => {
      const { o200k_base: older } = await import(pathToFileURL(resolve(before)).href);
      return (text: string) => older.count(text);
    },
  }),
  // The engine for where there is no WebAssembly, which is asked for at the first count.
  'rolecall, plain': async () => {
    const wasm = globalThis.WebAssembly;
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    const vocabulary = defineVocabulary(ranks, o200kRules);
    const plain = defineEncoding({ name: 'plain', vocabulary, specialTokens: () => new Map() });
    plain.count('a');
    globalThis.WebAssembly = wasm;
    return (text) => plain.count(text);
  },
  hypertok: async () => {
    const { fromBytes } = await import('hypertok');
    const file = require.resolve('@hypertok/vocab-o200k').replace(/[^/]*$/, 'vocab.htk');
    const tokenizer = await fromBytes(readFileSync(file), { tier: 'single' });
    return (text) => tokenizer.encodeSync(text).length;
  },
  'gpt-tokenizer': async () => {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const plain = { disallowedSpecial: new Set<string>() };
    return (text) => countTokens(text, plain);
  },
  'ai-tokenizer': async () => {
    const { Tokenizer } = await import('ai-tokenizer');
    const encoding = await import('ai-tokenizer/encoding/o200k_base');
    const tokenizer = new Tokenizer(encoding as never);
    return (text) => tokenizer.count(text);
  },
  'tiktoken (WASM)': async () => {
    const { get_encoding } = await import('tiktoken');
    const encoding = get_encoding('o200k_base');
    return (text) => encoding.encode_ordinary(text).length;
  },
  'js-tiktoken': async () => {
    const { Tiktoken } = await import('js-tiktoken/lite');
    const { default: ranks } = await import('js-tiktoken/ranks/o200k_base');
    const encoding = new Tiktoken(ranks);
    return (text) => encoding.encode(text, [], []).length;
  },
};
