import type { Site } from './syntax.js';

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Finds control tokens in content, and escapes of them: a backslash, or several, after the first unit
 * (`<\|im_end|>`), so that a server that looks for the token's text finds none.
 */
export function compileControlTokens(tokens: readonly string[]): (content: string) => Site[] {
  const patterns = [...new Set(tokens)]
    .filter((token) => token.length > 1)
    .sort((a, b) => b.length - a.length)
    .map((token) => `${literal(token.charAt(0))}\\\\*${literal(token.slice(1))}`);
  if (patterns.length === 0) return () => [];
  const pattern = new RegExp(patterns.join('|'), 'g');
  return (content) => {
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
