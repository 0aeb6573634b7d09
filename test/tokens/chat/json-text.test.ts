import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiJsonString, compactJson, shownSchema } from '../../../src/tokens/chat/json-text.js';
import { runs } from '../../support/runs.js';

describe('compactJson', () => {
  it.each([
    ['{ "a" : [1, 2.0, 1e3], "b": " x  y " }', '{"a":[1,2.0,1e3],"b":" x  y "}'],
    ['{"a": "\\" {"}', '{"a":"\\" {"}'],
    ['no json  at all', 'no json  at all'],
    ['', ''],
  ])('of %j is %j', (text, compact) => {
    expect(compactJson(text)).toBe(compact);
  });

  it('is what JSON.stringify gives, for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(compactJson(JSON.stringify(value, null, 2))).toBe(JSON.stringify(value));
      }),
      runs(200),
    );
  });
});

describe('asciiJsonString', () => {
  it('escapes all but ASCII, by code units', () => {
    expect(asciiJsonString('aé😀"\n')).toBe('"a\\u00e9\\ud83d\\ude00\\"\\n"');
  });
});

describe('shownSchema', () => {
  it('leaves out what is required, but no property of that name', () => {
    const schema = {
      type: 'object',
      required: ['required'],
      additionalProperties: false,
      properties: { required: { type: 'array', items: { type: 'object', required: [] } } },
    };
    expect(shownSchema(schema)).toEqual({
      type: 'object',
      properties: { required: { type: 'array', items: { type: 'object' } } },
    });
  });
});
