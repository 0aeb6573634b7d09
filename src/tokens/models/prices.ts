import { cataloguePrices } from './catalogue.generated.js';

/** US dollars for a million tokens. A price that is not known is undefined. */
export interface Rates {
  input?: number | undefined;
  /** Of input tokens that were read from the prompt cache. */
  cachedInput?: number | undefined;
  /** Of input tokens that were written to the prompt cache, where that costs more than other input. */
  cacheWrite?: number | undefined;
  output?: number | undefined;
}

export interface ModelPrice extends Rates {
  batchInput?: number | undefined;
  batchOutput?: number | undefined;
  /** What everything costs in a request whose prompt has more tokens than `above`. */
  long?: (Rates & { above: number }) | undefined;
}

/** Prompts from here on have the rates of long ones, in all models that have such rates. */
const LONG_PROMPT = 272_000;

/**
 * OpenAI's last prices of models that the catalogue's source leaves out. As there: input, output, cached input, input
 * written to the cache, `batch` where batches cost half.
 * - text-davinci, curie, babbage, ada and the base models: the price list from September 2022 to their end in January
 *   2024, where a completion costs what its prompt does. (Before, three times as much for davinci and curie, 1.2 and
 *   0.8 for babbage and ada.)
 * - gpt-3.5 and gpt-4 of 2023: the price list while they were sold, last price.
 * Models of which no price was found, as the code models of 2021, are left out: their price is undefined.
 */
const legacy: Readonly<Record<string, string>> = {
  '0.5 0.5 - - -': 'text-babbage-001',
  '0.4 0.4 - - batch': 'babbage-002',
  '2 2 - - batch': 'davinci-002',
  '1.5 2 - - batch': 'gpt-3.5-turbo-0301',
  '3 4 - - batch': 'gpt-3.5-turbo-16k',
  '30 60 - - batch': 'gpt-4-0314',
  '60 120 - - batch': 'gpt-4-32k gpt-4-32k-0314 gpt-4-32k-0613',
  '10 30 - - batch':
    'gpt-4-turbo-preview gpt-4-0125-preview gpt-4-1106-preview gpt-4-1106-vision-preview gpt-4-vision-preview',
};

/** Models that were tuned cost more than those they were made of. OpenAI's price list, 2025 and 2026. */
const tuned: Readonly<Record<string, string>> = {
  '0.2 0.8 0.05 - batch': 'gpt-4.1-nano',
  '0.3 1.2 0.15 - batch': 'gpt-4o-mini',
  '0.8 3.2 0.2 - batch': 'gpt-4.1-mini',
  '1.6 1.6 - - batch': 'babbage-002',
  '3 6 - - batch': 'gpt-3.5-turbo',
  '3 12 0.75 - batch': 'gpt-4.1',
  '3.75 15 1.875 - batch': 'gpt-4o',
  '4 16 1 - batch': 'o4-mini',
  '12 12 - - batch': 'davinci-002',
};

const rate = (text: string | undefined): number | undefined =>
  text === undefined || text === '-' ? undefined : Number(text);

function ratesOf([input, output, cachedInput, cacheWrite]: readonly string[]): Rates {
  const rates: Rates = {};
  if (rate(input) !== undefined) rates.input = rate(input);
  if (rate(output) !== undefined) rates.output = rate(output);
  if (rate(cachedInput) !== undefined) rates.cachedInput = rate(cachedInput);
  if (rate(cacheWrite) !== undefined) rates.cacheWrite = rate(cacheWrite);
  return rates;
}

function priceOf(row: string): ModelPrice {
  const parts = row.split(' ');
  const price: ModelPrice = ratesOf(parts);
  const half = (value: number | undefined) => (value === undefined ? undefined : value / 2);
  if (parts[4] === 'batch') {
    price.batchInput = half(price.input);
    if (price.output !== undefined) price.batchOutput = half(price.output);
  }
  if (parts.length > 5) price.long = { above: LONG_PROMPT, ...ratesOf(parts.slice(5)) };
  return price;
}

type Table = ReadonlyMap<string, string>;

function tableOf(...lists: readonly Readonly<Record<string, string>>[]): Table {
  const table = new Map<string, string>();
  for (const list of lists)
    for (const [row, names] of Object.entries(list))
      for (const name of names.split(' ')) table.set(name, row);
  return table;
}

let tables: { listed: Table; tuned: Table } | undefined;

/** The listed price of exactly this model, or of what was tuned from it. */
export function listedPrice(model: string, options: { tuned?: boolean } = {}): ModelPrice | undefined {
  tables ??= { listed: tableOf(cataloguePrices, legacy), tuned: tableOf(tuned) };
  const row = (options.tuned === true ? tables.tuned : tables.listed).get(model);
  return row === undefined ? undefined : priceOf(row);
}
