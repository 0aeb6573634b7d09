import { RolecallError } from '../../errors.js';
import { unknownToken } from '../bpe/decode.js';
import { createEngine, type Engine } from '../bpe/engine.js';
import { createMerger } from '../bpe/merge.js';
import { buildMerges, type MergeRules, MOST_MERGES, MOST_TOKENS } from '../bpe/merge-rules.js';
import { byteOrder, type TokenTable } from '../bpe/packed.js';
import { type Core, createTokenizer } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { buildVocabulary, type Vocabulary } from '../bpe/vocabulary.js';
import { charactersOnly, type WholeCharacters } from '../bpe/whole-characters.js';
import { readModel, type VocabularyModel } from './json-model.js';
import { type Pieces, readNormalizer, readPreTokenizer } from './json-steps.js';
import { readPieces, stripsStart } from './pieces.js';
import { byteLevelRules } from './regex-text.js';

interface Numbered {
  table: TokenTable;
  /** The id of each rank; -1 for a byte that has no token, and is in no text. */
  ids: Int32Array;
  lefts: Int32Array;
  rights: Int32Array;
  /** Absent where a merge's order is the rank of what it makes. */
  results: Int32Array | undefined;
}

/** The code point of a token, as a string of its bytes, that is one character beyond ASCII. */
function pointOf(token: string): number | undefined {
  const lead = token.charCodeAt(0);
  const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length === 1 || token.length !== length) return undefined;
  let point = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i += 1) {
    const byte = token.charCodeAt(i);
    if ((byte & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (byte & 63);
  }
  return point;
}

/** Ranks: the single bytes, the characters of SentencePiece, then what each merge makes, then tokens that no merge makes. */
function numberTokens(model: VocabularyModel): Numbered {
  const { tokens, merges, characters } = model;
  const rankOf = new Map<string, number>();
  const order: string[] = [];
  const add = (token: string) => {
    if (!rankOf.has(token)) rankOf.set(token, order.push(token) - 1);
  };
  for (const byte of byteOrder()) add(String.fromCharCode(byte));
  let plain = !characters;
  if (characters) for (const token of tokens.keys()) if (pointOf(token) !== undefined) add(token);
  for (const [left, right] of merges) {
    if (rankOf.has(left + right) || !rankOf.has(left) || !rankOf.has(right)) plain = false;
    add(left + right);
  }
  for (const token of tokens.keys()) add(token);
  const size = order.length;
  if (size >= MOST_TOKENS || merges.length >= MOST_MERGES) {
    throw new RolecallError('unsupported', `model.vocab: ${size} tokens are more than are supported`, {
      path: 'model.vocab',
    });
  }
  const starts = new Int32Array(size + 1);
  order.forEach((token, rank) => {
    starts[rank + 1] = starts[rank]! + token.length;
  });
  const bytes = new Uint8Array(starts[size]! + 8);
  order.forEach((token, rank) => {
    for (let i = 0; i < token.length; i++) bytes[starts[rank]! + i] = token.charCodeAt(i);
  });
  const first = plain ? 256 : 0;
  const lefts = new Int32Array(plain ? size : merges.length).fill(-1);
  const rights = new Int32Array(lefts.length).fill(-1);
  const results = plain ? undefined : new Int32Array(merges.length);
  merges.forEach(([left, right], i) => {
    lefts[first + i] = rankOf.get(left)!;
    rights[first + i] = rankOf.get(right)!;
    if (results !== undefined) results[i] = rankOf.get(left + right)!;
  });
  const ids = Int32Array.from(order, (token) => tokens.get(token) ?? -1);
  return { table: { size, bytes, starts, lefts, rights }, ids, lefts, rights, results };
}

/** Ranks that merging their own bytes does not give. */
function unreachable(vocabulary: Vocabulary, rules: MergeRules): Uint8Array {
  const hidden = new Uint8Array(vocabulary.size);
  const merger = createMerger(rules);
  const { starts, bytes } = vocabulary;
  for (let rank = 0; rank < vocabulary.size; rank++) {
    const start = starts[rank]!;
    const count = merger.merge(bytes, start, starts[rank + 1]! - start);
    if (count !== 1 || merger.parts()[0] !== rank) hidden[rank] = 1;
  }
  return hidden;
}

/** The bytes of every id, to decode with. */
function bytesOfIds(
  { table, ids }: Numbered,
  { characters, special, added, others }: VocabularyModel,
): { texts: Map<number, Uint8Array>; most: number } {
  const texts = new Map<number, Uint8Array>();
  let most = 0;
  const set = (id: number, bytes: Uint8Array) => {
    texts.set(id, bytes);
    if (id >= most) most = id + 1;
  };
  ids.forEach((id, rank) => {
    if (id < 0) return;
    const bytes = table.bytes.subarray(table.starts[rank]!, table.starts[rank + 1]!);
    set(id, characters ? withSpaces(bytes) : bytes);
  });
  for (const [text, id] of [...special, ...added, ...others]) set(id, new TextEncoder().encode(text));
  return { texts, most };
}

/** A token of SentencePiece with spaces for their sign. */
function withSpaces(bytes: Uint8Array): Uint8Array {
  const at = bytes.indexOf(0xe2);
  if (at < 0) return bytes;
  const spaced: number[] = [];
  for (let i = 0; i < bytes.length; i += 1) {
    const isSign = bytes[i] === 0xe2 && bytes[i + 1] === 0x96 && bytes[i + 2] === 0x81;
    spaced.push(isSign ? 32 : bytes[i]!);
    if (isSign) i += 2;
  }
  return Uint8Array.from(spaced);
}

/** The characters that merging begins with. */
function wholeCharacters({ table, ids }: Numbered): WholeCharacters {
  const points = new Map<number, number>();
  const { starts, bytes } = table;
  for (let rank = 256; rank < ids.length; rank += 1) {
    if (starts[rank + 1]! - starts[rank]! > 4) continue;
    const point = pointOf(String.fromCharCode(...bytes.subarray(starts[rank]!, starts[rank + 1]!)));
    if (point !== undefined) points.set(point, rank);
  }
  return charactersOnly(points);
}

function coreOf(name: string, model: VocabularyModel, split: Pieces): Core {
  const numbered = numberTokens(model);
  const { table, ids, lefts, rights, results } = numbered;
  let vocabulary = buildVocabulary(table);
  const whole = model.characters ? wholeCharacters(numbered) : undefined;
  const merges = (): MergeRules => {
    const built = buildMerges(vocabulary, lefts, rights, results);
    return whole === undefined ? built : { ...built, whole: () => whole };
  };
  let rules: MergeRules | undefined;
  if (!model.ignoreMerges) {
    rules = merges();
    vocabulary = buildVocabulary(table, unreachable(vocabulary, rules));
  }
  const base = createEngine({ vocabulary, rules: split.rules, merges: () => rules ?? merges() });
  const { texts, most } = bytesOfIds(numbered, model);
  const engine: Engine = split.pieces === undefined ? base : { ...base, run: runPieces(base, split.pieces) };
  const tokens = {
    of(id: number) {
      const bytes = texts.get(id);
      if (bytes === undefined) throw unknownToken(id, name, most);
      return bytes;
    },
  };
  return { engine, tokens, longest: vocabulary.longest, ids };
}

/** What is done to a text before it is cut, if anything is. */
function normalizerOf(
  model: VocabularyModel,
  split: Pick<Pieces, 'prepare'>,
): ((text: string, first: boolean) => string) | undefined {
  const normalize = readNormalizer(model.normalizer);
  const { prepare } = split;
  if (normalize === undefined && prepare === undefined) return undefined;
  return (text, first) => {
    const normal = normalize === undefined ? text : normalize(text);
    return prepare === undefined ? normal : prepare(normal, first);
  };
}

/**
 * A tokenizer of a `tokenizer.json`: BPE of bytes, as Llama 3, Qwen, DeepSeek, gpt-oss and Mistral's Tekken have it, or
 * of SentencePiece with `byte_fallback`, as Llama 2, Mistral 7B, Gemma and Phi-3 have it.
 * It gives what the file's tokenizer gives without special tokens around the text: the post-processor is not applied.
 * Added tokens that are not special are cut out of every text, special ones only if `allowedSpecial` names them.
 * @param tokenizerJson the `tokenizer.json`, parsed or as text.
 * @throws RolecallError `unsupported` that names the part of the file which cannot be represented, `invalid-argument`
 * for what is no such file.
 */
export function tokenizerFromJson(tokenizerJson: unknown, options: { name?: string } = {}): Tokenizer {
  const name = options.name ?? 'tokenizer.json';
  const model = readModel(tokenizerJson);
  const split: Pieces = model.characters
    ? { rules: byteLevelRules, ...readPieces(model) }
    : readPreTokenizer(model.preTokenizer);
  const normalize = normalizerOf(model, split);
  return createTokenizer({
    name,
    core: () => coreOf(name, model, split),
    specialTokens: () => model.special,
    bounded: split.pieces === undefined,
    ...(model.added.size > 0 && { addedTokens: model.added }),
    ...(model.stripped.size > 0 && { stripped: model.stripped }),
    ...(normalize !== undefined && { normalize }),
    ...(model.characters && stripsStart(model.decoder) && { stripsSpace: true }),
  });
}

const runPieces =
  (engine: Engine, pieces: (text: string) => Iterable<string>): Engine['run'] =>
  (text, limit, out) => {
    let count = 0;
    for (const piece of pieces(text)) {
      count += engine.runPiece(piece, out);
      if (count > limit) break;
    }
    return count;
  };
