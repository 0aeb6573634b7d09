import { checkArgument } from '../../text/arguments.js';
import { catalogueSizes, pricesSource, sizesSource } from './catalogue.generated.js';
import { bareModel } from './names.js';
import { listedPrice, type ModelPrice } from './prices.js';

/** Sizes in tokens; what is not known is undefined. */
export interface ModelInfo {
  /** Prompt and completion together. */
  contextWindow?: number | undefined;
  /** The most tokens of a completion. */
  maxOutput?: number | undefined;
  /** The most tokens of a prompt, where it is less than the window leaves. */
  maxInput?: number | undefined;
  price?: ModelPrice | undefined;
}

/** What a caller knows of models that the catalogue does not have, or knows better. */
export type ModelOverrides = Readonly<Record<string, ModelInfo>>;

export interface FoundModel extends ModelInfo {
  /** True when the name is not listed, and what is known is that of the listed model with the longest same beginning. */
  estimated: boolean;
  /** Where the numbers are from, and of when; undefined where there is none. */
  source: { sizes?: string; price?: string };
}

type Size = readonly [contextWindow: number, maxOutput: number, maxInput?: number];

/**
 * The models of the GPT-3 years, as OpenAI's documentation and the API's own error messages state them.
 * These win over the catalogue, which rounds their windows or gives them those of their successors.
 */
const legacySizes: Readonly<Record<string, Size>> = {
  'text-davinci-003': [4097, 4097],
  'text-davinci-002': [4097, 4097],
  'text-davinci-001': [2049, 2049],
  'text-curie-001': [2049, 2049],
  'text-babbage-001': [2049, 2049],
  'text-ada-001': [2049, 2049],
  davinci: [2049, 2049],
  curie: [2049, 2049],
  babbage: [2049, 2049],
  ada: [2049, 2049],
  'code-davinci-002': [8001, 8001],
  'code-davinci-001': [8001, 8001],
  'davinci-002': [16384, 16384],
  'babbage-002': [16384, 16384],
  'gpt-3.5-turbo-instruct': [4096, 4096],
  'gpt-3.5-turbo-instruct-0914': [4096, 4096],
  'gpt-3.5-turbo-0301': [4096, 4096],
  'gpt-3.5-turbo-0613': [4096, 4096],
  'gpt-3.5-turbo-16k': [16385, 4096],
  'gpt-4-32k-0314': [32768, 8192],
  'gpt-4-32k-0613': [32768, 8192],
  'gpt-4-vision-preview': [128000, 4096],
  // All that an embedding takes in one text.
  'text-embedding-ada-002': [8192, 0],
  'text-embedding-3-small': [8192, 0],
  'text-embedding-3-large': [8192, 0],
};

let sizes: Map<string, Size> | undefined;

function allSizes(): Map<string, Size> {
  if (sizes !== undefined) return sizes;
  sizes = new Map();
  for (const [size, names] of Object.entries(catalogueSizes)) {
    const [contextWindow = 0, maxOutput = 0, maxInput = 0] = size.split(' ').map(Number);
    for (const name of names.split(' ')) sizes.set(name, [contextWindow, maxOutput, maxInput]);
  }
  for (const [name, size] of Object.entries(legacySizes)) sizes.set(name, size);
  return sizes;
}

/** The listed name that the model's name is, or goes on from behind a hyphen, as a dated snapshot does. */
function listedName(name: string, listed: (name: string) => boolean): string | undefined {
  let end = name.length <= LONGEST_NAME ? name.length : name.lastIndexOf('-', LONGEST_NAME);
  for (; end > 0; end = name.lastIndexOf('-', end - 1)) {
    const start = name.slice(0, end);
    if (listed(start)) return start;
  }
  return undefined;
}

/** No listed name is longer: of a longer one, the start is looked up. */
const LONGEST_NAME = 128;

const LEGACY_SOURCE = "OpenAI's documentation, 2022 to 2024";

/** The price of a name, if it is a listed one or a dated snapshot of it: a longer name may be another model. */
function priceOf(bare: string, tuned: boolean): ModelPrice | undefined {
  const name = listedName(bare, (start) => listedPrice(start, { tuned }) !== undefined);
  if (name === undefined) return undefined;
  return /^(?:-\d{4}(?:-\d{2}-\d{2})?)?$/.test(bare.slice(name.length))
    ? listedPrice(name, { tuned })
    : undefined;
}

/**
 * What is known of a model, by its own name or by that of a model whose name begins it (`gpt-4o-2099-01-01`).
 * Names with a provider (`openai/gpt-4o`), with a variant (`:free`, `:20b`), of fine-tunes (`ft:…`, at their own price)
 * and Azure's `gpt-35-turbo` are understood. For any other model say what you know of it in `overrides`.
 * @returns undefined where nothing is known.
 * @example modelInfo('mine', { mine: { contextWindow: 32_768, maxOutput: 4096 } })
 */
export function modelInfo(model: string, overrides: ModelOverrides = {}): FoundModel | undefined {
  checkArgument(model, 'model', 'string');
  checkArgument(overrides, 'overrides', 'object');
  const own = Object.hasOwn(overrides, model) ? overrides[model] : undefined;
  const bare = bareModel(model)
    .replace(/^gpt-35-/, 'gpt-3.5-')
    .replace(/^gpt-3\.5-0301$/, 'gpt-3.5-turbo-0301');
  const known = allSizes();
  const sized = listedName(bare, (name) => known.has(name));
  const free = /:free$/.test(model);
  const listed = priceOf(bare, /(?:^|\/)ft:/i.test(model));
  if (own === undefined && sized === undefined && listed === undefined) return undefined;
  const [contextWindow, maxOutput, maxInput] = (sized === undefined ? undefined : known.get(sized)) ?? [];
  const price = own?.price ?? (free ? { input: 0, output: 0 } : listed);
  const source: FoundModel['source'] = {};
  if (own !== undefined) source.sizes = source.price = 'overrides';
  if (own === undefined && sized !== undefined)
    source.sizes = Object.hasOwn(legacySizes, sized) ? LEGACY_SOURCE : sizesSource;
  if (own?.price === undefined && listed !== undefined) source.price = free ? 'its name' : pricesSource;
  return {
    contextWindow: own?.contextWindow ?? (contextWindow || undefined),
    maxOutput: own?.maxOutput ?? (maxOutput || undefined),
    maxInput: own?.maxInput ?? (maxInput || undefined),
    price,
    estimated: own === undefined && sized !== bare,
    source,
  };
}

/**
 * The context window of a model in tokens, prompt and completion together; undefined where it is not known.
 * Source: gpt-tokenizer's catalogue, with the legacy models corrected.
 * @example
 * ```ts
 * import { contextWindow } from 'rolecall/tokens';
 * contextWindow('gpt-4o-mini'); // 128000
 * ```
 */
export function contextWindow(model: string, options: { models?: ModelOverrides } = {}): number | undefined {
  checkArgument(options, 'options', 'object');
  return modelInfo(model, options.models)?.contextWindow;
}
