import fc from 'fast-check';
import { dialects, type MarkerDialect } from '../../src/index.js';
import type { Message } from '../../src/schemas/messages.js';
import { hostileContent } from './content.js';

export const markers = Object.values(dialects).filter(
  (dialect): dialect is MarkerDialect => dialect.kind === 'markers',
);
export const marksOf = (dialect: MarkerDialect): string[] => [
  ...dialect.specialTokens,
  ...dialect.labelTexts,
  ...Object.values(dialect.roles).flatMap(({ open, close }) => [open, close]),
  ...Object.values(dialect.after),
];
const everyMark = [...new Set(markers.flatMap(marksOf))].filter((mark) => mark !== '');

/** Content with the marks of the dialect, of others, halves of them, and escapes of them. */
export function contentFor(dialect: MarkerDialect): fc.Arbitrary<string> {
  const own = fc.constantFrom(...marksOf(dialect));
  const any = fc.constantFrom(...everyMark);
  const half = fc.tuple(own, fc.nat(40), fc.boolean()).map(([mark, n, head]) => {
    const at = n % (mark.length + 1);
    return head ? mark.slice(0, at) : mark.slice(at);
  });
  const escaped = fc
    .tuple(own, fc.nat(3))
    .map(([mark, n]) => mark.charAt(0) + '\\'.repeat(n) + mark.slice(1));
  const filler = fc.constantFrom('\n', ' ', '\r', '\\', 'a', '"', '{', '}', '</think>', '\u2028');
  const mixed = fc
    .array(fc.oneof(own, own, any, half, escaped, filler), { maxLength: 5 })
    .map((parts) => parts.join(''));
  return fc.oneof(hostileContent, mixed, mixed);
}

const record = { noNullPrototype: true } as const;

export function messageFor(dialect: MarkerDialect): fc.Arbitrary<Message> {
  const content = contentFor(dialect);
  const words = fc.oneof(
    fc.constant(null),
    content.map((text) => text || 'x'),
  );
  const args = fc.oneof(
    fc
      .dictionary(content, fc.oneof(content, fc.integer()), { maxKeys: 2, noNullPrototype: true })
      .map((value) => JSON.stringify(value)),
    content,
    fc.constantFrom('{ "a" :  1.0 }', '"s"', '[1]', '', '{}'),
  );
  const call = fc.record(
    {
      id: fc.constantFrom('call_0', 'abcDEF123', 'x'),
      type: fc.constant('function' as const),
      function: fc.record({ name: fc.constantFrom('f', 'get_weather', 'a.b-c'), arguments: args }, record),
    },
    record,
  );
  const calls = fc.array(call, { minLength: 1, maxLength: 2 });
  const assistant = fc.constant('assistant' as const);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record(
        {
          role: fc.constantFrom(
            'system' as const,
            'developer' as const,
            'user' as const,
            'assistant' as const,
          ),
          content,
        },
        record,
      ),
    },
    fc.record({ role: assistant, content: words, tool_calls: calls }, record),
    fc.record({ role: assistant, content, reasoning_content: content }, record),
    fc.record({ role: assistant, content: words, reasoning_content: content, tool_calls: calls }, record),
    fc.record(
      {
        role: fc.constant('tool' as const),
        content,
        tool_call_id: fc.constantFrom('call_0', 'call_1', 'abcDEF123', 'x'),
      },
      record,
    ),
  );
}
