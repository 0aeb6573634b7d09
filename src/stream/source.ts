import { RolecallError } from '../errors.js';

/** Where pieces come from: any iterable, or the stream of a body. */
export type Source<T> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>;

/** The part of an iterator that is needed here. */
export interface Input<T> {
  next(): Promise<IteratorResult<T, unknown>> | IteratorResult<T, unknown>;
  /** Closes the source at once, also while `next` is waiting. */
  close(): Promise<void>;
  /** Has it said that it is over, as `[DONE]` does? */
  readonly done?: boolean;
}

export function isSource(value: unknown): value is Source<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value || 'getReader' in value;
}

/** Throws `invalid-argument` for what is no source, or a stream that somebody else reads. */
export function inputOf<T>(source: Source<T>): Input<T> {
  if (!isSource(source)) {
    throw new RolecallError('invalid-argument', 'This is neither a stream nor an iterable.');
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
    get done() {
      return 'done' in source && source.done === true;
    },
  };
}

/** An input as a source. */
export function sourceOf<T>(input: Input<T>): AsyncIterableIterator<T> {
  return {
    next: async () => (await input.next()) as IteratorResult<T>,
    async return() {
      await input.close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A source that is opened when its first piece is asked for. */
export function opened<T>(open: () => Promise<Source<T>>): AsyncIterableIterator<T> {
  let input: Promise<Input<T>> | undefined;
  return sourceOf({
    async next() {
      input ??= open().then(inputOf);
      return await (await input).next();
    },
    async close() {
      await input?.then(close, () => undefined);
    },
  });
}

/** Closes an input; that it fails to close is no news to who closes it. */
export function close(input: Input<unknown>): Promise<void> {
  return input.close().catch(() => undefined);
}

/**
 * Several inputs as one, each piece with the number of its input, in the order of arrival; `end` tells that one is over, and
 * `done` whether it said so itself.
 */
export type Merged<T> =
  | { stream: number; value: T; end: false }
  | { stream: number; end: true; done: boolean };

export interface MergedInput<T> extends Input<Merged<T>> {
  /** Closes one of the inputs: nothing more of it comes, and no end. */
  drop(stream: number): void;
}

export function merge<T>(sources: readonly Source<T>[]): MergedInput<T> {
  const inputs = sources.map((source) => inputOf(source));
  /** Those that can be asked for their next piece. Each is asked when somebody waits, so none gets ahead. */
  const idle = new Set(inputs.keys());
  const open = new Set(inputs.keys());
  const arrived: { stream: number; take: () => Merged<T> }[] = [];
  let wake: (() => void) | undefined;

  function arrive(stream: number, take: () => Merged<T>): void {
    if (!open.has(stream)) return;
    arrived.push({ stream, take });
    wake?.();
    wake = undefined;
  }

  async function ask(stream: number): Promise<void> {
    const input = inputs[stream]!;
    try {
      const step = await input.next();
      if (step.done === true) arrive(stream, () => ({ stream, end: true, done: input.done === true }));
      else {
        if (open.has(stream)) idle.add(stream);
        arrive(stream, () => ({ stream, value: step.value, end: false }));
      }
    } catch (error) {
      arrive(stream, () => {
        throw error;
      });
    }
  }

  return {
    async next() {
      if (open.size === 0) return { done: true, value: undefined };
      if (arrived.length === 0) {
        const asked = [...idle];
        idle.clear();
        for (const stream of asked) void ask(stream);
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (arrived.length > 0) resolve();
        });
      }
      const value = arrived.shift()?.take();
      if (value === undefined) return { done: true, value: undefined };
      if (value.end) open.delete(value.stream);
      return { done: false, value };
    },
    drop(stream) {
      open.delete(stream);
      idle.delete(stream);
      for (let i = arrived.length - 1; i >= 0; i--) if (arrived[i]!.stream === stream) arrived.splice(i, 1);
      void close(inputs[stream]!);
    },
    async close() {
      wake?.();
      await Promise.all(inputs.map(close));
    },
  };
}
