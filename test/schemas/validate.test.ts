import { describe, expect, it } from 'vitest';
import * as schemas from '../../src/schemas/index.js';

const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

/** The path and the sentence of what is wrong. */
function wrong(schema: Parameters<typeof schemas.validate>[0], value: unknown): [string, string] {
  try {
    schemas.validate(schema, value);
  } catch (error) {
    const { code, path, message } = error as { code: string; path: string; message: string };
    expect(code).toBe('invalid-shape');
    return [path, message];
  }
  throw new Error('it is valid');
}

describe('validate', () => {
  it.each([
    [
      'a misspelt field',
      { ...request, temprature: 1 },
      'temprature',
      'There is no field "temprature". Did you mean "temperature"?',
    ],
    [
      'a misspelt field of a message',
      { ...request, messages: [{ role: 'user', content: '', nme: 'x' }] },
      'messages[0].nme',
      'There is no field "nme" in messages[0]. Did you mean "name"?',
    ],
    [
      'a misspelt field of a tool',
      { ...request, tools: [{ type: 'function', function: { name: 'f', paramters: {} } }] },
      'tools[0].function.paramters',
      'There is no field "paramters" in tools[0].function. Did you mean "parameters"?',
    ],
    ['a missing field', { messages: request.messages }, 'model', 'model is missing.'],
    [
      'a wrong type',
      { ...request, temperature: 'hot' },
      'temperature',
      'temperature must be number, not "hot".',
    ],
    ['a number out of range', { ...request, n: 0 }, 'n', 'n must be at least 1, not 0.'],
    [
      'a word of a list',
      { ...request, reasoning_effort: 'much' },
      'reasoning_effort',
      /^reasoning_effort must be one of "none", /,
    ],
    ['a union', { ...request, stop: 5 }, 'stop', 'stop must be string or array, not 5.'],
    ['no messages', { ...request, messages: [] }, 'messages', 'messages must have at least 1.'],
    ['no object', 5, '', 'The value must be object, not 5.'],
  ])('%s', (_, value, path, message) => {
    const [where, sentence] = wrong(schemas.ChatRequest, value);
    expect(where).toBe(path);
    if (typeof message === 'string') expect(sentence).toBe(message);
    else expect(sentence).toMatch(message);
  });

  it('names everything that is wrong in one go', () => {
    expect(wrong(schemas.ChatRequest, { messages: [], foo: 1 })[1]).toBe(
      'model is missing. messages must have at least 1. There is no field "foo".',
    );
  });

  it('gives the value back where it is right', () => {
    expect(schemas.validate(schemas.ChatRequest, request)).toEqual(request);
  });
});
