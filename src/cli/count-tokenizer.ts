import type { Tokenizer } from '../tokens/bpe/types.js';
import { type CliIO, readJsonInput, UsageError } from './io.js';

/** A tokenizer by the name of a model or an encoding, or from a `tokenizer.json`. */
export async function readTokenizer(io: CliIO, name: string): Promise<Tokenizer> {
  if (!name.endsWith('.json')) return await (await import('../tokens/models/load.js')).loadTokenizer(name);
  const json = await readJsonInput(io, name);
  const { tokenizerFromJson } = await import('../tokens/tokenizer-json/tokenizer-json.js');
  return tokenizerFromJson(json, { name });
}

/** What counts for a command: the tokenizer asked for, or that of the model; and the model's name, where one is known. */
export async function counterFor(
  io: CliIO,
  flags: { tokenizer?: string; model?: string },
  model: string,
): Promise<{ tokenizer: Tokenizer; model: string | undefined }> {
  const { tokenizer } = flags;
  if (tokenizer === undefined) return { tokenizer: await readTokenizer(io, model), model };
  if (tokenizer === '') throw new UsageError('--tokenizer takes a tokenizer.json, a model or an encoding.');
  // The model of a request or the usual one says nothing of a tokenizer of its own.
  return { tokenizer: await readTokenizer(io, tokenizer), model: flags.model };
}
