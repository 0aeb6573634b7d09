import { type Refusal, refusal } from '../refusal.js';

/** A request that a server is at, from its arrival to the last byte of the response. */
export interface Visit {
  /** Ends when the client leaves, or when the server stops. */
  signal: AbortSignal;
  leave(): void;
}

/** The requests that a server is at. */
export interface Visits {
  /** Throws a refusal with status 503 where there are too many, or where the server is to stop. */
  enter(client: AbortSignal): Visit;
  /** Is the server to stop? */
  readonly closing: boolean;
  /**
   * Lets nobody in any more. Resolves as soon as all have left; those that are still there after `patience` milliseconds are
   * ended with a refusal as the reason.
   */
  close(patience: number): Promise<void>;
}

const overloaded = (message: string, code: string): Refusal =>
  refusal(503, message, { code, headers: new Headers({ 'retry-after': '1' }) });

/** How long those that were ended may take to say so to their clients, in milliseconds. */
const lastWords = 1000;

export function createVisits(most: number): Visits {
  const inside = new Set<AbortController>();
  let closing = false;
  let whenEmpty: (() => void) | undefined;

  const emptyWithin = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      whenEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
      if (inside.size === 0) whenEmpty();
    });

  return {
    enter(client) {
      if (closing) throw overloaded('The server is stopping.', 'server_stopping');
      if (inside.size >= most)
        throw overloaded(`The server takes ${most} requests at a time.`, 'server_overloaded');
      // A signal that follows another through `AbortSignal.any` may be collected before a long stream ends.
      const controller = new AbortController();
      const follow = (): void => controller.abort(client.reason);
      if (client.aborted) follow();
      else client.addEventListener('abort', follow, { once: true });
      inside.add(controller);
      return {
        signal: controller.signal,
        leave() {
          client.removeEventListener('abort', follow);
          if (inside.delete(controller) && inside.size === 0) whenEmpty?.();
        },
      };
    },
    get closing() {
      return closing;
    },
    async close(patience) {
      closing = true;
      await emptyWithin(patience);
      if (inside.size === 0) return;
      const reason = overloaded('The server is stopping, and could not wait for the end.', 'server_stopping');
      for (const controller of inside) controller.abort(reason);
      await emptyWithin(lastWords);
    },
  };
}
