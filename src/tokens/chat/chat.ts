import type { Warning } from '../../errors.js';
import type { CounterLike } from '../bpe/types.js';
import { type Anchor, anchoredPrefix } from './anchor.js';
import { withAsyncCounter } from './async-counter.js';
import type { ChatMessage } from './chat-message.js';
import { type Confidence, rulesFor, weaker } from './chat-rules.js';
import { type AsyncTextCounter, encodingName, textCounter } from './counter.js';
import type { ImageSize } from './image-size.js';
import { type CountContext, confidenceOf } from './message-count.js';
import { countsOfMessages } from './message-groups.js';
import { countParts, leadingSystem, type RequestParts } from './request-parts.js';

/** A chat completion request, as far as its tokens depend on it. */
export interface CountableRequest extends RequestParts {
  messages: readonly ChatMessage[];
  model?: string | undefined;
}

interface ChatCountSettings {
  /** The model whose rules count; else the request's own, else what the tokenizer's encoding suggests. */
  model?: string | undefined;
  /** The bill of an earlier request with the same tools whose messages begin this one. */
  anchor?: Anchor | null | undefined;
  /** The pixels of an image by its URL; a `data:` URL is read without it. */
  imageSize?: ((url: string) => ImageSize | undefined) | undefined;
}

export interface ChatCountOptions extends ChatCountSettings {
  tokenizer: CounterLike;
}

export interface AsyncChatCountOptions extends ChatCountSettings {
  tokenizer: CounterLike | AsyncTextCounter;
}

/** The tokens of a request, in tokens, and where they come from. */
export interface ChatTokenCount {
  /** What `usage.prompt_tokens` will say. With an anchor that holds: its tokens and the messages after it. */
  total: number;
  /** One a message. Several tool calls are billed as one, whose result is charged to the first result. */
  messages: number[];
  /** Tool definitions, and the choice among them. */
  tools: number;
  responseFormat: number;
  /** The opening of the reply. */
  priming: number;
  /** True when `total` starts from the anchor. */
  anchored: boolean;
  /** The weakest of `components` that the request has; `billed` reproduces recorded bills, `estimated` is a guess. */
  confidence: Confidence;
  components: { messages: Confidence; tools: Confidence; responseFormat: Confidence };
  warnings: Warning[];
}

/** The context that counts a chat for a tokenizer and a model. */
export function countContext(
  options: Pick<ChatCountOptions, 'tokenizer' | 'imageSize'>,
  model: string | undefined,
): CountContext {
  return {
    count: textCounter(options.tokenizer),
    rules: rulesFor(model ?? encodingName(options.tokenizer)),
    model,
    imageSize: options.imageSize,
  };
}

/**
 * Counts the prompt tokens of a chat completion request as the API bills them.
 * The rules are inferred from recorded bills; see chat-rules.ts, and `confidence` for how far they are known.
 */
export function countChatTokens(request: CountableRequest, options: ChatCountOptions): ChatTokenCount {
  const { messages } = request;
  const context = countContext(options, options.model ?? request.model);
  const counts = countsOfMessages(messages, context);
  const parts = countParts(request, leadingSystem(messages), context);
  const { priming } = context.rules;
  const covered = anchoredPrefix(messages, options.anchor);
  const sum = (from: number) => counts.slice(from).reduce((total, count) => total + count, 0);
  const own = parts.tools + parts.responseFormat + priming;
  const total = covered === undefined ? sum(0) + own : covered.tokens + sum(covered.messages);

  const told = confidenceOf(messages, context);
  const components = { messages: told.confidence, ...parts.confidence };
  let { confidence } = told;
  if (parts.tools !== 0) confidence = weaker(confidence, components.tools);
  if (parts.responseFormat !== 0) confidence = weaker(confidence, components.responseFormat);
  const warnings = told.guesses.map(
    ({ index, what }): Warning => ({
      code: 'estimated-count',
      path: `messages[${index}].content`,
      message: `The count is an estimate: ${what}.`,
      severity: 'info',
    }),
  );
  return {
    total,
    messages: counts,
    tools: parts.tools,
    responseFormat: parts.responseFormat,
    priming,
    anchored: covered !== undefined,
    confidence,
    components,
    warnings,
  };
}

/** `countChatTokens` over a counter that answers later, as a server's `/tokenize` does. Each text is asked for once. */
export function countChatTokensAsync(
  request: CountableRequest,
  options: AsyncChatCountOptions,
): Promise<ChatTokenCount> {
  const model = options.model ?? request.model ?? encodingName(options.tokenizer);
  return withAsyncCounter(options.tokenizer, (tokenizer) =>
    countChatTokens(request, { ...options, model, tokenizer }),
  );
}
