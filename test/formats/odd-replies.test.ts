import { describe, expect, it } from 'vitest';
import {
  collectChatStream,
  type DialectName,
  toChatChunks,
  toChatResponse,
  toCompletionRequest,
} from '../../src/index.js';

const properties = { city: { type: 'string' }, days: { type: 'integer' } };
const tools = [
  {
    type: 'function' as const,
    function: { name: 'get_weather', parameters: { type: 'object', properties } },
  },
];
const messages = [{ role: 'user' as const, content: 'Weather?' }];

/** A reply as it comes back from a completions server, whole and in pieces. */
async function read(dialect: DialectName, text: string) {
  const { context } = toCompletionRequest({ model: 'm', messages, tools }, { dialect });
  const body = (part: string, finish_reason: 'stop' | null) => ({
    id: 'c',
    object: 'text_completion' as const,
    created: 1,
    model: 'm',
    choices: [{ index: 0, text: part, logprobs: null, finish_reason }],
  });
  const { response, warnings } = toChatResponse(body(text, 'stop'), context);
  const [choice] = response.choices;
  const calls = (choice!.message.tool_calls ?? []).map((call) =>
    call.type === 'function' ? [call.function.name, call.function.arguments] : [],
  );
  const whole = [choice!.message.content ?? '', calls, choice!.finish_reason];
  for (const size of [1, 5]) {
    const parts = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
    const chunks = [...parts.map((part) => body(part, null)), body('', 'stop')];
    const streamed = (await collectChatStream(toChatChunks(chunks, context))).choices[0]!;
    const made = (streamed.message.tool_calls ?? []).map((call) =>
      call.type === 'function' ? [call.function.name, call.function.arguments] : [],
    );
    expect([streamed.message.content ?? '', made, streamed.finish_reason]).toEqual(whole);
  }
  return { content: choice!.message.content ?? '', calls, warnings };
}

const object = '{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}';
const args = { city: 'Paris', days: 3 };
const invoke = (mark: string) =>
  `<${mark}invoke name="get_weather">\n<${mark}parameter name="city">Paris</${mark}parameter>\n<${mark}parameter name="days">3</${mark}parameter>\n</${mark}invoke>\n`;

describe('a call that is certain is read', () => {
  it.each<[string, DialectName, string]>([
    ['in quotes of Python', 'qwen2.5', "<tool_call>\n{'name': 'get_weather', 'arguments': {'city': 'Paris', 'days': 3}}\n</tool_call>"],
    ['with arguments in quotes of Python', 'mistral-v13', "[TOOL_CALLS]get_weather[ARGS]{'city': 'Paris', 'days': 3}"],
    ['bare, in quotes of Python', 'llama-3.1', "{'name': 'get_weather', 'parameters': {'city': 'Paris', 'days': 3}}"],
    ['without its mark', 'mistral-v3', `[${object}]`],
    ['without its mark, behind a space', 'mistral-v13', ` [${object}]`],
    ['without its mark', 'granite', `[${object}]`],
    ['behind functools', 'granite', `functools[${object}]`],
    ['without the outer mark', 'minimax-m2', `</think>\n\n${invoke('')}`],
    ['without the outer mark', 'deepseek-v3.2', invoke('｜DSML｜')],
    ['with names in single quotes', 'minimax-m2', `</think>\n\n<minimax:tool_call>\n${invoke('').replaceAll('"', "'")}</minimax:tool_call>`],
    ['in a fence behind a bare name', 'deepseek-v3.1', '<｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>```json\n{"city": "Paris", "days": 3}\n```<｜tool▁call▁end｜>'],
    ['named behind the kind of its arguments', 'harmony', '<|channel|>commentary<|constrain|>json to=functions.get_weather<|message|>{"city": "Paris", "days": 3}'],
  ])('%s, in %s', async (_, dialect, text) => {
    const { content, calls } = await read(dialect, text);
    expect([content.trim(), calls.map(([name, made]) => [name, JSON.parse(made!)])]).toEqual(['', [['get_weather', args]]]);
  }); // biome-ignore format: a table

  it.each<[string, DialectName, string]>([
    ['qwen2.5', 'qwen2.5', `<tool_call>\n${object}}\n</tool_call>`],
    ['gemma-4', 'gemma-4', '<|tool_call>call:get_weather{city:<|"|>Paris<|"|>,days:3}}<tool_call|>'],
  ])('with one bracket too many, which is told: %s', async (_, dialect, text) => {
    const { content, calls, warnings } = await read(dialect, text);
    expect([content, calls.map(([name, made]) => [name, JSON.parse(made!)])]).toEqual([
      '',
      [['get_weather', args]],
    ]);
    expect(warnings).toContainEqual(expect.objectContaining({ severity: 'lossy' }));
  });

  it('several without a mark, one behind another', async () => {
    const { content, calls } = await read('llama-3.1', `${object}; ${object.replace('Paris', 'Rome')}`);
    expect([content, calls.length]).toEqual(['', 2]);
  });
});

it.each<[DialectName, string]>([
  ['mistral-v3', '[{"name": "Bob", "age": 3}]'],
  ['granite', '["a", "b"]'],
  ['mistral-v3', `I would write [${object}].`],
  ['qwen2.5', "<tool_call>\n{'name': 'it's', 'arguments': {}}\n</tool_call>"],
  ['minimax-m2', '</think>\n\nWrite <invoke name="x"> to begin.'],
])('what is not stays in the words: %s, %s', async (dialect, text) => {
  const { content, calls } = await read(dialect, text);
  expect(calls).toEqual([]);
  expect(text).toContain(content.trim());
  expect(content.trim().length).toBeGreaterThan(8);
});
