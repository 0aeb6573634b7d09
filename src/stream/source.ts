import { RolecallError } from '../errors.js';

/** Where pieces come from: any iterable, or the stream of a body. */
export type Source<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>;

/** The part of an iterator that is needed here. */
export interface Input<T> {
  next(): Promise<IteratorResult<T, unknown>> | IteratorResult<T, unknown>;
  /** Closes the source at once, also while `next` is waiting. */
  close(): Promise<void>;
}

export function isSource(value: unknown): value is Source<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value || 'getReader' in value;
}

/** Throws `invalid-argument` for what is no source, or a stream that somebody else reads. */
export function inputOf<T>(source: Source<T>): Input<T> {
  if (!isSource(source)) {
    throw new RolecallError('invalid-argument', 'This is no stream and no iterable.');
  }
  // A reader can be cancelled while it waits; the iterator of a stream can't.
  if ('getReader' in source) {
    if (source.locked) throw new RolecallError('invalid-argument', 'The stream is being read already.');
    const reader = source.getReader();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done ? { done: true, value: undefined } : { done: false, value };
      },
      close: () => reader.cancel(),
    };
  }
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  return {
    next: () => iterator.next(),
    close: async () => {
      await iterator.return?.();
    },
  };
}

/** Closes an input; that it fails to close is no news to who closes it. */
export function close(input: Input<unknown>): Promise<void> {
  return input.close().catch(() => undefined);
}

/** Several inputs as one, each piece with the number of its input, in the order of arrival; `end` tells that one is over. */
export type Merged<T> = { stream: number; value: T; end: false } | { stream: number; end: true };

export function merge<T>(sources: readonly Source<T>[]): Input<Merged<T>> {
  const inputs = sources.map((source) => inputOf(source));
  /** Those that can be asked for their next piece. Each is asked when somebody waits, so none gets ahead. */
  const idle = new Set(inputs.keys());
  let open = inputs.length;
  const arrived: (() => Merged<T>)[] = [];
  let wake: (() => void) | undefined;

  const arrive = (piece: () => Merged<T>): void => {
    arrived.push(piece);
    wake?.();
    wake = undefined;
  };

  async function ask(stream: number): Promise<void> {
    try {
      const step = await inputs[stream]!.next();
      if (step.done === true) arrive(() => ({ stream, end: true }));
      else {
        idle.add(stream);
        arrive(() => ({ stream, value: step.value, end: false }));
      }
    } catch (error) {
      arrive(() => {
        throw error;
      });
    }
  }

  return {
    async next() {
      if (open === 0) return { done: true, value: undefined };
      if (arrived.length === 0) {
        const asked = [...idle];
        idle.clear();
        for (const stream of asked) void ask(stream);
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (arrived.length > 0) resolve();
        });
      }
      const value = arrived.shift()!();
      if (value.end) open--;
      return { done: false, value };
    },
    async close() {
      wake?.();
      await Promise.all(inputs.map(close));
    },
  };
}
