import { RolecallError } from '../../errors.js';
import type { CounterLike } from '../bpe/types.js';
import { type ModelOverrides, modelInfo } from '../models/catalogue.js';
import type { ModelPrice } from '../models/prices.js';
import { type CountableRequest, countChatTokens } from './chat.js';
import { textCounter } from './counter.js';

/** The `usage` of a response, of the chat or the completions API. */
export interface UsageLike {
  prompt_tokens?: number | null | undefined;
  completion_tokens?: number | null | undefined;
  prompt_tokens_details?: { cached_tokens?: number | null | undefined } | null | undefined;
}

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

function tokensOf(options: CostOptions): { prompt: number; cached: number; completion: number } {
  const { usage } = options;
  const request = options.request === undefined ? undefined : requestTokens(options.request, options);
  const prompt = options.promptTokens ?? usage?.prompt_tokens ?? request?.prompt();
  const completion = options.completionTokens ?? usage?.completion_tokens ?? request?.completion;
  const cached = options.cachedTokens ?? usage?.prompt_tokens_details?.cached_tokens ?? 0;
  const tokens = { prompt: prompt ?? 0, cached, completion: completion ?? 0 };
  for (const [part, count] of Object.entries(tokens))
    if (!isCount(count))
      throw new RolecallError('invalid-argument', `The ${part} tokens are a count.`, { path: part });
  return { ...tokens, cached: Math.min(tokens.cached, tokens.prompt) };
}

/**
 * What a request or a response costs, from the listed prices or the caller's own (`models`).
 * Cached tokens of a model without a price for them cost as much as others; those of a batch have the batch price.
 */
export function estimateCost(options: CostOptions): CostEstimate {
  const { batch = false } = options;
  const { prompt, cached, completion } = tokensOf(options);
  const model = options.model ?? options.request?.model ?? '';
  const price = modelInfo(model, options.models)?.price;
  const input = batch ? price?.batchInput : price?.input;
  const cachedInput = batch ? input : (price?.cachedInput ?? input);
  const fresh = costOf(prompt - cached, input);
  const stored = costOf(cached, cachedInput);
  const promptCost = fresh === undefined || stored === undefined ? undefined : fresh + stored;
  const completionCost = costOf(completion, batch ? price?.batchOutput : price?.output);
  return {
    prompt: promptCost,
    completion: completionCost,
    total: promptCost === undefined || completionCost === undefined ? undefined : promptCost + completionCost,
    promptTokens: prompt,
    cachedTokens: cached,
    completionTokens: completion,
    price,
  };
}
