import { catalogueSizes } from './catalogue-sizes.generated.js';
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
  for (let end = name.length; end > 0; end = name.lastIndexOf('-', end - 1)) {
    const start = name.slice(0, end);
    if (listed(start)) return start;
  }
  return undefined;
}

/**
 * What is known of a model, by its own name or by that of a model whose name begins it (`gpt-4o-2099-01-01`).
 * Names with a provider (`openai/gpt-4o`), of fine-tunes (`ft:…`) and Azure's `gpt-35-turbo` are understood.
 * @returns undefined where nothing is known.
 */
export function modelInfo(model: string, overrides: ModelOverrides = {}): FoundModel | undefined {
  const own = Object.hasOwn(overrides, model) ? overrides[model] : undefined;
  const bare = bareModel(model)
    .replace(/^gpt-35-/, 'gpt-3.5-')
    .replace(/^gpt-3\.5-0301$/, 'gpt-3.5-turbo-0301');
  const known = allSizes();
  const sized = listedName(bare, (name) => known.has(name));
  const priced = listedName(bare, (name) => listedPrice(name) !== undefined);
  if (own === undefined && sized === undefined && priced === undefined) return undefined;
  const [contextWindow, maxOutput, maxInput] = (sized === undefined ? undefined : known.get(sized)) ?? [];
  // A fine-tune costs more than its model, and a longer name without a date may be another model with its own price.
  const dated = priced !== undefined && /^(?:-\d{4}(?:-\d{2}-\d{2})?)?$/.test(bare.slice(priced.length));
  const price = dated && !/(?:^|\/)ft:/i.test(model) ? listedPrice(priced) : undefined;
  return {
    contextWindow: own?.contextWindow ?? (contextWindow || undefined),
    maxOutput: own?.maxOutput ?? (maxOutput || undefined),
    maxInput: own?.maxInput ?? (maxInput || undefined),
    price: own?.price ?? price,
    estimated: own === undefined && sized !== bare,
  };
}

/**
 * The context window of a model in tokens, prompt and completion together; undefined where it is not known.
 * Source: gpt-tokenizer's catalogue, with the legacy models corrected.
 */
export function contextWindow(model: string, options: { models?: ModelOverrides } = {}): number | undefined {
  return modelInfo(model, options.models)?.contextWindow;
}
