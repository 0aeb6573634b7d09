/** `rolecall serve` in front of the server, beside the server's own chat. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { bundle } from '../bundle.js';
import { assistant, conversations, system, tools, user } from './cases.js';
import { conversationsFor, idsOf, type Served } from './compare.js';
import { freePort, type Running, start, stop, until } from './processes.js';

const root = join(import.meta.dirname, '..', '..');

export interface Edge {
  running: Running;
  url: string;
}

let bundled: Promise<string> | undefined;

/** The command line of the sources, as one file. */
function commandLine(): Promise<string> {
  const file = join(root, 'node_modules', '.real', 'rolecall.mjs');
  bundled ??= bundle(join(root, 'src', 'cli', 'bin.ts'), file).then(() => file);
  return bundled;
}

/** Starts `rolecall serve`. */
export async function startEdge(port: number, more: readonly string[]): Promise<Edge> {
  const own = await freePort();
  const upstream = `http://127.0.0.1:${port}/v1`;
  const flags = ['serve', '--upstream', upstream, '--port', String(own), '--quiet', ...more];
  const running = start(process.execPath, [await commandLine(), ...flags]);
  await until(`http://127.0.0.1:${own}/healthz`, running, 30_000);
  return { running, url: `http://127.0.0.1:${own}/v1` };
}

export const clientOf = (baseURL: string): OpenAI => new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });

export type Answer = OpenAI.ChatCompletion;
export type Asked = Answer | { error: string };

/** `cache_prompt: false`, since with the cache equal prompts can give other texts. */
const usual = { model: 'm', temperature: 0, seed: 7, max_tokens: 10, cache_prompt: false };

export async function ask(client: OpenAI, body: object): Promise<Asked> {
  try {
    return (await client.chat.completions.create({ ...usual, ...body } as never)) as Answer;
  } catch (error) {
    const { status, message } = error as { status?: number; message: string };
    return { error: `${status} ${message}` };
  }
}

/** Some versions of the server trim replies; a character that is cut off at the end is dropped by some, and shown by others. */
export const saidIn = (answer: Answer): string[] =>
  answer.choices.map(({ message }) => {
    const { content, reasoning_content: reasoning } = message as {
      content: string | null;
      reasoning_content?: string;
    };
    return `${reasoning ?? ''}${content ?? ''}`.trim().replace(/\ufffd+$/, '');
  });
const finishesIn = ({ choices }: Answer): string[] => choices.map(({ finish_reason }) => finish_reason);

interface Side {
  served: Served;
  mine: OpenAI;
  own: OpenAI;
}

async function compareRequests({ served, mine, own }: Side): Promise<void> {
  const hi = [user('Hi')];
  const requests: [string, { messages: object[] } & Record<string, unknown>][] = [
    ...conversationsFor(served),
    ['max_completion_tokens', { messages: hi, max_tokens: undefined, max_completion_tokens: 5 }],
    ['seed 42', { messages: hi, temperature: 1, seed: 42 }],
    ['penalties', { messages: hi, temperature: 1, seed: 42, frequency_penalty: 0.5, presence_penalty: 0.3, top_p: 0.9 }],
    ['logit_bias', { messages: hi, logit_bias: { 1000: 100 } }],
    ['n 3', { messages: hi, n: 3, temperature: 1, seed: 3 }],
  ] as never; // biome-ignore format: a table
  for (const [name, body] of requests) {
    const [a, b] = [await ask(mine, body), await ask(own, body)];
    // The server itself refuses.
    if ('error' in b) continue;
    const { tally, model } = served;
    const what = `${model.name} serve ${name}:`;
    if ('error' in a) {
      tally.check(`${what} an answer`, false, a.error);
      continue;
    }
    tally.equal(`${what} prompt tokens`, b.usage?.prompt_tokens, a.usage?.prompt_tokens);
    const last = body.messages.at(-1) as { role: string; content: string };
    const prefill = last.role === 'assistant' ? last.content : '';
    // The server says the prefill again.
    const theirs = saidIn(b).map((text) =>
      text.startsWith(prefill) ? text.slice(prefill.length).trim() : text,
    );
    tally.equal(`${what} text`, theirs, saidIn(a));
    tally.equal(`${what} finish`, finishesIn(b), finishesIn(a));
  }
}

const plain = { messages: conversations['plain']!.messages };

async function compareOptions({ served: { model, tally }, mine, own }: Side): Promise<void> {
  const what = `${model.name} serve`;
  const whole = await ask(mine, plain);
  if ('error' in whole) {
    tally.check(`${what} a plain request`, false, whole.error);
    return;
  }
  const word = [...(saidIn(whole)[0] ?? '')].slice(8, 12).join('');
  const stopped = await ask(mine, { ...plain, stop: ['1!', '2!', '3!', '4!', '5!', word] });
  const obeys = 'choices' in stopped && !saidIn(stopped)[0]!.includes(word) && finishesIn(stopped)[0] === 'stop';
  tally.check(`${what} six stops`, obeys, stopped);

  const rows = (answer: Asked): unknown =>
    'error' in answer
      ? answer.error
      : answer.choices[0]?.logprobs?.content?.map((one) => [one.token, Math.round(one.logprob * 100), one.bytes, one.top_logprobs.length]);
  const logprobs = { ...plain, max_tokens: 5, logprobs: true, top_logprobs: 3 };
  tally.equal(`${what} logprobs`, rows(await ask(own, logprobs)), rows(await ask(mine, logprobs)));

  const streamed = await streamOf(mine, { ...plain, stream_options: { include_usage: true } });
  const { message, finish_reason: finish } = whole.choices[0]!;
  tally.equal(`${what} stream`, { text: message.content, finish, promptTokens: whole.usage?.prompt_tokens }, streamed);

  const schema = { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'], additionalProperties: false };
  const json = await ask(mine, { messages: [user('JSON')], max_tokens: 60, response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } });
  tally.check(`${what} json_schema`, 'choices' in json && /^\s*\{\s*"a"/.test(saidIn(json)[0]!), json);
} // biome-ignore format: a table

async function streamOf(
  client: OpenAI,
  body: object,
): Promise<{ text: string; finish: unknown; promptTokens: unknown }> {
  let text = '';
  let finish: unknown;
  let promptTokens: unknown;
  const chunks = await client.chat.completions.create({ ...usual, ...body, stream: true } as never);
  for await (const chunk of chunks as unknown as AsyncIterable<OpenAI.ChatCompletionChunk>) {
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    promptTokens = chunk.usage?.prompt_tokens ?? promptTokens;
  }
  return { text, finish, promptTokens };
}

/** A history that does not fit: refused as the server does, or trimmed. */
async function compareOverflow({ served, mine, own }: Side): Promise<void> {
  const { model, tally, port } = served;
  const line = (i: number): string => `Line ${i} has a lot of words in it, and 1 2 3 4 5 6 7 8 9 10 11 12.`;
  const turns = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? user : assistant)(line(i)));
  const body = { messages: [system('Be brief.'), ...turns, user('Last?')] };
  const status = (answer: Asked): string => ('error' in answer ? answer.error.slice(0, 3) : '200');
  tally.equal(
    `${model.name} serve too long`,
    ['400', '400'],
    [status(await ask(mine, body)), status(await ask(own, body))],
  );
  for (const overflow of ['fit', 'retry']) {
    const other = await startEdge(port, [
      '--server',
      'llama.cpp',
      '--dialect',
      model.dialect,
      '--overflow',
      overflow,
    ]);
    const answer = await ask(clientOf(other.url), body);
    stop(other.running);
    const fits =
      'usage' in answer && answer.usage?.completion_tokens === 10 && answer.usage.prompt_tokens > 500;
    tally.check(`${model.name} serve overflow ${overflow}`, fits, answer);
  }
}

interface Slot {
  is_processing: boolean;
  next_token?: { n_decoded?: number }[];
}

/** Are all slots free soon, and that before the reply of 900 tokens was made? A machine that is busy takes its time. */
async function slotsFreed(port: number): Promise<[boolean, Slot[]]> {
  const ends = Date.now() + 5000;
  for (;;) {
    const slots = (await (await fetch(`http://127.0.0.1:${port}/slots`)).json()) as Slot[];
    const made = slots.flatMap(({ next_token: tokens }) => tokens?.map(({ n_decoded: n }) => n ?? 0) ?? []);
    const free = slots.every(({ is_processing: busy }) => !busy);
    if (free || Date.now() > ends) return [free && Math.max(0, ...made) < 900, slots];
    await sleep(50);
  }
}

async function compareStreams({ served, mine }: Side): Promise<void> {
  const { model, tally, port } = served;
  let seen = 0;
  const endless = await mine.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 900, stream: true });
  for await (const _ of endless) if (++seen === 5) break;
  tally.check(`${model.name} serve an abort frees the slot`, ...(await slotsFreed(port)));

  const requests = Array.from({ length: 20 }, (_, i) => ({ messages: [user(`Number ${i}`)], seed: 1, max_tokens: 12 }));
  const together = await Promise.all(requests.map(async (request) => (await streamOf(mine, request)).text));
  const alone: unknown[] = [];
  for (const request of requests) {
    const answer = await ask(mine, request);
    alone.push('error' in answer ? answer.error : answer.choices[0]!.message.content);
  }
  tally.equal(`${model.name} serve 20 streams at once`, alone, together);
} // biome-ignore format: a table

/** What a model of this kind says when it calls: a grammar makes this one say it, in its own control tokens. */
async function compareCall({ served: { model, port, tally }, mine }: Side): Promise<void> {
  const { call } = model;
  if (call === undefined) return;
  const bias: Record<number, number> = {};
  for (const [mark] of call.matchAll(/<[^<>\s]+>|\[[A-Z_]+\]/g)) {
    const ids = await idsOf(port, mark);
    if (ids.length === 1) bias[ids[0]!] = 60;
  }
  const grammar = `root ::= ${JSON.stringify(call)}`;
  const answer = await ask(mine, {
    messages: [user('Weather?')],
    tools,
    max_tokens: 200,
    grammar,
    logit_bias: bias,
  });
  const calls = 'choices' in answer ? answer.choices[0]?.message.tool_calls : undefined;
  const first = calls?.[0];
  const name = first?.type === 'function' ? first.function.name : undefined;
  tally.check(`${model.name} serve a call in the reply`, name === 'get_weather', answer);
}

export async function compareServe(served: Served): Promise<void> {
  const { model, port } = served;
  const edge = await startEdge(port, ['--server', 'llama.cpp', '--dialect', model.dialect]);
  const side: Side = { served, mine: clientOf(edge.url), own: clientOf(`http://127.0.0.1:${port}/v1`) };
  for (const compare of [compareRequests, compareOptions, compareOverflow, compareStreams, compareCall])
    await compare(side);
  stop(edge.running);
}
