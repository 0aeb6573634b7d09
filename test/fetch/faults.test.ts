import { describe, expect, it, vi } from 'vitest';
import {
  type ChatOverCompletionsOptions,
  type CompletionsOverChatOptions,
  createHandler,
  type Direction,
  type HandlerOptions,
} from '../../src/fetch/index.js';
import type { Warning } from '../../src/index.js';
import { eventStream, refusedResponse, type Seen, upstream } from '../support/upstream.js';

const head = { id: 'x-1', created: 1_700_000_000, model: 'm' };
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

/** What differs between the directions: what is asked, and how the upstream says something. */
const sides = {
  'chat-over-completions': {
    path: '/v1/chat/completions',
    ask: { messages: [{ role: 'user', content: 'Hi' }] },
    choice: (text: string) => ({ text }),
    piece: (text: string) => ({ text }),
  },
  'completions-over-chat': {
    path: '/v1/completions',
    ask: { prompt: 'Human: Hi\nAI:' },
    choice: (content: string) => ({ message: { role: 'assistant', content } }),
    piece: (content: string) => ({ delta: { content } }),
  },
} as const;
const directions = Object.keys(sides) as Direction[];

type Answer = (seen: Seen, at: number) => Response | Promise<Response>;
type Options = Partial<ChatOverCompletionsOptions & CompletionsOverChatOptions>;

/** A client's request to a handler over an upstream, read to its end. */
async function ask(direction: Direction, answer: Answer, fields: object = {}, options: Options = {}) {
  const server = upstream(answer);
  const handler = createHandler({
    direction,
    baseURL: 'http://up/v1',
    fetch: server.fetch,
    ...(direction === 'chat-over-completions' ? { dialect: 'chatml' } : {}),
    ...options,
  } as HandlerOptions);
  const { path, ask: asked } = sides[direction];
  const response = await handler(
    new Request(`http://me${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', max_tokens: 50, ...asked, ...fields }),
    }),
  );
  const body = await response.text();
  const frames = [...body.matchAll(/^data: (.*)$/gm)].map(([, data]) => data!);
  const values = (frames.length > 0 ? frames.filter((one) => one !== '[DONE]') : [body]).map((one) => JSON.parse(one));
  const texts: string[] = [];
  const finish: string[] = [];
  for (const { choices = [] } of values)
    for (const { index, text, delta, message, finish_reason } of choices) {
      texts[index] = (texts[index] ?? '') + (text ?? delta?.content ?? message?.content ?? '');
      if (finish_reason) finish[index] = finish_reason;
    }
  const { error } = values.find((one) => one.error) ?? {};
  const total = values.findLast((one) => one.usage)?.usage.total_tokens;
  return { response, status: response.status, body, done: frames.at(-1) === '[DONE]', texts, finish, error, total, seen: server.seen };
} // biome-ignore format: short

const json = (value: unknown, init: ResponseInit = {}): Answer => () => Response.json(value, init); // biome-ignore format: short
const sse = (pieces: Iterable<string> | AsyncIterable<string>): Answer => () => eventStream(pieces); // biome-ignore format: short
const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(directions)('%s: a response that is none', (direction) => {
  const { choice } = sides[direction];
  it.each<[string, unknown, string, number?]>([
    ['a state of its own', { ...head, choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }, 'insufficient balance'],
    ['a code and a text', { code: 1001, msg: 'api key invalid' }, 'api key invalid'],
    ['success: false', { success: false, errors: [{ code: 7003, message: 'No route' }], result: null }, 'No route'],
    ['nothing', {}, 'no choices'],
    ['null', null, 'must be an object'],
    ['no choices', { ...head, choices: [] }, 'no choices'],
    ['an error beside choices', { ...head, choices: [{ index: 0, ...choice('par'), finish_reason: 'error' }], error: { code: 502, message: 'gone away' } }, 'gone away'],
    ['an error inside of a choice', { ...head, choices: [{ index: 0, ...choice('par'), finish_reason: 'error', error: { code: 504, message: 'idle timeout' } }] }, 'idle timeout', 504],
    ['a finish by an error', { ...head, choices: [{ index: 0, ...choice('par'), finish_reason: 'error' }] }, 'with an error'],
    ['an error with a status', { error: { message: 'No credit', code: 402 } }, 'No credit', 402],
  ])('%s', async (_, body, says, status = 502) => {
    for (const stream of [false, true]) {
      const got = await ask(direction, json(body), { stream });
      // In a stream, what is wrong with a choice comes behind what it said.
      if (got.status === 200) expect(got).toMatchObject({ done: true, error: { message: expect.stringContaining(says) } });
      else expect(got).toMatchObject({ status, error: { message: expect.stringContaining(says) } });
      expect(got.error.type).not.toBe('invalid_request_error');
      expect(got.response.headers.get('x-request-id')).toMatch(/^req_/);
    }
  }); // biome-ignore format: a table

  it.each<[string, string, string]>([
    ['a page', '<html><h1>Bad gateway</h1></html>', 'Bad gateway'],
    ['half of a body', '{"id":"x-1","cho', 'not JSON'],
    ['an empty one', '', 'empty'],
  ])('%s', async (_, text, says) => {
    for (const stream of [false, true]) {
      const got = await ask(direction, () => new Response(text), { stream });
      expect(got).toMatchObject({ status: 502, error: { message: expect.stringContaining(says) } });
    }
  });

  it('a whole response under text/event-stream, and a stream under application/json, are read', async () => {
    const whole = { ...head, choices: [{ index: 0, ...choice('Hello'), finish_reason: 'stop' }], usage };
    const pieces = [frame({ ...head, choices: [{ index: 0, ...sides[direction].piece('Hello'), finish_reason: 'stop' }] }), 'data: [DONE]\n\n'];
    const events = { 'content-type': 'text/event-stream' };
    const answers: Answer[] = [
      () => new Response(JSON.stringify(whole), { headers: events }),
      () => new Response(JSON.stringify(whole, null, 2), { headers: events }),
      () => new Response(frame(whole) + pieces[1], { headers: events }),
      () => new Response(`\n\n: hi\n\n${pieces.join('')}`, { headers: { 'content-type': 'application/json' } }),
      () => new Response(pieces.join('')),
    ];
    for (const answer of answers)
      for (const stream of [false, true]) {
        const got = await ask(direction, answer, { stream });
        expect([got.status, got.texts[0]?.trim(), got.finish[0], got.error]).toEqual([200, 'Hello', 'stop', undefined]);
      }
  }); // biome-ignore format: a table

  it('an error under text/event-stream has the reason', async () => {
    const text = JSON.stringify({ error: { message: 'Engine core died', type: 'server_error' } });
    for (const stream of [false, true]) {
      const got = await ask(direction, () => new Response(text, { headers: { 'content-type': 'text/event-stream' } }), { stream });
      expect(got.error).toMatchObject({ message: 'Engine core died', type: 'server_error' });
      expect(got.status).toBe(stream ? 200 : 502);
    }
  }); // biome-ignore format: short
});

describe.each(directions)('%s: a refusal', (direction) => {
  it('keeps what the provider behind the gateway said, the status, and when to come back', async () => {
    const metadata = { raw: 'deepseek-r1:free is rate-limited upstream', provider_name: 'Chutes' };
    const error = { message: 'Provider returned error', code: 429, metadata };
    const got = await ask(direction, json({ error }, { status: 429, headers: { 'retry-after': '11' } }));
    expect([got.status, got.response.headers.get('retry-after')]).toEqual([429, '11']);
    expect(got.error.message).toBe('Provider returned error: deepseek-r1:free is rate-limited upstream');
    const wrapped = { ...error, metadata: { raw: JSON.stringify({ error: { message: 'No room.' } }) } };
    expect((await ask(direction, json({ error: wrapped }, { status: 429 }))).error.message).toBe('Provider returned error: No room.');
  }); // biome-ignore format: short

  it.each<[string, Answer]>([
    ['OpenAI', () => refusedResponse(400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.", 'context_length_exceeded')],
    ['llama.cpp', json({ error: { code: 400, message: 'request (5000 tokens) exceeds the available context size (4096 tokens)', type: 'exceed_context_size_error', n_prompt_tokens: 5000, n_ctx: 4096 } }, { status: 400 })],
    ['vLLM', json({ object: 'error', message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", type: 'BadRequestError', param: null, code: 400 }, { status: 400 })],
    ['TGI', json({ error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 16 `max_new_tokens`', error_type: 'validation' }, { status: 422 })],
    ['one with a status of the server', json({ error: { message: 'the request exceeds the available context size' } }, { status: 500 })],
  ])('of what is too long has one code: %s', async (_, answer) => {
    for (const overflow of ['error', 'retry'] as const) {
      const got = await ask(direction, answer, {}, { overflow });
      expect(got).toMatchObject({ status: 400, error: { code: 'context_length_exceeded', type: 'invalid_request_error' } });
    }
  }); // biome-ignore format: a table

  it('for too many requests is not one of length', async () => {
    const message = 'Request too large: Limit 4096 tokens per minute, requested 5000. Maximum context length is 4096 tokens.';
    expect(await ask(direction, () => refusedResponse(429, message))).toMatchObject({ status: 429, error: { code: null } });
  }); // biome-ignore format: short
});

describe('a connection that fails', () => {
  const coded = (code: string, name = 'fetch failed') =>
    new TypeError(name, { cause: Object.assign(new Error('no'), { code }) });
  const reasons: [string, unknown, string][] = [
    ['Node', coded('ECONNREFUSED'), 'nothing listens there'],
    ['Node, which tries several addresses', new TypeError('fetch failed', { cause: new AggregateError([Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' })]) }), 'nothing listens there'],
    ['Node, a name', coded('ENOTFOUND'), 'no host of that name'],
    ['Node, TLS', coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'does not speak TLS'],
    ['Bun', Object.assign(new Error('Unable to connect. Is the computer able to access the url?'), { code: 'ConnectionRefused' }), 'nothing listens there'],
    ['Deno', new TypeError('error sending request for url (http://u:k@up/v1?key=sk-secret): client error (Connect): tcp connect error: Connection refused (os error 111)'), 'nothing listens there'],
    ['Deno, a name', new TypeError('error sending request for url (http://up/): client error (Connect): dns error: failed to lookup address information'), 'no host of that name'],
    ['workers', new Error('Network connection lost.'), 'broken off'],
  ]; // biome-ignore format: a table

  it.each(reasons)('is a 502 that says why: %s', async (_, error, says) => {
    for (const direction of directions)
      for (const stream of [false, true]) {
        const got = await ask(direction, () => Promise.reject(error), { stream });
        expect(got).toMatchObject({ status: 502, error: { code: 'upstream_unreachable', type: 'server_error', message: expect.stringContaining(says) } });
        expect(got.body).not.toContain('secret');
        expect(got.response.headers.get('x-request-id')).toMatch(/^req_/);
      }
  }); // biome-ignore format: short

  it.each<[string, unknown]>([
    ['Node', new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) })],
    ['Bun', Object.assign(new Error('The socket connection was closed unexpectedly.'), { code: 'ECONNRESET' })],
    ['Deno', new TypeError('error reading a body from connection')],
    ['workers', new Error('Network connection lost.')],
  ])('in the middle of a body is one too: %s', async (_, error) => {
    for (const direction of directions) {
      const broken = (text: string, headers: HeadersInit): Answer => () => {
        let sent = false;
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (sent) return controller.error(error);
            sent = true;
            controller.enqueue(new TextEncoder().encode(text));
          },
        });
        return new Response(body, { headers });
      };
      const whole = await ask(direction, broken('{"id":"x-1",', { 'content-type': 'application/json' }));
      expect(whole).toMatchObject({ status: 502, error: { code: 'upstream_disconnected', message: expect.stringContaining('broken off') } });
      const piece = frame({ ...head, choices: [{ index: 0, ...sides[direction].piece('Part of'), finish_reason: null }] });
      const stream = await ask(direction, broken(piece, { 'content-type': 'text/event-stream' }), { stream: true });
      expect(stream).toMatchObject({ status: 200, done: true, error: { message: expect.stringContaining('broken off') } });
      expect(stream.texts[0]?.trim()).toBe('Part of');
    }
  }); // biome-ignore format: short

  it('leaves a refusal whose body breaks off its status', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('terminated')) });
    expect(await ask('completions-over-chat', () => new Response(body, { status: 503 }))).toMatchObject({ status: 503, error: { type: 'server_error' } });
  }); // biome-ignore format: short
});

describe.each(directions)('%s: waiting', (direction) => {
  const { piece, choice } = sides[direction];
  const limits = { idleTimeout: 80 };
  const words = (text: string, finish: string | null = null) =>
    frame({ ...head, choices: [{ index: 0, ...piece(text), finish_reason: finish }] });

  it('is for the next byte, not for all of them', async () => {
    async function* drips() {
      for (let i = 0; i < 6; i++) {
        yield '\n';
        await wait(30);
      }
      yield JSON.stringify({ ...head, choices: [{ index: 0, ...choice('Hello'), finish_reason: 'stop' }] });
    }
    const slow: Answer = () => {
      const { body } = eventStream(drips());
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    };
    for (const stream of [false, true]) {
      const got = await ask(direction, slow, { stream }, { limits });
      expect([got.status, got.texts[0]?.trim()]).toEqual([200, 'Hello']);
    }
  }); // biome-ignore format: short

  it('ends where nothing comes', async () => {
    async function* stalls() {
      yield words('Hm');
      await wait(1000);
    }
    const stream = await ask(direction, sse(stalls()), { stream: true }, { limits });
    expect(stream).toMatchObject({ done: true, error: { message: expect.stringContaining('stopped in the middle') } });
    expect(stream.texts[0]?.trim()).toBe('Hm');
    const whole = await ask(direction, sse(stalls()), {}, { limits });
    expect(whole).toMatchObject({ status: 504, error: { code: 'upstream_timeout' } });
  }); // biome-ignore format: short

  it('takes comments for life, and passes them on', async () => {
    async function* comments() {
      for (let i = 0; i < 5; i++) {
        yield ': PROCESSING\n\n';
        await wait(30);
      }
      yield 'data: {"type":"ping"}\n\n';
      yield words('Hello', 'stop');
      yield 'data: [DONE]\n\n';
    }
    const got = await ask(direction, sse(comments()), { stream: true }, { limits });
    expect([got.texts[0]?.trim(), got.finish, got.done]).toEqual(['Hello', ['stop'], true]);
    expect(got.body.match(/^: .*$/gm)).toEqual([...Array.from({ length: 5 }, () => ': PROCESSING'), ': ping']);
  }); // biome-ignore format: short
});

describe.each(directions)('%s: a stop', (direction) => {
  const { piece } = sides[direction];
  const words = (text: string, finish: string | null = null) => frame({ ...head, choices: [{ index: 0, ...piece(text), finish_reason: finish }] });
  /** Enough of them that they are enforced here. */
  const stop = ['END', '#1', '#2', '#3', '#4'];

  function endless(more: (at: number) => string | undefined = () => undefined) {
    const state = { sent: 0, closed: 0 };
    async function* pieces() {
      try {
        yield words('w ');
        yield words('END');
        for (;;) {
          const next = more(state.sent++);
          yield next ?? words('x ');
          await wait(5);
        }
      } finally {
        state.closed = performance.now();
      }
    }
    return { state, answer: sse(pieces()) };
  }

  it('ends the stream and the upstream at once', async () => {
    const { state, answer } = endless();
    const begin = performance.now();
    const got = await ask(direction, answer, { stream: true, stop });
    expect(got).toMatchObject({ finish: ['stop'], done: true, error: undefined });
    expect(got.texts[0]?.trim()).toBe('w');
    expect(performance.now() - begin).toBeLessThan(1000);
    await vi.waitFor(() => expect(state.closed).toBeGreaterThan(0));
    expect(state.sent).toBeLessThan(5);
  });

  it('waits for the usage that was asked for, but not for ever', async () => {
    const asked = { stream: true, stop, stream_options: { include_usage: true } };
    const comes = endless((at) => (at === 4 ? frame({ ...head, choices: [], usage }) : undefined));
    const got = await ask(direction, comes.answer, asked);
    expect([got.total, got.finish, got.done]).toEqual([7, ['stop'], true]);
    expect(comes.state.sent).toBeLessThan(8);

    const never = endless();
    const begin = performance.now();
    const without = await ask(direction, never.answer, asked);
    expect([without.total, without.finish, without.done]).toEqual([undefined, ['stop'], true]);
    expect(performance.now() - begin).toBeGreaterThan(1500);
    await vi.waitFor(() => expect(never.state.closed).toBeGreaterThan(0));
  });

  it('is not needed for a stream that never closes behind its last choice', async () => {
    async function* hangs() {
      yield words('All', 'stop');
      await wait(60_000);
    }
    const begin = performance.now();
    const got = await ask(direction, sse(hangs()), { stream: true });
    expect([got.texts[0]?.trim(), got.finish, got.done]).toEqual(['All', ['stop'], true]);
    expect(performance.now() - begin).toBeLessThan(1500);
  });
}); // biome-ignore format: short

describe.each(directions)('%s: a server that ignores n', (direction) => {
  const { piece, choice } = sides[direction];
  const single: Answer = ({ body }, at) =>
    body['stream'] === true
      ? eventStream([
          frame({ ...head, choices: [{ index: 0, ...piece(`Reply ${at}`), finish_reason: null }] }),
          frame({ ...head, choices: [{ index: 0, ...piece('.'), finish_reason: 'stop' }] }),
          frame({ ...head, choices: [], usage }),
          'data: [DONE]\n\n',
        ])
      : Response.json({
          ...head,
          choices: [{ index: 0, ...choice(`Reply ${at}.`), finish_reason: 'stop' }],
          usage,
        });

  it('is asked for each choice', async () => {
    for (const stream of [false, true]) {
      const told: string[] = [];
      const onWarning = ({ code }: Warning) => told.push(code);
      const got = await ask(direction, single, { n: 3, stream, ...(stream ? { stream_options: { include_usage: true } } : {}) }, { onWarning });
      expect(got.texts.map((text) => text.trim())).toEqual(['Reply 0.', 'Reply 1.', 'Reply 2.']);
      expect([got.finish, got.total, got.error]).toEqual([['stop', 'stop', 'stop'], 21, undefined]);
      expect(told).toContain('emulated');
    }
  }); // biome-ignore format: short

  it('has the refusal of any of them for all', async () => {
    const refuses: Answer = (seen, at) => (at === 2 ? refusedResponse(429, 'Slow down') : single(seen, at));
    expect(await ask(direction, refuses, { n: 3 })).toMatchObject({ status: 429 });
    expect(await ask(direction, refuses, { n: 3, stream: true })).toMatchObject({ done: true, error: { message: 'Slow down' } });
  }); // biome-ignore format: short

  it('is let go where a stop ends the only choice that it gives', async () => {
    let asked = 0;
    const goesOn: Answer = () => {
      const mine = asked++;
      return eventStream(
        (function* () {
          yield frame({
            ...head,
            choices: [{ index: 0, ...piece(`Reply ${mine} END`), finish_reason: null }],
          });
          for (;;) yield frame({ ...head, choices: [{ index: 0, ...piece('x '), finish_reason: null }] });
        })(),
      );
    };
    const got = await ask(direction, goesOn, { n: 2, stream: true, stop: [' END', '#1', '#2', '#3', '#4'] });
    expect(got.texts.map((text) => text.trim())).toEqual(['Reply 0', 'Reply 1']);
  });
});

describe('a batch for a server that ignores n', () => {
  const { piece, choice } = sides['completions-over-chat'];
  it('keeps the places of the choices: those of prompt p are p·n to p·n + n − 1', async () => {
    const counts = new Map<string, number>();
    const answer: Answer = ({ body }) => {
      const { content } = (body['messages'] as { content: string }[]).at(-1)!;
      const count = counts.get(content) ?? 0;
      counts.set(content, count + 1);
      const text = `${content}${count}`;
      return body['stream'] === true
        ? eventStream([frame({ ...head, choices: [{ index: 0, ...piece(text), finish_reason: 'stop' }] }), 'data: [DONE]\n\n'])
        : Response.json({ ...head, choices: [{ index: 0, ...choice(text), finish_reason: 'stop' }] });
    };
    for (const stream of [false, true]) {
      counts.clear();
      const prompt = ['A', 'B', 'C'].map((name) => `Human: ${name}\nAI:`);
      const got = await ask('completions-over-chat', answer, { prompt, n: 2, stream }, { restoreSpace: false });
      expect(got.texts).toEqual(['A0', 'A1', 'B0', 'B1', 'C0', 'C1']);
    }
  });
}); // biome-ignore format: short

describe('the id of a request', () => {
  const hi = { method: 'POST', headers: { 'content-type': 'application/json', 'x-request-id': 'mine-1' } };
  const handler = createHandler({
    baseURL: 'http://up/v1',
    dialect: 'chatml',
    fetch: upstream(({ url }) => (url.pathname.endsWith('/models') ? Response.json({ data: [] }) : refusedResponse(404, 'no'))).fetch,
  });
  it.each<[string, string, RequestInit, number]>([
    ['a body that is none', '/v1/chat/completions', { ...hi, body: '{' }, 400],
    ['another type', '/v1/chat/completions', { ...hi, headers: { ...hi.headers, 'content-type': 'text/plain' }, body: 'x' }, 415],
    ['a page', '/v1/chat/completions', { ...hi, headers: { ...hi.headers, origin: 'http://evil.example' }, body: '{}' }, 403],
    ['what is not served', '/v1/responses', { ...hi, body: '{}' }, 404],
    ['what is refused', '/v1/chat/completions', { ...hi, body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }) }, 404],
    ['what passes', '/v1/models', { headers: hi.headers }, 200],
    ['a sign of life', '/healthz', { headers: hi.headers }, 200],
  ])('is in every response: %s', async (_, path, init, status) => {
    const response = await handler(new Request(`http://me${path}`, init));
    expect([response.status, response.headers.get('x-request-id')]).toEqual([status, 'mine-1']);
    const { 'x-request-id': __, ...headers } = init.headers as Record<string, string>;
    const another = await handler(new Request(`http://me${path}`, { ...init, headers }));
    expect(another.headers.get('x-request-id')).toMatch(/^req_/);
  });
}); // biome-ignore format: a table

it('what is no object of options is refused as such', () => {
  for (const options of [undefined, null, 5])
    expect(() => createHandler(options as unknown as HandlerOptions)).toThrow(expect.objectContaining({ code: 'invalid-argument', path: 'options' }));
}); // biome-ignore format: short

/** An upstream that streams whatever is asked, a word every 5 ms, without an end; its fourth word is a stop. */
function endlessStream(direction: Direction) {
  const state = { sent: 0, closed: false };
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      state.sent += 1;
      const text = state.sent === 4 ? ' STOP ' : `w${state.sent} `;
      const choices = [{ index: 0, ...sides[direction].piece(text), finish_reason: null }];
      controller.enqueue(encoder.encode(`data: ${JSON.stringify({ ...head, choices })}\n\n`));
    },
    cancel() {
      state.closed = true;
    },
  });
  return { state, response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }) };
}

describe.each(directions)('a whole reply that is streamed unasked, %s', (direction) => {
  it('ends at a stop, though the upstream never ends', async () => {
    const { state, response } = endlessStream(direction);
    const { texts, finish } = await ask(direction, () => response, { stop: 'STOP' });
    expect(texts.map((text) => text.trim())).toEqual(['w1 w2 w3']);
    expect(finish).toEqual(['stop']);
    expect(state.closed).toBe(true);
    expect(state.sent).toBeLessThan(7);
  });

  it('ends at a stop for each choice of each request', async () => {
    const many =
      direction === 'completions-over-chat' ? { prompt: ['Human: Hi\nAI:', 'Human: Ho\nAI:'] } : {};
    const states: ReturnType<typeof endlessStream>['state'][] = [];
    const answer: Answer = () => {
      const { state, response } = endlessStream(direction);
      states.push(state);
      return response;
    };
    const { texts } = await ask(direction, answer, { stop: 'STOP', ...many });
    expect(texts.map((text) => text.trim())).toEqual(states.map(() => 'w1 w2 w3'));
    expect(states.map(({ closed }) => closed)).toEqual(states.map(() => true));
  });
});
