import { refusal } from '../refusal.js';

/** What bodies of requests may take of the memory, and of the time, of a server. */
export interface Room {
  /** Room for one request. */
  place(): RoomPlace;
}

export interface RoomPlace {
  /** The body has grown to so many bytes. Throws a refusal with status 503 where there is no room for them. */
  grow(bytes: number): void;
  /**
   * Waits for its turn to be converted, if the body is large: one after another, with the event loop let go in between, so
   * that a server still answers at once whether it lives.
   */
  turn(): Promise<void>;
  /**
   * Lets in what has arrived from the network in the meantime, if the body is large: a connection to the upstream that was
   * closed while the body was converted must not be used again.
   */
  pause(): Promise<void>;
  leave(): void;
}

/**
 * How much memory a body takes while it is converted, by its length: as bytes, as text, as values, as checked values, as a
 * prompt or messages, and as what goes out. Measured with bodies of 5 and 28 MB.
 */
const weight = 6;

/** A body from which on it takes long enough to hold up others, in bytes. */
const large = 256 * 1024;

/** How many rounds of the event loop it takes to accept a connection, read a request and answer it. */
const rounds = 4;

type Defer = (then: () => void) => void;

/** Room for `most` bytes in all. A request that is alone has room however long it is, within its own limit. */
export function createRoom(most: number): Room {
  let taken = 0;
  let last: Promise<void> = Promise.resolve();
  // A timer of Node may come before what has arrived from the network; this doesn't.
  const defer: Defer = (globalThis as { setImmediate?: Defer }).setImmediate ?? ((then) => setTimeout(then));

  const next = (): Promise<void> => new Promise((resolve) => defer(resolve));
  const breathe = async (): Promise<void> => {
    for (let i = 0; i < rounds; i++) await next();
  };

  return {
    place() {
      let mine = 0;
      const isLarge = (): boolean => mine >= large * weight;
      return {
        grow(bytes) {
          const more = bytes * weight - mine;
          if (more <= 0) return;
          if (taken > mine && taken + more > most) {
            const headers = new Headers({ 'retry-after': '1' });
            const message = 'The bodies of the requests under way take all the memory that they may.';
            throw refusal(503, message, { code: 'server_overloaded', headers });
          }
          taken += more;
          mine += more;
        },
        async turn() {
          if (!isLarge()) return;
          last = last.then(breathe);
          await last;
        },
        async pause() {
          if (isLarge()) await next();
        },
        leave() {
          taken -= mine;
          mine = 0;
        },
      };
    },
  };
}
