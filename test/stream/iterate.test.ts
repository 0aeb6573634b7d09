import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asTransformStream,
  type Converter,
  type ProviderChatChunk,
  toChatChunks,
  toCompletionChunks,
} from '../../src/index.js';
import { decodeFrames, encodeFrames, type Source } from '../../src/sse.js';
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

async function* later<T>(pieces: readonly T[]): AsyncGenerator<T> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

function streamOf<T>(pieces: readonly T[]): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function until<T>(source: AsyncIterable<T>): Promise<(T | string)[]> {
  const got: (T | string)[] = [];
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

const frame = (n: number): string => `data: {"n":${n}}\n\n`;
const sources: [string, <T>(list: readonly T[]) => Source<T>][] = [
  ['a list', (list) => list],
  ['an async iterable', (list) => later(list)],
  ['a stream', (list) => streamOf(list)],
];

describe('a transform stream of a converter', () => {
  it('gives all, and an error behind all that came before it', async () => {
    await fc.assert(
      fc.asyncProperty(maybeBroken, async (list) => {
        const once = streamOf(list).pipeThrough(asTransformStream(doubling()));
        expect(await until(once as unknown as AsyncIterable<number>)).toEqual(expected(list, 1));
        const twice = streamOf(list)
          .pipeThrough(asTransformStream(doubling()))
          .pipeThrough(asTransformStream(doubling()));
        expect(await until(twice as unknown as AsyncIterable<number>)).toEqual(expected(list, 2));
      }),
      runs(100),
    );
  });

  it('asks for no more than what is asked of it', async () => {
    let read = 0;
    const source = new ReadableStream<number>(
      {
        pull(controller) {
          controller.enqueue(++read);
        },
      },
      { highWaterMark: 0 },
    );
    const reader = source.pipeThrough(asTransformStream(doubling())).getReader();
    await new Promise((resolve) => setTimeout(resolve, 0));
    const before = read;
    expect(before).toBeLessThanOrEqual(2);
    for (let i = 0; i < 10; i++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(read).toBeLessThanOrEqual(before + 7);
    await reader.cancel();
  });
});

describe('an iterator over a source', () => {
  it.each(sources)('gives all, and an error behind all that came before it: %s', async (_, source) => {
    expect(await until(decodeFrames(source([frame(1), frame(2) + frame(3), 'data: x\n\n'])))).toEqual([
      { n: 1 },
      { n: 2 },
      { n: 3 },
      'A frame of the stream is not JSON: x',
    ]);
    // What a reader had ready when its own input broke still goes through the one behind it.
    const written = encodeFrames(decodeFrames(source([`${frame(1)}data: x\n\n`])));
    expect(await until(written)).toEqual([
      new TextEncoder().encode(frame(1)),
      'A frame of the stream is not JSON: x',
    ]);
  });

  it.each(sources)('answers calls that come while it waits, in their order: %s', async (_, source) => {
    const out = decodeFrames<{ n: number }>(source([frame(1), '', '', frame(2) + frame(3), '']));
    const steps = await Promise.all(Array.from({ length: 5 }, () => out.next()));
    expect(steps.map(({ done, value }) => (done === true ? 'over' : value.n))).toEqual([
      1,
      2,
      3,
      'over',
      'over',
    ]);
  });

  it('tells an error once, and is over then', async () => {
    const out = decodeFrames(later(['data: x\n\n']));
    const [first, second] = await Promise.allSettled([out.next(), out.next()]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: { done: true, value: undefined } });
  });

  it('is over where it was closed, and closes what it reads', async () => {
    let closed = 0;
    const endless = (): Source<string> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: frame(1) }),
        return: () => {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    });
    const out = encodeFrames(decodeFrames(endless()));
    await out.next();
    await out.return?.();
    expect(closed).toBe(1);
    expect(await out.next()).toEqual({ done: true, value: undefined });
    // Also where nobody has read from it: a body that is not wanted any more is let go.
    await encodeFrames(decodeFrames(endless())).return?.();
    expect(closed).toBe(2);
    let cancelled = false;
    const body = new ReadableStream<string>({
      cancel() {
        cancelled = true;
      },
    });
    await decodeFrames(body).return?.();
    expect(cancelled).toBe(true);
  });

  it.each([
    ['no source', 5],
    ['nothing', null],
    ['an object', {}],
  ])('throws an error of its own for %s', async (_, given) => {
    await expect(toChatChunks(given as never).next()).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('throws an error of its own for a stream that is being read', async () => {
    const body = streamOf([frame(1)]);
    body.getReader();
    await expect(decodeFrames(body).next()).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('streams that are merged', () => {
  const said = (content: string, finish_reason: string | null = null): ProviderChatChunk => ({
    choices: [{ index: 0, delta: { content }, finish_reason }],
  });

  it('give their pieces as they come, each with the index of its stream', async () => {
    const out = toCompletionChunks([later([said('a'), said('b', 'stop')]), [said('c', 'stop')]]);
    const got = (await until(out)).flatMap((chunk) => {
      if (typeof chunk === 'string') return [chunk];
      return chunk.choices.filter(({ text }) => text !== '').map(({ index, text }) => `${index}: ${text}`);
    });
    expect([...got].sort()).toEqual(['0: a', '0: b', '1: c']);
    expect(got.indexOf('0: a')).toBeLessThan(got.indexOf('0: b'));
  });

  it('are all closed, though one fails to close', async () => {
    const closed: number[] = [];
    const source = (i: number): ReadableStream<ProviderChatChunk> =>
      new ReadableStream({
        cancel() {
          closed.push(i);
          if (i === 0) throw new Error('no');
        },
      });
    const out = toCompletionChunks([source(0), source(1)]);
    const waiting = out.next();
    await out.return?.();
    expect(closed).toEqual([0, 1]);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
