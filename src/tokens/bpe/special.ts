import { RolecallError } from '../../errors.js';
import { didYouMean } from '../../text/nearest.js';
import type { SpecialTokenOptions } from './types.js';

/** A part of a text: plain, or one special token with the white space that it takes with it. */
export interface Part {
  start: number;
  end: number;
  /** The token, and where it stands without that white space. */
  token?: { id: number; start: number; end: number };
}

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Tokens that take the white space on a side with them. */
export type Stripped = ReadonlyMap<string, 'left' | 'right' | 'both'>;

/** Says of a token that stands in the text from `start` to `end` whether it is one there, and no plain text. */
export type Accepts = (token: string, start: number, end: number) => boolean;

/** The tokens that are not made by merging. */
export interface Cuts {
  /** The name of the encoding, for errors. */
  encoding: string;
  special: ReadonlyMap<string, number>;
  /** Tokens that are cut out without being asked for. */
  added?: ReadonlyMap<string, number> | undefined;
  stripped?: Stripped | undefined;
}

const NONE: ReadonlyMap<string, number> = new Map();

/** Some files add thousands of tokens, so that the expression that finds them is worth keeping. */
const matchers = new WeakMap<Cuts, { added?: RegExp | undefined; all?: RegExp | undefined }>();

function matcherFor(cuts: Cuts, which: 'added' | 'all'): RegExp | undefined {
  const made = matchers.get(cuts) ?? {};
  matchers.set(cuts, made);
  if (!(which in made)) {
    const { special, added = NONE } = cuts;
    made[which] = matcherOf(which === 'all' ? [...special.keys(), ...added.keys()] : added.keys());
  }
  return made[which];
}

/** Finds the longest of the names at each place. */
function matcherOf(names: Iterable<string>): RegExp | undefined {
  const sorted = [...names].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? undefined : new RegExp(sorted.map(quoted).join('|'), 'g');
}

/** What `\s` finds; asked for a unit at a time, since an expression would look at a long run from each of its places. */
const isWhite = (text: string, at: number): boolean => /\s/.test(text.charAt(at));

/** A token with the white space that it takes, which begins at `from` at the earliest. */
function withSpace(
  text: string,
  token: NonNullable<Part['token']>,
  side: 'left' | 'right' | 'both' | undefined,
  from: number,
): Part {
  let { start, end } = token;
  if (side === 'left' || side === 'both') while (start > from && isWhite(text, start - 1)) start -= 1;
  if (side === 'right' || side === 'both') while (end < text.length && isWhite(text, end)) end += 1;
  return { start, end, token };
}

/** The text in parts, cut at each of the tokens that is accepted. */
function cutAt(text: string, matcher: RegExp, cuts: Cuts, accepts?: Accepts): Part[] {
  const { special, added, stripped } = cuts;
  const parts: Part[] = [];
  let from = 0;
  matcher.lastIndex = 0;
  for (let match = matcher.exec(text); match !== null; match = matcher.exec(text)) {
    const [token] = match;
    const { index: start } = match;
    const end = start + token.length;
    if (accepts?.(token, start, end) === false) {
      // Another may begin within it.
      matcher.lastIndex = start + 1;
      continue;
    }
    const id = (special.get(token) ?? added?.get(token))!;
    const part = withSpace(text, { id, start, end }, stripped?.get(token), from);
    if (part.start > from) parts.push({ start: from, end: part.start });
    parts.push(part);
    from = part.end;
    matcher.lastIndex = from;
  }
  if (from < text.length) parts.push({ start: from, end: text.length });
  return parts;
}

function namesOf(
  wanted: 'all' | Iterable<string> | undefined,
  known: ReadonlyMap<string, number>,
  encoding: string,
  option: string,
): Set<string> | undefined {
  if (wanted === undefined) return undefined;
  if (wanted === 'all') return new Set(known.keys());
  const isList = wanted !== null && typeof wanted === 'object' && Symbol.iterator in wanted;
  const names = new Set(isList ? wanted : []);
  if (!isList || [...names].some((name) => typeof name !== 'string')) {
    const note = `${option} is 'all' or a list of special tokens`;
    throw new RolecallError('invalid-argument', note, { path: option });
  }
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
 * `special-token` if the text holds a disallowed one.
 */
export function splitSpecial(
  text: string,
  cuts: Cuts,
  options: SpecialTokenOptions | undefined,
): Part[] | undefined {
  const { special, added, encoding } = cuts;
  const allowed = namesOf(options?.allowedSpecial, special, encoding, 'allowedSpecial');
  const disallowed = namesOf(options?.disallowedSpecial, special, encoding, 'disallowedSpecial');
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
  const matcher =
    allowed === undefined || options?.allowedSpecial === 'all'
      ? matcherFor(cuts, allowed === undefined ? 'added' : 'all')
      : matcherOf([...allowed, ...(added?.keys() ?? [])]);
  return matcher === undefined ? undefined : cutAt(text, matcher, cuts);
}

/** Cuts a text at each special or added token that is accepted where it stands. */
export function splitAccepted(text: string, cuts: Cuts, accepts: Accepts): Part[] {
  const matcher = matcherFor(cuts, 'all');
  return matcher === undefined ? [{ start: 0, end: text.length }] : cutAt(text, matcher, cuts, accepts);
}
