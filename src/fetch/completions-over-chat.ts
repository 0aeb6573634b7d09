import { RolecallError } from '../errors.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { Message } from '../schemas/messages.js';
import type { ProviderChatChunk, ProviderChatResponse } from '../schemas/provider.js';
import { collectChatStream } from '../stream/collect-chat.js';
import { completionChunkConverter } from '../stream/completion-converter.js';
import { decodeFrames, encodeFrames } from '../stream/frames.js';
import { toCompletionChunks } from '../stream/to-completion-chunks.js';
import type { CounterLike, Tokenizer } from '../tokens/bpe/types.js';
import { countChatTokens } from '../tokens/chat/chat.js';
import type { CompletionContext } from '../translate/context.js';
import { type ToChatRequestOptions, toChatRequest } from '../translate/to-chat-request.js';
import {
  type ToCompletionResponseOptions,
  toCompletionResponse,
} from '../translate/to-completion-response.js';
import { readJsonRequest } from './body.js';
import type { Overflow } from './chat-over-completions.js';
import { checkCompletionRequest } from './check-request.js';
import { type Call, createEdge } from './edge.js';
import { convertedHeaders } from './headers.js';
import { estimateFrom, fitRequest, overflowNumbers } from './overflow.js';
import { createPool, type Place, type Pool } from './pool.js';
import { convertStream, streamBody, streamHeaders } from './stream-body.js';
import type { EdgeOptions, Fetch } from './types.js';
import { framesOf, isEventStream, readJson, refused, send } from './upstream.js';
import { type ContextWindow, createWindows } from './windows.js';

export interface CompletionsOverChatOptions
  extends EdgeOptions,
    Omit<
      ToChatRequestOptions,
      'model' | 'engine' | 'unknownFields' | 'tokenizer' | 'onWarning' | 'strict' | 'now' | 'makeId'
    >,
    Pick<ToCompletionResponseOptions, 'toolCalls' | 'reasoning' | 'textOffset'> {
  /** Reads prompts of token ids, and counts for `overflow`; a function only counts. */
  tokenizer?: Tokenizer | ((text: string) => number) | undefined;
  /** How many requests of a batch are under way at a time (default 8). */
  concurrency?: number | undefined;
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

/** A whole response, of a server that can't stream, as one large chunk. */
function asChunk(body: object): object {
  const { choices: given } = body as ProviderChatResponse;
  if (!Array.isArray(given)) return body;
  const choices = given.map(({ message, ...rest }) => ({ ...rest, delta: message }));
  return { ...body, choices };
}

/** The length of messages, for an estimate. */
const lengthOf = (messages: readonly Message[]): number => JSON.stringify(messages).length;

/**
 * A `fetch` for code that completes text, over a chat model: `POST …/completions` (and `…/engines/{id}/completions`) is
 * served from the upstream's `…/chat/completions`, streams included, a batch as several requests; other endpoints pass
 * through. It takes a `Request` as well, so it is a handler for a server too, if `baseURL` is given.
 *
 * Throws `invalid-argument` for options that can't work together.
 */
export function completionsOverChat(options: CompletionsOverChatOptions = {}): Fetch {
  const { concurrency = 8, overflow = 'error', tokenizer } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RolecallError('invalid-argument', 'concurrency must be a whole number from 1.', {
      path: 'concurrency',
    });
  }
  if (overflow === 'fit' && tokenizer === undefined) {
    const message = 'overflow: "fit" needs a tokenizer; "retry" needs none.';
    throw new RolecallError('invalid-argument', message, { path: 'overflow' });
  }
  const windows = createWindows(options.contextWindow, 'generic');
  const decoder = typeof tokenizer === 'object' ? tokenizer : undefined;

  /** A request with fewer messages, where it would not fit. */
  async function fitted({ exchange, base }: Call, asked: ChatRequest): Promise<ChatRequest> {
    if (overflow !== 'fit') return asked;
    const window = await windows.of(exchange, base, asked.model);
    if (window === undefined) {
      const message =
        'The window of the model is not known, so nothing was made to fit; contextWindow sets it.';
      exchange.warn({ code: 'estimated-count', path: 'prompt', message, severity: 'lossy' });
      return asked;
    }
    const count = (messages: readonly Message[]): number =>
      countChatTokens(
        { ...asked, messages: [...messages] },
        { tokenizer: tokenizer as CounterLike, model: asked.model },
      ).total;
    return (await fitRequest(asked, { window, count }, exchange.warn)).request;
  }

  /** Sends one request of a batch, once more where the upstream's numbers tell how. Throws its refusal. */
  async function ask(call: Call, asked: ChatRequest, signal: AbortSignal): Promise<Response> {
    const { exchange } = call;
    const { upstream, headers } = exchange;
    const url = call.address('/chat/completions');
    const post = async (json: ChatRequest): Promise<Response> =>
      await send(upstream, { url, headers, json, signal });
    const request = await fitted(call, asked);
    const response = await post(request);
    if (response.ok) return response;
    const refusal = await refused(response, upstream);
    const numbers = overflow === 'error' ? undefined : overflowNumbers(refusal.text);
    if (numbers === undefined) throw refusal;
    const budget = estimateFrom(numbers, request.messages, lengthOf);
    const again = await post((await fitRequest(request, budget, exchange.warn)).request);
    if (!again.ok) throw await refused(again, upstream);
    return again;
  }

  /** `ask`, when there is room. One failure is that of all: nobody waits for the others. */
  async function askInTurn(pool: Pool, call: Call, asked: ChatRequest): Promise<Answer> {
    const place = await pool.enter();
    try {
      return { response: await ask(call, asked, place.signal), place };
    } catch (error) {
      pool.cancel(error);
      throw error;
    }
  }

  async function serveCompletion(call: Call): Promise<Response> {
    const { exchange, endpoint } = call;
    const body = await readJsonRequest(exchange.request, exchange.upstream.limits);
    const asked = checkCompletionRequest(body, exchange.warn);
    const { requests, context } = toChatRequest(asked, {
      ...options,
      ...exchange.convert,
      engine: endpoint.engine,
      unknownFields: options.unknownFields ?? 'pass',
      tokenizer: decoder,
    });
    const pool = createPool(concurrency, exchange.signal);
    const answers = requests.map((one) => askInTurn(pool, call, one));
    // Those that have to wait for a place may fail when nobody looks any more.
    for (const answer of answers) answer.catch(() => undefined);
    try {
      const serve = asked.stream === true ? streamed : whole;
      return await serve(call, answers, context, pool);
    } catch (error) {
      pool.cancel(error);
      pool.close();
      throw error;
    }
  }

  const writing = (call: Call): ToCompletionResponseOptions => ({
    ...call.exchange.convert,
    toolCalls: options.toolCalls,
    reasoning: options.reasoning,
    textOffset: options.textOffset,
  });

  async function whole(
    call: Call,
    answers: readonly Promise<Answer>[],
    context: CompletionContext,
    pool: Pool,
  ): Promise<Response> {
    const { exchange } = call;
    let headers: Headers | undefined;
    const replies = await Promise.all(
      answers.map(async (answer) => {
        const { response, place } = await answer;
        headers ??= convertedHeaders(response.headers);
        const reply = isEventStream(response)
          ? await collectChatStream(decodeFrames<ProviderChatChunk>(response.body!), exchange.convert)
          : ((await readJson(response, exchange.upstream)) as ProviderChatResponse);
        place.leave();
        return reply;
      }),
    );
    pool.close();
    exchange.stage = 'response';
    const { response } = toCompletionResponse(replies as ProviderChatResponse[], context, writing(call));
    return Response.json(response, { headers: exchange.finish(headers ?? new Headers()) });
  }

  /** The chunks of one answer; its place is free when they are over. */
  async function* chunksOf(answer: Promise<Answer>, { exchange }: Call): AsyncGenerator<ProviderChatChunk> {
    const { response, place } = await answer;
    const { frame: maxFrame } = exchange.upstream.limits;
    try {
      yield* decodeFrames<ProviderChatChunk>(await framesOf(response, exchange.upstream, asChunk), {
        maxFrame,
      });
    } finally {
      place.leave();
    }
  }

  async function streamed(
    call: Call,
    answers: readonly Promise<Answer>[],
    context: CompletionContext,
    pool: Pool,
  ): Promise<Response> {
    const { exchange } = call;
    const { idleTimeout, frame: maxFrame } = exchange.upstream.limits;
    // A refusal of these still has its own status; the others fail inside of the stream.
    const [first] = (await Promise.all(answers.slice(0, concurrency))) as [Answer, ...Answer[]];
    exchange.stage = 'response';
    const bytes =
      answers.length === 1
        ? convertStream(
            await framesOf(first.response, exchange.upstream, asChunk),
            completionChunkConverter(context, writing(call)),
            maxFrame,
          )
        : encodeFrames(
            toCompletionChunks(
              answers.map((answer) => chunksOf(answer, call)),
              context,
              writing(call),
            ),
            { errors: 'frame' },
          );
    const headers = streamHeaders(exchange.finish(convertedHeaders(first.response.headers)));
    const onClose = (): void => {
      // What still runs, after an error or because the client has gone, is cancelled at once.
      pool.cancel(new DOMException('The stream is over.', 'AbortError'));
      pool.close();
    };
    return new Response(streamBody(bytes, exchange.signal, { onClose, idleTimeout }), { headers });
  }

  return createEdge(options, { completions: serveCompletion });
}
