/**
 * What a reply may begin with before its own text: an echo of the label that stood open, and the white space
 * that the label owns (`Assistant:` then ` Hello`).
 */
export interface Lead {
  /** Labels with their colon, as `Assistant:`, or the beginning of the turn that a reply may repeat; none for neither. */
  labels: string[];
  /** `' '`, a line break, or '' where nothing is owned. */
  gap: string;
}

export const noLead: Lead = { labels: [], gap: '' };

/**
 * How many units of a reply's start are lead: the longest of its labels, once, and the gap before and after it, each once.
 * Undefined while more text is needed to tell (`final` says that no more comes).
 */
export function leadLength(text: string, { labels, gap }: Lead, final: boolean): number | undefined {
  if (gap === '' && labels.length === 0) return 0;
  if (text === '') return final ? 0 : undefined;
  const start = gap !== '' && text.startsWith(gap) ? gap.length : 0;
  const rest = text.slice(start);
  let length = 0;
  let pending = false;
  for (const label of labels) {
    if (label.length > length && rest.startsWith(label)) length = label.length;
    else if (label.length > rest.length && label.startsWith(rest)) pending = true;
  }
  if (pending && !final) return undefined;
  if (length === 0) return start;
  const end = start + length;
  if (gap === '') return end;
  if (text.length === end && !final) return undefined;
  return text.startsWith(gap, end) ? end + gap.length : end;
}
