import { describe, expect, it } from 'vitest';
import { type DialectName, parsePrompt, parseToolCalls, renderPrompt } from '../../src/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { dumps, respace } from '../../src/text/json.js';

type Row = [
  dialect: DialectName,
  text: string,
  content: string,
  calls: [name: string, args: string, id?: string][],
];

const rows: Row[] = [
  [
    'qwen2.5',
    'Let me see.\n<tool_call>\n{"name": "f", "arguments": {"a": 1.0}}\n</tool_call>',
    'Let me see.',
    [['f', '{"a": 1.0}']],
  ],
  [
    'hermes',
    '<tool_call>{"name":"f","arguments":{}}</tool_call>\n<tool_call>{"name":"g","arguments":{"x":"</tool_call>"}}</tool_call> Done.',
    ' Done.',
    [
      ['f', '{}'],
      ['g', '{"x":"</tool_call>"}'],
    ],
  ],
  ['qwen3', '<tool_call>\n{"arguments": {"q": "a\\"b"}, "name": "f"}', '', [['f', '{"q": "a\\"b"}']]],
  [
    'chatml',
    '<tool_call>\n{"name": "f", "arguments": "{\\"a\\": 1}"}\n</tool_call>',
    '',
    [['f', '{"a": 1}']],
  ],
  ['llama-3.1', '{"name": "f", "parameters": {"a": "b"}}', '', [['f', '{"a": "b"}']]],
  [
    'llama-3.1',
    '<|python_tag|>{"name": "f", "parameters": {}}; {"name": "g", "parameters": {"k": [1, 2]}}',
    '',
    [
      ['f', '{}'],
      ['g', '{"k": [1, 2]}'],
    ],
  ],
  [
    'llama-3.1',
    '<|python_tag|>brave_search.call(query="who is \\"it\\"")',
    '',
    [['brave_search', '{"query": "who is \\"it\\""}']],
  ],
  ['llama-3.1', '<|python_tag|>{"name": "f", "parameters": {}} Bye', ' Bye', [['f', '{}']]],
  [
    'llama-3.1',
    '<|python_tag|>b.call(q="x)")\nBye <|python_tag|>g.call()',
    '\nBye ',
    [
      ['b', '{"q": "x)"}'],
      ['g', '{}'],
    ],
  ],
  [
    'llama-3.1',
    `<|python_tag|>b.call(a='it\\'s "x"', b=True, c=-1.5, d=two)`,
    '',
    [['b', '{"a": "it\'s \\"x\\"", "b": true, "c": -1.5, "d": "two"}']],
  ],
  ['llama-3.1', 'Sure: <function=f>{"a": 1}</function> ok', 'Sure:  ok', [['f', '{"a": 1}']]],
  [
    'mistral-v3',
    '[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}, "id": "abc123456"}, {"name": "g", "arguments": {}, "id": "abc123457"}]',
    '',
    [
      ['f', '{"a": 1}', 'abc123456'],
      ['g', '{}', 'abc123457'],
    ],
  ],
  [
    'mistral-v7-tekken',
    'Hm. [TOOL_CALLS]f[CALL_ID]abc123456[ARGS]{"a": 1}[TOOL_CALLS]g[ARGS]{}',
    'Hm. ',
    [
      ['f', '{"a": 1}', 'abc123456'],
      ['g', '{}'],
    ],
  ],
  [
    'deepseek-v3',
    'One moment.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    'One moment.',
    [
      ['f', '{"a": 1}'],
      ['g', '{}'],
    ],
  ],
  [
    'deepseek-v3',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    '',
    [['f', '{"a": 1}']],
  ],
  ['granite', '<|tool_call|>[{"name": "f", "arguments": {"a": 1}}]', '', [['f', '{"a": 1}']]],
  [
    'command-r',
    'I will.\nAction: ```json\n[\n    {\n        "tool_name": "f",\n        "parameters": {"a": 1}\n    }\n]```',
    'I will.',
    [['f', '{"a": 1}']],
  ],
  [
    'command-r',
    '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": {}}]<|END_ACTION|>',
    '',
    [['f', '{}', '0']],
  ],
  [
    'harmony',
    '<|channel|>analysis<|message|>Need f.<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}<|call|>',
    '<|channel|>analysis<|message|>Need f.<|end|>',
    [['f', '{"a":1}']],
  ],
  ['harmony', ' to=functions.f<|channel|>commentary json<|message|>{}<|call|>', ' to=functions.f', []],
  ['user-assistant', 'No calls { "a": 1 } here.', 'No calls { "a": 1 } here.', []],
];

describe('parseToolCalls', () => {
  it.each(rows)('%s: %s', (dialect, text, content, calls) => {
    if (text.startsWith(' to=')) return;
    const read = parseToolCalls(text, { dialect });
    expect(read.warnings).toEqual([]);
    expect(read.content).toBe(content);
    expect(read.tool_calls).toEqual(
      calls.map(([name, args, id], i) => ({
        id: id ?? `call_${i}`,
        type: 'function',
        function: { name, arguments: args },
      })),
    );
    // Without a dialect the marks in the text decide.
    if (calls.length > 0 && !text.startsWith('Sure'))
      expect(parseToolCalls(text).tool_calls).toEqual(read.tool_calls);
  });

  const broken: [DialectName, string][] = [
    ['qwen2.5', '<tool_call>\n{"name": "f", "arg'],
    ['mistral-v3', '[TOOL_CALLS] [{"name": "f"'],
    ['granite', '<|tool_call|>nothing'],
  ];
  it.each(broken)('keeps what is broken as text (%s)', (dialect, text) => {
    const read = parseToolCalls(text, { dialect });
    expect(read).toMatchObject({ content: text, tool_calls: [] });
    expect(read.warnings.map(({ code, severity }) => [code, severity])).toEqual([
      ['broken-tool-call', 'lossy'],
    ]);
  });

  const cut: [DialectName, string, string, string][] = [
    ['qwen2.5', 'a <tool_call>\n{"name": "f", "arguments": {"a": }}\n</tool_call> b', 'a  b', '{"a": }'],
    ['deepseek-v3', '<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a"\n```<｜tool▁call▁end｜>', '', '{"a"\n'],
    ['llama-3.1', '{"name": "f", "parameters": {', '', '{'],
  ]; // biome-ignore format: a table
  it.each(cut)('gives arguments that are no JSON as they stand (%s)', (dialect, text, content, args) => {
    const read = parseToolCalls(text, { dialect });
    expect(read.content).toBe(content);
    expect(read.tool_calls.map((call) => call.function)).toEqual([{ name: 'f', arguments: args }]);
    expect(read.warnings).toMatchObject([
      { code: 'broken-tool-call', path: 'tool_calls', severity: 'lossy' },
    ]);
  });

  it('tells of members that it leaves out', () => {
    const text = '<tool_call>{"name": "f", "arguments": {}, "sure": "yes"}</tool_call>';
    expect(parseToolCalls(text, { dialect: 'qwen3' }).warnings).toMatchObject([
      { code: 'dropped-content', message: expect.stringContaining('sure') },
    ]);
  });

  it('keeps the good call beside a broken one', () => {
    const read = parseToolCalls(
      '<tool_call>{"x</tool_call>\n<tool_call>{"name": "f", "arguments": {}}</tool_call>',
      { dialect: 'qwen3' },
    );
    expect(read.content).toBe('<tool_call>{"x</tool_call>');
    expect(read.tool_calls.map((call) => call.function.name)).toEqual(['f']);
  });

  it('reads a list of Python’s between marks, where no dialect is named', () => {
    const text = 'Sure.\n<|tool_call_start|>[f(city="Paris", days=3), g()]<|tool_call_end|>';
    const { content, tool_calls } = parseToolCalls(text);
    expect(content?.trim()).toBe('Sure.');
    expect(
      tool_calls.map(
        (call) => call.type === 'function' && [call.function.name, JSON.parse(call.function.arguments)],
      ),
    ).toEqual([
      ['f', { city: 'Paris', days: 3 }],
      ['g', {}],
    ]);
    expect(parseToolCalls('<|tool_call_start|>[f(city=').tool_calls).toEqual([]);
  });

  it('makes ids as it is told', () => {
    const read = parseToolCalls('<tool_call>{"name": "f", "arguments": {}}</tool_call>', {
      dialect: 'qwen3',
      makeId: (i) => `id-${i}`,
    });
    expect(read.tool_calls[0]?.id).toBe('id-0');
  });
});

const tool = {
  type: 'function',
  function: {
    name: 'f',
    description: 'Does f.',
    parameters: {
      type: 'object',
      properties: { a: { type: 'integer', description: 'A number.' } },
      required: ['a'],
    },
  },
};
const conversation: Message[] = [
  { role: 'user', content: 'Q' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'abcDEF123', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
  },
  { role: 'tool', tool_call_id: 'abcDEF123', content: 'R' },
];

describe('calls and results in a prompt', () => {
  const written: [DialectName, string][] = [
    [
      'qwen2.5',
      '<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nR\n</tool_response><|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'llama-3.1',
      '{"name": "f", "parameters": {"a": 1}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\n"R"<|eot_id|>',
    ],
    [
      'mistral-v3',
      '[INST] Q[/INST][TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}, "id": "abcDEF123"}]</s>[TOOL_RESULTS] {"content": "R", "call_id": "abcDEF123"}[/TOOL_RESULTS]',
    ],
    [
      'deepseek-v3',
      '<｜Assistant｜><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a":1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜><｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>R<｜tool▁output▁end｜><｜tool▁outputs▁end｜>',
    ],
    ['granite', '<|tool_call|>[{"name": "f", "arguments": {"a": 1}}]<|end_of_text|>'],
    [
      'command-r',
      '<|CHATBOT_TOKEN|>\nAction:\n```json\n[\n    {\n        "tool_name": "f",\n        "parameters": {\n            "a": 1\n        }\n    }\n]```\n<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|><results>\nR</results><|END_OF_TURN_TOKEN|>',
    ],
    [
      'harmony',
      '<|start|>assistant to=functions.f<|channel|>commentary json<|message|>{"a": 1}<|call|><|start|>functions.f to=assistant<|channel|>commentary<|message|>"R"<|end|><|start|>assistant',
    ],
    [
      'user-assistant',
      'User: Q\nAssistant: <tool_call>\n{"name": "f", "arguments": {"a":1}}\n</tool_call>\nUser: <tool_response>\nR\n</tool_response>\nAssistant:',
    ],
  ];
  it.each(written)('%s', (dialect, text) => {
    const { prompt } = renderPrompt(conversation, {
      dialect,
      templateOptions: { current_date: '2025-06-28' },
    });
    expect(prompt).toContain(text);
  });

  it('come back with ids that are matched, made, or the same', () => {
    const exact = (dialect: DialectName): Message[] =>
      parsePrompt(renderPrompt(conversation, { dialect, fidelity: 'reversible' }).prompt, { dialect })
        .messages;
    expect(exact('mistral-v3')).toEqual(conversation);
    for (const dialect of ['qwen3', 'deepseek-v3', 'granite', 'harmony', 'llama-3.1'] as const) {
      const [, call, result] = exact(dialect);
      expect(call).toMatchObject({
        tool_calls: [{ id: 'call_0', function: { name: 'f', arguments: '{"a":1}' } }],
      });
      expect(result).toEqual({ role: 'tool', content: 'R', tool_call_id: 'call_0' });
    }
  });

  it('lists tools as the template does, generically, or not at all', () => {
    const ask: Message[] = [{ role: 'user', content: 'Q' }];
    const list = (dialect: DialectName, toolStyle?: 'generic' | 'native'): string =>
      renderPrompt(ask, { dialect, tools: [tool], toolStyle }).prompt;
    expect(list('qwen3')).toContain('<tools>\n{"type": "function", "function": {"name": "f"');
    expect(list('mistral-v3')).toMatch(
      /^<s>\[AVAILABLE_TOOLS\] \[\{"type": "function".*\]\[\/AVAILABLE_TOOLS\]\[INST\] Q\[\/INST\]$/,
    );
    expect(list('command-r')).toContain(
      '```python\ndef f(a: int) -> List[Dict]:\n    """Does f.\n\n    Args:\n        a (int): A number.\n    """\n    pass\n```',
    );
    expect(list('harmony')).toContain(
      'namespace functions {\n\n// Does f.\ntype f = (_: {\n// A number.\na: number,\n}) => any;\n\n} // namespace functions',
    );
    expect(list('chatml')).toContain('<|im_start|>system\nYou can call these functions');
    expect(list('qwen3', 'generic')).toContain('You can call these functions');
    expect(() => list('chatml', 'native')).toThrow(/no form of its own/);
    expect(() => renderPrompt(ask, { dialect: 'qwen3', tools: [tool], toolStyle: 'error' })).toThrow(
      /Tools were given/,
    );
    expect(() => renderPrompt(conversation, { dialect: 'qwen3', toolStyle: 'error' })).toThrow(/calls tools/);
  });
});

describe('JSON as Python spaces it', () => {
  it.each([
    ['{"a":[1,2.50,{"b":null}],"c":"x\\u00e9\\/"}', '{"a": [1, 2.50, {"b": null}], "c": "xé/"}'],
    ['{}', '{}'],
    ['[ ]', '[]'],
    ['{"a" : { } , "b":[ ]}', '{"a": {}, "b": []}'],
  ])('%s', (text, spaced) => expect(respace(text)).toBe(spaced));
  it('indents', () => expect(dumps({ a: [1], b: {} }, 2)).toBe('{\n  "a": [\n    1\n  ],\n  "b": {}\n}'));
});

describe('calls in Python', () => {
  it.each<[string, string, [string, string][]]>([
    ['[f(a=1, b="x]"), g()]', '', [['f', '{"a": 1, "b": "x]"}'], ['g', '{}']]],
    ["[f(a=[1, 'b'], c={'d': True, 'e': None}, t=(1,))]", '', [['f', '{"a": [1, "b"], "c": {"d": true, "e": null}, "t": [1]}']]],
    ['<|python_tag|>[f(a=-1.5)] Done.', ' Done.', [['f', '{"a": -1.5}']]],
    ['[f](x) is a link', '[f](x) is a link', []],
    ['I say [f(a=1)]', 'I say [f(a=1)]', []],
  ])('%s', (text, content, calls) => {
    for (const options of [{ dialect: 'llama-4' }, { dialect: 'llama-3.1' }, {}] as const) {
      const read = parseToolCalls(text, options);
      expect(read).toMatchObject({ content, warnings: [] });
      expect(read.tool_calls.map(({ function: { name, arguments: args } }) => [name, args])).toEqual(calls);
    }
  }); // biome-ignore format: a table

  it('that are none stay words, with a warning', () => {
    const text = '[f(a=open("x")), g(]';
    expect(parseToolCalls(text, { dialect: 'llama-4' })).toMatchObject({
      content: text,
      tool_calls: [],
      warnings: [{ code: 'broken-tool-call' }],
    });
  });
});

describe('a header of harmony', () => {
  it.each([
    ' to=functions.f<|channel|>commentary json<|message|>{"a":1}<|call|>',
    'to=f<|channel|>commentary<|constrain|>json<|message|>{"a":1}<|call|>',
    '<|channel|>commentary to=f<|message|>{"a":1}<|call|>',
    '<|start|>assistant to=functions.f<|channel|>commentary<|constrain|>json<|message|>{"a":1}',
  ])('names a function: %s', (text) => {
    const read = parseToolCalls(text, { dialect: 'harmony' });
    expect(read).toMatchObject({ content: '', warnings: [] });
    expect(read.tool_calls.map((call) => call.function)).toEqual([{ name: 'f', arguments: '{"a":1}' }]);
  });
});
