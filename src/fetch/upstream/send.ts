import type { ErrorEnvelope } from '../../schemas/errors.js';
import { normalizeError } from '../../translate/normalize/error.js';
import { convertedHeaders } from '../headers.js';
import { Refusal, refusal } from '../refusal.js';
import type { Upstream } from '../types.js';
import { bytesOf, textOf } from './bytes.js';
import { isBrokenOff, networkFailure } from './network-error.js';
import { isOverflow } from './overflow-numbers.js';

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

/**
 * Sends a request; gives whatever the upstream answers. Throws a refusal with the reason where it can't be reached, does not
 * answer in time, or redirects; the reason of `signal` where the client left.
 */
export async function send(
  { fetch, limits, onError }: Upstream,
  { url, method = 'POST', headers, json, body = null, signal }: UpstreamRequest,
): Promise<Response> {
  signal.throwIfAborted();
  const sent = new Headers(headers);
  if (json !== undefined) sent.set('content-type', 'application/json');
  const ask = (until: AbortSignal): Promise<Response> =>
    fetch(url, {
      method,
      headers: sent,
      signal: until,
      // A redirect could lead the keys in the headers to another host.
      redirect: 'manual',
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === null ? {} : { body, duplex: 'half' }),
    } as RequestInit);
  const late = (): Error =>
    refusal(504, 'The upstream did not answer in time.', { code: 'upstream_timeout' });
  const once = (): Promise<Response> => within(limits.headersTimeout, signal, ask, late);
  let response: Response;
  try {
    // A connection that was kept open may be closed by the upstream at the very moment in which it is used again.
    response = await once().catch((error: unknown) => {
      if (body !== null || signal.aborted || error instanceof Refusal || !isBrokenOff(error)) throw error;
      return once();
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Refusal) throw error;
    const { reason } = networkFailure(error);
    if (reason === undefined) onError?.(error);
    const why = reason === undefined ? '' : `: ${reason}`;
    throw refusal(502, `The upstream can not be reached${why}.`, { code: 'upstream_unreachable' });
  }
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

/** A limit on requests, a key, a path: those speak of tokens too, and mean others. */
const mayBeLength = (status: number): boolean => ![401, 402, 403, 404, 429].includes(status);

/** A prompt that is too long, as OpenAI says it: clients look for the code, and some servers have a status of their own. */
const tooLong = (error: ErrorEnvelope['error']): ErrorEnvelope['error'] => ({
  ...error,
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
});

/** A response of the upstream that says no, with the body that it said it with. */
export class UpstreamRefusal extends Refusal {
  text = '';
  /** It tells what of the request was not taken, so that it can be asked again without. */
  teaches = false;
}

/** A response that says no, as the error that the client gets: OpenAI's envelope, the same status, the same limits. */
export async function refused(
  response: Response,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<UpstreamRefusal> {
  let text = '';
  try {
    text = (await textOf(bytesOf(response, upstream, signal), longestError)) ?? '';
  } catch (error) {
    // The status says something by itself, where the body breaks off.
    if (!(error instanceof Refusal)) throw error;
  }
  const { error } = normalizeError(text, response.status);
  const headers = convertedHeaders(response.headers);
  const made =
    mayBeLength(response.status) && isOverflow(text)
      ? new UpstreamRefusal(400, { error: tooLong(error) }, headers)
      : new UpstreamRefusal(response.status, { error }, headers);
  return Object.assign(made, { text });
}
