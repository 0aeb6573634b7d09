import type { Call } from './call.js';

/**
 * What has become certain of a reply that may hold calls, in its order: prose; a call, whole, or its head and then its
 * arguments as they come; and what is wrong: `unread` is a stretch that looks like calls and was left in the prose,
 * `broken` says that the arguments of the call before are no whole JSON, `lost` what stood behind them in their object.
 */
export type CallPiece =
  | { text: string }
  | { call: Call }
  | { head: { name: string; id?: string } }
  | { args: string }
  | { unread: string }
  | { broken: true }
  | { lost: string };

/** The pieces of a reply, on their way out. */
export interface CallPieces {
  /** Prose. Blank prose at the start of a reply waits: it goes if there is nothing beside calls. */
  say(text: string): void;
  call(call: Call): void;
  head(name: string, id: string | undefined): void;
  args(text: string): void;
  fault(piece: { unread: string } | { broken: true } | { lost: string }): void;
  /** What came since the last time; with `last`, all that waits. */
  take(last: boolean): CallPiece[];
  /** Nothing came but blank prose. */
  readonly silent: boolean;
  /** Units of prose that wait. */
  readonly waiting: number;
}

export function createCallPieces(): CallPieces {
  let pieces: CallPiece[] = [];
  let blank = '';
  let said = false;
  let called = false;

  return {
    say(text) {
      if (text === '') return;
      if (said) {
        pieces.push({ text });
        return;
      }
      blank += text;
      if (text.trim() === '') return;
      said = true;
      pieces.push({ text: blank });
      blank = '';
    },
    call(call) {
      called = true;
      pieces.push({ call });
    },
    head(name, id) {
      called = true;
      pieces.push({ head: id === undefined ? { name } : { name, id } });
    },
    args(text) {
      if (text !== '') pieces.push({ args: text });
    },
    fault(piece) {
      pieces.push(piece);
    },
    take(last) {
      if (last && !called && blank !== '') pieces.push({ text: blank });
      if (last) blank = '';
      const taken = pieces;
      pieces = [];
      return taken;
    },
    get silent() {
      return !said && !called;
    },
    get waiting() {
      return blank.length;
    },
  };
}
