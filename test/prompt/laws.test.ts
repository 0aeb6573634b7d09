import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntaxOf } from '../../src/dialect/compile.js';
import { dialects } from '../../src/formats/index.generated.js';
import { adaptMessages } from '../../src/prompt/adapt.js';
import { unparsePrompt } from '../../src/prompt/edit.js';
import { parsePrompt } from '../../src/prompt/index.js';
import { parseWithDialect } from '../../src/prompt/read.js';
import { renderWithDialect } from '../../src/prompt/write.js';
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
        fc.property(
          fc.array(message, { maxLength: 5 }),
          fc.boolean(),
          fc.boolean(),
          (messages, generationPrompt, continueFinal) => {
            const { prompt, warnings } = renderWithDialect(messages as Message[], dialect, {
              fidelity: 'reversible',
              generationPrompt,
              continueFinal,
            });
            const lost = warnings.some((warning) => warning.code === 'blank-final-message');
            // What a dialect has no turn for (a system message, for some) is named by a warning; the rest comes back.
            const spoken = adaptMessages(
              messages as Message[],
              syntaxOf(dialect),
              { template: false, reversible: true, toolStyle: undefined, tools: [] },
              { warnings: [], collisions: 'escape', parts: 'error' },
            ).messages;
            if (warnings.every((warning) => warning.severity === 'info')) expect(spoken).toEqual(messages);
            const expected = lost ? spoken.slice(0, -1) : spoken;
            expect(parseWithDialect(prompt, dialect).messages).toEqual(expected);
          },
        ),
        runs(300),
      );
    });
  }
});

const names = Object.values(dialects);
const anyText = fc.oneof(
  hostileContent,
  fc.array(hostileContent, { maxLength: 6 }).map((parts) => parts.join('\n')),
);

describe('law 1: a prompt is kept unit by unit', () => {
  it('for any text in any dialect', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom(...names),
        fc.constantFrom('exact' as const, 'tidy' as const),
        (text, dialect, whitespace) => {
          const parsed = parseWithDialect(text, dialect, { whitespace });
          expect(unparsePrompt(parsed)).toBe(text);
          expect(parsed.turns.length).toBe(parsed.messages.length);
          let at = parsed.turns[0]?.start ?? parsed.open?.start ?? text.length;
          for (const turn of parsed.turns) {
            expect(turn.start).toBe(at);
            expect(turn.contentStart).toBeGreaterThanOrEqual(turn.start);
            expect(turn.contentEnd).toBeGreaterThanOrEqual(turn.contentStart);
            expect(turn.end).toBeGreaterThanOrEqual(turn.contentEnd);
            at = turn.end;
          }
          expect(parsed.open?.end ?? at).toBe(text.length);
          expect(structuredClone(parsed)).toEqual(parsed);
        },
      ),
      runs(3000),
    );
  });
});

/** Chats whose speakers are spelled in several cases, in lines and on one line. */
const odd = fc.array(
  fc.tuple(
    fc.constantFrom('', '', '> ', '[12:01] ', '**', '"', ' '),
    fc.constantFrom(
      'User',
      'USER',
      'Human',
      'HUMAN',
      'AI',
      'Bot',
      'BOT',
      'Alice',
      'ALICE',
      'Nutzer',
      'ユーザー',
    ),
    fc.constantFrom(': ', ':', ' :', '：', ':** '),
    fc.constantFrom('hi', '', 'User: nested', 'the AI: it', '`Alice'),
    fc.constantFrom('\n', ' ', '\n\n', '\r', ' \n'),
  ),
  { maxLength: 7 },
);

it('law 1 for chats with no dialect named', () => {
  fc.assert(
    fc.property(odd, (turns) => {
      const text = turns.flat().join('');
      expect(unparsePrompt(parsePrompt(text))).toBe(text);
    }),
    runs(3000),
  );
});

describe('law 1b: an edit changes its turn alone', () => {
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), at: fc.nat(), content: hostileContent }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('add' as const), at: fc.nat(), message }),
  );
  it('for any text in any dialect', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...names), edit, (text, dialect, change) => {
        const parsed = parseWithDialect(text, dialect);
        const messages = [...parsed.messages];
        const n = messages.length;
        if (change.kind === 'edit') {
          if (n === 0) return;
          messages[change.at % n] = { ...messages[change.at % n]!, content: change.content } as Message;
        } else if (change.kind === 'remove') {
          if (n === 0) return;
          messages.splice(change.at % n, 1);
        } else messages.splice(change.at % (n + 1), 0, change.message as Message);
        const before = structuredClone(parsed);
        const edited = unparsePrompt({ ...parsed, messages });
        expect(parsed).toEqual(before);
        const again = parseWithDialect(edited, dialect).messages;
        const blank = (list: readonly { content?: unknown }[]): boolean =>
          typeof list.at(-1)?.content === 'string' && /^\s*$/.test(list.at(-1)!.content as string);
        if (again.length === messages.length - 1 && blank(messages)) messages.pop();
        // Where a dialect has no turn for a system message, the user speaks it.
        const systemless = dialect.kind === 'markers' && dialect.systemPlacement !== 'turn';
        const spoken = (list: readonly Message[]): unknown[] =>
          list.map((one) => (systemless && one.role === 'system' ? { ...one, role: 'user' } : one));
        expect(spoken(again)).toEqual(spoken(messages));
        if (change.kind === 'edit') {
          const turn = parsed.turns[change.at % n]!;
          expect(edited.startsWith(text.slice(0, turn.start))).toBe(true);
          expect(edited.endsWith(text.slice(turn.end))).toBe(true);
        }
      }),
      runs(5000),
    );
  });
});
