import { RolecallError } from '../errors.js';
import { baseAddress, endpointOf } from './address.js';
import type { ChatOverCompletionsOptions } from './chat-options.js';
import { chatOverCompletions } from './chat-over-completions.js';
import { type CompletionsOverChatOptions, completionsOverChat } from './completions-over-chat.js';
import type { Edge } from './edge.js';
import { requestIdOf, upstreamOf, type Visitor } from './exchange.js';
import { checkOptions } from './option-rules.js';
import { errorResponse, Refusal, refusal } from './refusal.js';
import { createKeyCheck } from './serving/client-keys.js';
import { createOrigins, type Origins } from './serving/origins.js';
import { createReadiness, type Readiness } from './serving/readiness.js';
import { createVisits, type Visits } from './serving/visits.js';
import { type Outcome, watched } from './serving/watched-body.js';
import type { Limits } from './types.js';
import { send } from './upstream/send.js';

export type Direction = 'chat-over-completions' | 'completions-over-chat';

/** One request that a server has answered, for a log: nothing in it was written by a client but plain words of a path, and perhaps the id. */
export interface ServedRequest {
  /** The `x-request-id` of the response. */
  requestId: string;
  method: string;
  /** What was asked: the endpoint alone, without what stands before it or after it. */
  endpoint: '/chat/completions' | '/completions' | '/responses' | 'other';
  /**
   * The path that was passed on to the upstream, such as `/models`: without its query and what stands before it, and with `…` in
   * place of ids and of all else that is no plain word.
   */
  passedOn: string | undefined;
  status: number;
  /** When it came, in milliseconds since 1970. */
  time: number;
  /** From its arrival to the last byte of the response, in milliseconds. */
  duration: number;
  outcome: Outcome;
  /** The tokens of prompt and reply, where the upstream told them. */
  promptTokens: number | undefined;
  completionTokens: number | undefined;
  /** The codes of the warnings. */
  warnings: string[];
}

interface ServingOptions {
  /**
   * Origins of pages that may call from a browser, or `*` for all (default: none). A page of the same origin as the request
   * may always call.
   */
  cors?: readonly string[] | '*' | undefined;
  /** A key that clients have to send, as `Authorization: Bearer …` or as `api-key`. The upstream does not get it. */
  clientKey?: string | undefined;
  /** The most requests under way at a time; what is beyond gets status 503 (default: any number). */
  maxRequests?: number | undefined;
  /** Hears of each request when its response is over. */
  onServed?: ((request: ServedRequest) => void) | undefined;
}

export type HandlerOptions = ServingOptions &
  (
    | ({ direction?: 'chat-over-completions' | undefined } & ChatOverCompletionsOptions)
    | ({ direction: 'completions-over-chat' } & CompletionsOverChatOptions)
  );

/** A server's handler, as Hono, Next, Bun, Deno and workers take it. */
export interface Handler {
  (request: Request): Promise<Response>;
  /**
   * Ends it: new requests get status 503, and those under way have `patience` milliseconds. After that a stream ends with an
   * error frame and `[DONE]`, and whatever else is under way gets status 503. Resolves as soon as nothing is left.
   */
  close(patience: number): Promise<void>;
}

const minute = 60_000;

/** What a server waits for and takes in, where a client in the same process has bounds of its own. */
const servingLimits: Partial<Limits> = {
  headersTimeout: 10 * minute,
  idleTimeout: 5 * minute,
  memory: 512 * 1024 * 1024,
};

const endpoints = {
  chat: '/chat/completions',
  completions: '/completions',
  responses: '/responses',
  other: 'other',
} as const;

/** The parts of a handler. */
interface Serving {
  edge: Edge;
  origins: Origins;
  visits: Visits;
  checkKey: (request: Request) => void;
  readiness: () => Promise<Readiness>;
  options: HandlerOptions;
}

/**
 * A handler for a server: one of the two directions, with CORS, `/healthz` (it lives), `/readyz` (its upstream answers), and
 * an answer to whatever goes wrong. Requests of pages whose origin is not allowed are refused, so that no page can use a
 * server on its visitor's machine. Every response has an `x-request-id`.
 *
 * Throws `invalid-argument` for options that can't work.
 * @example
 * ```ts
 * import { createHandler, echoModel } from 'rolecall/fetch';
 * const handler = createHandler({ baseURL: 'http://localhost:8000/v1', dialect: 'chatml', fetch: echoModel() });
 * const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi!' }] });
 * const headers = { 'content-type': 'application/json' };
 * await handler(new Request('http://localhost/v1/chat/completions', { method: 'POST', headers, body }));
 * ```
 */
export function createHandler(options: HandlerOptions): Handler {
  checkOptions(options, options?.direction ?? 'chat-over-completions', 'createHandler');
  if (options.baseURL === undefined) {
    const message = 'A server needs baseURL, the address of its upstream; without, it would ask itself.';
    throw new RolecallError('invalid-argument', message, { path: 'baseURL' });
  }
  const { maxRequests = Infinity } = options;
  if (maxRequests !== Infinity && (!Number.isInteger(maxRequests) || maxRequests < 1)) {
    const message = 'maxRequests must be a whole number from 1.';
    throw new RolecallError('invalid-argument', message, { path: 'maxRequests' });
  }
  const limits = { ...servingLimits, ...options.limits };
  const serving: Serving = {
    edge:
      options.direction === 'completions-over-chat'
        ? completionsOverChat({ ...options, limits })
        : chatOverCompletions({ ...options, limits }),
    origins: createOrigins(options.cors ?? []),
    visits: createVisits(maxRequests),
    checkKey: createKeyCheck(options.clientKey),
    readiness: readinessOf(options, options.baseURL),
    options,
  };
  const handler = (request: Request): Promise<Response> => handle(serving, request);
  return Object.assign(handler, { close: (patience: number) => serving.visits.close(patience) });
}

/** Asks the upstream for its models, with the key that it is served with. */
function readinessOf(options: HandlerOptions, baseURL: string): Serving['readiness'] {
  const upstream = upstreamOf(options);
  const headers = new Headers(options.headers);
  const url = `${baseAddress(baseURL)}/models`;
  return createReadiness(
    (signal) => send(upstream, { url, method: 'GET', headers, signal }),
    headers.has('authorization'),
  );
}

async function handle(serving: Serving, request: Request): Promise<Response> {
  const { origins } = serving;
  const requestId = requestIdOf(request);
  const response = origins.open(await respond(serving, request, requestId), request);
  if (!response.headers.has('x-request-id')) response.headers.set('x-request-id', requestId);
  // A body that was refused unread: said so, that the server may let go of it.
  if (!request.bodyUsed) void request.body?.cancel().catch(() => undefined);
  return response;
}

/** The answer to any request: about the server itself, to a browser's question, or by the edge. */
async function respond(serving: Serving, request: Request, requestId: string): Promise<Response> {
  const { origins, visits, readiness, options } = serving;
  const { pathname } = new URL(request.url);
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (pathname.endsWith('/healthz')) return Response.json({ status: 'ok' });
    if (pathname.endsWith('/readyz')) {
      const { ready, reason } = visits.closing
        ? { ready: false, reason: 'The server is stopping.' }
        : await readiness();
      return ready
        ? Response.json({ status: 'ready' })
        : Response.json({ status: 'not ready', reason }, { status: 503 });
    }
  }
  if (!origins.allows(request)) {
    const message = 'Pages of this origin may not call here; the option "cors" allows them.';
    const said = options.wording?.(message) ?? message;
    return errorResponse(refusal(403, said, { code: 'origin_not_allowed' }), requestId);
  }
  return origins.preflight(request) ?? (await visit(serving, request, requestId));
}

/** A path for a log: an id, a key or any text in it is `…`, so that only the words of an API are left. */
const plainPath = (path: string): string =>
  path
    .slice(0, 200)
    .split('/')
    .map((part) => (/^[a-z_-]{0,30}$/.test(part) ? part : '…'))
    .join('/');

/** Lets a request in, has it answered, and sees it out. */
async function visit(serving: Serving, request: Request, requestId: string): Promise<Response> {
  const { visits, options } = serving;
  const start = performance.now();
  const time = Date.now();
  const visitor: Visitor = {
    requestId,
    signal: request.signal,
    ownKey: options.clientKey !== undefined,
    codes: new Set(),
    usage: undefined,
    passedOn: undefined,
  };
  const { kind } = endpointOf(new URL(request.url).pathname);
  const seeOut = (response: Response, outcome: Outcome): void =>
    options.onServed?.({
      requestId: response.headers.get('x-request-id') ?? requestId,
      method: request.method,
      endpoint: endpoints[kind],
      passedOn: visitor.passedOn === undefined ? undefined : plainPath(visitor.passedOn),
      status: response.status,
      time,
      duration: performance.now() - start,
      outcome,
      promptTokens: visitor.usage?.prompt_tokens,
      completionTokens: visitor.usage?.completion_tokens,
      warnings: [...visitor.codes],
    });
  let leave = (): void => undefined;
  let response: Response;
  try {
    ({ leave, signal: visitor.signal } = visits.enter(request.signal));
    response = await serve(serving, request, visitor);
  } catch (error) {
    response = failure(error, request, visitor, options);
  }
  return watched(response, request.signal, (outcome) => {
    leave();
    seeOut(response, outcome);
  });
}

async function serve({ edge, checkKey }: Serving, request: Request, visitor: Visitor): Promise<Response> {
  checkKey(request);
  const { kind } = endpointOf(new URL(request.url).pathname);
  const type = request.headers.get('content-type') ?? '';
  // A page may send any other type without asking first.
  if (request.method === 'POST' && kind !== 'other' && !/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw refusal(415, 'The content-type of the request must be application/json.');
  }
  return await edge(request, undefined, visitor);
}

/** The response to what the edge has no response for. */
function failure(
  error: unknown,
  request: Request,
  { requestId, signal }: Visitor,
  { onError }: HandlerOptions,
): Response {
  const refused = error instanceof Refusal ? error : signal.reason;
  if (refused instanceof Refusal) return errorResponse(refused, requestId);
  // The client has gone; nobody reads this.
  if (request.signal.aborted) return new Response(null, { status: 499 });
  onError?.(error, { requestId });
  return errorResponse(refusal(500, 'The server had an error while processing your request.'), requestId);
}
