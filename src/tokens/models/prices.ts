/** US dollars for a million tokens. A price that is not known is undefined. */
export interface ModelPrice {
  input?: number | undefined;
  /** Of input tokens that were read from the prompt cache. */
  cachedInput?: number | undefined;
  output?: number | undefined;
  batchInput?: number | undefined;
  batchOutput?: number | undefined;
}

/** Input, output and cached input; the batch price is half of the first two where `batch` is true. */
type Row = readonly [input: number, output: number | undefined, cachedInput?: number];

/**
 * OpenAI's standard prices, short contexts where long ones cost more.
 *
 * gpt-tokenizer's catalogue is the source where it agrees with OpenAI; it gives 10 and 30 for dozens of models that
 * never cost that, o1's prices for o3, and no output price for the GPT-3 models, so these are corrected here.
 * - Models that are still served: their pages at developers.openai.com/api/docs/models, read in 2026 (davinci-002,
 *   gpt-3.5-turbo-instruct and its lack of batches, the embeddings, gpt-5 and its successors).
 * - text-davinci, curie, babbage, ada and the base models: the price list from September 2022 to their end in January
 *   2024, where a completion costs what its prompt does. (Before, three times as much for davinci and curie, 1.2 and
 *   0.8 for babbage and ada.)
 * - gpt-3.5 and gpt-4 of 2023, o1 to o4: the price list while they were sold, last price.
 * Models of which no price was found, as the code models of 2021, are left out: their price is undefined.
 */
const withBatch: Readonly<Record<string, Row>> = {
  'gpt-3.5-turbo': [0.5, 1.5],
  'gpt-3.5-turbo-0125': [0.5, 1.5],
  'gpt-3.5-turbo-0301': [1.5, 2],
  'gpt-3.5-turbo-0613': [1.5, 2],
  'gpt-3.5-turbo-1106': [1, 2],
  'gpt-3.5-turbo-16k': [3, 4],
  'gpt-3.5-turbo-16k-0613': [3, 4],
  'gpt-4': [30, 60],
  'gpt-4-0314': [30, 60],
  'gpt-4-0613': [30, 60],
  'gpt-4-32k': [60, 120],
  'gpt-4-turbo': [10, 30],
  'gpt-4-turbo-2024-04-09': [10, 30],
  'gpt-4-turbo-preview': [10, 30],
  'gpt-4-0125-preview': [10, 30],
  'gpt-4-1106-preview': [10, 30],
  'gpt-4-1106-vision-preview': [10, 30],
  'gpt-4-vision-preview': [10, 30],
  'gpt-4.5-preview': [75, 150, 37.5],
  'gpt-4.1': [2, 8, 0.5],
  'gpt-4.1-mini': [0.4, 1.6, 0.1],
  'gpt-4.1-nano': [0.1, 0.4, 0.025],
  'gpt-4o': [2.5, 10, 1.25],
  'gpt-4o-2024-05-13': [5, 15],
  'gpt-4o-mini': [0.15, 0.6, 0.075],
  'gpt-5': [1.25, 10, 0.125],
  'gpt-5-mini': [0.25, 2, 0.025],
  'gpt-5-nano': [0.05, 0.4, 0.005],
  'gpt-5.1': [1.25, 10, 0.125],
  'gpt-5.2': [1.75, 14, 0.175],
  'gpt-5.4': [2.5, 15, 0.25],
  'gpt-5.4-mini': [0.75, 4.5, 0.075],
  'gpt-5.4-nano': [0.2, 1.25, 0.02],
  o1: [15, 60, 7.5],
  'o1-mini': [1.1, 4.4, 0.55],
  'o1-pro': [150, 600],
  o3: [2, 8, 0.5],
  'o3-mini': [1.1, 4.4, 0.55],
  'o3-pro': [20, 80],
  'o4-mini': [1.1, 4.4, 0.275],
  'davinci-002': [2, 2],
  'babbage-002': [0.4, 0.4],
  'computer-use-preview': [3, 12],
  'text-embedding-ada-002': [0.1, undefined],
  'text-embedding-3-small': [0.02, undefined],
  'text-embedding-3-large': [0.13, undefined],
};

const withoutBatch: Readonly<Record<string, Row>> = {
  'chatgpt-4o-latest': [5, 15],
  'gpt-5-chat-latest': [1.25, 10, 0.125],
  'gpt-5-codex': [1.25, 10, 0.125],
  'gpt-3.5-turbo-instruct': [1.5, 2],
  'gpt-3.5-turbo-instruct-0914': [1.5, 2],
  'o1-preview': [15, 60, 7.5],
  'text-davinci-003': [20, 20],
  'text-davinci-002': [20, 20],
  'text-davinci-001': [20, 20],
  'text-curie-001': [2, 2],
  'text-babbage-001': [0.5, 0.5],
  'text-ada-001': [0.4, 0.4],
  davinci: [20, 20],
  curie: [2, 2],
  babbage: [0.5, 0.5],
  ada: [0.4, 0.4],
};

/** The listed price of exactly this model. */
export function listedPrice(model: string): ModelPrice | undefined {
  const batch = Object.hasOwn(withBatch, model) ? withBatch[model] : undefined;
  const row = batch ?? (Object.hasOwn(withoutBatch, model) ? withoutBatch[model] : undefined);
  if (row === undefined) return undefined;
  const [input, output, cachedInput] = row;
  const price: ModelPrice = { input };
  if (output !== undefined) price.output = output;
  if (cachedInput !== undefined) price.cachedInput = cachedInput;
  if (batch === undefined) return price;
  price.batchInput = input / 2;
  if (output !== undefined) price.batchOutput = output / 2;
  return price;
}
