import type { Converter } from '../stream/converter.js';
import type { Bytes } from '../stream/events.js';
import { doneFrame, errorFrame, frameDecoder } from '../stream/frames.js';
import { through } from '../stream/iterate.js';
import type { Source } from '../stream/source.js';
import { refusal } from './refusal.js';

/** The frames that end a stream in which something went wrong. */
const lastFrames = (error: unknown): string => `data: ${JSON.stringify(errorFrame(error))}\n\n${doneFrame}`;

/**
 * A streamed response from another: bytes to frames, frames to frames of the other kind, and those to bytes, in one step,
 * so that what comes in as one piece goes out as one. An error becomes the last frame.
 */
export function convertStream<In extends object, Out extends object>(
  body: Source<Bytes>,
  converter: Converter<In, Out>,
  maxFrame: number,
): AsyncIterableIterator<Uint8Array> {
  const decoder = frameDecoder<In>({ maxFrame });
  const encoder = new TextEncoder();
  let ready = '';
  const write = (chunks: readonly Out[]): void => {
    for (const chunk of chunks) ready += `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const flush = (): Uint8Array[] => {
    if (ready === '') return [];
    const bytes = encoder.encode(ready);
    ready = '';
    return [bytes];
  };
  const whole: Converter<Bytes, Uint8Array> = {
    push(bytes) {
      for (const frame of decoder.push(bytes)) write(converter.push(frame));
      return flush();
    },
    end() {
      for (const frame of decoder.end()) write(converter.push(frame));
      write(converter.end());
      ready += doneFrame;
      return flush();
    },
    release() {
      write(converter.release());
      return flush();
    },
    get done() {
      return decoder.done === true;
    },
  };
  return through(body, whole, (error) => [encoder.encode(lastFrames(error))]);
}

export interface StreamBodyOptions {
  /** Called once, whatever ends the stream. */
  onClose?: (() => void) | undefined;
  /** The longest wait for the next piece, in milliseconds; then the stream ends with an error frame. */
  idleTimeout?: number | undefined;
}

/**
 * An iterator as the body of a response: read only as fast as the client reads, closed at once when the client goes, and
 * broken off with the signal's reason when that ends it, as the body of `fetch` is.
 */
export function streamBody(
  pieces: AsyncIterableIterator<Uint8Array>,
  signal: AbortSignal,
  { onClose, idleTimeout = Infinity }: StreamBodyOptions = {},
): ReadableStream<Uint8Array> {
  let open = true;
  let stop = (): void => undefined;
  /** Since when the next piece is waited for; undefined while the client is not reading. */
  let waitingSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    if (!open) return;
    open = false;
    clearTimeout(timer);
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
        if (idleTimeout === Infinity || !open) return;
        // One timer for the stream, not one for each piece: it looks how long the wait has been, and sets itself anew.
        const look = (): void => {
          const waited = waitingSince === undefined ? 0 : performance.now() - waitingSince;
          if (waited < idleTimeout) {
            timer = setTimeout(look, idleTimeout - waited);
            return;
          }
          const late = refusal(504, 'The upstream stopped in the middle of its stream.', {
            code: 'upstream_timeout',
          });
          close();
          controller.enqueue(new TextEncoder().encode(lastFrames(late)));
          controller.close();
        };
        timer = setTimeout(look, idleTimeout);
      },
      async pull(controller) {
        waitingSince = performance.now();
        const { done, value } = await pieces.next();
        waitingSince = undefined;
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
