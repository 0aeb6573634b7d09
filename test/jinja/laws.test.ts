import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRolecallError, type MarkerDialect, parsePrompt, renderPrompt } from '../../src/index.js';
import { dialectFromConfig } from '../../src/jinja/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { messageFor } from '../support/marker-messages.js';
import { runs } from '../support/runs.js';
import { kinds } from './templates.js';

const value = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return text;
  }
};
/** Arguments as values, calls without their ids. */
const plain = (messages: readonly Message[]): unknown =>
  JSON.parse(
    JSON.stringify(messages, (key, item: unknown) => {
      if (key === 'id' || key === 'tool_call_id') return '';
      return key === 'arguments' ? value(item as string) : item;
    }),
  );

describe('law 2, for the dialect of a template with', () => {
  it.each(kinds)('$name', ({ template, bos, eos }) => {
    const dialect: MarkerDialect = dialectFromConfig({
      chat_template: template,
      bos_token: bos ?? null,
      eos_token: eos ?? null,
    });
    fc.assert(
      fc.property(
        fc.array(messageFor(dialect), { maxLength: 4 }),
        fc.boolean(),
        (messages, continueFinal) => {
          let made: ReturnType<typeof renderPrompt>;
          try {
            made = renderPrompt(messages, { dialect, fidelity: 'reversible', continueFinal });
          } catch (error) {
            expect(isRolecallError(error)).toBe(true);
            return;
          }
          if (made.warnings.some(({ severity }) => severity === 'lossy')) return;
          expect(plain(parsePrompt(made.prompt, { dialect }).messages)).toEqual(plain(messages));
        },
      ),
      runs(60),
    );
  });
});
