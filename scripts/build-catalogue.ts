/**
 * Writes src/tokens/models/catalogue.generated.ts: windows from gpt-tokenizer's catalogue, prices from genai-prices, one
 * line for each size and for each price. At build time, because loading either costs more than all of the library's own
 * counting. `npx tsx scripts/build-catalogue.ts`, after an update of one of the two; the dates are those of their
 * releases.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { findProvider } from '@pydantic/genai-prices';
import * as models from 'gpt-tokenizer/models';

const released = { 'gpt-tokenizer': '2026-08-16', '@pydantic/genai-prices': '2026-09-23' };

interface Entry {
  context_window?: number;
  max_output_tokens?: number;
  max_input_tokens?: number;
  supported_endpoints?: string[];
}
interface Match {
  equals?: string;
  starts_with?: string;
  regex?: string;
  or?: Match[];
}
type Tiered = number | { base: number; tiers: { start: number; price: number }[] };
interface Prices {
  input_mtok?: Tiered;
  output_mtok?: Tiered;
  cache_read_mtok?: Tiered;
  cache_write_mtok?: Tiered;
}
interface PricedModel {
  match: Match;
  context_window?: number;
  prices: Prices | { prices: Prices }[];
}

const sized = models as unknown as Record<string, Entry>;
const priced = (findProvider({ providerId: 'openai' }) as unknown as { models: PricedModel[] }).models;

const matches = (match: Match, name: string): boolean =>
  match.equals === name ||
  (match.starts_with !== undefined && name.startsWith(match.starts_with)) ||
  (match.regex !== undefined && new RegExp(match.regex).test(name)) ||
  (match.or?.some((one) => matches(one, name)) ?? false);
const exactNames = (match: Match): string[] =>
  [match.equals ?? [], ...(match.or ?? []).map(exactNames)].flat(2);

// Weights that anyone serves have no price of OpenAI's; of sound and pictures the tokens of text are the small part.
const unpriced = /^gpt-oss|image|audio|realtime|transcribe|tts|whisper|moderation|^ft:|:|\.ft-/;
const names = new Set([...Object.keys(sized), ...priced.flatMap(({ match }) => exactNames(match))]);

const sizes = new Map<string, string[]>();
const prices = new Map<string, string[]>();
const into = (map: Map<string, string[]>, key: string, name: string) =>
  map.set(key, [...(map.get(key) ?? []), name]);

for (const name of [...names].sort()) {
  if (/^ft:|:|\.ft-/.test(name) || /^gpt-5-\d(?!\d)/.test(name)) continue;
  const entry = sized[name] ?? {};
  const model = priced.find(({ match }) => matches(match, name));
  const window = entry.context_window ?? model?.context_window;
  if (window !== undefined) {
    const within = (tokens: number | undefined): number =>
      tokens !== undefined && tokens <= window ? tokens : 0;
    const output = within(entry.max_output_tokens);
    // From gpt-5 on the room of the reply is set apart in the window: what is left is what a prompt may have.
    const apart = /^gpt-5/.test(name) && output === 128_000 ? window - output : 0;
    into(sizes, [window, output, within(entry.max_input_tokens) || apart].join(' '), name);
  }
  const rates = Array.isArray(model?.prices) ? model.prices.at(-1)?.prices : model?.prices;
  if (rates?.input_mtok === undefined || unpriced.test(name)) continue;
  const base = (rate: Tiered | undefined) => (typeof rate === 'object' ? rate.base : rate) ?? '-';
  const long = (rate: Tiered | undefined) =>
    (typeof rate === 'object' ? rate.tiers[0]?.price : undefined) ?? '-';
  const parts = [rates.input_mtok, rates.output_mtok, rates.cache_read_mtok, rates.cache_write_mtok];
  const tiered = typeof rates.input_mtok === 'object';
  const batch = entry.supported_endpoints?.includes('batch') ? 'batch' : '-';
  into(prices, [...parts.map(base), batch, ...(tiered ? parts.map(long) : [])].join(' '), name);
}

const version = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
const source = (name: keyof typeof released): string => `${name} ${version(name)}, ${released[name]}`;
const lines = (map: Map<string, string[]>): string =>
  [...map]
    .sort(([a], [b]) => Number.parseFloat(a) - Number.parseFloat(b))
    .map(([key, list]) => `  '${key}': '${list.join(' ')}',`)
    .join('\n');
const text = `/** Written by scripts/build-catalogue.ts. */

/** Where the numbers are from: a package, its version, and the day of its release. */
export const sizesSource = '${source('gpt-tokenizer')}';
export const pricesSource = '${source('@pydantic/genai-prices').replace('@pydantic/', '')}';

/** Context window, maximum output and maximum input, 0 for not stated. */
export const catalogueSizes: Readonly<Record<string, string>> = {
${lines(sizes)}
};

/**
 * US dollars for a million tokens of input, output, cached input and input that is written to the cache; \`batch\` where
 * batches cost half; and where long prompts cost more, their four rates.
 */
export const cataloguePrices: Readonly<Record<string, string>> = {
${lines(prices)}
};
`;
writeFileSync(new URL('../src/tokens/models/catalogue.generated.ts', import.meta.url), text);
