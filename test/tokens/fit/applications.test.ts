import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aiSdkMessages,
  type ChatMessage,
  countChatTokens,
  createHistory,
  type FitOptions,
  fitMessages,
  truncateText,
} from '../../../src/tokens/index.js';
import { runs } from '../../support/runs.js';
import { perCharacter, perWord, plainHistory } from '../histories.js';

const trim = (messages: readonly ChatMessage[], options: Partial<FitOptions<ChatMessage>>) =>
  fitMessages(messages, { tokenizer: perCharacter, ...options });

const total = (messages: readonly ChatMessage[]) =>
  countChatTokens({ messages }, { tokenizer: perCharacter }).total;

const step = (id: string, name: string): ChatMessage[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name, arguments: '{"query":"all of it"}' } }],
  },
  { role: 'tool', tool_call_id: id, content: `${id} ${'result '.repeat(20)}` },
];

/** The loop of an agent: one turn of the user, many calls. */
const loop: ChatMessage[] = [
  { role: 'user', content: 'do it' },
  ...['a', 'b', 'c', 'd', 'e'].flatMap((id, at) => step(id, at % 2 === 0 ? 'look' : 'search')),
];

describe('the results of tools in a loop', () => {
  const full = total(loop);
  const emptied = (stage: object, limit: number) => {
    const { messages, dropped } = trim(loop, {
      limit,
      stages: [{ kind: 'emptyToolResults', ...stage } as never],
    });
    expect(dropped).toEqual([]);
    return messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content)[0]);
  };

  it('are emptied but for the newest', () => {
    expect(emptied({ keepResults: 2 }, full - 250)).toEqual(['[', '[', '[', 'd', 'e']);
    expect(emptied({ keepResults: 4 }, full - 50)).toEqual(['[', 'b', 'c', 'd', 'e']);
  });

  it('are emptied only as far as it takes', () => {
    expect(emptied({ keepResults: 1 }, full - 50)).toEqual(['[', 'b', 'c', 'd', 'e']);
  });

  it('stay where they are of tools that are named', () => {
    expect(emptied({ keepResults: 1, excludeTools: ['search'] }, full - 150)).toEqual([
      '[',
      'b',
      '[',
      'd',
      'e',
    ]);
  });

  it('go with the inputs of their calls', () => {
    const { messages } = trim(loop, {
      limit: full - 280,
      stages: [{ kind: 'emptyToolResults', keepResults: 2, clearInputs: true }],
    });
    const inputs = messages.flatMap(({ tool_calls: calls = [] }) =>
      (calls as { function: { arguments: string } }[]).map((call) => call.function.arguments),
    );
    expect(inputs).toEqual(['{}', '{}', '{}', '{"query":"all of it"}', '{"query":"all of it"}']);
  });

  it('are counted one by one in a message that holds them all', () => {
    const parts = ['a', 'b', 'c'].map((id) => ({
      type: 'tool-look',
      toolCallId: id,
      state: 'output-available',
      input: {},
      output: `${id} ${'result '.repeat(20)}`,
    }));
    const ui = [
      { id: '1', role: 'user', parts: [{ type: 'text', text: 'do it' }] },
      { id: '2', role: 'assistant', parts },
    ];
    const { messages } = fitMessages(ui, {
      tokenizer: perCharacter,
      limit: 450,
      accessors: aiSdkMessages,
      stages: [{ kind: 'emptyToolResults', keepResults: 1 }],
    });
    const outputs = (messages[1] as { parts: { output: string }[] }).parts.map(({ output }) => output[0]);
    expect(outputs).toEqual(['[', '[', 'c']);
  });
});

describe('alternate: merge', () => {
  it('joins what one speaker said in a row, and loses nothing', () => {
    const said = ['one', 'two', 'three'].map((content): ChatMessage => ({ role: 'user', content }));
    const messages: ChatMessage[] = [...said, { role: 'assistant', content: 'yes' }, ...said];
    const {
      messages: merged,
      kept,
      shortened,
      dropped,
      tokens,
    } = trim(messages, { limit: 1000, alternate: 'merge' });
    expect(merged).toEqual([
      { role: 'user', content: 'one\n\ntwo\n\nthree' },
      { role: 'assistant', content: 'yes' },
      { role: 'user', content: 'one\n\ntwo\n\nthree' },
    ]);
    expect(kept).toEqual([2, 3, 6]);
    expect(shortened.map(({ reason }) => reason)).toEqual(['merged', 'merged']);
    expect(dropped).toEqual([]);
    expect(tokens).toBe(total(merged));
    expect(messages).toHaveLength(7);
    expect(trim(messages, { limit: 60, alternate: 'merge' }).dropped).toEqual([
      { from: 0, to: 4, reason: 'limit' },
    ]);
  });

  it('joins no calls, no pictures and no other names', () => {
    const messages: ChatMessage[] = [
      { role: 'user', content: 'a', name: 'ann' },
      { role: 'user', content: 'b', name: 'bob' },
      { role: 'assistant', content: 'well' },
      ...step('x', 'look'),
      { role: 'user', content: 'c' },
    ];
    const { messages: merged } = trim(messages, { limit: 1000, alternate: 'merge' });
    expect(merged.map(({ content }) => content)).toEqual(['b', 'well', null, messages[4]?.content, 'c']);
  });
});

describe('endOn', () => {
  it('drops what comes after the last such message', () => {
    const messages = [...plainHistory(2), ...step('x', 'look')];
    const { kept, dropped } = trim(messages, { limit: 5000, endOn: 'user' });
    expect(kept).toEqual([0, 1, 2, 3]);
    expect(dropped).toEqual([{ from: 4, to: 7, reason: 'end' }]);
    expect(trim(messages, { limit: 5000, endOn: 'tool' }).dropped).toEqual([]);
    expect(trim(messages, { limit: 5000, endOn: ({ content }) => content === 'nobody' }).dropped).toEqual([]);
  });
});

describe('partial', () => {
  const turn: ChatMessage[] = [
    { role: 'user', content: 'old question' },
    ...step('a', 'look'),
    ...step('b', 'look'),
    { role: 'assistant', content: 'old answer' },
  ];
  const messages: ChatMessage[] = [...turn, { role: 'user', content: 'new question' }];
  const full = total(messages);

  it('keeps question and answer of the turn for which there is no room', () => {
    const fitted = trim(messages, { limit: full - 50, partial: 'answer' });
    expect(fitted.messages.map(({ content }) => content)).toEqual([
      'old question',
      'old answer',
      'new question',
    ]);
    expect(fitted.tokens).toBe(total(fitted.messages));
    expect(fitted.dropped).toEqual([{ from: 1, to: 5, reason: 'limit' }]);
    expect(trim(messages, { limit: 50, partial: 'answer' }).kept).toEqual([6]);
  });

  it('cuts the longest text of that turn', () => {
    const long = [
      { role: 'user', content: 'x'.repeat(500) },
      { role: 'assistant', content: 'short' },
    ];
    const fitted = trim([...long, { role: 'user', content: 'new' }], { limit: 200, partial: 'tail' });
    expect(fitted.kept).toEqual([0, 1, 2]);
    expect(fitted.shortened).toEqual([{ index: 0, reason: 'partial' }]);
    expect(fitted.tokens).toBe(200);
    expect(total(fitted.messages)).toBe(200);
  });
});

describe('oversized, with system', () => {
  it('cuts a system text that is too long by itself, when that is asked for', () => {
    const messages = [
      { role: 'system', content: 's'.repeat(400) },
      { role: 'user', content: 'hi' },
    ];
    expect(() => trim(messages, { limit: 100, oversized: 'tail' })).toThrow(/pinned/);
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const fitted = trim(messages, { limit: 300, tools, oversized: { cut: 'tail', system: true } });
    expect(fitted.messages[1]).toEqual(messages[1]);
    expect(fitted.messages[0]?.content).toMatch(/^s+\n\[…\]\n$/);
    const counted = countChatTokens({ messages: fitted.messages, tools }, { tokenizer: perCharacter });
    expect(fitted.tokens).toBe(counted.total);
    expect(fitted.tokens).toBeLessThanOrEqual(300);
  });
});

describe('truncateText', () => {
  const text = 'One sentence here. And another one! A third, which is longer than those.\nA line.';
  it.each([
    [100, text],
    [40, 'One sentence here. And another one!'],
    [20, 'One sentence here.'],
    [14, 'One sentence'],
    [2, 'On'],
    [0, ''],
  ])('to %i', (tokens, expected) => {
    expect(truncateText(text, tokens, { tokenizer: perCharacter })).toBe(expected);
  });

  it('ends anywhere when asked, with the marker inside the limit', () => {
    const options = { tokenizer: perCharacter, marker: '…', at: 'anywhere' } as const;
    expect(truncateText(text, 10, options)).toBe('One sente…');
    expect(() => truncateText(text, 1, { ...options, marker: '……' })).toThrow(/marker/);
  });

  it('never has more than the tokens, and is a beginning of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(100), (words, tokens) => {
        const cut = truncateText(words, tokens, { tokenizer: perWord });
        expect(words.startsWith(cut)).toBe(true);
        if (cut !== '') expect(perWord(cut)).toBeLessThanOrEqual(tokens);
      }),
      runs(200),
    );
  });
});

/** A conversation that grows, and where it is cut at each turn. */
function places(turns: number, fitted: (messages: ChatMessage[]) => ReturnType<typeof trim>): number[] {
  const messages: ChatMessage[] = [];
  const cuts: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    messages.push({ role: 'user', content: `question ${turn} ${'q'.repeat((turn * 37) % 90)}` });
    cuts.push(fitted(messages).kept[0] as number);
    messages.push({ role: 'assistant', content: `answer ${turn} ${'a'.repeat((turn * 53) % 120)}` });
  }
  return cuts;
}

const moves = (cuts: readonly number[]) => cuts.filter((cut, at) => at > 0 && cut !== cuts[at - 1]).length;

describe('a conversation that grows', () => {
  const limits = { limit: 4000, trimTo: 3000 };

  it('is cut at the same place for many turns, without a memory of the last cut', () => {
    const each = moves(places(200, (messages) => trim(messages, { limit: 4000 })));
    const steady = places(200, (messages) => trim([...messages], limits));
    expect(each).toBeGreaterThan(120);
    expect(moves(steady)).toBeLessThan(each / 4);
    expect(steady).toEqual([...steady].sort((a, b) => a - b));
  });

  it('never has more than trimAt, nor needlessly little', () => {
    places(100, (messages) => {
      const result = trim(messages, limits);
      expect(result.tokens).toBeLessThanOrEqual(4000);
      if (result.dropped.length > 0) expect(result.tokens).toBeGreaterThan(3000 - 300);
      return result;
    });
  });

  it('is held by createHistory, with its cut', () => {
    const history = createHistory({ tokenizer: perCharacter, limit: 4000 });
    const cuts = places(200, (messages) => {
      history.add(...messages.slice(history.messages.length));
      const fitted = history.fit();
      expect(fitted.tokens).toBeLessThanOrEqual(4000);
      return fitted;
    });
    expect(moves(cuts)).toBeLessThan(40);
    const state = JSON.parse(JSON.stringify(history.state()));
    const again = createHistory({ tokenizer: perCharacter, limit: 4000, state });
    expect(again.fit().kept).toEqual(history.fit().kept);
  });
});
