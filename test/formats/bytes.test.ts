import { describe, expect, it } from 'vitest';
import { type DialectName, renderPrompt } from '../../src/index.js';
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
