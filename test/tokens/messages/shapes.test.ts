import { AIMessage, HumanMessage, isBaseMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import {
  aiSdkMessages,
  anthropicMessages,
  compactMessages,
  countChatTokens,
  fitMessages,
  langchainMessages,
  type MessageAccessors,
  openaiMessages,
  responsesItems,
} from '../../../src/tokens/index.js';
import { perCharacter } from '../histories.js';

const words = 'a word and another one '.repeat(20);

/** The same chat in each shape: a question, a call with its result, an answer, a question. */
const shapes: [string, MessageAccessors<object>, object[]][] = [
  [
    'chat completions',
    openaiMessages as unknown as MessageAccessors<object>,
    [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: { city: 'Rome' } } }],
      },
      { role: 'tool', tool_call_id: 'c', content: words },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'and now?' },
    ],
  ],
  [
    'Anthropic',
    anthropicMessages as unknown as MessageAccessors<object>,
    [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'look', input: { city: 'Rome' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: words }] },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'and now?' },
    ],
  ],
  [
    'model messages of the AI SDK',
    aiSdkMessages as unknown as MessageAccessors<object>,
    [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'c', toolName: 'look', input: { city: 'Rome' } }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'look',
            output: { type: 'error-text', value: words },
          },
        ],
      },
      { role: 'assistant', content: 'fine' },
      { role: 'user', content: 'and now?' },
    ],
  ],
  [
    'UI messages of the AI SDK',
    aiSdkMessages as unknown as MessageAccessors<object>,
    [
      { id: '1', role: 'user', parts: [{ type: 'text', text: 'weather?' }] },
      {
        id: '2',
        role: 'assistant',
        parts: [
          {
            type: 'tool-look',
            toolCallId: 'c',
            state: 'output-error',
            input: { city: 'Rome' },
            errorText: words,
          },
          { type: 'text', text: 'fine' },
        ],
      },
      { id: '3', role: 'user', parts: [{ type: 'text', text: 'and now?' }] },
    ],
  ],
  [
    'LangChain',
    langchainMessages as unknown as MessageAccessors<object>,
    [
      new HumanMessage('weather?'),
      new AIMessage({ content: '', tool_calls: [{ id: 'c', name: 'look', args: { city: 'Rome' } }] }),
      new ToolMessage({ tool_call_id: 'c', content: words }),
      new AIMessage('fine'),
      new HumanMessage('and now?'),
    ],
  ],
  [
    'Responses',
    responsesItems as unknown as MessageAccessors<object>,
    [
      { role: 'user', content: [{ type: 'input_text', text: 'weather?' }] },
      { type: 'reasoning', id: 'r', summary: [] },
      { type: 'function_call', call_id: 'c', name: 'look', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'c', output: words },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'fine' }] },
      { role: 'user', content: 'and now?' },
    ],
  ],
];

describe.each(shapes)('%s', (_, accessors, messages) => {
  const trim = (limit: number, more = {}) =>
    fitMessages(messages, { tokenizer: perCharacter, limit, accessors, ...more });
  const { total } = countChatTokens({ messages }, { tokenizer: perCharacter, accessors });

  it('is counted with all that it says, and fitted by the same count', () => {
    expect(total).toBeGreaterThan(`weather?${words}Romefineand now?`.length);
    expect(total).toBeLessThan(words.length + 250);
    expect(trim(5000)).toMatchObject({ messages, tokens: total, dropped: [] });
  });

  it('never parts a call from its result', () => {
    for (let limit = 30; limit < total; limit += 7) {
      const { kept } = trim(limit);
      const inner = messages.length - 2;
      const whole = messages.slice(1, inner - 1).map((_, at) => at + 1);
      expect([0, whole.length]).toContain(whole.filter((at) => kept.includes(at)).length);
    }
  });

  it('has its results and inputs emptied in its own way', () => {
    const stages = [{ kind: 'emptyToolResults', clearInputs: true, placeholder: 'gone' } as const];
    const { messages: shorter, tokens, dropped } = trim(total - 300, { stages });
    expect(dropped).toEqual([]);
    expect(tokens).toBeLessThan(total - 400);
    expect(JSON.stringify(shorter)).not.toContain(words);
    expect(JSON.stringify(shorter)).not.toContain('Rome');
    expect(JSON.stringify(messages)).toContain(words);
  });

  it('has a summary written in its own way', async () => {
    const { messages: summed, kept } = await compactMessages(messages, {
      tokenizer: perCharacter,
      limit: 200,
      accessors,
      summarize: () => 'it was about the weather',
    });
    expect(kept).toContain(-1);
    const at = kept.indexOf(-1);
    expect(accessors.read(summed[at] as object)?.[0]?.text).toContain('it was about the weather');
  });
});

describe('a message of LangChain', () => {
  it('keeps its class when it is shortened', () => {
    const history = [new SystemMessage('s'), new HumanMessage({ content: 'x'.repeat(400), id: 'h' })];
    const { messages } = fitMessages(history, {
      tokenizer: perCharacter,
      limit: 200,
      oversized: 'tail',
      accessors: langchainMessages,
    });
    expect(messages.every(isBaseMessage)).toBe(true);
    expect(messages[1]).toBeInstanceOf(HumanMessage);
    expect(messages[1]?.id).toBe('h');
  });
});

describe('a message that is not understood', () => {
  const ok = { role: 'user', content: 'hi' };
  it.each([
    ['parts', { role: 'user', parts: [{ type: 'text', text: words }] }, /aiSdkMessages/],
    [
      'a tool call of the AI SDK',
      { role: 'assistant', content: [{ type: 'tool-call', input: words }] },
      /aiSdk/,
    ],
    [
      'blocks of Anthropic',
      { role: 'assistant', content: [{ type: 'tool_use', input: { q: words } }] },
      /anthropic/,
    ],
    ['an item', { type: 'function_call_output', output: words }, /responsesItems/],
    ['a message of LangChain', new HumanMessage(words), /langchainMessages/],
    ['a text elsewhere', { role: 'user', text: words }, /accessors/],
    ['a number', { role: 'user', content: 7 }, /accessors/],
  ])('is refused with its place: %s', (_, message, advice) => {
    const messages = [ok, message, ok] as never[];
    const refusal = expect.objectContaining({
      code: 'invalid-argument',
      path: 'messages[1]',
      message: expect.stringMatching(advice),
    });
    expect(() => countChatTokens({ messages }, { tokenizer: perCharacter })).toThrow(refusal);
    expect(() => fitMessages(messages, { tokenizer: perCharacter, limit: 9000 })).toThrow(refusal);
  });

  it.each([undefined, null, 'text', 7])('is refused with its place: %s', (message) => {
    const messages = [ok, message, ok] as never[];
    const refusal = expect.objectContaining({ code: 'invalid-argument', path: 'messages[1]' });
    expect(() => countChatTokens({ messages }, { tokenizer: perCharacter })).toThrow(refusal);
    expect(() => fitMessages(messages, { tokenizer: perCharacter, limit: 9000 })).toThrow(refusal);
  });
});

describe('the parts of version 7 of the AI SDK', () => {
  it('are read for what they say', () => {
    const parts = [
      { type: 'file', data: { type: 'text', text: 'a note' }, mediaType: 'text/plain' },
      { type: 'steering-message', id: 's', parts: [{ type: 'text', text: 'no, the other one' }] },
    ];
    const [view] = aiSdkMessages.read({ role: 'user', parts }) ?? [];
    expect(view?.beside).toBe('a noteno, the other one');
  });
});

describe('media', () => {
  const pdf = `data:application/pdf;base64,${'A'.repeat(200_000)}`;
  const png = `iVBORw0KGgoAAAANSUhEUgAAAyAAAAJYCAYAAAA${'A'.repeat(200_000)}`;
  it.each<[string, MessageAccessors<never>, object, number, number]>([
    [
      'a file of the AI SDK',
      aiSdkMessages,
      { role: 'user', content: [{ type: 'file', data: pdf, mediaType: 'application/pdf' }] },
      1000,
      20_000,
    ],
    [
      'an image of the AI SDK',
      aiSdkMessages,
      { role: 'user', content: [{ type: 'image', image: png }] },
      765,
      800,
    ],
    [
      'a document of Anthropic',
      anthropicMessages,
      {
        role: 'user',
        content: [
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'A'.repeat(200_000) },
          },
        ],
      },
      1000,
      20_000,
    ],
    [
      'bytes',
      aiSdkMessages,
      {
        role: 'user',
        content: [{ type: 'file', data: new Uint8Array(150_000), mediaType: 'application/pdf' }],
      },
      1000,
      20_000,
    ],
    [
      'data that says what it is',
      aiSdkMessages,
      {
        role: 'user',
        content: [
          { type: 'file', data: { type: 'data', data: 'A'.repeat(200_000) }, mediaType: 'application/pdf' },
        ],
      },
      1000,
      20_000,
    ],
    [
      'a part of a type that nobody knows',
      aiSdkMessages,
      { role: 'user', content: [{ type: 'hologram', data: 'A'.repeat(200_000), note: 'a note' }] },
      10,
      100,
    ],
  ])('are estimated as such: %s', (_, accessors, message, least, most) => {
    const { tokens, warnings } = fitMessages([message], {
      tokenizer: perCharacter,
      model: 'gpt-4o',
      accessors: accessors as unknown as MessageAccessors<object>,
    });
    expect(tokens).toBeGreaterThanOrEqual(least);
    expect(tokens).toBeLessThanOrEqual(most);
    if (!JSON.stringify(message).includes('iVBOR'))
      expect(warnings).toMatchObject([{ code: 'estimated-count', path: 'messages[0].content' }]);
  });
});
