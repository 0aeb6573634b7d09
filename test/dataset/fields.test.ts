import { describe, expect, it } from 'vitest';
import { fieldPath, keptField, textsAt, valueAt, valuesAt } from '../../src/dataset/fields.js';

const record = {
  id: 7,
  request: { prompt: 'a', 'odd.key': 1 },
  response: { choices: [{ text: 'x' }, { text: 'y' }] },
  'a.b': 'column',
  list: ['p', 'q'],
};

describe('fieldPath', () => {
  it.each([
    ['id', [7]],
    ['request.prompt', ['a']],
    ['request["odd.key"]', [1]],
    ['response.choices[*].text', ['x', 'y']],
    ['response.choices[1].text', ['y']],
    ['response.choices[2].text', []],
    ['a.b', ['column']],
    ['list[*]', ['p', 'q']],
    ['none.such', []],
    ['toString', []],
    ['__proto__', []],
  ])('%s leads to %j', (path, values) => {
    expect(valuesAt(record, fieldPath(path))).toEqual(values);
  });

  it.each(['', '.a', 'a..b', 'a[', 'a[x]', 'a.[0', ']'])('refuses %j', (path) => {
    expect(() => fieldPath(path)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('takes what lies in an own field of that name only', () => {
    expect(valueAt(JSON.parse('{"__proto__": 1}'), fieldPath('__proto__'))).toBe(1);
    expect(valueAt({}, fieldPath('constructor'))).toBeUndefined();
  });
});

describe('textsAt', () => {
  it('gives the texts of a list', () => {
    expect(textsAt(record, fieldPath('list'))).toEqual(['p', 'q']);
  });

  it.each([
    [{ prompts: 'x' }, 'prompt', /no field prompt.*Did you mean "prompts"/],
    [{ prompt: null }, 'prompt', /must be a text, not null/],
    [{ prompt: [1, 2] }, 'prompt', /must be a text, not a number/],
    [{ choices: [] }, 'choices[*].text', /no field/],
    [null, 'prompt', /no field/],
  ])('refuses %j', (value, path, message) => {
    expect(() => textsAt(value, fieldPath(path))).toThrow(message);
  });
});

describe('keptField', () => {
  it('may have another name', () => {
    expect(keptField('user=meta.user.id')).toMatchObject({ name: 'user', path: { text: 'meta.user.id' } });
    expect(keptField('meta.id').name).toBe('meta.id');
  });
});
