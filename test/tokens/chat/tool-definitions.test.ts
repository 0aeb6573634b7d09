import { describe, expect, it } from 'vitest';
import { classic, functionsEra } from '../../../src/tokens/chat/chat-rules.js';
import { renderToolDefinitions, TOOLS_OPENING } from '../../../src/tokens/chat/tool-definitions.js';

const render = (parameters: unknown, rules = classic) =>
  renderToolDefinitions([{ name: 'f', parameters }], rules.layout).replace(
    '\n\n} // namespace functions',
    '',
  );

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

describe('renderToolDefinitions', () => {
  it('writes what the models of today are shown', () => {
    const nested = object(
      { start: { type: 'string', description: 'ISO start' }, end: { type: 'string' } },
      { required: ['start'] },
    );
    const text =
      TOOLS_OPENING +
      renderToolDefinitions(
        [
          {
            name: 'plan',
            description: ' Plans.\n\n  Args:\n    window: when\n',
            parameters: object({ window: nested }, { required: ['window'] }),
          },
          { name: 'ping', description: '', parameters: object({}) },
        ],
        classic.layout,
      );
    expect(text).toBe(`# Tools

## functions

namespace functions {

// Plans.
//
// Args:
// window: when
type plan = (_: {
window: {
// ISO start
start: string,
end?: string,
},
}) => any;

type ping = () => any;

} // namespace functions`);
  });

  it.each<[string, object, string]>([
    [
      'an object without remarks',
      object({ a: { type: 'integer' }, b: { type: 'string' } }, { required: ['a'] }),
      '{ a: number, b?: string }',
    ],
    ['choices', object({ a: { enum: ['x', 'y'] } }), '{ a?: "x" | "y" }'],
    ['several types', object({ a: { type: ['string', 'null'] } }), '{ a?: string | null }'],
    ['anyOf', object({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }), '{ a?: string | null }'],
    [
      'lists',
      object({ a: { type: 'array', items: object({ b: { type: 'boolean' } }) } }),
      '{ a?: { b?: boolean }[] }',
    ],
    [
      'no type',
      object({ a: {}, b: { type: 'object' }, c: { type: 'array' } }),
      '{ a?: any, b?: object, c?: any[] }',
    ],
    ['a default', object({ a: { type: 'boolean', default: false } }), '{\na?: boolean, // default: false\n}'],
    ['a default choice', object({ a: { enum: ['x'], default: 'x' } }), '{\na?: "x", // default: x\n}'],
    [
      'titles',
      object({ a: { type: 'number', title: 'A' } }, { title: 'Args' }),
      '// Args\n{\n// A\na?: number,\n}',
    ],
    [
      'examples',
      object({ a: { type: 'string', examples: ['x'] } }),
      '{\n// Examples:\n// - "x"\na?: string,\n}',
    ],
    [
      'a reference',
      object({ a: { $ref: '#/$defs/B' } }, { $defs: { B: object({ c: { type: 'string' } }) } }),
      '{ a?: { c?: string } }',
    ],
    [
      'a reference to itself',
      object({ a: { $ref: '#/$defs/B' } }, { $defs: { B: object({ c: { $ref: '#/$defs/B' } }) } }),
      '{ a?: { c?: any } }',
    ],
    ['a reference to nowhere', object({ a: { $ref: '#/$defs/X' } }), '{ a?: any }'],
  ])('writes %s', (_, parameters, expected) => {
    expect(render(parameters)).toBe(`type f = (_: ${expected}) => any;`);
  });

  it('wrote nested objects without descriptions, and indented, at first', () => {
    const nested = object({ b: { type: 'string', description: 'lost' } });
    const text = render(
      object({ a: { ...nested, description: 'kept' }, c: { type: 'string', default: 'x' } }),
      functionsEra,
    );
    expect(text).toBe('type f = (_: {\n// kept\na?: {\n  b?: string,\n},\nc?: string,\n}) => any;');
  });

  it.each([undefined, null, 'text', [], { properties: 3 }])('takes %j for no parameters', (parameters) => {
    expect(render(parameters)).toBe('type f = () => any;');
  });
});
