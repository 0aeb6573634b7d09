/** Numbers below 1 from a seed: sfc32, whose period no test comes near. */
export function randomFrom(seed: number): () => number {
  let a = seed | 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** What pre-tokenizers and merges stumble over. */
const odd = [
  ' ', '  ', '   ', '\t', '\n', '\n\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u00a0', '\u1680', '\u2003', '\u2028', '\u2029', '\u202f',
  '\u205f', '\u3000', '\u180e', '\u200b', '\u200d', '\ufeff', '\ufffd', '\0', '\u0001', '\x7f', "'", "'s", "'S", "'t", "'re", "'RE", "'Ve",
  "'m", "'ll", "'LL", "'lL", "'d", "'\u017f", '\u017f', '\u212a', "''", "'x", '\u2019s', '/', '//', '\\', '!', '!!', '...', '"', '(', ')', '{', '}', '<', '>',
  '=', '==', '===', '#', '-', '--', '_', '__', '0', '1', '12', '123', '1234', '\u0660', '\u0663', '\u00b2', '\u2160', '\u{1d7d8}', '\u{1f100}', '\u4e00', '\u3007',
  'a', 'b', 'A', 'B', 'the', ' the', 'The', 'THE', ' Hello', 'fooBar', 'FOOBar', 'XMLHttp', 'é', 'É', 'e\u0301', 'E\u0301', '\u0301', '\u0301\u0302',
  '\u20dd', '\u01c5', '\u01c8', '\u1f88', '\u02b0', '\u02b1', '\u02bc', '\u2071', '\ua69c', 'ß', 'ẞ', 'ı', 'İ', 'Ω', 'ω', 'ж', 'Ж', 'привет', 'Привет', 'שלום', 'مرحبا', 'हिन्दी',
  'ไทย', '你', '好', '你好', '世界', '日本語', 'ひらがな', 'カタカナ', 'ー', '한국어', 'ᄀ', '，', '。', '！', '「', '」', '\u{20000}', '\u{2a6d6}', '\u{30000}', '\u{10400}',
  '\u{10428}', '\u{1d400}', '\u{1e900}', '\u{1e922}', '😀', '👩‍👩‍👧', '❤️', '\u{1f1e6}\u{1f1e8}', '\u{1f3fb}', '\ufe0f', '\u{e0100}', '\u{e0001}', '\ud800', '\udc00', '\udbff',
  '\udfff', '\ud83d', '\ude00', '<|endoftext|>', '<|im_start|>', '<|', '|>', 'ⅷ', '①', '½', '€', '©', '\u00ad', '\u061c', '\ue000', '\u0378', '\u{10ffff}', '\uffff',
]; // biome-ignore format: a table

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Scripts and blocks, so that letters that go together come together. */
const blocks: [number, number][] = [
  [0x20, 0x7e], [0x61, 0x7a], [0x41, 0x5a], [0x00, 0x1f], [0x80, 0xff], [0x100, 0x24f], [0x250, 0x36f], [0x370, 0x3ff], [0x400, 0x52f], [0x590, 0x6ff],
  [0x900, 0xdff], [0xe00, 0xfff], [0x1000, 0x1fff], [0x2000, 0x2bff], [0x2c00, 0x2dff], [0x3000, 0x30ff], [0x4e00, 0x9fff], [0xa000, 0xabff], [0xac00, 0xd7a3],
  [0xd800, 0xdfff], [0xf900, 0xffff], [0x10000, 0x10fff], [0x11000, 0x16fff], [0x1d400, 0x1d7ff], [0x1e000, 0x1efff], [0x1f000, 0x1faff], [0x20000, 0x3ffff],
  [0xe0000, 0xe0fff],
]; // biome-ignore format: a table

function inBlock(random: () => number, [from, to]: [number, number]): string {
  return String.fromCodePoint(from + Math.floor(random() * (to - from + 1)));
}

/** A text of up to `most` fragments: odd ones, runs of one block, repeats, mixes. */
export function oddText(random: () => number, most: number): string {
  let text = '';
  const parts = 1 + Math.floor(random() * most);
  for (let i = 0; i < parts; i++) {
    const way = random();
    if (way < 0.5) text += pick(random, odd);
    else if (way < 0.62) text += inBlock(random, pick(random, blocks));
    else if (way < 0.72) {
      const block = pick(random, blocks);
      const length = 1 + Math.floor(random() * 12);
      for (let k = 0; k < length; k++) text += inBlock(random, block);
    } else if (way < 0.8) {
      text += pick(random, odd).repeat(1 + Math.floor(random() * 9));
    } else if (way < 0.95) {
      const length = 1 + Math.floor(random() * 14);
      if (random() < 0.6) text += ' ';
      for (let k = 0; k < length; k++) text += inBlock(random, random() < 0.9 ? [0x61, 0x7a] : [0x41, 0x5a]);
    } else {
      text += String.fromCharCode(Math.floor(random() * 0x10000));
    }
  }
  return text;
}

/**
 * The same where it is hardest for what reads sixty-four bytes at a time and merges by windows: shifted against such borders,
 * around the end of a chunk, and with long rows.
 */
export function hardText(random: () => number): string {
  const way = random();
  const text = oddText(random, 12);
  if (way < 0.6) return text;
  if (way < 0.95) return pick(random, odd).repeat(Math.floor(random() * 70)) + text;
  if (way < 0.97)
    return text + pick(random, odd).repeat(64 + Math.floor(random() * 300)) + oddText(random, 4);
  if (way < 0.999) return oddText(random, 400);
  return pick(random, [...'xa1 \n!é你']).repeat(8150 + Math.floor(random() * 50)) + oddText(random, 30);
}
