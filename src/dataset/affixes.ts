/** The share of rows that must have an ending, a space or a dialect for a plan to count on it. */
export const MOST = 0.9;

/** The longest text that at least `share` of the texts end in; '' for none. At most `longest` units. */
export function commonEnd(texts: readonly string[], share = MOST, longest = 80): string {
  let end = '';
  let holding = texts;
  while (end.length < longest) {
    const counts = new Map<string, number>();
    for (const text of holding) {
      const unit = text.charAt(text.length - end.length - 1);
      if (unit !== '') counts.set(unit, (counts.get(unit) ?? 0) + 1);
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    if (best === undefined || best[1] < share * texts.length) return end;
    const before = best[0] + end;
    holding = holding.filter((text) => text.endsWith(before));
    end = before;
  }
  return end;
}

/**
 * The part of a common end that is a separator and no words that happen to agree: a run of signs that end no
 * sentence (`###`, `->`), with the white space around it, or line ends.
 */
export function separatorIn(end: string): string {
  return /\s*[^\p{L}\p{N}\p{M}\s.,;:!?…'"“”‘’)\]}。！？：]+\s*$|[\r\n]\s*$/u.exec(end)?.[0] ?? '';
}

/** A last line that every prompt shares and that asks for the completion: `\nSupported:`, `\n\nIntent:\n\n`. */
export function closingLine(end: string): string {
  return /[\r\n]+[^\r\n]*\p{L}[^\r\n]*[:：?]\s*$/u.exec(end)?.[0] ?? '';
}

/** The part of a common end of completions that is a stop sequence: ` END`, `###`, `</s>`, a line end. */
export function stopIn(end: string): string {
  const token = /\s*<[^<>\s]{1,40}>\s*$/.exec(end)?.[0];
  const word = /\s+[A-Z]{2,}[.!]?\s*$/.exec(end)?.[0];
  return token ?? word ?? separatorIn(end);
}

/** The share of texts that a test holds for. */
export function shareOf(texts: readonly string[], test: (text: string) => boolean): number {
  return texts.length === 0 ? 0 : texts.filter(test).length / texts.length;
}
