/**
 * Streams, bytes in to bytes out, against JSON.parse and JSON.stringify of the same chunks. Best of several rounds, all in
 * one run; read the ratios. Run with `npm run bench stream`. Uses the recorded streams where their folder is there, and
 * made ones of the same shape.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

function recorded(name: string): Stream[] {
  const file = join(process.cwd(), '../shared/recorded', name);
  if (!existsSync(file)) return [];
  const records = JSON.parse(readFileSync(file, 'utf8')) as { sse: string | object[] }[];
  const streams: Stream[] = [];
  for (const { sse } of records) {
    const payloads =
      typeof sse === 'string'
        ? [...sse.matchAll(/^data: ?(\{.*\})\s*$/gm)].map((match) => match[1]!)
        : sse.map((chunk) => JSON.stringify(chunk));
    const ends = payloads.some((one) => /"finish_reason": ?"\w/.test(one));
    if (ends && payloads.length > 5) streams.push(streamOf(payloads));
  }
  return streams;
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
  tools: false, thinking: false, legacyFunctions: false, includeUsage: true,
}; // biome-ignore format: a table
const completionContext: CompletionContext = {
  kind: 'completion', model: 'm', prompts: [{ echo: null, offset: 12, lead: { labels: ['Assistant:'], gap: ' ' }, space: ' ' }], n: 1, bestOf: null,
  fanOut: false, stops, logprobs: null, reasons: false, includeUsage: true,
}; // biome-ignore format: a table

let sink = 0;

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
const toChat: Way[] = [
  json,
  (stream) => cores(stream, chatChunkConverter()),
  (stream) => cores(stream, chatChunkConverter(chatContext)),
  ({ frames }) =>
    drain(encodeFrames(toChatChunks(decodeFrames<ProviderCompletionChunk>(frames), chatContext))),
];
const toCompletion: Way[] = [
  json,
  (stream) => cores(stream, completionChunkConverter(null, options)),
  (stream) => cores(stream, completionChunkConverter(completionContext, options)),
  ({ frames }) =>
    drain(
      encodeFrames(toCompletionChunks(decodeFrames<ProviderChatChunk>(frames), completionContext, options)),
    ),
];

console.log('times of JSON.parse + JSON.stringify of the same chunks (the aim is at most 2):');
console.log('streams                        chunks   JSON µs/chunk   core   with context   async iterables');
for (const [name, streams, ways] of [
  ['completion to chat, recorded', recorded('completion_streams.json'), toChat],
  ['completion to chat, made', [made.completion], toChat],
  ['chat to completion, recorded', recorded('chat_streams.json'), toCompletion],
  ['chat to completion, made', [made.chat], toCompletion],
] as const) {
  if (streams.length === 0) {
    console.log(`${name}: skipped, there is no folder of recorded streams`);
    continue;
  }
  const chunks = streams.flatMap(({ payloads }) => payloads).length;
  const [base = 1, ...times] = await best(streams, ways);
  const ratios = times.map((time) => (time / base).toFixed(2));
  const per = ((base * 1000) / chunks).toFixed(2);
  const ways3 = ['rolecall, the core', 'rolecall, with context', 'rolecall, async iterables'];
  for (const [i, time] of [base, ...times].entries()) {
    const by = i === 0 ? 'JSON.parse + JSON.stringify' : (ways3[i - 1] ?? '');
    emit({ group: 'Convert one chunk of a stream', name, by, value: (time * 1000) / chunks, unit: 'µs' });
  }
  console.log(
    `${name.padEnd(30)} ${String(chunks).padStart(6)} ${per.padStart(15)} ${ratios[0]!.padStart(6)} ${ratios[1]!.padStart(14)} ${ratios[2]!.padStart(17)}`,
  );
}
if (sink === 0) process.exitCode = 1;
