import { describe, expect, it } from 'vitest';
import {
  asTransformStream,
  type ChatChunk,
  type ChatContext,
  type CompletionContext,
  chatChunkConverter,
  collectChatStream,
  collectCompletionStream,
  completionChunkConverter,
  type ProviderChatChunk,
  type ProviderCompletionChunk,
  toChatChunks,
  toCompletionChunks,
  type Warning,
} from '../../src/index.js';
import { deepFreeze } from '../support/freeze.js';

const chatContext = (fields: Partial<ChatContext> = {}): ChatContext => ({
  kind: 'chat',
  model: 'asked',
  n: 1,
  dialect: 'user-assistant',
  echo: null,
  lead: { labels: ['Assistant:'], gap: ' ' },
  stops: ['\nUser:'],
  logprobs: null,
  tools: false,
  calls: null,
  thinking: false,
  legacyFunctions: false,
  includeUsage: true,
  ...fields,
});

const completionContext = (fields: Partial<CompletionContext> = {}): CompletionContext => ({
  kind: 'completion',
  model: 'asked',
  prompts: [{ echo: null, offset: 0, lead: { labels: ['Assistant:'], gap: ' ' }, space: ' ' }],
  n: 1,
  bestOf: null,
  fanOut: false,
  stops: [],
  logprobs: null,
  reasons: false,
  includeUsage: true,
  ...fields,
});

type Text = NonNullable<ProviderCompletionChunk['choices']>[number];
const said = (text: string, fields: Partial<Text> = {}): ProviderCompletionChunk =>
  deepFreeze({
    id: 'cmpl-1',
    object: 'text_completion',
    created: 5,
    model: 'm',
    choices: [{ index: 0, text, finish_reason: null, ...fields }],
  });

type Delta = NonNullable<ProviderChatChunk['choices']>[number]['delta'];
const sent = (delta: Delta, finish: string | null = null, index = 0): ProviderChatChunk =>
  deepFreeze({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 5,
    model: 'm',
    choices: [{ index, delta, finish_reason: finish }],
  });

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const contents = (chunks: readonly ChatChunk[]): unknown[] =>
  chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
const texts = (chunks: readonly { choices: { text: string }[] }[]): string[] =>
  chunks.flatMap(({ choices }) => choices.map(({ text }) => text));

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

/** What comes before an error, and the error. */
async function until<T>(source: AsyncIterable<T>): Promise<{ before: T[]; error: unknown }> {
  const before: T[] = [];
  try {
    for await (const one of source) before.push(one);
  } catch (error) {
    return { before, error };
  }
  return { before, error: undefined };
}

describe('completion chunks to chat', () => {
  it('begins each choice with its role, once', () => {
    const converter = chatChunkConverter();
    expect(contents(converter.push(said('a')))).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'a' },
    ]);
    expect(contents(converter.push(said('b')))).toEqual([{ content: 'b' }]);
    expect(contents(converter.push(said('c', { index: 1 })))[0]).toEqual({
      role: 'assistant',
      content: '',
      refusal: null,
    });
  });

  it('splits the end from the text, and moves usage behind it', () => {
    const converter = chatChunkConverter();
    converter.push(said('a'));
    const out = converter.push({ ...said('b', { finish_reason: 'length' }), usage });
    expect(out.map(({ choices }) => [choices[0]!.delta, choices[0]!.finish_reason])).toEqual([
      [{ content: 'b' }, null],
      [{}, 'length'],
    ]);
    expect(out.every((chunk) => chunk.usage === undefined)).toBe(true);
    expect(converter.end()).toEqual([expect.objectContaining({ choices: [], usage })]);
  });

  it('leaves usage out where it was not asked for', async () => {
    const chunks = [{ ...said('a', { finish_reason: 'stop' }), usage }];
    const out = await all(toChatChunks(chunks, chatContext({ includeUsage: false })));
    expect(out.some((chunk) => chunk.usage != null)).toBe(false);
  });

  it('takes off the label and one space, waiting while it is not certain, and never more', () => {
    const converter = chatChunkConverter(chatContext());
    const out = ['', ' ', 'Assis', 'tant:', '  x'].map(
      (text) => contents(converter.push(said(text))).slice(-1)[0],
    );
    expect(out[3]).toBe(undefined);
    expect(out[4]).toEqual({ content: ' x' });
  });

  it('keeps a label in the middle of a line, and lets no text wait where no stop can be pending', () => {
    const converter = chatChunkConverter(chatContext());
    converter.push(said(' Ask the '));
    expect(contents(converter.push(said('User: he knows')))).toEqual([{ content: 'User: he knows' }]);
    expect(contents(converter.push(said(' more\nUs')))).toEqual([{ content: ' more' }]);
    expect(contents(converter.push(said('ually')))).toEqual([{ content: '\nUsually' }]);
  });

  it('ends a choice at a stop, and ignores what follows', () => {
    const converter = chatChunkConverter(chatContext());
    converter.push(said(' Hi.'));
    const out = converter.push(said('\nUser: and'));
    expect(out.map(({ choices }) => choices[0]!.finish_reason)).toEqual(['stop']);
    expect(converter.push(said('more', { finish_reason: 'length' }))).toEqual([]);
    expect(converter.end()).toEqual([]);
  });

  it('takes a bare User: at the very start for a line start', () => {
    const out = chatChunkConverter(chatContext()).push(said('User: x'));
    expect(out.at(-1)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
  });

  it('holds half of a character', () => {
    const converter = chatChunkConverter();
    expect(contents(converter.push(said('a\ud83d'))).at(-1)).toEqual({ content: 'a' });
    expect(contents(converter.push(said('\ude00b')))).toEqual([{ content: '😀b' }]);
  });

  it('turns calls in the text into deltas as they come', () => {
    const converter = chatChunkConverter(chatContext({ dialect: 'hermes', tools: true }));
    converter.push(said(' Let me see.'));
    expect(contents(converter.push(said('\n<tool_call>\n{"name": "f", "arguments": ')))).toEqual([]);
    const [first, ...more] = contents(converter.push(said('{"a"')));
    expect(first).toEqual({
      tool_calls: [
        { index: 0, id: expect.any(String), type: 'function', function: { name: 'f', arguments: '' } },
      ],
    });
    expect(more).toEqual([{ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }]);
    expect(contents(converter.push(said(': 1}')))).toEqual([
      { tool_calls: [{ index: 0, function: { arguments: ': 1}' } }] },
    ]);
    expect(contents(converter.push(said('}\n</tool_call>')))).toEqual([]);
    expect(converter.push(said('', { finish_reason: 'stop' })).at(-1)!.choices[0]!.finish_reason).toBe(
      'tool_calls',
    );
  });

  it('gives a call in the deprecated words as it comes, and tells of a second', () => {
    const warnings: Warning[] = [];
    const context = chatContext({ dialect: 'hermes', tools: true, legacyFunctions: true });
    const converter = chatChunkConverter(context, { onWarning: (one) => warnings.push(one) });
    const call = '<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>';
    const deltas = contents(converter.push(said(call + call, { finish_reason: 'stop' })));
    expect(deltas.slice(1)).toEqual([
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"a": 1}' } },
      {},
    ]);
    expect(warnings).toEqual([expect.objectContaining({ code: 'dropped-content', severity: 'lossy' })]);
  });

  it('gives the arguments of a call that is cut off as they are, and tells', async () => {
    const warnings: Warning[] = [];
    const context = chatContext({ dialect: 'hermes', tools: true });
    const chunks = [
      said('<tool_call>{"name": "f", "arguments": {"a": '),
      said('', { finish_reason: 'length' }),
    ];
    const out = toChatChunks(chunks, context, { onWarning: (one) => warnings.push(one) });
    const { choices } = await collectChatStream(out);
    expect(choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: null, tool_calls: [{ function: { name: 'f', arguments: '{"a": ' } }] },
    });
    expect(warnings.filter(({ severity }) => severity === 'lossy')).toEqual([
      expect.objectContaining({ code: 'broken-tool-call', severity: 'lossy' }),
    ]);
  });

  it('sets reasoning apart, in which no stop fires', () => {
    const converter = chatChunkConverter(chatContext({ dialect: 'qwen3', lead: { labels: [], gap: '' } }));
    const out = ['<th', 'ink>\nSo\nUser: asks', '\n</thi', 'nk>\n\nYes'].flatMap((text) =>
      contents(converter.push(said(text))),
    );
    expect(out.slice(1)).toEqual([{ reasoning_content: 'So\nUser: asks' }, { content: 'Yes' }]);
  });

  it('lets logprobs wait with their text', () => {
    const converter = chatChunkConverter(chatContext());
    const token = (one: string): Partial<Text> => ({
      logprobs: { tokens: [one], token_logprobs: [-1], top_logprobs: [{}] },
    });
    const tokens = (out: ChatChunk[]): unknown[] =>
      out.flatMap(({ choices }) => choices[0]!.logprobs?.content?.map((one) => one.token) ?? []);
    expect(tokens(converter.push(said(' Hi', token(' Hi'))))).toEqual(['Hi']);
    expect(tokens(converter.push(said('\nUs', token('\nUs'))))).toEqual([]);
    expect(tokens(converter.push(said('e', token('e'))))).toEqual([]);
    expect(tokens(converter.push(said('ful', token('ful'))))).toEqual(['\nUs', 'e', 'ful']);
  });

  it('latches the first id, time and model that say something', async () => {
    const empty = { id: '', created: 0, model: '', object: '', choices: [] };
    const other = { ...said('b', { finish_reason: 'stop' }), id: 'cmpl-2', created: 9, model: 'n' };
    const out = await all(toChatChunks([empty, said('a'), other]));
    expect(out.map(({ id, created, model }) => [id, created, model])).toEqual(
      out.map(() => ['chatcmpl-1', 5, 'm']),
    );
  });

  it('warns of a thing once', async () => {
    const warnings: Warning[] = [];
    const chunks = Array.from({ length: 50 }, () => ({ ...said('a'), extra: 1 }));
    await all(
      toChatChunks([...chunks, said('', { finish_reason: 'stop' })], null, {
        onWarning: (one) => warnings.push(one),
      }),
    );
    expect(warnings).toEqual([expect.objectContaining({ code: 'dropped-field', path: 'extra' })]);
    await expect(all(toChatChunks(chunks, null, { strict: true }))).rejects.toMatchObject({ code: 'lossy' });
  });
});

describe('streams that break off', () => {
  it('an end without a finish_reason is an error, and what came before is kept', async () => {
    const { before, error } = await until(toChatChunks([said(' Hi'), said('\nUs')], chatContext()));
    expect(contents(before).slice(1)).toEqual([{ content: 'Hi' }, { content: '\nUs' }]);
    expect(error).toMatchObject({ code: 'incomplete-stream', path: 'choices[0]' });
    await expect(collectCompletionStream([said('Hi')])).rejects.toMatchObject({ code: 'incomplete-stream' });
    await expect(all(toCompletionChunks([]))).rejects.toMatchObject({ code: 'incomplete-stream' });
  });

  it('or a warning, on request', async () => {
    const warnings: Warning[] = [];
    const options = { incomplete: 'warn' as const, onWarning: (one: Warning) => warnings.push(one) };
    const out = await all(toChatChunks([said('Hi')], null, options));
    expect(out.at(-1)!.choices[0]!.finish_reason).toBe('stop');
    expect((await collectCompletionStream([said('Hi')], options)).choices[0]).toMatchObject({
      text: 'Hi',
      finish_reason: 'stop',
    });
    expect(warnings.map(({ severity }) => severity)).toEqual(['lossy', 'lossy']);
  });

  it('an error in mid-stream comes out after what came before', async () => {
    const failed = { error: { message: 'Overloaded', type: 'server_error' } } as ProviderCompletionChunk;
    const { before, error } = await until(toChatChunks([said('Hi'), failed, said('never')]));
    expect(contents(before).slice(1)).toEqual([{ content: 'Hi' }]);
    expect(error).toMatchObject({ code: 'provider-error', message: 'Overloaded' });
  });

  it('an error of the source too', async () => {
    async function* source(): AsyncGenerator<ProviderCompletionChunk> {
      yield said('Hi');
      throw new Error('reset');
    }
    const { before, error } = await until(toChatChunks(source()));
    expect(before).toHaveLength(2);
    expect(error).toMatchObject({ message: 'reset' });
  });
});

describe('chat chunks to a completion', () => {
  it('drops chunks of the role alone, and gives the end an empty text', async () => {
    const chunks = [sent({ role: 'assistant', content: '' }), sent({ content: 'Hi' }), sent({}, 'stop')];
    const out = await all(toCompletionChunks(chunks));
    expect(out.map(({ choices }) => [choices[0]!.text, choices[0]!.finish_reason])).toEqual([
      ['Hi', null],
      ['', 'stop'],
    ]);
  });

  it('begins with the prompt where it is echoed, and puts the space back', async () => {
    const prompt = {
      echo: 'User: x\nAssistant:',
      offset: 18,
      lead: { labels: ['Assistant:'], gap: ' ' },
      space: ' ',
    };
    const out = await all(
      toCompletionChunks(
        [sent({ content: 'Hi' }), sent({}, 'stop')],
        completionContext({ prompts: [prompt] }),
      ),
    );
    expect(texts(out)).toEqual(['User: x\nAssistant:', ' Hi', '']);
  });

  it('refuses calls, or writes them on request', async () => {
    const call = sent({
      tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
    await expect(all(toCompletionChunks([call, sent({}, 'tool_calls')]))).rejects.toMatchObject({
      code: 'unsupported',
    });
    const out = await all(toCompletionChunks([call, sent({}, 'tool_calls')], null, { toolCalls: 'text' }));
    expect(JSON.parse(texts(out).join(''))).toMatchObject({ tool_calls: [{ id: 'a' }] });
  });

  it('a refusal becomes the text', async () => {
    const out = await all(
      toCompletionChunks([sent({ refusal: 'I c' }), sent({ refusal: "an't" }), sent({}, 'stop')]),
    );
    expect(texts(out)).toEqual(['I c', "an't", '']);
  });

  it('merges the streams of a batch, with their indexes, and sums their usage', async () => {
    const prompts = [0, 1].map(() => ({ echo: null, offset: 0, lead: { labels: [], gap: '' }, space: '' }));
    async function* stream(name: string): AsyncGenerator<ProviderChatChunk> {
      for (const index of [0, 1]) {
        yield sent({ content: `${name}${index}` }, null, index);
        await Promise.resolve();
        yield sent({}, 'stop', index);
      }
      yield { ...sent({}), choices: [], usage };
    }
    const out = toCompletionChunks([stream('a'), stream('b')], completionContext({ prompts, n: 2 }));
    const whole = await collectCompletionStream(out);
    expect(whole.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'a0'],
      [1, 'a1'],
      [2, 'b0'],
      [3, 'b1'],
    ]);
    expect(whole.usage).toEqual({ prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 });
    expect(() => toCompletionChunks([stream('a')], completionContext({ prompts }))).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('refuses the best of several, and two streams that claim one index', async () => {
    expect(() => completionChunkConverter(completionContext({ bestOf: 2 }))).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
    const converter = completionChunkConverter();
    converter.push(sent({ content: 'a' }, null, 1), 0);
    expect(() => converter.push(sent({ content: 'b' }, null, 0), 1)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('back-pressure and cancellation', () => {
  it('reads no further than it is asked, and closes the input at once', async () => {
    let read = 0;
    let closed = false;
    async function* source(): AsyncGenerator<ProviderCompletionChunk> {
      try {
        for (;;) {
          read++;
          yield said('x');
        }
      } finally {
        closed = true;
      }
    }
    const out = toChatChunks(source());
    expect(read).toBe(0);
    await out.next();
    await out.next();
    expect(read).toBe(1);
    await out.return?.();
    expect(closed).toBe(true);
    expect(await out.next()).toEqual({ done: true, value: undefined });
  });

  it('closes a stream that is being waited for', async () => {
    let cancelled = false;
    const source = new ReadableStream<ProviderCompletionChunk>({
      cancel() {
        cancelled = true;
      },
    });
    const out = toChatChunks(source);
    const waiting = out.next();
    await out.return?.();
    expect(cancelled).toBe(true);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('closes the other streams of a batch where one fails', async () => {
    let closed = 0;
    async function* endless(): AsyncGenerator<ProviderChatChunk> {
      try {
        for (;;) yield sent({ content: 'x' });
      } finally {
        closed++;
      }
    }
    async function* failing(): AsyncGenerator<ProviderChatChunk> {
      yield sent({ content: 'y' });
      throw new Error('reset');
    }
    const { error } = await until(toCompletionChunks([endless(), failing()]));
    expect(error).toMatchObject({ message: 'reset' });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(closed).toBe(1);
  });

  it('pipes, with an error behind all that came before', async () => {
    const source = new ReadableStream<ProviderCompletionChunk>({
      start(controller) {
        controller.enqueue(said('Hi'));
        controller.close();
      },
    });
    const reader = source.pipeThrough(asTransformStream(chatChunkConverter())).getReader();
    expect((await reader.read()).value!.choices[0]!.delta).toMatchObject({ role: 'assistant' });
    expect((await reader.read()).value!.choices[0]!.delta).toEqual({ content: 'Hi' });
    await expect(reader.read()).rejects.toMatchObject({ code: 'incomplete-stream' });
  });
});

describe('collectors', () => {
  it('put calls together whose deltas have no index, repeat the id, or give it once', async () => {
    const chunks = [
      sent({
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{' } }],
      }),
      sent({ tool_calls: [{ id: 'a', function: { arguments: '}' } }] }),
      sent({ tool_calls: [{ id: 'b', function: { name: 'g', arguments: '{' } }] }),
      sent({ tool_calls: [{ id: '', function: { name: '', arguments: '}' } }] }),
      sent({}, 'tool_calls'),
    ];
    const { message } = (await collectChatStream(chunks)).choices[0]!;
    expect(message.content).toBe(null);
    expect(message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
    ]);
  });

  it('take two ids at one index for two calls', async () => {
    const chunks = ['a', 'b'].map((id) =>
      sent({ tool_calls: [{ index: 0, id, function: { name: 'f', arguments: '{}' } }] }),
    );
    const { message } = (await collectChatStream([...chunks, sent({}, 'tool_calls')])).choices[0]!;
    expect(message.tool_calls).toHaveLength(2);
  });
});
