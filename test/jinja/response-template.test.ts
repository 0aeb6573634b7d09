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
  'strings between marks of their own, and names without quotes': {
    field: {
      open_pattern: '<~call~>use:(?P<name>\\w+)(?=\\{)',
      close: '<~/call~>',
      content: 'json',
      content_args: { unquoted_keys: true, string_delims: [['<"', '">']] },
      transform: called,
    },
    one: '<~call~>use:f{a:<"x">,n:1}<~/call~>',
    broken: '<~call~>use:f{a:<"x">,n}<~/call~>',
  },
  'strings in single quotes': {
    field: {
      open: '<~call~>',
      close: '<~/call~>',
      content: 'json',
      content_args: { string_delims: [["'", "'"]] },
    },
    one: "<~call~>{'name': 'f', 'arguments': {'a': 'x', \"n\": 1}}<~/call~>",
    broken: "<~call~>{'name': f}<~/call~>",
  },
  'lines of names and values': {
    field: {
      open_pattern: '<~call (?P<name>\\w+)~>',
      close: '<~/call~>',
      content: 'kv-lines',
      content_args: { kv_sep: '=' },
      transform: called,
    },
    one: '<~call f~>\na = x\n\nno pair\nn = 1\n<~/call~>',
    broken: null,
  },
  'several closing texts': {
    field: {
      open: '<~call~>',
      close_pattern: '<~/call~>|<~(?:done|over)(?:!)?~>',
      content: 'json',
    },
    one: '<~call~>{"name": "f", "arguments": {"a": "x", "n": 1}}<~over!~>',
  },
  'several openings, and the name in the close': {
    field: {
      open_pattern: '(?:<~call~>|<~use~>)\\s*',
      close_pattern: '<~(?P<name>\\w+)/~>',
      content: 'json',
      transform: called,
    },
    one: '<~use~> {"a": "x", "n": 1}<~f/~>',
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

async function replyOf(field: object, text: string, config?: object) {
  const dialect = dialectFromConfig({
    chat_template,
    eos_token: '<~eos~>',
    ...(config ?? {
      response_template: {
        defaults: { role: 'assistant' },
        fields: { thinking, tool_calls: field, content },
      },
    }),
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

interface Kind {
  field: { content: string };
  one: string;
  /** No call; null where all is one. */
  broken?: string | null;
}

describe.each(Object.entries(kinds) as [string, Kind][])(
  'a response template with %s',
  (_, { field, one, broken }) => {
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
    it.skipIf(broken === null)('leaves what is no call in the words, and says so', async () => {
      const { message, warnings } = await replyOf(
        field,
        broken ?? one.replace('{"', '{').replace('<p=', '<q=').replace('>[{', '>['),
      );
      expect(
        shape(message as never).calls.length === 0 ? warnings.length > 0 : field.content === 'xml-inline',
      ).toBe(true);
    });
    it('ends replies where it says', async () => {
      const { dialect } = await replyOf(field, 'Hi');
      expect(dialect.stop).toEqual(['<~end~>', '<~eos~>']);
    });
  },
);

const schemaOf = (tool_calls: object) => ({
  'x-regex':
    '^(?:<think>\\n?(?P<thinking>.*?)</think>)?(?P<content>.*?)(?P<tool_calls><~call~>.*<~/call~>)?$',
  type: 'object',
  properties: { thinking: { type: 'string' }, content: { type: 'string' }, tool_calls },
});

describe('a response schema', () => {
  const name = { type: 'string', 'x-regex': '<f=([^\\n>]+)>' };
  const tagged = { type: 'object', 'x-regex-key-value': '<p=(?P<key>[^>]+)>(?P<value>.*?)</p>' };
  const iterator = '<~call~>\\s*(.+?)\\s*<~/call~>';
  it.each<[string, object, string]>([
    [
      'of objects',
      { 'x-regex-iterator': iterator, items: { 'x-parser': 'json' } },
      '<~call~>{"name": "f", "arguments": {"a": "x", "n": 1}}<~/call~>',
    ],
    [
      'of arguments in tags',
      {
        'x-regex-iterator': iterator,
        items: { properties: { function: { properties: { name, arguments: tagged } } } },
      },
      '<~call~>\n<f=f><p=a>x</p><p=n>1</p>\n<~/call~>',
    ],
  ])('%s reads reasoning, words and calls', async (_, tool_calls, one) => {
    const { message } = await replyOf({}, `<think>So.</think>Let me look.${one}`, {
      response_schema: schemaOf(tool_calls),
    });
    expect(shape(message as never)).toEqual({
      words: 'Let me look.',
      thought: 'So.',
      calls: [['f', { a: 'x', n: 1 }]],
    });
  });
});

describe('what a config says of replies and can’t be read', () => {
  const field = (tool_calls: object) => ({ response_template: { fields: { tool_calls } } });
  const json = { open: '<call>', close: 'c', content: 'json' };
  it.each<[string, object]>([
    [
      'response_template.fields.tool_calls.open_pattern',
      field({ ...json, open: undefined, open_pattern: '((' }),
    ],
    [
      'response_template.fields.tool_calls.open_pattern',
      field({ ...json, open: undefined, open_pattern: '(?:,|<a>)' }),
    ],
    ['response_template.fields.tool_calls.open', field({ ...json, open: undefined })],
    [
      'response_template.fields.tool_calls.close_pattern',
      field({ ...json, close: undefined, close_pattern: '((' }),
    ],
    ['response_template.fields.tool_calls.content', field({ ...json, content: 'yaml' })],
    [
      'response_template.fields.tool_calls.content',
      field({ ...json, content: 'xml-inline', content_args: {} }),
    ],
    [
      'response_template.fields.thinking',
      { response_template: { fields: { thinking: { open_pattern: '(?=a|b)' } } } },
    ],
    [
      'response_schema.properties.tool_calls.open',
      { response_schema: schemaOf({ 'x-regex-iterator': '(a|b)' }) },
    ],
  ])('is an error at %s', (path, config) => {
    expect(() => dialectFromConfig({ chat_template, ...config })).toThrow(
      expect.objectContaining({ code: 'invalid-dialect', path }),
    );
    const { calls } = dialectFromConfig({ chat_template, ...config }, { calls: null, reasoning: null });
    expect(calls).toBeNull();
  });
  it('is of no account where the chat template shows the same', () => {
    const shown = `{% for m in messages %}<~{{ m.role }}~>{% if m.reasoning %}<|why|>{{ m.reasoning }}<|so|>{% endif %}{{ m.content or '' }}{% for c in m.tool_calls or [] %}<|use|>{{ c.function.name }}<|with|>{{ c.function.arguments | tojson }}<|used|>{% endfor %}<~end~>{% endfor %}{% if add_generation_prompt %}<~assistant~>{% endif %}`;
    const dialect = dialectFromConfig({ chat_template: shown, ...field({ ...json, content: 'yaml' }) });
    expect(dialect.calls?.write).toBeDefined();
  });
  it('is a known form where its opening is that form’s own', async () => {
    const lists = field({
      ...json,
      open: undefined,
      open_pattern: '(?:<\\|tool_call_start\\|>\\[|,)(?P<name>\\w+)\\(',
    });
    const { message } = await replyOf({}, "<|tool_call_start|>[f(a='x', n=1)]<|tool_call_end|>", lists);
    expect(shape(message as never).calls).toEqual([['f', { a: 'x', n: 1 }]]);
  });
  it('is nothing where it is no template at all', () => {
    for (const response_template of [{ fields: 3 }, 'text', null])
      expect(dialectFromConfig({ chat_template, response_template }).calls).toBeNull();
  });
});
