import type { ChatRequest } from '../schemas/chat.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { ProviderCompletionChunk, ProviderCompletionResponse } from '../schemas/provider.js';
import { collectCompletionStream } from '../stream/collect-completion.js';
import type { Bytes } from '../stream/events.js';
import { decodeFrames } from '../stream/frames.js';
import type { Source } from '../stream/source.js';
import { chatChunkConverter } from '../stream/to-chat-chunks.js';
import type { ChatContext } from '../translate/context.js';
import { type ToChatResponseOptions, toChatResponse } from '../translate/to-chat-response.js';
import type { CompletionRequestConversion } from '../translate/to-completion-request.js';
import { readJsonRequest } from './body.js';
import type { ChatOverCompletionsOptions } from './chat-options.js';
import { checkChatRequest } from './check-request.js';
import { type Call, createEdge, refuseResponses } from './edge.js';
import { convertedHeaders } from './headers.js';
import { createMemory, type Memory, mostLessons } from './learning/memory.js';
import { checkOptions } from './option-rules.js';
import { createPool, endPool, inPlace, type Pool } from './pool.js';
import { createPromptRequests, type PromptRequests } from './prompt-requests.js';
import { streamBody, streamHeaders } from './reply/body.js';
import {
  createSingleChoices,
  requestOfChoice,
  type SingleChoices,
  singleParts,
  spareParts,
  withAllChoices,
} from './reply/choices.js';
import { observed } from './reply/observed.js';
import { patienceOf, type ReplyPart, replyStream } from './reply/stream.js';
import { untilStopped } from './reply/until-stopped.js';
import type { Fetch } from './types.js';
import { readStream, readWhole } from './upstream/reply.js';
import { refused, send, UpstreamRefusal } from './upstream/send.js';

/** What stays from one request to the next. */
interface Setup {
  options: ChatOverCompletionsOptions;
  requests: PromptRequests;
  singles: SingleChoices;
  memory: Memory;
}

/** One request under way: what was asked, and how more of the same is asked for. */
interface Asking {
  call: Call;
  context: ChatContext;
  /** The model that the upstream is asked for. */
  model: string;
  /** The response to the request itself; of several that ask for one choice each, to the first. */
  first: Response;
  /** Was it asked for one choice of several? */
  single: boolean;
  /** Asks for one choice. Throws the upstream's refusal. */
  another(choice: number, signal: AbortSignal): Promise<Response>;
  pool: Pool;
  reading: ToChatResponseOptions;
}

/**
 * A `fetch` for a chat client, over a server that only completes text: `POST …/chat/completions` is served from the
 * upstream's `…/completions`, streams included; other endpoints pass through. It takes a `Request` as well, so it is a
 * handler for a server too, if `baseURL` is given. What the upstream fails of is a response in OpenAI's shape, 502 where it
 * can't be reached or breaks off; only an abort is thrown, as `fetch` throws it.
 *
 * Throws `unknown-dialect`, and `invalid-argument` for options that can't work together.
 * @example
 * ```ts
 * import { chatOverCompletions } from 'rolecall/fetch';
 * const fetch = chatOverCompletions({ baseURL: 'http://localhost:8000/v1', dialect: 'llama-3', server: 'vllm' });
 * // new OpenAI({ apiKey: 'none', fetch }) chats with a server that completes text.
 * ```
 */
export function chatOverCompletions(options: ChatOverCompletionsOptions): Fetch {
  checkOptions(options, 'chat-over-completions', 'chatOverCompletions');
  const memory = createMemory(options);
  const setup: Setup = {
    options,
    requests: createPromptRequests(options, memory),
    singles: createSingleChoices(),
    memory,
  };
  return createEdge(options, {
    chat: (call) => serveChat(setup, call),
    responses: refuseResponses(
      'The upstream completes text, and chat is served at /chat/completions: use client.chat.completions of the openai package, openai.chat(model) of the AI SDK, useResponsesApi: false of LangChain.',
    ),
  });
}

async function serveChat(setup: Setup, call: Call): Promise<Response> {
  const { exchange } = call;
  const body = await readJsonRequest(exchange.request, exchange.upstream.limits, exchange.room);
  const asked = checkChatRequest(body, exchange.warn);
  const pool = createPool(setup.options.concurrency ?? 8, exchange.signal);
  try {
    const asking = await ask(setup, call, asked, pool);
    return asked.stream === true ? await streamed(setup, asking) : await whole(setup, asking);
  } catch (error) {
    pool.cancel(error);
    pool.close();
    throw error;
  }
}

/** How a request is sent, and sent again where a refusal tells how. */
interface Sending {
  post(json: CompletionRequest, signal: AbortSignal): Promise<Response>;
  /** Is each choice asked for by itself? */
  isSingle(conversion: CompletionRequestConversion): boolean;
}

function sendingOf({ requests, singles, memory }: Setup, call: Call): Sending {
  const { upstream, headers } = call.exchange;
  return {
    async post(json, signal) {
      await call.exchange.room?.pause();
      const response = await send(upstream, { url: call.address('/completions'), headers, json, signal });
      if (!response.ok) throw memory.hear(call.base, json, await refused(response, upstream, signal));
      return response;
    },
    isSingle: ({ request, context }) =>
      context.n > 1 && (requests.choices(call.base, request.model) === 1 || singles.has(request.model)),
  };
}

/**
 * Sends the request; once more where the upstream says that it is too long and the numbers tell how it fits, and again
 * without what it does not take.
 */
async function sendFitting(
  { requests }: Setup,
  call: Call,
  asked: ChatRequest,
  { post, isSingle }: Sending,
): Promise<{ converted: CompletionRequestConversion; response: Response }> {
  const { signal } = call.exchange;
  let converted = await requests.prepare(call, asked);
  let fitted = false;
  for (let lessons = 0; ; ) {
    const { request } = converted;
    const sent = isSingle(converted) ? requestOfChoice(request, 0) : request;
    try {
      return { converted, response: await post(sent, signal) };
    } catch (error) {
      if (!(error instanceof UpstreamRefusal)) throw error;
      let again: CompletionRequestConversion | undefined;
      if (error.teaches && lessons++ < mostLessons) {
        again = await requests.prepare(call, asked);
        const next = isSingle(again) ? requestOfChoice(again.request, 0) : again.request;
        if (JSON.stringify(next) === JSON.stringify(sent)) throw error;
      } else if (!error.teaches && !fitted) {
        again = await requests.prepareAgain(call, asked, error.text);
        fitted = true;
      }
      if (again === undefined) throw error;
      converted = again;
    }
  }
}

async function ask(setup: Setup, call: Call, asked: ChatRequest, pool: Pool): Promise<Asking> {
  const { options, requests, singles } = setup;
  const { exchange } = call;
  const sending = sendingOf(setup, call);
  const { converted, response } = await sendFitting(setup, call, asked, sending);
  exchange.stage = 'response';
  const { request, context } = converted;
  const single = sending.isSingle(converted);
  if (single) singles.add(request.model, exchange);
  return {
    call,
    context,
    model: request.model,
    first: response,
    single,
    another: (choice, signal) => sending.post(requestOfChoice(request, choice), signal),
    pool,
    reading: {
      ...exchange.convert,
      dialect: requests.dialectOf(request.model),
      toolCalls: options.toolCalls,
      reasoning: options.reasoning,
    },
  };
}

/** The body of a response; some servers stream whatever is asked for. */
async function bodyOf(
  response: Response,
  { call: { exchange }, context, reading, single }: Asking,
  signal: AbortSignal,
): Promise<ProviderCompletionResponse> {
  const read = await readWhole(response, exchange.upstream, signal);
  if ('body' in read) return read.body;
  const { onWarning: _, strict: __, ...quiet } = reading;
  const listener = chatChunkConverter(single ? { ...context, n: 1 } : context, quiet);
  const chunks = untilStopped(decodeFrames<ProviderCompletionChunk>(read.events), listener);
  return await collectCompletionStream(chunks, exchange.convert);
}

async function whole({ singles }: Setup, asking: Asking): Promise<Response> {
  const { call, context, first, pool, reading } = asking;
  const { exchange } = call;
  const body = await withAllChoices(
    await bodyOf(first, asking, exchange.signal),
    context.n,
    async (choice) => {
      if (!asking.single) singles.add(asking.model, exchange);
      const place = await pool.enter();
      try {
        return await bodyOf(
          await asking.another(choice, place.signal),
          { ...asking, single: true },
          place.signal,
        );
      } finally {
        place.leave();
      }
    },
  );
  pool.close();
  const { response } = toChatResponse(body, context, reading);
  exchange.used(response.usage);
  return Response.json(response, { headers: exchange.finish(convertedHeaders(first.headers)) });
}

async function streamed({ singles }: Setup, asking: Asking): Promise<Response> {
  const { call, context, first, pool, single } = asking;
  const { exchange } = call;
  const { upstream, signal } = exchange;
  const open = async (choice: number): Promise<Source<Bytes>> =>
    await inPlace(await pool.enter(), async (until) =>
      readStream(await asking.another(choice, until), upstream, until),
    );
  const body = await readStream(first, upstream, signal);
  const parts: ReplyPart[] = single
    ? [{ stream: 0, choice: 0, body }, ...singleParts(0, context.n, open)]
    : [{ stream: 0, body }, ...spareParts(0, context.n, open, () => singles.add(asking.model, exchange))];
  const bytes = replyStream(parts, observed(chatChunkConverter(context, asking.reading), exchange), {
    maxFrame: upstream.limits.frame,
    patience: patienceOf(context),
  });
  const headers = streamHeaders(exchange.finish(convertedHeaders(first.headers)));
  return new Response(
    streamBody(bytes, signal, () => endPool(pool)),
    { headers },
  );
}
