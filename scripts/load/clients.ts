import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { decodeFrames } from '../../src/sse.js';

export interface Place {
  direct: string;
  served: string;
  upstream(): Promise<Record<string, number>>;
  server(): Promise<Record<string, number>>;
}

export interface Load {
  streams: number;
  words: number;
  pause: number;
}

const now = (): number => performance.timeOrigin + performance.now();
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function open(url: string, body: object): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' }, agent: false },
      (response) => resolve({ request, response }),
    );
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

const prompt = (stream: number, words: number, pause: number, size = 0): string =>
  `stream=${stream} words=${words} pause=${pause} size=${size}`;
const chatBody = (text: string) => ({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: text }],
});

interface Chunk {
  choices: { text?: string; delta?: { content?: string } }[];
}

/** Reads one stream; counts what is lost or out of place, and how long each word was on its way. */
async function follow(url: string, body: object, stream: number, words: number) {
  const { response } = await open(url, body);
  const delays: number[] = [];
  let next = 0;
  let wrong = 0;
  let finished = false;
  for await (const chunk of decodeFrames<Chunk>(response)) {
    const arrived = now();
    const choice = chunk.choices[0];
    const text = choice?.text ?? choice?.delta?.content ?? '';
    if (text === '') {
      finished ||= next === words;
      continue;
    }
    const [, of, word, sent] = /^ ?s(\d+)w(\d+)@([\d.]+)$/.exec(text) ?? [];
    if (Number(of) !== stream || Number(word) !== next) wrong++;
    next++;
    delays.push(arrived - Number(sent));
  }
  return { delays, wrong: wrong + Math.abs(words - next) + (finished ? 0 : 1) };
}

interface Round {
  wrong: number;
  delays: number[];
}

async function round(base: string, { streams, words, pause }: Load): Promise<Round> {
  const direct = !base.endsWith('/chat');
  const all = await Promise.all(
    Array.from({ length: streams }, async (_, stream) => {
      // Spread over one pause, so that the words of all do not come at once.
      await wait((stream / streams) * pause);
      const text = prompt(stream, words, pause);
      return direct
        ? await follow(`${base}/completions`, { model: 'm', stream: true, prompt: text }, stream, words)
        : await follow(`${base}/completions`, chatBody(text), stream, words);
    }),
  );
  return {
    wrong: all.reduce((total, one) => total + one.wrong, 0),
    delays: all.flatMap((one) => one.delays).sort((a, b) => a - b),
  };
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
const spread = ({ delays }: Round): string =>
  [0.5, 0.95, 0.99].map((part) => `${quantile(delays, part).toFixed(2)} ms`).join(' / ');

/** Runs all kinds of load; true where one of them failed. */
export async function runClients(place: Place, load: Load): Promise<boolean> {
  let failed = false;
  const check = (ok: boolean, text: string): void => {
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${text}`);
    failed ||= !ok;
  };
  const { streams, words, pause } = load;
  const chat = `${place.served}/v1/chat`;

  // Once to warm up.
  await round(chat, { streams: 20, words: 50, pause: 2 });

  const direct = await round(`${place.direct}/v1`, load);
  const before = await place.server();
  const start = now();
  const served = await round(chat, load);
  const took = now() - start;
  const after = await place.server();
  const chunks = streams * words;
  check(
    served.wrong === 0,
    `${streams} streams of ${words} words, one each ${pause} ms: ${served.wrong} lost or mixed`,
  );
  console.log(
    `      latency a chunk (median / 95% / 99%): direct ${spread(direct)}; served ${spread(served)}`,
  );
  console.log(
    `      added, by the medians: ${(quantile(served.delays, 0.5) - quantile(direct.delays, 0.5)).toFixed(2)} ms; ` +
      `processor time of the server: ${((1000 * (after['cpu']! - before['cpu']!)) / chunks).toFixed(0)} µs a chunk, ` +
      `${((100 * (after['cpu']! - before['cpu']!)) / took).toFixed(0)}% of one core`,
  );

  const one = await round(chat, { streams: 1, words: 200, pause: 3 });
  const oneDirect = await round(`${place.direct}/v1`, { streams: 1, words: 200, pause: 3 });
  console.log(`      one stream alone: direct ${spread(oneDirect)}; served ${spread(one)}`);

  const sizes: number[] = [];
  const heaps: number[] = [];
  let lost = 0;
  for (let i = 0; i < 10; i++) {
    lost += (await round(chat, { streams, words: 40, pause: 2 })).wrong;
    const { rss, heap } = await place.server();
    sizes.push(rss!);
    heaps.push(heap!);
  }
  const grown = heaps.at(-1)! - heaps[2]!;
  check(lost === 0, `10 rounds of ${streams} streams, as fast as they come: ${lost} lost or mixed`);
  check(
    grown < 4 * 2 ** 20,
    `memory after rounds 1, 3 and 10: heap ${[0, 2, 9].map((i) => mebi(heaps[i]!)).join(', ')}; resident ${[0, 2, 9].map((i) => mebi(sizes[i]!)).join(', ')}`,
  );

  await vanish(place, chat, streams, check);
  await slow(place, chat, check);
  await hostile(place, chat, check);
  return failed;
}

type Check = (ok: boolean, text: string) => void;

/** Clients that go away in mid-stream. */
async function vanish(place: Place, chat: string, streams: number, check: Check): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: streams }, (_, i) => open(`${chat}/completions`, chatBody(prompt(i, 100_000, 20)))),
  );
  for (const { request, response } of clients) {
    response.resume();
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  }
  await wait(300);
  const { open: during } = await place.upstream();
  const start = now();
  for (const { request } of clients) request.destroy();
  let left = during!;
  while (left > 0 && now() - start < 5000) {
    await wait(2);
    left = (await place.upstream())['open']!;
  }
  check(
    during === streams && left === 0,
    `${streams} clients vanish in mid-stream: ${during} streams open at the upstream before, ${left} after ${(now() - start).toFixed(0)} ms`,
  );
}

/** Clients that read nothing of a stream that has no end. */
async function slow(place: Place, chat: string, check: Check): Promise<void> {
  const count = 50;
  const before = await place.server();
  const clients = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      open(`${chat}/completions`, chatBody(prompt(i, 100_000_000, 0, 4000))),
    ),
  );
  for (const { request, response } of clients) {
    response.pause();
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  }
  // The sockets on the way take in what they may; then nothing more goes.
  let { written } = await place.upstream();
  for (let i = 0; i < 30; i++) {
    await wait(1000);
    const { written: more } = await place.upstream();
    if (more === written) break;
    written = more;
  }
  const filled = await place.server();
  await wait(3000);
  const later = await place.server();
  const { written: last } = await place.upstream();
  const held = (one: Record<string, number>): number => one['heap']! + one['external']!;
  check(
    held(later) - held(filled) < 2 ** 20 && held(later) - held(before) < count * 2 ** 20 && last === written,
    `${count} readers that stop reading an endless stream: the server holds ${mebi(held(before))} before, ${mebi(held(filled))} when all stands still, ${mebi(held(later))} three seconds later; the upstream could send ${mebi(written!)} in all, most of it into the sockets' own buffers, and then ${mebi(last! - written!)}`,
  );
  for (const { request } of clients) request.destroy();
  await wait(500);
}

/** Bodies that are wrong, in many ways. */
async function hostile(place: Place, chat: string, check: Check): Promise<void> {
  const seeds = [
    '',
    '{',
    'null',
    '[]',
    `{"model":"m","messages":${'['.repeat(300_000)}${']'.repeat(300_000)}}`,
    `{"model":"m","messages":[{"role":"user","content":"${'x'.repeat(2_000_000)}"}]}`,
    '{"model":"m","messages":[{"role":"user"}]}',
    '{"model":"m","messages":[{"role":"tool","content":"x","tool_call_id":"a"}]}',
    '{"model":"m","messages":[{"role":"user","content":"x"}],"stop":[[]]}',
    '{"__proto__":{"x":1}}',
    '\u0000\ufffd',
  ];
  let wrong = 0;
  for (let i = 0; i < 300; i++) {
    const response = await fetch(`${chat}/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: seeds[i % seeds.length]!,
    });
    const body = (await response.json()) as { error?: { message?: unknown; type?: unknown } };
    const shaped = typeof body.error?.message === 'string' && body.error.type === 'invalid_request_error';
    if (response.status < 400 || response.status >= 500 || !shaped) wrong++;
  }
  const alive = await round(chat, { streams: 10, words: 10, pause: 1 });
  check(
    wrong === 0 && alive.wrong === 0,
    `300 hostile bodies: ${wrong} without a 4xx in the right shape; the server lives on`,
  );
  const { rss, heap } = await place.server();
  console.log(`      at the end: heap ${mebi(heap!)}, resident ${mebi(rss!)}`);
}
