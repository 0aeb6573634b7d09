/** Does a name match a pattern in which `*` stands for any text? Case does not matter. */
export function matchesPattern(pattern: string, name: string): boolean {
  // Most patterns of a table begin with another letter.
  const first = pattern.charAt(0);
  if (first !== '*' && first.toLowerCase() !== name.charAt(0).toLowerCase()) return false;
  const pieces = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  if (pieces.length === 1) return pieces[0] === text;
  const last = pieces.at(-1)!;
  if (!text.startsWith(pieces[0]!)) return false;
  let at = pieces[0]!.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** The pattern that says most about a name: itself, else the one with the most letters that matches. */
export function bestPattern(patterns: readonly string[], name: string): string | undefined {
  if (patterns.includes(name)) return name;
  let best: string | undefined;
  for (const pattern of patterns) {
    if (matchesPattern(pattern, name) && (best === undefined || letters(pattern) > letters(best)))
      best = pattern;
  }
  return best;
}

const letters = (pattern: string): number => pattern.replaceAll('*', '').length;
