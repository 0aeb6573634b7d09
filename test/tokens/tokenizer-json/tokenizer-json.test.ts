import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { tokenizerFromJson } from '../../../src/tokens/index.js';
import { oddText, randomFrom } from '../../support/random-text.js';
import { runs } from '../../support/runs.js';
import { byteLevel, type SmallTokenizer, splitBy, trainPieces, trainSmall } from '../../support/small-bpe.js';

const training =
  `The quick brown fox jumps over the lazy dog, and the other dogs don't mind; they're lazy too.
Tokenizers split text into pieces and merge the pieces' bytes. 12345 67890 1234 你好世界，你好。 привет, мир! привет
    return function(value) { return value.map((x) => x + 1) } // comment\n\n  indented text   with   spaces`.repeat(
    2,
  );

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const llama = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const qwen = llama.replace('\\p{N}{1,3}', '\\p{N}');
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const gptOss =
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+${contractions}?|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*${contractions}?|` +
  '\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const deepSeek = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: '\\p{N}{1,3}' }, behavior: 'Isolated', invert: false },
    { type: 'Split', pattern: { Regex: '[一-龥぀-ゟ゠-ヿ]+' }, behavior: 'Isolated', invert: false },
    {
      type: 'Split',
      pattern: {
        Regex:
          '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
      },
      behavior: 'Isolated',
      invert: false,
    },
    { ...byteLevel, use_regex: false },
  ],
};

const added = (content: string, id: number, special: boolean) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special,
});

const kinds: [string, Partial<SmallTokenizer>][] = [
  ['GPT-2', {}],
  ['Llama 3', { pre_tokenizer: splitBy(llama) }],
  ['Qwen', { pre_tokenizer: splitBy(qwen), normalizer: { type: 'NFC' } }],
  ['gpt-oss', { pre_tokenizer: splitBy(gptOss) }],
  ['Tekken', { pre_tokenizer: splitBy(gptOss.replaceAll(`${contractions}?`, '').replace('{1,3}', '')) }],
  ['DeepSeek', { pre_tokenizer: deepSeek }],
  ['an expression of its own', { pre_tokenizer: splitBy('[a-z]+|[^a-z\\s]+|\\s') }],
  ['removed by inversion', { pre_tokenizer: splitBy(llama, 'Removed', true) }],
  [
    'digits apart',
    {
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel],
      },
    },
  ],
  ['a space in front', { pre_tokenizer: { ...byteLevel, add_prefix_space: true } }],
  ['whole pieces first', { pre_tokenizer: splitBy(llama), model: { ignore_merges: true } as never }],
];

// White space and contractions of odd characters are left out: the peer's `\s` and `(?i:` are JavaScript's.
const plain = (text: string) =>
  Buffer.from(text)
    .toString()
    .replace(/[\ufeff\u0085\u017f\u180e]/g, '.')
    .replace(/[^\0-\u{2fff}\u{3000}-\u{faff}\u{1f000}-\u{1faff}]/gu, '?');

const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
const front = { type: 'Prepend', prepend: '▁' };
const splitSpaces = {
  type: 'Split',
  pattern: { String: ' ' },
  behavior: 'MergedWithPrevious',
  invert: false,
};

describe('tokenizerFromJson', () => {
  it.each(kinds)('gives the tokens of the peer: %s', (_, parts) => {
    const json = trainSmall(training, 150, parts);
    const oracle = new Oracle(json as never, { add_prefix_space: false } as never);
    const tokenizer = tokenizerFromJson(json);
    const random = randomFrom(runs(1).seed);
    const texts = [training, '', ' ', 'The fox', 'x', '你好', "don't DON'T", '1234567'];
    for (let i = 0; i < runs(300).numRuns; i++) texts.push(plain(oddText(random, 10)));
    for (const text of texts) {
      const expected = oracle.encode(text, { add_special_tokens: false }).ids;
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(expected);
      expect(tokenizer.count(text)).toBe(expected.length);
      expect(tokenizer.countUpTo(text, expected.length)).toBe(expected.length);
    }
  });

  it('finds added tokens in every text and special ones where they are allowed', () => {
    const json = trainSmall(training, 50, {
      added_tokens: [added('<|end|>', 900, true), added('<tool>', 901, false)],
    });
    const tokenizer = tokenizerFromJson(json);
    expect(tokenizer.encode('<tool>')).toEqual([901]);
    expect(tokenizer.encode('<|end|>')).not.toContain(900);
    expect(tokenizer.encode('a<|end|>', { allowedSpecial: 'all' }).at(-1)).toBe(900);
    expect(tokenizer.decode([901, 900])).toBe('<tool><|end|>');
    expect(tokenizer.count('<tool><tool>')).toBe(2);
  });

  it('hides tokens that merging does not give, but not from pieces that are looked up whole', () => {
    const json = trainSmall(training, 0);
    json.model.vocab['fox'] = 500;
    expect(tokenizerFromJson(json).encode('fox')).toHaveLength(3);
    json.model.ignore_merges = true;
    expect(tokenizerFromJson(json).encode('fox')).toEqual([500]);
  });

  it('takes merges that make the same token twice', () => {
    const json = trainSmall('', 0);
    for (const [i, token] of ['ab', 'bc', 'abc'].entries()) json.model.vocab[token] = 300 + i;
    json.model.merges = ['a b', 'b c', 'a bc', 'ab c'];
    const oracle = new Oracle(json as never, {} as never);
    for (const text of ['abc', 'abcabc', 'aabbcc', 'bcab', 'a'.repeat(40), 'abc'.repeat(30)]) {
      expect(tokenizerFromJson(json).encode(text)).toEqual(
        oracle.encode(text, { add_special_tokens: false }).ids,
      );
    }
  });

  it('does without tokens for bytes that no text has, as GPT-NeoX does', () => {
    const json = trainSmall(training, 60);
    const { vocab } = json.model;
    for (const letter of ['À', 'Á', ...'õö÷øùúûüýþÿ']) delete vocab[letter];
    const tokenizer = tokenizerFromJson(json);
    const oracle = new Oracle(json, {});
    for (const text of ['the quick À ÿ 😀 dog', '\u{10ffff}lazy']) {
      const ids = oracle.encode(text, { add_special_tokens: false }).ids;
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
    expect(tokenizer.decode([0])).toBe('!');
    delete vocab['Ã'];
    expect(() => tokenizerFromJson(json)).toThrow(/byte 195/);
  });

  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
  it.each<[string, Partial<SmallTokenizer>]>([
    ['Llama 2', { normalizer: { type: 'Sequence', normalizers: [front, spaces] } }],
    ['Gemma', { normalizer: spaces, pre_tokenizer: splitSpaces }],
    ['Mistral', { normalizer: null, pre_tokenizer: metaspace }],
    ['Metaspace of old', { normalizer: null, pre_tokenizer: { ...metaspace, prepend_scheme: 'always' } }],
  ])('gives the tokens of the peer: SentencePiece as %s has it', (_, parts) => {
    const json = trainPieces(training, 120, parts);
    const oracle = new Oracle(json as never, {} as never);
    const tokenizer = tokenizerFromJson(json);
    const random = randomFrom(runs(2).seed);
    const texts = [
      training,
      '',
      ' ',
      '  ',
      'The fox',
      ' x',
      '你好',
      '𠀀',
      'a  b\n\n c',
      '▁',
      'x▁▁y',
      '<0x41>',
    ];
    for (let i = 0; i < runs(300).numRuns; i++) texts.push(plain(oddText(random, 10)));
    for (const text of texts) {
      const expected = oracle.encode(text, { add_special_tokens: false }).ids;
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(expected);
      expect(tokenizer.count(text)).toBe(expected.length);
      expect(tokenizer.countUpTo(text, expected.length)).toBe(expected.length);
      if (!/▁|^ /.test(text)) expect(tokenizer.decode(expected)).toBe(text);
      const decoder = tokenizer.decoder();
      expect(expected.map((id) => decoder.push(id)).join('') + decoder.flush()).toBe(
        tokenizer.decode(expected),
      );
    }
  });

  // The peer does not split there; the original does, and each space begins a piece.
  it('begins a piece at each space where Metaspace splits', () => {
    const json = (split: boolean) =>
      trainPieces('a  b  c  a  b', 20, { normalizer: null, pre_tokenizer: { ...metaspace, split } });
    const twoSpaces = json(true).model.vocab['▁▁'];
    expect(tokenizerFromJson(json(false)).encode('c  c')).toContain(twoSpaces);
    expect(tokenizerFromJson(json(true)).encode('c  c')).not.toContain(twoSpaces);
  });

  it('takes the white space beside an added token with it, where the file says so', () => {
    const json = trainSmall(training, 20, {
      added_tokens: [
        { ...added('<|end|>', 900, true), rstrip: true },
        { ...added('<m>', 901, false), lstrip: true },
      ],
    });
    const tokenizer = tokenizerFromJson(json);
    const oracle = new Oracle(json as never, {} as never);
    for (const text of ['a<|end|>  b', 'a <m> b', '<|end|>\n<m>'])
      expect(tokenizer.encode(text, { allowedSpecial: 'all' })).toEqual(
        oracle.encode(text, { add_special_tokens: false }).ids,
      );
  });

  it('reads JSON as text and takes a name', () => {
    const tokenizer = tokenizerFromJson(JSON.stringify(trainSmall(training, 20)), { name: 'mine' });
    expect(tokenizer.name).toBe('mine');
    expect(tokenizer.decode(tokenizer.encode('The 你好 fox'))).toBe('The 你好 fox');
  });

  const small = trainSmall('', 0);
  const model = (parts: object) => ({ ...small, model: { ...small.model, ...parts } });
  it.each([
    ['unsupported', 'model.type', model({ type: 'WordPiece' })],
    ['unsupported', 'model.vocab', { ...model({ byte_fallback: true, vocab: { a: 0 } }), decoder: null }],
    ['unsupported', 'model.dropout', model({ dropout: 0.1 })],
    ['unsupported', 'model.end_of_word_suffix', model({ end_of_word_suffix: '</w>' })],
    ['unsupported', 'model.vocab', model({ vocab: { a: 0 } })],
    ['invalid-argument', 'model.merges[0]', model({ merges: ['a b'] })],
    ['unsupported', 'pre_tokenizer', { ...small, pre_tokenizer: { type: 'Metaspace' } }],
    ['unsupported', 'pre_tokenizer', { ...small, pre_tokenizer: null }],
    ['unsupported', 'pre_tokenizer', { ...small, pre_tokenizer: splitBy('\\p{L}++') }],
    ['unsupported', 'pre_tokenizer', { ...small, pre_tokenizer: splitBy('(unclosed') }],
    ['unsupported', 'normalizer', { ...small, normalizer: { type: 'Precompiled' } }],
    ['unsupported', 'decoder', { ...small, decoder: { type: 'Metaspace' } }],
    [
      'unsupported',
      'added_tokens[0].single_word',
      { ...small, added_tokens: [{ ...added('<m>', 1, true), single_word: true }] },
    ],
    ['invalid-argument', '', {}],
    ['invalid-argument', '', 'no json'],
  ])('refuses with %s what it cannot represent: %s', (code, path, json) => {
    expect(() => tokenizerFromJson(json)).toThrow(expect.objectContaining({ code, path }));
  });
});
