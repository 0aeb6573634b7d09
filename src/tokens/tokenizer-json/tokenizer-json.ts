import { RolecallError } from '../../errors.js';
import { createEngine } from '../bpe/create-engine.js';
import { unknownToken } from '../bpe/decode.js';
import type { Engine } from '../bpe/engine.js';
import { byteOrder, type TokenTable } from '../bpe/packed.js';
import { type Core, createTokenizer } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { MOST_MERGES, MOST_TOKENS, type VocabularyTable } from '../bpe/vocabulary.js';
import { readModel, type VocabularyModel } from './json-model.js';
import { type Pieces, readNormalizer, readPreTokenizer } from './json-steps.js';
import { readPieces, stripsStart } from './pieces.js';
import { bosIds } from './post-processor.js';
import { byteLevelRules } from './regex-text.js';
import type { Spelling } from './spelling.js';

interface Numbered {
  table: VocabularyTable;
  /** The id of each rank; -1 for a byte that has no token, and is in no text. */
  ids: Int32Array;
}

/** Whether a token is one character beyond ASCII. */
function isCharacter(token: string): boolean {
  if (token.length > 2) return false;
  const point = token.codePointAt(0) ?? 0;
  return point > 0x7f && token.length === (point > 0xffff ? 2 : 1);
}

/** All tokens in the order of their ranks: single bytes, the characters of SentencePiece, what merges make, the rest. */
function rankTokens({ tokens, merges, characters, spelling }: VocabularyModel): {
  order: string[];
  rankOf: Map<string, number>;
  /** True where the order of a merge is the rank of what it makes. */
  plain: boolean;
} {
  const rankOf = new Map<string, number>();
  const order: string[] = [];
  const add = (token: string) => {
    if (!rankOf.has(token)) rankOf.set(token, order.push(token) - 1);
  };
  for (const byte of byteOrder()) add(spelling.letters[byte]!);
  if (characters)
    for (const token of tokens.keys()) {
      if (isCharacter(token)) add(token);
    }
  let plain = !characters;
  for (const [left, right, made] of merges) {
    if (plain && (rankOf.has(made) || !rankOf.has(left) || !rankOf.has(right))) plain = false;
    add(made);
  }
  for (const token of tokens.keys()) add(token);
  return { order, rankOf, plain };
}

/** The bytes of tokens, one after another, and where each begins. */
function joinTokens(order: readonly string[], spelling: Spelling): Pick<TokenTable, 'bytes' | 'starts'> {
  const starts = new Int32Array(order.length + 1);
  let bytes = new Uint8Array(order.length * 8 + 64);
  order.forEach((token, rank) => {
    const start = starts[rank]!;
    const own = spelling.bytes(token) ?? new Uint8Array(0);
    if (start + own.length + 8 > bytes.length) {
      const wider = new Uint8Array((start + own.length) * 2);
      wider.set(bytes);
      bytes = wider;
    }
    bytes.set(own, start);
    starts[rank + 1] = start + own.length;
  });
  return { starts, bytes: bytes.slice(0, starts[order.length]) };
}

function numberTokens(model: VocabularyModel): Numbered {
  const { tokens, merges, spelling } = model;
  const { order, rankOf, plain } = rankTokens(model);
  const size = order.length;
  if (size >= MOST_TOKENS || merges.length >= MOST_MERGES) {
    throw new RolecallError('unsupported', `model.vocab: ${size} tokens are more than are supported`, {
      path: 'model.vocab',
    });
  }
  const first = plain ? 256 : 0;
  const lefts = new Int32Array(plain ? size : merges.length).fill(-1);
  const rights = new Int32Array(lefts.length).fill(-1);
  const results = plain ? undefined : new Int32Array(merges.length);
  merges.forEach(([left, right, made], i) => {
    lefts[first + i] = rankOf.get(left)!;
    rights[first + i] = rankOf.get(right)!;
    if (results !== undefined) results[i] = rankOf.get(made)!;
  });
  const ids = Int32Array.from(order, (token) => tokens.get(token) ?? -1);
  const table: VocabularyTable = {
    size,
    ...joinTokens(order, spelling),
    lefts,
    rights,
    results,
    characters: model.characters,
    reached: !model.ignoreMerges,
  };
  return { table, ids };
}

/** The bytes of every id, to decode with. */
function bytesOfIds(
  { table, ids }: Numbered,
  { characters, special, added, others, spelling }: VocabularyModel,
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
  const encoder = new TextEncoder();
  for (const [text, id] of others) set(id, spelling.bytes(text) ?? encoder.encode(text));
  for (const [text, id] of special) set(id, encoder.encode(text));
  for (const [text, id] of added) {
    const bytes = encoder.encode(text);
    set(id, characters ? withSpaces(bytes) : bytes);
  }
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

function coreOf(name: string, model: VocabularyModel, split: Pieces): Core {
  const numbered = numberTokens(model);
  const { table, ids } = numbered;
  const base = createEngine(table, split.rules);
  const { texts, most } = bytesOfIds(numbered, model);
  const engine = split.pieces === undefined ? base : cutBefore(base, split.pieces);
  const tokens = {
    of(id: number) {
      const bytes = texts.get(id);
      if (bytes === undefined) throw unknownToken(id, name, most);
      return bytes;
    },
  };
  let longest = 0;
  for (let rank = 0; rank < table.size; rank++)
    longest = Math.max(longest, table.starts[rank + 1]! - table.starts[rank]!);
  return { engine, tokens, longest, ids };
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
 * It gives what the file's tokenizer gives without special tokens around the text: the post-processor is not applied, but
 * `bos` says what it would put in front.
 * Added tokens that are not special are cut out of every text, special ones only if `allowedSpecial` names them.
 * @param tokenizerJson the `tokenizer.json`, parsed or as text.
 * @throws RolecallError `unsupported` that names the part of the file which cannot be represented, `invalid-argument`
 * for what is no such file.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { tokenizerFromJson } from 'rolecall/tokens';
 * const load = async (path: string) => tokenizerFromJson(JSON.parse(await readFile(path, 'utf8')));
 * // (await load('tokenizer.json')).count('Hi!')
 * ```
 */
export function tokenizerFromJson(tokenizerJson: unknown, options: { name?: string } = {}): Tokenizer {
  const name = options.name ?? 'tokenizer.json';
  const model = readModel(tokenizerJson);
  const split: Pieces = model.characters
    ? { rules: byteLevelRules, ...readPieces(model) }
    : readPreTokenizer(model.preTokenizer);
  const normalize = normalizerOf(model, split);
  const bos = bosIds(model.postProcessor);
  return createTokenizer({
    name,
    core: () => coreOf(name, model, split),
    specialTokens: () => model.special,
    ...(bos !== undefined && { bos }),
    bounded: split.pieces === undefined,
    ...(model.added.size > 0 && { addedTokens: model.added }),
    ...(model.stripped.size > 0 && { stripped: model.stripped }),
    ...(normalize !== undefined && { normalize }),
    ...(model.characters && { unsign: (text: string) => text.replaceAll('\u2581', ' ') }),
    ...(model.characters && stripsStart(model.decoder) && { stripsSpace: true }),
  });
}

/** An engine whose texts are cut by other rules than its own. */
function cutBefore(engine: Engine, pieces: (text: string) => Iterable<string>): Engine {
  return {
    run(text, limit, out) {
      let count = 0;
      for (const piece of pieces(text)) {
        count += engine.runPiece(piece, out);
        if (count > limit) break;
      }
      return count;
    },
    runPiece: (text, out) => engine.runPiece(text, out),
    spellings: () => engine.spellings(),
  };
}
