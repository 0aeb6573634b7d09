import type { Input, Reading } from './input.js';
import type { Out } from './out.js';

/** So much white space in front of a mark belongs to it, and waits for it. */
export const mostWhite = 1024;

/** The length of something at the start of a text: 0 for none, undefined where it takes more text to tell. */
export type Length = number | undefined;

/**
 * One of the things that may stand in an assistant's turn beside plain words: reasoning, a call, a message in a channel. It
 * begins at a mark, and reads on from there.
 */
export interface Section {
  /** Texts of which one stands at its beginning. */
  marks: readonly string[];
  /** The length of the opening that a text begins with, which is one of the marks at its least; without it, the mark is all. */
  opening?(text: string): Length;
  /** `start`: only at the start of the turn, behind white space at most. */
  at?: 'start';
  /** Of a section at the start: no white space stands in front. */
  tight?: true;
  /** White space in front of the mark belongs to it. */
  white?: true;
  /**
   * No token tells it from words: in a prompt, where words are not escaped for it, it does not count, and in a reply of an
   * unknown dialect only where nothing else stands in front of it.
   */
  bare?: true;
  /**
   * What tells it from words at the start of a turn, where no token does: words that begin so are escaped there, in a prompt.
   * The first group ends behind a letter of a JSON string, where an escape puts the backslashes that the second takes.
   */
  leads?: RegExp;
  /** Reads what stands behind the opening, which was taken. */
  read(input: Input, out: Out, opening: string): Reading;
}
