import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTransform, type Converter, merge, type Source, through } from '../../src/stream/iterate.js';
import { runs } from '../support/runs.js';

/** Doubles each number but 0, of which it makes nothing, and holds the last back. A negative one breaks it. */
function doubling(): Converter<number, number> {
  const held: number[] = [];
  const out = (last: boolean): number[] => held.splice(0, held.length - (last ? 0 : 1));
  return {
    push(piece) {
      if (piece < 0) throw new Error(`broken at ${piece}`);
      if (piece > 0) held.push(piece, piece);
      return out(false);
    },
    end: () => [...out(true), 0],
    release: () => out(true),
  };
}

async function* later(pieces: readonly number[]): AsyncGenerator<number> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

function streamOf(pieces: readonly number[]): ReadableStream<number> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function until(source: AsyncIterable<number>): Promise<(number | string)[]> {
  const got: (number | string)[] = [];
  try {
    for await (const one of source) got.push(one);
  } catch (error) {
    got.push((error as Error).message);
  }
  return got;
}

const pieces = fc.array(
  fc.integer({ min: -1, max: 5 }).map((n) => (n === -1 ? 0 : n)),
  { maxLength: 8 },
);
const maybeBroken = fc.tuple(pieces, fc.option(fc.constant(-1), { nil: undefined })).map(([list, bad]) =>
  bad === undefined ? list : [...list, bad, 3],
); // biome-ignore format: a table

/** What comes out of one conversion, or two, worked out by hand. */
function expected(list: readonly number[], stages: number): (number | string)[] {
  const bad = list.indexOf(-1);
  const whole = (bad === -1 ? list : list.slice(0, bad)).filter((n) => n > 0);
  const once = whole.flatMap((n) => [n, n]);
  const ended = bad === -1 ? [...once, 0] : once;
  if (stages === 1) return bad === -1 ? ended : [...ended, 'broken at -1'];
  const twice = ended.filter((n) => n > 0).flatMap((n) => [n, n]);
  return bad === -1 ? [...twice, 0] : [...twice, 'broken at -1'];
}

describe('a conversion of pieces', () => {
  const sources: [string, (list: readonly number[]) => Source<number>][] = [
    ['a list', (list) => list],
    ['an async iterable', (list) => later(list)],
    ['a stream', (list) => streamOf(list)],
  ];
  it.each(sources)('gives all, and an error behind all that came before it: %s', async (_, source) => {
    await fc.assert(
      fc.asyncProperty(maybeBroken, async (list) => {
        expect(await until(through(source(list), doubling()))).toEqual(expected(list, 1));
        expect(await until(through(through(source(list), doubling()), doubling()))).toEqual(
          expected(list, 2),
        );
      }),
      runs(100),
    );
  });

  it('answers calls that come while it waits, in their order', async () => {
    for (const source of [later([1, 0, 0, 2, 3]), [1, 0, 0, 2, 3]]) {
      const out = through(source, doubling());
      const steps = await Promise.all(Array.from({ length: 9 }, () => out.next()));
      expect(steps.map(({ value }) => value as number | undefined)).toEqual([
        1,
        1,
        2,
        2,
        3,
        3,
        0,
        undefined,
        undefined,
      ]);
    }
  });

  it('tells an error once, and is over then', async () => {
    const out = through(later([-1]), doubling());
    const [first, second] = await Promise.allSettled([out.next(), out.next()]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: { done: true, value: undefined } });
  });

  it('is over where it was closed, and closes what it reads', async () => {
    let closed = 0;
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: 1 }),
        return: () => {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const out = through(through(source, doubling()), doubling());
    await out.next();
    await out.return?.();
    expect(closed).toBe(1);
    expect(await out.next()).toEqual({ done: true, value: undefined });
  });

  it('asks for no more than what is asked of it through a pipe', async () => {
    let read = 0;
    const source = new ReadableStream<number>(
      {
        pull(controller) {
          controller.enqueue(++read);
        },
      },
      { highWaterMark: 0 },
    );
    const reader = source
      .pipeThrough(asTransform((given: Source<number>) => through(given, doubling())))
      .getReader();
    await new Promise((resolve) => setTimeout(resolve, 0));
    const before = read;
    expect(before).toBeLessThanOrEqual(2);
    for (let i = 0; i < 10; i++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(read).toBeLessThanOrEqual(before + 7);
    await reader.cancel();
  });
});

describe('inputs that merge', () => {
  it('give their pieces in the order of arrival, each with its number and its end', async () => {
    const input = merge([later([1, 2]), [3], later([])]);
    const got: string[] = [];
    for (let step = await input.next(); step.done !== true; step = await input.next()) {
      const piece = step.value;
      got.push(piece.end ? `${piece.stream} ends` : `${piece.stream}: ${piece.value}`);
    }
    expect([...got].sort()).toEqual(['0 ends', '0: 1', '0: 2', '1 ends', '1: 3', '2 ends']);
    expect(got.indexOf('0: 1')).toBeLessThan(got.indexOf('0: 2'));
  });

  it('close all, though one fails to close', async () => {
    const closed: number[] = [];
    const source = (i: number): ReadableStream<number> =>
      new ReadableStream({
        cancel() {
          closed.push(i);
          if (i === 0) throw new Error('no');
        },
      });
    await merge([source(0), source(1)]).close();
    expect(closed).toEqual([0, 1]);
  });
});
