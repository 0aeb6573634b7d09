import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { get_encoding, type TiktokenEncoding } from 'tiktoken';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Tokenizer } from '../../../src/tokens/index.js';
import { loadTokenizer, tokenizerFromJson } from '../../../src/tokens/index.js';
import { hardText, randomFrom } from '../../support/random-text.js';
import { runs } from '../../support/runs.js';

const names = ['r50k_base', 'p50k_base', 'cl100k_base', 'o200k_base', 'o200k_harmony'];

/** What a page or a worker does that lets no library compile, and an old engine that lacks it all. */
const refusing = {
  ...WebAssembly,
  Module: class {
    constructor() {
      throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
    }
  },
};

/** The tokenizer of an encoding in a world where this is `WebAssembly`. */
async function loadedWhere(name: string, wasm: unknown): Promise<Tokenizer> {
  vi.resetModules();
  const { loadTokenizer: load } = await import('../../../src/tokens/index.js');
  vi.stubGlobal('WebAssembly', wasm);
  try {
    const tokenizer = await load(name);
    // The engine is made when it is first needed.
    expect(tokenizer.count('a')).toBe(1);
    return tokenizer;
  } finally {
    vi.unstubAllGlobals();
  }
}

describe.each(names)('the engines of %s', (name) => {
  let fast: Tokenizer;
  let plain: Tokenizer;
  const peer = get_encoding(name.replace('harmony', 'base') as TiktokenEncoding);
  beforeAll(async () => {
    fast = await loadTokenizer(name);
    plain = await loadedWhere(name, name === 'cl100k_base' ? refusing : undefined);
  });
  afterAll(() => peer.free());

  it('give what tiktoken gives', () => {
    const random = randomFrom(runs(1).seed + 77);
    for (let i = 0; i < runs(200).numRuns; i++) {
      const text = hardText(random);
      const expected = [...peer.encode_ordinary(text)];
      for (const tokenizer of [fast, plain]) {
        expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(expected);
        expect(tokenizer.count(text)).toBe(expected.length);
        expect(tokenizer.countUpTo(text, expected.length)).toBe(expected.length);
        expect(tokenizer.countUpTo(text, expected.length - 1)).toBeUndefined();
      }
    }
  });

  it('agree where a border of sixty-four bytes cuts a text', () => {
    const text = "I'll 12345 HTTPServer's naïve 你好 👩‍👩‍👧  \n\n x!\r\n/ é\u0301 ";
    for (let shift = 0; shift < 130; shift++) {
      const shifted = `${'-'.repeat(shift % 7)}${'ab '.repeat(shift / 3)}${text}${' '.repeat(shift % 5)}${text}`;
      expect(fast.encode(shifted)).toEqual([...peer.encode_ordinary(shifted)]);
      expect(plain.encode(shifted)).toEqual(fast.encode(shifted));
    }
  });
});

describe('long pieces', () => {
  const random = randomFrom(5);
  const letters = Array.from({ length: 20_000 }, () => String.fromCharCode(97 + random() * 26)).join('');
  it('come to the same', async () => {
    const fast = await loadTokenizer('o200k_base');
    const plain = await loadedWhere('o200k_base', undefined);
    const rows = Array.from({ length: 260 }, (_, i) => '='.repeat(i)).join('\n');
    for (const text of [letters, rows, 'ab'.repeat(5000), '\n \n'.repeat(3000), 'é'.repeat(7001)]) {
      expect(fast.encode(text)).toEqual(plain.encode(text));
      expect(fast.count(text)).toBe(plain.count(text));
    }
  });

  it('may be longer than the fast engine has room for', async () => {
    const { encode, count, decode } = await loadTokenizer('r50k_base');
    const text = `one two ${'z'.repeat(1_048_570)} three four`;
    const ids = encode(text, { as: 'Uint32Array' });
    expect(count(text)).toBe(ids.length);
    expect(decode(ids)).toBe(text);
    // The row is one token over and over, as in a shorter one.
    expect(new Set(ids)).toEqual(new Set(encode(`one two ${'z'.repeat(570)} three four`)));
  });
});

describe('encode', () => {
  it('gives a plain array, or a typed one where that is asked for', async () => {
    const tokenizer = await loadTokenizer('p50k_base');
    const text = `A frist message,   wrtten in haste <|endoftext|> ${'and more '.repeat(5000)}`;
    const ids = tokenizer.encode(text, { allowedSpecial: 'all' });
    expect(Array.isArray(ids)).toBe(true);
    expect(tokenizer.encode(text, { allowedSpecial: 'all', as: 'array' })).toEqual(ids);
    const typed = tokenizer.encode(text, { allowedSpecial: 'all', as: 'Uint32Array' });
    expect(typed).toBeInstanceOf(Uint32Array);
    expect([...typed]).toEqual(ids);
    expect(typed.buffer.byteLength).toBe(4 * ids.length);
  });
});

/** A vocabulary of bytes and a few merges; `characters` as SentencePiece has it. */
function smallJson(characters: boolean): unknown {
  const merges = characters
    ? ['▁ a', 'a b', 'ab ab', '▁a ab', '你 好', '▁ ▁', '▁▁ ▁▁']
    : ['a b', 'ab ab', 'Ġ a', 'Ġa b', 'abab abab', 'Ã ©', 'Ġ Ġ'];
  const printable = (byte: number) => (byte >= 33 && byte < 127) || (byte >= 161 && byte !== 173);
  let spare = 256;
  const single = Array.from({ length: 256 }, (_, byte) => {
    if (characters) return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    return String.fromCharCode(printable(byte) ? byte : spare++);
  });
  const more = characters ? ['▁', 'a', 'b', '你', '好', 'é'] : [];
  const vocab: Record<string, number> = {};
  for (const token of [...single, ...more, ...merges.map((merge) => merge.replace(' ', ''))])
    vocab[token] ??= Object.keys(vocab).length;
  const steps = characters
    ? {
        normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
      }
    : { pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false }, decoder: { type: 'ByteLevel' } };
  return { model: { type: 'BPE', vocab, merges, byte_fallback: characters }, ...steps };
}

describe('tokenizerFromJson', () => {
  it.each([false, true])('gives the same with both engines; characters: %s', (characters) => {
    const json = smallJson(characters);
    const fast = tokenizerFromJson(json);
    fast.count('x');
    vi.stubGlobal('WebAssembly', undefined);
    const plain = tokenizerFromJson(json);
    plain.count('x');
    vi.unstubAllGlobals();
    const random = randomFrom(8);
    for (let i = 0; i < runs(300).numRuns; i++) {
      const parts = [' ', 'a', 'ab', 'abab', '  ', '你', '好', 'é', '😀', 'b', 'Z', '\n'];
      const text = Array.from({ length: random() * 60 }, () => parts[Math.floor(random() * 12)]).join('');
      const ids = fast.encode(text);
      expect(plain.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(fast.decode(ids)).toBe(text);
    }
  });

  it('gives the memory of a tokenizer back with it', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const json = smallJson(false);
    const held = () => process.memoryUsage().external / 2 ** 20;
    const before = held();
    for (let i = 0; i < 8; i++) tokenizerFromJson(json).count('abab');
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // Each has about thirty megabytes, though few of them are ever touched.
    expect(held() - before).toBeLessThan(100);
  });
});

const built = join(import.meta.dirname, '../../../dist/encodings/o200k_base.cjs');
describe.runIf(existsSync(built))('the packed file', () => {
  it.each([
    '',
    'delete globalThis.WebAssembly;',
    'WebAssembly.Module = function () { throw Error("no leave"); };',
  ])('counts after %j', (before) => {
    const script = `${before} const { o200k_base } = require(${JSON.stringify(built)}); console.log(o200k_base.encode('Hello, wrold!').join())`;
    const found = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
    expect(found).toBe('13225,11,286,298,582,0');
  });
});
