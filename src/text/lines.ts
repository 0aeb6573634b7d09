/** A line shorter than this is walked unit by unit: the call of `indexOf` costs more. */
const SHORT_LINE = 24;

/** Where the next CR stands; kept between calls, so that a text without CRs is searched for one once. */
export interface NextCR {
  at: number;
}

export function firstCR(text: string): NextCR {
  const at = text.indexOf('\r');
  return { at: at === -1 ? text.length : at };
}

/** The offset behind the first line end (LF, CR; of CRLF the CR) at or after `from`, or the text's length. */
export function lineAfter(text: string, from: number, cr: NextCR): number {
  const n = text.length;
  const near = Math.min(n, from + SHORT_LINE);
  let q = from;
  for (; q < near; q++) {
    const unit = text.charCodeAt(q);
    if (unit === 10 || unit === 13) return q + 1;
  }
  if (q >= n) return n;
  if (cr.at < q) {
    cr.at = text.indexOf('\r', q);
    if (cr.at === -1) cr.at = n;
  }
  const lf = text.indexOf('\n', q);
  return Math.min(n, Math.min(cr.at, lf === -1 ? n : lf) + 1);
}
