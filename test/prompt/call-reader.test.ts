import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/body/call.js';
import { callFormats } from '../../src/body/calls/index.generated.js';
import type { BodyPiece as CallPiece } from '../../src/body/out.js';
import { createBodyReader } from '../../src/body/read-body.js';
import { type DialectName, parseToolCalls } from '../../src/index.js';
import { runs } from '../support/runs.js';

/** A dialect for each of the formats. */
const speakers = {
  hermes: 'hermes',
  llama: 'llama-3.1',
  mistral: 'mistral-v3',
  deepseek: 'deepseek-v3',
  granite: 'granite',
  'command-r': 'command-r',
  harmony: 'harmony',
  'qwen-coder': 'qwen3-coder',
  glm: 'glm-4.5',
  minimax: 'minimax-m2',
  dsml: 'deepseek-v3.2',
  kimi: 'kimi-k2',
  'gemma-4': 'gemma-4',
} as const satisfies Record<string, DialectName>;
type ToolSyntax = keyof typeof speakers;

const createCallReader = ({ syntax, limit }: { syntax?: ToolSyntax | undefined; limit?: number }) =>
  createBodyReader({
    groups: callFormats
      .filter(({ name }) => syntax === undefined || name === syntax)
      .map(({ sections }) => sections),
    limit,
  });

const call = '{"name": "f", "arguments": {"a": "}"}}';
const broken = '{"name": "g", "arguments": ';

/** For each syntax the pieces that its replies are made of, good ones and bad ones. */
const words: Record<ToolSyntax, string[]> = {
  hermes: ['<tool_call>', '\n<tool_call>\n', '</tool_call>', '\n</tool_call>\n', `<tool_call>\n${call}\n</tool_call>`],
  granite: ['<|tool_call|>', '<tool_call>', '</tool_call>', `<|tool_call|>[${call}, ${call}]`, `<tool_call>${call}</tool_call>`],
  mistral: ['[TOOL_CALLS]', `[TOOL_CALLS][${call}]`, '[TOOL_CALLS]f[CALL_ID]ab[ARGS]{"a": 1}', 'f{"a":', '[', ']'],
  deepseek: [
    '<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>', 'function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```', 'f<｜tool▁sep｜>{"a": 1}',
    '<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>', '\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```<｜tool▁call▁end｜>',
  ], // biome-ignore format: a table
  llama: [
    '<|python_tag|>', '<function=f>{"a": 1}</function>', '<function=f>', '</function>', '{"name": "f", "parameters": {"a": 1}}', '{ "type"', ';',
    'brave.call(q="x")',
  ], // biome-ignore format: a table
  'command-r': ['<|START_ACTION|>', '<|END_ACTION|>', `<|START_ACTION|>[${call}]<|END_ACTION|>`, 'Action: ```json\n', `\nAction: \`\`\`json\n[${call}]\n\`\`\`\n`, 'Action:'],
  harmony: ['<|start|>assistant', '<|channel|>commentary to=functions.f ', '<|constrain|>json', '<|message|>', '<|call|>', '<|end|>', '{"a": 1}', '<|channel|>final'],
  'qwen-coder': [
    '<tool_call>', '\n<tool_call>\n', '</tool_call>', '<function=f>', '\n<function=f>\n', '</function>\n', '<parameter=a>\n1\n</parameter>\n', '<parameter=b>', '</parameter>',
    '<tool_call>\n<function=f>\n<parameter=a>\nx y\n</parameter>\n</function>\n</tool_call>', `<tool_call>${call}</tool_call>`, '<parameter="a>b">', '{"a": 1}', '"{}"',
  ], // biome-ignore format: a table
  glm: [
    '<tool_call>', '\n<tool_call>f\n', '</tool_call>', '<arg_key>a</arg_key>', '<arg_key>', '</arg_key>\n<arg_value>', '<arg_value>1</arg_value>\n', '</arg_value>', '<tool_call>f</tool_call>',
    '<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>x y</arg_value>\n</tool_call>', `<tool_call>${call}</tool_call>`, '"{}"',
  ], // biome-ignore format: a table
  minimax: [
    '<minimax:tool_call>', '\n<minimax:tool_call>\n', '</minimax:tool_call>', '<invoke name="f">', '<invoke name=f>', '</invoke>', '<parameter name="a">1</parameter>', '<parameter name="', '</parameter>',
    '<minimax:tool_call>\n<invoke name="f">\n<parameter name="a">x y</parameter>\n</invoke>\n</minimax:tool_call>',
  ], // biome-ignore format: a table
  dsml: [
    '<｜DSML｜function_calls>', '</｜DSML｜function_calls>', '<｜DSML｜invoke name="f">', '</｜DSML｜invoke>', '<｜DSML｜parameter name="a" string="true">1</｜DSML｜parameter>',
    '<｜DSML｜parameter name="a" string="false">', '<｜DSML｜parameter name="a">', '</｜DSML｜parameter>', '\n\n<｜DSML｜function_calls>\n<｜DSML｜invoke name="f">\n',
  ], // biome-ignore format: a table
  'gemma-4': ['<|tool_call>', '<tool_call|>', 'call:f{', '<|"|>', 'a:1', '}', '<|tool_call>call:f{a:<|"|>x y<|"|>,b:[1,true]}<tool_call|>', '<|tool_call>call:f{a:<|"|>'],
  kimi: [
    '<|tool_calls_section_begin|>', '<|tool_calls_section_end|>', '<|tool_call_begin|>', '<|tool_call_end|>', '<|tool_call_argument_begin|>', 'functions.f:0', '{"a": 1}',
    '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|>',
  ], // biome-ignore format: a table
}; // biome-ignore format: a table
const common = [
  'x',
  ' ',
  '\n',
  '\n\n',
  'Sure.',
  '<',
  '{',
  '}',
  '`',
  '``',
  '```',
  call,
  broken,
  '"',
  '</',
  '<|',
  '[{',
];

const syntaxes = Object.keys(words) as ToolSyntax[];
const cases = fc.constantFrom(...syntaxes).chain((syntax) =>
  fc.record({
    syntax: fc.constant(syntax),
    text: fc
      .array(
        fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...words[syntax]) },
          { weight: 2, arbitrary: fc.constantFrom(...common) },
        ),
        {
          maxLength: 9,
        },
      )
      .map((parts) => parts.join('')),
    size: fc.constantFrom(1, 2, 3, 7, 1000),
  }),
);

/** For each syntax, calls as models write them. */
const good: Record<ToolSyntax, string[]> = {
  hermes: [`\n<tool_call>\n${call}\n</tool_call>`, `<tool_call>${call}</tool_call>`, `<tool_call>\n${call}\n${call}\n</tool_call>`, '<tool_call>{"arguments": {}, "name": "g"}</tool_call>', '<tool_call>{"id": "x", "type": "function", "function": {"name": "g", "arguments": "{}"}}</tool_call>'],
  granite: [`<|tool_call|>[${call}, ${call}]`, `<|tool_call|>${call}`, `\n<tool_call>\n${call}\n</tool_call>`],
  mistral: [`[TOOL_CALLS][${call}]`, '[TOOL_CALLS] [{"name": "f", "arguments": {"a": [1]}, "id": "abc"}]', '[TOOL_CALLS]f[CALL_ID]ab[ARGS]{"a": 1}', '[TOOL_CALLS]f{"a": {}}'],
  deepseek: ['<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{"a": "```"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'],
  llama: ['<|python_tag|>{"name": "f", "parameters": {"a": 1}}; {"name": "g", "parameters": {}}', '<function=f>{"a": 1}</function>', '{"type": "function", "name": "f", "parameters": {"a": 1}}', '<|python_tag|>brave.call(q="x", n=3)'],
  'command-r': [`<|START_ACTION|>[\n${call}\n]<|END_ACTION|>`, `\nAction: \`\`\`json\n[${call}, ${call}]\n\`\`\`\n`],
  harmony: ['<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": "}"}<|call|>', '<|start|>assistant to=functions.g<|channel|>commentary json<|message|>{}<|end|>'],
  'qwen-coder': ['<tool_call>\n<function=f>\n<parameter=a>\nx\n\n1\n</parameter>\n<parameter=b>\n1.0\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=g>\n</function>\n</tool_call>', '<tool_call><function=f><parameter=a>[1]</parameter></function></tool_call>', `<tool_call>\n${call}\n</tool_call>`, '<function=f>\n<parameter=a>\n<b>\n</parameter>\n</function>\n</tool_call>'],
  glm: ['<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>x y</arg_value>\n<arg_key>b</arg_key>\n<arg_value>{"c": 1}</arg_value>\n</tool_call>\n<tool_call>g\n</tool_call>', '<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>', `<tool_call>\n${call}\n</tool_call>`],
  minimax: ['<minimax:tool_call>\n<invoke name="f">\n<parameter name="a">x y</parameter>\n</invoke>\n<invoke name="g">\n</invoke>\n</minimax:tool_call>'],
  dsml: ['<｜DSML｜function_calls>\n<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="a" string="true">1</｜DSML｜parameter>\n<｜DSML｜parameter name="b" string="false">[1]</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>'],
  'gemma-4': ['<|tool_call>call:f{a:<|"|>x y<|"|>,b:{c:1.0,d:[<|"|>e<|"|>,null]}}<tool_call|>', '<|tool_call>call:g{}<tool_call|>'],
  kimi: ['<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|><|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>', '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": "<|"}<|tool_call_end|>'],
}; // biome-ignore format: a table

const wellFormed = fc.constantFrom(...syntaxes).chain((syntax) =>
  fc.record({
    syntax: fc.constant(syntax),
    text: fc
      .array(
        fc.oneof(
          fc.constantFrom(...good[syntax]),
          fc.constantFrom('Sure.', ' ', '\n', 'é 😀', '<', 'x {', '}', '"', '< b', '|>'),
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
    size: fc.constantFrom(1, 2, 3, 7, 1000),
  }),
);

interface Read {
  content: string;
  calls: Call[];
  faults: CallPiece[];
}

/** What the pieces of a reply come to; `faulty`: with what was guessed, which is no fault. */
function pieced(text: string, size: number, syntax: ToolSyntax | undefined, faulty = false): Read {
  const reader = createCallReader({ syntax });
  const pieces: CallPiece[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(...reader.push(text.slice(at, at + size)));
  pieces.push(...reader.end());
  const read: Read = { content: '', calls: [], faults: [] };
  for (const piece of pieces) {
    if ('text' in piece) read.content += piece.text;
    else if ('call' in piece) read.calls.push(piece.call);
    else if ('head' in piece) read.calls.push({ ...piece.head, arguments: '' });
    else if ('args' in piece) read.calls.at(-1)!.arguments += piece.args;
    else if (!('guessed' in piece) || faulty) read.faults.push(piece);
  }
  expect(reader.held).toBe(0);
  return read;
}

function whole(text: string, syntax: ToolSyntax): Read {
  const { content, tool_calls, warnings } = parseToolCalls(text, {
    dialect: speakers[syntax],
    makeId: () => '',
  });
  const calls = tool_calls.map(({ id, function: made }) => (id === '' ? made : { ...made, id }));
  const wrong = warnings.filter(({ severity }) => severity === 'lossy');
  return { content, calls, faults: wrong.map(() => ({ broken: true })) };
}

/** Are the units of a text those of another, some left out? */
function isWithin(part: string, text: string): boolean {
  let at = 0;
  for (const unit of part) {
    at = text.indexOf(unit, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

describe('calls of a reply in pieces', () => {
  it('are the same for every cut, and so are the prose and what is wrong', () => {
    fc.assert(
      fc.property(cases, ({ syntax, text, size }) => {
        expect(pieced(text, size, syntax, true)).toEqual(pieced(text, text.length + 1, syntax, true));
      }),
      runs(3000),
    );
  });

  it('are the same for every cut where the first marks decide the syntax', () => {
    fc.assert(
      fc.property(cases, cases, ({ text, size }, other) => {
        const mixed = text + other.text;
        expect(pieced(mixed, size, undefined)).toEqual(pieced(mixed, mixed.length + 1, undefined));
      }),
      runs(1000),
    );
  });

  it('are what the parse of the whole reply gives, where it is well-formed', () => {
    fc.assert(
      fc.property(wellFormed, ({ syntax, text, size }) => {
        const got = pieced(text, size, syntax);
        expect(got).toEqual(whole(text, syntax));
        expect(got.faults).toEqual([]);
      }),
      runs(2000),
    );
  });

  it('lose nothing but marks and white space around them', () => {
    fc.assert(
      fc.property(cases, ({ syntax, text, size }) => {
        const { content, calls, faults } = pieced(text, size, syntax);
        expect(isWithin(content, text)).toBe(true);
        for (const { arguments: args } of calls)
          expect(text.includes(args) || (args.match(/\w+/g) ?? []).every((word) => text.includes(word))).toBe(
            true,
          );
        if (faults.some((fault) => !('guessed' in fault))) return;
        for (const { arguments: args } of calls) expect(() => JSON.parse(args)).not.toThrow();
      }),
      runs(2000),
    );
  });

  it.each([
    ['hermes', `Sure.\n<tool_call>\n${call}\n</tool_call>`, 'hermes'],
    ['mistral', `[TOOL_CALLS][${call}]`, 'mistral'],
    ['llama', '{"name": "f", "parameters": {"a": 1}}', 'llama'],
    ['command-r', `Action: \`\`\`json\n[${call}]\n\`\`\``, 'command-r'],
    [
      'command-r, twice',
      `Action: \`\`\`json\n[${call}]\n\`\`\`\nAction: \`\`\`json\n[${call}]\n\`\`\``,
      'command-r',
    ],
    ['prose', 'No call, {just} words.', 'hermes'],
  ] as const)('without a syntax the marks decide: %s', (_, text, syntax) => {
    for (const size of [1, 3, 100]) expect(pieced(text, size, undefined)).toEqual(whole(text, syntax));
  });

  it('lets prose go at once, and a call as it comes', () => {
    const reader = createCallReader({ syntax: 'hermes' });
    expect(reader.push('Let me')).toEqual([{ text: 'Let me' }]);
    expect(reader.push(' see.\n<tool')).toEqual([{ text: ' see.' }]);
    expect(reader.push('_call>\n{"name": "f", "argu')).toEqual([]);
    expect(reader.push('ments": ')).toEqual([]);
    expect(reader.push('{"a')).toEqual([{ head: { name: 'f' } }, { args: '{"a' }]);
    expect(reader.push('": "}"')).toEqual([{ args: '": "}"' }]);
    expect(reader.held).toBe(0);
    expect(reader.push('}}\n</tool_call')).toEqual([{ args: '}' }]);
    expect(reader.push('> Done.')).toEqual([{ text: ' Done.' }]);
    expect(reader.end()).toEqual([]);
  });

  const args = '{"a": "}"}';
  it.each<[string, ToolSyntax, string, string]>([
    ['Granite', 'granite', `<|tool_call|>[{"name": "f", "arguments": `, ''],
    ['Llama, bare', 'llama', '{"type": "function", "name": "f", "parameters": ', ''],
    ['Llama, tagged', 'llama', '<|python_tag|>{"name": "f", "parameters": ', ''],
    ['Llama, a function', 'llama', '<function=f>', ''],
    ['Mistral, named', 'mistral', '[TOOL_CALLS]f[CALL_ID]ab[ARGS]', 'ab'],
    [
      'DeepSeek',
      'deepseek',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n',
      '',
    ],
    ['DeepSeek, bare', 'deepseek', '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>', ''],
    [
      'Command R',
      'command-r',
      '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": ',
      '0',
    ],
    ['Command R, fenced', 'command-r', 'Action: ```json\n[{"tool_name": "f", "parameters": ', ''],
    ['harmony', 'harmony', '<|channel|>commentary to=functions.f <|constrain|>json<|message|>', ''],
  ])('comes as it comes: %s', (_, syntax, head, id) => {
    for (const given of [syntax, undefined]) {
      const reader = createCallReader({ syntax: given });
      const pieces = [...(head + args)].flatMap((unit) => reader.push(unit));
      expect(pieces[0]).toEqual({ head: id === '' ? { name: 'f' } : { name: 'f', id } });
      expect(pieces.slice(1).map((piece) => 'args' in piece && piece.args)).toEqual([...args]);
    }
  });

  it.each<[string, ToolSyntax, string, Partial<Read>]>([
    ['cut off', 'hermes', '<tool_call>{"name": "f", "arguments": {"a": tr', { calls: [{ name: 'f', arguments: '{"a": tr' }], faults: [{ broken: true }] }],
    ['cut off in the head', 'hermes', 'Hm.<tool_call>{"name": "f", "argu', { content: 'Hm.<tool_call>{"name": "f", "argu', calls: [], faults: [{ unread: '<tool_call>{"name": "f", "argu' }] }],
    ['single quotes', 'hermes', "<tool_call>{\"name\": \"f\", \"arguments\": {'a': 1}}</tool_call>", { content: '', calls: [{ name: 'f', arguments: '{"a": 1}' }], faults: [] }],
    ['Python all over', 'hermes', "<tool_call>{'name': 'f', 'arguments': {'a': [True, None], 'b': \"it's\"}}</tool_call>", { content: '', calls: [{ name: 'f', arguments: '{"a": [true, null], "b": "it\'s"}' }], faults: [] }],
    ['quotes that do not pair', 'hermes', "<tool_call>{'name': 'f', 'arguments': {'a': 'it's'}}</tool_call>Bye", { content: "<tool_call>{'name': 'f', 'arguments': {'a': 'it's'}}</tool_call>Bye", calls: [] }],
    ['a string with no end', 'hermes', '<tool_call>{"name": "f", "arguments": {"a": "x}}\n</tool_call>Bye', { content: 'Bye', calls: [{ name: 'f', arguments: '{"a": "x}}\n' }], faults: [{ broken: true }] }],
    ['a closing mark in a string', 'hermes', '<tool_call>{"name": "f", "arguments": {"a": "</tool_call>"}}</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{"a": "</tool_call>"}' }], faults: [] }],
    ['a brace is missing', 'hermes', '<tool_call>{"name": "f", "arguments": {"a": 1}\n</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{"a": 1}' }], faults: [] }],
    ['a brace too many', 'hermes', '<tool_call>{"name": "f", "arguments": {}}}</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{}' }], faults: [{ lost: '}' }] }],
    ['a brace too many and words', 'hermes', '<tool_call>{"name": "f", "arguments": {}}} Bye', { content: '} Bye', calls: [{ name: 'f', arguments: '{}' }], faults: [] }],
    ['a member behind', 'hermes', '<tool_call>{"name": "f", "arguments": {}, "id": "x"}</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{}' }], faults: [{ lost: ', "id": "x"}' }] }],
    ['the type behind', 'hermes', '<tool_call>{"name": "f", "arguments": {}, "type": "function"}</tool_call>', { calls: [{ name: 'f', arguments: '{}' }], faults: [] }],
    ['the name behind', 'hermes', '<tool_call>{"arguments": {"a": 1}, "name": "f"}</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{"a": 1}' }], faults: [] }],
    ['arguments as text', 'hermes', '<tool_call>{"name": "f", "arguments": "{\\"a\\": 1}"}</tool_call>', { content: '', calls: [{ name: 'f', arguments: '{"a": 1}' }], faults: [] }],
    ['no JSON', 'hermes', '<tool_call>f(x)</tool_call>', { content: '<tool_call>f(x)</tool_call>', calls: [], faults: [{ unread: '<tool_call>' }] }],
    ['an id behind, in a list', 'mistral', '[TOOL_CALLS] [{"name": "f", "arguments": {}, "id": "x"}] Bye', { content: ' Bye', calls: [{ name: 'f', arguments: '{}', id: 'x' }], faults: [] }],
    ['a list whose second is none', 'granite', '<|tool_call|>[{"name": "f", "arguments": {}}, {"a": 1}]', { content: ', {"a": 1}]', calls: [{ name: 'f', arguments: '{}' }], faults: [{ unread: ', {"a": 1}' }] }],
    ['text behind a tag', 'llama', '<|python_tag|>{"name": "f", "parameters": {}} Bye', { content: ' Bye', calls: [{ name: 'f', arguments: '{}' }], faults: [] }],
    ['text behind a call in Python', 'llama', "<|python_tag|>brave.call(query=\"x)\", n=1, z='a')\nBye", { content: '\nBye', calls: [{ name: 'brave', arguments: '{"query": "x)", "n": 1, "z": "a"}' }], faults: [] }],
    ['code behind a tag', 'llama', '<|python_tag|>print(1)', { content: '<|python_tag|>print(1)', calls: [], faults: [{ unread: '<|python_tag|>' }] }],
    ['no JSON in a message', 'harmony', '<|channel|>commentary to=functions.f<|message|>x<|call|>', { content: '', calls: [{ name: 'f', arguments: 'x' }], faults: [{ broken: true }] }],
    ['JSON that is meant as such', 'llama', '{"name": "Bob", "age": 3}', { content: '{"name": "Bob", "age": 3}', calls: [], faults: [] }],
  ])('reads what is odd: %s', (_, syntax, text, wanted) => {
    for (const size of [1, 4, 1000]) expect(pieced(text, size, syntax)).toMatchObject(wanted);
  }); // biome-ignore format: a table

  it('lets no more than a screen of white space wait', () => {
    const mark = '<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>';
    const text = `x${' '.repeat(3000)}${mark}`;
    for (const size of [1, 7, 1000, 5000])
      expect(pieced(text, size, 'deepseek')).toMatchObject({
        content: `x${' '.repeat(1976)}`,
        calls: [{ name: 'f' }],
      });
  });

  it('reads a second call behind a fence', () => {
    const text = `Action: \`\`\`json\n[${call}]\n\`\`\`\nAction: \`\`\`json\n[${call}]\n\`\`\``;
    expect(whole(text, 'command-r').calls).toHaveLength(2);
  });

  it('does not wait for ever', () => {
    const reader = createCallReader({ syntax: 'hermes', limit: 20 });
    expect(() => reader.push('<tool_call>{"name": "f", "arguments": "{}"')).toThrow(
      expect.objectContaining({ code: 'over-limit' }),
    );
  });

  it('holds nothing of arguments that are long', () => {
    const reader = createCallReader({ syntax: 'hermes', limit: 100 });
    reader.push('<tool_call>{"name": "f", "arguments": {"a": "');
    for (let i = 0; i < 100; i++) expect(reader.push('0123456789')).toEqual([{ args: '0123456789' }]);
  });
});
