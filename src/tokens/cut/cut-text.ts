import { RolecallError } from '../../errors.js';

/** Which part of a text goes when it is too long. */
export type CutPlace = 'head' | 'middle' | 'tail';

/** Context around a place that decides where graphemes begin and end. */
const CONTEXT = 64;
/** No grapheme of a text that means anything comes near this; a longer one is cut. */
const LONGEST_GRAPHEME = 65_536;

/** Made on first use: it is slow to make, and some small runtimes lack it. */
let segmenter: Intl.Segmenter | undefined;

/** Printable ASCII, Cyrillic, kana and Chinese characters: between two of them there is always a boundary. */
function isPlain(unit: number): boolean {
  return (
    (unit >= 0x20 && unit <= 0x7e) ||
    (unit >= 0x410 && unit <= 0x44f) ||
    (unit >= 0x3041 && unit <= 0x3096) ||
    (unit >= 0x30a1 && unit <= 0x30fa) ||
    (unit >= 0x4e00 && unit <= 0x9fff)
  );
}

/** The grapheme that the code unit at `at` belongs to. */
function graphemeAt(text: string, at: number): { start: number; end: number } {
  // From a place that is no certain boundary on, the answer could be wrong.
  let from = Math.max(0, at - CONTEXT);
  const least = Math.max(0, at - LONGEST_GRAPHEME);
  while (from > least && !(isPlain(text.charCodeAt(from)) && isPlain(text.charCodeAt(from - 1)))) from -= 1;
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  for (let more = CONTEXT; ; more *= 2) {
    const to = Math.min(text.length, at + more);
    const found = segmenter.segment(text.slice(from, to)).containing(at - from);
    if (found === undefined) return { start: at, end: at + 1 };
    const start = from + found.index;
    const end = start + found.segment.length;
    if (end < to || to === text.length || more > LONGEST_GRAPHEME) return { start, end };
  }
}

/** The start of the grapheme that `at` lies in, or `at` itself if one starts there. */
export function graphemeStart(text: string, at: number): number {
  return at <= 0 || at >= text.length ? Math.max(0, Math.min(at, text.length)) : graphemeAt(text, at).start;
}

/** The end of the grapheme that `at` lies in, or `at` itself if one ends there. */
function graphemeEnd(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return Math.max(0, Math.min(at, text.length));
  const { start, end } = graphemeAt(text, at);
  return start === at ? at : end;
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
