import type { ProviderTokenLogprob } from '../schemas/provider.js';
import { sliceTokens } from '../translate/logprobs/logprobs.js';
import { advance, startOfText } from '../translate/logprobs/token-text.js';
import type { Notes } from '../translate/notes.js';

/** A token and the stretch of the reply that it stands for, in UTF-16 units. */
interface Placed<Token> {
  token: Token;
  from: number;
  to: number;
  /** No character is under way behind it. */
  whole: boolean;
}

/** The logprobs of a reply, waiting until their text is certain. What it gives out is what `sliceTokens` keeps. */
export interface TokenQueue<Token> {
  /** Logprobs came, though perhaps none is left. */
  seen: boolean;
  add(tokens: readonly Token[]): void;
  /** The first units are an echo, whose tokens go. */
  dropEcho(units: number): void;
  /** Tokens whose text is out: what stands before `start` is not part of the reply. */
  take(start: number, released: number): Token[];
  /** The tokens that are left, up to `end`. Without a cut all of them belong to the reply. */
  rest(bounds: { start: number; end: number; cut: boolean }): Token[];
}

export function createTokenQueue<Token extends ProviderTokenLogprob>(
  gap: string,
  path: string,
  notes: Notes,
): TokenQueue<Token> {
  let queue: Placed<Token>[] = [];
  /** Those in front of it are taken. */
  let head = 0;
  let place = startOfText();
  /** Units of the echo whose tokens are still to come. */
  let echo = 0;

  const cutOut = (tokens: Placed<Token>[], start: number, end: number): Token[] => {
    const origin = tokens[0]?.from ?? 0;
    const plain = tokens.map(({ token }) => token);
    return sliceTokens(plain, { start: Math.max(0, start - origin), end: end - origin, gap }, path, notes);
  };

  return {
    seen: false,
    add(tokens) {
      this.seen = true;
      for (const token of tokens) {
        const from = place.units;
        advance(place, token.token, token.bytes);
        if (from < echo) {
          // The token that ends the echo may reach over it; the reply's own tokens start anew behind it.
          if (place.units >= echo) {
            echo = 0;
            place = startOfText();
          }
        } else queue.push({ token, from, to: place.units, whole: place.need === 0 });
      }
    },
    dropEcho(units) {
      const all = queue.slice(head);
      queue = [];
      head = 0;
      place = startOfText();
      echo = units;
      const { seen } = this;
      this.add(all.map(({ token }) => token));
      this.seen = seen;
    },
    take(start, released) {
      let next = head;
      for (let i = head; i < queue.length; i++) {
        const { from, to, whole } = queue[i]!;
        // A token without text at the very end of what is out may still fall behind a cut.
        if (to > released || (from === to && from >= released)) break;
        if (whole) next = i + 1;
      }
      if (next === head) return [];
      const taken = queue.slice(head, next);
      head = next;
      if (head === queue.length) {
        queue = [];
        head = 0;
      }
      if (taken[0]!.from >= start) return taken.map(({ token }) => token);
      return cutOut(taken, start, taken[taken.length - 1]!.to);
    },
    rest({ start, end, cut }) {
      const left = queue.slice(head);
      queue = [];
      head = 0;
      if (!cut) return left.map(({ token }) => token);
      if (left.length === 0 || (end > 0 && left[0]!.from >= end)) return [];
      return cutOut(left, start, end);
    },
  };
}
