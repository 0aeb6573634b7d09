import { RolecallError } from '../errors.js';

/** Which part of a text goes when it is too long. */
export type CutPlace = 'head' | 'middle' | 'tail';

/** Context around a place that decides where graphemes begin; longer ones are found by starting at an ASCII character. */
const CONTEXT = 64;
const LONGEST_GRAPHEME = 4096;

/** Made on first use: it is slow to make, and some small runtimes lack it. */
let segmenter: Intl.Segmenter | undefined;

/** The start of the grapheme that `at` lies in, or `at` itself if one starts there. */
export function graphemeStart(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return Math.max(0, Math.min(at, text.length));
  let from = Math.max(0, at - CONTEXT);
  // A letter or a line end after another is always a boundary; from any other place on the answer could be wrong.
  while (
    from > 0 &&
    at - from < LONGEST_GRAPHEME &&
    !(text.charCodeAt(from) < 0x7f && text.charCodeAt(from) > 0x1f)
  )
    from -= 1;
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  const window = text.slice(from, at + CONTEXT);
  const found = segmenter.segment(window).containing(at - from);
  return found === undefined ? at : from + found.index;
}

/** The end of the grapheme that `at` lies in, or `at` itself if one ends there. */
function graphemeEnd(text: string, at: number): number {
  const start = graphemeStart(text, at);
  if (start === at) return at;
  let end = at;
  while (end < text.length && graphemeStart(text, end) === start) end += 1;
  return end;
}

/** A text of which about `length` code units are kept, and the marker where the rest was. */
function withLength(text: string, length: number, place: CutPlace, marker: string): string {
  if (place === 'tail') return text.slice(0, graphemeStart(text, length)) + marker;
  if (place === 'head') return marker + text.slice(graphemeEnd(text, text.length - length));
  const front = graphemeStart(text, Math.ceil(length / 2));
  const back = graphemeEnd(text, text.length - Math.floor(length / 2));
  return text.slice(0, front) + marker + text.slice(Math.max(front, back));
}

/**
 * The longest text, with the marker, that `fits`; undefined if not even the marker alone does.
 * No grapheme is split. The cost depends on what is kept: a candidate is never much longer than twice that.
 */
export function cutText(
  text: string,
  options: { place: CutPlace; marker: string; fits: (text: string) => boolean },
): string | undefined {
  const { place, marker, fits } = options;
  if (!/^(?:head|middle|tail)$/.test(place))
    throw new RolecallError('invalid-argument', 'A text is cut at its head, middle or tail.', {
      path: 'oversized',
    });
  const at = (length: number) => withLength(text, length, place, marker);
  if (!fits(at(0))) return undefined;
  let low = 0;
  let high = 64;
  while (high < text.length && fits(at(high))) {
    low = high;
    high *= 2;
  }
  high = Math.min(high, text.length);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (fits(at(middle))) low = middle;
    else high = middle;
  }
  return at(low);
}
