import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCallReader } from '../../src/prompt/call-reader.js';
import { type Call, readToolCalls, type ToolSyntax } from '../../src/prompt/tool-calls.js';
import { runs } from '../support/runs.js';

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

/** What the pieces of a reply come to. */
function pieced(
  text: string,
  size: number,
  syntax: ToolSyntax | undefined,
): { content: string; calls: Call[] } {
  const reader = createCallReader({ syntax });
  const pieces = [];
  for (let at = 0; at < text.length; at += size) pieces.push(...reader.push(text.slice(at, at + size)));
  pieces.push(...reader.end());
  const calls: Call[] = [];
  let content = '';
  for (const piece of pieces) {
    if ('text' in piece) content += piece.text;
    else if ('call' in piece) calls.push(piece.call);
  }
  expect(reader.held).toBe(0);
  return { content, calls };
}

function whole(text: string, syntax: ToolSyntax): { content: string; calls: Call[] } {
  const { content, tool_calls } = readToolCalls(text, syntax, () => '');
  const calls = tool_calls.map(({ id, function: made }) => (id === '' ? made : { ...made, id }));
  return { content, calls };
}

describe('calls of a reply in pieces', () => {
  it('are those of the whole reply, and so is the prose', () => {
    fc.assert(
      fc.property(cases, ({ syntax, text, size }) => {
        expect(pieced(text, size, syntax)).toEqual(whole(text, syntax));
      }),
      runs(3000),
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

  it('lets prose go at once, and a call as soon as it is complete', () => {
    const reader = createCallReader({ syntax: 'hermes' });
    expect(reader.push('Let me')).toEqual([{ text: 'Let me' }]);
    expect(reader.push(' see.\n<tool')).toEqual([{ text: ' see.' }]);
    expect(reader.push(`_call>\n${call}\n</tool_call`)).toEqual([]);
    expect(reader.push('>')).toEqual([{ call: { name: 'f', arguments: '{"a": "}"}' } }]);
    expect(reader.push(' Done.')).toEqual([{ text: ' Done.' }]);
    expect(reader.end()).toEqual([]);
  });

  it('reads a second call behind a fence', () => {
    const text = `Action: \`\`\`json\n[${call}]\n\`\`\`\nAction: \`\`\`json\n[${call}]\n\`\`\``;
    expect(whole(text, 'command-r').calls).toHaveLength(2);
  });

  it('does not wait for ever', () => {
    const reader = createCallReader({ syntax: 'hermes', limit: 20 });
    expect(() => reader.push('<tool_call>{"name": "f", "arguments": {}}')).toThrow(
      expect.objectContaining({ code: 'over-limit' }),
    );
  });
});
