/**
 * Every recorded response, stream and error of an upstream, served through `rolecall/fetch` to the official client: the text
 * must be the upstream's own, a stream that has no end must be an error, and an error must keep its status and message.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { chatOverCompletions, completionsOverChat, type Fetch } from '../../src/fetch/index.js';
import { overflowNumbers } from '../../src/fetch/overflow.js';
import { collectChatStream, collectCompletionStream, normalizeError } from '../../src/index.js';
import type { ProviderChatChunk, ProviderCompletionChunk } from '../../src/schemas/provider.js';
import { decodeFrames } from '../../src/sse.js';

interface Recorded {
  source: string;
  sse?: string | object[];
  json?: unknown;
  http_status?: number;
}

const folder = join(import.meta.dirname, '../../../shared/recorded');
const read = (name: string): Recorded[] => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded[];

const sseOf = ({ sse }: Recorded): string =>
  typeof sse === 'string'
    ? sse
    : `${(sse ?? []).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;

/** The stream in pieces of seven bytes. */
function cut(text: string): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, at + 7));
      at += 7;
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const clientOf = (fetch: Fetch): OpenAI =>
  new OpenAI({ apiKey: 'k', baseURL: 'http://up/v1', maxRetries: 0, fetch });
// A dialect that takes nothing off a reply, and a prompt that has no label to put a space behind.
const chat = (answer: () => Response): OpenAI =>
  clientOf(chatOverCompletions({ dialect: 'chatml', fetch: async () => answer(), reasoning: false }));
const completions = (answer: () => Response): OpenAI =>
  clientOf(completionsOverChat({ fetch: async () => answer(), toolCalls: 'text' }));

const messages = [{ role: 'user' as const, content: 'Say it' }];
const failures: string[] = [];
const counts: Record<string, number> = {};

function compare(kind: string, { source }: Recorded, got: unknown, wanted: unknown): void {
  counts[kind] = (counts[kind] ?? 0) + 1;
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b)
    failures.push(`${kind}: ${source}\n    got    ${a?.slice(0, 300)}\n    wanted ${b?.slice(0, 300)}`);
}

/** Texts by index, or the fact that it is an error. */
async function outcome(texts: () => Promise<string[]>): Promise<string[] | 'error'> {
  try {
    return await texts();
  } catch {
    return 'error';
  }
}

for (const one of read('completion_streams.json')) {
  const direct = await outcome(async () => {
    const frames = decodeFrames<ProviderCompletionChunk>([sseOf(one)]);
    return (await collectCompletionStream(frames)).choices!.map(({ text }) => text ?? '');
  });
  const served = await outcome(async () => {
    const texts: string[] = [];
    const stream = await chat(() => cut(sseOf(one))).chat.completions.create({
      model: 'm',
      messages,
      n: 8,
      stream: true,
    });
    for await (const { choices } of stream) {
      for (const { index, delta } of choices) texts[index] = (texts[index] ?? '') + (delta.content ?? '');
    }
    return texts;
  });
  compare('completion streams', one, served, direct);
}

for (const one of read('chat_streams.json')) {
  const direct = await outcome(async () => {
    const frames = decodeFrames<ProviderChatChunk>([sseOf(one)]);
    return (await collectChatStream(frames)).choices!.map(({ message }) =>
      typeof message?.content === 'string' ? message.content : '',
    );
  });
  const served = await outcome(async () => {
    const texts: string[] = [];
    const stream = await completions(() => cut(sseOf(one))).completions.create({
      model: 'm',
      prompt: 'Say it',
      n: 8,
      stream: true,
    });
    for await (const { choices } of stream)
      for (const { index, text } of choices) texts[index] = (texts[index] ?? '') + text;
    return texts;
  });
  // Calls, refusals and transcripts are written into the text, which the content alone is not.
  const rest = /"tool_calls":\s*\[\s*\{|"function_call":\s*\{|"refusal":\s*"[^"]|"transcript"/.test(
    sseOf(one),
  );
  if (direct === 'error' || served === 'error' || !rest) compare('chat streams', one, served, direct);
}

for (const one of read('completion_responses.json')) {
  const body = one.json as { choices?: { index?: number; text?: string }[] } | null;
  if (!Array.isArray(body?.choices)) continue;
  const served = await outcome(async () =>
    (
      await chat(() => Response.json(body)).chat.completions.create({
        model: 'm',
        messages,
        n: body.choices!.length,
      })
    ).choices.map(({ message }) => message.content ?? ''),
  );
  const choices = [...body.choices].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  compare(
    'completion responses',
    one,
    served,
    choices.map(({ text }) => text ?? ''),
  );
}

for (const one of read('error_responses.json')) {
  const status = one.http_status ?? 400;
  if (status < 400) continue;
  const wanted = [status, normalizeError(one.json, status).error.message];
  for (const ask of [
    () => chat(() => Response.json(one.json, { status })).chat.completions.create({ model: 'm', messages }),
    () =>
      completions(() => Response.json(one.json, { status })).completions.create({
        model: 'm',
        prompt: 'Say it',
      }),
  ]) {
    const error = (await ask().catch((thrown: unknown) => thrown)) as InstanceType<typeof OpenAI.APIError>;
    compare(
      'errors',
      one,
      [error.status, (error.error as { message?: string } | undefined)?.message],
      wanted,
    );
  }
  const text = JSON.stringify(one.json);
  const meant = /maximum context length|User input tokens exceeds/.test(text);
  compare('errors of the window', one, overflowNumbers(text) !== undefined, meant);
}

for (const [kind, count] of Object.entries(counts)) console.log(`${kind}: ${count}`);
for (const failure of failures) console.log(`FAIL ${failure}`);
process.exit(failures.length === 0 ? 0 : 1);
