import { RolecallError } from '../../errors.js';
import { checkArgument } from '../../text/arguments.js';
import { textCounter } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import { type ModelOverrides, modelInfo } from '../models/catalogue.js';
import type { ModelPrice, Rates } from '../models/prices.js';
import { type CountableRequest, countChatTokens } from './chat.js';
import { readUsage } from './usage.js';

/**
 * The `usage` of a response: of the chat or completions API, of the Responses API, of Anthropic's, of LangChain, or of the
 * AI SDK, old and new. Anything else is refused.
 */
export type UsageLike = object;

/** A completion request, as far as its cost depends on it: texts or the ids of their tokens. */
export interface CostedPrompt {
  model?: string | undefined;
  prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  max_tokens?: unknown;
  n?: unknown;
  best_of?: unknown;
}

/** A chat request with what bounds its reply. */
export type CostedChat = CountableRequest & {
  max_completion_tokens?: unknown;
  max_tokens?: unknown;
  n?: unknown;
};

/** What is to be priced: a response's `usage`, a request that is counted first, or numbers of tokens. */
export interface CostOptions {
  /** Else the request's own. */
  model?: string | undefined;
  usage?: UsageLike | null | undefined;
  /**
   * Of the chat or the completions API. Counted with `tokenizer`; its `max_completion_tokens` or `max_tokens` is priced
   * as the completion, the most it can cost.
   */
  request?: CostedChat | CostedPrompt | undefined;
  tokenizer?: CounterLike | undefined;
  promptTokens?: number | undefined;
  /** Those of the prompt that come from the cache. */
  cachedTokens?: number | undefined;
  /** Those of the prompt that are written to it. */
  cacheWriteTokens?: number | undefined;
  completionTokens?: number | undefined;
  /** At the price of the batch API. */
  batch?: boolean | undefined;
  models?: ModelOverrides | undefined;
}

/** US dollars. What depends on a price that is not known is undefined; nothing is ever NaN. */
export interface CostEstimate {
  prompt: number | undefined;
  completion: number | undefined;
  total: number | undefined;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** The prices that counted, for a million tokens. */
  price: ModelPrice | undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

const MILLION = 1_000_000;

/** The cost of tokens; nothing costs nothing, whatever its price. */
function costOf(tokens: number, price: number | undefined): number | undefined {
  if (tokens === 0) return 0;
  return price === undefined ? undefined : (tokens * price) / MILLION;
}

/** What the completions API takes for `max_tokens` where a request has none. */
const DEFAULT_MAX_TOKENS = 16;

/** The tokens of a request, and the most of its replies; undefined where nothing bounds them. */
function requestTokens(
  request: CostedChat | CostedPrompt,
  { tokenizer, model }: CostOptions,
): { prompt: () => number; completion: number | undefined } {
  const { n, max_tokens } = request;
  const times = isCount(n) ? n : 1;
  const needed = (): CounterLike => {
    if (tokenizer !== undefined) return tokenizer;
    throw new RolecallError('invalid-argument', 'A request is counted with a tokenizer.', {
      path: 'tokenizer',
    });
  };
  if ('prompt' in request) {
    const { prompt, best_of } = request;
    const one = typeof prompt === 'string' || typeof prompt[0] === 'number';
    const prompts = (one ? [prompt] : prompt) as readonly (string | readonly number[])[];
    const most = isCount(max_tokens) ? max_tokens : DEFAULT_MAX_TOKENS;
    return {
      prompt: () =>
        prompts.reduce(
          (sum, text) => sum + (typeof text === 'string' ? textCounter(needed())(text) : text.length),
          0,
        ),
      completion: most * Math.max(times, isCount(best_of) ? best_of : 1) * prompts.length,
    };
  }
  const most = request.max_completion_tokens ?? max_tokens;
  return {
    prompt: () => countChatTokens(request, { tokenizer: needed(), model }).total,
    completion: isCount(most) ? most * times : undefined,
  };
}

interface Tokens {
  prompt: number;
  cached: number;
  written: number;
  completion: number;
}

function tokensOf(options: CostOptions): Tokens {
  const usage = options.usage === undefined || options.usage === null ? undefined : readUsage(options.usage);
  const request = options.request === undefined ? undefined : requestTokens(options.request, options);
  const prompt = options.promptTokens ?? usage?.prompt ?? request?.prompt() ?? 0;
  const completion = options.completionTokens ?? usage?.completion ?? request?.completion ?? 0;
  const cached = options.cachedTokens ?? usage?.cached ?? 0;
  const written = options.cacheWriteTokens ?? usage?.written ?? 0;
  const tokens = { prompt, cached, written, completion };
  for (const [part, count] of Object.entries(tokens))
    if (!isCount(count))
      throw new RolecallError('invalid-argument', `The ${part} tokens are a count.`, { path: part });
  const ofCache = Math.min(cached, prompt);
  return { prompt, cached: ofCache, written: Math.min(written, prompt - ofCache), completion };
}

/** The rates for a prompt of this length, in a batch or not. */
function ratesFor(price: ModelPrice | undefined, prompt: number, batch: boolean): Rates {
  if (price === undefined) return {};
  const long = price.long !== undefined && prompt > price.long.above ? price.long : undefined;
  if (!batch) return long ?? price;
  const half = (value: number | undefined) => (value === undefined ? undefined : value / 2);
  const batched = price.batchInput !== undefined || price.batchOutput !== undefined;
  if (long !== undefined && batched) return { input: half(long.input), output: half(long.output) };
  return { input: price.batchInput, output: price.batchOutput };
}

/**
 * What a request or a response costs, from the listed prices or the caller's own (`models`). Prompts that are long for
 * the model cost what it takes for those.
 * Cached tokens of a model without a price for them cost as much as others; those of a batch have the batch price.
 * Throws `invalid-argument` for a usage of an unknown shape, and for numbers that are no counts.
 * @example estimateCost({ model: 'gpt-4o', usage: response.usage }).total
 */
export function estimateCost(options: CostOptions): CostEstimate {
  checkArgument(options, 'options', 'object');
  const { prompt, cached, written, completion } = tokensOf(options);
  const model = options.model ?? options.request?.model ?? '';
  const price = modelInfo(model, options.models)?.price;
  const {
    input,
    output,
    cachedInput = input,
    cacheWrite = input,
  } = ratesFor(price, prompt, options.batch ?? false);
  const parts = [
    costOf(prompt - cached - written, input),
    costOf(cached, cachedInput),
    costOf(written, cacheWrite),
  ];
  const sum = (costs: readonly (number | undefined)[]): number | undefined =>
    costs.reduce((total, cost) => (total === undefined || cost === undefined ? undefined : total + cost), 0);
  const promptCost = sum(parts);
  const completionCost = costOf(completion, output);
  return {
    prompt: promptCost,
    completion: completionCost,
    total: sum([promptCost, completionCost]),
    promptTokens: prompt,
    cachedTokens: cached,
    completionTokens: completion,
    price,
  };
}
