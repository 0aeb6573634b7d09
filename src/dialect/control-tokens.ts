import type { Site } from './syntax.js';

/** A text as a pattern that finds it. */
export const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A token as a pattern; `{n}` stands for digits (`<|reserved_special_token_{n}|>`). */
export const tokenSource = (token: string): string => literal(token).replaceAll('\\{n\\}', '\\d+');

/**
 * Finds control tokens in content, and escapes of them: a backslash, or several, after the first unit
 * (`<\|im_end|>`), so that a server that looks for the token's text finds none.
 */
export function compileControlTokens(tokens: readonly string[]): (content: string) => Site[] {
  const all = [...new Set(tokens)].filter((token) => token.length > 1);
  // A mark that holds another is escaped where that one is.
  const known = all.filter((token) => !all.some((one) => one !== token && token.includes(one)));
  const patterns = [...known]
    .sort((a, b) => b.length - a.length)
    .map((token) => `${tokenSource(token.charAt(0))}\\\\*${tokenSource(token.slice(1))}`);
  if (patterns.length === 0) return () => [];
  const pattern = new RegExp(patterns.join('|'), 'g');
  const here = new RegExp(patterns.join('|'), 'y');
  // Most content has no token: two units tell, mostly, and looking for the first is cheap.
  const seconds = new Map<string, Set<number>>();
  for (const token of known) {
    const units = seconds.get(token.charAt(0)) ?? new Set([92]);
    seconds.set(token.charAt(0), units.add(token.charCodeAt(1)));
  }
  const starts = [...seconds];
  const mayHold = (content: string): boolean => {
    for (const [first, units] of starts) {
      for (let at = content.indexOf(first); at !== -1; at = content.indexOf(first, at + 1)) {
        if (!units.has(content.charCodeAt(at + 1))) continue;
        here.lastIndex = at;
        if (here.test(content)) return true;
      }
    }
    return false;
  };
  return (content) => {
    const sites: Site[] = [];
    if (!mayHold(content)) return sites;
    for (const match of content.matchAll(pattern)) {
      const offset = match.index + 1;
      let slashes = 0;
      while (content.charCodeAt(offset + slashes) === 92) slashes++;
      sites.push({ kind: 'token', offset, slashes, end: match.index + match[0].length });
    }
    return sites;
  };
}
