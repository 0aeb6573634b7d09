import { describe, expect, it, vi } from 'vitest';
import { checkEndpoint } from '../../src/check/index.js';
import { createHandler, echoModel, type Fetch } from '../../src/fetch/index.js';
import { refusedResponse, upstream } from '../support/upstream.js';
import { type Bends, type Json, testServer, tokenizer } from './server.js';

const url = 'http://server.test/v1';
const key = 'sk-test-0123456789abcdef';
const quick = { retry: { minTimeout: 0 } };

const verdictOf = (report: Awaited<ReturnType<typeof checkEndpoint>>, id: string) =>
  report.results.find((result) => result.id === id);

/** A connection that fails as Node's `fetch` tells of it. */
const failing =
  (code: string, message = code): Fetch =>
  async () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
  };

describe('what never answers as an API', () => {
  it.each<[string, Fetch, RegExp, number?]>([
    ['nobody listens', failing('ECONNREFUSED'), /nothing listens there/, 1],
    ['no such host', failing('ENOTFOUND'), /no host of that name/, 1],
    ['no HTTP', failing('HPE_INVALID_CONSTANT'), /not HTTP/, 1],
    ['no TLS', failing('ERR_SSL_WRONG_VERSION_NUMBER'), /http, not https/, 1],
    ['something else', failing('EWEIRD', 'it was odd'), /no connection: it was odd/, 1],
    ['a redirect', async () => new Response(null, { status: 308, headers: { location: '/v1/models/' } }), /redirects to http:\/\/server\.test\/v1\/models\/$/],
    ['a redirect to another host', async (to) => new Response(null, { status: 301, headers: { location: String(to).replace('http:', 'https:') } }), /redirects to https:\/\/server\.test\/v1\/models; give that address$/],
    ['a redirect to a login', async () => new Response(null, { status: 302, headers: { location: 'https://sso.test/login?next=/v1/models' } }), /redirects to https:\/\/sso\.test\/login[^;]*; that is not an address of the API$/],
    ['a redirect to nowhere', async () => new Response(null, { status: 302, headers: { location: 'http://' } }), /redirects to no address/],
    ['a page', async () => new Response('<html>Welcome to nginx!</html>', { headers: { 'content-type': 'text/html' } }), /a page, 200/],
    ['a gateway', async () => new Response('<html>502 Bad Gateway</html>', { status: 502, headers: { 'content-type': 'text/html' } }), /a page, 502/],
    ['nothing at all', async () => new Response('', { status: 404 }), /404/],
    ['no end', () => new Promise(() => undefined), /no whole answer came within 0\.02 s/, 2],
    ['no end of the body', async () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(9)) })), /no whole answer came/, 2],
    ['too much', async () => new Response(new Uint8Array(5e6)), /longer than 4194304 bytes/],
  ])('%s', async (_, fetch, seen, most = 6) => {
    const report = await checkEndpoint({ url, fetch, timeout: 20, key });
    expect(report.results[0]).toMatchObject({ id: 'base-url', verdict: 'fails', seen: expect.stringMatching(seen) });
    expect(new Set(report.results.slice(1).map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
    expect(report.spent.requests).toBe(most);
    expect(report.suggestions).toEqual([]);
  }); // biome-ignore format: short

  it('sends no more of a probe that can not be judged', async () => {
    const good = testServer();
    const stops: unknown[] = [];
    const fetch: Fetch = async (input, init) => {
      if (!String(init?.body).includes('"stop"')) return await good.fetch(input, init);
      stops.push(input);
      return await failing('ECONNRESET')(input, init);
    };
    const report = await checkEndpoint({ url, fetch, only: ['chat-stop'] });
    expect(verdictOf(report, 'chat-stop')?.verdict).toBe('unknown');
    expect(stops.length).toBe(1);
  });

  it('tells of one connection that fails on the way', async () => {
    const good = testServer();
    const fetch: Fetch = async (input, init) =>
      String(init?.body).includes('image_url')
        ? await failing('ECONNRESET')(input, init)
        : await good.fetch(input, init);
    const report = await checkEndpoint({ url, fetch });
    expect(verdictOf(report, 'chat-images')).toMatchObject({
      verdict: 'unknown',
      seen: 'the connection was broken off',
    });
    expect(verdictOf(report, 'chat-parts')).toMatchObject({ verdict: 'works' });
  });

  it('stops when called off', async () => {
    const controller = new AbortController();
    const fetch: Fetch = async () => {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    };
    await expect(checkEndpoint({ url, fetch, signal: controller.signal })).rejects.toThrow('enough');
    await expect(
      checkEndpoint({ url, fetch, signal: AbortSignal.abort(new Error('before')) }),
    ).rejects.toThrow('before');
  });
});

describe('a rate limit', () => {
  it('is not waited for once called off', async () => {
    const controller = new AbortController();
    const fetch = async () => refusedResponse(429, 'Rate limit reached', null, { 'retry-after': '50' });
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const onWait = () => setImmediate(() => controller.abort(new Error('enough')));
    await expect(checkEndpoint({ url, fetch, signal: controller.signal, onWait })).rejects.toThrow('enough');
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before));
  }); // biome-ignore format: short

  const limited = (times: number, headers: HeadersInit = {}, body?: Json) => {
    const good = testServer();
    let left = times;
    return upstream(async ({ url: to, method, body: json }) => {
      if (json['stream'] === true && left-- > 0)
        return body === undefined ? refusedResponse(429, 'Rate limit reached', 'rate_limit_exceeded', headers) : Response.json(body, { status: 429 });
      return await good.fetch(to, { method, ...(method === 'GET' ? {} : { body: JSON.stringify(json) }) });
    });
  };
  const run = async (times: number, headers: HeadersInit = {}, body?: Json) => {
    const waits: number[] = [];
    const told: number[] = [];
    const report = await checkEndpoint({
      url,
      fetch: limited(times, headers, body).fetch,
      only: ['chat-stream'],
      ...quick,
      now: () => Date.UTC(2030, 0, 1),
      sleep: async (ms) => {
        waits.push(ms);
      },
      onWait: (ms) => told.push(ms),
    });
    return { waits, told, result: verdictOf(report, 'chat-stream')! };
  };

  it.each<[string, HeadersInit, number[]]>([
    ['in seconds', { 'retry-after': '2' }, [2000, 2000]],
    ['in milliseconds', { 'retry-after-ms': '30' }, [30, 30]],
    ['by a date', { 'retry-after': 'Tue, 01 Jan 2030 00:00:05 GMT' }, [5000, 5000]],
    ['without a word', {}, []],
  ])('is waited for, %s', async (_, headers, expected) => {
    const { waits, told, result } = await run(2, headers);
    expect(result.verdict).toBe('works');
    expect(waits).toEqual(expected);
    expect(told.length).toBe(2);
  });

  it('that does not end leaves the question open', async () => {
    const { told, result } = await run(99);
    expect(result).toMatchObject({ verdict: 'unknown', seen: 'the server says to wait (429)' });
    expect(told.length).toBe(5);
  });

  it('that never ends is waited for once, not by every request', async () => {
    const server = upstream(() => refusedResponse(429, 'Rate limit reached'));
    const { results, spent } = await checkEndpoint({ url, fetch: server.fetch, ...quick });
    expect(spent.requests).toBe(6 + 5);
    expect(new Set(results.map(({ verdict, seen }) => `${verdict}: ${seen}`))).toEqual(
      new Set(['unknown: the server says to wait (429)']),
    );
  });

  it('that asks for too long a wait is not waited for', async () => {
    const { waits, result } = await run(1, { 'retry-after': '3600' });
    expect([waits, result.verdict]).toEqual([[], 'unknown']);
  });

  it('on money is none', async () => {
    const { told, result } = await run(1, {}, { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } });
    expect([told, result.verdict]).toEqual([[], 'unknown']);
  });
}); // biome-ignore format: short

describe('a key', () => {
  const pieces = Array.from({ length: key.length - 7 }, (_, at) => key.slice(at, at + 8));
  const clean = (value: unknown): void => {
    const text = JSON.stringify(value);
    for (const piece of [...pieces, btoa(key), key.slice(-6)]) expect(text).not.toContain(piece);
  };
  const echoing = (text: string, bends: Bends = {}): Bends => ({
    key,
    whole: (body) => {
      for (const choice of body.choices) {
        if (choice.message) choice.message.content = text;
        else choice.text = text;
      }
      return { ...body, id: text, system_fingerprint: text, object: text };
    },
    chunks: (chunks: Json[]) => chunks.map((chunk) => ({ ...chunk, object: text, id: text })),
    error: (_, status) => Response.json({ error: { message: text, type: text, code: text } }, { status }),
    pages: { '/version': { version: text } },
    ...bends,
  });

  it.each([
    ['whole', `you sent Bearer ${key}!`],
    ['masked', `sk-test-************cdef`],
    ['cut', `${key.slice(0, 18)}…`],
    ['in base64', btoa(key)],
    ['between others', `x${key}y`.repeat(30)],
  ])('that a server echoes, %s, comes out nowhere', async (_, text) => {
    for (const bends of [
      echoing(text),
      echoing(text, { key: 'sk-another' }),
      echoing(text, { header: 'x-api-key' }),
    ]) {
      clean(await checkEndpoint({ url, key, tokenizer, fetch: testServer(bends).fetch, ...quick }));
    }
    const models = { object: text, data: [{ id: `small-${text}` }, { id: text }], models: text };
    clean(await checkEndpoint({ url, key, fetch: testServer(echoing(text, { models })).fetch, ...quick }));
  });

  it('comes out of no redirect, failure or page', async () => {
    const bad: Fetch[] = [
      async () =>
        new Response(null, { status: 302, headers: { location: `https://login.test/?key=${key}` } }),
      async () =>
        new Response(`<html>${key}</html>`, { status: 403, headers: { 'content-type': 'text/html' } }),
      async () => new Response(key, { status: 500 }),
      failing('EWEIRD', `invalid header value Bearer ${key}`),
    ];
    for (const fetch of bad) clean(await checkEndpoint({ url, key, fetch }));
  });

  it('in the query goes along, and comes out nowhere', async () => {
    const server = testServer({ ask: () => refusedResponse(400, `bad query: key=${key}`) });
    const report = await checkEndpoint({ url: `${url}?api-version=1&key=${key}`, fetch: server.fetch });
    clean(report);
    expect(server.seen.every(({ url: { searchParams } }) => searchParams.get('key') === key)).toBe(true);
    expect(JSON.stringify(report)).toContain('bad query');
  });

  it('in the query is not taken for one where it says little', async () => {
    const { results, findings, suggestions } = await checkEndpoint({ url: `${url}?v=1&beta=true&preview=none`, fetch: testServer().fetch });
    expect(findings.base).toBe(url);
    expect(JSON.stringify([results, suggestions])).not.toContain('[key]');
  }); // biome-ignore format: short

  it.each(['server', 'small', 'v1', 'none', 'test', 'chat'])('that is no secret leaves the report whole: %s', async (word) => {
    const { findings, suggestions } = await checkEndpoint({ url, key: word, model: 'small', fetch: testServer({ key: word }).fetch });
    expect([findings.base, findings.model]).toEqual([url, 'small']);
    expect(suggestions.map(({ options }) => options.baseURL)).toEqual([url, url]);
  }); // biome-ignore format: short

  it('in the path is hidden, and breaks nothing', async () => {
    const prefixes = [`/${key}/v1`];
    const report = await checkEndpoint({ url: `http://server.test/${key}`, key, fetch: testServer({ prefixes }).fetch });
    clean(report);
    expect(verdictOf(report, 'chat')?.verdict).toBe('works');
    expect(report.suggestions.length).toBe(2);
  }); // biome-ignore format: short

  it('is not sent to a server that asks for none', async () => {
    const server = testServer();
    const { results } = await checkEndpoint({ url, key, fetch: server.fetch });
    expect(results.find(({ id }) => id === 'chat')?.verdict).toBe('works');
    for (const { headers } of server.seen) expect([...headers].flat().join()).not.toContain(key);
  });

  it('is not sent where a redirect leads', async () => {
    const server = upstream(
      () => new Response(null, { status: 307, headers: { location: 'http://evil.test/' } }),
    );
    await checkEndpoint({ url, key, fetch: server.fetch });
    expect(new Set(server.seen.map(({ url: { host } }) => host))).toEqual(new Set(['server.test']));
  });

  it.each([
    [{ url: `http://me:${key}@server.test` }, /must not hold a user/],
    [{ url: key }, /This is not a URL/],
    [{ url: `${key}:80` }, /URL/],
    [{ url, key: `${key}\n${key}` }, /no header can carry/],
  ])('is not in the error of %#', async (options, message) => {
    const error = await checkEndpoint({ fetch: testServer().fetch, ...options }).catch((one: Error) => one);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('sk-');
  });
});

describe('checkEndpoint', () => {
  it('sends no request twice, and tells how far it is', async () => {
    const server = testServer();
    const progress: number[] = [];
    const { results } = await checkEndpoint({
      url,
      fetch: server.fetch,
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    const sent = server.seen.map(({ url: to, body }) => to.href + JSON.stringify(body));
    expect(new Set(sent).size).toBe(sent.length);
    expect(progress).toEqual(results.map((_, i) => (i + 1) / results.length));
  });

  it('says the same whatever the number of probes at a time', async () => {
    const run = (concurrency: number) =>
      checkEndpoint({ url, key, fetch: testServer({ key }).fetch, concurrency });
    expect(await run(1)).toEqual(await run(16));
  });

  it('goes on with what is usual where a probe is left out', async () => {
    const { results } = await checkEndpoint({ url, model: 'small', fetch: testServer().fetch, only: ['chat-n'], skip: ['base-url*', 'auth*', 'models', 'chat-max-tokens', 'chat'] }); // biome-ignore format: short
    expect(results).toEqual([expect.objectContaining({ id: 'chat-n', verdict: 'works' })]);
  });
});

describe('rolecall serve --upstream echo', () => {
  const served = (direction: 'chat-over-completions' | 'completions-over-chat'): Fetch => {
    const handler = createHandler({ direction, baseURL: 'http://echo/v1', dialect: 'chatml', fetch: echoModel({ dialect: 'chatml' }) }); // biome-ignore format: short
    return async (input, init) => await handler(new Request(input, init));
  };
  /** What the echo does on its own, and whichever direction stands in front of it passes on. */
  const common = {
    'base-url': 'works', auth: 'works', 'auth-header': 'unknown', 'base-url-key': 'unknown', models: 'works', server: 'unknown', template: 'unknown', 'template-tokens': 'unknown',
    'chat-max-tokens': 'works', chat: 'works', 'chat-stream': 'works', 'chat-stream-done': 'works',
    'chat-stream-usage': 'works', 'chat-stop': 'works', 'chat-n': 'works', 'chat-system': 'works',
    'chat-developer': 'works', 'chat-parts': 'works', 'chat-logprobs': 'odd', 'chat-json-object': 'fails',
    'chat-json-schema': 'fails', 'tools-required': 'fails', 'tools-named': 'fails', 'tools-none': 'unknown',
    'tools-parallel': 'unknown', 'tools-stream': 'unknown', 'tools-messages': 'works', completions: 'works',
    'completions-stream': 'works', 'completions-stream-done': 'works', 'completions-stream-usage': 'works',
    'completions-stop': 'works', 'completions-n': 'works', 'completions-max-tokens': 'works',
    'completions-prompts': 'odd', 'completions-echo': 'works', 'completions-logprobs': 'odd',
    'completions-echo-logprobs': 'fails', 'completions-suffix': 'fails', 'completions-json': 'fails',
    'completions-bos': 'unknown', 'completions-special-stop': 'works', 'unknown-model': 'odd',
    'context-window': 'works', errors: 'works',
  }; // biome-ignore format: a table

  it.each([
    // The adapter refuses images and JSON, which a prompt can't carry, and writes tools into it.
    [
      'chat-over-completions',
      { 'chat-images': 'fails', 'tools-auto': 'unknown', 'completions-best-of': 'fails' },
    ],
    // The echo takes images and looks at none, ignores tools; best_of is emulated.
    [
      'completions-over-chat',
      { 'chat-images': 'odd', 'tools-auto': 'fails', 'completions-best-of': 'works' },
    ],
  ] as const)('%s', async (direction, own) => {
    const report = await checkEndpoint({
      url: 'http://here.test',
      dialect: 'chatml',
      fetch: served(direction),
    });
    const verdicts = Object.fromEntries(report.results.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toEqual({ ...common, ...own });
    expect(report.findings).toMatchObject({
      base: 'http://here.test/v1',
      model: 'echo',
      contextWindow: 8192,
    });
  });
});
