import fc from 'fast-check';
import { get_encoding, type Tiktoken, type TiktokenEncoding } from 'tiktoken';
import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/tokens/bpe/types.js';
import { cl100k_base } from '../../../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../../../src/tokens/encodings/o200k_base.js';
import { o200k_harmony } from '../../../src/tokens/encodings/o200k_harmony.js';
import { p50k_base } from '../../../src/tokens/encodings/p50k_base.js';
import { p50k_edit } from '../../../src/tokens/encodings/p50k_edit.js';
import { r50k_base } from '../../../src/tokens/encodings/r50k_base.js';
import { oddText, randomFrom } from '../../support/random-text.js';
import { runs } from '../../support/runs.js';

const encodings = [r50k_base, p50k_base, p50k_edit, cl100k_base, o200k_base];
/** The peer takes most of a second to start, so each of its encodings is made once. */
const peers = new Map<string, Tiktoken>();
const peer = (name: string): Tiktoken => {
  const encoding = peers.get(name) ?? get_encoding(name as TiktokenEncoding);
  peers.set(name, encoding);
  return encoding;
};
const oracle = (tokenizer: Tokenizer) => {
  const encoding = peer(tokenizer.name.replace('harmony', 'base'));
  return (text: string) => [...encoding.encode_ordinary(text)];
};
const wellFormed = (text: string) => Buffer.from(text).toString();

describe('encode', () => {
  it.each(encodings)('gives what tiktoken gives, on odd texts: $name', (tokenizer) => {
    const expected = oracle(tokenizer);
    const random = randomFrom(runs(1).seed);
    for (let i = 0; i < runs(1200).numRuns; i++) {
      const text = oddText(random, i % 100 === 0 ? 300 : 12);
      const ids = expected(text);
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.count(text), JSON.stringify(text)).toBe(ids.length);
      expect(tokenizer.decode(ids)).toBe(wellFormed(text));
    }
  });

  it.each([r50k_base, cl100k_base, o200k_base])(
    'gives what tiktoken gives around every kind of character: $name',
    (tokenizer) => {
      const expected = oracle(tokenizer);
      for (let point = 0; point < 0x33500; point += point < 0x3400 ? 1 : 97) {
        if (point >= 0xd800 && point <= 0xdfff) continue;
        const c = String.fromCodePoint(point);
        const text = `a${c}b A${c}a1${c}2!${c}x ${c}'s${c}A \t${c}\n${c}${c}`;
        if (tokenizer.encode(text).join() !== expected(text).join()) expect.fail(`U+${point.toString(16)}`);
      }
    },
  );

  const letters = (random: () => number, length: number, kinds: number) =>
    Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * kinds))).join('');
  const long: [string, (random: () => number) => string][] = [
    ['letters', (random) => letters(random, 9000, 26)],
    ['two letters', (random) => letters(random, 9000, 2)],
    ['capitals', (random) => letters(random, 9000, 5).toUpperCase()],
    ['a row of one letter', () => 'a'.repeat(600)],
    ['a row of one mark', () => '!'.repeat(600)],
    ['a long row of one letter', () => `${'a'.repeat(5003)} ${'é'.repeat(2500)}`],
    ['a long row of one mark', () => `${'='.repeat(4999)}\n${'-'.repeat(6001)}`],
    ['a long row of spaces', (random) => `x${' '.repeat(5000 + Math.floor(random() * 200))}`],
    ['spaces before a word', () => `${' '.repeat(9000)}x`],
    ['line ends', () => '\n'.repeat(5000)],
    ['letters with accents', () => 'éa'.repeat(3000)],
    ['emoji', () => '😀'.repeat(400)],
    [
      'Chinese',
      (random) => Array.from({ length: 3000 }, () => String.fromCharCode(0x4e00 + random() * 3000)).join(''),
    ],
    [
      'parts of characters',
      (random) => Array.from({ length: 3000 }, () => String.fromCharCode(0x900 + random() * 0x500)).join(''),
    ],
    [
      'words over the edge of a chunk',
      (random) => Array.from({ length: 9000 }, () => letters(random, 3, 26)).join(' '),
    ],
    ['spaces over the edge of a chunk', () => `${'x'.repeat(8190)}   \n   \n  y`],
    [
      'a pair of surrogates over the edge of a chunk',
      () => `${'x '.repeat(4095)}x😀 y${'\ud83d'.repeat(1500)}😀`,
    ],
    ['capitals over the edge of a chunk', () => `${'x '.repeat(4090)}${'A'.repeat(30)}b`],
  ];
  it.each(long)('is exact on long pieces: %s', (_, make) => {
    for (const tokenizer of [cl100k_base, o200k_base]) {
      const text = make(randomFrom(3));
      expect(tokenizer.encode(text).join()).toBe(oracle(tokenizer)(text).join());
      expect(tokenizer.count(text)).toBe(tokenizer.encode(text).length);
    }
  });

  it.each([
    ['\ufeffhello', 2],
    ['x\ufeff\ufeffy', 3],
    ['', 0],
  ])('counts %j as %d tokens', (text, count) => {
    expect(o200k_base.count(text)).toBe(count);
  });

  it('gives the same again when its memory of pieces is full', () => {
    const random = randomFrom(9);
    const expected = oracle(o200k_base);
    for (let i = 0; i < 20; i++) {
      const text = Array.from({ length: 6000 }, () => letters(random, 9, 26)).join(' ');
      const sample = text.slice(0, 2000);
      o200k_base.count(text);
      expect(o200k_base.encode(sample)).toEqual(expected(sample));
    }
  });

  it('refuses what is no string', () => {
    expect(() => o200k_base.encode(undefined as never)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(() => o200k_base.count(12 as never)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('countUpTo', () => {
  it('is the count if that is within the limit, else undefined', () => {
    const random = randomFrom(4);
    for (let i = 0; i < runs(400).numRuns; i++) {
      const text = oddText(random, 20);
      const count = o200k_base.count(text);
      for (const limit of [0, 1, count - 1, count, count + 1, 1e9, Number.POSITIVE_INFINITY]) {
        expect(o200k_base.countUpTo(text, limit)).toBe(count <= limit ? count : undefined);
      }
    }
  });

  it('does not read the whole of a long text', () => {
    let read = 0;
    const text = 'word '.repeat(2_000_000);
    const encodeInto = TextEncoder.prototype.encodeInto;
    TextEncoder.prototype.encodeInto = function (source, into) {
      read += source.length;
      return encodeInto.call(this, source, into);
    };
    try {
      expect(o200k_base.countUpTo(text, 100)).toBeUndefined();
      expect(o200k_base.countUpTo(text, 200_000)).toBeUndefined();
    } finally {
      TextEncoder.prototype.encodeInto = encodeInto;
    }
    expect(read).toBeLessThan(200_000 * 6 + 20_000);
  });

  it('refuses a limit that is no number', () => {
    expect(() => o200k_base.countUpTo('x', Number.NaN)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('special tokens', () => {
  const text = 'a<|endoftext|>b';
  it('are plain text by default', () => {
    for (const tokenizer of [...encodings, o200k_harmony]) {
      expect(tokenizer.encode(text)).toEqual(oracle(tokenizer)(text));
    }
  });

  it('are themselves where they are allowed', () => {
    expect(o200k_base.encode(text, { allowedSpecial: 'all' })).toEqual([64, 199_999, 65]);
    expect(o200k_base.encode(text, { allowedSpecial: ['<|endoftext|>'] })).toEqual([64, 199_999, 65]);
    expect(o200k_base.count(text, { allowedSpecial: 'all' })).toBe(3);
    expect(o200k_base.encode(text, { allowedSpecial: ['<|endofprompt|>'] })).toEqual(o200k_base.encode(text));
    expect(o200k_harmony.encode('<|start|>user<|message|>', { allowedSpecial: 'all' })).toEqual([
      200_006, 1428, 200_008,
    ]);
    expect(o200k_base.encode('<|endoftext|><|endoftext|>', { allowedSpecial: 'all' })).toEqual([
      199_999, 199_999,
    ]);
  });

  it('are refused where they are disallowed', () => {
    const error = expect.objectContaining({ code: 'special-token' });
    expect(() => o200k_base.encode(text, { disallowedSpecial: 'all' })).toThrow(error);
    expect(() => o200k_base.count(text, { disallowedSpecial: ['<|endoftext|>'] })).toThrow(error);
    expect(o200k_base.count(text, { allowedSpecial: 'all', disallowedSpecial: 'all' })).toBe(3);
    expect(o200k_base.count('plain', { disallowedSpecial: 'all' })).toBe(1);
  });

  it('must be known', () => {
    expect(() => o200k_base.encode('x', { allowedSpecial: ['<|endoftxt|>'] })).toThrow(
      /Did you mean "<\|endoftext\|>"/,
    );
  });
});

describe('decode', () => {
  it.each([...encodings, o200k_harmony])('gives back every text: $name', (tokenizer) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
      runs(200),
    );
  });

  it('gives U+FFFD for parts of characters, as tiktoken does', () => {
    const encoding = peer('o200k_base');
    const random = randomFrom(6);
    for (let i = 0; i < runs(500).numRuns; i++) {
      const ids = Array.from({ length: 6 }, () => Math.floor(random() * (random() < 0.5 ? 300 : 199_998)));
      expect(Buffer.from(o200k_base.decodeBytes(ids))).toEqual(
        Buffer.from(encoding.decode(new Uint32Array(ids))),
      );
      expect(o200k_base.decode(ids)).toBe(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoding.decode(new Uint32Array(ids))),
      );
    }
  });

  it('keeps a byte order mark', () => {
    expect(o200k_base.decode(o200k_base.encode('\ufeffx'))).toBe('\ufeffx');
  });

  it('names the special tokens', () => {
    expect(o200k_base.decode([199_999, 200_018])).toBe('<|endoftext|><|endofprompt|>');
    expect(p50k_base.decode([50_256])).toBe('<|endoftext|>');
    expect(o200k_harmony.decode([200_006, 200_013])).toBe('<|start|><|reserved_200013|>');
  });

  it.each([-1, 0.5, 1e9, 200_000, Number.NaN])('refuses the id %d', (id) => {
    expect(() => o200k_base.decode([id])).toThrow(expect.objectContaining({ code: 'unknown-token' }));
    expect(() => o200k_base.decoder().push(id)).toThrow(expect.objectContaining({ code: 'unknown-token' }));
  });

  it('a streaming decoder gives the same text, whole characters only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const decoder = o200k_base.decoder();
        let streamed = '';
        for (const id of o200k_base.encode(text)) {
          const part = decoder.push(id);
          expect(part).not.toContain('\ufffd');
          streamed += part;
        }
        expect(streamed + decoder.flush()).toBe(text);
      }),
      runs(200),
    );
    const decoder = o200k_base.decoder();
    const [first] = o200k_base.encode('𝄞');
    expect(decoder.push([first!])).toBe('');
    expect(decoder.flush()).toBe('\ufffd');
    expect(decoder.push(o200k_base.encode('again'))).toBe('again');
  });
});
