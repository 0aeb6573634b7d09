import type { BodyPiece } from '../body/out.js';
import type { BodyReader } from '../body/read-body.js';
import { type AnswerRules, createAnswerReader } from './answer.js';

/** How a reply is read. */
export interface ReplyRules extends AnswerRules {
  /** The prompt, where the server sends it back in front. */
  echo: string | null;
  /** Sets reasoning apart from the answer, and takes channels apart. */
  turn: BodyReader;
  /** Reads calls in the answer; null where none are read from it. */
  calls: BodyReader | null;
}

/** A reply as it comes in. Offsets count in UTF-16 units from behind the echo. */
export interface ReplyReader {
  push(text: string): BodyPiece[];
  end(): BodyPiece[];
  readonly stopped: boolean;
  readonly echo: 'none' | 'pending' | 'found' | 'missing';
  /** A label was taken off. */
  readonly labelled: boolean;
  /** The words are gathered from channels, and are not one stretch of the text. */
  readonly gathered: boolean;
  /** Where the reply's own words start. */
  readonly start: number;
  /** Where the words that are out end. */
  readonly released: number;
  /** Units of them that wait, since they may be of a call. */
  readonly waiting: number;
  /** Where all that came ends. */
  readonly total: number;
}

/** The prompt that a server sends back: it goes; where it does not come, it was none and all of it is the reply. */
function createEcho(echo: string | null) {
  let seen = 0;
  const reader = {
    state: (echo === null ? 'none' : 'pending') as ReplyReader['echo'],
    pass(text: string, last: boolean): string {
      if (reader.state !== 'pending') return text;
      const take = Math.min(text.length, echo!.length - seen);
      const same = echo!.startsWith(text.slice(0, take), seen);
      if (same) seen += take;
      if (same && seen === echo!.length) {
        reader.state = 'found';
        return text.slice(take);
      }
      if (same && !last) return '';
      reader.state = 'missing';
      return echo!.slice(0, seen) + (same ? '' : text);
    },
  };
  return reader;
}

/**
 * Reads a reply that comes in pieces: the echo goes, reasoning is set apart, a repeated label goes, stops end the answer
 * (they see it alone), and calls are read from what is left.
 */
export function createReplyReader({ echo: given, turn, calls, ...rules }: ReplyRules): ReplyReader {
  const echo = createEcho(given);
  const answer = createAnswerReader(rules);
  let total = 0;
  let ended = false;

  function say(text: string, out: BodyPiece[]): void {
    if (text === '') return;
    if (calls === null) out.push({ text });
    else for (const piece of calls.push(text)) out.push(piece);
  }

  function read(pieces: readonly BodyPiece[]): BodyPiece[] {
    const out: BodyPiece[] = [];
    for (const piece of pieces) {
      if (answer.stopped) break;
      if ('text' in piece) say(answer.push(piece.text), out);
      else {
        // Words in front of a call end there.
        if ('head' in piece || 'call' in piece) say(answer.settle(), out);
        if (!answer.stopped) out.push(piece);
      }
    }
    return out;
  }

  const from = (): number => (turn.wordsFrom === -1 ? total - turn.held : turn.wordsFrom);

  return {
    push(text) {
      if (answer.stopped) return [];
      const own = echo.pass(text, false);
      total += own.length;
      return own === '' ? [] : read(turn.push(own));
    },
    end() {
      if (ended) return [];
      ended = true;
      const out: BodyPiece[] = [];
      if (!answer.stopped) {
        const own = echo.pass('', true);
        total += own.length;
        out.push(...read([...turn.push(own), ...turn.end()]));
        say(answer.end(), out);
      }
      if (calls !== null) out.push(...calls.end());
      return out;
    },
    get stopped() {
      return answer.stopped;
    },
    get echo() {
      return echo.state;
    },
    get labelled() {
      return answer.labelled;
    },
    get gathered() {
      return turn.gathered;
    },
    get start() {
      return from() + answer.start;
    },
    get released() {
      return from() + answer.released;
    },
    get waiting() {
      return calls?.held ?? 0;
    },
    get total() {
      return total;
    },
  };
}
