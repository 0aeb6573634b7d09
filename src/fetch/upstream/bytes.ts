import type { Input } from '../../stream/source.js';
import { Refusal, refusal } from '../refusal.js';
import type { Upstream } from '../types.js';
import { networkFailure } from './network-error.js';

/** Rejects when nothing came for `ms`, and then calls `late`. */
async function beforeLong<T>(ms: number, wait: Promise<T>, late: () => void): Promise<T> {
  if (ms === Infinity) return await wait;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = 'The upstream stopped in the middle of its response.';
      reject(refusal(504, message, { code: 'upstream_timeout' }));
      late();
    }, ms);
  });
  try {
    return await Promise.race([wait, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The bytes of a response as they come. Throws a refusal with the reason where the connection breaks off, or where nothing
 * comes for as long as the idle timeout, which begins anew with every byte; the reason of `signal` where the client left.
 */
export function bytesOf(
  response: Response,
  { limits, onError }: Upstream,
  signal: AbortSignal,
): Input<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined)
    return { next: () => ({ done: true, value: undefined }), close: async () => undefined };
  const close = async (): Promise<void> => await reader.cancel().catch(() => undefined);
  const late = (): void => void close();
  return {
    async next() {
      const read = reader.read();
      try {
        const { done, value } = await beforeLong(limits.idleTimeout, read, late);
        return done ? { done: true, value: undefined } : { done: false, value };
      } catch (error) {
        read.catch(() => undefined);
        if (signal.aborted) throw signal.reason;
        if (error instanceof Refusal) throw error;
        const { reason } = networkFailure(error);
        if (reason === undefined) onError?.(error);
        const why = reason === undefined ? '' : `: ${reason}`;
        throw refusal(502, `The upstream's response broke off${why}.`, { code: 'upstream_disconnected' });
      }
    },
    close,
  };
}

/** All bytes of an input as text; undefined where they are more than `limit`. Then nothing more is read. */
export async function textOf(bytes: Input<Uint8Array>, limit: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await bytes.next();
    if (done === true) return text + decoder.decode();
    length += value.length;
    if (length > limit) {
      await bytes.close();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** How a body begins: as JSON, as a stream of events, or as something else. */
export type BodyKind = 'json' | 'events' | 'other';

/** The longest beginning that is looked at: white space that keeps a connection alive comes before it. */
const longestStart = 6;

/**
 * Tells what a body is by its beginning, since servers send whole responses as `text/event-stream` and streams as
 * `application/json`. Nothing is lost: what was read comes again.
 */
export async function lookAt(
  bytes: Input<Uint8Array>,
): Promise<{ kind: BodyKind; bytes: Input<Uint8Array> }> {
  const read: IteratorResult<Uint8Array, unknown>[] = [];
  const decoder = new TextDecoder();
  let start = '';
  for (;;) {
    const step = await bytes.next();
    read.push(step);
    if (step.done === true) break;
    start = (start + decoder.decode(step.value, { stream: true })).trimStart();
    if (start.length >= longestStart || /^[{[:<]/.test(start)) break;
  }
  const kind = /^[{[]/.test(start)
    ? 'json'
    : /^(:|(data|event|id|retry|error):)/.test(start)
      ? 'events'
      : 'other';
  return {
    kind,
    bytes: {
      next: () => read.shift() ?? bytes.next(),
      close: () => bytes.close(),
    },
  };
}
