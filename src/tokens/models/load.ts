import type { EncodingName, Tokenizer } from '../bpe/types.js';
import { type ResolvedEncoding, resolveEncoding } from './models.js';

/** Each in a file of its own, so that a bundle or a process holds only those it asks for. */
const loaders: Record<EncodingName, () => Promise<Tokenizer>> = {
  r50k_base: async () => (await import('../encodings/r50k_base.js')).r50k_base,
  p50k_base: async () => (await import('../encodings/p50k_base.js')).p50k_base,
  p50k_edit: async () => (await import('../encodings/p50k_edit.js')).p50k_edit,
  cl100k_base: async () => (await import('../encodings/cl100k_base.js')).cl100k_base,
  o200k_base: async () => (await import('../encodings/o200k_base.js')).o200k_base,
  o200k_harmony: async () => (await import('../encodings/o200k_harmony.js')).o200k_harmony,
};

/** The tokenizers of known models, one object each, so that what is remembered under it stays. */
const ofModels = new Map<string, Tokenizer>();

/** The tokenizer with the name of the model that it was asked for. */
function forModel(base: Tokenizer, model: string, estimated: boolean): Tokenizer {
  return {
    name: base.name,
    model,
    ...(estimated && { estimated }),
    get specialTokens() {
      return base.specialTokens;
    },
    get longestToken() {
      return base.longestToken;
    },
    encode: base.encode,
    encodePlaced: base.encodePlaced,
    decode: base.decode,
    decodeBytes: base.decodeBytes,
    decoder: base.decoder,
    count: base.count,
    countUpTo: base.countUpTo,
  };
}

/**
 * Loads the one vocabulary that a model or an encoding needs. The tokenizer of a model remembers it as `model`, so that
 * counting and fitting know its rules and its window. A model that the catalogue does not list gets the encoding of its
 * family, and the tokenizer says `estimated: true`.
 * @throws RolecallError `unknown-encoding` with the nearest names and the ways out, for what no family fits.
 */
export async function loadTokenizer(modelOrEncoding: string): Promise<Tokenizer> {
  const { encoding, estimated }: ResolvedEncoding = resolveEncoding(modelOrEncoding);
  const tokenizer = await loaders[encoding]();
  if (modelOrEncoding === encoding) return tokenizer;
  const known = ofModels.get(modelOrEncoding);
  if (known !== undefined) return known;
  const own = forModel(tokenizer, modelOrEncoding, estimated);
  if (!estimated) ofModels.set(modelOrEncoding, own);
  return own;
}
