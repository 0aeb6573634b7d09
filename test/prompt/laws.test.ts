import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/prompt/dialects/index.js';
import { parseWithDialect } from '../../src/prompt/parse.js';
import { renderWithDialect } from '../../src/prompt/render.js';
import type { Message } from '../../src/schemas/messages.js';
import { hostileContent } from '../support/content.js';
import { runs } from '../support/runs.js';

const message = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
  content: hostileContent,
});

describe('law 2: what is rendered is read back', () => {
  for (const dialect of Object.values(dialects)) {
    it(dialect.name, () => {
      fc.assert(
        fc.property(fc.array(message, { maxLength: 5 }), fc.boolean(), fc.boolean(), (messages, generationPrompt, continueFinal) => {
          const { prompt, warnings } = renderWithDialect(messages as Message[], dialect, {
            fidelity: 'exact',
            generationPrompt,
            continueFinal,
          });
          const lost = warnings.some((warning) => warning.code === 'blank-final-message');
          const expected = lost ? messages.slice(0, -1) : messages;
          expect(parseWithDialect(prompt, dialect).messages).toEqual(expected);
        }),
        runs(300),
      );
    });
  }
});
