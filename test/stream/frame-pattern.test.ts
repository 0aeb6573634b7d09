import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChunkParser, createPatterns, matches, readWith } from '../../src/stream/frame-pattern.js';
import { createChunkWriter, createFrameWriter } from '../../src/stream/write-json.js';
import { runs } from '../support/runs.js';

const text = fc.oneof(
  fc.constantFrom('', ' the', 'm', 'id', '"', '\\', '\n', '\u0000hole 0', 'é', '😀', '\ud83d', '"},"x":{"', 'x'.repeat(70), 'content'),
  fc.string({ maxLength: 6 }),
); // biome-ignore format: a table

/** A stream of chunks that are alike, but for a few, with places where they differ in more than texts. */
const chunks = fc
  .record({
    head: fc.record({ id: fc.constantFrom('a', 'm'), object: fc.constant('o'), created: fc.nat(2), model: fc.constantFrom('m', ' the') }),
    extra: fc.constantFrom<object[]>({}, { usage: null }, { filter: { hate: { filtered: false } }, list: [1, [], {}] }, JSON.parse('{"__proto__": 1}') as object),
    pieces: fc.array(fc.record({ index: fc.constantFrom(0, 0, 0, 1), text, tail: fc.option(text, { nil: undefined, freq: 3 }), end: fc.constantFrom(null, null, null, null, 'stop') }), { maxLength: 12 }),
    chat: fc.boolean(),
    spaces: fc.constantFrom(0, 1),
  })
  .map(({ head, extra, pieces, chat, spaces }) =>
    pieces.map(({ index, text: words, tail, end }) => ({
      chunk: { ...head, choices: [{ index, ...(chat ? { delta: { content: words } } : { text: words }), ...extra, finish_reason: end }], ...(tail === undefined ? {} : { obfuscation: tail }) },
      spaces,
    })),
  ); // biome-ignore format: a table

describe('chunks that are alike', () => {
  it('are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(chunks, (stream) => {
        const parse = createChunkParser();
        for (const { chunk, spaces } of stream) {
          const json = JSON.stringify(chunk, null, spaces);
          const read = parse(json);
          expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(json)));
          expect(read).toEqual(JSON.parse(json));
          expect(parse(json)).not.toBe(read);
        }
      }),
      runs(1000),
    );
  });

  it('are written as JSON.stringify writes them', () => {
    fc.assert(
      fc.property(chunks, (stream) => {
        const write = createChunkWriter();
        const frame = createFrameWriter();
        const decoder = new TextDecoder();
        for (const { chunk } of stream) {
          expect(write(chunk)).toBe(JSON.stringify(chunk));
          expect(decoder.decode(frame(chunk))).toBe(`data: ${JSON.stringify(chunk)}\n\n`);
        }
      }),
      runs(1000),
    );
  });

  it('have none that a text can feign', () => {
    const name = '\0hole 0';
    const parse = createChunkParser();
    for (const tail of ['', ' ', '', 'x']) {
      const json = JSON.stringify({ text: name, tail });
      expect(parse(json)).toEqual({ text: name, tail });
    }
    for (const [first, second] of [
      ['a', 'b'],
      [name, name],
      ['q', name],
    ]) {
      const json = `{"a":${JSON.stringify(first)},"a":${JSON.stringify(second)}}`;
      expect(parse(json)).toEqual({ a: second });
    }
  });

  const learned = (
    a: object,
    b: object,
    by: 'read' | 'written' = 'read',
  ): ReturnType<typeof createPatterns> => {
    const patterns = createPatterns(by);
    patterns.miss(JSON.stringify(a), a);
    patterns.miss(JSON.stringify(b), b);
    return patterns;
  };
  const chunk = (content: string): object => ({ id: 'x', choices: [{ delta: { content }, list: [] }] });

  it('have a pattern after two', () => {
    const [pattern] = learned(chunk('a'), chunk('b')).known;
    const json = JSON.stringify(chunk('some\nmore words than a few'));
    expect(readWith(pattern!, json)).toEqual(JSON.parse(json));
    const [first, second] = [readWith(pattern!, json), readWith(pattern!, json)] as {
      choices: { list: unknown[] }[];
    }[];
    expect(first!.choices[0]!.list).not.toBe(second!.choices[0]!.list);
  });

  it.each([
    ['another text around', JSON.stringify(chunk('c')).replace('"x"', '"y"')],
    ['more than a string', '{"id":"x","choices":[{"delta":{"content":"c","role":"a"},"list":[]}]}'],
    ['no string', '{"id":"x","choices":[{"delta":{"content":null},"list":[]}]}'],
    ['an escape that is none', '{"id":"x","choices":[{"delta":{"content":"\\q"},"list":[]}]}'],
    ['a line end in a string', '{"id":"x","choices":[{"delta":{"content":"\n"},"list":[]}]}'],
    ['too short', '{"id":"x"}'],
  ])('fit no pattern with %s', (_, json) => {
    expect(readWith(learned(chunk('a'), chunk('b')).known[0]!, json)).toBe(undefined);
  });

  it.each<[string, unknown]>([
    ['a field more', { ...chunk('c'), more: 1 }],
    ['fields in another order', { choices: (chunk('c') as { choices: unknown }).choices, id: 'x' }],
    ['toJSON', Object.assign(chunk('c'), { toJSON: () => 1 })],
    ['a date', { id: 'x', choices: [{ delta: { content: 'c' }, list: new Date(0) }] }],
    ['an object in a box', Object.assign(new Number(1), chunk('c'))],
    ['an undefined', { id: 'x', choices: [{ delta: { content: undefined }, list: [] }] }],
    ['a list for an object', { id: 'x', choices: [{ delta: { content: 'c' }, list: {} }] }],
  ])('are written the usual way with %s', (_, given) => {
    for (const by of ['read', 'written'] as const) {
      const [{ node } = { node: undefined }] = learned(chunk('a'), chunk('b'), by).known;
      expect(matches(node!, chunk('c'), [])).toBe(true);
      expect(matches(node!, given, [])).toBe(false);
    }
  });

  it('have no pattern where more than texts differ, or where too much does', () => {
    expect(learned({ a: 1 }, { a: 2 }).known).toEqual([]);
    expect(learned({ a: '1', b: '1', c: '1', d: '1' }, { a: '2', b: '2', c: '2', d: '2' }).known).toEqual([]);
    // Where the text is first found as a key, nothing is learned from this chunk.
    expect(learned(chunk('a'), chunk('id')).known).toEqual([]);
    expect(learned(chunk('a'), chunk('x'), 'written').known).toEqual([]);
  });
});
