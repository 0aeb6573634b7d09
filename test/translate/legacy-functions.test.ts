import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../src/schemas/chat.js';
import { ChatRequest as ChatRequestSchema, validate } from '../../src/schemas/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { functionsToTools, toolsToFunctions } from '../../src/translate/legacy-functions.js';
import { deepFreeze } from '../support/freeze.js';
import { chat, noted, refused } from './support.js';

const definition = { name: 'f', description: 'does f', parameters: { type: 'object' } };
const call = { name: 'f', arguments: '{"a":1}' };

const oldMessages: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, function_call: call },
  { role: 'function', name: 'f', content: '1' },
];
const newMessages: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: call }] },
  { role: 'tool', tool_call_id: 'call_1', content: '1' },
];
const old = chat({ messages: oldMessages, functions: [definition], function_call: { name: 'f' } });
const modern = chat({
  messages: newMessages,
  tools: [{ type: 'function', function: definition }],
  tool_choice: { type: 'function', function: { name: 'f' } },
});

const check = <T extends { request: ChatRequest }>(result: T): T => {
  validate(ChatRequestSchema, result.request);
  return result;
};

describe('functions and function_call against tools and tool_choice', () => {
  it('become tools, with ids made from the places of the calls', () => {
    expect(check(functionsToTools(deepFreeze(old)))).toEqual({ request: modern, warnings: [] });
  });

  it('come from tools, without ids', () => {
    expect(check(toolsToFunctions(deepFreeze(modern)))).toEqual({ request: old, warnings: [] });
  });

  it.each(['none', 'auto'] as const)('the choice %s has one name', (choice) => {
    expect(functionsToTools(chat({ function_call: choice })).request.tool_choice).toBe(choice);
    expect(toolsToFunctions(chat({ tool_choice: choice })).request.function_call).toBe(choice);
  });

  it('a request in new words is left as it is', () => {
    expect(functionsToTools(modern).request).toBe(modern);
  });

  it('names what the old words can not say', () => {
    expect(toolsToFunctions(chat({ tool_choice: 'required' })).warnings).toEqual(
      noted('lossy', 'tool_choice'),
    );
    const strict = { type: 'function', function: { ...definition, strict: true } } as const;
    expect(toolsToFunctions(chat({ tools: [strict] })).warnings).toEqual(
      noted('lossy', 'tools[0].function.strict'),
    );
    expect(toolsToFunctions(chat({ parallel_tool_calls: true })).warnings).toEqual(
      noted('lossy', 'parallel_tool_calls'),
    );
    expect(() => toolsToFunctions(chat({ tools: [{ type: 'custom', custom: { name: 'x' } }] }))).toThrow(
      refused('unsupported', 'tools[0]'),
    );
    const two: Message = {
      role: 'assistant',
      tool_calls: ['1', '2'].map((id) => ({ id, type: 'function', function: call })),
    };
    expect(() => toolsToFunctions(chat({ messages: [two] }))).toThrow(
      refused('unsupported', 'messages[0].tool_calls'),
    );
  });

  it('a result without its call is an error', () => {
    expect(() => functionsToTools(chat({ messages: [oldMessages[2]!] }))).toThrow(
      refused('invalid-message', 'messages[0].name'),
    );
    expect(() => toolsToFunctions(chat({ messages: [newMessages[2]!] }))).toThrow(
      refused('invalid-message', 'messages[0].tool_call_id'),
    );
  });
});
