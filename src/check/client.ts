import pRetry from 'p-retry';
import { readBytes } from '../fetch/body.js';
import type { Fetch } from '../fetch/types.js';
import { networkFailure } from '../fetch/upstream/network-error.js';
import { normalizeError } from '../translate/normalize/error.js';
import { keyOf } from './asks.js';
import { jsonIn, numberIn, recordIn } from './read.js';
import type { Answer, Ask, FailureKind } from './types.js';

/** How a rate limit is waited for. */
export interface RetryOptions {
  /** How often a request is sent again (default 5). */
  retries: number;
  /** The first wait, in milliseconds; each is twice the one before (default 1,000). */
  minTimeout: number;
  /** The longest wait, in milliseconds; a server that asks for a longer one is not waited for (default 60,000). */
  maxTimeout: number;
}

export interface ClientOptions {
  fetch: Fetch;
  key: string | undefined;
  /** The query that goes along with each request, as `?api-version=…`. */
  search: string;
  /** The longest wait for a whole response, in milliseconds. */
  timeout: number;
  retry: RetryOptions;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  now: () => number;
  /** Hears that a rate limit is waited for. */
  onWait: (ms: number) => void;
}

export interface Client {
  /** Sends a request; one that was sent before has the answer that came then. Rejects only when called off. */
  ask(ask: Ask, signal: AbortSignal): Promise<Answer>;
  /** What was sent so far, and what the responses say it took. */
  readonly spent: { requests: number; promptTokens: number; completionTokens: number };
}

/** The longest body that is read, in bytes. */
const longestBody = 4 * 1024 * 1024;

/** The milliseconds that a response asks to wait; 0 where it names none. */
function waitIn(headers: Headers, now: () => number): number {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (ms >= 0) return ms;
  const after = headers.get('retry-after');
  if (after === null) return 0;
  const seconds = Number(after);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now());
}

/** A response that says to come back later. */
class RateLimited extends Error {
  override readonly name = 'RateLimited';
  constructor(
    readonly answer: Answer,
    readonly wait: number,
  ) {
    super('The server says to wait.');
  }
}

/** Is it a limit that time lifts? One on money is none. */
function isRateLimit({ status, json, text }: Answer): boolean {
  if (status !== 429 && status !== 503) return false;
  const { code, type } = normalizeError(json ?? text, status).error;
  return code !== 'insufficient_quota' && type !== 'insufficient_quota';
}

function headersOf({ auth, json }: Ask, key: string | undefined): Headers {
  const headers = new Headers({ accept: 'application/json, text/event-stream' });
  if (json !== undefined) headers.set('content-type', 'application/json');
  if (key === undefined || auth === undefined || auth === 'none') return headers;
  if (auth === 'bearer') headers.set('authorization', `Bearer ${key}`);
  else headers.set(auth, key);
  return headers;
}

/** One exchange; `wait` is what its headers ask for. */
async function once(
  ask: Ask,
  { fetch, key, search, timeout, now }: ClientOptions,
  signal: AbortSignal,
): Promise<{ answer: Answer; wait: number }> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeout);
  const failed = (kind: FailureKind, message: string) => ({
    answer: { ask, status: 0, type: '', text: '', json: undefined, failure: { kind, message } },
    wait: 0,
  });
  try {
    const response = await Promise.race([
      fetch(ask.url + search, {
        method: ask.method,
        headers: headersOf(ask, key),
        signal: controller.signal,
        // A redirect could lead the key to another host.
        redirect: 'manual',
        ...(ask.json === undefined ? {} : { body: JSON.stringify(ask.json) }),
      }),
      aborted(controller.signal),
    ]);
    const { status, headers } = response;
    const to = headers.get('location');
    if (status >= 300 && status < 400 && to !== null) {
      await response.body?.cancel().catch(() => undefined);
      return failed('redirect', redirectSeen(ask.url, to));
    }
    const bytes = await Promise.race([readBytes(response.body, longestBody), aborted(controller.signal)]);
    if (bytes === undefined) return failed('broken', `its response is longer than ${longestBody} bytes`);
    const text = new TextDecoder().decode(bytes);
    const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    return { answer: { ask, status, type, text, json: jsonIn(text) }, wait: waitIn(headers, now) };
  } catch (error) {
    signal.throwIfAborted();
    if (late) return failed('timeout', `no whole answer came within ${timeout / 1000} s`);
    const { kind, reason, said } = networkFailure(error);
    return failed(kind, reason ?? `no connection: ${said}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

export function createClient(options: ClientOptions): Client {
  const { retry, sleep, onWait } = options;
  const asked = new Map<string, Promise<Answer>>();
  const spent = { requests: 0, promptTokens: 0, completionTokens: 0 };

  /** One request waited in vain: the others don't wait as long again. */
  let inVain = false;
  const isWorthIt = (error: unknown): error is RateLimited =>
    error instanceof RateLimited && error.wait <= retry.maxTimeout;

  async function patiently(ask: Ask, signal: AbortSignal): Promise<Answer> {
    try {
      return await pRetry(
        async () => {
          spent.requests += 1;
          const { answer, wait } = await once(ask, options, signal);
          if (isRateLimit(answer)) throw new RateLimited(answer, wait);
          return answer;
        },
        {
          ...retry,
          retries: inVain ? 0 : retry.retries,
          factor: 2,
          randomize: true,
          signal,
          shouldRetry: ({ error }) => isWorthIt(error),
          // The server's own wait; the library's comes on top, so that not all come back at once.
          onFailedAttempt: async ({ error, retriesLeft }) => {
            if (!isWorthIt(error) || retriesLeft === 0) return;
            onWait(error.wait);
            if (error.wait > 0) await sleep(error.wait, signal);
          },
        },
      );
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error;
      inVain = true;
      return error.answer;
    }
  }

  return {
    spent,
    async ask(ask, signal) {
      const name = keyOf(ask);
      const known = asked.get(name);
      if (known !== undefined) return await known;
      const fresh = patiently(ask, signal).then((answer) => {
        const usage = recordIn(recordIn(answer.json)['usage']);
        spent.promptTokens += numberIn(usage['prompt_tokens']) ?? 0;
        spent.completionTokens += numberIn(usage['completion_tokens']) ?? 0;
        return answer;
      });
      asked.set(name, fresh);
      return await fresh;
    },
  };
}

/** What a redirect tells of the address that was given. */
function redirectSeen(asked: string, location: string): string {
  const from = new URL(asked);
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    return 'it redirects to no address';
  }
  const seen = `it redirects to ${to.href}`;
  if (to.host === from.host && to.pathname === `${from.pathname}/`) return seen;
  const endpoint = /\/(chat\/completions|completions|models)$/.exec(from.pathname)?.[0] ?? from.pathname;
  return to.pathname.endsWith(endpoint)
    ? `${seen}; give that address`
    : `${seen}; that is not an address of the API`;
}

/** A timer that a signal ends. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });

/** Rejects when the signal does: some ways to fetch don't listen to it. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
