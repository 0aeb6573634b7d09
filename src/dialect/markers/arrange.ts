import { callsOf } from '../../body/call.js';
import { RolecallError } from '../../errors.js';
import type { Message } from '../../schemas/messages.js';
import { type Content, listed, whole } from '../../text/pieces.js';
import { isBlank } from '../../text/space.js';
import { lossy } from '../../text/warn.js';
import { wordsOf } from '../message-text.js';
import type { Arrangement, ArrangeOptions, Placed, Writing } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** Can a text stand in front of the first turn with no mark, and be found there? Not a blank one, nor behind a BOM. */
export const standsAlone = (text: string): boolean => !isBlank(text) && text.charCodeAt(0) !== 0xfeff;

const speaks = (message: Message): boolean =>
  message.role === 'user' || (message.role === 'assistant' && callsOf(message).length === 0);

/** A message with the words of several, set apart by blank lines. */
function joined(place: Placed, contents: readonly Content[]): Placed {
  const { message, path, index } = place;
  const words = whole(listed(contents, '\n\n'), { as: 'text', message: index, path: `${path}.content` });
  return { ...place, message: { ...message, content: words.text } as Message, words };
}

/** One string a speaker: a long run of turns has a warning for each. */
const MERGED = {
  user: 'The model wants turns to alternate; two of the user were joined by a blank line.',
  assistant: 'The model wants turns to alternate; two of the assistant were joined by a blank line.',
} as const;

/** Turns of the same speaker in a row as one, or refused. */
function alternate(
  name: string,
  placed: readonly Placed[],
  mode: 'merge' | 'error',
  writing: Writing,
): Placed[] {
  const out: Placed[] = [];
  let run: Content[] = [];
  const settle = (): void => {
    const last = out[out.length - 1];
    if (last !== undefined && run.length > 1) out[out.length - 1] = joined(last, run);
    run = [];
  };
  for (const one of placed) {
    const { message, path } = one;
    const before = out[out.length - 1];
    if (before?.message.role !== message.role || !speaks(before.message) || !speaks(message)) {
      settle();
      out.push(one);
      continue;
    }
    if (mode === 'error')
      throw new RolecallError(
        'unrepresentable',
        `Dialect "${name}" wants turns to alternate; two of the ${message.role} follow each other.`,
        { path },
      );
    lossy(writing.warnings, 'merged-turns', path, MERGED[message.role === 'user' ? 'user' : 'assistant']);
    if (run.length === 0) run.push(wordsOf(before, writing));
    run.push(wordsOf(one, writing));
  }
  settle();
  return out;
}

/** System messages where the model knows some, and turns that alternate where it wants them to. */
export function arrangement(dialect: MarkerDialect): Arrangement {
  const { name, systemPlacement: placement } = dialect;
  /** Every system message stands where it is: in a turn of its own, or where the template puts it. */
  const freely = (template: boolean): boolean => placement === 'turn' || (template && placement !== 'none');
  const modeOf = ({ alternation, template }: ArrangeOptions): 'keep' | 'merge' | 'error' =>
    alternation ?? (template && dialect.alternation === 'strict' ? 'merge' : 'keep');
  const refuse = (path: string, what: string): never => {
    throw new RolecallError('unrepresentable', `Dialect "${name}" ${what}`, { path });
  };

  function placeSystem(
    placed: readonly Placed[],
    { template, systemFallback }: ArrangeOptions,
    writing: Writing,
  ): Placed[] {
    if (!placed.some(({ message: { role } }) => role === 'system' || role === 'developer'))
      return [...placed];
    const { warnings } = writing;
    /** From the last to the first, so that several system messages in a row end up in front of the same words. */
    const reversed: Placed[] = [];
    let folded: Content[] = [];
    const settle = (): void => {
      const last = reversed[reversed.length - 1];
      if (last !== undefined && folded.length > 0)
        reversed[reversed.length - 1] = joined(last, [...folded.reverse(), wordsOf(last, writing)]);
      folded = [];
    };
    for (let i = placed.length - 1; i >= 0; i--) {
      const one = placed[i]!;
      const { message, path } = one;
      const isSystem = message.role === 'system' || message.role === 'developer';
      const words = isSystem ? wordsOf(one, writing) : null;
      if (words === null || (placement === 'preamble' && i === 0 && standsAlone(words.text))) {
        settle();
        reversed.push(one);
        continue;
      }
      if (systemFallback === 'error') refuse(`${path}.role`, "can't write a system message here.");
      if (systemFallback !== 'user' && reversed[reversed.length - 1]?.message.role === 'user') {
        if (template && i === 0) {
          settle();
          reversed.push(one);
          continue;
        }
        const note =
          "The model knows no system message here; its text stands in front of the user's next words.";
        lossy(warnings, 'folded-system', path, note);
        folded.push(words);
      } else {
        settle();
        const note = 'The model knows no system message here; the user speaks the text.';
        lossy(warnings, 'role-changed', `${path}.role`, note);
        reversed.push({ ...one, message: { role: 'user', content: words.text }, words });
      }
    }
    settle();
    return reversed.reverse();
  }

  return {
    needed(messages, options) {
      const settled = freely(options.template);
      const keeps = modeOf(options) === 'keep';
      if (settled && keeps) return false;
      return messages.some(
        ({ role }, i) => (!settled && role === 'system') || (!keeps && role === messages[i - 1]?.role),
      );
    },
    apply(placed, options, writing) {
      const settled = freely(options.template) ? placed : placeSystem(placed, options, writing);
      const mode = modeOf(options);
      return mode === 'keep' ? settled : alternate(name, settled, mode, writing);
    },
  };
}
