import type { MarkerDialect, MarkerRole, Marks } from '../types.js';

/** A mark as the dialect writes it, with the white space around it; no role: it closes a turn. */
export interface Mark {
  role: MarkerRole | undefined;
  text: string;
}

/** Every mark of a dialect, the longest first; the ones that close turns; whether turns begin with a BOS of their own. */
export function marksOf(dialect: MarkerDialect): { marks: Mark[]; closes: string[]; repeats: boolean } {
  const opensBy = new Map<MarkerRole, string[]>();
  const addOpen = (role: MarkerRole, mark: string): void => {
    // The BOS in front of an opening is optional, wherever it stands.
    const bare = dialect.bos !== '' && mark.startsWith(dialect.bos) ? mark.slice(dialect.bos.length) : mark;
    if (bare.trim() !== '') opensBy.set(role, [...(opensBy.get(role) ?? []), bare]);
  };
  for (const [role, marks] of Object.entries(dialect.roles) as [MarkerRole, Marks][])
    addOpen(role, marks.open);
  for (const [key, mark] of Object.entries(dialect.after)) {
    const role = (key.split('>')[1] || 'assistant') as MarkerRole;
    const parts = mark.split(dialect.bos === '' ? '\0' : dialect.bos);
    addOpen(role, parts[parts.length - 1] ?? mark);
  }
  for (const [role, marks] of Object.entries(dialect.reads) as [MarkerRole, string[]][])
    for (const mark of marks) addOpen(role, mark);
  addOpen('assistant', dialect.generation);

  const closes = [...Object.values(dialect.roles).map((marks) => marks.close), ...dialect.closers].filter(
    (mark) => mark.trim() !== '',
  );
  // The longest first, whatever it means: one mark may begin with another.
  const marks = [
    ...[...opensBy].flatMap(([role, texts]) => [...new Set(texts)].map((text) => ({ role, text }))),
    ...[...new Set(closes)].map((text) => ({ role: undefined, text })),
  ].sort((a, b) => b.text.length - a.text.length);
  // Where turns begin with a BOS of their own, it may be missing; elsewhere it stands at the start of the prompt only.
  const repeats = dialect.bos !== '' && dialect.roles.user.open.startsWith(dialect.bos);
  return { marks, closes, repeats };
}

/**
 * Where a text without any token opens a turn: at the start of a text or a line, or right behind a token; behind a blank
 * too, where the dialect has its labels in the middle of lines.
 */
export function labelEdge({ roles, closers }: MarkerDialect): string {
  const inline =
    Object.values(roles).some(({ open, close }) => /^[ \t]/.test(open) || /[ \t]$/.test(close)) ||
    closers.some((mark) => /[ \t]$/.test(mark));
  return `(?<=^|[${inline ? ' \\t' : ''}\\r\\n>\\ufeff])`;
}

const longest = (found: readonly Mark[], space: RegExp): string =>
  found.map(({ text }) => space.exec(text)?.[0] ?? '').reduce((a, b) => (b.length > a.length ? b : a), '');

/** Where turns begin with a BOS of their own, it is no part of the mark. */
const withoutBos = ({ bos }: MarkerDialect, repeats: boolean, label: string): string =>
  repeats && label.startsWith(bos) ? label.slice(bos.length) : label;

/** The white space that the dialect sets behind a mark; undefined for a mark that it does not write. */
export function gapBehind(dialect: MarkerDialect, label: string): string | undefined {
  const { marks, repeats } = marksOf(dialect);
  const bare = withoutBos(dialect, repeats, label);
  const found = marks.filter(({ role, text }) => role !== undefined && text.trim() === bare);
  return found.length === 0 ? undefined : longest(found, /\s*$/);
}

/** The white space that the dialect sets in front of the mark that a text begins with, and takes for the mark's. */
export function leadBefore(dialect: MarkerDialect, text: string): string {
  const { marks, repeats } = marksOf(dialect);
  const bare = withoutBos(dialect, repeats, text);
  return longest(
    marks.filter((mark) => bare.startsWith(mark.text.trim())),
    /^\s*/,
  );
}
