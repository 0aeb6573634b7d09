import type { Dialect } from '../../dialect/types.js';
import { RolecallError, type Warning } from '../../errors.js';
import { checkArgument, checkOptional } from '../../text/arguments.js';
import { type AsyncTextCounter, knownOf, textCounter } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { type ChatMessage, openaiMessages } from '../messages/openai-messages.js';
import { understood } from '../messages/understood.js';
import type { MessageView } from '../messages/view.js';
import { type Anchor, anchoredPrefix } from './anchor.js';
import { type AsyncCountOptions, withAsyncCounter } from './async-counter.js';
import { type Confidence, rulesFor, weaker } from './chat-rules.js';
import { countByDialect, type DialectSettings, dialectOf } from './dialect-count.js';
import type { ImageSize } from './images.js';
import { type CountContext, confidenceOf, countsOfViews, guessesOf, mediaTokens } from './message-count.js';
import { countParts, leadingSystem, type RequestParts } from './request-parts.js';

/** A chat completion request, as far as its tokens depend on it. */
export interface CountableRequest<Message = ChatMessage> extends RequestParts {
  messages: readonly Message[];
  model?: string | undefined;
}

export interface ChatCountSettings<Message> extends DialectSettings {
  /** The model whose rules count; else the request's own, else that which the tokenizer was loaded for. */
  model?: string | undefined;
  /** The bill of an earlier request with the same tools whose messages begin this one. */
  anchor?: Anchor | null | undefined;
  /** The pixels of an image by its URL; a `data:` URL is read without it. */
  imageSize?: ((url: string) => ImageSize | undefined) | undefined;
  /** How messages are read, for others than those of the chat completions API. */
  accessors?: MessageAccessors<Message> | undefined;
}

export interface ChatCountOptions<Message = ChatMessage> extends ChatCountSettings<Message> {
  tokenizer: CounterLike;
}

export interface AsyncChatCountOptions<Message = ChatMessage>
  extends ChatCountSettings<Message>,
    AsyncCountOptions {
  tokenizer: CounterLike | AsyncTextCounter;
}

/** Options of a call whose messages are of another shape: the accessors are no choice there. */
export type WithAccessors<Options, Message> = Options & { accessors: MessageAccessors<Message> };

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
  /**
   * The weakest of `components` that the request has: `exact` where the prompt itself was counted (see `dialect`), `billed`
   * where the rule reproduces recorded bills, `derived` where it follows from a published one, `estimated` for a guess.
   */
  confidence: Confidence;
  components: { messages: Confidence; tools: Confidence; responseFormat: Confidence };
  warnings: Warning[];
}

/** The context that counts a chat for a tokenizer and a model. */
export function countContext(
  options: Pick<ChatCountOptions<never>, 'tokenizer' | 'imageSize'>,
  given: string | undefined,
): CountContext {
  const count = textCounter(options.tokenizer);
  const known = knownOf(options.tokenizer);
  const model = given ?? known.model;
  return { count, rules: rulesFor(model, known.encoding), model, imageSize: options.imageSize };
}

/** The warnings of what was guessed of the message at a place. */
export function guessWarnings(
  views: readonly MessageView[],
  index: number,
  context: CountContext,
): Warning[] {
  return views.flatMap((view) =>
    guessesOf(view, context).map(
      (what): Warning => ({
        code: 'estimated-count',
        path: `messages[${index}].content`,
        message: `The count is an estimate: ${what}.`,
        severity: 'info',
      }),
    ),
  );
}

function checkMessages(request: CountableRequest<unknown>): void {
  if (Array.isArray(request?.messages)) return;
  throw new RolecallError('invalid-argument', 'A request has a list of messages.', { path: 'messages' });
}

/** Checks what the compiler checks for those who have one. */
export function checkSettings(
  parts: RequestParts & { model?: unknown },
  options: ChatCountOptions<never>,
): void {
  checkArgument(options, 'options', 'object');
  const { model, accessors, imageSize } = options;
  checkOptional(model ?? parts.model ?? undefined, 'model', 'string');
  checkOptional(parts.tools ?? undefined, 'tools', 'list');
  checkOptional(parts.functions ?? undefined, 'functions', 'list');
  checkOptional(imageSize, 'imageSize', 'function');
  checkOptional(options.render ?? undefined, 'render', 'object');
  checkOptional(accessors ?? undefined, 'accessors', 'object');
  checkOptional(accessors?.read, 'accessors.read', 'function');
  if (accessors != null) checkArgument(accessors.role, 'accessors.role', 'function');
}

/** The tokens of each message, whose views may be several. */
function perMessage(read: readonly (readonly MessageView[])[], context: CountContext): number[] {
  const counts = countsOfViews(read.flat(), context);
  let at = 0;
  return read.map((views) => {
    let tokens = 0;
    for (let view = 0; view < views.length; view += 1) tokens += counts[at + view] as number;
    at += views.length;
    return tokens;
  });
}

/** The counts of a request, before an anchor takes the place of some. */
type OwnCounts = Pick<
  ChatTokenCount,
  'messages' | 'tools' | 'responseFormat' | 'priming' | 'components' | 'warnings'
>;

/** What the model's rule says. */
function countByRule<Message>(
  request: CountableRequest<Message>,
  read: readonly (readonly MessageView[])[],
  context: CountContext,
): OwnCounts {
  const views = read.flat();
  const { rules } = context;
  const { confidence, ...parts } = countParts(request, leadingSystem(views), context);
  const messages = views.reduce(
    (told, view) => weaker(told, confidenceOf(view, context)),
    rules.confidence.messages,
  );
  return {
    messages: perMessage(read, context),
    ...parts,
    priming: rules.priming,
    components: { messages, ...confidence },
    warnings: [],
  };
}

/** What the prompt in the model's dialect says. Media are no text: what they cost is guessed beside it. */
function countWritten<Message extends object>(
  request: CountableRequest<Message>,
  read: readonly (readonly MessageView[])[],
  dialect: Dialect,
  options: ChatCountOptions<Message>,
  context: CountContext,
): OwnCounts {
  const { fits, total: _, messages, ...counts } = countByDialect(request, dialect, options);
  const of = (views: readonly MessageView[]) =>
    views.reduce((tokens, view) => tokens + mediaTokens(view, context), 0);
  const guessed = read.some((views) => of(views) > 0);
  const told = fits ? 'exact' : 'estimated';
  return {
    ...counts,
    messages: messages.map((tokens, i) => tokens + of(read[i]!)),
    responseFormat: 0,
    components: { messages: guessed ? 'estimated' : told, tools: told, responseFormat: told },
  };
}

function countRequest<Message extends object>(
  request: CountableRequest<Message>,
  options: ChatCountOptions<Message>,
): ChatTokenCount {
  checkMessages(request);
  checkSettings(request, options);
  const { messages } = request;
  const context = countContext(options, options.model ?? request.model);
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const read = messages.map((message, index) => understood(accessors, message, index));
  const dialect = dialectOf(options, context.model);
  const counted =
    dialect === undefined
      ? countByRule(request, read, context)
      : countWritten(request, read, dialect, options, context);
  const { messages: counts, tools, responseFormat, priming, components } = counted;
  const covered = anchoredPrefix(messages, options.anchor);
  const sum = (from: number) => counts.slice(from).reduce((total, count) => total + count, 0);
  const own = tools + responseFormat + priming;
  const total = covered === undefined ? sum(0) + own : covered.tokens + sum(covered.messages);
  let confidence = components.messages;
  if (tools !== 0) confidence = weaker(confidence, components.tools);
  if (responseFormat !== 0) confidence = weaker(confidence, components.responseFormat);
  return {
    total,
    messages: counts,
    tools,
    responseFormat,
    priming,
    anchored: covered !== undefined,
    confidence,
    components,
    warnings: [...counted.warnings, ...read.flatMap((views, index) => guessWarnings(views, index, context))],
  };
}

/**
 * Counts the prompt tokens of a chat completion request as the API bills them.
 * The rules are inferred from recorded bills; see chat-rules.ts, and `confidence` for how far they are known.
 * Messages of other shapes need `accessors`, as `aiSdkMessages`; one that is not understood is refused with its place.
 * With the tokenizer of a local model's `tokenizer.json` the prompt itself is counted, in the dialect that `dialectFor`
 * knows for the model, or the `dialect` that is given.
 * @example countChatTokens({ messages }, { tokenizer: await loadTokenizer('gpt-4o') }).total
 * @example countChatTokens({ messages, model: 'Qwen/Qwen3-8B' }, { tokenizer: tokenizerFromJson(json) }).total
 */
export function countChatTokens<Message extends ChatMessage>(
  request: CountableRequest<Message>,
  options: ChatCountOptions<Message>,
): ChatTokenCount;
export function countChatTokens<Message extends object>(
  request: CountableRequest<Message>,
  options: WithAccessors<ChatCountOptions<Message>, Message>,
): ChatTokenCount;
export function countChatTokens<Message extends object>(
  request: CountableRequest<Message>,
  options: ChatCountOptions<Message>,
): ChatTokenCount {
  return countRequest(request, options);
}

/**
 * `countChatTokens` over a counter that answers later, as a server's `/tokenize` does. Each text is asked for once.
 * @example
 * ```ts
 * import { countChatTokensAsync } from 'rolecall/tokens';
 * const tokenizer = async (text: string) => text.length; // ask a server here
 * (await countChatTokensAsync({ messages: [{ role: 'user', content: 'Hi!' }] }, { tokenizer })).total;
 * ```
 */
export function countChatTokensAsync<Message extends ChatMessage>(
  request: CountableRequest<Message>,
  options: AsyncChatCountOptions<Message>,
): Promise<ChatTokenCount>;
export function countChatTokensAsync<Message extends object>(
  request: CountableRequest<Message>,
  options: WithAccessors<AsyncChatCountOptions<Message>, Message>,
): Promise<ChatTokenCount>;
export async function countChatTokensAsync<Message extends object>(
  request: CountableRequest<Message>,
  options: AsyncChatCountOptions<Message>,
): Promise<ChatTokenCount> {
  checkArgument(options, 'options', 'object');
  return withAsyncCounter(
    options.tokenizer,
    (tokenizer) => countRequest(request, { ...options, tokenizer }),
    options,
  );
}
