import { type Input, inputOf, type Source, sourceOf } from '../stream/source.js';

/** A place in a pool, with a signal of its own. */
export interface Place {
  signal: AbortSignal;
  /** Makes room for the next one. */
  leave(): void;
}

/** Lets a few through at a time, the others wait in their order; all of them can be called off at once. */
export interface Pool {
  /** Resolves when there is room. Rejects with the reason once the pool is cancelled. */
  enter(): Promise<Place>;
  cancel(reason: unknown): void;
  /** Lets go of the outer signal. */
  close(): void;
}

/** A pool that the outer signal cancels too. Places have signals of their own: one shared by many would warn of a leak. */
export function createPool(most: number, outer: AbortSignal): Pool {
  const inside = new Set<AbortController>();
  const waiting = new Map<(place: Place) => void, (reason: unknown) => void>();
  let cancelled: { reason: unknown } | undefined;

  function place(): Place {
    const controller = new AbortController();
    inside.add(controller);
    return {
      signal: controller.signal,
      leave() {
        if (!inside.delete(controller)) return;
        const [next] = waiting;
        if (next === undefined) return;
        waiting.delete(next[0]);
        next[0](place());
      },
    };
  }

  function cancel(reason: unknown): void {
    if (cancelled !== undefined) return;
    cancelled = { reason };
    for (const reject of waiting.values()) reject(reason);
    waiting.clear();
    for (const controller of inside) controller.abort(reason);
  }

  const stop = (): void => cancel(outer.reason);
  if (outer.aborted) stop();
  else outer.addEventListener('abort', stop, { once: true });

  return {
    enter() {
      if (cancelled !== undefined) return Promise.reject(cancelled.reason);
      if (inside.size < most) return Promise.resolve(place());
      return new Promise((resolve, reject) => waiting.set(resolve, reject));
    },
    cancel,
    close: () => outer.removeEventListener('abort', stop),
  };
}

/** A source that has a place, and leaves it when it is over. */
export async function inPlace<T>(
  { signal, leave }: Place,
  open: (signal: AbortSignal) => Promise<Source<T>>,
): Promise<Source<T>> {
  let input: Input<T>;
  try {
    input = inputOf(await open(signal));
  } catch (error) {
    leave();
    throw error;
  }
  return sourceOf({
    async next() {
      const step = await input.next();
      if (step.done === true) leave();
      return step;
    },
    async close() {
      leave();
      await input.close();
    },
  });
}

/** Calls off what still runs, because the stream has ended or the client has gone. */
export function endPool(pool: Pool): void {
  pool.cancel(new DOMException('The stream is over.', 'AbortError'));
  pool.close();
}
