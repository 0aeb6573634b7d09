/**
 * An iterator as the body of a response: read only as fast as the client reads, closed at once when the client goes, and
 * broken off with the signal's reason when that ends it, as the body of `fetch` is. `onClose` is called once, whatever ends
 * the stream.
 */
export function streamBody(
  pieces: AsyncIterableIterator<Uint8Array>,
  signal: AbortSignal,
  onClose?: () => void,
): ReadableStream<Uint8Array> {
  let open = true;
  let stop = (): void => undefined;

  function close(): void {
    if (!open) return;
    open = false;
    signal.removeEventListener('abort', stop);
    onClose?.();
    void Promise.resolve(pieces.return?.()).catch(() => undefined);
  }

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
        // Ended while waiting.
        if (!open) return;
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
