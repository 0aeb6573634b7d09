import { get_encoding } from 'tiktoken';
import { describe, expect, it } from 'vitest';
import { countChatTokens, countChatTokensAsync } from '../../../src/tokens/chat/chat.js';
import { rulesFor } from '../../../src/tokens/chat/chat-rules.js';
import { cl100k_base } from '../../../src/tokens/encodings/cl100k_base.js';
import { o200k_base } from '../../../src/tokens/encodings/o200k_base.js';
import type { ChatMessage } from '../../../src/tokens/messages/openai-messages.js';

const cl100k = get_encoding('cl100k_base');
const o200k = get_encoding('o200k_base');
const counters = {
  cl100k: (text: string) => cl100k.encode_ordinary(text).length,
  o200k: (text: string) => o200k.encode_ordinary(text).length,
};

// The six messages of the OpenAI cookbook, with the counts it states.
const cookbook: ChatMessage[] = [
  {
    role: 'system',
    content:
      'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
  },
  { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
  {
    role: 'system',
    name: 'example_assistant',
    content: 'Things working well together will increase revenue.',
  },
  {
    role: 'system',
    name: 'example_user',
    content:
      "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: "Let's talk later when we're less busy about how to do better.",
  },
  {
    role: 'user',
    content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
  },
];

const weather = {
  name: 'get_current_weather',
  description: 'Get the current weather in a given location',
  parameters: {
    type: 'object',
    properties: {
      location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
      unit: {
        type: 'string',
        description: 'The unit of temperature to return',
        enum: ['celsius', 'fahrenheit'],
      },
    },
    required: ['location'],
  },
};

const weatherChat: ChatMessage[] = [
  { role: 'system', content: 'You are a helpful assistant that can answer to questions about the weather.' },
  { role: 'user', content: "What's the weather like in San Francisco?" },
];

const call = (id: string, name: string, input: string) => ({
  id,
  type: 'function',
  function: { name, arguments: input },
});

describe('the published counts', () => {
  it.each([
    ['gpt-4', counters.cl100k, 129],
    ['gpt-4o', counters.o200k, 124],
    ['gpt-3.5-turbo-0301', counters.cl100k, 127],
  ] as const)('counts the cookbook chat for %s', (model, tokenizer, total) => {
    expect(countChatTokens({ messages: cookbook, model }, { tokenizer }).total).toBe(total);
  });

  it('counts each of its messages', () => {
    const { messages, priming } = countChatTokens(
      { messages: cookbook },
      { tokenizer: counters.cl100k, model: 'gpt-4' },
    );
    // Each number of the cookbook's is a call of one message, whose reply is opened too.
    expect(messages.map((tokens) => tokens + priming).slice(0, 6)).toEqual([25, 20, 19, 28, 26, 26]);
  });

  it.each([
    ['gpt-4', counters.cl100k, 105],
    ['gpt-4o', counters.o200k, 101],
  ] as const)('counts the weather tool for %s', (model, tokenizer, total) => {
    const tools = [{ type: 'function', function: weather }];
    expect(countChatTokens({ messages: weatherChat, tools, model }, { tokenizer }).total).toBe(total);
  });
});

describe('messages', () => {
  const count = (message: ChatMessage, model = 'gpt-4o') =>
    countChatTokens({ messages: [message] }, { tokenizer: (text) => text.length, model }).messages[0];

  it.each<[string, ChatMessage, string, number]>([
    ['text', { role: 'user', content: 'abc' }, 'gpt-4o', 3 + 4 + 3],
    ['a name', { role: 'user', name: 'ann', content: 'abc' }, 'gpt-4o', 3 + 4 + 3 + 3 + 1],
    ['a name that is the role', { role: 'user', name: 'user', content: 'abc' }, 'gpt-4o', 3 + 4 + 3 + 4],
    [
      'a name of the first model',
      { role: 'user', name: 'ann', content: 'abc' },
      'gpt-3.5-turbo-0301',
      4 + 4 + 3 + 3 - 1,
    ],
    ['no content', { role: 'assistant', content: null }, 'gpt-4o', 3 + 9],
    ['a refusal', { role: 'assistant', content: null, refusal: 'no' }, 'gpt-4o', 3 + 9 + 2],
    ['the channel of a reply', { role: 'assistant', content: 'abc' }, 'gpt-5-mini', 3 + 9 + 3 + 2],
    ['a function', { role: 'function', name: 'ann', content: 'abc' }, 'gpt-4', 3 + 8 + 3 + 3 + 1 - 2],
    ['the longer frame of o1-mini', { role: 'user', content: 'abc' }, 'o1-mini', 7 + 4 + 3],
  ])('counts %s', (_, message, model, tokens) => {
    expect(count(message, model)).toBe(tokens);
  });

  it('joins the parts of a text before counting', () => {
    const parts = [{ type: 'text', text: 'hel' }, { type: 'text', text: 'lo' }, 'w'];
    const seen: string[] = [];
    countChatTokens(
      { messages: [{ role: 'user', content: parts }] },
      { tokenizer: (text) => seen.push(text) },
    );
    expect(seen).toContain('hellow');
  });

  it('tells what it had to guess', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } };
    const counted = countChatTokens(
      { messages: [{ role: 'user', content: [image] }], model: 'gpt-4o' },
      { tokenizer: (text) => text.length },
    );
    expect(counted.confidence).toBe('estimated');
    expect(counted.warnings).toMatchObject([
      { code: 'estimated-count', path: 'messages[0].content', severity: 'info' },
    ]);
    expect(counted.messages[0]).toBe(3 + 4 + 765);
  });

  it('is an estimate for a model it does not know, and billed for one it does', () => {
    const request = { messages: [{ role: 'user', content: 'hi' }] };
    expect(countChatTokens(request, { tokenizer: o200k_base, model: 'llama-3' }).confidence).toBe(
      'estimated',
    );
    expect(countChatTokens(request, { tokenizer: o200k_base, model: 'gpt-4o' }).confidence).toBe('billed');
    expect(countChatTokens(request, { tokenizer: o200k_base }).confidence).toBe('derived');
    const guess = (text: string) => text.length;
    expect(countChatTokens(request, { tokenizer: guess, model: 'gpt-4o' }).confidence).toBe('estimated');
    expect(countChatTokens(request, { tokenizer: cl100k_base, model: 'gpt-4o' }).confidence).toBe(
      'estimated',
    );
  });
});

describe('tool calls in the history', () => {
  const count = (messages: ChatMessage[], model = 'gpt-4o') =>
    countChatTokens({ messages, model }, { tokenizer: counters.o200k }).messages;
  const one: ChatMessage[] = [
    { role: 'assistant', content: null, tool_calls: [call('a', 'counter', '{ "a": 1 }')] },
    { role: 'tool', tool_call_id: 'a', content: 'true' },
  ];

  it('counts a call by its name and its arguments without spaces', () => {
    // " to=functions.counter" is four tokens and {"a":1} five.
    expect(count(one)).toEqual([3 + 1 + 4 + 5, 3 + 1 + 1 + 1 + 2]);
  });

  it('counts the channels of a call in gpt-5', () => {
    expect(count(one, 'gpt-5')).toEqual([3 + 1 + 4 + 5 + 2 + 4, 3 + 1 + 1 + 1 + 2]);
  });

  it('counts several calls as one, and their results as one list in ASCII', () => {
    const messages: ChatMessage[] = [
      { role: 'assistant', content: null, tool_calls: [call('a', 'f', '{}'), call('b', 'g', '{"x": 1}')] },
      { role: 'tool', tool_call_id: 'a', content: 'é' },
      { role: 'tool', tool_call_id: 'b', content: 'ok' },
    ];
    const calls =
      '{"tool_uses":[{"recipient_name":"functions.f","parameters":{}},{"recipient_name":"functions.g","parameters":{"x":1}}]}';
    const results = '["\\u00e9", "ok"]';
    expect(count(messages)).toEqual([3 + 1 + 16 + counters.o200k(calls), counters.o200k(results), 0]);
  });

  it('takes arguments that are no JSON as they are', () => {
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call('a', 'f', 'not json'), call('b', 'f', '{')] },
    ];
    expect(count(messages)[0]).toBeGreaterThan(20);
  });
});

describe('what stands beside the messages', () => {
  const request = { messages: weatherChat, model: 'gpt-4' };
  const tokenizer = counters.cl100k;
  const tools = [{ type: 'function', function: weather }];
  const plain = countChatTokens({ ...request, tools }, { tokenizer });

  it.each([
    ['auto', 0],
    ['required', 0],
    ['none', 1],
    [{ type: 'function', function: { name: 'get_current_weather' } }, 3 + 4],
  ])('counts a tool_choice of %j', (tool_choice, more) => {
    expect(countChatTokens({ ...request, tools, tool_choice }, { tokenizer }).total - plain.total).toBe(more);
  });

  it('counts functions as tools', () => {
    expect(countChatTokens({ ...request, functions: [weather] }, { tokenizer }).total).toBe(plain.total);
  });

  it('puts the tools behind the system text, or into a message of their own', () => {
    const [system, user] = weatherChat as [ChatMessage, ChatMessage];
    const alone = countChatTokens({ ...request, messages: [user], tools }, { tokenizer });
    expect(alone.tools - plain.tools).toBe(4);
    const last = countChatTokens({ ...request, messages: [user, system], tools }, { tokenizer });
    expect(last.tools).toBe(plain.tools);
  });

  it('counts a reply schema, and nothing for a plain JSON reply', () => {
    const schema = { type: 'object', properties: { required: { type: 'string' } }, required: ['required'] };
    const format = (strict: object) => ({
      type: 'json_schema',
      json_schema: { name: 'reply', schema: { ...schema, ...strict } },
    });
    const of = (response_format: unknown) =>
      countChatTokens({ ...request, response_format }, { tokenizer }).responseFormat;
    expect(of(format({}))).toBeGreaterThan(15);
    expect(of(format({ additionalProperties: false }))).toBe(of(format({})));
    expect(of({ type: 'json_object' })).toBe(0);
  });
});

describe('the label of tools', () => {
  it.each([
    [weather.parameters, 'billed'],
    [{ type: 'object', properties: { minimum: { type: 'number', enum: [{ minimum: 1 }] } } }, 'billed'],
    [{ type: 'object', properties: { a: { type: 'number', minimum: 1 } } }, 'derived'],
    [{ type: 'object', properties: { a: { oneOf: [{ type: 'string' }] } } }, 'derived'],
    [{ $defs: { minimum: { type: 'string', nullable: true } } }, 'derived'],
  ])('with parameters %j is %s', (parameters, label) => {
    const tools = [{ type: 'function', function: { name: 'f', parameters } }];
    const { components } = countChatTokens(
      { messages: weatherChat, tools, model: 'gpt-4o' },
      { tokenizer: o200k_base },
    );
    expect(components.tools).toBe(label);
  });
});

describe('the label of earlier answers', () => {
  const said = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'bye' },
  ];

  it.each([
    ['gpt-4o', 'billed'],
    ['gpt-5', 'billed'],
    // Of three bills one has more tokens than the rule gives.
    ['o3-mini', 'derived'],
  ])('for %s', (model, label) => {
    const options = { tokenizer: o200k_base };
    expect(countChatTokens({ messages: said, model }, options).confidence).toBe(label);
    expect(countChatTokens({ messages: said.slice(0, 1), model }, options).confidence).toBe('billed');
  });
});

describe('the label of a reply schema', () => {
  const user = { role: 'user', content: 'hi' };
  const system = { role: 'system', content: 'be brief' };
  const response_format = { type: 'json_schema', json_schema: { name: 'r', schema: { type: 'object' } } };
  const tools = [{ type: 'function', function: weather }];

  it.each([
    ['gpt-4o', [system, user], undefined, 'billed'],
    ['gpt-4o', [user], tools, 'derived'],
    ['gpt-5', [user], undefined, 'billed'],
    ['gpt-5', [system, user], undefined, 'derived'],
    ['gpt-5', [user], tools, 'derived'],
    ['o3', [user], undefined, 'estimated'],
  ])('for %s', (model, messages, tools, label) => {
    const { components, confidence } = countChatTokens(
      { messages, model, tools, response_format },
      { tokenizer: o200k_base },
    );
    expect(components.responseFormat).toBe(label);
    expect(confidence).toBe(label);
  });
});

describe('an anchor', () => {
  const messages: ChatMessage[] = [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'three' },
  ];
  const tokenizer = (text: string) => text.length;
  const counted = countChatTokens({ messages, model: 'gpt-4o' }, { tokenizer });
  const rest = (counted.messages[1] as number) + (counted.messages[2] as number);

  it('is the bill for the messages it covers', () => {
    for (const covered of [1, messages.slice(0, 1)]) {
      const result = countChatTokens(
        { messages, model: 'gpt-4o' },
        { tokenizer, anchor: { messages: covered, tokens: 1000 } },
      );
      expect(result).toMatchObject({ total: 1000 + rest, anchored: true });
    }
  });

  it('is void when a message of the prefix changed', () => {
    const anchor = { messages: structuredClone(messages.slice(0, 1)), tokens: 1000 };
    const changed = [{ role: 'user', content: 'ONE' }, ...messages.slice(1)];
    expect(countChatTokens({ messages: changed, model: 'gpt-4o' }, { tokenizer, anchor })).toMatchObject({
      total: counted.total,
      anchored: false,
    });
    const longer = { messages: 9, tokens: 1000 };
    expect(countChatTokens({ messages, model: 'gpt-4o' }, { tokenizer, anchor: longer }).anchored).toBe(
      false,
    );
  });
});

describe('countChatTokensAsync', () => {
  it('gives what the counter gives, and asks for each text once', async () => {
    const asked: string[] = [];
    const tokenizer = async (text: string) => {
      asked.push(text);
      return counters.cl100k(text);
    };
    const tools = [{ type: 'function', function: weather }];
    const request = { messages: [...weatherChat, ...cookbook], tools, model: 'gpt-4' };
    const expected = countChatTokens(request, { tokenizer: counters.cl100k });
    expect(await countChatTokensAsync(request, { tokenizer })).toEqual(expected);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('passes on a failure of the counter', async () => {
    const tokenizer = () => Promise.reject(new Error('server down'));
    await expect(countChatTokensAsync({ messages: weatherChat }, { tokenizer })).rejects.toThrow(
      'server down',
    );
  });
});

describe('rulesFor', () => {
  it.each([
    ['gpt-4o-2024-08-06', 'classic'],
    ['openai/gpt-4.1-nano', 'classic'],
    ['gpt-35-turbo', 'classic'],
    ['chatgpt-4o-latest', 'classic'],
    ['ft:gpt-3.5-turbo-0125:me::id', 'classic'],
    ['gpt-4-turbo', 'classic'],
    ['gpt-4', 'functions-era'],
    ['gpt-4-0613', 'functions-era'],
    ['gpt-3.5-turbo-0613', 'functions-era'],
    ['gpt-3.5-turbo-0301', 'first'],
    ['o3-mini', 'reasoning'],
    ['o1-mini-2024-09-12', 'first-reasoning'],
    ['gpt-5.4-mini-2026-03-17', 'gpt-5'],
    ['gpt-oss-20b', 'gpt-oss'],
    ['o200k_base', 'classic'],
    ['mistral-large', 'unknown'],
    [undefined, 'unknown'],
  ])('finds the family of %s', (model, family) => {
    const [name, encoding] = model?.endsWith('_base') ? [undefined, model] : [model, undefined];
    expect(rulesFor(name, encoding).family).toBe(family);
  });
});
