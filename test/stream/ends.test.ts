import { describe, expect, it } from 'vitest';
import {
  type ChatContext,
  type CompletionContext,
  chatChunkConverter,
  collectChatStream,
  collectCompletionStream,
  type ProviderChatChunk,
  type ProviderCompletionChunk,
  toChatChunks,
  toChatRequest,
  toCompletionChunks,
  toCompletionRequest,
  type Warning,
} from '../../src/index.js';
import { decodeFrames } from '../../src/sse.js';

const head = { id: 'x-1', created: 5, model: 'm' };
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const text = (one: string, finish: string | null = null, more: object = {}): object => ({
  ...head,
  object: 'text_completion',
  choices: [{ index: 0, text: one, finish_reason: finish }],
  ...more,
});
const delta = (content: string, finish: string | null = null, more: object = {}): object => ({
  ...head,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  ...more,
});

const chatContext = (fields: object = {}): ChatContext =>
  toCompletionRequest(
    { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields },
    { dialect: 'user-assistant' },
  ).context;
const completionContext = (fields: object = {}): CompletionContext =>
  toChatRequest({ model: 'gpt-4o-mini', prompt: 'Human: Hi\nAI:', ...fields }, { restoreSpace: false })
    .context;

/** What comes of a stream: its texts, its reasons, and the error that ended it. */
async function read(chunks: AsyncIterable<{ choices: { finish_reason: unknown }[] }>) {
  const got = { text: '', finish: [] as unknown[], error: undefined as unknown };
  try {
    for await (const { choices } of chunks)
      for (const choice of choices as {
        finish_reason: unknown;
        text?: string;
        delta?: { content?: string | null };
      }[]) {
        got.text += choice.text ?? choice.delta?.content ?? '';
        if (choice.finish_reason !== null) got.finish.push(choice.finish_reason);
      }
  } catch (error) {
    got.error = error;
  }
  return got;
}

/** The body of a stream, and whether it was closed before its end. */
function body(frames: readonly (object | string)[], { done = true } = {}) {
  const state = { sent: 0, closed: false };
  async function* pieces(): AsyncGenerator<string> {
    try {
      for (const frame of frames) {
        state.sent++;
        yield typeof frame === 'string' ? frame : `data: ${JSON.stringify(frame)}\n\n`;
      }
      if (done) yield 'data: [DONE]\n\n';
    } finally {
      state.closed = true;
    }
  }
  return { state, frames: decodeFrames<never>(pieces()) };
}

const directions = [
  {
    name: 'completion chunks to chat',
    piece: text,
    convert: (frames: AsyncIterable<never>, options = {}) => toChatChunks(frames, chatContext(), options),
    collect: (frames: AsyncIterable<never>) =>
      collectCompletionStream(frames as AsyncIterable<ProviderCompletionChunk>),
  },
  {
    name: 'chat chunks to a completion',
    piece: delta,
    convert: (frames: AsyncIterable<never>, options = {}) =>
      toCompletionChunks(frames, completionContext(), options),
    collect: (frames: AsyncIterable<never>) => collectChatStream(frames as AsyncIterable<ProviderChatChunk>),
  },
];

describe.each(directions)('$name: the reason of the provider', ({ piece, convert, collect }) => {
  const reason = { code: 502, message: 'Provider disconnected' };
  it.each<[string, (object | string)[], string]>([
    ['an error beside a choice', [piece('', 'error', { error: reason })], ''],
    ['an error beside a choice with text', [piece(' the', null, { error: reason })], ' the'],
    ['an error beside empty choices', [{ ...head, choices: [], error: reason }], ''],
    ['an error beside null', [{ ...head, choices: null, error: reason }], ''],
    ['an error inside of a choice', [{ ...head, choices: [{ index: 0, finish_reason: 'error', error: reason }] }], ''],
    ['an error alone', [{ error: reason }], ''],
    ['an error behind the reason "error"', [piece('', 'error'), { error: reason }], ''],
    ['a field of that name', [`error: ${JSON.stringify(reason)}\n\n`], ''],
    ['an event of that name', ['event: error\ndata: Provider disconnected\n\n'], ''],
    ['a line of JSON', [`${JSON.stringify({ error: reason })}\n`], ''],
    ['a code and a message', [{ code: 502, message: 'Provider disconnected', data: null }], ''],
    ['a state', [{ ...head, choices: null, base_resp: { status_code: 1002, status_msg: 'Provider disconnected' } }], ''],
  ])('%s', async (_, last, more) => {
    const frames = [piece('Part of'), ...last];
    for (const done of [true, false]) {
      const got = await read(convert(body(frames, { done }).frames));
      expect(got).toMatchObject({
        text: `Part of${more}`,
        error: { code: 'provider-error', message: expect.stringContaining('Provider disconnected') },
      });
      await expect(collect(body(frames, { done }).frames)).rejects.toMatchObject({
        code: 'provider-error',
        message: expect.stringContaining('Provider disconnected'),
      });
    }
  }); // biome-ignore format: short

  it('is that there is none, where nothing says more', async () => {
    const got = await read(convert(body([piece('Part of'), piece('', 'error')]).frames));
    expect(got).toMatchObject({ text: 'Part of', finish: [], error: { code: 'provider-error' } });
  });

  it('is not seen where a server writes the field into every chunk', async () => {
    for (const error of [null, '', {}, [], false, { code: 0, message: '' }, { code: 0, message: 'success' }])
      expect(await read(convert(body([piece('All', 'stop', { error })]).frames))).toEqual({
        text: 'All',
        finish: ['stop'],
        error: undefined,
      });
  });
});

describe.each(directions)('$name: the end', ({ piece, convert, collect }) => {
  it('is [DONE], though no reason came, with a warning', async () => {
    const warnings: Warning[] = [];
    const onWarning = (one: Warning) => warnings.push(one);
    const got = await read(convert(body([piece('All of it')]).frames, { onWarning }));
    expect(got).toEqual({ text: 'All of it', finish: ['stop'], error: undefined });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'finish-reason', severity: 'lossy' }));
    expect((await collect(body([piece('All of it')]).frames)).choices[0]?.finish_reason).toBe('stop');
  });

  it('is missing where neither came', async () => {
    const cut = () => body([piece('Half')], { done: false }).frames;
    expect(await read(convert(cut()))).toMatchObject({ text: 'Half', error: { code: 'incomplete-stream' } });
    await expect(collect(cut())).rejects.toMatchObject({ code: 'incomplete-stream' });
    await expect(collect(body([]).frames)).rejects.toMatchObject({ code: 'incomplete-stream' });
  });
});

describe('a whole response in place of chunks', () => {
  const message = { role: 'assistant', content: 'All at once' };
  const whole = {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  };

  it('is read as a chunk', async () => {
    for (const frames of [[whole], [`${JSON.stringify(whole, null, 1)}\n`]]) {
      const got = await read(toCompletionChunks(body(frames, { done: false }).frames, completionContext()));
      expect(got).toEqual({ text: 'All at once', finish: ['stop'], error: undefined });
      expect(await collectChatStream(body(frames, { done: false }).frames)).toMatchObject({
        choices: [{ message: { content: 'All at once' }, finish_reason: 'stop' }],
        usage,
      });
    }
  });
});

describe('a stop', () => {
  const goesOn = (piece: (one: string) => object, before: string[]) =>
    body([...before.map((one) => piece(one)), ...Array.from({ length: 50 }, () => piece('x '))]);

  it('lets the source go at once', async () => {
    const chat = goesOn(text, ['w ', 'EN', 'D', 'y']);
    const got = await read(toChatChunks(chat.frames, chatContext({ stop: ['END'] })));
    expect(got).toEqual({ text: 'w ', finish: ['stop'], error: undefined });
    expect(chat.state).toEqual({ sent: 3, closed: true });

    const completion = goesOn(delta, ['w ', 'EN', 'D', 'y']);
    const context = completionContext({ stop: ['END', 'a', 'b', 'c', 'd'] });
    expect(await read(toCompletionChunks(completion.frames, context))).toMatchObject({ finish: ['stop'] });
    expect(completion.state).toEqual({ sent: 3, closed: true });
  });

  it('of one choice leaves the others', async () => {
    const at = (index: number, one: string) => ({
      ...head,
      choices: [{ index, text: one, finish_reason: null }],
    });
    const { state, frames } = body([at(0, 'aEND'), at(1, 'b'), at(0, 'more'), at(1, 'cEND'), at(1, 'd')]);
    const got = await read(toChatChunks(frames, chatContext({ stop: ['END'], n: 2 })));
    expect(got).toEqual({ text: 'abc', finish: ['stop', 'stop'], error: undefined });
    expect(state).toEqual({ sent: 4, closed: true });
  });

  it('of one stream of a batch leaves the others', async () => {
    const context = completionContext({ prompt: ['Human: A\nAI:', 'Human: B\nAI:'], stop: ['END'] });
    const first = goesOn(delta, ['one', 'END']);
    const second = body([delta('two'), delta('.', 'stop')]);
    const got = await read(toCompletionChunks([first.frames, second.frames], context));
    expect(got.finish).toEqual(['stop', 'stop']);
    expect(first.state).toMatchObject({ sent: 2, closed: true });
  });

  it('waits for the usage where it was asked for', async () => {
    const asked = chatContext({ stop: ['END'], stream: true, stream_options: { include_usage: true } });
    const { state, frames } = body([
      text('wEND'),
      text('x'),
      text('', 'length'),
      { ...head, choices: [], usage },
    ]);
    const chunks = [];
    for await (const chunk of toChatChunks(frames, asked)) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
    expect(state.sent).toBe(4);
  });

  it('is told by the converter: what is awaited still', () => {
    const converter = chatChunkConverter(chatContext({ stop: ['END'] }));
    expect([converter.awaited(), converter.done]).toEqual(['choices', false]);
    converter.push(text('wEND') as ProviderCompletionChunk);
    expect([converter.awaited(), converter.done]).toEqual(['nothing', true]);
    const natural = chatChunkConverter(chatContext());
    natural.push(text('w', 'stop') as ProviderCompletionChunk);
    expect([natural.awaited(), natural.done]).toEqual(['rest', false]);
  });
});
