import { describe, expect, it } from 'vitest';
import { RolecallError } from '../../src/index.js';
import {
  asTransformStream,
  decodeFrames,
  decodeSse,
  encodeFrames,
  frameDecoder,
  frameEncoder,
  sseDecoder,
  sseFrame,
} from '../../src/sse.js';

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const frames = (...pieces: string[]): Promise<object[]> => all(decodeFrames(pieces.map(bytes)));
const a = { a: 1 };
const b = { b: '😀' };
const [A, B] = [JSON.stringify(a), JSON.stringify(b)];

describe('frames', () => {
  it.each([
    ['LF', `data: ${A}\n\ndata: ${B}\n\ndata: [DONE]\n\n`],
    ['CRLF', `data: ${A}\r\n\r\ndata: ${B}\r\n\r\ndata: [DONE]\r\n\r\n`],
    ['CR', `data: ${A}\r\rdata: ${B}\r\rdata: [DONE]\r\r`],
    ['no space', `data:${A}\n\ndata:${B}\n\ndata:[DONE]\n\n`],
    ['comments', `: hi\n\ndata: ${A}\n: ping\n\n:\n\ndata: ${B}\n\n`],
    ['other fields', `event: message\nid: 1\nretry: 5\nfoo: x\ndata: ${A}\n\ndata: ${B}\n\n`],
    ['a value on several lines', 'data: {"a":\ndata: 1}\n\ndata: {"b":\ndata: "😀"\ndata: }\n\n'],
    ['no blank lines', `data: ${A}\ndata: ${B}\ndata: [DONE]\n`],
    ['no blank lines, CRLF', `data: ${A}\r\ndata: ${B}\r\n`],
    ['no blank lines, a comment between', `data: ${A}\n: ping\ndata: ${B}\n\n`],
    ['no line end at the end', `data: ${A}\n\ndata: ${B}`],
    ['[DONE] twice', `data: ${A}\n\ndata: ${B}\n\ndata: [DONE]\n\ndata: [DONE]\n\n`],
    ['more behind [DONE]', `data: ${A}\n\ndata: ${B}\n\ndata: [DONE]\n\ndata: ${A}\n\ndata: x\n\n`],
    ['a mark of byte order', `\ufeffdata: ${A}\n\ndata: ${B}\n\n`],
    ['empty data', `data:\n\ndata: ${A}\n\ndata: \n\ndata: ${B}\n\n`],
    ['null', `data: null\n\ndata: ${A}\n\ndata: ${B}\n\n`],
  ])('%s', async (_, text) => {
    expect(await frames(text)).toEqual([a, b]);
    const one = [...bytes(text)].map((byte) => Uint8Array.of(byte));
    expect(await all(decodeFrames(one))).toEqual([a, b]);
    expect(await all(decodeFrames([text]))).toEqual([a, b]);
  });

  it('come out as soon as they are whole', () => {
    const decoder = frameDecoder();
    expect(decoder.push(bytes(`data: ${A}\n`))).toEqual([]);
    expect(decoder.push(bytes(`\ndata: ${B}\n`))).toEqual([a]);
    // Without a blank line the next line tells that the frame is over.
    expect(decoder.push(bytes(`data: ${A}\n`))).toEqual([b]);
    expect(decoder.end()).toEqual([a]);
  });

  it('an error event is an error body', async () => {
    expect(await frames('event: error\ndata: {"error": {"message": "x"}}\n\n')).toEqual([
      { error: { message: 'x' } },
    ]);
    expect(await frames('event: error\ndata: {"code": 1}\n\n')).toEqual([{ error: { code: 1 } }]);
    expect(await frames('event: error\ndata: out of memory\n\n')).toEqual([
      { error: { message: 'out of memory' } },
    ]);
    expect(await frames('{"error": {"message": "plain"}}')).toEqual([{ error: { message: 'plain' } }]);
  });

  it('reads an error wherever a server writes it', async () => {
    const error = { error: { code: 500, message: 'context full' } };
    const text = JSON.stringify(error);
    expect(await frames(`data: ${A}\n\nerror: ${JSON.stringify(error.error)}\n\n`)).toEqual([a, error.error]);
    expect(await frames(`data: ${A}\nerror: out of memory\n`)).toEqual([
      a,
      { error: { message: 'out of memory' } },
    ]);
    expect(await frames(`data: ${A}\n\n${text}\n`)).toEqual([a, error]);
    expect(await frames(`data: ${A}\n\n${JSON.stringify(error, null, 2)}\n`)).toEqual([a, error]);
    expect(await frames(`data: ${A}\n\nnothing of interest\n`)).toEqual([a]);
    expect(await frames(`data: ${A}\n\ndata: [DONE]\n\n${text}\n`)).toEqual([a]);
  });

  it('gives a body that is no stream as one frame', async () => {
    expect(await frames('{"choices": []}\n')).toEqual([{ choices: [] }]);
    expect(await frames('{\n  "choices": []\n}')).toEqual([{ choices: [] }]);
  });

  it('says whether the end came, and tells of comments', async () => {
    for (const [text, done] of [
      [`data: ${A}\n\ndata: [DONE]\n\n`, true],
      [`data: ${A}\n\n`, false],
    ] as const) {
      const heard: string[] = [];
      const read = decodeFrames([`: alive\n\n:\n${text}`], { onComment: (one) => void heard.push(one) });
      expect(await all(read)).toEqual([a]);
      expect(read.done).toBe(done);
      expect(heard).toEqual(['alive', '']);
    }
  });

  it.each([
    ['no JSON', 'data: {"a": \n\ndata: {}\n\n', 'invalid-shape'],
    ['no object', 'data: 1\n\n', 'invalid-shape'],
    ['cut off', `data: ${A}\n\ndata: {"a": `, 'incomplete-stream'],
    ['a page', '<html>\n<p>Bad gateway</p>\n', 'invalid-shape'],
  ])('%s is an error', async (_, text, code) => {
    await expect(frames(text)).rejects.toMatchObject({ code });
  });

  it('what came before an error is kept', async () => {
    const got: object[] = [];
    const read = async (): Promise<void> => {
      for await (const one of decodeFrames([bytes(`data: ${A}\n\ndata: x\n\n`)])) got.push(one);
    };
    await expect(read()).rejects.toMatchObject({ code: 'invalid-shape' });
    expect(got).toEqual([a]);
  });

  it.each([
    ['a line', 'data: "'],
    ['an event', 'data: [\n'],
  ])('%s that never ends meets the limit', (_, text) => {
    const decoder = sseDecoder({ maxFrame: 100 });
    expect(() => {
      for (let i = 0; i < 100; i++) decoder.push(text);
    }).toThrow(expect.objectContaining({ code: 'over-limit' }));
  });

  it('the limit is on frames, not on the stream', () => {
    const decoder = frameDecoder({ maxFrame: 100 });
    for (let i = 0; i < 1000; i++) expect(decoder.push(`data: ${A}\n\n`)).toEqual([a]);
  });
});

describe('events', () => {
  it('have their names and ids', async () => {
    expect(await all(decodeSse(['event: x\nid: 7\ndata: a\ndata: b\n\ndata: c\n\n']))).toEqual([
      { event: 'x', id: '7', data: 'a\nb' },
      { data: 'c' },
    ]);
    expect(sseFrame('a\nb', { event: 'x', id: '7' })).toBe('event: x\nid: 7\ndata: a\ndata: b\n\n');
  });

  it('are read as the standard has them', async () => {
    const text =
      'data\n\ndata:  a \ndata:b\nevent: \n:c\nid: 1\0\n\nevent: lost\n\ndata:c\n\ndata: [1]\ndata: [2]';
    expect(await all(decodeSse([text]))).toEqual([
      { data: '' },
      { data: ' a \nb' },
      { data: 'c' },
      { data: '[1]\n[2]' },
    ]);
  });

  it('have no name with a line end in it', () => {
    expect(() => sseFrame('a', { event: 'x\ndata: b' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', path: 'event' }),
    );
  });

  it('come out before the limit is met', async () => {
    const got: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const one of decodeFrames([`data: ${A}\n\ndata: ${'x'.repeat(99)}`], { maxFrame: 50 }))
        got.push(one);
    };
    await expect(read()).rejects.toMatchObject({ code: 'over-limit' });
    expect(got).toEqual([a]);
  });
});

describe('bytes out', () => {
  it('are one whole frame a write, and [DONE] at the end', async () => {
    const writes = (await all(encodeFrames([a, b]))).map((one) => new TextDecoder().decode(one));
    expect(writes).toEqual([`data: ${A}\n\n`, `data: ${B}\n\n`, 'data: [DONE]\n\n']);
    expect(await all(encodeFrames([], { done: false }))).toEqual([]);
  });

  it('say what went wrong, where asked', async () => {
    async function* source(): AsyncGenerator<object> {
      yield a;
      throw new RolecallError('provider-error', 'Overloaded', {
        cause: { error: { message: 'Overloaded', type: 'server_error', code: 503 } },
      });
    }
    await expect(all(encodeFrames(source()))).rejects.toMatchObject({ code: 'provider-error' });
    const writes = (await all(encodeFrames(source(), { errors: 'frame' }))).map((one) =>
      new TextDecoder().decode(one),
    );
    expect(writes).toEqual([
      `data: ${A}\n\n`,
      'data: {"error":{"message":"Overloaded","type":"server_error","param":null,"code":"503"}}\n\n',
      'data: [DONE]\n\n',
    ]);
  });

  it('pipe', async () => {
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes(`data: ${A}\n\nda`));
        controller.enqueue(bytes(`ta: ${B}\n\n`));
        controller.close();
      },
    });
    const out = source
      .pipeThrough(asTransformStream(frameDecoder()))
      .pipeThrough(asTransformStream(frameEncoder()));
    const text = (await all(out as unknown as AsyncIterable<Uint8Array>))
      .map((one) => new TextDecoder().decode(one))
      .join('');
    expect(text).toBe(`data: ${A}\n\ndata: ${B}\n\ndata: [DONE]\n\n`);
  });
});
