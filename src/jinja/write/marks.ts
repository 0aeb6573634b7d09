import type { Content, Pieces } from '../../text/pieces.js';

/**
 * Marks around the content that a template is given, so that it can be found in what the template writes: whose it is, and
 * whether it stands in JSON (there the quote in the mark has a backslash). They are units for private use, and content that
 * holds one of them is not marked.
 */
const OPEN = '\ue0f0"\ue0f1';
const ANY = /[\ue0f0-\ue0f3]/;
const FOUND = /\ue0f0(\\*)"\ue0f1([\s\S]*?)\ue0f2([\ue110-\ue119]+)\ue0f3/g;
const EDGES = /\ue0f0\\*"\ue0f1|\ue0f2[\ue110-\ue119]+\ue0f3/g;

const digits = (n: number): string =>
  [...String(n)].map((digit) => String.fromCharCode(0xe110 + Number(digit))).join('');
const numberOf = (text: string): number =>
  Number([...text].map((unit) => unit.charCodeAt(0) - 0xe110).join(''));

/** `outside`: around all of a text; `inside`: behind the white space at its start, and in front of that at its end. */
export type MarkMode = 'outside' | 'inside';

/** Contents that were marked, and where they are found. */
export class Marker {
  readonly contents: Content[] = [];

  constructor(private readonly mode: MarkMode) {}

  mark(content: Content): string {
    const { text, parts } = content;
    if (parts !== undefined)
      return parts.map((leaf) => (typeof leaf === 'string' ? leaf : this.mark(leaf))).join('');
    if (text.trim() === '' || ANY.test(text)) return text;
    const start = this.mode === 'outside' ? 0 : text.length - text.trimStart().length;
    const end = this.mode === 'outside' ? text.length : text.trimEnd().length;
    this.contents.push(content);
    const close = `\ue0f2${digits(this.contents.length - 1)}\ue0f3`;
    return text.slice(0, start) + OPEN + text.slice(start, end) + close + text.slice(end);
  }
}

export const unmarked = (text: string): string => text.replace(EDGES, '');

/** One content as a template wrote it. */
export interface Place {
  content: Content;
  index: number;
  /** What stands in the prompt for it. */
  text: string;
  json: boolean;
  /** What stands in front and behind, up to the next content. */
  before: string;
  after: string;
}

/** The contents that a text holds, in order; null where some mark is torn. */
export function placesIn(
  text: string,
  contents: readonly Content[],
): { places: Place[]; pieces: Pieces } | null {
  const places: Place[] = [];
  const pieces: Pieces[number][] = [];
  let last = 0;
  for (const found of text.matchAll(FOUND)) {
    const [whole, slashes = '', inner = '', number = ''] = found;
    const index = numberOf(number);
    const content = contents[index];
    if (content === undefined || ANY.test(inner)) return null;
    const before = text.slice(last, found.index);
    const previous = places.at(-1);
    if (previous !== undefined) previous.after = before;
    const json = slashes !== '';
    places.push({ content, index, text: inner, json, before, after: '' });
    const { message, path } = content;
    pieces.push(before, { text: inner, as: json ? 'json' : content.as, message, path });
    last = found.index + whole.length;
  }
  const rest = text.slice(last);
  const previous = places.at(-1);
  if (previous !== undefined) previous.after = rest;
  pieces.push(rest);
  return pieces.some((piece) => typeof piece === 'string' && ANY.test(piece)) ? null : { places, pieces };
}

/** What a template wrote: with its contents, where they were found. */
export interface Written {
  /** As the engine gives it, with nothing escaped; '' where only the escaped text is known. */
  text: string;
  pieces: Pieces;
  places: readonly Place[] | null;
  contents: readonly Content[];
}
