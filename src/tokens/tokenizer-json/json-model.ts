import { RolecallError } from '../../errors.js';
import { byteOrder } from '../bpe/packed.js';

/** What a `tokenizer.json` says, with the tokens as Latin-1 strings of their bytes. */
export interface VocabularyModel {
  tokens: Map<string, number>;
  merges: (readonly [string, string])[];
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
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const refuse = (path: string, what: string): RolecallError =>
  new RolecallError('unsupported', `${path}: ${what}`, { path });

const invalid = (path: string, what: string): RolecallError =>
  new RolecallError('invalid-argument', path === '' ? what : `${path}: ${what}`, { path });

/** The letters that stand for bytes in a vocabulary of the GPT-2 kind. */
function byteAlphabet(): Map<string, string> {
  const alphabet = new Map<string, string>();
  let spare = 0x100;
  for (const byte of byteOrder()) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    alphabet.set(String.fromCharCode(prints ? byte : spare++), String.fromCharCode(byte));
  }
  return alphabet;
}

/** Whether UTF-8 has such a byte; vocabularies made of texts lack the others. */
const mayOccur = (byte: number): boolean => byte < 0xc0 || (byte > 0xc1 && byte < 0xf5);

function parse(tokenizerJson: unknown): Json {
  let json = tokenizerJson;
  if (typeof json === 'string') {
    try {
      json = JSON.parse(json);
    } catch (cause) {
      throw new RolecallError('invalid-argument', 'the text is no JSON', { cause });
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

/** Writes texts as strings of their UTF-8 bytes; each is written once, as merges name the same tokens again and again. */
function utf8Writer(): ToBytes {
  const encoder = new TextEncoder();
  const written = new Map<string, string>();
  return (text) => {
    // Most tokens are ASCII.
    if (/^[\0-\x7f]*$/.test(text)) return text;
    let bytes = written.get(text);
    if (bytes === undefined) {
      bytes = '';
      for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
      written.set(text, bytes);
    }
    return bytes;
  };
}

type Tokens = Pick<VocabularyModel, 'tokens' | 'others'>;

/** The vocabulary of a byte-level model, whose letters stand for bytes. */
function byteTokens(entries: readonly (readonly [string, number])[], toBytes: ToBytes): Tokens {
  const tokens = new Map<string, number>();
  const others = new Map<string, number>();
  for (const [token, id] of entries) {
    const bytes = toBytes(token);
    if (bytes === undefined || bytes === '') others.set(token, id);
    else tokens.set(bytes, id);
  }
  for (let byte = 0; byte < 256; byte += 1)
    if (!tokens.has(String.fromCharCode(byte)) && mayOccur(byte))
      throw refuse('model.vocab', `the byte ${byte} has no token: it is no vocabulary of bytes`);
  return { tokens, others };
}

/** The vocabulary of SentencePiece: texts, and a token `<0xNN>` for each byte of what has none. */
function pieceTokens(entries: readonly (readonly [string, number])[], toBytes: ToBytes): Tokens {
  const tokens = new Map<string, number>();
  const others = new Map<string, number>();
  const bytes = new Map<number, number>();
  for (const [token, id] of entries) {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
    if (byte !== undefined) bytes.set(Number.parseInt(byte, 16), id);
    else if (token !== '') tokens.set(toBytes(token) as string, id);
  }
  for (let byte = 0; byte < 256; byte += 1) {
    const letter = String.fromCharCode(byte);
    const id = bytes.get(byte);
    if (!tokens.has(letter) && id !== undefined) tokens.set(letter, id);
    else if (id !== undefined) others.set(letter, id);
    else if (!tokens.has(letter) && mayOccur(byte))
      throw refuse('model.vocab', `the byte ${byte} has no token <0xNN> to fall back to`);
  }
  return { tokens, others };
}

type ToBytes = (token: string) => string | undefined;

function byteReader(): ToBytes {
  const alphabet = byteAlphabet();
  return (token) => {
    let bytes = '';
    for (const letter of token) {
      const byte = alphabet.get(letter);
      if (byte === undefined) return undefined;
      bytes += byte;
    }
    return bytes;
  };
}

function readMerges(
  merges: readonly unknown[],
  tokens: ReadonlyMap<string, number>,
  toBytes: ToBytes,
): VocabularyModel['merges'] {
  return merges.map((merge, i) => {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right] =
      Array.isArray(pair) && pair.length === 2 ? pair.map((part) => toBytes(String(part))) : [];
    if (!left || !right || !tokens.has(left) || !tokens.has(right) || !tokens.has(left + right)) {
      throw invalid(`model.merges[${i}]`, `${JSON.stringify(merge)} does not join two tokens to a third`);
    }
    return [left, right] as const;
  });
}

export function readModel(tokenizerJson: unknown): VocabularyModel {
  const json = parse(tokenizerJson);
  const model = json['model'] as Json;
  checkModel(model);
  const characters = model['byte_fallback'] === true;
  checkDecoder(json['decoder'], characters);
  const { special, added, stripped } = readAdded(json['added_tokens']);
  const entries = Object.entries(model['vocab'] as Json).map(([token, id]): [string, number] => {
    if (typeof id !== 'number')
      throw invalid('model.vocab', `the id of ${JSON.stringify(token)} is no number`);
    return [token, id];
  });
  const toBytes: ToBytes = characters ? utf8Writer() : byteReader();
  // In SentencePiece added tokens can take part in merges too.
  const own = entries.filter(([token]) => characters || !(special.has(token) || added.has(token)));
  const { tokens, others } = characters ? pieceTokens(own, toBytes) : byteTokens(own, toBytes);
  return {
    tokens,
    merges: readMerges(model['merges'] as unknown[], tokens, toBytes),
    characters,
    ignoreMerges: model['ignore_merges'] === true,
    special,
    added,
    stripped,
    others,
    normalizer: json['normalizer'],
    preTokenizer: json['pre_tokenizer'],
    decoder: json['decoder'],
  };
}
