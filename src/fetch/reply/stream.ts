import type { ChunkConverter, Converter } from '../../stream/converter.js';
import { isPing } from '../../stream/core.js';
import type { Bytes } from '../../stream/events.js';
import { doneFrame, errorFrame, frameDecoder } from '../../stream/frames.js';
import { pull } from '../../stream/iterate.js';
import { type Input, type Merged, merge, type Source } from '../../stream/source.js';
import { isRecord, notesFor } from '../../translate/notes.js';
import { sumUsage, usageOf } from '../../translate/usage.js';

/** One response of the upstream, of those that together are the stream that a client gets. */
export interface ReplyPart {
  body: Source<Bytes>;
  /** The stream of the converter that its chunks belong to. */
  stream: number;
  /** Of a response with one choice: the place of that choice in its stream. */
  choice?: number | undefined;
  /**
   * Asks for it. Such a part is a spare: it is needed where the first part of its stream does not give the choice, be it
   * that it has ended, or that it was let go.
   */
  begin?: ((ended: boolean) => void) | undefined;
}

export interface ReplyStreamOptions {
  /** The longest frame, in UTF-16 units. */
  maxFrame: number;
  /** How long what may follow the last choice is waited for, in milliseconds. */
  patience: number;
}

/** Usage that was asked for is worth a wait behind the last choice; else only the mark of the end may come. */
export const patienceOf = ({ includeUsage }: { includeUsage: boolean }): number =>
  includeUsage ? 2000 : 250;

/** The frames that end a stream in which something went wrong. */
const lastFrames = (error: unknown): string => `data: ${JSON.stringify(errorFrame(error))}\n\n${doneFrame}`;

/** An input that is over when its time is up, whatever it still has. */
function until<T>(input: Input<T>, deadline: () => number | undefined): Input<T> {
  return {
    async next() {
      const end = deadline();
      if (end === undefined) return await input.next();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<IteratorResult<T, unknown>>((resolve) => {
        timer = setTimeout(
          () => {
            void input.close().catch(() => undefined);
            resolve({ done: true, value: undefined });
          },
          Math.max(0, end - performance.now()),
        );
      });
      try {
        return await Promise.race([input.next(), late]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => input.close(),
  };
}

/** A comment between the frames of a stream. */
class Comment {
  constructor(readonly text: string) {}
}

type Chunk = { choices?: readonly { index?: unknown }[] | null; usage?: unknown };

/** What is known of one stream of the converter, whose chunks may come in several responses. */
interface Group {
  /** How many responses it may come in. */
  size: number;
  /** The parts that are asked for where they are needed. */
  spares: { at: number; part: ReplyPart }[];
  /** The choices that have begun. */
  begun: Set<unknown>;
  /** By part. */
  usages: Map<number, ReturnType<typeof usageOf>>;
}

function groupsOf(parts: readonly ReplyPart[]): Map<number, Group> {
  const groups = new Map<number, Group>();
  for (const [at, part] of parts.entries()) {
    const group: Group = groups.get(part.stream) ?? {
      size: 0,
      spares: [],
      begun: new Set(),
      usages: new Map(),
    };
    groups.set(part.stream, group);
    group.size++;
    if (part.begin !== undefined) group.spares.push({ at, part });
  }
  return groups;
}

/** The usage of a stream that comes in several responses: the sum, in each chunk that has any. */
function withUsage(chunk: Chunk, at: number, { size, usages }: Group): Chunk {
  if (size === 1 || !isRecord(chunk.usage)) return chunk;
  usages.set(at, usageOf(chunk.usage, 'usage', notesFor({})));
  return { ...chunk, usage: sumUsage([...usages.values()]) };
}

/** The chunks of a response with one choice, in the place that the choice has. */
function placed(chunk: Chunk, { choice }: ReplyPart): Chunk {
  if (choice === undefined || !Array.isArray(chunk.choices)) return chunk;
  return { ...chunk, choices: chunk.choices.map((one: object) => ({ ...one, index: choice })) };
}

/**
 * The bytes of a stream from those of the upstream's: to frames, to frames of the other kind, and to bytes, in one step, so
 * that what comes in as one piece goes out as one. Comments pass, since they show that the upstream lives. A response of
 * which nothing more is needed is let go at once; an error becomes the last frame.
 */
export function replyStream<In extends object, Out extends object>(
  parts: readonly ReplyPart[],
  converter: ChunkConverter<In, Out>,
  { maxFrame, patience }: ReplyStreamOptions,
): AsyncIterableIterator<Uint8Array> {
  const merged = merge(parts.map(({ body }) => body));
  const encoder = new TextEncoder();
  const groups = groupsOf(parts);
  /** The streams of which a choice is awaited still. */
  const open = new Set(groups.keys());
  let ready = '';
  let deadline: number | undefined;
  const onComment = (text: string): Comment => new Comment(text);
  const decoders = parts.map(() => frameDecoder<In | Comment>({ maxFrame, onComment }));

  function write(chunks: readonly Out[]): void {
    for (const chunk of chunks) ready += `data: ${JSON.stringify(chunk)}\n\n`;
  }
  function flush(): Uint8Array[] {
    if (ready === '') return [];
    const bytes = encoder.encode(ready);
    ready = '';
    return [bytes];
  }

  function take(at: number, frames: readonly (In | Comment)[]): void {
    const part = parts[at]!;
    const group = groups.get(part.stream)!;
    for (const frame of frames) {
      if (frame instanceof Comment || isPing(frame)) {
        ready += `: ${frame instanceof Comment ? frame.text : 'ping'}\n\n`;
        continue;
      }
      const chunk = withUsage(placed(frame as Chunk, part), at, group);
      if (Array.isArray(chunk.choices))
        for (const choice of chunk.choices) group.begun.add(choice?.index ?? 0);
      write(converter.push(chunk as In, part.stream));
    }
  }

  /** A part is over: it is left, and the choices that it did not give are asked for. */
  function finish(at: number, ended: boolean): void {
    const { stream, choice } = parts[at]!;
    merged.drop(at);
    if (decoders[at]!.done === true) converter.complete(stream, choice);
    write(converter.end(stream, choice));
    if (choice !== undefined) return;
    const { spares, begun } = groups.get(stream)!;
    for (const spare of spares) {
      if (begun.has(spare.part.choice)) merged.drop(spare.at);
      else spare.part.begin?.(ended);
    }
  }

  /** Is nothing more needed of a part? A server that ignores `n` would go on with its one choice. */
  function isOver(at: number): boolean {
    const { stream, choice } = parts[at]!;
    if (converter.awaited(stream, choice) === 'nothing') return true;
    const { spares, begun } = groups.get(stream)!;
    if (choice !== undefined || begun.size === 0 || begun.size > spares.length) return false;
    return [...begun].every((index) => converter.awaited(stream, index as number) === 'nothing');
  }

  const whole: Converter<Merged<Bytes>, Uint8Array> = {
    push(piece) {
      const at = piece.stream;
      take(at, piece.end ? decoders[at]!.end() : decoders[at]!.push(piece.value));
      const ended = piece.end || decoders[at]!.done === true;
      if (ended || isOver(at)) finish(at, ended);
      const { stream } = parts[at]!;
      if (converter.awaited(stream) !== 'choices') open.delete(stream);
      if (open.size === 0) deadline ??= performance.now() + patience;
      return flush();
    },
    end() {
      write(converter.end());
      ready += doneFrame;
      return flush();
    },
    release() {
      write(converter.release());
      return flush();
    },
  };
  return pull(
    () => until(merged, () => deadline),
    whole,
    (error) => [encoder.encode(lastFrames(error))],
  );
}
