import type { Site } from './syntax.js';

/** A token as a pattern; `{n}` stands for digits (`<|reserved_special_token_{n}|>`). */
export const tokenSource = (token: string): string =>
  token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\\{n\\}', '\\d+');

/**
 * Finds control tokens in content, and escapes of them: a backslash, or several, after the first unit
 * (`<\|im_end|>`), so that a server that looks for the token's text finds none.
 */
export function compileControlTokens(tokens: readonly string[]): (content: string) => Site[] {
  const patterns = [...new Set(tokens)]
    .filter((token) => token.length > 1)
    .sort((a, b) => b.length - a.length)
    .map((token) => `${tokenSource(token.charAt(0))}\\\\*${tokenSource(token.slice(1))}`);
  if (patterns.length === 0) return () => [];
  const pattern = new RegExp(patterns.join('|'), 'g');
  const firsts = [...new Set(tokens.map((token) => token.charAt(0)))];
  return (content) => {
    if (!firsts.some((unit) => content.includes(unit))) return [];
    const sites: Site[] = [];
    for (const match of content.matchAll(pattern)) {
      const offset = match.index + 1;
      let slashes = 0;
      while (content.charCodeAt(offset + slashes) === 92) slashes++;
      sites.push({ kind: 'token', offset, slashes, end: match.index + match[0].length });
    }
    return sites;
  };
}
