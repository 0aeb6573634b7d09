import { RolecallError } from '../errors.js';
import { isErrorBody, normalizeError } from '../translate/normalize-error.js';
import { isRecord } from '../translate/notes.js';
import type { Converter } from './converter.js';
import { type Bytes, createEventReader, gather, type SseEvent, type SseLimits } from './events.js';
import { through } from './iterate.js';
import type { Source } from './source.js';

/** What a frame holds: a chunk, or an error body. It is read by `toChatChunks` and its like, which check it. */
export type Frame = object;

/**
 * Bytes to the JSON of their frames, up to `[DONE]`. An error event comes out as an error body. Throws `invalid-shape`
 * for a frame that is no JSON, `incomplete-stream` where the last one was cut off, `over-limit` as `sseDecoder` does.
 */
export function frameDecoder<T extends object = Frame>(limits: SseLimits = {}): Converter<Bytes, T> {
  const made = gather<T>();
  let done = false;
  let last = false;
  const reader = createEventReader(limits, (event) => {
    if (done) return;
    const value = frameOf(event, last);
    if (value === 'done') done = true;
    else if (value !== null) made.add(value as T);
  });

  return {
    push(bytes) {
      if (done) return [];
      reader.push(bytes);
      return made.take();
    },
    end() {
      if (done) return made.take();
      last = true;
      const bare = reader.end();
      if (bare !== '') made.add(bodyOf(bare) as T);
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

/** A body that is no stream: an error as plain JSON is one here too; nothing else can be made sense of. */
function bodyOf(text: string): object {
  const body = tryParse(text);
  if (isErrorBody(body)) return body as object;
  const message =
    body === undefined
      ? `The body is no stream of events: ${normalizeError(text).error.message}`
      : 'The body is a whole response, no stream of events.';
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
    throw new RolecallError('invalid-shape', `A frame of the stream is no JSON: ${shown}`, { cause });
  }
  if (typeof value === 'object') return value;
  throw new RolecallError('invalid-shape', `A frame of the stream is no object: ${text.slice(0, 80)}`);
}

/** The frame that ends a stream. */
export const doneFrame = 'data: [DONE]\n\n';

export interface FrameEncoderOptions {
  /** Ends with `data: [DONE]` (the default). */
  done?: boolean | undefined;
}

const encoder = new TextEncoder();

/** Chunks to bytes: each write is one whole `data: ` frame, and the last is `[DONE]`. */
export function frameEncoder({ done = true }: FrameEncoderOptions = {}): Converter<object, Uint8Array> {
  return {
    push: (chunk) => [encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)],
    end: () => (done ? [encoder.encode(doneFrame)] : []),
    release: () => [],
  };
}

/** The JSON of a body's frames, up to `[DONE]`: the input of `toChatChunks`, `toCompletionChunks` and the collectors. */
export function decodeFrames<T extends object = Frame>(
  body: Source<Bytes>,
  limits: SseLimits = {},
): AsyncIterableIterator<T> {
  return through(body, frameDecoder<T>(limits));
}

export interface EncodeFramesOptions extends FrameEncoderOptions {
  /**
   * What an error of the input becomes: it is thrown on (the default), or written as a frame `{"error": …}` in OpenAI's
   * envelope with `[DONE]` after it, as servers do once the headers have gone out.
   */
  errors?: 'throw' | 'frame' | undefined;
}

/** Chunks as bytes, one frame a write. */
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

/** An error as the body that a server sends for it. */
export function errorFrame(error: unknown): object {
  const { cause, message } =
    isRecord(error) || error instanceof Error ? (error as Error) : new Error(String(error));
  if (isErrorBody(cause)) return normalizeError(cause);
  return { error: { message, type: 'server_error', param: null, code: codeOf(error) } };
}

const codeOf = (error: unknown): string | null => (error instanceof RolecallError ? error.code : null);
