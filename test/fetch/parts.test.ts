import { describe, expect, it } from 'vitest';
import { baseAddress, endpointOf, serverRoot } from '../../src/fetch/address.js';
import { isDeeper } from '../../src/fetch/body.js';
import { checkChatRequest } from '../../src/fetch/check-request.js';
import { discoverWindow } from '../../src/fetch/http-tokenizer.js';
import { httpTokenizer, scriptedModel } from '../../src/fetch/index.js';
import { createPool } from '../../src/fetch/pool.js';
import { streamBody } from '../../src/fetch/reply/body.js';
import { replyStream } from '../../src/fetch/reply/stream.js';
import { defaultLimits } from '../../src/fetch/types.js';
import { chatChunkConverter } from '../../src/stream/to-chat-chunks.js';
import type { ServerName } from '../../src/translate/servers.js';
import { refusedResponse, upstream } from '../support/upstream.js';

describe('addresses', () => {
  it.each([
    ['http://localhost:8000', 'http://localhost:8000/v1'],
    ['http://localhost:8000/', 'http://localhost:8000/v1'],
    ['http://localhost:8000/v1/', 'http://localhost:8000/v1'],
    ['https://x.example/api/v3', 'https://x.example/api/v3'],
    ['https://x.example/openai/v1?key=1#a', 'https://x.example/openai/v1'],
  ])('%s is %s', (given, base) => expect(baseAddress(given)).toBe(base));

  it.each([
    ['/v1/chat/completions', { kind: 'chat', before: '/v1', rest: '/chat/completions' }],
    ['/chat/completions/', { kind: 'chat', before: '', rest: '/chat/completions' }],
    ['/api/v1/completions', { kind: 'completions', before: '/api/v1', rest: '/completions' }],
    ['/v1/engines/text-davinci-002/completions', { kind: 'completions', engine: 'text-davinci-002' }],
    [
      '/openai/deployments/my%20model/completions',
      { kind: 'completions', before: '/openai', engine: 'my model' },
    ],
    ['/v1/responses', { kind: 'responses' }],
    ['/v1/responses/resp_1', { kind: 'other', before: '/v1', rest: '/responses/resp_1' }],
    ['/v1/chat/completions/chatcmpl-1', { kind: 'other', rest: '/chat/completions/chatcmpl-1' }],
    ['/v1/models', { kind: 'other', before: '/v1', rest: '/models' }],
    ['/v1', { kind: 'other', before: '/v1', rest: '' }],
    ['/tokenize', { kind: 'other', before: '', rest: '/tokenize' }],
  ])('%s is %j', (path, endpoint) => expect(endpointOf(path)).toMatchObject(endpoint));

  it('the root is without the version', () => expect(serverRoot('http://x/api/v1')).toBe('http://x/api'));
});

describe('isDeeper', () => {
  it.each([
    [1, 0, false],
    [{}, 0, false],
    [{ a: 1 }, 1, false],
    [{ a: [1] }, 1, false],
    [{ a: [[]] }, 1, true],
    [{ a: { b: { c: {} } } }, 3, false],
    [{ a: { b: { c: {} } } }, 2, true],
  ])('%j is deeper than %i: %s', (value, limit, deeper) => expect(isDeeper(value, limit)).toBe(deeper));
});

describe('checkChatRequest', () => {
  it('takes out of messages what clients add to them, and says so', () => {
    const told: string[] = [];
    const body = {
      model: 'm',
      top_k: 5,
      own: 1,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] },
        {
          role: 'assistant',
          content: 'y',
          refusal: null,
          annotations: [],
          parsed: null,
          tool_calls: [{ id: 'a', index: 0, type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'z' },
      ],
    };
    const kept = structuredClone(body);
    const request = checkChatRequest(body, ({ path }) => told.push(path));
    expect(body).toEqual(kept);
    expect(request).toMatchObject({ own: 1, top_k: 5 });
    expect(request.messages[0]).toEqual({ role: 'user', content: [{ type: 'text', text: 'x' }] });
    expect(request.messages[1]).not.toHaveProperty('parsed');
    expect(told).toEqual(
      expect.arrayContaining([
        'messages[0].content[0].cache_control',
        'messages[1].annotations',
        'messages[1].tool_calls[0].index',
      ]),
    );
  });

  it('refuses what is wrong beside, with its path', () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 5, extra: 1 }] };
    expect(() => checkChatRequest(body, () => undefined)).toThrow(/messages\[0\]\.content/);
  });
});

describe('httpTokenizer', () => {
  it.each([
    [
      'vllm',
      { count: 3, max_model_len: 9, tokens: [1, 2, 3] },
      { prompt: 'a b', add_special_tokens: true, model: 'm' },
    ],
    ['llama.cpp', { tokens: [1, 2, 3] }, { content: 'a b', add_special: true, parse_special: true }],
    ['tgi', [{ id: 1, text: 'a' }, { id: 2 }, { id: 3 }], { inputs: 'a b', add_special_tokens: true }],
  ] as const)('asks %s in its own way', async (server, answer, body) => {
    const up = upstream(() => Response.json(answer));
    const tokenizer = httpTokenizer({
      baseURL: 'http://up/v1',
      server,
      model: 'm',
      fetch: up.fetch,
      headers: { authorization: 'Bearer k' },
    });
    expect(await tokenizer.encode('a b', { asPrompt: true })).toEqual([1, 2, 3]);
    expect(await tokenizer.count('a b')).toBe(3);
    expect(up.seen[0]!.url.href).toBe('http://up/tokenize');
    expect(up.seen[0]!.body).toEqual(body);
    expect(up.seen[0]!.headers.get('authorization')).toBe('Bearer k');
  });

  it('throws where the server refuses, or says something else', async () => {
    const of = (response: () => Response) =>
      httpTokenizer({ baseURL: 'http://up', server: 'vllm', fetch: upstream(response).fetch });
    await expect(of(() => refusedResponse(404, 'Not here.')).count('a')).rejects.toMatchObject({
      code: 'provider-error',
    });
    await expect(of(() => Response.json({ ok: true })).count('a')).rejects.toMatchObject({
      code: 'provider-error',
    });
    expect(() => httpTokenizer({ baseURL: 'http://up', server: 'ollama' as 'tgi' })).toThrow(/does not/);
  });

  it.each<[ServerName, string, unknown, number | undefined]>([
    [
      'vllm',
      '/v1/models',
      {
        data: [
          { id: 'x', max_model_len: 1 },
          { id: 'm', max_model_len: 4096 },
        ],
      },
      4096,
    ],
    ['vllm', '/v1/models', { data: [{ id: 'lora', max_model_len: 2048 }] }, 2048],
    ['llama.cpp', '/props', { default_generation_settings: { n_ctx: 512 } }, 512],
    ['tgi', '/info', { max_total_tokens: 2048, max_input_tokens: 1024 }, 2048],
    ['ollama', '/api/ps', { models: [{ name: 'm', model: 'm', context_length: 4096 }] }, 4096],
    ['generic', '/v1/models', { data: [{ id: 'm', context_window: 131072 }] }, 131072],
    ['generic', '/v1/models', { data: [{ id: 'm' }] }, undefined],
    ['vllm', '/v1/models', 'nothing', undefined],
    ['generic', '/v1/none', {}, undefined],
  ])('finds the window of %s at %s', async (server, path, page, window) => {
    const { fetch } = upstream(({ url }) =>
      url.pathname === path ? Response.json(page) : refusedResponse(404, 'no'),
    );
    const question = {
      base: 'http://up/v1',
      server,
      upstream: { fetch, limits: defaultLimits },
      headers: new Headers(),
      signal: new AbortController().signal,
      model: 'm',
    };
    expect(await discoverWindow(question)).toBe(window);
  });
});

describe('createPool', () => {
  it('lets through a few at a time, in order, and all out at once', async () => {
    const outer = new AbortController();
    const pool = createPool(2, outer.signal);
    const order: number[] = [];
    const places = [0, 1, 2, 3].map(async (i) => {
      const place = await pool.enter();
      order.push(i);
      return place;
    });
    const first = await places[0]!;
    expect(order).toEqual([0, 1]);
    first.leave();
    first.leave();
    const third = await places[2]!;
    expect(order).toEqual([0, 1, 2]);
    outer.abort(new Error('gone'));
    await expect(places[3]).rejects.toThrow('gone');
    await expect(pool.enter()).rejects.toThrow('gone');
    expect(third.signal.aborted).toBe(true);
    expect(first.signal.aborted).toBe(false);
  });
});

describe('streams', () => {
  const chunk = (text: string, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', choices: [{ index: 0, text, finish_reason: finish }] })}\n\n`;
  const textOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
    return text;
  };

  const converted = (body: Iterable<Uint8Array | string>) =>
    replyStream([{ stream: 0, body }], chatChunkConverter(), { maxFrame: 1e6, patience: 250 });

  it('give the same bytes, however the frames are cut', async () => {
    const bytes = new TextEncoder().encode(
      `${chunk('Grüße')}: ping\n\n${chunk(' 👋')}${chunk('', 'stop')}data: [DONE]\n\n`,
    );
    const cut = (size: number) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
    const whole = await textOf(converted(cut(bytes.length)));
    expect(whole).toContain('"content":" 👋"');
    for (const size of [1, 2, 3, 7, 64]) expect(await textOf(converted(cut(size)))).toBe(whole);
  });

  it('end in an error frame after all that came before', async () => {
    const text = await textOf(converted([`${chunk('Half')}data: {"error":{"message":"No more."}}\n\n`]));
    expect(text).toMatch(/"content":"Half"[\s\S]*"message":"No more."[\s\S]*data: \[DONE\]\n\n$/);
  });

  it('read nothing ahead of the client', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked++;
        yield new Uint8Array(1000);
      }
    }
    const reader = streamBody(endless(), new AbortController().signal).getReader();
    await reader.read();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(asked).toBe(2);
    await reader.cancel();
  });
});

describe('scriptedModel', () => {
  const model = scriptedModel({ reply: () => 'One two three four.', contextWindow: 20, now: () => 5 });
  const ask = async (path: string, body: object) => {
    const response = await model(`http://x${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };

  it('keeps to limits, stops, echo and logprobs as servers do', async () => {
    const reply = await ask('/v1/completions', {
      model: 'm',
      prompt: 'Say',
      max_tokens: 2,
      echo: true,
      logprobs: 1,
      n: 2,
    });
    expect(reply).toMatchObject({
      object: 'text_completion',
      created: 5,
      choices: [
        {
          index: 0,
          text: 'SayOne two',
          finish_reason: 'length',
          logprobs: { tokens: ['One', ' two'], text_offset: [3, 6] },
        },
        { index: 1 },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 4, total_tokens: 5 },
    });
    expect(
      await ask('/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }], stop: ' three' }),
    ).toMatchObject({
      choices: [{ message: { content: 'One two' }, finish_reason: 'stop' }],
    });
  });

  it('refuses what is too long, and what it does not have', async () => {
    expect(await ask('/v1/completions', { prompt: 'a '.repeat(30) })).toMatchObject({
      error: { code: 'context_length_exceeded' },
    });
    expect(await ask('/v1/audio', {})).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});
