import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChunkWriter } from '../../src/stream/write-json.js';
import { runs } from '../support/runs.js';

it('writes what JSON.stringify writes', () => {
  const write = createChunkWriter();
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, '"', '\\', '\n', '\ud800', '😀', '\u2028', new Date(0), () => 1),
  );
  const tree = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(
      fc.record({
        id: fc.constantFrom('a', 'b', ''),
        object: fc.string(),
        created: fc.nat(2),
        model: scalar,
        choices: tree,
        extra: tree,
      }),
      (chunk) => {
        expect(JSON.parse(write(chunk))).toEqual(JSON.parse(JSON.stringify(chunk)));
      },
    ),
    runs(100),
  );
  expect(write({ id: 'a', object: 'o', created: 1, model: 'm', choices: [{ index: 0 }] })).toBe(
    '{"id":"a","object":"o","created":1,"model":"m","choices":[{"index":0}]}',
  );
});
