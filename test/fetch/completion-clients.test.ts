import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestListener } from '@remix-run/node-fetch-server';
import OpenAI from 'openai';
import { Configuration, OpenAIApi } from 'openai-v3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionsOverChat, createHandler, type Fetch, scriptedModel } from '../../src/fetch/index.js';
import { refusedResponse, type Seen, type TestUpstream, upstream } from '../support/upstream.js';

const prompt = 'Be friendly.\n\nHuman: Hello, who are you?\nAI:';

/** A chat model, and what it was asked. */
function chatModel(
  reply: (messages: readonly { role: string; content?: unknown }[], choice: number) => string,
): TestUpstream {
  const model = scriptedModel({
    model: 'gpt-4o-mini',
    reply: (asked, i) => reply('messages' in asked ? asked.messages : [], i),
  });
  return upstream(({ url, method, headers, body, signal }: Seen) =>
    model(url, { method, headers, signal, ...(method === 'GET' ? {} : { body: JSON.stringify(body) }) }),
  );
}

describe('completions.create of the openai client over a chat model', () => {
  const clientOf = (fetch: Fetch) =>
    new OpenAI({
      apiKey: 'k',
      baseURL: 'http://chat/v1',
      maxRetries: 0,
      fetch: completionsOverChat({ model: 'gpt-4o-mini', fetch }),
    });

  it('recovers the roles, and gives the text as the old model would', async () => {
    const server = chatModel(() => "I'm an AI.");
    const reply = await clientOf(server.fetch).completions.create({
      model: 'text-davinci-003',
      prompt,
      stop: [' Human:', ' AI:'],
      max_tokens: 50,
    });
    expect(server.seen[0]!.url.href).toBe('http://chat/v1/chat/completions');
    expect(server.seen[0]!.body).toEqual({
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be friendly.' },
        { role: 'user', content: 'Hello, who are you?' },
      ],
      max_completion_tokens: 50,
    });
    expect(reply.object).toBe('text_completion');
    expect(reply.choices).toEqual([{ index: 0, text: " I'm an AI.", logprobs: null, finish_reason: 'stop' }]);
  });

  it('streams', async () => {
    const stream = await clientOf(chatModel(() => 'One two three.\nHuman: four').fetch).completions.create({
      model: 'text-davinci-003',
      prompt,
      stop: '\nHuman:',
      stream: true,
      max_tokens: 50,
      stream_options: { include_usage: true },
    });
    let text = '';
    let finish: unknown;
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect([text, finish]).toEqual([' One two three.', 'stop']);
    expect(usage).toHaveProperty('total_tokens');
  });

  it('gives logprobs in lists', async () => {
    const reply = await clientOf(chatModel(() => 'positive').fetch).completions.create({
      model: 'm',
      prompt: 'Tweet: "I love it"\nSentiment:',
      logprobs: 2,
    });
    expect(reply.choices[0]!.logprobs!.tokens).toEqual([' positive']);
    expect(Object.keys(reply.choices[0]!.logprobs!.top_logprobs![0]!)).toEqual([' positive']);
  });
});

describe('a batch', () => {
  const prompts = Array.from({ length: 12 }, (_, i) => `Human: Question ${i}\nAI:`);
  const lastOf = (messages: readonly { content?: unknown }[]): string => String(messages.at(-1)?.content);

  /** Answers after a while, the later the sooner, and counts how many wait. */
  function slow(answer: (seen: Seen) => Response | Promise<Response>) {
    let now = 0;
    const most = { value: 0 };
    const server = upstream(async (seen) => {
      most.value = Math.max(most.value, ++now);
      try {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(resolve, 5 + (server.seen.length % 3) * 5);
          seen.signal.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(seen.signal.reason);
          });
        });
        return await answer(seen);
      } finally {
        now--;
      }
    });
    return { ...server, most };
  }

  const echo = scriptedModel({
    reply: (asked) => `About ${'messages' in asked ? lastOf(asked.messages) : ''}`,
  });
  const answered = ({ url, headers, body }: Seen): Promise<Response> =>
    echo(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const clientOf = (fetch: Fetch, concurrency?: number) =>
    new OpenAI({
      apiKey: 'k',
      baseURL: 'http://chat/v1',
      maxRetries: 0,
      fetch: completionsOverChat({ fetch, concurrency }),
    });

  it.each([1, 3, undefined])('keeps its order, with at most %s under way', async (concurrency) => {
    const server = slow(answered);
    const reply = await clientOf(server.fetch, concurrency).completions.create({
      model: 'm',
      prompt: prompts,
      n: 2,
    });
    expect(reply.choices.map(({ index, text }) => [index, text])).toEqual(
      Array.from({ length: 24 }, (_, i) => [i, ` About Question ${Math.floor(i / 2)}`]),
    );
    expect(server.seen).toHaveLength(12);
    expect(server.most.value).toBe(concurrency ?? 8);
  });

  it.each([2, 20])('streams with %s under way', async (concurrency) => {
    const server = slow(answered);
    const stream = await clientOf(server.fetch, concurrency).completions.create({
      model: 'm',
      prompt: prompts,
      stream: true,
    });
    const texts = prompts.map(() => '');
    for await (const { choices } of stream) for (const { index, text } of choices) texts[index] += text;
    expect(texts).toEqual(prompts.map((_, i) => ` About Question ${i}`));
    expect(server.most.value).toBeLessThanOrEqual(concurrency);
  });

  it.each([false, true])('fails as a whole, and cancels the rest (stream: %s)', async (stream) => {
    const server = slow((seen) => {
      if (JSON.stringify(seen.body).includes('Question 1"')) return refusedResponse(429, 'Slow down.');
      // The others would take long.
      return new Promise((_, reject) =>
        seen.signal.addEventListener('abort', () => reject(seen.signal.reason)),
      );
    });
    const failing = clientOf(server.fetch, 4).completions.create({ model: 'm', prompt: prompts, stream });
    await expect(failing).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    expect(server.seen).toHaveLength(4);
    expect(server.seen.every(({ signal }) => signal.aborted)).toBe(true);
  });
});

/** What old code does with a stream: lines, `data: `, JSON. */
function readOld(stream: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (data: Buffer) => {
      const lines = data
        .toString()
        .split('\n')
        .filter((line) => line.trim() !== '');
      for (const line of lines) {
        const message = line.replace(/^data: /, '');
        if (message === '[DONE]') return resolve(text);
        // One that was cut in two would throw here, as it did then.
        text += (JSON.parse(message) as { choices: { text: string }[] }).choices[0]?.text ?? '';
      }
      return undefined;
    });
    stream.on('error', reject);
    stream.on('end', () => reject(new Error('There was no [DONE].')));
  });
}

describe('openai@3 over a chat model', () => {
  const model = chatModel((messages) =>
    String(messages.at(-1)?.content).includes('story') ? 'Once upon a time. '.repeat(40) : 'Hello!',
  );
  let server: Server;
  let api: OpenAIApi;

  beforeAll(async () => {
    const handler = createHandler({
      direction: 'completions-over-chat',
      baseURL: 'http://chat/v1',
      fetch: model.fetch,
      model: { 'text-davinci-*': 'gpt-4o-mini', davinci: 'gpt-4o-mini' },
    });
    server = createServer(createRequestListener((request) => handler(request)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    api = new OpenAIApi(new Configuration({ apiKey: 'sk-old', basePath: `http://127.0.0.1:${port}/v1` }));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('createCompletion', async () => {
    const { data, status } = await api.createCompletion({
      model: 'text-davinci-003',
      prompt: 'Human: Hi\nAI:',
      max_tokens: 20,
      stop: ['\n'],
    });
    expect([status, data.choices[0]?.text, data.object]).toEqual([200, ' Hello!', 'text_completion']);
    expect(model.seen.at(-1)!.headers.get('authorization')).toBe('Bearer sk-old');
  });

  it('createCompletion with responseType: stream, and the usual splitting into lines', async () => {
    const { data } = await api.createCompletion(
      { model: 'text-davinci-003', prompt: 'Human: Tell me a story\nAI:', max_tokens: 2000, stream: true },
      { responseType: 'stream' },
    );
    expect(await readOld(data as unknown as IncomingMessage)).toBe(` ${'Once upon a time. '.repeat(40)}`);
  });

  it('an engine in the path', async () => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/v1/engines/davinci/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Human: Hi\nAI:' }),
    });
    expect(await response.json()).toMatchObject({ choices: [{ text: ' Hello!' }] });
    expect(model.seen.at(-1)!.body['model']).toBe('gpt-4o-mini');
  });

  it('an error is where old code looks for it', async () => {
    const error = await api
      .createCompletion({ model: 'text-davinci-003', prompt: '' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      response: { status: 400, data: { error: { type: 'invalid_request_error', code: 'empty_prompt' } } },
    });
  });
});
