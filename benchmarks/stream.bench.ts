/**
 * Streams, bytes in to bytes out, against JSON.parse and JSON.stringify of the same chunks. Best of several rounds, all in
 * one run; read the ratios, of which the first three should be at most 2.5. Run with `npm run bench stream`.
 */

import { replyStream } from '../src/fetch/reply/stream.js';
import {
  type ChatContext,
  type CompletionContext,
  chatChunkConverter,
  completionChunkConverter,
  type ProviderChatChunk,
  type ProviderCompletionChunk,
  toChatChunks,
  toCompletionChunks,
} from '../src/index.js';
import { type Converter, decodeFrames, encodeFrames, frameDecoder, frameEncoder } from '../src/sse.js';
import { emit } from './harness.js';

const rounds = Number(process.argv[2] ?? 200);
const encoder = new TextEncoder();

interface Stream {
  /** One whole frame a block, as servers flush them. */
  frames: Uint8Array[];
  payloads: string[];
}

function streamOf(payloads: string[]): Stream {
  return {
    payloads,
    frames: [...payloads.map((one) => `data: ${one}\n\n`), 'data: [DONE]\n\n'].map((one) =>
      encoder.encode(one),
    ),
  };
}

/** Words of a reply, as a stream of tokens. */
const words = Array.from(
  { length: 400 },
  (_, i) => [' The', ' show', ' goes', ' on', ',', ' and', ' so', ' do', ' we', '.\n'][i % 10]!,
);
const made = {
  completion: streamOf([
    ...words.map((text) => JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'gpt-3.5-turbo-instruct', choices: [{ text, index: 0, logprobs: null, finish_reason: null }] })),
    JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'gpt-3.5-turbo-instruct', choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }] }),
  ]),
  chat: streamOf([
    ...words.map((content) => JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', system_fingerprint: 'fp_1', choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }] })),
    JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini', system_fingerprint: 'fp_1', choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] }),
  ]),
}; // biome-ignore format: a table

const stops = ['\nUser:', '\nHuman:', '###', 'STOP'];
const chatContext: ChatContext = {
  kind: 'chat', model: 'm', n: 1, dialect: 'user-assistant', echo: null, lead: { labels: ['Assistant:'], gap: ' ' }, stops, logprobs: null,
  tools: false, calls: null, thinking: false, legacyFunctions: false, includeUsage: true,
}; // biome-ignore format: a table
const completionContext: CompletionContext = {
  kind: 'completion', model: 'm', prompts: [{ echo: null, offset: 12, lead: { labels: ['Assistant:'], gap: ' ' }, space: ' ' }], n: 1, bestOf: null,
  fanOut: false, stops, logprobs: null, reasons: false, includeUsage: true,
}; // biome-ignore format: a table

/** Where results go, so that none is optimized away. */
export let sink = 0;

/** The measure: what any program pays that reads the chunks and writes them again. */
function json({ payloads }: Stream): void {
  for (const payload of payloads) sink += JSON.stringify(JSON.parse(payload)).length;
}

function cores<In extends object, Out extends object>({ frames }: Stream, convert: Converter<In, Out>): void {
  const decoder = frameDecoder<In>();
  const out = frameEncoder();
  const send = (chunks: Out[]): void => {
    for (const chunk of chunks) for (const bytes of out.push(chunk)) sink += bytes.length;
  };
  for (const frame of frames) for (const chunk of decoder.push(frame)) send(convert.push(chunk));
  for (const chunk of decoder.end()) send(convert.push(chunk));
  send(convert.end());
  for (const bytes of out.end()) sink += bytes.length;
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const one of bytes) sink += one.length;
}

type Way = (stream: Stream) => void | Promise<void>;

/** Best time of one round over all streams, in milliseconds, the ways taking turns. */
async function best(streams: readonly Stream[], ways: readonly Way[]): Promise<number[]> {
  const times = ways.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, way] of ways.entries()) {
      const start = performance.now();
      for (const stream of streams) {
        const done = way(stream);
        if (done !== undefined) await done;
      }
      times[i] = Math.min(times[i]!, performance.now() - start);
    }
  }
  return times;
}

const options = { toolCalls: 'text', reasoning: 'think' } as const;
const limits = { maxFrame: 1 << 20, patience: 250 };
const edge = (body: Uint8Array[], converter: Parameters<typeof replyStream>[1]) =>
  replyStream([{ stream: 0, body }], converter, limits);
const toChat: Way[] = [
  json,
  (stream) => cores(stream, chatChunkConverter()),
  (stream) => cores(stream, chatChunkConverter(chatContext)),
  ({ frames }) => drain(edge(frames, chatChunkConverter(chatContext))),
  ({ frames }) =>
    drain(encodeFrames(toChatChunks(decodeFrames<ProviderCompletionChunk>(frames), chatContext))),
];
const toCompletion: Way[] = [
  json,
  (stream) => cores(stream, completionChunkConverter(null, options)),
  (stream) => cores(stream, completionChunkConverter(completionContext, options)),
  ({ frames }) => drain(edge(frames, completionChunkConverter(completionContext, options))),
  ({ frames }) =>
    drain(
      encodeFrames(toCompletionChunks(decodeFrames<ProviderChatChunk>(frames), completionContext, options)),
    ),
];

const columns = ['the core', 'with context', 'as the edges do it', 'three async iterables'];
console.log('times of JSON.parse + JSON.stringify of the same chunks (the aim is at most 2.5):');
console.log(['streams                  chunks  JSON µs/chunk', ...columns].join('   '));
for (const [name, streams, ways] of [
  ['completion to chat', [made.completion], toChat],
  ['chat to completion', [made.chat], toCompletion],
] as const) {
  const chunks = streams.flatMap(({ payloads }) => payloads).length;
  const [base = 1, ...times] = await best(streams, ways);
  const row = { group: 'Convert one chunk of a stream', name, unit: 'µs' } as const;
  emit({ ...row, by: 'JSON.parse + JSON.stringify', value: (base * 1000) / chunks });
  for (const [i, time] of times.entries())
    emit({ ...row, by: `rolecall, ${columns[i]}`, value: (time * 1000) / chunks });
  const per = ((base * 1000) / chunks).toFixed(2);
  const ratios = times.map((time, i) => (time / base).toFixed(2).padStart(columns[i]!.length));
  console.log(
    [`${name.padEnd(23)} ${String(chunks).padStart(7)}  ${per.padStart(13)}`, ...ratios].join('   '),
  );
}
