import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRolecallError } from '../../../src/errors.js';
import { countChatTokens } from '../../../src/tokens/chat/chat.js';
import { fitMessages } from '../../../src/tokens/fit/fit.js';
import type { FitOptions, FitStage, FitStrategy } from '../../../src/tokens/fit/options.js';
import { type ChatMessage, openaiMessages } from '../../../src/tokens/messages/openai-messages.js';

const callsOf = (message: ChatMessage) => openaiMessages.read(message)?.[0]?.calls ?? [];

import { runs } from '../../support/runs.js';
import { perCharacter } from '../histories.js';

/** Histories that no API takes, and counters that are no tokenizers: what is kept has to be valid and exact all the same. */

const text = fc
  .array(
    fc.constantFrom(
      'a',
      '',
      'é',
      '👩‍👩‍👧‍👦',
      '\ud83d',
      '\udc00',
      'क्षि',
      '\r\n',
      ' ',
      '你好',
      '🇩🇪🇫🇷',
      'word '.repeat(8),
    ),
    { maxLength: 5 },
  )
  .map((pieces) => pieces.join(''));

const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };

const content: fc.Arbitrary<ChatMessage['content']> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, []) },
  { weight: 1, arbitrary: text.map((words) => [{ type: 'text', text: words }, image]) },
);

/** Few ids, so that they are used again and again. */
const id = fc.constantFrom('a', 'b', 'c');

const call = (of: string) => ({ id: of, type: 'function', function: { name: 'f', arguments: '{}' } });

const asks = fc
  .tuple(
    content,
    fc.array(id, { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(9), { minLength: 3, maxLength: 3 }),
    text,
  )
  .map(([own, ids, chances, words]): ChatMessage[] => [
    { role: 'assistant', content: own, tool_calls: ids.map(call) },
    ...ids.flatMap((of, at): ChatMessage[] => {
      const chance = chances[at] as number;
      const result: ChatMessage = { role: 'tool', tool_call_id: of, content: words };
      if (chance === 0) return [];
      if (chance === 1) return [result, { role: 'user', content: words }];
      return chance === 2 ? [{ role: 'system', content: words }, result] : [result];
    }),
  ]);

const legacy: ChatMessage = {
  role: 'assistant',
  content: null,
  function_call: { name: 'f', arguments: '{}' },
};

const step: fc.Arbitrary<ChatMessage[]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom('user', 'user', 'assistant', 'assistant', 'system', 'developer', 'critic'),
        content,
      )
      .map(([role, own]) => [{ role, content: own }]),
  },
  { weight: 3, arbitrary: asks },
  {
    weight: 1,
    arbitrary: fc.tuple(id, text).map(([of, own]) => [{ role: 'tool', tool_call_id: of, content: own }]),
  },
  { weight: 1, arbitrary: text.map((own) => [legacy, { role: 'function', name: 'f', content: own }]) },
  { weight: 1, arbitrary: text.map((own) => [{ role: 'function', name: 'g', content: own }]) },
);

const odd = fc.array(step, { maxLength: 12 }).map((steps) => steps.flat());

const shorten: FitStage<ChatMessage> = {
  kind: 'apply',
  keepTurns: 0,
  apply: (message) =>
    typeof message.content === 'string' ? { ...message, content: message.content.slice(0, 3) } : message,
};

const tools = [
  { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
];

const counters: ((text: string) => number)[] = [
  perCharacter,
  (words) => (words.length * 7) % 13,
  (words) => (words === '' ? 1 : words.length + 2),
  (words) => (words.includes('w') ? 1 : words.length),
];

const strategies: FitStrategy[] = ['oldest', 'newest', 'middle', { keepLast: 2 }];

const options = fc.record({
  tokenizer: fc.constantFrom(...counters),
  limit: fc.constantFrom(0, 20, 50.5, 80, 150, 300, 600, 2000, Infinity),
  strategy: fc.constantFrom(...strategies),
  tools: fc.constantFrom(undefined, tools),
  pin: fc.constantFrom(undefined, undefined, 'none' as const, (_: ChatMessage, at: number) => at % 5 === 2),
  startOn: fc.constantFrom('user' as const, 'any' as const, ({ role }: ChatMessage) => role === 'assistant'),
  alternate: fc.boolean(),
  stages: fc.constantFrom<readonly FitStage<ChatMessage>[]>(
    [],
    ['emptyToolResults'],
    ['dropImages', shorten],
  ),
  oversized: fc.constantFrom('error' as const, 'head' as const, 'middle' as const, 'tail' as const),
  trimTo: fc.constantFrom(undefined, 0.5),
});

const isUser = ({ role }: ChatMessage) => role === 'user' || role === 'critic';
const isSystem = ({ role }: ChatMessage) => role === 'system' || role === 'developer';

/** The answers to no call, and the calls that nothing answers though the history goes on. */
function orphans(messages: readonly ChatMessage[]): ChatMessage[] {
  const ids = (message: ChatMessage) => callsOf(message).map((made) => made.id);
  return messages.filter((message, at) => {
    if (message.role === 'tool')
      return !messages.slice(0, at).some((before) => ids(before).includes(message.tool_call_id ?? ''));
    const rest = messages.slice(at + 1);
    const open = ids(message).filter((of) => !rest.some(({ tool_call_id }) => tool_call_id === of));
    // More answers may be yet to come where the last message is one.
    return open.length > 0 && rest.length > 0 && rest.at(-1)?.role !== 'tool';
  });
}

describe('fitMessages, for any history at all', () => {
  it('is exact and valid within the limit, or refuses with the numbers', () => {
    fc.assert(
      fc.property(odd, options, (messages, { trimTo, ...rest }) => {
        const before = structuredClone(messages);
        const settings: FitOptions<ChatMessage> = { ...rest, model: 'gpt-4o' };
        if (trimTo !== undefined) settings.trimTo = rest.limit * trimTo;
        const total = (kept: readonly ChatMessage[]) =>
          countChatTokens(
            { messages: kept, tools: rest.tools },
            { tokenizer: rest.tokenizer, model: 'gpt-4o' },
          ).total;
        let result: ReturnType<typeof fitMessages<ChatMessage>>;
        try {
          result = fitMessages(messages, settings);
        } catch (error) {
          if (!isRolecallError(error) || error.code !== 'over-limit') throw error;
          expect(error.details?.['needed']).toBeGreaterThan(error.details?.['budget'] ?? 0);
          return;
        }
        expect(messages).toEqual(before);
        expect(result.tokens).toBe(total(result.messages));
        expect(result.tokens).toBeLessThanOrEqual(rest.limit);
        const stays = new Set(result.kept);
        const missing = result.dropped.flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, at) => from + at),
        );
        expect([...stays, ...missing].sort((a, b) => a - b)).toEqual(messages.map((_, at) => at));
        messages.forEach((message, at) => {
          if (rest.pin !== 'none' && isSystem(message)) expect(stays).toContain(at);
        });
        const last = messages.findLastIndex(isUser);
        if (last >= 0) expect(stays).toContain(last);
        expect(orphans(result.messages)).toEqual([]);
        const spoken = result.messages.filter((message) => !isSystem(message));
        if (typeof rest.pin === 'function') return;
        expect(spoken[0]?.role).not.toBe('tool');
        if (rest.startOn === 'user' && spoken.some(isUser)) expect(spoken[0]).toSatisfy(isUser);
      }),
      runs(1500),
    );
  });
});
