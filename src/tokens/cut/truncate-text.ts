import { RolecallError } from '../../errors.js';
import { checkArgument } from '../../text/arguments.js';
import { textCounter } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import { cutText, graphemeStart } from './cut-text.js';

function refuse(message: string, path: string): never {
  throw new RolecallError('invalid-argument', message, { path });
}

export interface TruncateOptions {
  tokenizer: CounterLike;
  /** What stands where the rest was; its tokens are among those of the result (default nothing). */
  marker?: string | undefined;
  /** `'sentence'` (the default): at the last end of a sentence, of a line, or between words; `'anywhere'`. */
  at?: 'sentence' | 'anywhere' | undefined;
}

/** Ends of sentences, then of lines, then words: the first kind that leaves half of the text is taken. */
const ENDS: readonly RegExp[] = [/[.!?…]["'”’)\]]*(?=\s)|[。！？]["”’」』）]*/gu, /(?=\n)/gu, /(?=\s)/gu];

/** Where the last match ends. */
function lastEnd(text: string, ends: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(ends)) end = match.index + match[0].length;
  return end;
}

/** The text up to a good place to end, if that is not too far back. */
function tidied(text: string, next: string): string {
  for (const ends of ENDS) {
    // What comes next tells whether the text ends where a sentence does.
    const end = Math.min(text.length, lastEnd(text + next, ends));
    if (end >= text.length / 2) return text.slice(0, end);
  }
  return text;
}

/**
 * The beginning of a text that has at most so many tokens: up to the end of a sentence where there is one in the second
 * half of what fits, else of a line or a word. No character is split; a text that fits comes back as it is.
 * Throws `invalid-argument` for what is no count, and where not even the marker fits.
 * @example truncateText(article, 500, { tokenizer: await loadTokenizer('gpt-4o') })
 */
export function truncateText(text: string, tokens: number, options: TruncateOptions): string {
  checkArgument(options, 'options', 'object');
  const { tokenizer, marker = '', at = 'sentence' } = options;
  const count = textCounter(tokenizer);
  if (typeof text !== 'string') refuse('The text is a string.', 'text');
  if (!(typeof tokens === 'number' && tokens >= 0)) refuse('The most tokens are a number.', 'tokens');
  const fits = (candidate: string): boolean =>
    typeof tokenizer === 'function'
      ? count(candidate) <= tokens
      : tokenizer.countUpTo(candidate, tokens) !== undefined;
  if (fits(text)) return text;
  const cut = cutText(text, { place: 'tail', marker, fits });
  if (cut === undefined && marker === '') return '';
  if (cut === undefined) refuse(`The marker alone has more than ${tokens} tokens.`, 'marker');
  const kept = cut.slice(0, cut.length - marker.length);
  if (at === 'anywhere') return cut;
  let end = tidied(kept, text.slice(kept.length, kept.length + 1)).trimEnd().length;
  // A shorter text seldom has more tokens, but it can; then what was counted stays.
  while (end > 0 && !fits(text.slice(0, end) + marker)) end = graphemeStart(text, end - 1);
  return text.slice(0, end) + marker;
}
