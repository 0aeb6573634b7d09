import { RolecallError } from '../errors.js';
import { errorIn, isErrorBody, normalizeError } from '../translate/normalize/error.js';
import { isRecord } from '../translate/notes.js';
import type { Converter } from './converter.js';
import { type Bytes, createEventReader, gather, type SseEvent, type SseLimits } from './events.js';
import { type Pieces, through } from './iterate.js';
import type { Source } from './source.js';

/** What a frame holds: a chunk, or an error body. It is read by `toChatChunks` and its like, which check it. */
export type Frame = object;

export interface FrameDecoderOptions<T extends object = Frame> extends SseLimits {
  /**
   * Hears of a comment, which shows that the server lives; its text is what stands behind the colon. What it returns, if
   * anything, comes out in its place.
   */
  onComment?: ((text: string) => T | undefined) | undefined;
}

/**
 * Bytes to the JSON of their frames, up to `[DONE]`. An error event comes out as an error body, and so does an error that
 * stands between the events; a body that is one JSON value and no stream is its one frame. Throws `invalid-shape` for a
 * frame that is no JSON, `incomplete-stream` where the last one was cut off, `over-limit` as `sseDecoder` does.
 * @example
 * ```ts
 * import { frameDecoder } from 'rolecall/sse';
 * const decoder = frameDecoder();
 * decoder.push('data: {"n":'); // []
 * decoder.push('1}\n\n'); // [{ n: 1 }]
 * ```
 */
export function frameDecoder<T extends object = Frame>({
  onComment,
  ...limits
}: FrameDecoderOptions<T> = {}): Converter<Bytes, T> {
  const made = gather<T>();
  let done = false;
  let last = false;
  let framed = false;
  const onEvent = (event: SseEvent): void => {
    if (done) return;
    framed = true;
    const value = frameOf(event, last);
    if (value === 'done') {
      done = true;
      addBare();
    } else if (value !== null) made.add(value as T);
  };
  const reader = createEventReader(limits, {
    onEvent,
    onComment(text) {
      const one = done ? undefined : onComment?.(text);
      if (one !== undefined) made.add(one);
    },
  });

  /** What stands outside of the events: an error, or a body that is no stream. */
  function addBare(): void {
    const bare = reader.bare();
    if (bare === '') return;
    const body = framed ? errorIn(tryParse(bare)) : bodyOf(bare);
    if (body !== undefined) made.add(body as T);
  }

  return {
    push(bytes) {
      if (done) return [];
      reader.push(bytes);
      return made.take();
    },
    end() {
      if (done) return made.take();
      last = true;
      reader.end();
      if (!done) addBare();
      return made.take();
    },
    release: made.take,
    get done() {
      return done;
    },
  };
}

/** What an event says; null for nothing. */
function frameOf({ data, event }: SseEvent, last: boolean): object | 'done' | null {
  const text = data.trim();
  if (text === '') return null;
  if (text === '[DONE]') return 'done';
  if (event !== 'error') return parsed(text, last);
  const body = tryParse(text);
  if (body === undefined) return { error: { message: text } };
  return isErrorBody(body) ? (body as object) : { error: body };
}

/** A body that is no stream: a server that can't stream gives the whole response, or an error. */
function bodyOf(text: string): object {
  const body = tryParse(text);
  if (typeof body === 'object' && body !== null) return body;
  const message = `The body is not a stream of events: ${normalizeError(text).error.message}`;
  throw new RolecallError('invalid-shape', message);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(text: string, last: boolean): object | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    if (last)
      throw new RolecallError('incomplete-stream', `The stream ends inside of a frame: ${shown}`, { cause });
    throw new RolecallError('invalid-shape', `A frame of the stream is not JSON: ${shown}`, { cause });
  }
  if (typeof value === 'object') return value;
  throw new RolecallError('invalid-shape', `A frame of the stream is not an object: ${text.slice(0, 80)}`);
}

/** The frame that ends a stream. */
export const doneFrame = 'data: [DONE]\n\n';

export interface FrameEncoderOptions {
  /** Ends with `data: [DONE]` (the default). */
  done?: boolean | undefined;
}

const encoder = new TextEncoder();

/**
 * Chunks to bytes: each write is one whole `data: ` frame, and the last is `[DONE]`.
 * @example
 * ```ts
 * import { frameEncoder } from 'rolecall/sse';
 * const encoder = frameEncoder();
 * encoder.push({ n: 1 }); // ['data: {"n":1}\n\n']
 * encoder.end();
 * ```
 */
export function frameEncoder({ done = true }: FrameEncoderOptions = {}): Converter<object, Uint8Array> {
  return {
    push: (chunk) => [encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)],
    end: () => (done ? [encoder.encode(doneFrame)] : []),
    release: () => [],
  };
}

/**
 * The JSON of a body's frames, up to `[DONE]`: the input of `toChatChunks`, `toCompletionChunks` and the collectors. Its
 * `done` says whether that came, by which they know a whole reply from one that was cut off.
 * @example
 * ```ts
 * import { decodeFrames } from 'rolecall/sse';
 * for await (const chunk of decodeFrames(['data: {"n":1}\n\n', 'data: [DONE]\n\n'])) console.log(chunk); // { n: 1 }
 * ```
 */
export function decodeFrames<T extends object = Frame>(
  body: Source<Bytes>,
  options: FrameDecoderOptions<T> = {},
): Pieces<T> {
  return through(body, frameDecoder<T>(options));
}

export interface EncodeFramesOptions extends FrameEncoderOptions {
  /**
   * What an error of the input becomes: it is thrown on (the default), or written as a frame `{"error": …}` in OpenAI's
   * envelope with `[DONE]` after it, as servers do once the headers have gone out.
   */
  errors?: 'throw' | 'frame' | undefined;
}

/**
 * Chunks as bytes, one frame a write.
 * @example
 * ```ts
 * import { encodeFrames } from 'rolecall/sse';
 * for await (const bytes of encodeFrames([{ n: 1 }])) console.log(bytes); // data: {"n":1}, then [DONE]
 * ```
 */
export function encodeFrames(
  chunks: Source<object>,
  { errors = 'throw', ...options }: EncodeFramesOptions = {},
): AsyncIterableIterator<Uint8Array> {
  const encoder = frameEncoder(options);
  return through(
    chunks,
    encoder,
    errors === 'throw' ? undefined : (error) => [...encoder.push(errorFrame(error)), ...encoder.end()],
  );
}

/**
 * An error as the body that a server sends for it.
 * @example
 * ```ts
 * import { errorFrame } from 'rolecall/sse';
 * errorFrame(new Error('The server went away.')); // a frame in OpenAI's shape of errors
 * ```
 */
export function errorFrame(error: unknown): object {
  const { cause, message } =
    isRecord(error) || error instanceof Error ? (error as Error) : new Error(String(error));
  if (isErrorBody(cause)) return normalizeError(cause);
  return { error: { message, type: 'server_error', param: null, code: codeOf(error) } };
}

const codeOf = (error: unknown): string | null => (error instanceof RolecallError ? error.code : null);
