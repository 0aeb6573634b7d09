import type { Warning } from '../errors.js';
import type { Usage } from '../schemas/shared.js';
import { type ConvertOptions, isEmpty } from '../translate/notes.js';
import { requestHeaders } from './headers.js';
import { newRequestId } from './refusal.js';
import type { RoomPlace } from './serving/room.js';
import { defaultLimits, type EdgeOptions, type Fetch, type Upstream } from './types.js';

/** One request on its way: what it came with, and what is told about it. */
export interface Exchange {
  request: Request;
  id: string;
  /** How far it has come: what goes wrong now is the fault of the request, or of the upstream's response. */
  stage: 'request' | 'response';
  signal: AbortSignal;
  /** For the upstream. */
  headers: Headers;
  upstream: Upstream;
  /** What the body takes of the server; the edge gives it a place. */
  room?: RoomPlace;
  /** Tells the server of the tokens of the reply, as the upstream counts them. */
  used(usage: unknown): void;
  wording: EdgeOptions['wording'];
  /** What the conversions take, but for what one direction alone has. */
  convert: Required<Pick<ConvertOptions, 'onWarning'>> & ConvertOptions;
  warn(warning: Warning): void;
  /** The headers of the response, with the codes of the warnings so far. */
  finish(headers: Headers): Headers;
}

/** What a server knows of a request before the edge sees it, and learns of it from the edge. */
export interface Visitor {
  requestId: string;
  /** Ends when the client leaves, or when the server stops. */
  signal: AbortSignal;
  /** The client's key is the server's own, and not for the upstream. */
  ownKey: boolean;
  /** The codes of the warnings so far. */
  codes: Set<string>;
  /** The tokens of the reply, once they are known. */
  usage: Partial<Usage> | undefined;
  /** The endpoint that was passed on as it is, such as `/models`. */
  passedOn: string | undefined;
}

/** Ids are set in a header: one of a client that is too long, or no text, is not taken over. */
const plainId = /^[\w.:-]{1,128}$/;

/** The id of a request: the client's own, or one that is made for it. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && plainId.test(given) ? given : newRequestId();
}

export function upstreamOf(options: Pick<EdgeOptions, 'fetch' | 'limits' | 'onError'>): Upstream {
  // Looked up late, so that a global `fetch` that is replaced (in tests, by an instrumentation) is the one that is used.
  const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return { fetch, limits: { ...defaultLimits, ...options.limits }, onError: options.onError };
}

export function startExchange(
  request: Request,
  upstream: Upstream,
  options: EdgeOptions,
  signal: AbortSignal | undefined = request.signal,
  visitor?: Visitor,
): Exchange {
  const id = visitor?.requestId ?? requestIdOf(request);
  const codes = visitor?.codes ?? new Set<string>();
  const told = new Set<string>();
  const warn = (warning: Warning): void => {
    // A request that is sent again is converted again; its warnings are the same.
    const key = `${warning.code} ${warning.path} ${warning.message}`;
    if (told.has(key)) return;
    told.add(key);
    codes.add(warning.code);
    options.onWarning?.(warning, { requestId: id });
  };
  return {
    request,
    id,
    stage: 'request',
    signal,
    headers: requestHeaders(request.headers, options.headers, visitor?.ownKey),
    upstream,
    wording: options.wording,
    used(usage) {
      if (visitor !== undefined && !isEmpty(usage)) visitor.usage = usage as Partial<Usage>;
    },
    convert: {
      onWarning: warn,
      strict: options.strict,
      now: options.now ?? Date.now,
      makeId: options.makeId ?? ((prefix) => prefix + crypto.randomUUID().replaceAll('-', '')),
    },
    warn,
    finish(headers) {
      if (codes.size > 0) headers.set('x-rolecall-warnings', [...codes].join(', '));
      if (!headers.has('x-request-id')) headers.set('x-request-id', id);
      return headers;
    },
  };
}
