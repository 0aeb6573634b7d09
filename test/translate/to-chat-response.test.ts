import { describe, expect, it } from 'vitest';
import { ChatResponse, validate } from '../../src/schemas/index.js';
import type { ProviderCompletionResponse } from '../../src/schemas/provider.js';
import type { FunctionTool } from '../../src/schemas/tools.js';
import type { ChatContext } from '../../src/translate/context.js';
import {
  toChatResponse as convert,
  type ToChatResponseOptions,
} from '../../src/translate/to-chat-response.js';
import { toCompletionRequest } from '../../src/translate/to-completion-request.js';
import { deepFreeze } from '../support/freeze.js';
import { chat, codes, noted, refused, text } from './support.js';

function toChatResponse(
  response: ProviderCompletionResponse,
  context?: ChatContext,
  options: ToChatResponseOptions = {},
) {
  const result = convert(deepFreeze(response), deepFreeze(context ?? null), options);
  for (const one of result.responses) validate(ChatResponse, one);
  return result;
}

const contextOf = (...args: Parameters<typeof toCompletionRequest>) => toCompletionRequest(...args).context;
const first = (...args: Parameters<typeof toChatResponse>) => toChatResponse(...args).response.choices[0]!;
const contentOf = (...args: Parameters<typeof toChatResponse>) => first(...args).message.content;

function lists(tokens: string[], top: (Record<string, number> | null)[] = []) {
  return {
    logprobs: { tokens, token_logprobs: tokens.map(() => -1), top_logprobs: top as Record<string, number>[] },
  };
}

describe('table D: message', () => {
  it("is the assistant's, with the text as content", () => {
    expect(first(text('Hello')).message).toEqual({ role: 'assistant', content: 'Hello', refusal: null });
  });

  it('id, created, model, fingerprint and usage pass', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    expect(toChatResponse({ ...text('a'), system_fingerprint: 'fp', usage }).response).toMatchObject({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1700000000,
      model: 'm',
      system_fingerprint: 'fp',
      usage,
    });
  });

  it('a body that is an error is one', () => {
    expect(() => convert({ error: 'no' } as ProviderCompletionResponse)).toThrow(refused('provider-error'));
  });
});

describe('table D: echo', () => {
  const { request, context } = toCompletionRequest(chat(), { echo: true });
  const prompt = request.prompt as string;

  it('is checked and stripped, with its logprobs', () => {
    const answer = text(`${prompt} Hello`, lists([prompt.slice(0, 5), prompt.slice(5), ' Hello']));
    expect(first(answer, context)).toMatchObject({
      message: { content: 'Hello' },
      logprobs: { content: [{ token: 'Hello' }] },
    });
  });

  it('that did not come leaves the text whole, with a warning', () => {
    const { response, warnings } = toChatResponse(text(' Hello'), context);
    expect(response.choices[0]?.message.content).toBe('Hello');
    expect(codes(warnings)).toEqual(['echo-mismatch']);
  });
});

describe('table D: the own label, its space, the first stop', () => {
  const context = contextOf(chat({ stop: ['###'] }));

  it.each([
    ['the one space that the template owns', ' Hello', 'Hello'],
    ['one space, never more (code needs the rest)', '   indented', '  indented'],
    ['no line breaks', '\nHello', '\nHello'],
    ['an echoed own label, once', 'Assistant: Assistant: Hello', 'Assistant: Hello'],
    ['an echoed own label behind the space', ' Assistant: Hello', 'Hello'],
    ['nothing of a label in the middle of a line', ' I, Assistant: yes', 'I, Assistant: yes'],
    ["the dialect's stop", ' Hello\nUser: more', 'Hello'],
    ["the user's stop", ' Hello### User: more', 'Hello'],
    ['the first stop, whatever its place in the list', ' a\nUser:###', 'a'],
    ['a bare label at the very start', 'User: more', ''],
  ])('%s', (_, given, expected) => {
    expect(contentOf(text(given), context)).toBe(expected);
  });

  it('if cut, the reason is stop', () => {
    expect(first(text(' Hello\nUser:', { finish_reason: 'length' }), context).finish_reason).toBe('stop');
    expect(first(text(' Hello', { finish_reason: 'length' }), context).finish_reason).toBe('length');
  });

  it('the space goes from the first token and its alternatives, the stop from the last', () => {
    const answer = text(
      ' Hello\nUser:',
      lists([' Hello', '\n', 'User', ':'], [{ ' Hello': -1, ' Hi': -2, Hey: -3 }]),
    );
    expect(first(answer, context).logprobs?.content).toEqual([
      {
        token: 'Hello',
        logprob: -1,
        bytes: [72, 101, 108, 108, 111],
        top_logprobs: [
          { token: 'Hello', logprob: -1, bytes: [72, 101, 108, 108, 111] },
          { token: 'Hi', logprob: -2, bytes: [72, 105] },
          { token: 'Hey', logprob: -3, bytes: [72, 101, 121] },
        ],
      },
    ]);
  });

  it('a prefill has no label, and keeps its space', () => {
    const prefill = contextOf(
      chat({
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'It is' },
        ],
      }),
    );
    expect(contentOf(text(' five.'), prefill)).toBe(' five.');
  });
});

describe('table D: a batch', () => {
  const batch = (indexes: number[]): ProviderCompletionResponse => ({
    ...text(''),
    choices: indexes.map((index) => ({ ...text(`t${index}`).choices[0]!, index })),
  });

  it('groups by floor(index / n)', () => {
    const { responses } = toChatResponse(batch([3, 0, 2, 1]), undefined, { n: 2 });
    expect(responses.map((one) => one.choices.map(({ index, message }) => [index, message.content]))).toEqual(
      [
        [
          [0, 't0'],
          [1, 't1'],
        ],
        [
          [0, 't2'],
          [1, 't3'],
        ],
      ],
    );
  });

  it('takes indexes that are not dense', () => {
    const { responses } = toChatResponse(batch([5, 0]), undefined, { n: 2 });
    expect(responses.map((one) => one.choices.map(({ index, message }) => [index, message.content]))).toEqual(
      [[[0, 't0']], [[1, 't5']]],
    );
  });

  it('n choices of one prompt stay together', () => {
    expect(toChatResponse(batch([0, 1, 2])).response.choices).toHaveLength(3);
  });
});

describe('table D: logprobs', () => {
  it('bytes are the UTF-8 of the token', () => {
    expect(first(text('é', lists(['é']))).logprobs?.content?.[0]?.bytes).toEqual([0xc3, 0xa9]);
  });

  it('bytes are parsed where the token names them', () => {
    const content = first(text(' 😀', lists(['bytes: \\xf0\\x9f', 'bytes:\\x98\\x80']))).logprobs?.content;
    expect(content?.map(({ token, bytes }) => [token, bytes])).toEqual([
      [' \\xf0\\x9f', [32, 240, 159]],
      ['\\x98\\x80', [152, 128]],
    ]);
  });

  it('a token with U+FFFD has none', () => {
    expect(first(text('\ufffd', lists(['\ufffd']))).logprobs?.content?.[0]?.bytes).toBeNull();
  });

  it('top_logprobs are sorted, the likeliest first', () => {
    const content = first(text('a', lists(['a'], [{ c: -3, a: -1, b: -2 }]))).logprobs?.content;
    expect(content?.[0]?.top_logprobs.map((one) => one.token)).toEqual(['a', 'b', 'c']);
  });

  it('a null logprob is -9999, with a warning', () => {
    const logprobs = { tokens: ['a', 'b'], token_logprobs: [null, -1], top_logprobs: [null, { b: -1 }] };
    const { response, warnings } = toChatResponse({
      ...text('ab'),
      choices: [{ index: 0, text: 'ab', finish_reason: 'stop', logprobs }],
    });
    expect(response.choices[0]?.logprobs?.content?.map((one) => one.logprob)).toEqual([-9999, -1]);
    expect(warnings).toEqual(noted('lossy', 'choices[0].logprobs.token_logprobs[0]'));
  });

  it('already chat-shaped ones pass', () => {
    const content = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }];
    expect(
      first({
        ...text('a'),
        choices: [{ index: 0, text: 'a', finish_reason: 'stop', logprobs: { content } }],
      }).logprobs,
    ).toEqual({
      content,
      refusal: null,
    });
  });

  it('a key named __proto__ is a token like any other', () => {
    const top = JSON.parse('{"__proto__":-1}') as Record<string, number>;
    expect(first(text('a', lists(['a'], [top]))).logprobs?.content?.[0]?.top_logprobs[0]?.token).toBe(
      '__proto__',
    );
  });

  it('offsets go, and are named where they do not start at 0', () => {
    const logprobs = { tokens: ['a', 'b'], token_logprobs: [-1, -1], top_logprobs: [], text_offset: [4, 5] };
    expect(codes(toChatResponse(text('ab', { logprobs })).warnings)).toEqual(['text-offset']);
    expect(toChatResponse(text('ab', { logprobs: { ...logprobs, text_offset: [4, 9] } })).warnings).toEqual(
      noted('lossy', 'choices[0].logprobs.text_offset'),
    );
  });
});

describe('calls and reasoning in the text', () => {
  const tool: FunctionTool = { type: 'function', function: { name: 'f' } };
  const call = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';

  it('calls are read where the prompt offered tools, with the prose in front kept', () => {
    const choice = first(text(` Let me see.\n${call}`), contextOf(chat({ tools: [tool] })));
    expect(choice.finish_reason).toBe('tool_calls');
    expect(choice.message.content).toContain('Let me see.');
    expect(choice.message.tool_calls?.[0]).toMatchObject({
      type: 'function',
      function: { name: 'f', arguments: '{"a": 1}' },
    });
    expect(contentOf(text(call), contextOf(chat()))).toBe(call);
  });

  it('a request in the old words gets its call in the old words', () => {
    const choice = first(text(call), contextOf(chat({ functions: [{ name: 'f' }] })));
    expect(choice).toMatchObject({
      finish_reason: 'function_call',
      message: { content: null, function_call: { name: 'f' } },
    });
  });

  it('reasoning is set apart, and stops do not fire inside it', () => {
    const context = contextOf(chat({ stop: ['X'] }), { dialect: 'qwen3' });
    const choice = first(text('<think>\nan X in thought\n</think>\n\nHello X'), context);
    expect(choice.message).toMatchObject({ content: 'Hello ', reasoning_content: 'an X in thought' });
  });

  it('the channels of harmony are reasoning and content', () => {
    const context = contextOf(chat(), { dialect: 'harmony' });
    const answer =
      '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>';
    expect(first(text(answer), context).message).toEqual({
      role: 'assistant',
      content: 'Hello',
      refusal: null,
      reasoning_content: 'hm',
    });
  });

  it('reasoning that the prompt began, or that never ends, is reasoning', () => {
    const context = contextOf(chat(), {
      dialect: 'deepseek-r1',
      render: { templateOptions: { thinking: true } },
    });
    expect(first(text('hm</think>Hello'), context).message).toMatchObject({
      content: 'Hello',
      reasoning_content: 'hm',
    });
    expect(first(text('<think>hm'), contextOf(chat(), { dialect: 'qwen3' })).message).toMatchObject({
      content: '',
      reasoning_content: 'hm',
    });
    expect(contentOf(text('a </think> b'), contextOf(chat(), { dialect: 'qwen3' }))).toBe('a </think> b');
  });
});

describe('finish_reason', () => {
  it.each([
    ['stop', 'stop'],
    ['eos', 'stop'],
    ['length', 'length'],
    [null, 'stop'],
  ])('%j becomes %s', (finish_reason, expected) => {
    expect(first({ ...text('a'), choices: [{ index: 0, text: 'a', finish_reason }] }).finish_reason).toBe(
      expected,
    );
  });
});
