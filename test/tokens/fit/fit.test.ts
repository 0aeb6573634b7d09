import { describe, expect, it } from 'vitest';
import { isRolecallError, type RolecallError } from '../../../src/errors.js';
import type { Tokenizer } from '../../../src/tokens/bpe/types.js';
import { anchorFor } from '../../../src/tokens/chat/anchor.js';
import { countChatTokens } from '../../../src/tokens/chat/chat.js';
import { fitMessages, fitMessagesAsync } from '../../../src/tokens/fit/fit.js';
import type { FitOptions } from '../../../src/tokens/fit/options.js';
import type { ChatMessage } from '../../../src/tokens/messages/openai-messages.js';
import { perCharacter, plainHistory } from '../histories.js';

const total = (messages: readonly ChatMessage[]) =>
  countChatTokens({ messages }, { tokenizer: perCharacter }).total;

const trim = (
  messages: readonly ChatMessage[],
  options: Partial<FitOptions<ChatMessage>> & { limit: number },
) => fitMessages(messages, { tokenizer: perCharacter, ...options });

function refusal(run: () => unknown): RolecallError {
  try {
    run();
  } catch (error) {
    if (isRolecallError(error)) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

const group = (id: string, result = 'sunny'): ChatMessage[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', content: result, tool_call_id: id },
];

const contents = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content);

describe('strategies', () => {
  const history = plainHistory(6, 10);
  const limitFor = (...kept: number[]) => total(kept.map((index) => history[index] as ChatMessage));

  it('keeps everything that fits', () => {
    const result = trim(history, { limit: total(history) });
    expect(result.messages).toEqual(history);
    expect(result).toMatchObject({ dropped: [], shortened: [], cut: null, room: 0 });
  });

  it.each<[FitOptions<ChatMessage>['strategy'], number[], number[]]>([
    ['oldest', [0, 9, 10, 11, 12], [0, 9, 10, 11, 12]],
    ['newest', [0, 1, 2, 11, 12], [0, 1, 2, 11, 12]],
    ['middle', [0, 1, 2, 9, 10, 11, 12], [0, 1, 2, 9, 10, 11, 12]],
    [{ keepLast: 2 }, history.map((_, index) => index), [0, 9, 10, 11, 12]],
    [{ order: () => [1, 3, 0] }, [0, 3, 4, 5, 6, 9, 10, 11, 12], [0, 5, 6, 9, 10, 11, 12]],
  ])('%j', (strategy, room, kept) => {
    const result = trim(history, { strategy, limit: limitFor(...room) });
    // The order drops parts 1, 3 and 0; the rest, 2 and 4, would go last.
    if (typeof strategy === 'object' && 'order' in strategy)
      expect(result.kept).toEqual(expect.arrayContaining(kept));
    else expect(result.kept).toEqual(kept);
  });

  it('says why', () => {
    expect(trim(history, { strategy: { keepLast: 2 }, limit: 1000 }).dropped).toEqual([
      { from: 1, to: 9, reason: 'strategy' },
    ]);
    const greeting: ChatMessage[] = [
      { role: 'assistant', content: 'Hello!' },
      { role: 'user', content: 'a' },
      { role: 'tool', content: 'lost', tool_call_id: 'x' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'c' },
      { role: 'assistant', content: 'd' },
    ];
    expect(trim(greeting, { limit: 1000, alternate: true }).dropped).toEqual([
      { from: 0, to: 1, reason: 'start' },
      { from: 1, to: 2, reason: 'alternation' },
      { from: 2, to: 3, reason: 'orphan' },
      { from: 4, to: 5, reason: 'alternation' },
    ]);
    expect(trim(greeting, { limit: 1000, startOn: 'any' }).dropped).toEqual([
      { from: 2, to: 3, reason: 'orphan' },
    ]);
  });

  it('counts the dropped messages only on request', () => {
    const limit = limitFor(0, 9, 10, 11, 12);
    expect(trim(history, { limit })).not.toHaveProperty('droppedTokens');
    const { droppedTokens, tokens } = trim(history, { limit, countDropped: true });
    expect((droppedTokens ?? 0) + tokens).toBe(total(history));
  });

  it('leaves room for the reply and counts the tools', () => {
    const tools = [{ type: 'function', function: { name: 'f', description: 'd'.repeat(40) } }];
    const result = trim(history, { limit: 400, reserve: 100, tools });
    expect(result.tokens).toBe(
      countChatTokens({ messages: result.messages, tools }, { tokenizer: perCharacter }).total,
    );
    expect(result.tokens).toBeLessThanOrEqual(300);
    expect(result.room).toBe(300 - result.tokens);
  });

  it('pins by predicate, and a pinned result pins its call', () => {
    const messages = [...group('a'), ...history];
    const pin = (message: ChatMessage) => message.role === 'tool';
    const limit = total([...messages.slice(0, 3), ...messages.slice(-2)]);
    expect(trim(messages, { limit, pin }).kept).toEqual([0, 1, 2, 13, 14]);
  });

  it('drops older tool groups behind the last user message, and keeps the user', () => {
    const messages: ChatMessage[] = [
      ...plainHistory(2, 10),
      { role: 'user', content: 'look it up' },
      ...group('a'),
      ...group('b'),
      ...group('c'),
    ];
    const expected = [0, 5, 8, 9, 10, 11];
    const result = trim(messages, {
      limit: total(expected.map((index) => messages[index] as ChatMessage)) + 3,
    });
    expect(result.kept).toEqual(expected);
    expect(result.cut).toMatchObject({ index: 8, head: 5 });
    // The next turn goes on from there.
    const next = [...messages, { role: 'assistant', content: 'd' }];
    const { cut } = result;
    expect(trim(next, { limit: 1000, previous: cut }).kept).toEqual([...expected, 12]);
  });
});

describe('stages', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/1024x1024.png' } };
  const messages: ChatMessage[] = [
    { role: 'user', content: [{ type: 'text', text: 'see' }, image] },
    ...group('a', 'x'.repeat(200)),
    { role: 'assistant', content: 'one' },
    { role: 'user', content: 'again' },
    ...group('b', 'y'.repeat(200)),
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'more' },
    ...group('c', 'z'.repeat(200)),
  ];

  it('empties the oldest results first, and no more of them than it must', () => {
    const result = trim(messages, { limit: total(messages) - 1, stages: ['emptyToolResults'] });
    expect(result.dropped).toEqual([]);
    expect(result.shortened).toEqual([{ index: 2, reason: 'stage' }]);
    expect(result.messages[2]?.content).toBe('[old tool result removed]');
    expect(messages[2]?.content).toHaveLength(200);
    expect(result.tokens).toBe(total(result.messages));
  });

  it('goes on to the next stage, and then to turns', () => {
    const stages = ['emptyToolResults', { kind: 'dropImages', placeholder: '-' }] as const;
    const both = trim(messages, { limit: 700, stages });
    expect(both.dropped).toEqual([]);
    expect(both.shortened.map(({ index }) => index)).toEqual([0, 2, 6]);
    const emptied = messages.map((message, index) =>
      index === 6 ? { ...message, content: '[old tool result removed]' } : message,
    );
    const turns = trim(messages, { limit: total(emptied.slice(4)), stages });
    expect(turns.dropped).toEqual([{ from: 0, to: 4, reason: 'limit' }]);
    expect(turns.tokens).toBe(total(turns.messages));
  });

  it('leaves what it would only make longer', () => {
    const short: ChatMessage[] = [
      ...plainHistory(1),
      ...group('a', 'ok'),
      ...group('b', 'x'.repeat(100)),
      ...plainHistory(1).slice(1),
    ];
    const result = trim(short, { limit: total(short) - 1, stages: ['emptyToolResults'] });
    expect(result.shortened).toEqual([{ index: 6, reason: 'stage' }]);
    expect(result.tokens).toBe(total(result.messages));
  });

  it('leaves the newest turns alone', () => {
    const all = trim(messages, {
      limit: total(messages) - 1,
      stages: [{ kind: 'emptyToolResults', keepTurns: 2 }],
    });
    expect(all.shortened.map(({ index }) => index)).toEqual([2]);
  });

  it("takes a caller's own stage", () => {
    const apply = (message: ChatMessage) =>
      message.role === 'assistant' && message.content === 'one' ? { ...message, content: '' } : message;
    const result = trim(messages, { limit: total(messages) - 1, stages: [{ kind: 'apply', apply }] });
    expect(result.shortened).toEqual([{ index: 3, reason: 'stage' }]);
  });

  it('keeps staged messages staged while the cut stays', () => {
    const options = { limit: total(messages) - 1, stages: ['emptyToolResults'] as const };
    const first = trim(messages, options);
    const next = [...messages, { role: 'assistant', content: 'ok' }];
    const second = trim(next, {
      ...options,
      limit: 2000,
      previous: first.cut,
    });
    expect(second.messages.slice(0, messages.length)).toEqual(first.messages);
  });
});

describe('the previous cut', () => {
  const history = plainHistory(40, 10);

  it('keeps the cut while there is room, and moves it down to trimTo', () => {
    const first = trim(history.slice(0, 41), { limit: 1000, trimAt: 400, trimTo: 200 });
    expect(first.tokens).toBeLessThanOrEqual(200);
    const { cut } = first;
    const options = { limit: 1000, trimAt: 400, trimTo: 200, previous: cut };
    const second = trim(history.slice(0, 43), options);
    expect(second.messages.slice(0, first.messages.length)).toEqual(first.messages);
    expect(second.cut).toEqual(cut);
    const later = trim(history, options);
    expect(later.cut?.index).toBeGreaterThan(cut?.index ?? 0);
    expect(later.tokens).toBeLessThanOrEqual(200);
  });

  it('is void, with a warning, when the history has changed there', () => {
    const { cut } = trim(history, { limit: 400 });
    const changed = history.map((message, index) =>
      index === cut?.index ? { ...message, content: 'new' } : message,
    );
    const result = trim(changed, { limit: 400, previous: cut });
    expect(result.warnings).toMatchObject([{ code: 'stale-cut', path: 'previous' }]);
    const shorter = trim(history.slice(0, 3), { limit: 400, previous: cut });
    expect(shorter.warnings).toHaveLength(1);
    expect(shorter.messages).toHaveLength(3);
  });
});

describe('an anchor', () => {
  const history = plainHistory(10, 10);

  it('makes the total the bill for what was sent', () => {
    const sent = history.slice(0, 19);
    const result = trim(history, { limit: 5000, anchor: anchorFor(sent, 4000) });
    expect(result.tokens).toBe(4000 + total(history) - total(sent));
    expect(result.dropped).toEqual([]);
  });

  it('is left aside when it is over the limit, or its messages have changed', () => {
    expect(trim(history, { limit: 5000, anchor: { messages: 19, tokens: 6000 } }).tokens).toBe(
      total(history),
    );
    const anchor = anchorFor(history.slice(0, 19), 4000);
    const changed = [{ role: 'system', content: 'Be long.' }, ...history.slice(1)];
    expect(trim(changed, { limit: 5000, anchor }).tokens).toBe(total(changed));
  });
});

describe('what is too large', () => {
  it('is refused with the numbers', () => {
    const messages = [
      { role: 'system', content: 'x'.repeat(100) },
      { role: 'user', content: 'hi' },
    ];
    const error = refusal(() => trim(messages, { limit: 50 }));
    expect(error.code).toBe('over-limit');
    expect(error.details).toMatchObject({
      limit: 50,
      budget: 50,
      pinned: 109,
      fixed: 3,
      required: 9,
      needed: 121,
    });
  });

  it.each([
    ['tail', /^👩‍👩‍👧‍👦ab(?:👩‍👩‍👧‍👦ab)*(?:👩‍👩‍👧‍👦|👩‍👩‍👧‍👦a)?\[cut\]$/u],
    ['head', /^\[cut\]b?(?:👩‍👩‍👧‍👦ab)+$/u],
    ['middle', /^👩‍👩‍👧‍👦.*\[cut\].*ab$/u],
  ] as const)('is cut at its %s, between graphemes', (cut, shape) => {
    const messages = [
      { role: 'system', content: 'brief' },
      { role: 'user', content: '👩‍👩‍👧‍👦ab'.repeat(500) },
    ];
    for (let limit = 100; limit < 130; limit += 1) {
      const result = trim(messages, { limit, oversized: { cut, marker: '[cut]' } });
      expect(result.tokens).toBe(total(result.messages));
      expect(result.tokens).toBeLessThanOrEqual(limit);
      expect(result.tokens).toBeGreaterThan(limit - 12);
      expect(result.shortened).toEqual([{ index: 1, reason: 'oversized' }]);
      const text = String(result.messages[1]?.content);
      expect(text.replace('[cut]', '').replaceAll('👩‍👩‍👧‍👦', '')).toMatch(/^[ab]*$/);
      if (cut !== 'middle') expect(text).toMatch(cut === 'tail' ? /\[cut\]$/ : /^\[cut\]/);
      else expect(text).toMatch(shape);
    }
  });

  it('cuts the result of the last call as well', () => {
    const messages = [{ role: 'user', content: 'look' }, ...group('a', 'r'.repeat(5000))];
    const result = trim(messages, { limit: 120, oversized: 'middle' });
    expect(result.kept).toEqual([0, 1, 2]);
    expect(result.shortened).toEqual([{ index: 2, reason: 'oversized' }]);
    expect(result.tokens).toBeLessThanOrEqual(120);
  });

  it('is refused when not even the marker fits', () => {
    const messages = [{ role: 'user', content: 'x'.repeat(100) }];
    expect(refusal(() => trim(messages, { limit: 12, oversized: 'tail' })).code).toBe('over-limit');
  });

  it('does not count a huge text to its end', () => {
    let counted = 0;
    const count = (text: string) => {
      counted += text.length;
      return text.length;
    };
    const tokenizer = {
      name: 'test',
      longestToken: 1,
      specialTokens: new Map(),
      count,
      countUpTo: (text: string, limit: number) => (text.length > limit ? undefined : count(text)),
    } as unknown as Tokenizer;
    const messages = [
      { role: 'user', content: 'x'.repeat(1_000_000) },
      { role: 'user', content: 'hi' },
    ];
    expect(fitMessages(messages, { tokenizer, limit: 50 }).kept).toEqual([1]);
    expect(counted).toBeLessThan(1000);
  });
});

describe('options that make no sense', () => {
  it.each<[string, Partial<FitOptions<ChatMessage>>]>([
    ['limit', { limit: Number.NaN }],
    ['limit', { limit: -1 }],
    ['reserve', { reserve: Number.NaN }],
    ['reserve', { limit: Infinity, reserve: Infinity }],
    ['trimAt', { trimAt: -1 }],
    ['strategy', { strategy: 'oldest-first' as 'oldest' }],
    ['strategy', { strategy: {} as { keepLast: number } }],
    ['startOn', { startOn: 'human' as 'user' }],
    ['pin', { pin: 'system' as 'none' }],
    ['oversized', { oversized: 'start' as 'head' }],
    ['stages[1]', { stages: ['dropImages', 'dropTools' as 'dropImages'] }],
    ['reserve', { limit: 10, reserve: 11 }],
    ['trimTo', { limit: 10, trimAt: 5, trimTo: 6 }],
    ['strategy.keepLast', { limit: 10, strategy: { keepLast: 0 } }],
    ['strategy.order', { limit: 10, strategy: { order: () => [7] } }],
    ['previous', { limit: 10, strategy: 'middle', previous: { index: 0, pinned: [], staged: [], key: '' } }],
  ])('refuses a wrong %s', (path, options) => {
    const error = refusal(() =>
      fitMessages(plainHistory(1), { tokenizer: perCharacter, limit: 1000, ...options }),
    );
    expect(error).toMatchObject({ code: 'invalid-argument', path });
  });
});

/** What goes wrong in other trimmers, as the reports on them say. */
describe('the failures of others', () => {
  it('refuses a system message over the budget, and gives no hole', () => {
    const messages = [{ role: 'system', content: 'x'.repeat(100) }];
    expect(refusal(() => trim(messages, { limit: 50 })).code).toBe('over-limit');
  });

  it('keeps or cuts a single message that is too large, and never loses it', () => {
    const messages = [{ role: 'user', content: 'x'.repeat(100) }];
    expect(refusal(() => trim(messages, { limit: 50 })).code).toBe('over-limit');
    expect(trim(messages, { limit: 50, oversized: 'tail' }).messages).toHaveLength(1);
  });

  it('never gives nothing for a history with a user', () => {
    for (let limit = 1; limit < 200; limit += 1) {
      try {
        expect(trim(plainHistory(3), { limit }).messages.some(({ role }) => role === 'user')).toBe(true);
      } catch (error) {
        expect(isRolecallError(error) && error.code).toBe('over-limit');
      }
    }
  });

  it('starts with no orphan of a tool, and leaves none inside', () => {
    const messages = [
      ...plainHistory(2, 5),
      { role: 'user', content: 'q' },
      ...group('a'),
      ...group('b'),
      { role: 'assistant', content: 'x' },
      { role: 'user', content: 'end' },
    ];
    for (let limit = 60; limit <= total(messages); limit += 1) {
      const result = trim(messages, { limit, startOn: 'any' });
      result.messages.forEach((message, at) => {
        if (message.role === 'tool') expect(result.messages[at - 1]?.tool_calls).toHaveLength(1);
        if (message.tool_calls) expect(result.messages[at + 1]?.role).toBe('tool');
      });
    }
  });

  it('changes no message of the caller when it cuts', () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(100) }] }];
    const before = structuredClone(messages);
    const result = trim(messages, { limit: 50, oversized: 'head' });
    expect(messages).toEqual(before);
    expect(result.messages[0]).not.toBe(messages[0]);
  });

  it('keeps a second system message in its place', () => {
    const messages = [
      ...plainHistory(3, 10),
      { role: 'system', content: 'now in French' },
      { role: 'user', content: 'hi' },
    ];
    expect(trim(messages, { limit: 60 }).kept).toEqual([0, 7, 8]);
  });

  it('leaves no hole: what is older than a dropped turn goes too', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'small' },
      { role: 'assistant', content: 'a' },
      { role: 'user', content: 'x'.repeat(500) },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'end' },
    ];
    expect(trim(messages, { limit: 200 }).kept).toEqual([0, 5]);
  });

  it('throws on a counter that throws, and does not give the history back as it was', () => {
    const tokenizer = () => {
      throw new Error('broken');
    };
    expect(() => fitMessages(plainHistory(3), { tokenizer, limit: 10 })).toThrow('broken');
  });

  it('keeps reasoning with its call, as they are one message', () => {
    const [call, result] = group('a') as [ChatMessage, ChatMessage];
    const thinking = { ...call, reasoning_content: 'hm' };
    const messages = [...plainHistory(3, 10), { role: 'user', content: 'q' }, thinking, result];
    expect(trim(messages, { limit: 100 }).messages).toContain(thinking);
  });

  it('keeps a call with a result that comes later than it should', () => {
    const [call, result] = group('a') as [ChatMessage, ChatMessage];
    const messages = [
      ...plainHistory(2, 10),
      { role: 'user', content: 'q' },
      call,
      { role: 'user', content: 'well?' },
      result,
      { role: 'user', content: 'end' },
    ];
    for (let limit = 40; limit < 200; limit += 5) {
      const { kept } = trim(messages, { limit });
      expect(kept.includes(6)).toBe(kept.includes(8));
    }
  });
});

describe('counts of messages seen before', () => {
  it('are remembered, and counted anew when the text was changed in place', () => {
    let calls = 0;
    const tokenizer = (text: string) => {
      calls += 1;
      return text.length;
    };
    const messages = plainHistory(5, 10);
    const options = { tokenizer, limit: 10_000 };
    const first = fitMessages(messages, options);
    calls = 0;
    expect(fitMessages(messages, options).tokens).toBe(first.tokens);
    expect(calls).toBe(0);
    const changed = messages[3] as ChatMessage;
    changed.content = `${changed.content}!!!!`;
    expect(fitMessages(messages, options).tokens).toBe(first.tokens + 4);
    (messages[4] as ChatMessage).tool_calls = [
      { id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } },
    ];
    expect(
      fitMessages([...messages, { role: 'tool', tool_call_id: 'x', content: '' }], options).tokens,
    ).toBeGreaterThan(first.tokens);
  });
});

describe('fitMessagesAsync', () => {
  it('gives what the counter gives', async () => {
    const messages = [...plainHistory(20, 10), { role: 'user', content: 'q' }, ...group('a')];
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const tokenizer = async (text: string) => perCharacter(text);
    const expected = trim(messages, { limit: 400, tools });
    expect(await fitMessagesAsync(messages, { tokenizer, limit: 400, tools })).toEqual(expected);
  });

  it('refuses as the synchronous form does', async () => {
    const tokenizer = async (text: string) => text.length;
    const messages = [{ role: 'user', content: 'x'.repeat(100) }];
    await expect(fitMessagesAsync(messages, { tokenizer, limit: 50 })).rejects.toMatchObject({
      code: 'over-limit',
    });
  });
});

describe('pins in odd places', () => {
  it('need no other user message where the last one is pinned', () => {
    const messages: ChatMessage[] = [
      { role: 'user', content: 'x'.repeat(500) },
      { role: 'assistant', content: 'a' },
      { role: 'user', content: 'pinned' },
      { role: 'assistant', content: 'b' },
    ];
    const pin = ({ content }: ChatMessage) => content === 'pinned';
    expect(trim(messages, { limit: 60, pin }).kept).toEqual([2, 3]);
  });

  it('stand behind the results where they stood between a call and its results', () => {
    const [call, result] = group('a') as [ChatMessage, ChatMessage];
    const both = [
      ...(call.tool_calls ?? []),
      { id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } },
    ];
    const messages = [
      { role: 'user', content: 'q' },
      { ...call, tool_calls: both },
      result,
      { role: 'system', content: 'in between' },
      { ...result, tool_call_id: 'b' },
      { role: 'user', content: 'r' },
    ];
    const fitted = trim(messages, { limit: 1000 });
    expect(fitted.kept).toEqual([0, 1, 2, 4, 3, 5]);
    expect(fitted.warnings).toMatchObject([{ code: 'moved-result', path: 'messages[4]' }]);
    expect(fitted.tokens).toBe(total(fitted.messages));
  });

  it('keep no call whose results are missing', () => {
    const messages = [...plainHistory(1), group('a')[0] as ChatMessage, { role: 'user', content: 'well?' }];
    const result = trim(messages, { limit: 1000, pin: ({ tool_calls }) => tool_calls !== undefined });
    expect(result.dropped).toEqual([{ from: 3, to: 4, reason: 'orphan' }]);
  });
});

describe('an empty history', () => {
  it('fits', () => {
    expect(trim([], { limit: 10 })).toMatchObject({ messages: [], dropped: [], tokens: 3, cut: null });
    expect(contents(trim([{ role: 'assistant', content: 'a' }], { limit: 100 }).messages)).toEqual(['a']);
  });
});
