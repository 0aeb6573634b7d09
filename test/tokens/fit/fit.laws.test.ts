import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRolecallError } from '../../../src/errors.js';
import { countChatTokens } from '../../../src/tokens/chat/chat.js';
import { fitMessages } from '../../../src/tokens/fit/fit.js';
import type { FitOptions, FitResult, FitStrategy } from '../../../src/tokens/fit/options.js';
import { type ChatMessage, openaiMessages } from '../../../src/tokens/messages/openai-messages.js';

const callsOf = (message: ChatMessage) => openaiMessages.read(message)?.[0]?.calls ?? [];

import { runs } from '../../support/runs.js';
import { histories, perCharacter } from '../histories.js';

const tools = [
  {
    type: 'function',
    function: { name: 'look_up', description: 'Looks up', parameters: { type: 'object' } },
  },
];

const strategies: FitStrategy[] = [
  'oldest',
  'newest',
  'middle',
  { keepLast: 3 },
  { order: (parts) => parts.map((_, index) => index).sort((a, b) => (a % 3) - (b % 3)) },
];

const cases = fc.record({
  messages: histories({ broken: true }),
  limit: fc.integer({ min: 20, max: 900 }),
  strategy: fc.constantFrom(...strategies),
  tools: fc.constantFrom(undefined, tools),
  pin: fc.constantFrom(
    undefined,
    'none' as const,
    ({ content }: ChatMessage) => String(content).length % 5 === 2,
  ),
  startOn: fc.constantFrom('user' as const, 'any' as const),
  alternate: fc.boolean(),
  staged: fc.boolean(),
});

type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

function optionsOf({
  limit,
  strategy,
  tools,
  pin,
  startOn,
  alternate,
  staged,
}: Case): FitOptions<ChatMessage> {
  const stages = staged ? (['emptyToolResults'] as const) : [];
  return { tokenizer: perCharacter, limit, strategy, tools, pin, startOn, alternate, stages };
}

/** The fit, or undefined where it is rightly refused. */
function fitOrRefusal(
  messages: ChatMessage[],
  options: FitOptions<ChatMessage>,
): FitResult<ChatMessage> | undefined {
  try {
    return fitMessages(messages, options);
  } catch (error) {
    if (!isRolecallError(error) || error.code !== 'over-limit') throw error;
    const { needed, budget } = error.details ?? {};
    expect(needed).toBeGreaterThan(budget ?? 0);
    return undefined;
  }
}

function check(
  law: (result: FitResult<ChatMessage>, options: FitOptions<ChatMessage>, value: Case) => void,
): void {
  fc.assert(
    fc.property(cases, (value) => {
      const options = optionsOf(value);
      const result = fitOrRefusal(value.messages, options);
      if (result !== undefined) law(result, options, value);
    }),
    runs(300),
  );
}

describe('fitMessages, for any history and options', () => {
  it('gives the exact total, within the limit', () => {
    check(({ messages, tokens, room }, options, { limit }) => {
      const { total } = countChatTokens({ messages, tools: options.tools }, { tokenizer: perCharacter });
      expect(tokens).toBe(total);
      expect(total).toBeLessThanOrEqual(limit);
      expect(room).toBe(limit - total);
    });
  });

  it('gives a subsequence, whose gaps the report names', () => {
    check(({ messages, kept, dropped, shortened }, _, value) => {
      expect([...kept].sort((a, b) => a - b)).toEqual(kept);
      const changed = new Set(shortened.map(({ index }) => index));
      messages.forEach((message, at) => {
        const index = kept[at] as number;
        if (!changed.has(index)) expect(message).toBe(value.messages[index]);
        else expect({ ...message, content: '' }).toEqual({ ...value.messages[index], content: '' });
      });
      const missing = dropped.flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, at) => from + at),
      );
      expect([...kept, ...missing].sort((a, b) => a - b)).toEqual(value.messages.map((_, index) => index));
    });
  });

  it('keeps calls and their results together, and no orphans', () => {
    check(({ messages }) => {
      messages.forEach((message, at) => {
        const calls = callsOf(message).map(({ id }) => id);
        if (calls.length === 0 && message.role !== 'tool') return;
        if (message.role === 'tool') {
          const made = messages.slice(0, at).flatMap((before) => callsOf(before).map(({ id }) => id));
          expect(made).toContain(message.tool_call_id);
          return;
        }
        const answers = messages.slice(at + 1, at + 1 + calls.length).map(({ tool_call_id }) => tool_call_id);
        // Only the last calls of all may still be waiting.
        if (at + 1 < messages.length) expect(answers).toEqual(calls);
      });
    });
  });

  it('keeps the pinned messages and the last user message', () => {
    check(({ kept }, { pin }, value) => {
      const stays = new Set(kept);
      value.messages.forEach(({ role }, index) => {
        if (pin !== 'none' && (role === 'system' || role === 'developer')) expect(stays).toContain(index);
      });
      const last = value.messages.findLastIndex(({ role }) => role === 'user');
      if (last >= 0) expect(stays).toContain(last);
    });
  });

  it('starts with a user message where there is one', () => {
    check(({ messages }, { startOn, pin }) => {
      if (typeof pin === 'function') return;
      const rest = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
      if (rest.some(({ role }) => role === 'user') && startOn === 'user') expect(rest[0]?.role).toBe('user');
      expect(rest[0]?.role).not.toBe('tool');
    });
  });

  it('alternates on request', () => {
    check(({ messages }, { alternate, pin }) => {
      if (alternate !== true || typeof pin === 'function') return;
      const plain = messages.filter(
        ({ role, tool_calls }) => /^(?:user|assistant)$/.test(role) && !tool_calls,
      );
      plain.forEach(({ role }, at) => {
        if (at > 0) expect(role).not.toBe(plain[at - 1]?.role);
      });
    });
  });

  it('is idempotent', () => {
    check((result, options) => {
      // An emptied result may be pinned no longer, and an order may be of the places.
      if (typeof options.strategy === 'object' || result.shortened.length > 0) return;
      const again = fitMessages(result.messages, options);
      expect(again.messages).toEqual(result.messages);
    });
  });

  it('never changes its input', () => {
    fc.assert(
      fc.property(cases, (value) => {
        const before = structuredClone(value.messages);
        fitOrRefusal(value.messages, optionsOf(value));
        expect(value.messages).toEqual(before);
      }),
      runs(100),
    );
  });

  it('is maximal: the next turn to keep would not fit', () => {
    fc.assert(
      fc.property(histories({ maxLength: 20 }), fc.integer({ min: 40, max: 600 }), (messages, limit) => {
        const result = fitOrRefusal(messages, { tokenizer: perCharacter, limit });
        const gap = result?.dropped.findLast(({ reason }) => reason === 'limit');
        if (result === undefined || gap === undefined) return;
        // The last unit of the gap, or the whole turn that it ends, with everything that was kept.
        const stays = new Set(result.kept);
        const lastUser = messages.findLastIndex(({ role }) => role === 'user');
        let from = gap.to - 1;
        const opens = (index: number) =>
          lastUser >= 0 && index < lastUser
            ? messages[index]?.role === 'user'
            : messages[index]?.role !== 'tool';
        while (from > 0 && (stays.has(from) || !opens(from))) from -= 1;
        if (!opens(from)) return;
        const more = messages.filter((_, index) => stays.has(index) || (index >= from && index < gap.to));
        expect(countChatTokens({ messages: more }, { tokenizer: perCharacter }).total).toBeGreaterThan(limit);
      }),
      runs(300),
    );
  });
});

/** The droppable parts of a history, in the order in which a strategy drops them. */
const dropOrders: Record<string, (length: number) => number[]> = {
  oldest: (length) => Array.from({ length }, (_, index) => index),
  newest: (length) => Array.from({ length }, (_, index) => length - 1 - index),
  // Kept are the last, the first, the last but one, and so on.
  middle: (length) =>
    Array.from({ length }, (_, index) =>
      index % 2 === 0 ? length - 1 - (index >> 1) : index >> 1,
    ).reverse(),
};

describe.each(['oldest', 'newest', 'middle'] as const)('the strategy %s', (strategy) => {
  it('drops in its order, and no part more than it must', () => {
    fc.assert(
      fc.property(histories({ maxLength: 20 }), fc.integer({ min: 40, max: 600 }), (messages, limit) => {
        const base: FitOptions<ChatMessage> = { tokenizer: perCharacter, limit };
        let parts: readonly { from: number; to: number }[] = [];
        let drops: number[] = [];
        const order: FitStrategy = {
          order: (given) => {
            parts = given;
            drops = dropOrders[strategy]?.(given.length) ?? [];
            return drops;
          },
        };
        const result = fitOrRefusal(messages, { ...base, strategy });
        const ordered = fitOrRefusal(messages, { ...base, strategy: order });
        expect(ordered?.kept).toEqual(result?.kept);
        if (result === undefined || parts.length === 0) return;
        const stays = new Set(result.kept);
        const gone = drops.filter((part) => !stays.has(parts[part]?.from ?? 0));
        expect(gone).toEqual(drops.slice(0, gone.length));
        const next = parts[gone.at(-1) ?? -1];
        if (next === undefined) return;
        const more = messages.filter((_, at) => stays.has(at) || (at >= next.from && at < next.to));
        expect(countChatTokens({ messages: more }, { tokenizer: perCharacter }).total).toBeGreaterThan(limit);
      }),
      runs(150),
    );
  });
});

describe('a history that grows', () => {
  it('moves its cut at most once for every trimAt - trimTo tokens that were added', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            question: fc.string({ maxLength: 60 }),
            calls: fc.nat(2),
            reply: fc.string({ maxLength: 60 }),
          }),
          {
            minLength: 10,
            maxLength: 60,
          },
        ),
        fc.integer({ min: 0, max: 300 }),
        (turns, hysteresis) => {
          const trimTo = 500;
          const trimAt = trimTo + hysteresis + 1;
          const messages: ChatMessage[] = [{ role: 'system', content: 'Be brief.' }];
          let previous: FitResult<ChatMessage>['cut'] = null;
          let moves = 0;
          let last: ChatMessage[] = [];
          const step = () => {
            const options: FitOptions<ChatMessage> = { tokenizer: perCharacter, limit: 2000, trimAt, trimTo };
            const result: FitResult<ChatMessage> = fitMessages(messages, { ...options, previous });
            expect(result.tokens).toBeLessThanOrEqual(trimAt);
            expect(result.tokens).toBe(
              countChatTokens({ messages: result.messages }, { tokenizer: perCharacter }).total,
            );
            expect(result.warnings).toEqual([]);
            if ((result.cut?.index ?? 0) !== (previous?.index ?? 0)) moves += 1;
            // Where the cut stays, the kept messages only grow at their end.
            else expect(result.messages.slice(0, last.length)).toEqual(last);
            previous = result.cut === null ? null : JSON.parse(JSON.stringify(result.cut));
            last = result.messages;
          };
          for (const { question, calls, reply } of turns) {
            messages.push({ role: 'user', content: question });
            step();
            for (let call = 0; call < calls; call += 1) {
              const id = `c${messages.length}`;
              messages.push({
                role: 'assistant',
                content: null,
                tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
              });
              messages.push({ role: 'tool', content: reply, tool_call_id: id });
              step();
            }
            messages.push({ role: 'assistant', content: reply });
          }
          const appended = countChatTokens({ messages }, { tokenizer: perCharacter }).total;
          expect(moves).toBeLessThanOrEqual(Math.ceil(appended / (trimAt - trimTo)));
        },
      ),
      runs(60),
    );
  });
});

describe('a history that grows, with stages and bills', () => {
  it('stays exact and valid, whatever was staged or billed before', () => {
    fc.assert(
      fc.property(
        histories({ broken: true, maxLength: 40 }),
        fc.integer({ min: 150, max: 600 }),
        fc.nat(100),
        fc.boolean(),
        (messages, limit, hysteresis, staged) => {
          let previous: FitResult<ChatMessage>['cut'] = null;
          for (let length = 1; length <= messages.length; length += 1) {
            const options: FitOptions<ChatMessage> = {
              tokenizer: perCharacter,
              limit,
              trimTo: Math.max(0, limit - hysteresis),
              stages: staged ? ['emptyToolResults'] : [],
            };
            // In the midst of a group the history is not whole yet.
            if (messages[length]?.role === 'tool') continue;
            const grown = messages.slice(0, length);
            const result = fitOrRefusal(grown, { ...options, previous });
            if (result === undefined) {
              previous = null;
              continue;
            }
            const { total } = countChatTokens({ messages: result.messages }, { tokenizer: perCharacter });
            expect(result.tokens).toBe(total);
            expect(total).toBeLessThanOrEqual(limit);
            const anchor = { messages: result.messages, tokens: total };
            const again = fitMessages(grown, { ...options, previous, anchor });
            expect(again.tokens).toBe(total);
            expect(again.messages).toEqual(result.messages);
            previous = result.cut;
          }
        },
      ),
      runs(60),
    );
  });
});
