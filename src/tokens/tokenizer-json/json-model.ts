import { RolecallError } from '../../errors.js';
import { byteSpelling, pieceSpelling, type Spelling } from './spelling.js';

/** What a `tokenizer.json` says, with the tokens as it writes them. */
export interface VocabularyModel {
  tokens: Map<string, number>;
  spelling: Spelling;
  /** Two tokens and what they make. */
  merges: (readonly [left: string, right: string, made: string])[];
  /** True for SentencePiece: merging begins with characters, and what has no token falls back to bytes. */
  characters: boolean;
  /** Whole pieces are looked up before they are merged. */
  ignoreMerges: boolean;
  special: Map<string, number>;
  added: Map<string, number>;
  /** Added tokens that take the white space on a side with them. */
  stripped: Map<string, 'left' | 'right' | 'both'>;
  /** Tokens of the vocabulary that are not written in the byte alphabet: they have ids, and no text gives them. */
  others: Map<string, number>;
  normalizer: unknown;
  preTokenizer: unknown;
  decoder: unknown;
  postProcessor: unknown;
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const refuse = (path: string, what: string): RolecallError =>
  new RolecallError('unsupported', `${path}: ${what}`, { path });

const invalid = (path: string, what: string): RolecallError =>
  new RolecallError('invalid-argument', path === '' ? what : `${path}: ${what}`, { path });

/** Whether UTF-8 has such a byte; vocabularies made of texts lack the others. */
const mayOccur = (byte: number): boolean => byte < 0xc0 || (byte > 0xc1 && byte < 0xf5);

function parse(tokenizerJson: unknown): Json {
  let json = tokenizerJson;
  if (typeof json === 'string') {
    try {
      json = JSON.parse(json);
    } catch (cause) {
      throw new RolecallError('invalid-argument', 'the text is not JSON', { cause });
    }
  }
  if (!isObject(json) || !isObject(json['model']))
    throw invalid('', 'a tokenizer.json has a model; this has none');
  return json;
}

function checkModel(model: Json): void {
  if (model['type'] !== undefined && model['type'] !== 'BPE') {
    throw refuse('model.type', `${JSON.stringify(model['type'])} is not supported, only BPE of bytes`);
  }
  if (!isObject(model['vocab'])) throw invalid('model.vocab', 'must be an object of tokens and ids');
  if (!Array.isArray(model['merges'])) throw invalid('model.merges', 'must be a list');
  if (model['dropout']) throw refuse('model.dropout', 'random merges have no exact count');
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[key]) throw refuse(`model.${key}`, 'marks inside words are not supported');
  }
}

/** Steps that turn the tokens of SentencePiece into text. */
const PIECE_DECODERS = new Set(['Replace', 'ByteFallback', 'Fuse', 'Strip', 'Metaspace']);

function checkDecoder(decoder: unknown, characters: boolean): void {
  if (decoder === undefined || decoder === null) return;
  const steps = isObject(decoder) && decoder['type'] === 'Sequence' ? decoder['decoders'] : [decoder];
  for (const step of Array.isArray(steps) ? steps : [steps]) {
    const type = isObject(step) ? step['type'] : undefined;
    if (characters ? !PIECE_DECODERS.has(String(type)) : type !== 'ByteLevel')
      throw refuse('decoder', `${JSON.stringify(type)} is not supported here`);
  }
}

function readAdded(value: unknown): Pick<VocabularyModel, 'special' | 'added' | 'stripped'> {
  const special = new Map<string, number>();
  const added = new Map<string, number>();
  const stripped: VocabularyModel['stripped'] = new Map();
  for (const [i, token] of (Array.isArray(value) ? value : []).entries()) {
    const path = `added_tokens[${i}]`;
    if (!isObject(token) || typeof token['content'] !== 'string' || typeof token['id'] !== 'number') {
      throw invalid(path, 'must have a content and an id');
    }
    if (token['single_word'] === true)
      throw refuse(`${path}.single_word`, 'tokens that depend on the words around them are not supported');
    const [left, right] = [token['lstrip'] === true, token['rstrip'] === true];
    if (left || right) stripped.set(token['content'], left && right ? 'both' : left ? 'left' : 'right');
    (token['special'] === true ? special : added).set(token['content'], token['id']);
  }
  return { special, added, stripped };
}

function readMerges(
  merges: readonly unknown[],
  tokens: ReadonlyMap<string, number>,
): VocabularyModel['merges'] {
  return merges.map((merge, i) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (Array.isArray(pair) && pair.length === 2) {
      const [left, right] = pair as unknown[];
      if (typeof left === 'string' && typeof right === 'string' && tokens.has(left) && tokens.has(right)) {
        // Joined once: each lookup of a joined string has to copy it.
        const made = left + right;
        if (tokens.has(made)) return [left, right, made] as const;
      }
    }
    throw invalid(`model.merges[${i}]`, `${JSON.stringify(merge)} does not join two tokens to a third`);
  });
}

/** The tokens that merging works with, and those that have ids alone. */
function readTokens(
  vocab: Json,
  spelling: Spelling,
  isApart: (token: string) => boolean,
): Pick<VocabularyModel, 'tokens' | 'others'> {
  const tokens = new Map<string, number>();
  const others = new Map<string, number>();
  for (const token in vocab) {
    const id = vocab[token];
    if (typeof id !== 'number')
      throw invalid('model.vocab', `the id of ${JSON.stringify(token)} is not a number`);
    if (isApart(token)) continue;
    (token === '' || spelling.bytes(token) === undefined ? others : tokens).set(token, id);
  }
  for (const [byte, letter] of spelling.letters.entries())
    if (!tokens.has(letter) && mayOccur(byte))
      throw refuse(
        'model.vocab',
        `the byte ${byte} (${JSON.stringify(letter)}) has no token: it is not a vocabulary of bytes`,
      );
  return { tokens, others };
}

export function readModel(tokenizerJson: unknown): VocabularyModel {
  const json = parse(tokenizerJson);
  const model = json['model'] as Json;
  checkModel(model);
  const characters = model['byte_fallback'] === true;
  checkDecoder(json['decoder'], characters);
  const { special, added, stripped } = readAdded(json['added_tokens']);
  const vocab = model['vocab'] as Json;
  const spelling = characters ? pieceSpelling((token) => Object.hasOwn(vocab, token)) : byteSpelling();
  // In SentencePiece added tokens can take part in merges too.
  const { tokens, others } = readTokens(
    vocab,
    spelling,
    (token) => !characters && (special.has(token) || added.has(token)),
  );
  return {
    tokens,
    spelling,
    merges: readMerges(model['merges'] as unknown[], tokens),
    characters,
    ignoreMerges: model['ignore_merges'] === true,
    special,
    added,
    stripped,
    others,
    normalizer: json['normalizer'],
    preTokenizer: json['pre_tokenizer'],
    decoder: json['decoder'],
    postProcessor: json['post_processor'],
  };
}
