import { describe, expect, it } from 'vitest';
import { UnitReader } from '../../../src/tokens/fit/units.js';
import type { ChatMessage } from '../../../src/tokens/messages/openai-messages.js';
import { openaiMessages } from '../../../src/tokens/messages/openai-messages.js';

const user: ChatMessage = { role: 'user', content: 'q' };
const says: ChatMessage = { role: 'assistant', content: 'a' };
const calls = (...ids: string[]): ChatMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
});
const result = (id: string): ChatMessage => ({ role: 'tool', content: 'r', tool_call_id: id });
const legacyCall: ChatMessage = {
  role: 'assistant',
  content: null,
  function_call: { name: 'f', arguments: '{}' },
};
const legacyResult: ChatMessage = { role: 'function', name: 'f', content: 'r' };

describe('UnitReader', () => {
  it.each<[string, ChatMessage[], string]>([
    ['plain messages', [user, says, user], 'user:1 assistant:1 user:1'],
    [
      'a call and its results',
      [user, calls('a', 'b'), result('a'), result('b'), says],
      'user:1 tool:3 assistant:1',
    ],
    ['two groups in a row', [user, calls('a'), result('a'), calls('b'), result('b')], 'user:1 tool:2 tool:2'],
    [
      'ids that are used again',
      [calls('a'), result('a'), user, calls('a'), result('a')],
      'tool:2 user:1 tool:2',
    ],
    ['calls that wait for an answer', [user, calls('a')], 'user:1 assistant:1'],
    ['calls of which some wait', [user, calls('a', 'b'), result('a')], 'user:1 tool:2'],
    ['calls that were never answered', [user, calls('a'), user], 'user:1 broken:1 user:1'],
    ['calls of which one was not', [calls('a', 'b'), result('a'), user], 'broken:2 user:1'],
    ['a result of no call', [user, result('x'), says], 'user:1 broken:1 assistant:1'],
    ['a result too many', [calls('a'), result('a'), result('x'), user], 'tool:2 broken:1 user:1'],
    ['a result that comes late', [calls('a'), user, result('a'), user], 'tool:3 user:1'],
    ['results in another order', [calls('a', 'b'), result('b'), result('a'), user], 'tool:3 user:1'],
    ['deprecated function calls', [user, legacyCall, legacyResult, says], 'user:1 tool:2 assistant:1'],
    ['a function without a call', [user, legacyResult, says], 'user:1 tool:1 assistant:1'],
    ['a function call without an answer', [user, legacyCall, user], 'user:1 assistant:1 user:1'],
    [
      'an answer to another call between them',
      [user, calls('a'), result('x'), result('a'), user],
      'user:1 broken:3 user:1',
    ],
    [
      'a late answer behind one to no call',
      [calls('a'), user, result('x'), result('a'), user],
      'broken:1 user:1 broken:1 broken:1 user:1',
    ],
    [
      'an id that was answered long ago',
      [calls('a'), result('a'), user, says, result('a'), user],
      'tool:2 user:1 assistant:1 broken:1 user:1',
    ],
    [
      'a function far behind a deprecated call',
      [legacyCall, legacyResult, user, says, legacyResult, user],
      'tool:2 user:1 assistant:1 tool:1 user:1',
    ],
    ['the same id twice in one message', [calls('a', 'a'), result('a'), result('a'), user], 'tool:3 user:1'],
  ])('reads %s', (_, messages, expected) => {
    const units = new UnitReader(messages, openaiMessages).all();
    expect(units.map(({ kind, start, end }) => `${kind}:${end - start}`).join(' ')).toBe(expected);
  });

  it('takes no late answers when it is strict', () => {
    const messages = [calls('a'), user, result('a'), calls('b'), result('b')];
    const units = new UnitReader(messages, openaiMessages, { strict: true }).all();
    expect(units.map(({ kind, start, end }) => `${kind}:${end - start}`)).toEqual([
      'broken:1',
      'user:1',
      'broken:1',
      'tool:2',
    ]);
  });
});
