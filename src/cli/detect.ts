import { detectDialect } from '../detect/index.js';

/** The dialects that a text may be written in, as a list for people or as JSON. */
export function detect(text: string, flags: { json?: boolean; stop?: string[] }): string {
  const found = detectDialect(text, { stop: flags.stop });
  if (flags.json) return `${JSON.stringify(found, null, 2)}\n`;
  if (found.length === 0) return 'No conversation: the text marks no speakers.\n';
  return found
    .map(({ dialect, confidence, evidence }) => {
      const name = typeof dialect === 'string' ? dialect : `${dialect.name} (made for this text)`;
      return `${confidence.toFixed(2)}  ${name}\n${evidence.map((line) => `      ${line}\n`).join('')}`;
    })
    .join('');
}
