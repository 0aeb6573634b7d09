import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Listening } from '../../src/cli/io.js';
import { listen } from '../../src/cli/serve/node-server.js';
import { createHandler, echoModel, type HandlerOptions } from '../../src/fetch/index.js';
import { ErrorEnvelope } from '../../src/schemas/errors.js';
import { completionServer, eventStream, upstream } from '../support/upstream.js';

const handlerOf = (options: Partial<HandlerOptions> = {}) =>
  createHandler({
    dialect: 'chatml',
    baseURL: 'http://upstream/v1',
    fetch: echoModel({ dialect: 'chatml' }),
    ...options,
  } as HandlerOptions);

const post = (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
): Request =>
  new Request(`http://server${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

const hi = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });

describe('createHandler', () => {
  it('serves chat at any base', async () => {
    for (const path of ['/v1/chat/completions', '/chat/completions', '/api/llm/v1/chat/completions/']) {
      const response = await handlerOf()(post(hi, {}, path));
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'You said: Hi' } }] });
    }
  });

  it('says that it lives', async () => {
    const response = await handlerOf()(new Request('http://server/healthz'));
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('needs an upstream', () => {
    expect(() => createHandler({ dialect: 'chatml' })).toThrow(/baseURL/);
    expect(() => handlerOf({ baseURL: 'ftp://x' })).toThrow(/http/);
    expect(() => handlerOf({ baseURL: 'http://me:secret@x' })).toThrow(/user and a password/);
    expect(() => handlerOf({ cors: ['nowhere'] })).toThrow(/not an origin/);
  });

  it('sends keys to the upstream alone, and nothing that is its own', async () => {
    const server = completionServer({ reply: () => 'ok' });
    const response = await handlerOf({ fetch: server.fetch })(
      post(hi, {
        authorization: 'Bearer sk-1',
        cookie: 'a=b',
        'x-custom': 'kept',
        connection: 'x-hop',
        'x-hop': '1',
        'x-forwarded-for': '10.0.0.1',
      }),
    );
    const { url, headers } = server.seen[0]!;
    expect(url.href).toBe('http://upstream/v1/completions');
    expect(headers.get('authorization')).toBe('Bearer sk-1');
    expect(headers.get('x-custom')).toBe('kept');
    for (const name of ['cookie', 'x-hop', 'x-forwarded-for'])
      expect([name, headers.get(name)]).toEqual([name, null]);
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('59');
    expect(response.headers.get('authorization')).toBeNull();
  });

  it('follows no redirect with the keys', async () => {
    const server = upstream(
      () => new Response(null, { status: 307, headers: { location: 'http://elsewhere/v1/completions' } }),
    );
    const response = await handlerOf({ fetch: server.fetch })(post(hi, { authorization: 'Bearer sk-1' }));
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('http://elsewhere');
    expect(server.seen).toHaveLength(1);
  });

  it('says 502 where the upstream can’t be reached, and why, but nothing that may be a secret', async () => {
    const errors: unknown[] = [];
    const failing = (error: Error) =>
      handlerOf({ onError: (one) => errors.push(one), fetch: () => Promise.reject(error) })(post(hi));
    const unreachable = await failing(
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
    );
    expect([unreachable.status, await unreachable.json()]).toMatchObject([
      502,
      { error: { code: 'upstream_unreachable', message: expect.stringContaining('no host of that name') } },
    ]);
    const broken = await failing(new Error('sk-secret in a message'));
    expect([broken.status, JSON.stringify(await broken.json())]).toMatchObject([
      502,
      expect.not.stringContaining('secret'),
    ]);
    expect(errors).toEqual([expect.objectContaining({ message: 'sk-secret in a message' })]);
  });

  it('waits no longer than it is told', async () => {
    const hangs = upstream(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const late = await handlerOf({ fetch: hangs.fetch, limits: { headersTimeout: 20 } })(post(hi));
    expect([late.status, await late.json()]).toMatchObject([504, { error: { code: 'upstream_timeout' } }]);
    expect(hangs.seen[0]!.signal.aborted).toBe(true);

    let closed = false;
    async function* stalls(): AsyncGenerator<string> {
      try {
        yield 'data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"text":"Half","finish_reason":null}]}\n\n';
        await new Promise((resolve) => setTimeout(resolve, 1500));
      } finally {
        closed = true;
      }
    }
    const server = upstream(() => eventStream(stalls()));
    const response = await handlerOf({ fetch: server.fetch, limits: { idleTimeout: 30 } })(
      post(JSON.stringify({ ...JSON.parse(hi), stream: true })),
    );
    const text = await response.text();
    expect(text).toContain('"content":"Half"');
    expect(text).toMatch(/data: \{"error":\{"message":"The upstream stopped[^\n]*\n\ndata: \[DONE\]\n\n$/);
    await vi.waitFor(() => expect(closed).toBe(true), { timeout: 10_000 });
  });

  describe('CORS', () => {
    const origin = 'https://chat.example';
    const preflight = (from: string): Request =>
      new Request('http://server/v1/chat/completions', {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type, x-stainless-os',
        },
      });

    it('is off unless asked', async () => {
      for (const request of [preflight(origin), post(hi, { origin })]) {
        const response = await handlerOf()(request);
        expect(response.status).toBe(403);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    });

    it('answers the preflight, and lets the page see the headers', async () => {
      const handler = handlerOf({ cors: [`${origin}/`] });
      const before = await handler(preflight(origin));
      expect(before.status).toBe(204);
      expect(before.headers.get('access-control-allow-origin')).toBe(origin);
      expect(before.headers.get('access-control-allow-headers')).toBe(
        'authorization, content-type, x-stainless-os',
      );
      const response = await handler(post(hi, { origin }));
      expect(response.status).toBe(200);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('vary')).toContain('Origin');
      expect(response.headers.get('access-control-expose-headers')).toContain('x-rolecall-warnings');
      expect((await handler(preflight('https://evil.example'))).status).toBe(403);
      expect(
        (await handlerOf({ cors: '*' })(preflight('https://evil.example'))).headers.get(
          'access-control-allow-origin',
        ),
      ).toBe('*');
    });

    it('goes with errors too, so that the page can read them', async () => {
      const response = await handlerOf({ cors: [origin] })(post('{', { origin }));
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
    });
  });
});

const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const message = (content: unknown) => JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });

/** Bodies that are wrong, and the status for each. */
const hostile: [string, string | Uint8Array<ArrayBuffer>, number][] = [
  ['nothing', '', 400],
  ['no JSON', 'hello', 400],
  ['half of a body', hi.slice(0, 20), 400],
  ['a list', '[]', 400],
  ['null', 'null', 400],
  ['a number', '1e999', 400],
  ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
  ['deep', `{"model":"m","messages":${deep}}`, 400],
  [
    'deep tools',
    `{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}}]}`,
    400,
  ],
  ['too long', message('x'.repeat(300_000)), 413],
  ['no model', '{"messages":[{"role":"user","content":"x"}]}', 400],
  ['messages of numbers', '{"model":"m","messages":[1,2]}', 400],
  ['a role that is none', '{"model":"m","messages":[{"role":"__proto__","content":"x"}]}', 400],
  ['a prototype', '{"__proto__":{"messages":[]},"model":"m"}', 400],
  [
    'a prototype in a message',
    '{"model":"m","messages":[{"role":"user","content":{"__proto__":{"x":1}}}]}',
    400,
  ],
  ['a negative limit', '{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":-5}', 400],
  ['very many choices', '{"model":"m","messages":[{"role":"user","content":"x"}],"n":1e9}', 400],
  ['a stop of objects', '{"model":"m","messages":[{"role":"user","content":"x"}],"stop":[{}]}', 400],
  [
    'a model of control characters',
    '{"model":{"a":"\\r\\nx: y"},"messages":[{"role":"user","content":"x"}]}',
    400,
  ],
];

describe('over a socket', () => {
  let server: Listening;
  const limits = { body: 200_000 };
  const handler = handlerOf({ limits });

  beforeAll(async () => {
    server = await listen(handler, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  const lives = async (): Promise<void> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: hi,
    });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'You said: Hi' } }] });
  };

  it.each(hostile)(
    '%s gets its status in the right shape, and the server lives on',
    async (_, body, status) => {
      const long = typeof body === 'string' && body.length > limits.body && status !== 413;
      const response = long
        ? await handlerOf()(post(body))
        : await fetch(`${server.url}/v1/chat/completions`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
      expect(response.status).toBe(status);
      const envelope = ErrorEnvelope.parse(await response.json());
      expect(envelope.error.type).toBe('invalid_request_error');
      expect(envelope.error.message.length).toBeLessThan(600);
      await lives();
    },
  );

  it('refuses a body without a length once it is too long', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${server.url}/v1/chat/completions`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on('error', reject);
      const write = (left: number): void => {
        if (left > 0 && !request.destroyed) request.write(' '.repeat(50_000), () => write(left - 1));
      };
      write(5);
    });
    expect(status).toBe(413);
    await lives();
  });

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n'],
    [
      'no host',
      'POST /v1/chat/completions HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
    ],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n'],
    ['a path that is none', 'GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
  ])('%s is answered or hung up on', async (_, text) => {
    const { port } = new URL(server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      let all = '';
      socket.on('data', (data) => {
        all += data.toString();
      });
      socket.on('close', () => resolve(all));
      socket.on('error', () => resolve(all));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400|403|404|415)/);
    await lives();
  });

  it('frees the upstream when the client vanishes in mid-stream', async () => {
    let closed = (): void => undefined;
    const freed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield 'data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"text":"word ","finish_reason":null}]}\n\n';
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        closed();
      }
    }
    const endlessServer = upstream(() => eventStream(endless()));
    const listening = await listen(handlerOf({ fetch: endlessServer.fetch }), { host: '127.0.0.1', port: 0 });
    const controller = new AbortController();
    const response = await fetch(`${listening.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...JSON.parse(hi), stream: true }),
      signal: controller.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    controller.abort();
    await freed;
    expect(endlessServer.seen[0]!.signal.aborted).toBe(true);
    await listening.close();
  });
});
