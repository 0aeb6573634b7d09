import { RolecallError } from '../errors.js';
import { type Bytes, sseFrame } from '../stream/events.js';
import type { Source } from '../stream/source.js';
import { isErrorBody, normalizeError } from '../translate/normalize-error.js';
import { readBytes } from './body.js';
import { convertedHeaders } from './headers.js';
import { Refusal, refusal } from './refusal.js';
import type { Fetch, Limits } from './types.js';

/** A request to the upstream, with the JSON that it carries, if any. */
export interface UpstreamRequest {
  url: string;
  /** Default POST. */
  method?: string;
  headers: Headers;
  json?: unknown;
  /** A body that is passed on as it comes. */
  body?: ReadableStream<Uint8Array> | null;
  signal: AbortSignal;
}

/** One upstream: what it is reached by, and how long is waited for it. */
export interface Upstream {
  fetch: Fetch;
  limits: Limits;
}

/** The longest error body that is read; the rest says nothing more. */
const longestError = 1024 * 1024;

/** Runs `wait` with a signal that ends after `ms`, or with `signal`; then the wait is over too. */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  wait: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  if (ms === Infinity) return await wait(signal);
  // The outer signal stays tied to it: it ends the body of a response too.
  const controller = new AbortController();
  signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
      controller.abort();
    }, ms);
  });
  const result = wait(controller.signal);
  // It fails as well when it was late, and nobody waits for it then.
  result.catch(() => undefined);
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a request; gives whatever the upstream answers. A connection that fails, or an abort, is thrown as it is. */
export async function send(
  { fetch, limits }: Upstream,
  { url, method = 'POST', headers, json, body = null, signal }: UpstreamRequest,
): Promise<Response> {
  signal.throwIfAborted();
  const sent = new Headers(headers);
  if (json !== undefined) sent.set('content-type', 'application/json');
  const response = await within(
    limits.headersTimeout,
    signal,
    (until) =>
      fetch(url, {
        method,
        headers: sent,
        signal: until,
        // A redirect could lead the keys in the headers to another host.
        redirect: 'manual',
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        ...(body === null ? {} : { body, duplex: 'half' }),
      } as RequestInit),
    () => refusal(504, 'The upstream did not answer in time.', { code: 'upstream_timeout' }),
  );
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    await drop(response);
    const to = response.headers.get('location');
    const message = `The upstream redirects${to === null ? '' : ` to ${to}`}; give the final address as its base URL.`;
    throw refusal(502, message, { code: 'upstream_redirect' });
  }
  return response;
}

/** Lets go of a response that is not read. */
export async function drop(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** The text of a body, within the limits. */
export async function readText(
  response: Response,
  { limits }: Upstream,
  longest = limits.response,
): Promise<string> {
  const bytes = await within(
    limits.idleTimeout,
    new AbortController().signal,
    () => readBytes(response.body, longest),
    () => refusal(504, 'The upstream stopped in the middle of its response.', { code: 'upstream_timeout' }),
  );
  if (bytes === undefined) {
    throw refusal(502, `The upstream's response is longer than ${longest} bytes, the limit.`, {
      code: 'bad_upstream_response',
    });
  }
  return new TextDecoder().decode(bytes);
}

/** A response that says no, as the error that the client gets: OpenAI's envelope, the same status, the same limits. */
export async function refused(response: Response, upstream: Upstream): Promise<Refusal & { text: string }> {
  const text = await readText(response, upstream, longestError).catch(() => '');
  const made = new Refusal(
    response.status,
    normalizeError(text, response.status),
    convertedHeaders(response.headers),
  );
  return Object.assign(made, { text });
}

/** The JSON of a response. */
export async function readJson(response: Response, upstream: Upstream): Promise<unknown> {
  const text = await readText(response, upstream);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const { message } = normalizeError(text).error;
    throw refusal(502, `The upstream's response is no JSON: ${message.slice(0, 200)}`, {
      code: 'bad_upstream_response',
    });
  }
}

export function isEventStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
}

/**
 * The bytes of a streamed response. Of a server that can't stream, and answers with a whole response, that is one frame;
 * an error in such a body is thrown.
 */
export async function framesOf(
  response: Response,
  upstream: Upstream,
  asChunk: (body: object) => object = (body) => body,
): Promise<Source<Bytes>> {
  if (!/json/i.test(response.headers.get('content-type') ?? '')) return response.body ?? [];
  const body = await readJson(response, upstream);
  if (isErrorBody(body)) throw new RolecallError('provider-error', '', { cause: body });
  return [sseFrame(JSON.stringify(asChunk(body as object)))];
}
