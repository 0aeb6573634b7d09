/**
 * Every recorded stream: from its bytes to chunks of the other kind, put together, against the conversion of the whole
 * response that the stream is the parts of. Streams that have no end must be an error, with what came before kept.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChatContext,
  type CompletionContext,
  collectChatStream,
  collectCompletionStream,
  isRolecallError,
  type ProviderChatChunk,
  type ProviderCompletionChunk,
  toChatChunks,
  toChatResponse,
  toCompletionChunks,
  toCompletionResponse,
} from '../../src/index.js';
import { ChatChunk, ChatResponse, CompletionChunk, CompletionResponse } from '../../src/schemas/index.js';
import { decodeFrames, encodeFrames } from '../../src/sse.js';

interface Recorded {
  source: string;
  sse: string | object[];
}

const folder = join(import.meta.dirname, '../../../shared/recorded');
const read = (name: string): Recorded[] => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded[];

const encoder = new TextEncoder();
/** The stream as bytes, in blocks of a length. */
async function* blocks({ sse }: Recorded, length: number): AsyncGenerator<Uint8Array> {
  let bytes: Uint8Array;
  if (typeof sse === 'string') bytes = encoder.encode(sse);
  else
    bytes = encoder.encode(
      `${sse.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`,
    );
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** The text of a stream that breaks off, and the code of the error. */
async function broken<T>(
  chunks: AsyncIterable<T>,
  textOf: (chunk: T) => string,
): Promise<{ text: string; code: string }> {
  let text = '';
  try {
    for await (const chunk of chunks) text += textOf(chunk);
  } catch (error) {
    return { text, code: isRolecallError(error) ? error.code : String(error) };
  }
  return { text, code: 'none' };
}

const problems: string[] = [];
const tally = { converted: 0, errors: 0, incomplete: 0 };

async function check<Chunk, Out, Whole>(
  name: string,
  record: Recorded,
  way: {
    collect: (chunks: AsyncIterable<Chunk>) => Promise<Whole>;
    convert: (chunks: AsyncIterable<Chunk>) => AsyncIterable<Out>;
    collectOut: (chunks: AsyncIterable<Out>) => Promise<unknown>;
    whole: (response: Whole) => unknown;
    valid: (chunk: unknown) => boolean;
    validWhole: (response: unknown) => boolean;
    textIn: (chunk: Chunk) => string;
    textOut: (chunk: Out) => string;
  },
): Promise<void> {
  const frames = (length: number): AsyncIterable<Chunk> =>
    decodeFrames(blocks(record, length)) as AsyncIterable<unknown> as AsyncIterable<Chunk>;
  let original: Whole;
  try {
    original = await way.collect(frames(64));
  } catch (error) {
    const code = isRolecallError(error) ? error.code : String(error);
    const before = await broken(frames(1000), way.textIn);
    const after = await broken(way.convert(frames(7)), way.textOut);
    if (after.code !== code) problems.push(`${name}: ${after.code} instead of ${code}`);
    // A space that the label owns is put back in front.
    if (after.text.trimStart() !== before.text.trimStart())
      problems.push(`${name}: ${JSON.stringify(after.text)} kept of ${JSON.stringify(before.text)}`);
    if (code === 'provider-error') tally.errors++;
    else if (code === 'incomplete-stream') tally.incomplete++;
    else problems.push(`${name}: ${String(error)}`);
    return;
  }
  if (!way.validWhole(original)) problems.push(`${name}: the response is not valid`);
  const wanted = way.whole(original);
  for (const length of [1, 13, 4096]) {
    try {
      const out: Out[] = [];
      for await (const chunk of way.convert(frames(length))) out.push(chunk);
      if (!out.every(way.valid)) problems.push(`${name}: a chunk is not valid`);
      const bytes = encodeFrames(out as object[]);
      const got = await way.collectOut(decodeFrames(bytes) as AsyncIterable<unknown> as AsyncIterable<Out>);
      if (!same(got, wanted)) {
        problems.push(`${name}, blocks of ${length}:\n    ${canonical(got)}\n    ${canonical(wanted)}`);
        break;
      }
    } catch (error) {
      problems.push(`${name}, blocks of ${length}: ${error instanceof Error ? error.stack : String(error)}`);
      break;
    }
  }
  tally.converted++;
}

const stops = ['\nUser:', 'STOP'];
const chatContext: ChatContext = {
  kind: 'chat',
  model: 'm',
  n: 3,
  dialect: 'user-assistant',
  echo: null,
  lead: { labels: ['Assistant:'], gap: ' ' },
  stops,
  logprobs: null,
  tools: false,
  thinking: false,
  legacyFunctions: false,
  includeUsage: true,
};
const completionContext: CompletionContext = {
  kind: 'completion',
  model: 'm',
  prompts: [{ echo: null, offset: 12, lead: { labels: ['Assistant:'], gap: ' ' }, space: ' ' }],
  n: 3,
  bestOf: null,
  fanOut: false,
  stops,
  logprobs: 2,
  reasons: false,
  includeUsage: true,
};

const completions = read('completion_streams.json');
for (const context of [undefined, chatContext]) {
  for (const [i, record] of completions.entries()) {
    await check<ProviderCompletionChunk, ChatChunk, CompletionResponse>(
      `completion stream ${i}${context === undefined ? '' : ' with a context'} (${record.source})`,
      record,
      {
        collect: (chunks) => collectCompletionStream(chunks),
        convert: (chunks) => toChatChunks(chunks, context),
        collectOut: (chunks) => collectChatStream(chunks),
        whole: (response) => toChatResponse(response, context).response,
        valid: (chunk) => ChatChunk.safeParse(chunk).success,
        validWhole: (response) => CompletionResponse.safeParse(response).success,
        textIn: (chunk) => chunk.choices?.map((choice) => choice.text ?? '').join('') ?? '',
        textOut: (chunk) => chunk.choices.map(({ delta }) => delta.content ?? '').join(''),
      },
    );
  }
}
const first = { ...tally };
const chats = read('chat_streams.json');
const options = { toolCalls: 'text', reasoning: 'think' } as const;
for (const context of [undefined, completionContext]) {
  for (const [i, record] of chats.entries()) {
    await check<ProviderChatChunk, CompletionChunk, ChatResponse>(
      `chat stream ${i}${context === undefined ? '' : ' with a context'} (${record.source})`,
      record,
      {
        collect: (chunks) => collectChatStream(chunks),
        convert: (chunks) => toCompletionChunks(chunks, context, options),
        collectOut: (chunks) => collectCompletionStream(chunks),
        whole: (response) => toCompletionResponse(response, context, options).response,
        valid: (chunk) => CompletionChunk.safeParse(chunk).success,
        validWhole: (response) => ChatResponse.safeParse(response).success,
        textIn: (chunk) =>
          chunk.choices
            ?.map(({ delta }) => (typeof delta?.content === 'string' ? delta.content : ''))
            .join('') ?? '',
        textOut: (chunk) =>
          chunk.choices
            .map(({ text }) => text)
            .join('')
            .replace(/^<think>\n.*/s, ''),
      },
    );
  }
}
const part = (now: typeof tally, before = { converted: 0, errors: 0, incomplete: 0 }): string =>
  `${now.converted - before.converted} convert as their whole, ${now.errors - before.errors} are errors, ${now.incomplete - before.incomplete} have no end`;
console.log(`${completions.length} completion streams, without and with a context: ${part(first)}`);
console.log(`${chats.length} chat streams, without and with a context: ${part(tally, first)}`);
for (const problem of problems) console.log(`  ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
