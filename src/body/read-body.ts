import { RolecallError } from '../errors.js';
import { isWhite } from '../text/json.js';
import { Input, type Reading } from './input.js';
import { type BodyPiece, Out } from './out.js';
import { type Length, mostWhite, type Section } from './section.js';
import type { ArgumentTypes } from './typed.js';

/**
 * Reads an assistant's turn that comes in pieces, cut anywhere, with the same result for every cut: words, reasoning and
 * calls, as the sections say. Words go on at once; what may still become a section waits.
 *
 * A call is certain once its name and the opening bracket of its arguments have come, and goes on from there as it comes;
 * its arguments end with their brackets. From the first unit on that is no JSON a closing mark (or the next call) ends
 * them as well. Where a call can't begin so (its name or id stands behind the arguments, the arguments are a JSON string,
 * Python writes it), it comes whole once it is; what never becomes a call is words.
 */
export interface BodyReader {
  push(text: string): BodyPiece[];
  end(): BodyPiece[];
  /** Units that are held back. */
  readonly held: number;
  /** Where the first words begin; -1 while there are none. */
  readonly wordsFrom: number;
  /** The words are gathered from several places, and are not one stretch of the text. */
  readonly gathered: boolean;
  /** Reasoning was begun and has no end. */
  readonly thinking: boolean;
}

export interface BodyReaderOptions {
  /** Several groups: whose mark comes first, that group's sections alone are read from there on. */
  groups: readonly (readonly Section[])[];
  /** Where the turn begins inside of reasoning: it reads on from there. */
  begin?: Begin | undefined;
  /** The longest call that is waited for, in UTF-16 units. */
  limit?: number | undefined;
  /** All words pass, blank ones too. */
  passing?: boolean | undefined;
  /** The turn is one of a prompt: all blanks stay, and sections that no token tells from words don't count. */
  exact?: boolean | undefined;
  /** What the request says of arguments that have no type on the wire. */
  types?: ArgumentTypes | undefined;
  /** Undoes the escapes of a renderer, in arguments that are no JSON. */
  restore?: ((text: string) => string) | undefined;
}

const defaultLimit = 4 * 1024 * 1024;

/** An opening that is longer than this is none: what is waited for has a limit that no cut of the text moves. */
const longestOpening = 4096;

type Begin = (input: Input, out: Out) => Reading;

interface Found {
  at: number;
  /** 0 where it takes more text to tell whether it is an opening. */
  length: number;
  section: Section;
  group: readonly Section[];
}

function lengthAt(input: Input, { opening }: Section, mark: string, at: number): Length {
  if (opening === undefined) return mark.length;
  const text = input.window(at, longestOpening);
  const length = opening(text);
  if (length === undefined && (input.ended || text.length === longestOpening)) return 0;
  return length;
}

/** Where white space begins that stands in front of a place. */
function whiteBefore(input: Input, place: number): number {
  const least = Math.max(input.pos, place - mostWhite);
  let at = place;
  while (at > least && isWhite(input.text.charCodeAt(at - 1))) at--;
  return at;
}

/** The first place where a section begins, or may begin. */
function nextSection(input: Input, groups: BodyReaderOptions['groups'], silent: boolean): Found | null {
  let best: Found | null = null;
  const offer = (found: Found): void => {
    if (best === null || found.at < best.at) best = found;
    // At the same place the longest opening counts, once each of them is known.
    else if (found.at === best.at && best.length > 0 && (found.length === 0 || found.length > best.length))
      best = found;
  };
  for (const group of groups) {
    for (const section of group) {
      if (section.at === 'start' || (section.bare && groups.length > 1 && !silent)) continue;
      for (const mark of section.marks) {
        const found = placeOf(input, section, mark);
        if (found === null) continue;
        const at = section.white ? whiteBefore(input, found.at) : found.at;
        if (section.bare && groups.length > 1 && !isBlankTo(input, at)) continue;
        const white = found.at - at;
        offer({ at, length: found.length === 0 ? 0 : white + found.length, section, group });
      }
    }
  }
  return best;
}

const isBlankTo = (input: Input, place: number): boolean => {
  for (let at = input.pos; at < place; at++) if (!isWhite(input.text.charCodeAt(at))) return false;
  return true;
};

/** The first place where a mark opens a section, or may. */
function placeOf(input: Input, section: Section, mark: string): { at: number; length: number } | null {
  const from = input.pos;
  for (let at = input.find(mark, from, section); at !== -1; at = input.find(mark, at + 1, section)) {
    const length = lengthAt(input, section, mark, at);
    if (length !== 0) return { at, length: length ?? 0 };
  }
  const part = input.partial(mark);
  if (part !== -1) return { at: part, length: 0 };
  // White space at the end may stand in front of a mark.
  return section.white && !input.ended ? { at: input.text.length, length: 0 } : null;
}

function* drive(
  input: Input,
  out: Out,
  given: BodyReaderOptions['groups'],
  begin: Begin | undefined,
): Reading {
  let groups = given;
  if (begin === undefined) groups = yield* atStart(input, out, given);
  else yield* begin(input, out);
  for (;;) {
    const found = nextSection(input, groups, out.silent);
    if (found === null || found.length === 0) {
      out.say(input.takeTo(found === null ? input.text.length : found.at));
      if (!(yield* input.more())) return;
      continue;
    }
    out.say(input.takeTo(found.at));
    groups = [found.group];
    yield* found.section.read(input, out, input.take(found.length));
  }
}

/** The sections that stand at the start alone. Returns the groups that are left. */
function* atStart(
  input: Input,
  out: Out,
  groups: BodyReaderOptions['groups'],
): Reading<BodyReaderOptions['groups']> {
  const starts = groups.flatMap((group) =>
    group.flatMap((section) => (section.at === 'start' ? [{ section, group }] : [])),
  );
  if (starts.length === 0) return groups;
  const white = yield* input.white(mostWhite);
  for (;;) {
    let waits = false;
    for (const { section, group } of starts) {
      const front = section.tight ? 0 : white;
      const at = input.pos + front;
      for (const mark of section.marks) {
        const rest = input.window(at, mark.length);
        const there =
          rest === mark ? lengthAt(input, section, mark, at) : mark.startsWith(rest) ? undefined : 0;
        if (there === undefined) waits ||= !input.ended;
        else if (there > 0) {
          input.take(front);
          yield* section.read(input, out, input.take(there));
          return narrowed(groups, group);
        }
      }
    }
    if (!waits || !(yield* input.more())) return groups;
  }
}

/** Behind reasoning any form of calls may come; a group that has more than reasoning is chosen. */
const narrowed = (
  groups: BodyReaderOptions['groups'],
  group: readonly Section[],
): BodyReaderOptions['groups'] => (group.every(({ at }) => at === 'start') ? groups : [group]);

export function createBodyReader({
  groups,
  begin,
  limit = defaultLimit,
  exact = false,
  passing = exact,
  types,
  restore,
}: BodyReaderOptions): BodyReader {
  const input = new Input();
  const out = new Out(input, exact, passing, types, restore);
  const offered = exact ? groups.map((group) => group.filter(({ bare }) => !bare)) : groups;
  const steps = drive(input, out, offered, begin);

  function read(): BodyPiece[] {
    steps.next();
    const held = input.left + out.waiting;
    if (held > limit) {
      const message = `A call in the reply is longer than ${limit} units, the limit.`;
      throw new RolecallError('over-limit', message, { details: { limit, needed: held } });
    }
    return out.take(input.ended);
  }

  return {
    get held() {
      return input.left + out.waiting;
    },
    get wordsFrom() {
      return out.wordsFrom;
    },
    get gathered() {
      return out.gathered;
    },
    get thinking() {
      return out.thinking;
    },
    push(text) {
      input.push(text);
      return read();
    },
    end() {
      input.ended = true;
      return read();
    },
  };
}
