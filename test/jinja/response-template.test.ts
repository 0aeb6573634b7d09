import { describe, expect, it } from 'vitest';
import { collectChatStream, toChatChunks, toChatResponse, toCompletionRequest } from '../../src/index.js';
import { dialectFromConfig } from '../../src/jinja/index.js';

/** A template that shows neither calls nor reasoning. */
const chat_template =
  '{% for m in messages %}<~{{ m.role }}~>{{ m.content }}<~end~>{% endfor %}{% if add_generation_prompt %}<~assistant~>{% endif %}';
const thinking = { open: '<~why~>', close_pattern: '<~/why~>\\s*', content: 'text' };
const content = { close_pattern: '<~end~>\\s*|$', content: 'text' };
const called = { type: 'function', function: { name: '{name}', arguments: '{content}' } };

const kinds = {
  'objects that are calls': {
    field: {
      open: '<~call~>',
      close: '<~/call~>',
      repeats: true,
      content: 'json',
      transform: { type: 'function', function: '{content}' },
    },
    one: '<~call~>{"name": "f", "arguments": {"a": "x", "n": 1}}<~/call~>',
  },
  'a name in the opening': {
    field: {
      open_pattern: '<~to=(?P<name>[\\w.]+)~>',
      close_pattern: '<~\\/call~>\\s*',
      repeats: true,
      content: 'json',
      transform: called,
    },
    one: '<~to=f~>{"a": "x", "n": 1}<~/call~>',
  },
  'a list of calls under other names': {
    field: {
      open: ['<~acts~>', '<~act~>'],
      close: '<~/acts~>',
      content: 'json',
      transform_each: true,
      transform: { type: 'function', function: { name: '{tool}', arguments: '{with}' } },
    },
    one: '<~act~>[{"tool": "f", "with": {"a": "x", "n": 1}}]<~/acts~>',
  },
  'arguments in tags': {
    field: {
      open_pattern: '<~call~>\\s*<f=(?P<name>[^\\n>]+)>',
      close_pattern: '<~/call~>\\s*',
      repeats: true,
      content: 'xml-inline',
      content_args: {
        tag_pattern: '<p=(?P<key>[^>\\n]+)>\\s*(?P<value>.*?)\\s*</p>',
        value_parser: { name: 'json', args: { allow_non_json: true } },
      },
      transform: called,
    },
    one: '<~call~>\n<f=f>\n<p=a>\nx\n</p>\n<p=n>1</p>\n<~/call~>',
  },
};
const tools = [
  {
    type: 'function',
    function: {
      name: 'f',
      parameters: { type: 'object', properties: { a: { type: 'string' }, n: { type: 'integer' } } },
    },
  },
];

async function replyOf(field: object, text: string) {
  const dialect = dialectFromConfig({
    chat_template,
    eos_token: '<~eos~>',
    response_template: { defaults: { role: 'assistant' }, fields: { thinking, tool_calls: field, content } },
  });
  const context = (stream: boolean) =>
    toCompletionRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], tools, stream } as never, {
      dialect,
    }).context;
  const base = { id: 'c', object: 'text_completion' as const, created: 1, model: 'm' };
  const choice = { index: 0, logprobs: null };
  const end = { ...choice, text: '', finish_reason: 'stop' as const };
  const whole = toChatResponse({ ...base, choices: [{ ...end, text }] }, context(false), { dialect });
  const chunks = [...text].map((unit) => ({
    ...base,
    choices: [{ ...choice, text: unit, finish_reason: null }],
  }));
  const stream = toChatChunks([...chunks, { ...base, choices: [end] }], context(true), { dialect });
  const streamed = (await collectChatStream(stream)).choices[0]!.message;
  return { dialect, message: whole.response.choices[0]!.message, warnings: whole.warnings, streamed };
}

const shape = ({
  content: words,
  reasoning_content: thought,
  tool_calls: calls,
}: Record<string, unknown>) => ({
  words: String(words ?? '').trim(),
  thought,
  calls: ((calls ?? []) as { function: { name: string; arguments: string } }[]).map((one) => [
    one.function.name,
    JSON.parse(one.function.arguments),
  ]),
});

describe.each(Object.entries(kinds))('a response template with %s', (_, { field, one }) => {
  it('reads reasoning, words and calls, whole and streamed', async () => {
    const { message, streamed } = await replyOf(field, `<~why~>So.<~/why~>Let me look.${one}`);
    const want = { words: 'Let me look.', thought: 'So.', calls: [['f', { a: 'x', n: 1 }]] };
    expect(shape(message as never)).toEqual(want);
    expect(shape(streamed as never)).toEqual(want);
  });
  it('reads two calls', async () => {
    const { message } = await replyOf(field, `${one}\n${one}`);
    expect(shape(message as never).calls).toHaveLength(2);
  });
  it('leaves what is no call in the words, and says so', async () => {
    const { message, warnings } = await replyOf(
      field,
      one.replace('{"', '{').replace('<p=', '<q=').replace('>[{', '>['),
    );
    expect(
      shape(message as never).calls.length === 0 ? warnings.length > 0 : field.content === 'xml-inline',
    ).toBe(true);
  });
  it('ends replies where it says', async () => {
    const { dialect } = await replyOf(field, 'Hi');
    expect(dialect.stop).toEqual(['<~end~>', '<~eos~>']);
  });
});

it('a response template that needs more is left out', () => {
  for (const response_template of [
    { fields: { tool_calls: { open_pattern: '(?:a|b)', close: 'c', content: 'json' } } },
    { fields: { tool_calls: { open: 'a', close_pattern: 'c|d', content: 'json' } } },
    {
      fields: {
        tool_calls: { open: 'a', close: 'c', content: 'json', content_args: { unquoted_keys: true } },
      },
    },
    { fields: { tool_calls: { open: 'a', close: 'c', content: 'kv-lines' } } },
    { fields: { tool_calls: { open_pattern: '((', close: 'c', content: 'json' } } },
    { fields: 3 },
    'text',
    null,
  ])
    expect(dialectFromConfig({ chat_template, response_template }).calls).toBeNull();
});
