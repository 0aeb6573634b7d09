import { detectDialect } from '../../detect/index.js';

/** How sure a confidence between 0 and 1 is, in a word. */
const sureness = (confidence: number): string =>
  confidence >= 0.9
    ? 'almost certain'
    : confidence >= 0.75
      ? 'likely'
      : confidence >= 0.5
        ? 'possible'
        : 'unlikely';

export interface DetectFlags {
  json?: boolean;
  stop?: string[];
}

/** The dialects that a text may be written in, for people; several with the same evidence stand together. */
export function detect(text: string, flags: DetectFlags): string {
  const found = detectDialect(text, { stop: flags.stop });
  if (flags.json) return `${JSON.stringify(found, null, 2)}\n`;
  if (found.length === 0) return 'No conversation: nothing in the text says who speaks.\n';
  const lines: string[] = [];
  let before = '';
  for (const { dialect, confidence, evidence } of found) {
    const name = typeof dialect === 'string' ? dialect : 'labels of its own';
    lines.push(`${confidence.toFixed(2)}  ${name} (${sureness(confidence)})`);
    const why = evidence.map((line) => `      ${line}`).join('\n');
    lines.push(why === before ? '      for the same reasons' : why);
    before = why;
  }
  return `${lines.join('\n')}\n`;
}
