import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatRequest,
  type CompletionChunk,
  collectChatStream,
  collectCompletionStream,
  type ProviderChatChunk,
  toChatRequest,
  toCompletionChunks,
  toCompletionResponse,
} from '../../src/index.js';
import { runs } from '../support/runs.js';

const request = {
  model: 'm',
  prompt: ['Human: a\nAI:', 'Human: b\nAI:'],
  n: 2,
  max_tokens: 5,
  stream: true,
  stream_options: { include_usage: true },
  stop: ['\nHuman:'],
};
const { requests, context } = toChatRequest(request, { fanOut: true });
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

const sent = (content: string, finish: string | null = null): ProviderChatChunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 5,
  model: 'm',
  choices: [{ index: 0, delta: finish === null ? { content } : {}, finish_reason: finish }],
});
const last: ProviderChatChunk = { ...sent(''), choices: [], usage };
const reply = (text: string, size = 1): ProviderChatChunk[] => {
  const chunks = [];
  for (let at = 0; at < text.length; at += size) chunks.push(sent(text.slice(at, at + size)));
  return [...chunks, sent('', 'stop'), last];
};

/** A source that tells how far it was read and whether it was closed, and takes its time. */
function watched(chunks: Iterable<ProviderChatChunk>, delay = 0, failure?: Error) {
  const state = { read: 0, closed: false };
  async function* source(): AsyncGenerator<ProviderChatChunk> {
    try {
      for (const chunk of chunks) {
        for (let i = 0; i < delay; i++) await Promise.resolve();
        state.read++;
        yield chunk;
      }
      if (failure !== undefined) throw failure;
    } finally {
      state.closed = true;
    }
  }
  return { state, source: source() };
}

function* endless(): Generator<ProviderChatChunk> {
  for (;;) yield sent('x');
}

async function until(source: AsyncIterable<CompletionChunk>): Promise<{ text: string[]; error: unknown }> {
  const text: string[] = [];
  try {
    for await (const { choices } of source)
      for (const one of choices) text[one.index] = (text[one.index] ?? '') + one.text;
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the streams of a batch, one choice each', () => {
  it('are as many as the requests', () => {
    expect(requests).toHaveLength(4);
    expect(requests.every((one: ChatRequest) => one.n === undefined || one.n === 1)).toBe(true);
    expect(context).toMatchObject({ fanOut: true, n: 2 });
    expect(() => toCompletionChunks([[], []], context)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('merge with the indexes of their prompts, whatever comes first, as their wholes do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.constantFrom('', 'Hi', ' AI: yes', 'no\nHuman: x', '\nHum', '😀é'), delay: fc.nat(5), size: fc.constantFrom(1, 2, 9) }), { minLength: 4, maxLength: 4 }),
        async (given) => {
          const replies = given.map(({ text, size }) => reply(text, size));
          const out = toCompletionChunks(
            replies.map((one, i) => watched(one, given[i]!.delay).source),
            context,
          );
          const wholes = await Promise.all(replies.map((one) => collectChatStream(one)));
          const wanted = toCompletionResponse(wholes, context).response;
          expect(await collectCompletionStream(out)).toEqual(wanted);
          expect(wanted.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
          expect(wanted.usage).toEqual({ prompt_tokens: 4, completion_tokens: 8, total_tokens: 12 });
        },
      ),
      runs(200),
    );
  }); // biome-ignore format: a table

  it('keep what came of all of them before an error in one, and close the others', async () => {
    const slow = [0, 1, 2].map(() => watched(endless(), 3));
    const failing = watched([sent(' Hello'), sent('\nHum')], 12, new Error('reset'));
    const sources = [slow[0]!, failing, slow[1]!, slow[2]!];
    const { text, error } = await until(
      toCompletionChunks(
        sources.map(({ source }) => source),
        context,
      ),
    );
    expect(error).toMatchObject({ message: 'reset' });
    expect(text[1]).toBe(' Hello\nHum');
    expect(text[0]).toMatch(/^ x+$/);
    await turns();
    expect(sources.every(({ state }) => state.closed)).toBe(true);
  });

  it('an error frame, and an end without a finish_reason, in one are errors of all', async () => {
    const failed = { error: { message: 'Overloaded', type: 'server_error' } } as ProviderChatChunk;
    for (const [chunks, code] of [
      [[sent('Hi'), failed], 'provider-error'],
      [[sent('Hi')], 'incomplete-stream'],
    ] as const) {
      const others = [0, 1, 2].map(() => watched(endless()));
      const out = toCompletionChunks(
        [others[0]!.source, others[1]!.source, others[2]!.source, chunks],
        context,
      );
      const { text, error } = await until(out);
      expect(error).toMatchObject({ code });
      expect(text[3]).toBe(' Hi');
      await turns();
      expect(others.every(({ state }) => state.closed)).toBe(true);
    }
  });

  it('are read one chunk at a time, and none gets ahead', async () => {
    const sources = [0, 1, 2, 3].map((delay) => watched(endless(), delay * 5));
    const out = toCompletionChunks(
      sources.map(({ source }) => source),
      context,
    );
    expect(sources.map(({ state }) => state.read)).toEqual([0, 0, 0, 0]);
    let given = 0;
    for (let i = 0; i < 100; i++) {
      await out.next();
      given++;
      await turns();
      const read = sources.reduce((sum, { state }) => sum + state.read, 0);
      expect(read).toBeLessThanOrEqual(given + sources.length);
    }
    const before = sources.map(({ state }) => state.read);
    await turns();
    expect(sources.map(({ state }) => state.read)).toEqual(before);
    await out.return?.();
  });

  it('are all closed at once when the output is, also while it waits', async () => {
    const cancelled: number[] = [];
    const sources = [0, 1, 2, 3].map(
      (i) => new ReadableStream<ProviderChatChunk>({ cancel: () => void cancelled.push(i) }),
    );
    const out = toCompletionChunks(sources, context);
    const waiting = out.next();
    await out.return?.();
    expect(cancelled).toEqual([0, 1, 2, 3]);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await out.next()).toEqual({ done: true, value: undefined });
  });
});
