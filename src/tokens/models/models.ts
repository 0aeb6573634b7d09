import { RolecallError } from '../../errors.js';
import { didYouMean } from '../../text/nearest.js';
import type { EncodingName } from '../bpe/types.js';
import { modelInfo } from './catalogue.js';
import { bareModel } from './names.js';

export const encodingNames: readonly EncodingName[] = [
  'r50k_base',
  'p50k_base',
  'p50k_edit',
  'cl100k_base',
  'o200k_base',
  'o200k_harmony',
];

/**
 * Encodings by the beginnings of model names; the longest that fits holds. Source: tiktoken's and gpt-tokenizer's
 * model lists. The last ones are for models to come: what OpenAI has released since 2024 uses o200k_base.
 */
const families: Record<EncodingName, string> = {
  r50k_base: `gpt2 gpt-2 ada babbage curie davinci text-ada text-babbage text-curie text-davinci-001 text-similarity
    text-search code-search`,
  p50k_base: 'text-davinci-002 text-davinci-003 code-davinci code-cushman davinci-codex cushman-codex',
  p50k_edit: 'text-davinci-edit code-davinci-edit',
  cl100k_base: 'gpt-3.5 gpt-35 gpt-4 text-embedding davinci-002 babbage-002',
  o200k_base: `gpt-4o chatgpt gpt-4.1 gpt-4.5 gpt-5 codex-mini computer-use o1 o3 o4
    gpt- o`,
  o200k_harmony: 'gpt-oss',
};

/** Names that are listed nowhere else. */
const listed = new Set(
  `gpt2 gpt-2 davinci-002 babbage-002 text-embedding-ada-002 text-embedding-3-small text-embedding-3-large
  gpt-oss-20b gpt-oss-120b`.split(/\s+/),
);

const starts: readonly (readonly [string, EncodingName])[] = encodingNames
  .flatMap((encoding) => families[encoding].split(/\s+/).map((start) => [start, encoding] as const))
  .sort(([a], [b]) => b.length - a.length);

/** Where the name goes on after a family's name: not in the midst of a word or a number. */
function beginsWith(name: string, start: string): boolean {
  if (!name.startsWith(start)) return false;
  if (start === 'gpt-') return true;
  if (start === 'o') return /^o\d/.test(name);
  return !/^[a-z0-9]/.test(name.slice(start.length)) || /^(gpt-4o|o\d|gpt-\d)/.test(start);
}

const WAYS_OUT =
  'For a model of your own use tokenizerFromJson with its tokenizer.json, or a function that asks its server ' +
  '(/tokenize, count_tokens) with the async forms; as a rough guess, o200k_base.';

export interface ResolvedEncoding {
  encoding: EncodingName;
  /** True where the model is not in the catalogue and its name only begins like that of a known family. */
  estimated: boolean;
}

const isEncoding = (name: string): name is EncodingName =>
  (encodingNames as readonly string[]).includes(name);

/**
 * The encoding of a model, or of itself. Providers before the name (`openai/`), fine-tunes (`ft:…`) and Azure's
 * `gpt-35-turbo` are understood.
 * @throws RolecallError `unknown-encoding` with the nearest names, for what no family fits.
 * @example
 * ```ts
 * import { resolveEncoding } from 'rolecall/tokens';
 * resolveEncoding('gpt-4o'); // the encoding, and whether it is a guess
 * ```
 */
export function resolveEncoding(modelOrEncoding: string): ResolvedEncoding {
  if (typeof modelOrEncoding !== 'string') {
    throw new RolecallError('invalid-argument', 'the name of a model or of an encoding must be a string', {
      path: 'model',
    });
  }
  if (isEncoding(modelOrEncoding)) return { encoding: modelOrEncoding, estimated: false };
  const bare = bareModel(modelOrEncoding);
  const family = starts.find(([start]) => beginsWith(bare, start));
  if (family === undefined) {
    const known = [...encodingNames, ...starts.map(([start]) => start).filter((start) => start.length > 4)];
    throw new RolecallError(
      'unknown-encoding',
      `no encoding is known for ${JSON.stringify(modelOrEncoding)}.${didYouMean(modelOrEncoding, known)} ${WAYS_OUT}`,
    );
  }
  const known = listed.has(bare) || modelInfo(modelOrEncoding)?.estimated === false;
  return { encoding: family[1], estimated: !known };
}

/**
 * The name of a model's encoding. A model that the catalogue does not list gets that of its family;
 * `resolveEncoding` tells which it was.
 * @throws RolecallError `unknown-encoding` with the nearest names, for what no family fits.
 * @example
 * ```ts
 * import { encodingFor } from 'rolecall/tokens';
 * encodingFor('gpt-4o'); // 'o200k_base'
 * ```
 */
export const encodingFor = (model: string): EncodingName => resolveEncoding(model).encoding;
