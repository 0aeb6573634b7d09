import { describe, expect, it } from 'vitest';
import { type DialectName, parsePrompt, renderPrompt } from '../../src/index.js';
import type { Message } from '../../src/schemas/messages.js';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const write = (dialect: DialectName, messages: Message[], more: object = {}) =>
  renderPrompt(messages, { dialect, collisions: 'allow', continueFinal: false, ...more });
const codes = (warnings: { code: string; severity: string }[]) =>
  warnings.filter(({ severity }) => severity === 'lossy').map(({ code }) => code);
const behind = (prompt: string, mark: string) => prompt.slice(prompt.indexOf(mark));

describe('DeepSeek V3.1 and V3.2 open a turn behind a question only', () => {
  it('with two answers in a row', () => {
    const { prompt, warnings } = write('deepseek-v3.1', [user('a'), assistant('b'), assistant('c')]);
    expect(prompt).toBe(
      '<｜begin▁of▁sentence｜><｜User｜>a<｜Assistant｜></think>b<｜end▁of▁sentence｜>c<｜end▁of▁sentence｜>',
    );
    expect(codes(warnings)).toEqual(['merged-turns', 'template-text']);
  });
  it('with an answer at the end', () => {
    const { prompt, warnings } = write('deepseek-v3.2', [user('a'), assistant('b')]);
    expect(prompt).toBe('<｜begin▁of▁sentence｜><｜User｜>a<｜Assistant｜></think>b<｜end▁of▁sentence｜>');
    expect(codes(warnings)).toEqual(['template-text']);
  });
  it('and V3.1 lists tools as its model card does, which is told', () => {
    const tools = [{ type: 'function' as const, function: { name: 'ping', parameters: {} } }];
    const { prompt, warnings } = write('deepseek-v3.1', [user('a')], { tools });
    expect(prompt).toContain('### ping\n');
    expect(codes(warnings)).toEqual(['template-text']);
  });
});

describe('reasoning inside the words', () => {
  const chat = [user('a'), assistant('<think>\nHm.\n</think>\n\nb'), user('c')];
  it.each([
    ['kimi-k2-thinking', '<|im_middle|><think></think><think>\nHm.\n</think>\n\nb<|im_end|>'],
    ['deepseek-v3.2', '<｜Assistant｜></think><think>\nHm.\n</think>\n\nb<｜end▁of▁sentence｜>'],
  ] as const)('is not looked for by %s', (dialect, words) => {
    expect(write(dialect, chat).prompt).toContain(words);
  });
  it('goes with the line ends behind it in MiniMax M2', () => {
    expect(write('minimax-m2', chat).prompt).toContain(']~b]ai\nb[e~[\n');
  });
});

it('harmony writes an object in a type as its template does', () => {
  const place = { type: 'object', properties: { floor: { type: 'integer' } } };
  const parameters = { type: 'object', properties: { place }, required: ['place'] };
  const tools = [{ type: 'function' as const, function: { name: 'go', description: 'Goes', parameters } }];
  const { prompt } = write('harmony', [user('a')], { tools });
  expect(behind(prompt, '// Goes')).toContain(
    `type go = (_: {\nplace: {\nfloor?: \n${' '.repeat(16)}number},\n}) => any;`,
  );
});

describe('what a template refuses or garbles is told', () => {
  const call = (args: object): Message => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: JSON.stringify(args) } }],
  });
  it('null in an argument of Gemma 4', () => {
    const warned = (args: object) => codes(write('gemma-4', [user('a'), call(args)]).warnings);
    expect(warned({ x: null })).toEqual(['template-text']);
    expect(warned({ x: 'null', y: [{ z: 1 }] })).toEqual([]);
  });
  it.each([
    ['llama-2', [user('a'), assistant('b'), { role: 'system', content: 's' }, user('c')]],
    ['mistral-v11', [user('a'), assistant('b'), { role: 'system', content: 's' }, user('c')]],
    ['mistral-v3', [user('a'), assistant(''), user('c')]],
    ['command-r', [user('a'), user('b')]],
  ] as [DialectName, Message[]][])('turns that %s does not take', (dialect, chat) => {
    expect(codes(write(dialect, chat).warnings)).toContain('template-text');
  });
});

describe('GLM 4.7', () => {
  it('keeps a line end between words and a call', () => {
    const call = { id: 'a', type: 'function' as const, function: { name: 'f', arguments: '{}' } };
    const chat: Message[] = [user('a'), { role: 'assistant', content: 'b\n', tool_calls: [call] }];
    const { prompt } = write('glm-4.7', chat, { fidelity: 'reversible', generationPrompt: false });
    expect(parsePrompt(prompt, { dialect: 'glm-4.7' }).messages[1]).toMatchObject({ content: 'b\n' });
  });
});

describe('Nemotron 3', () => {
  const call: Message = {
    role: 'assistant',
    content: 'Looking. ',
    reasoning_content: 'Hm.',
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x": true}' } }],
  };
  const result: Message = { role: 'tool', tool_call_id: 'a', content: 'r' };
  const wire =
    '<tool_call>\n<function=f>\n<parameter=x>\nTrue\n</parameter>\n</function>\n</tool_call>\n<|im_end|>\n<|im_start|>user\n<tool_response>\nr\n</tool_response>\n<|im_end|>\n';
  const asked = '<|im_start|>system\n<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n';
  it.each([
    ['nemotron-3', '<think>\nHm.\n</think>\nLooking.\n'],
    ['nemotron-3-ultra', '<think>\nHm.</think>Looking.\n'],
  ] as const)('%s keeps the reasoning of the last question', (dialect, words) => {
    const { prompt } = write(dialect, [user('a'), call, result]);
    expect(prompt).toBe(`${asked}${words}${wire}<|im_start|>assistant\n<think>\n`);
    const read = parsePrompt(prompt, { dialect }).messages.slice(2);
    expect(read).toMatchObject([
      { content: 'Looking.', reasoning_content: 'Hm.', tool_calls: [{ function: { name: 'f' } }] },
      { role: 'tool', content: 'r' },
    ]);
  });
  it.each([
    ['nemotron-3', '<think></think>Looking.\n', 'low_effort', '\n\n{reasoning effort: low}'],
    ['nemotron-3-ultra', '<think></think>Looking. \n', 'medium_effort', '\n\n{reasoning effort: efficient}'],
  ] as const)('%s leaves out earlier reasoning', (dialect, words, effort, told) => {
    const { prompt, warnings } = write(dialect, [user('a'), call, result, user('b')], {
      templateOptions: { enable_thinking: false, [effort]: true },
    });
    expect(prompt).toBe(
      `${asked}${words}${wire}<|im_start|>user\nb${told}<|im_end|>\n<|im_start|>assistant\n<think></think>`,
    );
    expect(codes(warnings)).toContain('dropped-reasoning');
  });
  it('lists tools with choices in front and required names behind', () => {
    const x = { type: 'string', pattern: 'p', enum: ['u'], description: ' X ' };
    const parameters = { type: 'object', required: ['x'], properties: { x }, strict: false };
    const tools = [{ type: 'function' as const, function: { name: 'f', description: 'F', parameters } }];
    expect(write('nemotron-3', [user('a')], { tools }).prompt).toContain(
      '<function>\n<name>f</name>\n<description>F</description>\n<parameters>\n<parameter>\n<name>x</name>\n<type>string</type>\n<description>X</description>\n<enum>["u"]</enum>\n<pattern>p</pattern>\n</parameter>\n<strict>False</strict>\n<required>["x"]</required>\n</parameters>\n</function>\n</tools>\n\nIf you choose',
    );
  });
});
