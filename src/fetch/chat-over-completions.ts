import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import type { ChatChunk, ChatRequest } from '../schemas/chat.js';
import type { Message } from '../schemas/messages.js';
import type { ProviderCompletionChunk, ProviderCompletionResponse } from '../schemas/provider.js';
import { collectCompletionStream } from '../stream/collect-completion.js';
import type { Converter } from '../stream/converter.js';
import { decodeFrames } from '../stream/frames.js';
import { chatChunkConverter } from '../stream/to-chat-chunks.js';
import type { Tokenizer } from '../tokens/bpe/types.js';
import type { ChatContext } from '../translate/context.js';
import type { Server, ServerName } from '../translate/servers.js';
import { servers } from '../translate/servers.js';
import { type ToChatResponseOptions, toChatResponse } from '../translate/to-chat-response.js';
import {
  type CompletionRequestConversion,
  type ToCompletionRequestOptions,
  toCompletionRequest,
} from '../translate/to-completion-request.js';
import { readJsonRequest } from './body.js';
import { checkChatRequest } from './check-request.js';
import { type Call, createEdge, refuseResponses } from './edge.js';
import type { Exchange } from './exchange.js';
import { convertedHeaders } from './headers.js';
import {
  type HttpTokenizer,
  httpTokenizer,
  type TokenizingServer,
  tokenizingServers,
} from './http-tokenizer.js';
import { type Budget, estimateFrom, fitRequest, overflowNumbers } from './overflow.js';
import { convertStream, streamBody, streamHeaders } from './stream-body.js';
import type { EdgeOptions, Fetch } from './types.js';
import { framesOf, isEventStream, readJson, refused, send } from './upstream.js';
import { type ContextWindow, createWindows } from './windows.js';

/** What to do with a history that is too long for the window. */
export type Overflow = 'error' | 'fit' | 'retry';

export interface ChatOverCompletionsOptions
  extends EdgeOptions,
    Pick<ToCompletionRequestOptions, 'responseFormat' | 'echo'>,
    Pick<ToChatResponseOptions, 'toolCalls' | 'reasoning'> {
  /** The dialect that the model was trained on: the prompt is written in it. */
  dialect: Dialect | DialectName;
  /** The server that answers (default `generic`): what it takes, and what it can be asked. */
  server?: ServerName | Server | undefined;
  /** Counts tokens: a tokenizer, a function, or a server's own (`httpTokenizer`). */
  tokenizer?: Tokenizer | HttpTokenizer | ((text: string) => number) | undefined;
  /** Tokens that prompt and reply may have together, or a function of the model; else the server is asked where needed. */
  contextWindow?: ContextWindow | undefined;
  /**
   * `error` (the default): the upstream's own error. `fit`: the oldest turns are dropped before sending, by `tokenizer`, or
   * by the server's own (vLLM, llama.cpp, TGI). `retry`: when the upstream says that it is too much, turns are dropped by
   * the numbers that it gives, and it is asked once more; `fit` does that too.
   */
  overflow?: Overflow | undefined;
  /** What else `renderPrompt` takes. Here `collisions` is `neutralize` unless given. */
  render?: ToCompletionRequestOptions['render'];
}

const isHttp = (tokenizer: ChatOverCompletionsOptions['tokenizer']): tokenizer is HttpTokenizer =>
  typeof tokenizer === 'object' && 'kind' in tokenizer && tokenizer.kind === 'http';

/** Some servers give one choice, whatever `n` says. */
function checkChoices(count: number, { n }: ChatContext, { warn }: Exchange): void {
  if (count >= n) return;
  const message = `The server gave ${count} of the ${n} choices that were asked for.`;
  warn({ code: 'clipped', path: 'n', message, severity: 'lossy' });
}

/** A converter that says at its end how many choices there were. */
function countingChoices<In>(
  converter: Converter<In, ChatChunk>,
  tell: (count: number) => void,
): Converter<In, ChatChunk> {
  let most = 0;
  const count = (chunks: ChatChunk[]): ChatChunk[] => {
    for (const { choices } of chunks) for (const { index } of choices) most = Math.max(most, index + 1);
    return chunks;
  };
  return {
    push: (piece) => count(converter.push(piece)),
    end() {
      const chunks = count(converter.end());
      tell(most);
      return chunks;
    },
    release: () => converter.release(),
  };
}

/** What the conversion asks of a tokenizer; the text of a special token is the token here. */
function stopFinder(
  tokenizer: ChatOverCompletionsOptions['tokenizer'],
): ToCompletionRequestOptions['tokenizer'] {
  if (typeof tokenizer !== 'object' || isHttp(tokenizer)) return undefined;
  return { encode: (text) => tokenizer.encode(text, { allowedSpecial: 'all' }) };
}

function checkOptions({ overflow, tokenizer, server = 'generic' }: ChatOverCompletionsOptions): void {
  if (overflow !== undefined && !['error', 'fit', 'retry'].includes(overflow)) {
    throw new RolecallError('invalid-argument', `There is no overflow "${String(overflow)}".`, {
      path: 'overflow',
    });
  }
  if (overflow !== 'fit' || tokenizer !== undefined) return;
  if (typeof server === 'string' && (tokenizingServers as readonly string[]).includes(server)) return;
  const message = `overflow: "fit" needs a tokenizer, or a server that counts (${tokenizingServers.join(', ')}); "retry" needs neither.`;
  throw new RolecallError('invalid-argument', message, { path: 'overflow' });
}

/**
 * A `fetch` for a chat client, over a server that only completes text: `POST …/chat/completions` is served from the
 * upstream's `…/completions`, streams included; other endpoints pass through. It takes a `Request` as well, so it is a
 * handler for a server too, if `baseURL` is given.
 *
 * Throws `unknown-dialect`, and `invalid-argument` for options that can't work together.
 */
export function chatOverCompletions(options: ChatOverCompletionsOptions): Fetch {
  checkOptions(options);
  const { tokenizer, overflow = 'error', server = 'generic' } = options;
  const dialect = resolveDialect(options.dialect);
  const serverName = typeof server === 'string' ? server : undefined;
  const traits = typeof server === 'string' ? servers[server] : server;
  if (traits === undefined)
    toCompletionRequest({ model: 'x', messages: [{ role: 'user', content: '' }] }, { server });
  const windows = createWindows(options.contextWindow, serverName ?? 'generic');

  function convert(asked: ChatRequest, extra: ToCompletionRequestOptions): CompletionRequestConversion {
    return toCompletionRequest(asked, {
      dialect,
      server,
      model: options.model,
      render: { collisions: 'neutralize', ...options.render },
      responseFormat: options.responseFormat,
      echo: options.echo,
      unknownFields: options.unknownFields ?? 'pass',
      tokenizer: stopFinder(tokenizer),
      strict: options.strict,
      ...extra,
    });
  }

  /** Counts whole prompts as the server will; undefined where nobody can. */
  function counter(
    { exchange, base }: Call,
    model: string,
  ): ((prompt: string) => number | Promise<number>) | undefined {
    if (typeof tokenizer === 'function') return tokenizer;
    if (typeof tokenizer === 'object' && !isHttp(tokenizer)) {
      const bos = traits.addsBos ? 1 : 0;
      return (prompt) => tokenizer.count(prompt, { allowedSpecial: 'all' }) + bos;
    }
    const { fetch } = exchange.upstream;
    const counting =
      tokenizer ??
      (tokenizingServers.includes(serverName as TokenizingServer)
        ? httpTokenizer({
            baseURL: base,
            server: serverName as TokenizingServer,
            fetch,
            limits: options.limits,
          })
        : undefined);
    if (counting === undefined) return undefined;
    const { headers, signal } = exchange;
    return (prompt) => counting.count(prompt, { asPrompt: true, headers, signal, model });
  }

  /** The prompt that messages make, without telling of it. */
  const promptOf =
    (asked: ChatRequest) =>
    (messages: readonly Message[]): string =>
      convert({ ...asked, messages: messages as ChatRequest['messages'] }, { strict: false }).request
        .prompt as string;

  /** The request, made to fit where that is asked for and the numbers are known. */
  async function prepare(call: Call, asked: ChatRequest): Promise<CompletionRequestConversion> {
    const { exchange } = call;
    const unset = (asked.max_completion_tokens ?? asked.max_tokens ?? undefined) === undefined;
    // An unset limit needs the window too, where the server has no word for "as much as there is".
    const local = tokenizer !== undefined && !isHttp(tokenizer);
    if (overflow !== 'fit' && !(unset && local && traits.unlimited === undefined)) {
      return convert(asked, exchange.convert);
    }
    const model = convert(asked, { strict: false }).request.model;
    const window = await windows.of(exchange, call.base, model);
    const count = counter(call, model);
    if (window === undefined || count === undefined) {
      if (overflow === 'fit') {
        const message =
          'The window of the model is not known, so nothing was made to fit; contextWindow sets it.';
        exchange.warn({ code: 'estimated-count', path: 'messages', message, severity: 'lossy' });
      }
      return convert(asked, exchange.convert);
    }
    const prompt = promptOf(asked);
    const budget: Budget = { window, count: (messages) => count(prompt(messages)) };
    if (overflow === 'fit') {
      const { request, tokens } = await fitRequest(asked, budget, exchange.warn);
      return convert(request, { ...exchange.convert, contextWindow: window, countTokens: () => tokens });
    }
    const tokens = await budget.count(asked.messages);
    return convert(asked, { ...exchange.convert, contextWindow: window, countTokens: () => tokens });
  }

  /** The same, by the numbers of the upstream's refusal; undefined where it refuses for another reason. */
  async function prepareAgain(
    { exchange }: Call,
    asked: ChatRequest,
    text: string,
  ): Promise<CompletionRequestConversion | undefined> {
    if (overflow === 'error') return undefined;
    const numbers = overflowNumbers(text);
    if (numbers === undefined) return undefined;
    const prompt = promptOf(asked);
    const budget = estimateFrom(numbers, asked.messages, (messages) => prompt(messages).length);
    const { request, tokens } = await fitRequest(asked, budget, exchange.warn);
    return convert(request, {
      ...exchange.convert,
      contextWindow: numbers.window,
      countTokens: () => tokens,
    });
  }

  async function serveChat(call: Call): Promise<Response> {
    const { exchange } = call;
    const { upstream, headers, signal } = exchange;
    const body = await readJsonRequest(exchange.request, upstream.limits);
    const asked = checkChatRequest(body, exchange.warn);
    const post = async ({ request }: CompletionRequestConversion): Promise<Response> =>
      await send(upstream, { url: call.address('/completions'), headers, json: request, signal });

    let converted = await prepare(call, asked);
    let response = await post(converted);
    if (!response.ok) {
      const refusal = await refused(response, upstream);
      const again = await prepareAgain(call, asked, refusal.text);
      if (again === undefined) throw refusal;
      converted = again;
      response = await post(converted);
      if (!response.ok) throw await refused(response, upstream);
    }
    exchange.stage = 'response';
    const { context } = converted;
    return asked.stream === true
      ? await streamed(call, response, context)
      : await whole(call, response, context);
  }

  const reading = (call: Call): ToChatResponseOptions => ({
    ...call.exchange.convert,
    dialect,
    toolCalls: options.toolCalls,
    reasoning: options.reasoning,
  });

  async function whole(call: Call, response: Response, context: ChatContext): Promise<Response> {
    const { exchange } = call;
    const { upstream } = exchange;
    // Some servers stream whatever is asked for.
    const body = isEventStream(response)
      ? await collectCompletionStream(decodeFrames<ProviderCompletionChunk>(response.body!), exchange.convert)
      : await readJson(response, upstream);
    const { response: chat } = toChatResponse(body as ProviderCompletionResponse, context, reading(call));
    checkChoices(chat.choices.length, context, exchange);
    return Response.json(chat, { headers: exchange.finish(convertedHeaders(response.headers)) });
  }

  async function streamed(call: Call, response: Response, context: ChatContext): Promise<Response> {
    const { exchange } = call;
    const { idleTimeout, frame: maxFrame } = exchange.upstream.limits;
    const bytes = convertStream(
      await framesOf(response, exchange.upstream),
      countingChoices(chatChunkConverter(context, reading(call)), (count) =>
        checkChoices(count, context, exchange),
      ),
      maxFrame,
    );
    const headers = streamHeaders(exchange.finish(convertedHeaders(response.headers)));
    return new Response(streamBody(bytes, exchange.signal, { idleTimeout }), { headers });
  }

  return createEdge(options, {
    chat: serveChat,
    responses: refuseResponses(
      'The upstream completes text, and chat is served at /chat/completions: use client.chat.completions of the openai package, openai.chat(model) of the AI SDK, useResponsesApi: false of LangChain.',
    ),
  });
}
