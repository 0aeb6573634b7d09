import { describe, expect, it } from 'vitest';
import { createHandler, type HandlerOptions, type ServedRequest } from '../../src/fetch/index.js';

const base = { baseURL: 'http://up.example/v1', dialect: 'chatml' } as const;
const answer = {
  id: 'x',
  object: 'text_completion',
  created: 1,
  model: 'up',
  choices: [{ index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};
const frame = (text: string, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ ...answer, usage: undefined, choices: [{ index: 0, text, finish_reason }] })}\n\n`;

/** A promise, and what resolves it. */
function gate(): { open(): void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

function ask(headers: Record<string, string> = {}, body: object = {}, url = 'http://app.example'): Request {
  return new Request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body }),
  });
}

const handlerOf = (
  options: object = {},
  fetch: HandlerOptions['fetch'] = async () => Response.json(answer),
) => createHandler({ ...base, fetch, ...options });

describe('pages', () => {
  it.each([
    ['its own page', 'http://app.example', { origin: 'http://app.example' }, 200],
    ['its own page, with a port', 'http://app.example:8080', { origin: 'http://app.example:8080' }, 200],
    ['another port', 'http://app.example:8080', { origin: 'http://app.example' }, 403],
    ['another scheme', 'http://app.example', { origin: 'https://app.example' }, 403],
    ['another page', 'http://app.example', { origin: 'http://evil.example' }, 403],
    ['a page of nowhere', 'http://app.example', { origin: 'null' }, 403],
    // A proxy may have another address in front; the browser tells what the page may not say.
    ['its own page behind a proxy', 'http://10.0.0.1:3000', { origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }, 200],
    ['a page beside it behind a proxy', 'http://10.0.0.1:3000', { origin: 'https://b.example', 'sec-fetch-site': 'same-site' }, 403],
  ] as const)('%s gets what it should', async (_, url, headers, status) => {
    let asked = 0;
    const handler = handlerOf({}, async () => {
      asked++;
      return Response.json(answer);
    });
    const response = await handler(ask(headers, {}, url));
    expect(response.status).toBe(status);
    expect(asked).toBe(status === 200 ? 1 : 0);
    expect(response.headers.get('x-request-id')).toMatch(/./);
  }); // biome-ignore format: a table
});

describe('keys', () => {
  it('serves who has the key, and keeps it from the upstream', async () => {
    const seen: (string | null)[] = [];
    const handler = handlerOf(
      { clientKey: 'sk-mine', headers: { authorization: 'Bearer sk-up' } },
      async (_, init) => {
        seen.push(new Headers(init?.headers).get('authorization'));
        return Response.json(answer);
      },
    );
    expect((await handler(ask())).status).toBe(401);
    expect((await handler(ask({ authorization: 'Bearer sk-mine1' }))).status).toBe(401);
    expect((await handler(ask({ authorization: 'Bearer sk-mine' }))).status).toBe(200);
    expect((await handler(ask({ 'api-key': 'sk-mine' }))).status).toBe(200);
    expect(seen).toEqual(['Bearer sk-up', 'Bearer sk-up']);
    const without = handlerOf({ clientKey: 'sk-mine' }, async (_, init) => {
      seen.push(new Headers(init?.headers).get('authorization'));
      return Response.json(answer);
    });
    await without(ask({ authorization: 'Bearer sk-mine' }));
    expect(seen.at(-1)).toBeNull();
  });

  it('needs a key that is one', () => {
    expect(() => handlerOf({ clientKey: '' })).toThrow(/key is empty/);
  });
});

describe('limits', () => {
  it('takes so many requests at a time, and says when to come back', async () => {
    const { open, opened } = gate();
    const handler = handlerOf({ maxRequests: 2 }, async () => {
      await opened;
      return Response.json(answer);
    });
    const first = [handler(ask()), handler(ask())];
    const third = await handler(ask());
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await third.json()).toMatchObject({ error: { code: 'server_overloaded' } });
    expect((await handler(new Request('http://app.example/healthz'))).status).toBe(200);
    open();
    for (const response of await Promise.all(first)) expect((await response.json()).choices).toHaveLength(1);
    expect((await handler(ask())).status).toBe(200);
  });

  it('counts a stream until its last byte', async () => {
    const handler = handlerOf({ maxRequests: 1 }, async () => {
      const body = `${frame('a') + frame('', 'stop')}data: [DONE]\n\n`;
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    });
    const stream = await handler(ask({}, { stream: true }));
    expect((await handler(ask())).status).toBe(503);
    await stream.text();
    const again = await handler(ask({}, { stream: true }));
    expect(again.status).toBe(200);
    // A client that leaves makes room too.
    await again.body!.cancel();
    expect((await handler(ask({}, { stream: true }))).status).toBe(200);
  });

  it('takes bodies as far as memory goes, and one alone whatever it takes', async () => {
    const { open, opened } = gate();
    let asked = 0;
    const handler = handlerOf({ limits: { memory: 3_000_000 } }, async () => {
      asked++;
      await opened;
      return Response.json(answer);
    });
    const large = { messages: [{ role: 'user', content: 'x'.repeat(600_000) }] };
    const first = handler(ask({}, large));
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await handler(ask({}, large));
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    open();
    expect((await first).status).toBe(200);
    expect((await handler(ask({}, large))).status).toBe(200);
  });

  it('checks its own options', () => {
    for (const maxRequests of [0, -1, 1.5, '3'])
      expect(() => handlerOf({ maxRequests })).toThrow(/maxRequests/);
    for (const concurrency of [0, 'x']) expect(() => handlerOf({ concurrency })).toThrow(/concurrency/);
    expect(() => handlerOf({ limits: { memory: -1 } })).toThrow(/limits.memory/);
  });

  it('asks the upstream so often at a time as concurrency says', async () => {
    let now = 0;
    let most = 0;
    const handler = createHandler({
      baseURL: base.baseURL,
      direction: 'completions-over-chat',
      concurrency: 3,
      fetch: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
        const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }];
        return Response.json({ ...answer, object: 'chat.completion', choices });
      },
    });
    const prompt = Array.from({ length: 10 }, (_, i) => `Human: ${i}\nAI:`);
    const response = await handler(
      new Request('http://app.example/v1/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', prompt, max_tokens: 5 }),
      }),
    );
    expect((await response.json()).choices).toHaveLength(10);
    expect(most).toBe(3);
  });
});

describe('/readyz', () => {
  const ready = (handler: (request: Request) => Promise<Response>) =>
    handler(new Request('http://app.example/readyz'));

  it.each<[string, () => Promise<Response>, number]>([
    ['answers', async () => Response.json({ data: [] }), 200],
    ['has no list of models', async () => Response.json({}, { status: 404 }), 200],
    ['asks for a key that it gets from clients', async () => Response.json({}, { status: 401 }), 200],
    ['is down', async () => Response.json({}, { status: 503 }), 503],
    ['can not be reached', async () => Promise.reject(new TypeError('fetch failed')), 503],
  ])('of an upstream that %s', async (_, fetch, status) => {
    const response = await ready(handlerOf({}, fetch));
    expect(response.status).toBe(status);
    expect(response.headers.get('x-request-id')).toMatch(/./);
    if (status === 503) expect((await response.json()).reason).toMatch(/upstream/);
  });

  it('asks once for many who ask at a time', async () => {
    let asked = 0;
    const handler = handlerOf({}, async () => {
      asked++;
      return Response.json({});
    });
    await Promise.all(Array.from({ length: 20 }, () => ready(handler)));
    expect(asked).toBe(1);
  });

  it('says no to a server of whose key the upstream wants nothing', async () => {
    const options = { headers: { authorization: 'Bearer sk-old' } };
    expect((await ready(handlerOf(options, async () => Response.json({}, { status: 401 })))).status).toBe(
      503,
    );
  });
});

describe('the end', () => {
  const endless = (signal: AbortSignal | null | undefined) =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          if (signal?.aborted) throw signal.reason;
          controller.enqueue(new TextEncoder().encode(frame('t')));
          await new Promise((resolve) => setTimeout(resolve, 10));
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );

  it('comes as soon as nothing is left', async () => {
    const { open, opened } = gate();
    const handler = handlerOf({}, async () => {
      await opened;
      return Response.json(answer);
    });
    const first = handler(ask());
    const closed = handler.close(10_000);
    const late = await handler(ask());
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await late.json()).toMatchObject({ error: { code: 'server_stopping' } });
    expect((await handler(new Request('http://app.example/healthz'))).status).toBe(200);
    expect((await handler(new Request('http://app.example/readyz'))).status).toBe(503);
    open();
    expect((await (await first).json()).choices[0].message.content).toBe('Hello');
    const start = performance.now();
    await closed;
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('ends streams with an error and [DONE], and the others with 503', async () => {
    const handler = handlerOf({}, async (_, init) => {
      const { stream } = JSON.parse(String(init!.body));
      if (stream === true) return endless(init!.signal);
      return await new Promise((_, reject) => {
        init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason));
      });
    });
    const stream = await handler(ask({}, { stream: true }));
    const text = stream.text();
    const whole = handler(ask());
    await new Promise((resolve) => setTimeout(resolve, 30));
    await handler.close(30);
    const last = (await text).split('\n\n').slice(-3);
    expect(JSON.parse(last[0]!.replace('data: ', ''))).toMatchObject({ error: { code: 'server_stopping' } });
    expect(last[1]).toBe('data: [DONE]');
    expect((await whole).status).toBe(503);
  });
});

describe('what a server tells of each request', () => {
  it('is its id, its status, its time and its tokens', async () => {
    const served: ServedRequest[] = [];
    const handler = handlerOf({ onServed: (request: ServedRequest) => served.push(request) });
    const response = await handler(ask({ 'x-request-id': 'mine-1' }));
    await response.json();
    await (await handler(ask({}, { messages: null }))).json();
    expect(served).toMatchObject([
      { requestId: 'mine-1', endpoint: '/chat/completions', status: 200, outcome: 'complete', promptTokens: 5, completionTokens: 2 },
      { status: 400, outcome: 'complete', promptTokens: undefined },
    ]); // biome-ignore format: two lines
    expect(served[1]!.requestId).toMatch(/^req_/);
    expect(served[0]!.duration).toBeGreaterThanOrEqual(0);
  });

  it('says that the client left', async () => {
    const served: ServedRequest[] = [];
    const { opened } = gate();
    const handler = handlerOf(
      { onServed: (request: ServedRequest) => served.push(request) },
      async (_, init) => {
        await Promise.race([
          opened,
          new Promise((_, reject) =>
            init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason)),
          ),
        ]);
        return Response.json(answer);
      },
    );
    const controller = new AbortController();
    const request = new Request(ask(), { signal: controller.signal });
    const response = handler(request).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await response;
    expect(served).toMatchObject([{ outcome: 'client-left' }]);
  });
});
