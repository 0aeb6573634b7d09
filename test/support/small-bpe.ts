/** A `tokenizer.json` of the byte-level kind, trained on a text in the plainest way. */
export interface SmallTokenizer {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: object[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: null;
  decoder: unknown;
  model: { type: string; vocab: Record<string, number>; merges: string[]; ignore_merges: boolean } & Record<
    string,
    unknown
  >;
}

function byteLetters(): string[] {
  const letters: string[] = [];
  let spare = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    letters.push(String.fromCharCode(prints ? byte : spare++));
  }
  return letters;
}

export const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };

/** Llama 3's kind: a split by an expression, then bytes. */
export const splitBy = (regex: string, behavior = 'Isolated', invert = false) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: regex }, behavior, invert },
    { ...byteLevel, use_regex: false },
  ],
});

/** Joins the most frequent pair of neighbours again and again; what it makes goes into the vocabulary. */
function train(words: string[][], merges: number, vocab: Record<string, number>): string[] {
  const made: string[] = [];
  for (let n = 0; n < merges; n++) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    if (best === undefined || best[1] < 2) break;
    made.push(best[0]);
    const [left, right] = best[0].split(' ') as [string, string];
    vocab[left + right] ??= Object.keys(vocab).length;
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++)
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
    }
  }
  return made;
}

const decoder = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
};

/** A `tokenizer.json` of the SentencePiece kind, with a token for each byte to fall back to. */
export function trainPieces(text: string, merges: number, parts: Partial<SmallTokenizer>): SmallTokenizer {
  const vocab: Record<string, number> = { '<unk>': 0 };
  for (let byte = 0; byte < 256; byte++)
    vocab[`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`] = byte + 1;
  const written = text.replaceAll(' ', '▁');
  // Letters that come up once fall back to bytes.
  for (const letter of new Set(written))
    if (written.split(letter).length > 2) vocab[letter] ??= Object.keys(vocab).length;
  const words = (written.match(/▁*[^▁]+|▁+/g) ?? []).map((word) => [...word].filter((one) => one in vocab));
  const made = train(words, merges, vocab);
  const front = JSON.stringify(parts).includes('Prepend') || JSON.stringify(parts).includes('Metaspace');
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: front ? decoder : { ...decoder, decoders: decoder.decoders.slice(0, 3) },
    ...parts,
    model: {
      type: 'BPE',
      vocab,
      merges: made,
      ignore_merges: false,
      byte_fallback: true,
      fuse_unk: true,
      unk_token: '<unk>',
    },
  };
}

export function trainSmall(
  text: string,
  merges: number,
  parts: Partial<SmallTokenizer> = {},
): SmallTokenizer {
  const letters = byteLetters();
  const words = (text.match(/ ?\S+|\s+/g) ?? []).map((word) =>
    [...Buffer.from(word)].map((byte) => letters[byte]!),
  );
  const vocab: Record<string, number> = {};
  for (const letter of [...letters].sort()) vocab[letter] = Object.keys(vocab).length;
  const made = train(words, merges, vocab);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    ...parts,
    model: { type: 'BPE', vocab, merges: made, ignore_merges: false, ...parts.model },
  };
}
