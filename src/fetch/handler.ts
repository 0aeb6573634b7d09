import { RolecallError } from '../errors.js';
import { endpointOf } from './address.js';
import type { ChatOverCompletionsOptions } from './chat-options.js';
import { chatOverCompletions } from './chat-over-completions.js';
import { type CompletionsOverChatOptions, completionsOverChat } from './completions-over-chat.js';
import { checkEdgeOptions } from './edge.js';
import { requestIdOf } from './exchange.js';
import { errorResponse, Refusal, refusal } from './refusal.js';
import type { Limits } from './types.js';

export type Direction = 'chat-over-completions' | 'completions-over-chat';

interface ServingOptions {
  /** Origins of pages that may call from a browser, or `*` for all (default: none). */
  cors?: readonly string[] | '*' | undefined;
}

export type HandlerOptions = ServingOptions &
  (
    | ({ direction?: 'chat-over-completions' | undefined } & ChatOverCompletionsOptions)
    | ({ direction: 'completions-over-chat' } & CompletionsOverChatOptions)
  );

/** A server's handler, as Hono, Next, Bun, Deno and workers take it. */
export type Handler = (request: Request) => Promise<Response>;

const minute = 60_000;

/** What a server waits for, where a client in the same process has timeouts of its own. */
const servingLimits: Partial<Limits> = { headersTimeout: 10 * minute, idleTimeout: 5 * minute };

const exposed =
  'x-request-id, x-rolecall-warnings, retry-after, retry-after-ms, openai-processing-ms, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens';

/**
 * A handler for a server: one of the two directions, with CORS, `/healthz`, and an answer to whatever goes wrong. Requests
 * of pages whose origin is not allowed are refused, so that no page can use a server on its visitor's machine.
 *
 * Throws `invalid-argument` for options that can't work.
 */
export function createHandler(options: HandlerOptions): Handler {
  checkEdgeOptions(options, 'createHandler');
  if (options.baseURL === undefined) {
    const message = 'A server needs baseURL, the address of its upstream; without, it would ask itself.';
    throw new RolecallError('invalid-argument', message, { path: 'baseURL' });
  }
  const limits = { ...servingLimits, ...options.limits };
  const edge =
    options.direction === 'completions-over-chat'
      ? completionsOverChat({ ...options, limits })
      : chatOverCompletions({ ...options, limits });
  const { cors = [], onError } = options;
  const origins = cors === '*' ? cors : new Set(cors.map(originOf));
  const allows = (origin: string): boolean => origins === '*' || origins.has(origin);

  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const read = request.method === 'GET' || request.method === 'HEAD';
    if (read && pathname.endsWith('/healthz')) return Response.json({ status: 'ok' });
    const { kind } = endpointOf(pathname);
    const type = request.headers.get('content-type') ?? '';
    // A page may send any other type without asking first.
    if (request.method === 'POST' && kind !== 'other' && !/^application\/([\w.-]+\+)?json\b/i.test(type)) {
      throw refusal(415, 'The content-type of the request must be application/json.');
    }
    return await edge(request);
  }

  async function answer(request: Request, requestId: string): Promise<Response> {
    try {
      return await serve(request);
    } catch (error) {
      if (error instanceof Refusal) return errorResponse(error, requestId);
      // The client has gone; nobody reads this.
      if (request.signal.aborted) return new Response(null, { status: 499 });
      onError?.(error, { requestId });
      return errorResponse(refusal(500, 'The server had an error while processing your request.'), requestId);
    }
  }

  async function respond(request: Request, id: string): Promise<Response> {
    const origin = request.headers.get('origin');
    if (origin === null) return await answer(request, id);
    if (!allows(origin)) {
      const message = 'Pages of this origin may not call here; the option "cors" (--cors) allows them.';
      return errorResponse(refusal(403, message, { code: 'origin_not_allowed' }), id);
    }
    const asking = request.headers.get('access-control-request-method');
    const response =
      request.method === 'OPTIONS' && asking !== null
        ? new Response(null, { status: 204 })
        : await answer(request, id);
    return withCors(response, request, origins === '*' ? '*' : origin);
  }

  return async (request) => {
    const id = requestIdOf(request);
    const response = await respond(request, id);
    if (!response.headers.has('x-request-id')) response.headers.set('x-request-id', id);
    // A body that was refused unread: said so, that the server may let go of it.
    if (!request.bodyUsed) void request.body?.cancel().catch(() => undefined);
    return response;
  };
}

function originOf(origin: string): string {
  try {
    return new URL(origin).origin;
  } catch {
    throw new RolecallError('invalid-argument', `"${origin}" is no origin, such as http://localhost:3000.`, {
      path: 'cors',
    });
  }
}

function withCors(response: Response, request: Request, origin: string): Response {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('access-control-')) headers.delete(name);
  headers.set('access-control-allow-origin', origin);
  headers.append('vary', 'Origin');
  headers.set('access-control-expose-headers', exposed);
  if (request.method === 'OPTIONS') {
    headers.set('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS');
    headers.set('access-control-allow-headers', request.headers.get('access-control-request-headers') ?? '*');
    headers.set('access-control-max-age', '7200');
    if (request.headers.get('access-control-request-private-network') === 'true') {
      headers.set('access-control-allow-private-network', 'true');
    }
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
