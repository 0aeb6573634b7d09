import { joined, type PromptPart } from './parts.js';

/** Takes white space off one end of a text, if it ends in text there. */
export function trimmed(parts: PromptPart[], ends: 'start' | 'end' | 'both'): PromptPart[] {
  const all = joined(parts);
  const first = all[0];
  if (ends !== 'end' && first?.type === 'text') all[0] = { type: 'text', text: first.text.trimStart() };
  const last = all.at(-1);
  if (ends !== 'start' && last?.type === 'text')
    all[all.length - 1] = { type: 'text', text: last.text.trimEnd() };
  return joined(all);
}

/** The methods that take white space off a text, and from where. */
export const trims: Readonly<Record<string, 'start' | 'end' | 'both'>> = {
  trim: 'both',
  strip: 'both',
  trimStart: 'start',
  trimLeft: 'start',
  lstrip: 'start',
  trimEnd: 'end',
  trimRight: 'end',
  rstrip: 'end',
};

/** What all lines of a text start with is taken off, as `textwrap.dedent` does. */
export function dedented(parts: PromptPart[]): PromptPart[] {
  const text = parts.map((part) => (part.type === 'text' ? part.text : 'x')).join('');
  const indents = text.split('\n').filter((line) => line.trim() !== '');
  const shared = Math.min(...indents.map((line) => /^[ \t]*/.exec(line)![0].length));
  if (!Number.isFinite(shared) || shared === 0) return parts;
  const pattern = new RegExp(`(^|\\n)[ \\t]{1,${shared}}`, 'g');
  return parts.map((part, index) => {
    if (part.type === 'hole') return part;
    const own = part.text.replace(pattern, (match, before: string, at: number) =>
      at === 0 && before === '' && index > 0 ? match : before,
    );
    return { type: 'text', text: own };
  });
}
