import type { Converter } from './converter.js';
import { close, type Input, inputOf, type Source } from './source.js';

/** Pieces, and whether the source has said that it is over: what reads them next may have to know. */
export interface Pieces<T> extends AsyncIterableIterator<T> {
  readonly done: boolean;
}

/**
 * A source through a converter. Nothing is read before it is asked for, and one piece at a time; closing the output closes
 * the source at once. An error comes out after all that was ready before it.
 */
export function through<In, Out>(
  source: Source<In>,
  converter: Converter<In, Out>,
  onError?: (error: unknown) => Out[],
): Pieces<Out> {
  return pull(() => inputOf(source), converter, onError);
}

/** `through` for an input that is opened when the first piece is asked for. */
export function pull<In, Out>(
  open: () => Input<In>,
  converter: Converter<In, Out>,
  onError?: (error: unknown) => Out[],
): Pieces<Out> {
  let input: Input<In> | undefined;
  let closed = false;

  async function* pieces(): AsyncGenerator<Out, undefined> {
    try {
      input = open();
      for (;;) {
        const step = await input.next();
        if (closed) return;
        if (step.done === true) {
          if (input.done === true) converter.complete?.();
          break;
        }
        for (const piece of converter.push(step.value)) yield piece;
        if (converter.done === true) {
          void close(input);
          break;
        }
      }
      for (const piece of converter.end()) yield piece;
    } catch (error) {
      if (closed) return;
      if (input !== undefined) void close(input);
      for (const piece of released()) yield piece;
      if (onError === undefined) throw error;
      for (const piece of onError(error)) yield piece;
    }
  }

  /** What was ready before an error, which is the one to tell, whatever goes wrong here. */
  function released(): Out[] {
    try {
      return converter.release();
    } catch {
      return [];
    }
  }

  const iterator = pieces();
  return {
    get done() {
      return converter.done === true;
    },
    next: () => iterator.next(),
    // A generator by itself would close only once what it waits for has come.
    async return() {
      if (!closed) {
        closed = true;
        void iterator.return(undefined);
        await close(input ?? open());
      }
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * A converter for `pipeThrough`: `body.pipeThrough(asTransformStream(frameDecoder()))`. An error comes after all that was
 * ready before it, which a `TransformStream` of its own would drop. Of use for one stream, as the converter is.
 * @example
 * ```ts
 * import { asTransformStream, chatChunkConverter, toCompletionRequest } from 'rolecall';
 * const { context } = toCompletionRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi!' }] }, { dialect: 'chatml' });
 * const transform = asTransformStream(chatChunkConverter(context)); // for chunks.pipeThrough(transform)
 * ```
 */
export function asTransformStream<In, Out>(converter: Converter<In, Out>): ReadableWritablePair<Out, In> {
  const { readable, writable } = new TransformStream<In, In>(
    undefined,
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
  const pieces = through(readable, converter);
  const out = new ReadableStream<Out>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return { readable: out, writable };
}
