/**
 * A conversion of pieces, with no I/O: what goes in piece by piece comes out as pieces, as soon as it is certain.
 * `push` and `end` throw a RolecallError; what was ready before it then comes from `release`.
 */
export interface Converter<In, Out> {
  push(piece: In): Out[];
  /** No more comes: what is left, the end checked. */
  end(): Out[];
  /** What was ready or held back when the stream broke off, without an end. */
  release(): Out[];
  /** True once the input has said that it is over; what follows is not read. */
  readonly done?: boolean;
}

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

export function inputOf<T>(source: Source<T>): Input<T> {
  // A reader can be cancelled while it waits; the iterator of a stream can't.
  if ('getReader' in source) {
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
function close(input: Input<unknown>): Promise<void> {
  return input.close().catch(() => undefined);
}

/**
 * An input through a converter. Nothing is read before it is asked for, and one piece at a time; closing the output closes
 * the input at once. An error comes out after all that was ready before it.
 */
export function through<In, Out>(
  source: Source<In>,
  converter: Converter<In, Out>,
  onError?: (error: unknown) => Out[],
): AsyncIterableIterator<Out> {
  const stage = stages.get(source) as Stage<In> | undefined;
  if (stage === undefined || stage.begun()) return pull(() => inputOf(source), converter, onError);
  return pull(stage.open, inTurn(stage.converter, converter), onError);
}

/** How an iterator that nobody has read from came about. A conversion of it needs no iterator in between. */
interface Stage<Out> {
  open: () => Input<unknown>;
  converter: Converter<unknown, Out>;
  begun: () => boolean;
}

const stages = new WeakMap<object, Stage<unknown>>();

/** One conversion behind another, as one. */
function inTurn<In, Mid, Out>(first: Converter<In, Mid>, second: Converter<Mid, Out>): Converter<In, Out> {
  let out: Out[] = [];
  let ended = false;

  function pass(pieces: readonly Mid[]): void {
    for (let i = 0; i < pieces.length; i++) {
      const made = second.push(pieces[i]!);
      if (out.length === 0) out = made;
      else for (const one of made) out.push(one);
    }
  }
  function take(): Out[] {
    const made = out;
    out = [];
    return made;
  }

  return {
    push(piece) {
      const made = first.push(piece);
      // The usual case: one piece makes one.
      if (made.length === 1) return second.push(made[0]!);
      pass(made);
      return take();
    },
    end() {
      pass(first.end());
      ended = true;
      out = [...out, ...second.end()];
      return take();
    },
    release() {
      try {
        // An error of the first comes behind what it had ready, all of which the second still reads.
        if (!ended) pass(first.release());
      } finally {
        out = [...out, ...second.release()];
      }
      return take();
    },
    get done() {
      return first.done === true || second.done === true;
    },
  };
}

export function pull<In, Out>(
  open: () => Input<In>,
  converter: Converter<In, Out>,
  onError?: (error: unknown) => Out[],
): AsyncIterableIterator<Out> {
  let input: Input<In> | undefined;
  let ready: Out[] = [];
  let at = 0;
  let over = false;
  let failure: { error: unknown } | undefined;
  /** The last reading under way; calls of `next` that come meanwhile wait for it, in their order. */
  let reading: Promise<unknown> | undefined;
  let readings = 0;

  function fail(error: unknown): void {
    over = true;
    try {
      ready.push(...converter.release());
    } catch {
      // The first error is the one to tell.
    }
    if (onError === undefined) failure = { error };
    else ready.push(...onError(error));
    if (input !== undefined) void close(input);
  }

  /** Takes in one step of the input. */
  function take(step: IteratorResult<In, unknown>): void {
    at = 0;
    ready = [];
    ready = step.done === true ? converter.end() : converter.push(step.value);
    if (step.done === true) over = true;
    else if (converter.done === true) {
      ready.push(...converter.end());
      over = true;
      if (input !== undefined) void close(input);
    }
  }

  function result(): IteratorResult<Out> {
    if (at < ready.length) return { done: false, value: ready[at++]! };
    if (failure !== undefined) {
      const { error } = failure;
      failure = undefined;
      throw error;
    }
    return { done: true, value: undefined };
  }

  /** Goes on until there is a result, or something to wait for, which it returns. */
  function advance(): Promise<IteratorResult<In, unknown>> | undefined {
    while (at >= ready.length && !over) {
      try {
        input ??= open();
        const next = input.next();
        if ('then' in next) return next;
        take(next);
      } catch (error) {
        fail(error);
      }
    }
    return undefined;
  }

  async function read(first: Promise<IteratorResult<In, unknown>> | undefined): Promise<IteratorResult<Out>> {
    try {
      for (let waiting = first; waiting !== undefined; waiting = advance()) {
        try {
          const step = await waiting;
          // Closed while waiting.
          if (!over) take(step);
        } catch (error) {
          if (!over) fail(error);
        }
      }
      return result();
    } finally {
      if (--readings === 0) reading = undefined;
    }
  }

  const iterator: AsyncIterableIterator<Out> = {
    next() {
      let waiting: Promise<IteratorResult<In, unknown>> | undefined;
      if (reading === undefined) {
        waiting = advance();
        if (waiting === undefined) {
          try {
            return Promise.resolve(result());
          } catch (error) {
            return Promise.reject(error);
          }
        }
      }
      readings++;
      const later = (): Promise<IteratorResult<Out>> => read(advance());
      reading = reading === undefined ? read(waiting) : reading.then(later, later);
      return reading as Promise<IteratorResult<Out>>;
    },
    async return() {
      over = true;
      failure = undefined;
      ready = [];
      at = 0;
      if (input !== undefined) await close(input);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  if (onError === undefined) {
    const begun = (): boolean => input !== undefined || over;
    stages.set(iterator, { open, converter, begun } as Stage<unknown> & {
      converter: Converter<unknown, Out>;
    });
  }
  return iterator;
}

/** A stream that pulls from an iterator, one piece at a time. */
export function asStream<T>(iterator: AsyncIterableIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A conversion for `pipeThrough`. An error comes after all that was ready before it, which a plain transform would drop. */
export function asTransform<In, Out>(
  convert: (source: Source<In>) => AsyncIterableIterator<Out>,
): ReadableWritablePair<Out, In> {
  const { readable, writable } = new TransformStream<In, In>(
    undefined,
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
  return { readable: asStream(convert(readable)), writable };
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
