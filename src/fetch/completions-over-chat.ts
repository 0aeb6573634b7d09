import { RolecallError } from '../errors.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { Message } from '../schemas/messages.js';
import type { ProviderChatChunk, ProviderChatResponse } from '../schemas/provider.js';
import { collectChatStream } from '../stream/collect-chat.js';
import { completionChunkConverter } from '../stream/completion-converter.js';
import type { Bytes } from '../stream/events.js';
import { decodeFrames } from '../stream/frames.js';
import { opened, type Source } from '../stream/source.js';
import type { CounterLike, Tokenizer } from '../tokens/bpe/types.js';
import { countChatTokens } from '../tokens/chat/chat.js';
import type { CompletionContext, PromptContext } from '../translate/context.js';
import type { Capabilities } from '../translate/target/capabilities.js';
import { type ToChatRequestOptions, toChatRequest } from '../translate/to-chat-request.js';
import {
  type ToCompletionResponseOptions,
  toCompletionResponse,
} from '../translate/to-completion-response.js';
import { readJsonRequest } from './body.js';
import { checkCompletionRequest } from './check-request.js';
import { type Call, createEdge } from './edge.js';
import { convertedHeaders } from './headers.js';
import { createMemory, type Memory, mostLessons } from './learning/memory.js';
import { checkOptions } from './option-rules.js';
import { estimateFrom, fitRequest } from './overflow.js';
import { createPool, endPool, inPlace, type Place, type Pool } from './pool.js';
import { streamBody, streamHeaders } from './reply/body.js';
import {
  createSingleChoices,
  requestOfChoice,
  type SingleChoices,
  spareParts,
  withAllChoices,
} from './reply/choices.js';
import { observed } from './reply/observed.js';
import { patienceOf, type ReplyPart, replyStream } from './reply/stream.js';
import { untilStopped } from './reply/until-stopped.js';
import type { EdgeOptions, Fetch, Overflow } from './types.js';
import { overflowNumbers } from './upstream/overflow-numbers.js';
import { readStream, readWhole } from './upstream/reply.js';
import { refused, send, UpstreamRefusal } from './upstream/send.js';
import { type ContextWindow, createWindows, type Windows } from './windows.js';

export interface CompletionsOverChatOptions
  extends EdgeOptions,
    Omit<
      ToChatRequestOptions,
      'model' | 'engine' | 'unknownFields' | 'tokenizer' | 'onWarning' | 'strict' | 'now' | 'makeId'
    >,
    Pick<ToCompletionResponseOptions, 'toolCalls' | 'reasoning' | 'textOffset'> {
  /** Reads prompts of token ids, and counts for `overflow`; a function only counts. */
  tokenizer?: Tokenizer | ((text: string) => number) | undefined;
  /** Tokens that prompt and reply may have together, or a function of the model; else the upstream is asked where needed. */
  contextWindow?: ContextWindow | undefined;
  /**
   * `error` (the default): the upstream's own error. `fit`: the oldest turns are dropped before sending, by `tokenizer`.
   * `retry`: when the upstream says that it is too much, by the numbers that it gives; `fit` does that too.
   */
  overflow?: Overflow | undefined;
}

/** One request of a batch that the upstream has answered, and the place that it holds until its answer is read. */
interface Answer {
  response: Response;
  place: Place;
}

/** What stays from one request to the next. */
interface Setup {
  options: CompletionsOverChatOptions;
  windows: Windows;
  singles: SingleChoices;
  memory: Memory;
}

/** One batch under way. */
interface Batch {
  setup: Setup;
  call: Call;
  context: CompletionContext;
  requests: readonly ChatRequest[];
  answers: readonly Promise<Answer>[];
  pool: Pool;
  writing: ToCompletionResponseOptions;
}

/** The length of messages, for an estimate. */
const lengthOf = (messages: readonly Message[]): number => JSON.stringify(messages).length;

/**
 * A `fetch` for code that completes text, over a chat model: `POST …/completions` (and `…/engines/{id}/completions`) is
 * served from the upstream's `…/chat/completions`, streams included, a batch as several requests; other endpoints pass
 * through. It takes a `Request` as well, so it is a handler for a server too, if `baseURL` is given. What the upstream fails
 * of is a response in OpenAI's shape, 502 where it can't be reached or breaks off; only an abort is thrown, as `fetch`
 * throws it.
 *
 * Throws `invalid-argument` for options that can't work together.
 * @example
 * ```ts
 * import { completionsOverChat } from 'rolecall/fetch';
 * const fetch = completionsOverChat({ model: 'gpt-4o-mini' });
 * // new OpenAI({ fetch }).completions.create({ model: 'text-davinci-003', … }) is answered by a chat model.
 * ```
 */
export function completionsOverChat(options: CompletionsOverChatOptions = {}): Fetch {
  checkOptions(options, 'completions-over-chat', 'completionsOverChat');
  if (options.overflow === 'fit' && options.tokenizer === undefined) {
    const message = 'overflow: "fit" needs a tokenizer; "retry" needs none.';
    throw new RolecallError('invalid-argument', message, { path: 'overflow' });
  }
  const setup: Setup = {
    options,
    windows: createWindows(options.contextWindow, 'generic'),
    singles: createSingleChoices(),
    // Where the caller wants an error for what the model refuses, the refusal is that error.
    memory: createMemory({ strict: options.strict === true || options.unsupported === 'error' }),
  };
  return createEdge(options, { completions: (call) => serveCompletion(setup, call) });
}

/** A request with fewer messages, where it would not fit. */
async function fitted(
  { options, windows }: Setup,
  { exchange, base }: Call,
  asked: ChatRequest,
): Promise<ChatRequest> {
  if (options.overflow !== 'fit') return asked;
  const window = await windows.of(exchange, base, asked.model);
  if (window === undefined) {
    const message =
      'The window of the model is not known, so nothing was made to fit; the option "contextWindow" sets it.';
    exchange.warn({ code: 'estimated-count', path: 'prompt', message, severity: 'lossy' });
    return asked;
  }
  const tokenizer = options.tokenizer as CounterLike;
  const count = (messages: readonly Message[]): number =>
    countChatTokens({ ...asked, messages: [...messages] }, { tokenizer, model: asked.model }).total;
  return (await fitRequest(asked, { window, count }, exchange.warn)).request;
}

/** Sends one request of a batch, once more where the upstream's numbers tell how. Throws its refusal. */
async function ask(setup: Setup, call: Call, asked: ChatRequest, signal: AbortSignal): Promise<Response> {
  const { exchange } = call;
  const { upstream, headers } = exchange;
  const url = call.address('/chat/completions');
  const post = async (json: ChatRequest): Promise<Response> => {
    await exchange.room?.pause();
    const response = await send(upstream, { url, headers, json, signal });
    if (!response.ok) throw setup.memory.hear(call.base, json, await refused(response, upstream, signal));
    return response;
  };
  const request = await fitted(setup, call, asked);
  try {
    return await post(request);
  } catch (error) {
    const { overflow = 'error' } = setup.options;
    const numbers =
      error instanceof UpstreamRefusal && overflow !== 'error' ? overflowNumbers(error.text) : undefined;
    if (numbers === undefined) throw error;
    const budget = estimateFrom(numbers, request.messages, lengthOf);
    return await post((await fitRequest(request, budget, exchange.warn)).request);
  }
}

/** `ask`, when there is room. One failure is that of all: nobody waits for the others. */
async function askInTurn(setup: Setup, pool: Pool, call: Call, asked: ChatRequest): Promise<Answer> {
  const place = await pool.enter();
  try {
    return { response: await ask(setup, call, asked, place.signal), place };
  } catch (error) {
    pool.cancel(error);
    throw error;
  }
}

/** The chat requests of a completion request, as far as is known of the model, and what their replies need. */
function convert(setup: Setup, call: Call, asked: CompletionRequest): Pick<Batch, 'context' | 'requests'> {
  const { options, memory, singles } = setup;
  const { exchange, endpoint, base } = call;
  const stated = (model: string): Partial<Capabilities> | undefined =>
    typeof options.capabilities === 'function' ? options.capabilities(model) : options.capabilities;
  const converting: ToChatRequestOptions = {
    ...options,
    ...exchange.convert,
    engine: endpoint.engine,
    unknownFields: options.unknownFields ?? 'pass',
    tokenizer: typeof options.tokenizer === 'object' ? options.tokenizer : undefined,
    capabilities: (model) => memory.capabilities(base, model, stated(model)),
  };
  let converted = toChatRequest(asked, converting);
  if (choicesOf(converted.context) > 1 && singles.has(converted.requests[0].model)) {
    converted = toChatRequest(asked, { ...converting, fanOut: true });
    singles.add(converted.requests[0].model, exchange);
  }
  const { context, requests } = converted;
  const each = context.fanOut ? (context.bestOf ?? context.n) : 1;
  return {
    context,
    requests: requests.map((one, i) => (each > 1 ? requestOfChoice(one, i % each) : one)),
  };
}

/** Asks for a batch, and gives the response to all of it. Throws the refusal of one of them. */
async function serveBatch(
  setup: Setup,
  call: Call,
  { context, requests }: Pick<Batch, 'context' | 'requests'>,
  stream: boolean,
): Promise<Response> {
  const { options } = setup;
  const { exchange } = call;
  const pool = createPool(options.concurrency ?? 8, exchange.signal);
  const answers = requests.map((one) => askInTurn(setup, pool, call, one));
  // Those that have to wait for a place may fail when nobody looks any more.
  for (const answer of answers) answer.catch(() => undefined);
  const writing: ToCompletionResponseOptions = {
    ...exchange.convert,
    toolCalls: options.toolCalls,
    reasoning: options.reasoning,
    textOffset: options.textOffset,
  };
  const batch: Batch = { setup, call, context, requests, answers, pool, writing };
  try {
    return await (stream ? streamed(batch) : whole(batch));
  } catch (error) {
    pool.cancel(error);
    pool.close();
    throw error;
  }
}

/** Serves a request; again without what the model does not take, where its refusal says so. */
async function serveCompletion(setup: Setup, call: Call): Promise<Response> {
  const { exchange } = call;
  const body = await readJsonRequest(exchange.request, exchange.upstream.limits, exchange.room);
  const asked = checkCompletionRequest(body, exchange.warn);
  let converted = convert(setup, call, asked);
  for (let lessons = 0; ; lessons++) {
    try {
      return await serveBatch(setup, call, converted, asked.stream === true);
    } catch (error) {
      if (!(error instanceof UpstreamRefusal) || !error.teaches || lessons === mostLessons) throw error;
      exchange.stage = 'request';
      const again = convert(setup, call, asked);
      if (JSON.stringify(again.requests) === JSON.stringify(converted.requests)) throw error;
      converted = again;
    }
  }
}

/** How many choices each request asks for. */
const choicesOf = ({ fanOut, bestOf, n }: CompletionContext): number => (fanOut ? 1 : (bestOf ?? n));

/** The body of a response to one request, `n` choices; some servers stream whatever is asked for. */
async function bodyOf(
  { response, place }: Answer,
  { call: { exchange }, context, writing }: Batch,
  prompt: PromptContext,
  n: number,
): Promise<ProviderChatResponse> {
  exchange.stage = 'response';
  const read = await readWhole(response, exchange.upstream, place.signal);
  if ('body' in read) return read.body;
  const { onWarning: _, strict: __, ...quiet } = writing;
  const alone: CompletionContext = { ...context, prompts: [prompt], n, bestOf: null, fanOut: false };
  const chunks = untilStopped(
    decodeFrames<ProviderChatChunk>(read.events),
    completionChunkConverter(alone, quiet),
  );
  return await collectChatStream(chunks, exchange.convert);
}

async function whole(batch: Batch): Promise<Response> {
  const { setup, call, context, requests, answers, pool, writing } = batch;
  const { exchange } = call;
  const choices = choicesOf(context);
  let headers: Headers | undefined;
  const bodyFor = async (answer: Promise<Answer>, at: number, n: number): Promise<ProviderChatResponse> => {
    const given = await answer;
    headers ??= convertedHeaders(given.response.headers);
    const prompt = context.prompts[Math.floor((at * context.prompts.length) / requests.length)]!;
    const body = await bodyOf(given, batch, prompt, n);
    given.place.leave();
    return body;
  };
  const replies = await Promise.all(
    answers.map(async (answer, i) => {
      const request = requests[i]!;
      return await withAllChoices(await bodyFor(answer, i, choices), choices, async (choice) => {
        setup.singles.add(request.model, exchange);
        return await bodyFor(askInTurn(setup, pool, call, requestOfChoice(request, choice)), i, 1);
      });
    }),
  );
  pool.close();
  exchange.stage = 'response';
  const { response } = toCompletionResponse(replies, context, writing);
  exchange.used(response.usage);
  return Response.json(response, { headers: exchange.finish(headers ?? new Headers()) });
}

async function streamed({
  setup,
  call,
  context,
  requests,
  answers,
  pool,
  writing,
}: Batch): Promise<Response> {
  const { exchange } = call;
  const { upstream, signal } = exchange;
  // A refusal of these still has its own status; the others fail inside of the stream.
  const early = answers.slice(0, setup.options.concurrency ?? 8);
  const [first] = (await Promise.all(early)) as [Answer, ...Answer[]];
  exchange.stage = 'response';
  const reading = async (answer: Promise<Answer>): Promise<Source<Bytes>> => {
    const { response, place } = await answer;
    return await inPlace(place, (until) => readStream(response, upstream, until));
  };
  // What is no stream, and an error, is told by its status.
  const body = await reading(answers[0]!);
  const parts = answers.flatMap((answer, stream): ReplyPart[] => {
    const request = requests[stream]!;
    const another = (choice: number): Promise<Source<Bytes>> =>
      reading(askInTurn(setup, pool, call, requestOfChoice(request, choice)));
    return [
      { stream, body: stream === 0 ? body : opened(() => reading(answer)) },
      ...spareParts(stream, choicesOf(context), another, () => setup.singles.add(request.model, exchange)),
    ];
  });
  const converter = observed(completionChunkConverter(context, writing), exchange);
  const bytes = replyStream(parts, converter, {
    maxFrame: upstream.limits.frame,
    patience: patienceOf(context),
  });
  const headers = streamHeaders(exchange.finish(convertedHeaders(first.response.headers)));
  return new Response(
    streamBody(bytes, signal, () => endPool(pool)),
    { headers },
  );
}
