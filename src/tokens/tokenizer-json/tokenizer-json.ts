import { RolecallError } from '../../errors.js';
import { unknownToken } from '../bpe/decode.js';
import { createEngine, type Engine } from '../bpe/engine.js';
import { createMerger } from '../bpe/merge.js';
import { buildMerges, type MergeRules, MOST_MERGES, MOST_TOKENS } from '../bpe/merge-rules.js';
import type { TokenTable } from '../bpe/packed.js';
import { byteOrder } from '../bpe/packed.js';
import { type Core, createTokenizer } from '../bpe/tokenizer.js';
import type { Tokenizer } from '../bpe/types.js';
import { buildVocabulary, type Vocabulary } from '../bpe/vocabulary.js';
import { readModel, type VocabularyModel } from './json-model.js';
import { readNormalizer, readPreTokenizer } from './json-steps.js';

interface Numbered {
  table: TokenTable;
  /** The id of each rank; -1 for a byte that has no token, and is in no text. */
  ids: Int32Array;
  lefts: Int32Array;
  rights: Int32Array;
  /** Absent where a merge's order is the rank of what it makes. */
  results: Int32Array | undefined;
}

/** Ranks: the single bytes, then what each merge makes, then tokens that no merge makes. */
function numberTokens(model: VocabularyModel): Numbered {
  const { tokens, merges } = model;
  const rankOf = new Map<string, number>();
  const order: string[] = [];
  const add = (token: string) => {
    if (!rankOf.has(token)) rankOf.set(token, order.push(token) - 1);
  };
  for (const byte of byteOrder()) add(String.fromCharCode(byte));
  let plain = true;
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

/**
 * A tokenizer of Hugging Face's byte-level BPE kind, as Llama 3, Qwen, DeepSeek and gpt-oss have it.
 * It gives what the file's tokenizer gives without special tokens around the text: the post-processor is not applied.
 * Added tokens that are not special are cut out of every text, special ones only if `allowedSpecial` names them.
 * @param tokenizerJson the `tokenizer.json`, parsed or as text.
 * @throws RolecallError `unsupported` that names the part of the file which cannot be represented, `invalid-argument`
 * for what is no such file.
 */
export function tokenizerFromJson(tokenizerJson: unknown, options: { name?: string } = {}): Tokenizer {
  const name = options.name ?? 'tokenizer.json';
  const model = readModel(tokenizerJson);
  const normalize = readNormalizer(model.normalizer);
  const split = readPreTokenizer(model.preTokenizer);
  const core = (): Core => {
    const { table, ids, lefts, rights, results } = numberTokens(model);
    let vocabulary = buildVocabulary(table);
    let rules: MergeRules | undefined;
    if (!model.ignoreMerges) {
      rules = buildMerges(vocabulary, lefts, rights, results);
      vocabulary = buildVocabulary(table, unreachable(vocabulary, rules));
    }
    const base = createEngine({
      vocabulary,
      rules: split.rules,
      merges: () => rules ?? buildMerges(vocabulary, lefts, rights, results),
    });
    const texts = new Map<number, Uint8Array>();
    let most = 0;
    ids.forEach((id, rank) => {
      if (id >= 0) texts.set(id, table.bytes.subarray(table.starts[rank]!, table.starts[rank + 1]!));
      if (id >= most) most = id + 1;
    });
    for (const [text, id] of [...model.special, ...model.added, ...model.others]) {
      texts.set(id, new TextEncoder().encode(text));
      if (id >= most) most = id + 1;
    }
    const engine: Engine =
      split.pieces === undefined ? base : { ...base, run: runPieces(base, split.pieces) };
    const tokens = {
      of(id: number) {
        const bytes = texts.get(id);
        if (bytes === undefined) throw unknownToken(id, name, most);
        return bytes;
      },
    };
    return { engine, tokens, longest: vocabulary.longest, ids };
  };
  return createTokenizer({
    name,
    core,
    specialTokens: () => model.special,
    bounded: split.pieces === undefined,
    ...(model.added.size > 0 && { addedTokens: model.added }),
    ...((normalize ?? split.prepare) && {
      normalize: (text: string) => {
        const normal = normalize === undefined ? text : normalize(text);
        return split.prepare === undefined ? normal : split.prepare(normal);
      },
    }),
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
