import { RolecallError } from '../errors.js';
import type { Converter } from './converter.js';
import { through } from './iterate.js';
import type { Source } from './source.js';

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

/** What was made since the last time. */
export function gather<T>(): { add(one: T): void; take(): T[] } {
  let made: T[] = [];
  return {
    add(one) {
      made.push(one);
    },
    take() {
      const all = made;
      made = [];
      return all;
    },
  };
}

/** Bytes to text, cut anywhere, without the mark of byte order at the start. */
function createTextReader(): { push(bytes: Bytes): string; end(): string } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** A character may be under way. */
  let open = false;
  let started = false;

  function decode(bytes: Uint8Array): string {
    // Decoding without a state is faster, and a block mostly ends with a line.
    const ends = bytes.length > 0 && bytes[bytes.length - 1]! < 0x80;
    if (!open && ends) return decoder.decode(bytes);
    if (bytes.length > 0) open = !ends;
    return decoder.decode(bytes, { stream: true });
  }

  return {
    push(bytes) {
      const text = typeof bytes === 'string' ? bytes : decode(bytes);
      if (started || text === '') return text;
      started = true;
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    },
    end: () => decoder.decode(),
  };
}

/** Text, cut anywhere, to lines. A line ends with LF, CR LF or CR. */
function createLineReader(): {
  push(text: string): string[];
  end(): string[];
  /** Units held back: the line that has not ended. */
  held(): number;
} {
  let rest = '';
  /** A CR at the end of what came: an LF may follow it. */
  let carriage = '';

  function push(text: string): string[] {
    const all = carriage + text;
    carriage = all.endsWith('\r') ? '\r' : '';
    const lines = (carriage === '' ? all : all.slice(0, -1)).split(/\r\n?|\n/);
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    return lines;
  }
  return { push, end: () => push('\n'), held: () => rest.length };
}

/** Is a value of `data:` a whole JSON object, or the mark of the end? */
function isWhole(value: string): boolean {
  const text = value.trim();
  if (text === '[DONE]') return true;
  if (!text.startsWith('{') || !text.endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Bytes to events, told one by one. */
export interface EventReader {
  push(bytes: Bytes): void;
  /** No more comes. */
  end(): void;
  /** The lines so far that belong to no event: all of a body that is no stream, or what a server wrote into one. */
  bare(): string;
}

export interface EventListeners {
  onEvent(event: SseEvent): void;
  /** Hears of a comment, which shows that the server lives. */
  onComment?: ((text: string) => void) | undefined;
}

/**
 * Reads events as the standard has them (https://html.spec.whatwg.org/multipage/server-sent-events.html), and two things
 * more. Some servers write one `data: {…}` line after another, without the blank line that ends an event: no line after a
 * whole JSON object can belong to it, so there the event has ended. And llama.cpp writes errors as `error: {…}`, a field that
 * the standard does not have: it is read as an event of that name.
 */
export function createEventReader(
  { maxFrame = defaultMaxFrame }: SseLimits,
  { onEvent, onComment }: EventListeners,
): EventReader {
  const text = createTextReader();
  const lines = createLineReader();
  /** The values of the `data` lines of the event that is under way. */
  let data: string[] = [];
  /** Their units. */
  let units = 0;
  let event = '';
  let id: string | undefined;
  let bare = '';

  function dispatch(): void {
    if (data.length > 0) {
      const one: SseEvent = { data: data.length === 1 ? data[0]! : data.join('\n') };
      if (event !== '') one.event = event;
      if (id !== undefined) one.id = id;
      onEvent(one);
    }
    data = [];
    units = 0;
    event = '';
    id = undefined;
  }

  function take(line: string): void {
    if (line === '') {
      dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === 'data') {
      if (data.length > 0 && isWhole(data[data.length - 1]!)) dispatch();
      data.push(value);
      units += value.length + 1;
    } else if (field === 'error' && value !== '') {
      dispatch();
      onEvent({ data: value, event: 'error' });
    } else if (field === '') onComment?.(value);
    else if (field === 'event') event = value;
    else if (field === 'id') {
      if (!value.includes('\0')) id = value;
    } else if (field !== 'retry' && bare.length < maxFrame) bare += `${line}\n`;
  }

  function read(whole: readonly string[]): void {
    for (const line of whole) take(line);
    if (units <= maxFrame && lines.held() <= maxFrame) return;
    const message = `A frame of the stream is longer than ${maxFrame} units, the limit.`;
    throw new RolecallError('over-limit', message, { details: { limit: maxFrame } });
  }

  return {
    push: (bytes) => read(lines.push(text.push(bytes))),
    end() {
      read([...lines.push(text.end()), ...lines.end(), '']);
    },
    bare: () => bare.trim(),
  };
}

/**
 * Bytes, cut anywhere, to events: any line ends, comments left out, a last event without its blank line, and lines of
 * `data:` with no blank line between. Throws `over-limit` for a frame that never ends.
 * @example
 * ```ts
 * import { sseDecoder } from 'rolecall/sse';
 * sseDecoder().push('data: hello\n\n'); // [{ data: 'hello', … }]
 * ```
 */
export function sseDecoder(limits: SseLimits = {}): Converter<Bytes, SseEvent> {
  const made = gather<SseEvent>();
  const reader = createEventReader(limits, { onEvent: made.add });
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

/**
 * The events of a body.
 * @example
 * ```ts
 * import { decodeSse } from 'rolecall/sse';
 * for await (const event of decodeSse(['event: ping\ndata: hello\n\n'])) console.log(event.data); // hello
 * ```
 */
export function decodeSse(body: Source<Bytes>, limits: SseLimits = {}): AsyncIterableIterator<SseEvent> {
  return through(body, sseDecoder(limits));
}

/**
 * One event as text: every line of `data` behind its own `data: `, then the blank line. Throws `invalid-argument` for a
 * name or an id with a line end in it, which the format can't say.
 * @example
 * ```ts
 * import { sseFrame } from 'rolecall/sse';
 * sseFrame('hello'); // 'data: hello\n\n'
 * ```
 */
export function sseFrame(data: string, { event, id }: Omit<SseEvent, 'data'> = {}): string {
  for (const [path, value] of Object.entries({ event, id })) {
    if (value !== undefined && /[\r\n]/.test(value))
      throw new RolecallError('invalid-argument', 'This holds a line end, which an event can not say.', {
        path,
      });
  }
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}data: ${lines}\n\n`;
}
