import fc from 'fast-check';
import { dialects } from '../../src/formats/index.generated.js';

const labels = Object.values(dialects).flatMap((dialect) =>
  dialect.kind === 'labels' ? Object.values(dialect.labels).flat() : [],
);
const tokens = Object.values(dialects).flatMap((dialect) => dialect.specialTokens);
const halves = tokens.flatMap((token) => [
  token.slice(0, Math.ceil(token.length / 2)),
  token.slice(Math.floor(token.length / 2)),
]);

/** Pieces that a parser may trip over, from every dialect. */
export const fragment: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...labels) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...labels), fc.constantFrom(':', ' :', '：', ':**', '**:'))
      .map((p) => p.join('')),
  },
  { weight: 3, arbitrary: tokens.length > 0 ? fc.constantFrom(...tokens) : fc.constant('') },
  { weight: 2, arbitrary: halves.length > 0 ? fc.constantFrom(...halves) : fc.constant('') },
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      '\n',
      '\n\n',
      '\r',
      '\r\n',
      ' ',
      '  ',
      '\t',
      '\\',
      '\\\\',
      ':',
      '：',
      '**',
      '__',
      '*',
      '#',
      '### ',
      '# ',
      '```',
      '```\n',
      '"""',
      '>',
      '<',
      '|',
      '</',
      '\u2028',
      '\u2029',
      '\u0085',
      '\u00a0',
      '\u3000',
      '\ufeff',
      '\ud83d',
      '\ude00',
      '😀',
      '$&',
      '$\u007bx}',
      'http://x.y',
      '12:30',
      'Note: a',
      '- b',
      '{"a": 1}',
      '__proto__',
      'x',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);

/** Content made to be mistaken for structure. */
export const hostileContent: fc.Arbitrary<string> = fc
  .array(fragment, { maxLength: 10 })
  .map((parts) => parts.join(''));
