/** Lets a few through at a time; the others wait, in their order. */
export interface Gate {
  /** Resolves when there is room; the caller must `leave`. Rejects with the signal's reason when that ends the wait. */
  enter(signal: AbortSignal): Promise<void>;
  leave(): void;
}

export function createGate(most: number): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();
  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (inside < most) {
        inside++;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        const stop = (): void => {
          waiting.delete(go);
          reject(signal.reason);
        };
        waiting.add(go);
        signal.addEventListener('abort', stop, { once: true });
      });
    },
    leave() {
      const [next] = waiting;
      if (next === undefined) inside--;
      else {
        waiting.delete(next);
        next();
      }
    },
  };
}

/** An abort of our own that the outer signal causes too. `done` lets go of the outer signal. */
export function childAbort(signal: AbortSignal): { controller: AbortController; done: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return { controller, done: () => signal.removeEventListener('abort', stop) };
}
