import { RolecallError } from '../../errors.js';
import { byteOrder } from '../bpe/packed.js';

/** What a `tokenizer.json` says, with the tokens as Latin-1 strings of their bytes. */
export interface VocabularyModel {
  tokens: Map<string, number>;
  merges: (readonly [string, string])[];
  /** Whole pieces are looked up before they are merged. */
  ignoreMerges: boolean;
  special: Map<string, number>;
  added: Map<string, number>;
  /** Tokens of the vocabulary that are not written in the byte alphabet: they have ids, and no text gives them. */
  others: Map<string, number>;
  normalizer: unknown;
  preTokenizer: unknown;
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
  if (model['byte_fallback'] === true)
    throw refuse('model.byte_fallback', 'tokens of SentencePiece are not supported');
  if (model['dropout']) throw refuse('model.dropout', 'random merges have no exact count');
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[key]) throw refuse(`model.${key}`, 'marks inside words are not supported');
  }
}

function checkDecoder(decoder: unknown): void {
  if (decoder === undefined || decoder === null) return;
  const steps = isObject(decoder) && decoder['type'] === 'Sequence' ? decoder['decoders'] : [decoder];
  for (const step of Array.isArray(steps) ? steps : [steps]) {
    const type = isObject(step) ? step['type'] : undefined;
    if (type !== 'ByteLevel')
      throw refuse('decoder', `${JSON.stringify(type)} is not supported, only ByteLevel`);
  }
}

function readAdded(value: unknown): { special: Map<string, number>; added: Map<string, number> } {
  const special = new Map<string, number>();
  const added = new Map<string, number>();
  for (const [i, token] of (Array.isArray(value) ? value : []).entries()) {
    const path = `added_tokens[${i}]`;
    if (!isObject(token) || typeof token['content'] !== 'string' || typeof token['id'] !== 'number') {
      throw invalid(path, 'must have a content and an id');
    }
    for (const flag of ['lstrip', 'rstrip', 'single_word']) {
      if (token[flag] === true)
        throw refuse(`${path}.${flag}`, 'tokens that depend on what is around them are not supported');
    }
    (token['special'] === true ? special : added).set(token['content'], token['id']);
  }
  return { special, added };
}

export function readModel(tokenizerJson: unknown): VocabularyModel {
  const json = parse(tokenizerJson);
  const model = json['model'] as Json;
  checkModel(model);
  checkDecoder(json['decoder']);
  const { special, added } = readAdded(json['added_tokens']);
  const alphabet = byteAlphabet();
  const toBytes = (token: string): string | undefined => {
    let bytes = '';
    for (const letter of token) {
      const byte = alphabet.get(letter);
      if (byte === undefined) return undefined;
      bytes += byte;
    }
    return bytes;
  };
  const tokens = new Map<string, number>();
  const others = new Map<string, number>();
  for (const [token, id] of Object.entries(model['vocab'] as Json)) {
    if (typeof id !== 'number')
      throw invalid('model.vocab', `the id of ${JSON.stringify(token)} is no number`);
    if (special.has(token) || added.has(token)) continue;
    const bytes = toBytes(token);
    if (bytes === undefined || bytes === '') others.set(token, id);
    else tokens.set(bytes, id);
  }
  for (const [letter, byte] of alphabet) {
    if (!tokens.has(byte) && mayOccur(byte.charCodeAt(0))) {
      throw refuse(
        'model.vocab',
        `the byte ${byte.charCodeAt(0)} (${JSON.stringify(letter)}) has no token: it is no vocabulary of bytes`,
      );
    }
  }
  const merges = (model['merges'] as unknown[]).map((merge, i): readonly [string, string] => {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    const [left, right] =
      Array.isArray(pair) && pair.length === 2 ? pair.map((part) => toBytes(String(part))) : [];
    if (!left || !right || !tokens.has(left) || !tokens.has(right) || !tokens.has(left + right)) {
      throw invalid(`model.merges[${i}]`, `${JSON.stringify(merge)} does not join two tokens to a third`);
    }
    return [left, right];
  });
  const ignoreMerges = model['ignore_merges'] === true;
  return {
    tokens,
    merges,
    ignoreMerges,
    special,
    added,
    others,
    normalizer: json['normalizer'],
    preTokenizer: json['pre_tokenizer'],
  };
}
