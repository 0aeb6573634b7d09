import { refusal } from './refusal.js';

/** Bytes of a body as they come. A wait longer than `idleTimeout` milliseconds throws, and lets go of the body. */
export function timedBody(body: ReadableStream<Uint8Array>, idleTimeout: number): ReadableStream<Uint8Array> {
  if (idleTimeout === Infinity) return body;
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            reject(
              refusal(504, 'The upstream stopped in the middle of its stream.', { code: 'upstream_timeout' }),
            );
          }, idleTimeout);
        });
        try {
          const { done, value } = await Promise.race([reader.read(), late]);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          throw error;
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * An iterator as the body of a response: read only as fast as the client reads, closed at once when the client goes, and
 * broken off with the signal's reason when that ends it, as the body of `fetch` is. `onClose` is called once, whatever ends it.
 */
export function streamBody(
  pieces: AsyncIterableIterator<Uint8Array>,
  signal: AbortSignal,
  onClose?: () => void,
): ReadableStream<Uint8Array> {
  let stop: (() => void) | undefined;
  const close = (): void => {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    stop = undefined;
    onClose?.();
    void Promise.resolve(pieces.return?.()).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop = () => {
          close();
          controller.error(signal.reason);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      },
      async pull(controller) {
        const { done, value } = await pieces.next();
        // Broken off while waiting: the stream has its error.
        if (stop === undefined) return;
        if (done === true) {
          close();
          controller.close();
        } else controller.enqueue(value);
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

/** Headers of a stream that no proxy on the way holds back or keeps. */
export function streamHeaders(headers: Headers): Headers {
  headers.set('content-type', 'text/event-stream; charset=utf-8');
  headers.set('cache-control', 'no-cache, no-transform');
  headers.set('x-accel-buffering', 'no');
  return headers;
}
