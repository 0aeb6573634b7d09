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

/**
 * Loads the one vocabulary that a model or an encoding needs. A model that the catalogue does not list gets the
 * encoding of its family, and the tokenizer says `estimated: true`.
 * @throws RolecallError `unknown-encoding` with the nearest names, for what no family fits.
 */
export async function loadTokenizer(modelOrEncoding: string): Promise<Tokenizer> {
  const { encoding, estimated }: ResolvedEncoding = resolveEncoding(modelOrEncoding);
  const tokenizer = await loaders[encoding]();
  if (!estimated) return tokenizer;
  return Object.defineProperty(Object.create(tokenizer) as Tokenizer, 'estimated', {
    value: true,
    enumerable: true,
  });
}
