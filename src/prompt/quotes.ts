const isLineEnd = (unit: number): boolean => Number.isNaN(unit) || unit === 10 || unit === 13;

/** Units that may open a line which opens or closes a quotation: a backtick, a quote, a tilde, a `<`. */
export const mayQuote = (unit: number): boolean => unit === 96 || unit === 34 || unit === 126 || unit === 60;

/** A tag alone on its line, `</…>` or `<…>`; '' where there is none. */
function tagAt(text: string, at: number): string {
  const tag = /^<\/?[A-Za-z _-]{0,32}>/.exec(text.slice(at, at + 36))?.[0];
  return tag !== undefined && isLineEnd(text.charCodeAt(at + tag.length)) ? tag : '';
}

/**
 * The mark that opens or closes a quotation at the start of a line: a fence, three quotes, a tag alone; '' for none. A
 * mark with something behind it (the language of a fence) ends in `…`: it opens, and closes nothing.
 */
export function quoteMark(text: string, at: number, unit: number): string {
  if (unit === 60) return tagAt(text, at);
  if (text.charCodeAt(at + 1) !== unit || text.charCodeAt(at + 2) !== unit) return '';
  const mark = text.slice(at, at + 3);
  return isLineEnd(text.charCodeAt(at + 3)) ? mark : `${mark}…`;
}

/** A bare mark closes its own kind; a fence with a language opens another. */
export function closesQuote(open: string, mark: string): boolean {
  return open.startsWith('<') ? mark === `</${open.slice(1)}` : mark === open.slice(0, 3);
}
