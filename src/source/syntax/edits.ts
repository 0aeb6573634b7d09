import type { SyntaxNode } from './node.js';

/** A change of a text: what stands from `start` to `end` becomes `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Edits in order, each once; undefined where two of them overlap. */
export function sorted(edits: readonly Edit[]): Edit[] | undefined {
  const all = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const kept: Edit[] = [];
  for (const edit of all) {
    const last = kept.at(-1);
    if (last !== undefined && last.start === edit.start && last.end === edit.end && last.text === edit.text)
      continue;
    if (last !== undefined && (edit.start < last.end || (edit.start === last.start && edit.end === last.end)))
      return undefined;
    kept.push(edit);
  }
  return kept;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The line end of a text: that of its first line. */
export function lineEndOf(text: string): string {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Where the line after a place begins. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

export const indentAt = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, at), at))![0];

const isBlank = (text: string): boolean => text.trim() === '';

/** Takes out statements or entries that stand alone on their lines with their lines; undefined where they do not. */
export function wholeLines(text: string, start: number, end: number): Edit | undefined {
  const first = lineStart(text, start);
  const last = nextLine(text, end);
  if (!isBlank(text.slice(first, start)) || !isBlank(text.slice(end, last))) return undefined;
  // The last line of a file without a line end takes the line end before it along.
  if (last === text.length && !text.endsWith('\n') && first > 0) {
    const before = text[first - 2] === '\r' ? first - 2 : first - 1;
    return { start: before, end: last, text: '' };
  }
  return { start: first, end: last, text: '' };
}

/** Takes entries out of a list of entries, with their commas; comments stay. */
export function removeEntries(text: string, holder: SyntaxNode, gone: ReadonlySet<SyntaxNode>): Edit[] {
  const items = holder.children.filter((child) => child.named);
  const edits: Edit[] = [];
  for (let i = 0; i < items.length; i++) {
    if (!gone.has(items[i]!)) continue;
    let j = i;
    while (j + 1 < items.length && gone.has(items[j + 1]!)) j++;
    const [first, last] = [items[i]!, items[j]!];
    const comma = holder.children.find((child) => child.type === ',' && child.start >= last.end);
    const next = items[j + 1];
    const ownComma =
      comma !== undefined && (next === undefined || comma.start < next.start) ? comma : undefined;
    const end = ownComma?.end ?? last.end;
    const previous = items[i - 1];
    const lines = wholeLines(text, first.start, end);
    if (lines !== undefined) edits.push(lines);
    else if (next !== undefined && next.type !== 'comment')
      edits.push({ start: first.start, end: next.start, text: '' });
    else if (next !== undefined) edits.push({ start: first.start, end, text: '' });
    else if (previous !== undefined && previous.type !== 'comment')
      edits.push({ start: previous.end, end: last.end, text: '' });
    else edits.push({ start: first.start, end, text: '' });
    i = j;
  }
  return edits;
}
