import { RolecallError } from '../../errors.js';

/** Which pages may call, and what their browsers are told of it. */
export interface Origins {
  /** May the page call that sent the request? Also true where no page did. */
  allows(request: Request): boolean;
  /** The answer to a browser that asks before it sends; undefined for a request that is none. */
  preflight(request: Request): Response | undefined;
  /** The response with the headers by which a browser shows it to the page, if that may call. */
  open(response: Response, request: Request): Response;
}

const exposed =
  'x-request-id, x-rolecall-warnings, retry-after, retry-after-ms, openai-processing-ms, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens';

/** The origins of pages, as `http://localhost:3000`, or `*` for all. Throws `invalid-argument` for what is none. */
export function createOrigins(cors: readonly string[] | '*'): Origins {
  const named = cors === '*' ? cors : new Set(cors.map(originOf));

  /**
   * A page of the very server that is asked, as where the handler is mounted beside the page in one application. Behind a
   * proxy the address of the request is not the one that the browser knows; the browser says so itself, in a header that no
   * page can set.
   */
  const isOwn = (request: Request, origin: string): boolean =>
    new URL(request.url).origin === origin || request.headers.get('sec-fetch-site') === 'same-origin';

  const allows = (request: Request): boolean => {
    const origin = request.headers.get('origin');
    return origin === null || named === '*' || named.has(origin) || isOwn(request, origin);
  };

  return {
    allows,
    preflight(request) {
      const asks = request.headers.get('access-control-request-method') !== null;
      return request.method === 'OPTIONS' && asks ? new Response(null, { status: 204 }) : undefined;
    },
    open(response, request) {
      const origin = request.headers.get('origin');
      if (origin === null || !allows(request)) return response;
      return withCors(response, request, named === '*' ? '*' : origin);
    },
  };
}

function originOf(origin: string): string {
  try {
    return new URL(origin).origin;
  } catch {
    throw new RolecallError(
      'invalid-argument',
      `"${origin}" is not an origin, such as http://localhost:3000.`,
      {
        path: 'cors',
      },
    );
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
