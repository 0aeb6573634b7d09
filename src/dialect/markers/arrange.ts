import { callsOf } from '../../body/call.js';
import { RolecallError } from '../../errors.js';
import type { Message } from '../../schemas/messages.js';
import { isBlank } from '../../text/space.js';
import { lossy } from '../../text/warn.js';
import { textOf } from '../message-text.js';
import type { Arrangement, ArrangeOptions, Placed, Writing } from '../syntax.js';
import type { MarkerDialect } from '../types.js';

/** Can a text stand in front of the first turn with no mark, and be found there? Not a blank one, nor behind a BOM. */
export const standsAlone = (text: string): boolean => !isBlank(text) && text.charCodeAt(0) !== 0xfeff;

const speaks = (message: Message): boolean =>
  message.role === 'user' || (message.role === 'assistant' && callsOf(message).length === 0);

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

  function placeSystem({ messages, paths }: Placed, options: ArrangeOptions, writing: Writing): void {
    const { template, systemFallback } = options;
    const { warnings } = writing;
    // From the end, so that several system messages in a row end up in front of the same words.
    for (let i = messages.length - 1; i >= 0; i--) {
      const message = messages[i]!;
      const path = paths[i]!;
      if (message.role !== 'system' && message.role !== 'developer') continue;
      const text = textOf(message, path, writing);
      if (placement === 'preamble' && i === 0 && standsAlone(text)) continue;
      if (systemFallback === 'error') refuse(`${path}.role`, "can't write a system message here.");
      const next = messages[i + 1];
      if (systemFallback !== 'user' && next?.role === 'user') {
        if (template && i === 0) continue;
        const note =
          "The model knows no system message here; its text stands in front of the user's next words.";
        lossy(warnings, 'folded-system', path, note);
        const words = textOf(next, paths[i + 1]!, writing);
        messages.splice(i, 2, { ...next, content: `${text}\n\n${words}` });
        paths.splice(i, 1);
      } else {
        const note = 'The model knows no system message here; the user speaks the text.';
        lossy(warnings, 'role-changed', `${path}.role`, note);
        messages[i] = { role: 'user', content: text };
      }
    }
  }

  function alternate({ messages, paths }: Placed, mode: 'merge' | 'error', writing: Writing): void {
    for (let i = 1; i < messages.length; i++) {
      const before = messages[i - 1]!;
      const message = messages[i]!;
      if (before.role !== message.role || !speaks(before) || !speaks(message)) continue;
      const path = paths[i]!;
      if (mode === 'error')
        refuse(path, `wants turns to alternate; two of the ${message.role} follow each other.`);
      const note = `The model wants turns to alternate; two of the ${message.role} were joined by a blank line.`;
      lossy(writing.warnings, 'merged-turns', path, note);
      const first = textOf(before, paths[i - 1]!, writing);
      const second = textOf(message, path, writing);
      messages.splice(i - 1, 2, { ...before, content: `${first}\n\n${second}` } as Message);
      paths.splice(i, 1);
      i--;
    }
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
      if (!freely(options.template)) placeSystem(placed, options, writing);
      const mode = modeOf(options);
      if (mode !== 'keep') alternate(placed, mode, writing);
    },
  };
}
