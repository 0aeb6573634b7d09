import { describe, expect, it } from 'vitest';
import { ChatResponse, validate } from '../../../src/schemas/index.js';
import { normalizeChatResponse } from '../../../src/translate/normalize/chat-response.js';
import { deepFreeze } from '../../support/freeze.js';
import { codes, noted, refused, reply } from '../support.js';

const normalize = (body: unknown) => {
  const result = normalizeChatResponse(deepFreeze(body));
  validate(ChatResponse, result.response);
  return result;
};
const messageOf = (message: unknown) =>
  normalize({ id: 'x', created: 1, model: 'm', choices: [{ message, finish_reason: 'stop' }] }).response
    .choices[0]?.message;

describe('normalizeChatResponse', () => {
  it('leaves a strict response as it is', () => {
    const { response, warnings } = normalize(reply('Hello'));
    expect(response).toEqual(reply('Hello'));
    expect(warnings).toEqual([]);
  });

  it.each([
    [
      'reasoning under its other name',
      { content: 'a', reasoning: 'hm' },
      { content: 'a', reasoning_content: 'hm' },
    ],
    [
      'thinking parts (Mistral)',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
          { type: 'text', text: 'a' },
        ],
      },
      { content: 'a', reasoning_content: 'hm' },
    ],
    [
      'reasoning parts (Databricks)',
      {
        content: [
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
          { type: 'text', text: 'a' },
        ],
      },
      { content: 'a', reasoning_content: 'hm' },
    ],
    [
      'empty stand-ins (Snowflake)',
      {
        content: 'a',
        refusal: '',
        function_call: { name: '', arguments: '' },
        audio: { id: '', data: '', transcript: '', expires_at: 0 },
        tool_calls: null,
      },
      { content: 'a', refusal: null },
    ],
    [
      'a call without type and index',
      { tool_calls: [{ id: '1', function: { name: 'f', arguments: '{}' } }] },
      {
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ],
    [
      'arguments that are an object',
      { tool_calls: [{ id: '1', function: { name: 'f', arguments: { a: 1 } } }] },
      { tool_calls: [{ function: { arguments: '{"a":1}' } }] },
    ],
    ['no content key (Groq)', { role: 'assistant' }, { content: null, refusal: null }],
  ])('%s', (_, message, expected) => {
    expect(messageOf(message)).toMatchObject(expected);
  });

  it('makes what is missing, and says so', () => {
    const { response, warnings } = normalize({ choices: [{ message: { content: 'a' } }] });
    expect(response).toMatchObject({
      object: 'chat.completion',
      created: 0,
      model: '',
      choices: [{ index: 0, finish_reason: 'stop' }],
    });
    expect(codes(warnings)).toEqual(['finish-reason', 'missing-field', 'missing-field', 'missing-field']);
  });

  it('a missing reason after calls is tool_calls', () => {
    const body = {
      id: 'x',
      created: 1,
      model: 'm',
      choices: [{ message: { tool_calls: [{ function: { name: 'f', arguments: '' } }] }, finish_reason: '' }],
    };
    const { response } = normalize(body);
    expect(response.choices[0]?.finish_reason).toBe('tool_calls');
    expect(response.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      id: expect.stringMatching(/^call_/),
    });
  });

  it('names what has no place', () => {
    const { warnings } = normalize({ ...reply('a'), citations: ['x'], service_tier: 'on_demand' });
    expect(warnings).toEqual(noted('lossy', 'citations'));
    expect(warnings).toEqual(noted('lossy', 'service_tier'));
  });

  it('choices: null are none', () => {
    expect(normalize({ id: 'x', choices: null }).response.choices).toEqual([]);
  });

  it.each([
    [{ error: { message: 'no' } }],
    [[{ error: { message: 'no' } }]],
    [{ object: 'error', message: 'no' }],
  ])('throws at an error: %j', (body) => expect(() => normalize(body)).toThrow(refused('provider-error')));

  it.each([[null], [5], ['x'], [{ choices: 5 }]])('throws at what is no response: %j', (body) => {
    expect(() => normalize(body)).toThrow(refused('invalid-shape'));
  });
});
