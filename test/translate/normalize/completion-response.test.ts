import { describe, expect, it } from 'vitest';
import { CompletionResponse, validate } from '../../../src/schemas/index.js';
import { normalizeCompletionResponse } from '../../../src/translate/normalize/completion-response.js';
import { deepFreeze } from '../../support/freeze.js';
import { codes, noted, refused, text } from '../support.js';

const normalize = (body: unknown) => {
  const result = normalizeCompletionResponse(deepFreeze(body));
  validate(CompletionResponse, result.response);
  return result;
};

describe('normalizeCompletionResponse', () => {
  it('leaves a strict response as it is', () => {
    const { response, warnings } = normalize(text('Hello'));
    expect(response).toEqual(text('Hello'));
    expect(warnings).toEqual([]);
  });

  it('puts choices in order, and the object right', () => {
    const body = {
      ...text('b'),
      object: 'text.completion',
      choices: [{ ...text('b').choices[0], index: 1 }, ...text('a').choices],
    };
    const { response } = normalize(body);
    expect(response.object).toBe('text_completion');
    expect(response.choices.map((one) => one.text)).toEqual(['a', 'b']);
  });

  it('keeps the null of the first echoed token', () => {
    const logprobs = {
      tokens: ['a', 'b'],
      token_logprobs: [null, -1],
      top_logprobs: [null, { b: -1 }],
      text_offset: [0, 1],
    };
    expect(
      normalize({ ...text('ab'), choices: [{ index: 0, text: 'ab', finish_reason: 'stop', logprobs }] })
        .response.choices[0]?.logprobs,
    ).toEqual(logprobs);
  });

  it('writes chat-shaped logprobs (llama.cpp) as lists', () => {
    const content = [
      { token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'a', logprob: -1, bytes: [97] }] },
    ];
    const { response, warnings } = normalize({
      ...text('a'),
      choices: [{ index: 0, text: 'a', finish_reason: 'stop', logprobs: { content } }],
    });
    expect(response.choices[0]?.logprobs).toEqual({
      tokens: ['a'],
      token_logprobs: [-1],
      top_logprobs: [{ a: -1 }],
      text_offset: [0],
    });
    expect(codes(warnings)).toEqual(['odd-value']);
  });

  it('makes what is missing, and says so', () => {
    const { response, warnings } = normalize({ id: 'test', choices: [{ text: 'Hello' }] });
    expect(response.choices[0]).toEqual({ index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop' });
    expect(codes(warnings)).toEqual(['finish-reason', 'missing-field', 'missing-field']);
  });

  it('names what has no place', () => {
    expect(normalize({ ...text('a'), warning: 'deprecated' }).warnings).toEqual(noted('lossy', 'warning'));
  });

  it('throws at an error', () => expect(() => normalize({ error: 'no' })).toThrow(refused('provider-error')));
});
