import { BACKTICK } from '../text/units.js';

const LESS = 60;
const MOST_TAG_UNITS = 34;

/** A quotation that stands open: by a fence or three quotes of one unit, or by a tag. */
export interface Quote {
  unit: number;
  /** The tag's name and what closes it, `chat>`; '' for the others. */
  tag: string;
  /** How many candidates there were when it opened. */
  size: number;
}

/** Units that may start a line which opens or closes a quotation: a backtick, quotes, a tilde, a `<`. */
export const mayQuote = (unit: number): boolean =>
  unit === BACKTICK || unit === 34 || unit === 39 || unit === 126 || unit === LESS;

function endsLine(text: string, at: number): boolean {
  if (at >= text.length) return true;
  const unit = text.charCodeAt(at);
  return unit === 10 || unit === 13;
}

/** The end of a tag's name and its `>` where they are all that follows on the line, else 0. */
function tagEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + MOST_TAG_UNITS);
  for (let q = from; q < limit; q++) {
    const unit = text.charCodeAt(q);
    if (unit === 62) return endsLine(text, q + 1) ? q + 1 : 0;
    const letter = unit | 32;
    if (!((letter >= 97 && letter <= 122) || unit === 95 || unit === 45 || unit === 32)) return 0;
  }
  return 0;
}

/**
 * What the line that starts at `at` does to quotations: `open` is one that it opens, `closes` says that it ends the one
 * that stands open; undefined where it does neither. A fence with a language behind it opens, and closes nothing.
 */
export function quoteAt(
  text: string,
  at: number,
  unit: number,
  quote: Quote | null,
  size: number,
): Quote | 'closes' | undefined {
  if (unit === LESS) {
    const closing = text.charCodeAt(at + 1) === 47;
    if (closing)
      return quote !== null &&
        quote.tag !== '' &&
        text.startsWith(quote.tag, at + 2) &&
        endsLine(text, at + 2 + quote.tag.length)
        ? 'closes'
        : undefined;
    if (quote !== null) return undefined;
    const end = tagEnd(text, at + 1);
    return end === 0 ? undefined : { unit, tag: text.slice(at + 1, end), size };
  }
  if (at + 2 >= text.length || text.charCodeAt(at + 1) !== unit || text.charCodeAt(at + 2) !== unit)
    return undefined;
  if (quote !== null && quote.unit === unit && endsLine(text, at + 3)) return 'closes';
  return quote === null || unit === BACKTICK ? { unit, tag: '', size } : undefined;
}
