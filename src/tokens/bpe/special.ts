import { RolecallError } from '../../errors.js';
import { didYouMean } from '../../text/nearest.js';
import type { SpecialTokenOptions } from './types.js';

/** A part of a text: plain, or one special token. */
export type Part = { text: string; id?: undefined } | { text: string; id: number };

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Tokens that take the white space on a side with them. */
export type Stripped = ReadonlyMap<string, 'left' | 'right' | 'both'>;

/** Finds the longest of the names at each place. */
function matcherOf(names: Iterable<string>, stripped?: Stripped): RegExp | undefined {
  const sorted = [...names].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  const written = sorted.map((name) => {
    const side = stripped?.get(name);
    const [left, right] = [side === 'left' || side === 'both', side === 'right' || side === 'both'];
    return `${left ? '\\s*' : ''}${quoted(name)}${right ? '\\s*' : ''}`;
  });
  return sorted.length === 0 ? undefined : new RegExp(written.join('|'), 'g');
}

function namesOf(
  wanted: 'all' | Iterable<string> | undefined,
  known: ReadonlyMap<string, number>,
  encoding: string,
): Set<string> | undefined {
  if (wanted === undefined) return undefined;
  if (wanted === 'all') return new Set(known.keys());
  const names = new Set(wanted);
  for (const name of names) {
    if (!known.has(name)) {
      const near = didYouMean(name, known.keys());
      throw new RolecallError(
        'unknown-token',
        `${encoding} has no special token ${JSON.stringify(name)}.${near}`,
      );
    }
  }
  return names;
}

/**
 * Cuts a text at the special tokens that are allowed, or gives undefined if there is nothing to cut. Throws
 * `special-token` if the text holds a disallowed one. `always` are tokens that are cut out without being asked for.
 */
export function splitSpecial(
  text: string,
  known: ReadonlyMap<string, number>,
  options: SpecialTokenOptions | undefined,
  encoding: string,
  always?: ReadonlyMap<string, number>,
  stripped?: Stripped,
): Part[] | undefined {
  const allowed = namesOf(options?.allowedSpecial, known, encoding);
  const disallowed = namesOf(options?.disallowedSpecial, known, encoding);
  if (disallowed !== undefined) {
    for (const name of allowed ?? []) disallowed.delete(name);
    const found = matcherOf(disallowed)?.exec(text);
    if (found) {
      throw new RolecallError(
        'special-token',
        `the text holds the special token ${JSON.stringify(found[0])} at ${found.index}, which is not allowed`,
      );
    }
  }
  const matcher = matcherOf([...(allowed ?? []), ...(always?.keys() ?? [])], stripped);
  const idOf = (found: string): number | undefined => known.get(found) ?? always?.get(found);
  if (matcher === undefined) return undefined;
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(matcher)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: match[0], id: (idOf(match[0]) ?? idOf(match[0].trim()))! });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}
