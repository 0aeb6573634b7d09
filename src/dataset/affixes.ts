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

/** The signs and white space that a text begins with. */
export const signsIn = (start: string): string => /^[^\p{L}\p{N}\p{M}]*/u.exec(start)?.[0] ?? '';

/** The longest text that at least `share` of the texts begin with. */
export function commonStart(texts: readonly string[], share: number): string {
  const turned = (text: string): string => [...text.slice(0, 80)].reverse().join('');
  return turned(commonEnd(texts.map(turned), share));
}

/** An affix that many rows have, and too few for a plan to take it off. */
export interface LeftAffix {
  part: 'separator' | 'prefix' | 'suffix';
  affix: string;
  share: number;
  rows: number;
}

/** From this share of the rows on an affix that stays is worth a word. */
const WORTH_A_WORD = 0.2;

/** The affixes that a plan leaves in the texts, though many rows have them. */
export function leftAffixes(
  prompts: readonly string[],
  completions: readonly string[],
  taken: { separator: string; prefix: string; suffix: string },
): LeftAffix[] {
  const left = (
    part: LeftAffix['part'],
    texts: readonly string[],
    affix: string,
    has: (text: string) => boolean,
  ): LeftAffix[] => {
    const share = shareOf(texts, has);
    if (affix === '' || share < WORTH_A_WORD) return [];
    return [{ part, affix, share, rows: texts.filter(has).length }];
  };
  const separator = taken.separator === '' ? separatorIn(commonEnd(prompts, WORTH_A_WORD)) : '';
  const suffix = taken.suffix === '' ? stopIn(commonEnd(completions, WORTH_A_WORD)) : '';
  const prefix = taken.prefix === '' ? signsIn(commonStart(completions, WORTH_A_WORD)) : '';
  return [
    ...left('separator', prompts, separator, (text) => text.endsWith(separator)),
    ...left('prefix', completions, prefix, (text) => text.startsWith(prefix)),
    ...left('suffix', completions, suffix, (text) => text.endsWith(suffix)),
  ];
}
