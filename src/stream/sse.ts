import { createParser } from 'eventsource-parser';
import { RolecallError } from '../errors.js';
import { isErrorBody, normalizeError } from '../translate/normalize-error.js';
import { isRecord } from '../translate/notes.js';
import { asTransform, type Converter, type Source, through } from './iterate.js';
import { createLineFeed } from './sse-lines.js';

/** One event of a stream: the text of its `data` lines, joined with line ends. */
export interface SseEvent {
  data: string;
  event?: string;
  id?: string;
}

export interface SseLimits {
  /** The longest frame that is waited for, in UTF-16 units (default 8 Mi). */
  maxFrame?: number | undefined;
}

/** What comes in as the body of a response. */
export type Bytes = Uint8Array | string;

const defaultMaxFrame = 8 * 1024 * 1024;

/**
 * Bytes, cut anywhere, to events: any line ends, comments left out, a last event without its blank line, and lines of
 * `data:` with no blank line between. Throws `over-limit` for a frame that never ends.
 */
export function sseDecoder({ maxFrame = defaultMaxFrame }: SseLimits = {}): Converter<Bytes, SseEvent> {
  const decoder = new TextDecoder();
  const lines = createLineFeed();
  let events: SseEvent[] = [];
  let tooLong = false;
  let bare = '';
  let framed = false;
  let started = false;

  const parser = createParser({
    maxBufferSize: maxFrame,
    onEvent({ data, event, id }) {
      framed = true;
      const one: SseEvent = { data };
      if (event !== undefined) one.event = event;
      if (id !== undefined) one.id = id;
      events.push(one);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
      else if (!framed && error.type === 'unknown-field' && bare.length < maxFrame) bare += `${error.line}\n`;
    },
  });

  function feed(text: string): SseEvent[] {
    if (text !== '') parser.feed(text);
    if (tooLong || lines.held > maxFrame) {
      const message = `A frame of the stream is longer than ${maxFrame} units, the limit.`;
      throw new RolecallError('over-limit', message, { details: { limit: maxFrame, needed: lines.held } });
    }
    const out = events;
    if (out.length > 0) events = [];
    return out;
  }

  return {
    push(bytes) {
      let text = typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true });
      if (!started && text !== '') {
        started = true;
        if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      }
      return feed(text === '' ? '' : lines.push(text));
    },
    end() {
      const rest = decoder.decode();
      const out = feed(`${rest === '' ? '' : lines.push(rest)}${lines.end()}\n\n`);
      // A body that is no stream of events: an error or a whole response, as plain JSON.
      if (!framed && bare.trim() !== '') out.push({ data: bare.trim(), event: 'body' });
      return out;
    },
    release: () => {
      const out = events;
      events = [];
      return out;
    },
  };
}

/** What a frame holds: a chunk, or an error body. It is read by `toChatChunks` and its like, which check it. */
export type Frame = object;

/**
 * Bytes to the JSON of their frames, up to `[DONE]`. An error event comes out as an error body. Throws `invalid-shape`
 * for a frame that is no JSON, `incomplete-stream` where the last one was cut off, `over-limit` as `sseDecoder` does.
 */
export function frameDecoder<T extends object = Frame>(limits: SseLimits = {}): Converter<Bytes, T> {
  const decoder = sseDecoder(limits);
  let done = false;
  let made: T[] = [];

  function read(events: readonly SseEvent[], last: boolean): T[] {
    for (let i = 0; i < events.length && !done; i++) {
      const { data, event } = events[i]!;
      const cut = last && i === events.length - 1;
      for (const text of jsonTexts(data)) {
        const value = frameOf(text, event, cut);
        if (value === 'done') done = true;
        else if (value !== null && !done) made.push(value as T);
      }
    }
    const out = made;
    made = [];
    return out;
  }

  return {
    push: (bytes) => (done ? [] : read(decoder.push(bytes), false)),
    end: () => (done ? [] : read(decoder.end(), true)),
    release: () => {
      const out = made;
      made = [];
      return out;
    },
    get done() {
      return done;
    },
  };
}

const one: [string] = [''];

/** An event is one JSON value; where its lines were meant as events of their own, each line is. */
function jsonTexts(data: string): readonly string[] {
  if (data.includes('\n') && tryParse(data) === undefined) {
    const lines = data.split('\n');
    if (lines.every((line) => line.trim() === '' || line.trim() === '[DONE]' || tryParse(line) !== undefined))
      return lines;
  }
  one[0] = data;
  return one;
}

function frameOf(data: string, event: string | undefined, last: boolean): object | 'done' | null {
  const first = data.charCodeAt(0);
  // Almost every frame: a JSON object, and nothing else to look at.
  if (first === 123 && event === undefined) return parsed(data, last);
  const text = data.trim();
  if (text === '') return null;
  if (text === '[DONE]') return 'done';
  if (event === 'error') {
    const body = tryParse(text);
    if (body === undefined) return { error: { message: text } };
    return isErrorBody(body) ? (body as object) : { error: body };
  }
  if (event === 'body') {
    const body = tryParse(text);
    if (isErrorBody(body)) return body as object;
    const message =
      body === undefined
        ? normalizeError(text).error.message
        : 'The body is a whole response, no stream of events.';
    throw new RolecallError('invalid-shape', message);
  }
  return parsed(text, last);
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
  if (isRecord(value) || Array.isArray(value)) return value as object;
  if (value === null) return null;
  throw new RolecallError('invalid-shape', `A frame of the stream is no object: ${text.slice(0, 80)}`);
}

/** One event as text: every line of `data` behind its own `data: `, then the blank line. */
export function sseFrame(data: string, { event, id }: Omit<SseEvent, 'data'> = {}): string {
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}data: ${lines}\n\n`;
}

/** The frame that ends a stream. */
export const doneFrame = 'data: [DONE]\n\n';

export interface FrameEncoderOptions {
  /** Ends with `data: [DONE]` (the default). */
  done?: boolean | undefined;
}

/** Chunks to bytes: each write is one whole `data: ` frame, and the last is `[DONE]`. */
export function frameEncoder({ done = true }: FrameEncoderOptions = {}): Converter<object, Uint8Array> {
  const encoder = new TextEncoder();
  return {
    push: (chunk) => [encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)],
    end: () => (done ? [encoder.encode(doneFrame)] : []),
    release: () => [],
  };
}

/** The events of a body. */
export function decodeSse(body: Source<Bytes>, limits: SseLimits = {}): AsyncIterableIterator<SseEvent> {
  return through(body, sseDecoder(limits));
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

/** `decodeSse` for `pipeThrough`. */
export function sseDecoderStream(limits: SseLimits = {}): ReadableWritablePair<SseEvent, Bytes> {
  return asTransform((bytes: Source<Bytes>) => decodeSse(bytes, limits));
}

/** `decodeFrames` for `pipeThrough`. */
export function frameDecoderStream<T extends object = Frame>(
  limits: SseLimits = {},
): ReadableWritablePair<T, Bytes> {
  return asTransform((bytes: Source<Bytes>) => decodeFrames<T>(bytes, limits));
}

/** `encodeFrames` for `pipeThrough`. */
export function frameEncoderStream(
  options: EncodeFramesOptions = {},
): ReadableWritablePair<Uint8Array, object> {
  return asTransform((chunks: Source<object>) => encodeFrames(chunks, options));
}
