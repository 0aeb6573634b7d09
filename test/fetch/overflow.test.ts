import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { Warning } from '../../src/errors.js';
import {
  type ChatOverCompletionsOptions,
  chatOverCompletions,
  completionsOverChat,
  type Fetch,
} from '../../src/fetch/index.js';
import { fitRequest } from '../../src/fetch/overflow.js';
import { overflowNumbers } from '../../src/fetch/upstream/overflow-numbers.js';
import type { Message } from '../../src/schemas/messages.js';
import { runs } from '../support/runs.js';
import { refusedResponse, type Seen, upstream } from '../support/upstream.js';

describe('overflowNumbers', () => {
  it.each([
    [
      'OpenAI, completions',
      "This model's maximum context length is 4097 tokens. However, you requested 4203 tokens (3703 in your prompt; 500 for the completion). Please reduce your prompt; or completion length.",
      { window: 4097, prompt: 3703 },
    ],
    [
      'OpenAI, chat',
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150008 tokens. Please reduce the length of the messages.",
      { window: 128000, prompt: 150008 },
    ],
    [
      'DeepSeek',
      "This model's maximum context length is 65536 tokens. However, you requested 1250019 tokens (1250019 in the messages, 0 in the completion).",
      { window: 65536, prompt: 1250019 },
    ],
    [
      'vLLM',
      "This model's maximum context length is 2048 tokens. However, your request has 3000 input tokens. Please reduce the length of the input messages.",
      { window: 2048, prompt: 3000 },
    ],
    [
      'vLLM, max_tokens',
      "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 15 input tokens (5000 > 4096 - 15).",
      { window: 4096, prompt: 15 },
    ],
    [
      'llama.cpp',
      'request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it',
      { window: 4096, prompt: 5000 },
    ],
    [
      'TGI',
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1900 `inputs` tokens and 500 `max_new_tokens`',
      { window: 2048, prompt: 1900 },
    ],
    [
      'TGI, inputs alone',
      'Input validation error: `inputs` must have less than 1024 tokens. Given: 2000',
      { window: 1024, prompt: 2000 },
    ],
    [
      'Mistral',
      'Prompt contains 150004 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
      { window: 131072, prompt: 150004 },
    ],
    ['Perplexity', 'User input tokens exceeds 200000 tokens.', { window: 200000 }],
    ['another error', 'Incorrect API key provided: sk-1234.', undefined],
    [
      'a rate limit',
      'Request too large for gpt-5-nano on tokens per min (TPM): Limit 2000000, Requested 2500013. The input or output tokens must be reduced in order to run successfully.',
      undefined,
    ],
  ])('reads %s', (_, message, numbers) => {
    expect(overflowNumbers(JSON.stringify({ error: { message } }))).toEqual(numbers);
    expect(overflowNumbers(JSON.stringify({ object: 'error', message }))).toEqual(numbers);
    expect(overflowNumbers(message)).toEqual(numbers);
  });

  it('reads the fields of llama.cpp', () => {
    const error = {
      code: 400,
      message: 'too long',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 900,
      n_ctx: 512,
    };
    expect(overflowNumbers(JSON.stringify({ error }))).toEqual({ window: 512, prompt: 900 });
  });
});

const words = (text: string): number => (text.match(/\S+/g) ?? []).length;
const say = (count: number, word = 'word'): string => Array(count).fill(word).join(' ');

/** A conversation of `turns` turns, each with `size` words. */
const history = (turns: number, size: number): Message[] => [
  { role: 'system', content: 'Be brief.' },
  ...Array.from({ length: turns }, (_, i): Message[] => [
    { role: 'user', content: `Q${i} ${say(size - 1)}` },
    { role: 'assistant', content: `A${i} ${say(size - 1)}` },
  ]).flat(),
  { role: 'user', content: 'Last?' },
];

describe('fitRequest', () => {
  const count = (messages: readonly Message[]): number =>
    messages.reduce((total, { content }) => total + words(String(content)) + 3, 3);

  it('keeps everything that fits, and drops no turn too many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
        fc.integer({ min: 40, max: 1200 }),
        fc.integer({ min: 1, max: 30 }),
        async (sizes, window, reserve) => {
          const messages: Message[] = [
            { role: 'system', content: 'Be brief.' },
            ...sizes.flatMap((size): Message[] => [
              { role: 'user', content: say(size) },
              { role: 'assistant', content: say(3) },
            ]),
            { role: 'user', content: 'Last?' },
          ];
          const asked = { model: 'm', messages: messages as [Message], max_tokens: reserve };
          const { request, tokens } = await fitRequest(asked, { window, count }, () => undefined);
          expect(tokens).toBe(count(request.messages));
          expect(tokens + reserve).toBeLessThanOrEqual(window);
          expect(request.messages[0]).toBe(messages[0]);
          expect(request.messages.at(-1)).toBe(messages.at(-1));
          // One turn more would be too much.
          const dropped = messages.length - request.messages.length;
          if (dropped > 0) {
            const more = [messages[0]!, ...messages.slice(1 + Math.max(0, dropped - 2))];
            expect(count(more) + reserve).toBeGreaterThan(window);
          }
        },
      ),
      runs(60),
    );
  });

  it('makes the reply shorter where what must stay leaves no room for it', async () => {
    const warnings: Warning[] = [];
    const messages: [Message] = [{ role: 'user', content: say(50) }];
    const { request } = await fitRequest(
      { model: 'm', messages, max_tokens: 100 },
      { window: 80, count },
      (one) => warnings.push(one),
    );
    expect(request.max_completion_tokens).toBe(80 - 56);
    expect(warnings).toMatchObject([{ code: 'clipped', severity: 'lossy' }]);
  });

  it('refuses what can’t fit, in OpenAI’s words', async () => {
    const messages: [Message] = [{ role: 'user', content: say(500) }];
    await expect(
      fitRequest({ model: 'm', messages }, { window: 80, count }, () => undefined),
    ).rejects.toMatchObject({
      code: 'context-length',
      message: expect.stringContaining("This model's maximum context length is 80 tokens."),
    });
  });

  it('asks for few counts', async () => {
    let asked = 0;
    const counting = (messages: readonly Message[]): number => {
      asked++;
      return count(messages);
    };
    await fitRequest(
      { model: 'm', messages: history(400, 20) as [Message] },
      { window: 4000, count: counting },
      () => undefined,
    );
    expect(asked).toBeLessThan(16);
  });
});

const done = (text = ' ok'): Response =>
  Response.json({
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text, logprobs: null, finish_reason: 'stop' }],
  });

/** A server with a window, which counts words. */
function windowed(window: number, pages: (seen: Seen) => Response | undefined = () => undefined) {
  return upstream((seen) => {
    const page = pages(seen);
    if (page !== undefined) return page;
    if (!seen.url.pathname.endsWith('/completions')) return refusedResponse(404, 'Nothing here.');
    const prompt = words(String(seen.body['prompt']));
    const limit =
      typeof seen.body['max_tokens'] === 'number' && seen.body['max_tokens'] > 0
        ? seen.body['max_tokens']
        : 0;
    if (prompt + limit <= window && prompt < window) return done();
    return refusedResponse(
      400,
      `This model's maximum context length is ${window} tokens. However, you requested ${prompt + limit} tokens (${prompt} in your prompt; ${limit} for the completion). Please reduce your prompt; or completion length.`,
    );
  });
}

function chatOf(server: { fetch: Fetch }, options: Partial<ChatOverCompletionsOptions>) {
  const codes: string[] = [];
  const client = new OpenAI({
    apiKey: 'sk-secret',
    baseURL: 'http://upstream/v1',
    maxRetries: 0,
    fetch: chatOverCompletions({
      dialect: 'user-assistant',
      fetch: server.fetch,
      onWarning: ({ code }) => codes.push(code),
      ...options,
    }),
  });
  const ask = (messages: Message[], fields = {}) =>
    client.chat.completions.create({
      model: 'm',
      messages: messages as OpenAI.ChatCompletionMessageParam[],
      ...fields,
    });
  return { ask, codes };
}

const promptsOf = (server: { seen: Seen[] }): string[] =>
  server.seen
    .filter(({ url }) => url.pathname.endsWith('/completions'))
    .map(({ body }) => String(body['prompt']));

describe('overflow over HTTP', () => {
  it('error: is the upstream’s own', async () => {
    const server = windowed(300);
    await expect(chatOf(server, {}).ask(history(20, 30))).rejects.toThrow(/maximum context length is 300/);
    expect(server.seen).toHaveLength(1);
  });

  it.each([false, true])('retry: trims by the numbers of the error, once (stream: %s)', async (stream) => {
    const server = windowed(300);
    const { ask, codes } = chatOf(server, { overflow: 'retry' });
    // The server answers with JSON, even to a stream.
    await ask(history(20, 30), { max_tokens: 50, stream });
    const [first, second, ...more] = promptsOf(server);
    expect(more).toEqual([]);
    expect(words(first!)).toBeGreaterThan(600);
    expect(words(second!)).toBeLessThanOrEqual(250);
    expect(words(second!)).toBeGreaterThan(150);
    expect(second).toMatch(/^Be brief\.\n\nUser: Q\d/);
    expect(second).toMatch(/User: Last\?\nAssistant:$/);
    expect(codes).toContain('dropped-turn');
  });

  it('retry: an unset limit becomes what is left', async () => {
    const server = windowed(300);
    await chatOf(server, { overflow: 'retry' }).ask(history(3, 20));
    expect(promptsOf(server)).toHaveLength(2);
    expect(server.seen[1]!.body['max_tokens']).toBeLessThanOrEqual(300 - words(promptsOf(server)[1]!));
  });

  it('retry: leaves other errors alone', async () => {
    const server = upstream(() => refusedResponse(400, 'No such model.'));
    await expect(chatOf(server, { overflow: 'retry' }).ask(history(2, 5))).rejects.toThrow('No such model.');
    expect(server.seen).toHaveLength(1);
  });

  it('fit: with a function and a window, nothing is refused', async () => {
    const server = windowed(300);
    await chatOf(server, { overflow: 'fit', tokenizer: words, contextWindow: 300 }).ask(history(20, 30), {
      max_tokens: 50,
    });
    const [prompt, ...more] = promptsOf(server);
    expect(more).toEqual([]);
    expect(words(prompt!)).toBeLessThanOrEqual(250);
    // Two turns of thirty words, with their labels, would not go in as well.
    expect(words(prompt!)).toBeGreaterThan(250 - 64);
  });

  it('fit: with vLLM’s own tokenizer and window, key and all', async () => {
    const server = windowed(300, ({ url, body }) => {
      if (url.pathname === '/v1/models') return Response.json({ data: [{ id: 'm', max_model_len: 300 }] });
      if (url.pathname !== '/tokenize') return undefined;
      return Response.json({
        count: words(String(body['prompt'])),
        max_model_len: 300,
        tokens: Array(words(String(body['prompt']))).fill(1),
      });
    });
    const { ask, codes } = chatOf(server, { overflow: 'fit', server: 'vllm' });
    await ask(history(20, 30), { max_tokens: 50 });
    expect(promptsOf(server)).toHaveLength(1);
    expect(words(promptsOf(server)[0]!)).toBeLessThanOrEqual(250);
    expect(server.seen.every(({ headers }) => headers.get('authorization') === 'Bearer sk-secret')).toBe(
      true,
    );
    expect(codes).toContain('dropped-turn');
    // The window is not asked for again.
    await ask(history(1, 5));
    expect(server.seen.filter(({ url }) => url.pathname === '/v1/models')).toHaveLength(1);
  });

  it('fit: with llama.cpp’s /tokenize and /props', async () => {
    const server = windowed(300, ({ url, body }) => {
      if (url.pathname === '/props') return Response.json({ default_generation_settings: { n_ctx: 300 } });
      if (url.pathname !== '/tokenize') return undefined;
      expect(body).toMatchObject({ add_special: true, parse_special: true });
      return Response.json({ tokens: Array(words(String(body['content']))).fill(1) });
    });
    await chatOf(server, { overflow: 'fit', server: 'llama.cpp' }).ask(history(20, 30), { max_tokens: 50 });
    expect(words(promptsOf(server)[0]!)).toBeLessThanOrEqual(250);
  });

  it('fit: says so where the window is not known', async () => {
    const server = windowed(10_000);
    const { ask, codes } = chatOf(server, { overflow: 'fit', tokenizer: words });
    await ask(history(2, 5));
    expect(codes).toContain('estimated-count');
  });

  it('fit: refuses what can’t fit with the status and code that clients know', async () => {
    const { ask } = chatOf(windowed(50), { overflow: 'fit', tokenizer: words, contextWindow: 50 });
    await expect(ask([{ role: 'user', content: say(90) }])).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
  });

  it('refuses options that can’t work', () => {
    expect(() => chatOverCompletions({ dialect: 'chatml', overflow: 'fit' })).toThrow(/needs a tokenizer/);
    expect(() => completionsOverChat({ overflow: 'fit' })).toThrow(/needs a tokenizer/);
    expect(() => chatOverCompletions({ dialect: 'chatml', overflow: 'cut' as 'fit' })).toThrow(
      /overflow must be one of/,
    );
    expect(() => chatOverCompletions({ dialect: 'chatmi' as 'chatml' })).toThrow(/Did you mean|no dialect/);
    expect(() => chatOverCompletions({ dialect: 'chatml', server: 'vlm' as 'vllm' })).toThrow(
      /server must be one of/,
    );
  });
});

describe('overflow of completions over chat', () => {
  const prompt = `Be brief.\n\n${Array.from({ length: 20 }, (_, i) => `Human: Q${i} ${say(29)}\nAI: A${i} ${say(29)}`).join('\n')}\nHuman: Last?\nAI:`;
  const all = (body: Record<string, unknown>): number => words(JSON.stringify(body['messages']));
  const chat = (window: number) =>
    upstream(({ body }) =>
      all(body) <= window
        ? Response.json({
            id: 'chatcmpl-1',
            object: 'chat.completion',
            created: 1,
            model: 'm',
            choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
          })
        : refusedResponse(
            400,
            `This model's maximum context length is ${window} tokens. However, your messages resulted in ${all(body)} tokens.`,
          ),
    );

  it.each([
    ['retry', {}],
    ['fit', { tokenizer: words, contextWindow: 400 }],
  ] as const)('%s', async (overflow, options) => {
    const server = chat(400);
    const fetch = completionsOverChat({ fetch: server.fetch, overflow, ...options });
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://chat/v1', maxRetries: 0, fetch });
    const reply = await client.completions.create({ model: 'm', prompt, max_tokens: 20 });
    expect(reply.choices[0]!.text).toBe(' ok');
    expect(server.seen).toHaveLength(overflow === 'retry' ? 2 : 1);
    expect(all(server.seen.at(-1)!.body)).toBeGreaterThan(150);
  });
});
