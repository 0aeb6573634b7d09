import { createParser } from 'eventsource-parser';
import { RolecallError } from '../errors.js';
import { isErrorBody, normalizeError } from '../translate/normalize-error.js';
import { isRecord } from '../translate/notes.js';
import { createChunkParser } from './frame-pattern.js';
import { asTransform, type Converter, type Source, through } from './iterate.js';
import { createLineFeed } from './sse-lines.js';
import { createFrameWriter } from './write-json.js';

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

/** Bytes to events, told one by one. */
interface EventReader {
  push(bytes: Bytes): void;
  /** No more comes. Returns what was no event at all, where none came: a body that is no stream. */
  end(): string;
}

/** For blocks that are whole by themselves: it keeps nothing between them. */
const whole = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes to text, cut anywhere, without the mark of byte order at the start. */
function createTextReader(): { push(bytes: Bytes): string; end(): string } {
  let across: TextDecoder | undefined;
  /** A character may be under way. */
  let open = false;
  let started = false;

  function decode(bytes: Uint8Array): string {
    const last = bytes.length === 0 ? 0 : bytes[bytes.length - 1]!;
    // A block that ends with a whole character needs no state, without which decoding is faster.
    if (!open && last < 0x80) return whole.decode(bytes);
    if (bytes.length > 0) open = last >= 0x80;
    across ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return across.decode(bytes, { stream: true });
  }

  return {
    push(bytes) {
      const text = typeof bytes === 'string' ? bytes : decode(bytes);
      if (started || text === '') return text;
      started = true;
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    },
    end: () => across?.decode() ?? '',
  };
}

function createEventReader(
  { maxFrame = defaultMaxFrame }: SseLimits,
  onEvent: (data: string, event: string | undefined, id: string | undefined) => void,
): EventReader {
  const text = createTextReader();
  const lines = createLineFeed();
  let tooLong = false;
  let bare = '';
  let framed = false;

  const parser = createParser({
    maxBufferSize: maxFrame,
    onEvent({ data, event, id }) {
      framed = true;
      onEvent(data, event, id);
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
      else if (!framed && error.type === 'unknown-field' && bare.length < maxFrame) bare += `${error.line}\n`;
    },
  });

  function feed(text: string): void {
    if (text !== '') parser.feed(text);
    if (!tooLong && lines.held <= maxFrame) return;
    const message = `A frame of the stream is longer than ${maxFrame} units, the limit.`;
    throw new RolecallError('over-limit', message, { details: { limit: maxFrame } });
  }

  return {
    push(bytes) {
      const piece = text.push(bytes);
      if (piece !== '') feed(lines.push(piece));
    },
    end() {
      const rest = text.end();
      feed(`${rest === '' ? '' : lines.push(rest)}${lines.end()}\n\n`);
      return framed ? '' : bare.trim();
    },
  };
}

/** What was made since the last time. */
function taking<T>(): { add(one: T): void; take(): T[] } {
  let made: T[] = [];
  return {
    add: (one) => {
      made.push(one);
    },
    take() {
      const all = made;
      made = [];
      return all;
    },
  };
}

/**
 * Bytes, cut anywhere, to events: any line ends, comments left out, a last event without its blank line, and lines of
 * `data:` with no blank line between. Throws `over-limit` for a frame that never ends.
 */
export function sseDecoder(limits: SseLimits = {}): Converter<Bytes, SseEvent> {
  const made = taking<SseEvent>();
  const reader = createEventReader(limits, (data, event, id) => {
    const one: SseEvent = { data };
    if (event !== undefined) one.event = event;
    if (id !== undefined) one.id = id;
    made.add(one);
  });
  return {
    push(bytes) {
      reader.push(bytes);
      return made.take();
    },
    end() {
      reader.end();
      return made.take();
    },
    release: made.take,
  };
}

/** What a frame holds: a chunk, or an error body. It is read by `toChatChunks` and its like, which check it. */
export type Frame = object;

/**
 * Bytes to the JSON of their frames, up to `[DONE]`. An error event comes out as an error body. Throws `invalid-shape`
 * for a frame that is no JSON, `incomplete-stream` where the last one was cut off, `over-limit` as `sseDecoder` does.
 */
export function frameDecoder<T extends object = Frame>(limits: SseLimits = {}): Converter<Bytes, T> {
  const made = taking<T>();
  const parse = createChunkParser();
  let done = false;
  let last = false;

  const reader = createEventReader(limits, (data, event) => {
    if (done) return;
    // Almost every frame: a JSON object, and nothing else to look at.
    if (data.charCodeAt(0) === OPEN && event === undefined && !data.includes('\n')) {
      const value = parsed(data, last, parse);
      if (value !== null) made.add(value as T);
      return;
    }
    for (const text of jsonTexts(data)) {
      const value = frameOf(text, event, last);
      if (value === 'done') {
        done = true;
        return;
      }
      if (value !== null) made.add(value as T);
    }
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

const OPEN = 0x7b;

/** An event is one JSON value; where its lines were meant as events of their own, each line is. */
function jsonTexts(data: string): readonly string[] {
  if (!data.includes('\n') || tryParse(data) !== undefined) return [data];
  const lines = data.split('\n');
  const each = lines.every(
    (line) => line.trim() === '' || line.trim() === '[DONE]' || tryParse(line) !== undefined,
  );
  return each ? lines : [data];
}

function frameOf(data: string, event: string | undefined, last: boolean): object | 'done' | null {
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

const jsonParse = (text: string): unknown => JSON.parse(text);

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(text: string, last: boolean, parse = jsonParse): object | null {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    if (last)
      throw new RolecallError('incomplete-stream', `The stream ends inside of a frame: ${shown}`, { cause });
    throw new RolecallError('invalid-shape', `A frame of the stream is no JSON: ${shown}`, { cause });
  }
  if (typeof value === 'object') return value;
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

const encoder = new TextEncoder();

/** Chunks to bytes: each write is one whole `data: ` frame, and the last is `[DONE]`. */
export function frameEncoder({ done = true }: FrameEncoderOptions = {}): Converter<object, Uint8Array> {
  const write = createFrameWriter();
  return {
    push: (chunk) => [write(chunk)],
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
