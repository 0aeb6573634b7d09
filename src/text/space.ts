/** White space that counts between a label and its neighbours: space, tab, line ends, no-break and ideographic space. */
export function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000;
}

/** White space within a line. */
export function isIndent(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 0xa0 || unit === 0x3000;
}

/** The colon of a label, also in its full-width form. */
export const isColon = (unit: number): boolean => unit === 58 || unit === 0xff1a;

/** Where a text begins, behind the BOM of its file. */
export const textStart = (text: string): number => (text.startsWith('\ufeff') ? 1 : 0);

// Every loop here checks the bound before it reads: a read behind the end would give NaN, and a slower loop.

/** The first offset from `start` that holds no white space, or `end`. */
export function skipSpace(text: string, start: number, end: number): number {
  let p = start;
  while (p < end && isSpace(text.charCodeAt(p))) p++;
  return p;
}

/** The first offset from `start` that holds no white space of a line, or the text's length. */
export function skipIndent(text: string, start: number): number {
  const n = text.length;
  let p = start;
  while (p < n && isIndent(text.charCodeAt(p))) p++;
  return p;
}

/** The first offset from `start` that holds another unit than this one, or the text's length. */
export function skipUnit(text: string, start: number, unit: number): number {
  const n = text.length;
  let p = start;
  while (p < n && text.charCodeAt(p) === unit) p++;
  return p;
}

/** The first offset from `start` that is no line end, or the text's length. */
export function skipLineEnds(text: string, start: number): number {
  const n = text.length;
  let p = start;
  while (p < n) {
    const unit = text.charCodeAt(p);
    if (unit !== 10 && unit !== 13) break;
    p++;
  }
  return p;
}

/** The end of `text.slice(start, end)` without the white space at its end. */
export function trimEnd(text: string, start: number, end: number): number {
  let p = end;
  while (p > start && isSpace(text.charCodeAt(p - 1))) p--;
  return p;
}

export function isBlank(text: string): boolean {
  return skipSpace(text, 0, text.length) === text.length;
}

/** The offset of the line end (CRLF, LF or CR) that stands right before `end`, or `end` where none does. */
export function beforeLineEnd(text: string, start: number, end: number): number {
  if (end <= start) return end;
  const unit = text.charCodeAt(end - 1);
  if (unit === 13) return end - 1;
  if (unit !== 10) return end;
  return end - 1 > start && text.charCodeAt(end - 2) === 13 ? end - 2 : end - 1;
}

/** The offset behind the line end (CRLF, LF or CR) that stands at `start`, or `start` where none does. */
export function afterLineEnd(text: string, start: number): number {
  const unit = text.charCodeAt(start);
  if (unit === 10) return start + 1;
  if (unit !== 13) return start;
  return text.charCodeAt(start + 1) === 10 ? start + 2 : start + 1;
}

/** Whether `text.slice(start, end)` ends with a blank line; CR, LF and CRLF are each one line end. */
export function endsWithBlankLine(text: string, start: number, end: number): boolean {
  let p = end;
  for (let lines = 0; lines < 2; lines++) {
    while (p > start && isIndent(text.charCodeAt(p - 1))) p--;
    const line = beforeLineEnd(text, start, p);
    if (line === p) return false;
    p = line;
  }
  return true;
}
