import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatContext,
  type CompletionContext,
  collectChatStream,
  collectCompletionStream,
  type ProviderChatChunk,
  type ProviderCompletionChunk,
  toChatChunks,
  toChatResponse,
  toCompletionChunks,
  toCompletionResponse,
} from '../../src/index.js';
import { ChatChunk, CompletionChunk } from '../../src/schemas/index.js';
import { decodeFrames, encodeFrames } from '../../src/sse.js';
import { escapeBytes, utf8 } from '../../src/translate/logprobs/token-text.js';
import { runs } from '../support/runs.js';

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}

/** Text at places given as fractions, so that shrinking keeps it simple; cuts may fall inside of surrogate pairs. */
function cutAt(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => Math.floor(place * (text.length + 1))))].sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...at, text.length]) {
    pieces.push(text.slice(from, place));
    from = place;
  }
  return pieces;
}

const places = fc.oneof(
  fc.array(fc.double({ min: 0, max: 0.9999, noNaN: true }), { maxLength: 12 }),
  fc.constant(Array.from({ length: 400 }, (_, i) => i / 400)),
);

const word = fc.constantFrom(
  'Assistant:', 'Assistant', ':', ' ', '  ', '\n', '\n\n', 'User:', 'Us', 'er:', '\nUser:', '\nUs', 'Human:', ' Human:', 'STOP', 'STO', 'P',
  'Hello', ' world', 'é', '世界', '😀', '\ud83d', '\ude00', '👩‍👩‍👧', 'x', '<think>', '</think>', '</thi', '<th', 'Note: a', '\t',
  '<tool_call>', '\n<tool_call>\n', '</tool_call>', '{"name": "f", "arguments": {"a": "}"}}', '{"name": "g"', '[TOOL_CALLS]', '[{"name": "h", "arguments": {}}]',
  '<|python_tag|>', '<function=f>{"a": 1}</function>', '{', '}', 'Action:', '```', '<|tool_call|>', '<|START_ACTION|>', '<|END_ACTION|>',
  '<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>', 'function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```', '<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>',
  '<tool_call>{"name": "f", "arguments": {"a": ', '{"name": "f", "parameters": {"b": [', '"x"', '1', ']}', '}}', "{'a': 1}", '[TOOL_CALLS]f{"a": ',
  '<|channel|>', 'commentary to=functions.f ', '<|message|>', '<|call|>', '<|start|>', 'assistant', '<|end|>',
); // biome-ignore format: a table

const replyText = fc.array(word, { maxLength: 14 }).map((words) => words.join(''));

const lead: fc.Arbitrary<ChatContext['lead']> = fc.constantFrom<ChatContext['lead'][]>(
  { labels: [], gap: '' },
  { labels: ['Assistant:'], gap: ' ' },
  { labels: ['Assistant:', 'AI:'], gap: '' },
  { labels: ['Assistant:'], gap: '\n' },
  { labels: [], gap: ' ' },
);

const stops = fc.uniqueArray(
  fc.constantFrom('\nUser:', 'User:', ' Human:', 'STOP', '\n\n', 'er', '😀', 'P\nU'),
  { maxLength: 3 },
);

/** Tokens of a text, cut at random; one whose bytes end inside of a character is written as bytes. */
function tokensOf(text: string, at: readonly number[]): { token: string; bytes: number[] }[] {
  // A lone surrogate has no bytes.
  if (/\p{Surrogate}/u.test(text)) return [];
  const bytes = utf8(text);
  const cuts = [...new Set(at.map((place) => Math.floor(place * bytes.length)))]
    .filter((cut) => cut > 0)
    .sort((a, b) => a - b);
  const tokens: { token: string; bytes: number[] }[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const part = bytes.slice(from, cut);
    from = cut;
    if (part.length === 0) continue;
    let token: string;
    try {
      token = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(part));
    } catch {
      token = escapeBytes(part);
    }
    tokens.push({ token, bytes: part });
  }
  return tokens;
}

/** What of a text is whole after each token, in UTF-16 units. */
function endsOf(text: string, tokens: readonly { bytes: number[] }[]): number[] {
  const lengths: number[] = [];
  const ends: number[] = [];
  let units = 0;
  for (const point of text) {
    const length = utf8(point).length;
    units += point.length;
    lengths.push(...Array.from({ length: length - 1 }, () => units - point.length), units);
  }
  let at = 0;
  for (const { bytes } of tokens) {
    at += bytes.length;
    ends.push(at === 0 ? 0 : lengths[at - 1]!);
  }
  return ends;
}

const finish = fc.constantFrom('stop', 'length', 'content_filter', 'eos');

const chatContexts: fc.Arbitrary<ChatContext | undefined> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('chat' as const),
      model: fc.constant('asked'),
      n: fc.constant(2),
      dialect: fc.constantFrom(
        'user-assistant',
        'chatml',
        'qwen3',
        'llama-3.1',
        'mistral-v3',
        'deepseek-v3',
        'command-r',
        'granite',
        'deepseek-r1',
        'harmony',
      ) as fc.Arbitrary<ChatContext['dialect']>,
      echo: fc.option(fc.constantFrom('User: hi\nAssistant:', '', 'Hello'), { nil: null, freq: 4 }),
      lead,
      stops,
      logprobs: fc.constant(null),
      tools: fc.boolean(),
      calls: fc.constantFrom('native' as const, 'generic' as const, null),
      thinking: fc.boolean(),
      legacyFunctions: fc.boolean(),
      includeUsage: fc.constant(true),
    }),
  },
);

interface Sent {
  text: string;
  finish: string;
  places: number[];
  /** Cut the tokens where the text is cut, or not at all. */
  logprobs: boolean;
}

const sent = (text: fc.Arbitrary<string>): fc.Arbitrary<Sent> =>
  fc.record({ text, finish, places, logprobs: fc.boolean() });

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

function completionPieces({ text, places: at, logprobs }: Sent): { text: string; logprobs: object | null }[] {
  const tokens = logprobs ? tokensOf(text, at) : [];
  if (tokens.length === 0) return cutAt(text, at).map((piece) => ({ text: piece, logprobs: null }));
  const ends = endsOf(text, tokens);
  let points = 0;
  let from = 0;
  return tokens.map(({ token, bytes }, i) => {
    const piece = text.slice(from, ends[i]);
    from = ends[i]!;
    const name = utf8(token).length === bytes.length ? token : `bytes:${token}`;
    const offset = points;
    points += [...piece].length;
    return {
      text: piece,
      logprobs: {
        tokens: [name],
        token_logprobs: [-1 - i],
        top_logprobs: [{ [name]: -1 - i }],
        text_offset: [offset],
      },
    };
  });
}

/** Choices side by side, as a server sends them. */
function interleave<T>(lists: readonly T[][]): { index: number; piece: T; last: boolean }[] {
  const longest = Math.max(...lists.map((list) => list.length));
  const mixed: { index: number; piece: T; last: boolean }[] = [];
  for (let i = 0; i < longest; i++) {
    for (const [index, list] of lists.entries()) {
      if (i < list.length) mixed.push({ index, piece: list[i]!, last: i === list.length - 1 });
    }
  }
  return mixed;
}

function completionChunks(choices: readonly Sent[], merged: boolean): ProviderCompletionChunk[] {
  const head = { id: 'cmpl-1', object: 'text_completion', created: 5, model: 'm' };
  const chunks: ProviderCompletionChunk[] = [];
  for (const { index, piece, last } of interleave(choices.map(completionPieces))) {
    const reason = choices[index]!.finish;
    const ending = merged && last ? reason : null;
    chunks.push({
      ...head,
      choices: [{ index, ...piece, finish_reason: ending }],
      ...(merged && last ? { usage } : {}),
    });
    if (last && !merged)
      chunks.push({ ...head, choices: [{ index, text: '', logprobs: null, finish_reason: reason }] });
  }
  if (!merged) chunks.push({ ...head, choices: [], usage });
  return chunks;
}

describe('law 3: completion chunks', () => {
  it('text cut anywhere gives the conversion of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        chatContexts,
        fc.array(sent(replyText), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.record({
          toolCalls: fc.constantFrom(undefined, true, false),
          reasoning: fc.constantFrom(undefined, true, false),
        }),
        async (context, choices, merged, options) => {
          const chunks = completionChunks(choices, merged);
          const whole = await collectCompletionStream(chunks);
          const out = await all(toChatChunks(chunks, context, options));
          for (const chunk of out) ChatChunk.parse(chunk);
          const wanted = toChatResponse(whole, context, { n: 2, ...options }).response;
          expect(await collectChatStream(out)).toEqual(wanted);
        },
      ),
      runs(500),
    );
  });
});

const completionContexts: fc.Arbitrary<CompletionContext | undefined> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('completion' as const),
      model: fc.constant('asked'),
      prompts: fc
        .record({
          echo: fc.option(fc.constantFrom('User: hi\nAssistant:', '😀'), { nil: null, freq: 2 }),
          offset: fc.nat(20),
          lead,
          space: fc.constantFrom('', ' '),
        })
        .map((prompt) => [prompt]),
      n: fc.constant(2),
      bestOf: fc.constant(null),
      fanOut: fc.constant(false),
      stops,
      logprobs: fc.constantFrom(null, 2),
      reasons: fc.boolean(),
      includeUsage: fc.constant(true),
    }),
  },
);

interface SentChat extends Sent {
  reasoning: string;
  refusal: boolean;
  calls: number;
  reason: string;
}

function chatChunks(choices: readonly SentChat[], merged: boolean): ProviderChatChunk[] {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 5, model: 'm' };
  const chunks: ProviderChatChunk[] = [];
  const lists = choices.map(({ text, places: at, logprobs, refusal, reasoning, calls }) => {
    const key = refusal ? 'refusal' : 'content';
    const tokens = logprobs ? tokensOf(text, at) : [];
    const ends = endsOf(text, tokens);
    let from = 0;
    const words =
      tokens.length === 0
        ? cutAt(text, at).map((piece) => ({ delta: { [key]: piece }, logprobs: null as object | null }))
        : tokens.map(({ token, bytes }, i) => {
            const piece = text.slice(from, ends[i]);
            from = ends[i]!;
            const one = { token, logprob: -1 - i, bytes, top_logprobs: [{ token, logprob: -1 - i, bytes }] };
            return { delta: { [key]: piece }, logprobs: { [key]: [one] } as object | null };
          });
    const thoughts = cutAt(reasoning, at.slice(0, 3)).map((piece) => ({
      delta: { reasoning_content: piece },
      logprobs: null,
    }));
    const made = Array.from({ length: calls }, (_, index) => [
      {
        delta: {
          tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name: 'f', arguments: '' } }],
        },
        logprobs: null,
      },
      { delta: { tool_calls: [{ index, function: { arguments: '{"a"' } }] }, logprobs: null },
      { delta: { tool_calls: [{ index, function: { arguments: ':1}' } }] }, logprobs: null },
    ]).flat();
    const first = { delta: { role: 'assistant', content: '' }, logprobs: null };
    return [first, ...thoughts, ...words, ...made];
  });
  for (const { index, piece, last } of interleave<{ delta: object; logprobs: object | null }>(lists)) {
    const { reason } = choices[index]!;
    const ending = merged && last ? reason : null;
    chunks.push({ ...head, choices: [{ index, ...piece, finish_reason: ending }] });
    if (last && !merged)
      chunks.push({ ...head, choices: [{ index, delta: {}, logprobs: null, finish_reason: reason }] });
  }
  chunks.push({ ...head, choices: [], usage });
  return chunks;
}

const sentChat: fc.Arbitrary<SentChat> = fc.record({
  text: replyText,
  finish,
  places,
  logprobs: fc.boolean(),
  reasoning: fc.oneof(fc.constant(''), fc.constantFrom('I think, so\nUser: STOP', '😀')),
  refusal: fc.boolean(),
  calls: fc.constantFrom(0, 0, 0, 1, 2),
  reason: fc.constantFrom('stop', 'length', 'content_filter', 'tool_calls'),
});

describe('law 3: chat chunks', () => {
  it('text cut anywhere gives the conversion of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        completionContexts,
        fc.array(sentChat, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.record({
          toolCalls: fc.constant('text' as const),
          reasoning: fc.constantFrom('drop' as const, 'think' as const),
          textOffset: fc.constantFrom(undefined, 0, 7),
        }),
        async (context, choices, merged, options) => {
          const chunks = chatChunks(choices, merged);
          const whole = await collectChatStream(chunks);
          const out = await all(toCompletionChunks(chunks, context, options));
          for (const chunk of out) CompletionChunk.parse(chunk);
          const wanted = toCompletionResponse(whole, context, options).response;
          expect(await collectCompletionStream(out)).toEqual(wanted);
        },
      ),
      runs(500),
    );
  });
});

describe('law 3: bytes', () => {
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.record({ choices: fc.constant([]), text: replyText }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

  it('cut anywhere, with any line ends and comments, give the same frames', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 6 }),
        lineEnd,
        fc.constantFrom('data: ', 'data:'),
        fc.constantFrom('', ': keepalive', 'event: message', 'retry: 10'),
        fc.constantFrom('none', 'blank', 'once', 'twice'),
        fc.boolean(),
        places,
        async (events, end, field, extra, done, packed, at) => {
          const frames = events.filter((one) => one !== null);
          let text = '';
          for (const one of events) {
            if (one === null) text += `: ping${end}${packed ? '' : end}`;
            else {
              if (extra !== '' && !packed) text += extra + end;
              // Without blank lines every line of data stands for itself.
              text += `${field}${JSON.stringify(one)}${end}${packed ? '' : end}`;
            }
          }
          if (done === 'none') text = text.replace(/[\r\n]+$/, '');
          else if (done === 'once' || done === 'twice') text += `${field}[DONE]${end}${end}`;
          if (done === 'twice') text += `${field}[DONE]${end}${end}`;
          const bytes = new TextEncoder().encode(text);
          const cuts = [...new Set(at.map((place) => Math.floor(place * bytes.length)))].sort(
            (a, b) => a - b,
          );
          const blocks = [...cuts, bytes.length].map((cut, i) =>
            bytes.subarray(i === 0 ? 0 : cuts[i - 1], cut),
          );
          const wanted = JSON.parse(
            JSON.stringify(frames).replace(/\\ud83d(?!\\ude00)|(?<!\\ud83d)\\ude00/g, '$&'),
          ) as object[];
          expect(await all(decodeFrames(blocks))).toEqual(wanted);
        },
      ),
      runs(500),
    );
  });

  it('frames out are frames in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ text: replyText, index: fc.nat() })), async (chunks) => {
        const bytes = await all(encodeFrames(chunks));
        for (const write of bytes) expect(new TextDecoder().decode(write)).toMatch(/^data: [^\r\n]*\n\n$/);
        expect(await all(decodeFrames(bytes))).toEqual(chunks);
      }),
      runs(200),
    );
  });
});
