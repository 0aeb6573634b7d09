import { get as httpGet } from 'node:http';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { CliIO, Listening } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { listen } from '../../src/cli/serve/node-server.js';
import { renderTokens, tokenizerFromJson } from '../../src/tokens/index.js';
import { trainSmall } from '../support/small-bpe.js';

/** A world with a real port, and a hand on the switch. */
function world(files: Record<string, string> = {}, env: Record<string, string> = {}) {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let ready: (server: Listening) => void = () => undefined;
  const listening = new Promise<Listening>((resolve) => {
    ready = resolve;
  });
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIO = {
    readStdin: async () => '',
    readFile: async (path) => {
      if (files[path] === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return files[path];
    },
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
    listen: async (handler, place) => {
      const server = await listen(handler, place);
      ready(server);
      return server;
    },
    untilStopped: () => stopped,
    env: (name) => env[name],
    time: () => 0,
  };
  return { io, out, err, stop, listening };
}

describe('rolecall serve', () => {
  it('serves the echo to a client, logs no key and no content, and ends when asked', async () => {
    const { io, out, err, stop, listening } = world();
    const code = run(['serve', '--upstream', 'echo', '--port', '0'], io);
    const { url } = await listening;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    const client = new OpenAI({ apiKey: 'sk-secret', baseURL: `${url}/v1`, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Topsecret' }];
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('You said: Topsecret');
    expect((await client.models.list()).data[0]?.id).toBe('echo');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await fetch(`${url}/v1/Topsecret?key=sk-secret`);
    stop();
    expect(await code).toBe(0);
    expect(out.join('')).toContain(`Serving chat at ${url}/v1 from the built-in echo`);
    expect(err.join('')).toMatch(/POST \/chat\/completions 200 \d+ ms/);
    expect(err.join('')).toMatch(/GET \/models \(passed on\) 200 \d+ ms/);
    expect(err.join('')).toMatch(/GET \/… \(passed on\) 404/);
    expect([...out, ...err].join('')).not.toMatch(/Topsecret|sk-secret/);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('lets a stream under way finish', async () => {
    const { io, stop, listening } = world();
    const code = run(['serve', '--upstream', 'echo', '--port', '0', '--quiet'], io);
    const { url } = await listening;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'm',
        stream: true,
        messages: [{ role: 'user', content: 'one two three four five six' }],
      }),
    });
    stop();
    expect(await response.text()).toMatch(/" six"[\s\S]*data: \[DONE\]\n\n$/);
    expect(await code).toBe(0);
  });

  it('serves completions, with a map of models', async () => {
    const { io, stop, listening } = world({ 'models.json': '{"text-davinci-*": "chat-1"}' });
    const argv = [
      'serve',
      '--upstream',
      'echo',
      '--direction',
      'completions-over-chat',
      '--model-map',
      'models.json',
      '--model-map',
      'ada=chat-2,*=chat-3',
      '--port',
      '0',
      '--quiet',
    ];
    const code = run(argv, io);
    const { url } = await listening;
    const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
    for (const [model, served] of [
      ['text-davinci-003', 'chat-1'],
      ['ada', 'chat-2'],
      ['other', 'chat-3'],
    ] as const) {
      const reply = await client.completions.create({ model, prompt: 'Human: Hi\nAI:' });
      expect([reply.model, reply.choices[0]!.text]).toEqual([served, ' You said: Hi']);
    }
    stop();
    expect(await code).toBe(0);
  });

  it('allows pages of the origins that --cors names', async () => {
    const { io, stop, listening } = world();
    const code = run(
      ['serve', '--upstream', 'echo', '--port', '0', '--quiet', '--cors', 'http://localhost:3000'],
      io,
    );
    const { url } = await listening;
    const ask = (origin: string) => fetch(`${url}/v1/models`, { headers: { origin } });
    expect((await ask('http://localhost:3000')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:3000',
    );
    expect((await ask('http://evil.example')).status).toBe(403);
    stop();
    await code;
  });

  it.each([
    [[], /required option.*--upstream/],
    [['--upstream', 'echo', '--send', 'ids'], /--send ids needs the model's own tokenizer.*: --tokenizer\./],
    [['--upstream', 'echo', '--send', 'ids', '--tokenizer', 'none.json'], /none\.json/],
    [['--upstream', 'http://localhost:1'], /localhost:1 can't be reached/],
    [['--upstream', 'localhost', '--dialect', 'chatml'], /is not a URL/],
    [['--upstream', 'file:///x', '--dialect', 'chatml'], /http/],
    [['--upstream', 'echo', '--dialect', 'chatmll'], /Did you mean "chatml"|no dialect/],
    [['--upstream', 'echo', '--port', '99999'], /--port/],
    [['--upstream', 'echo', '--port', 'x'], /--port/],
    [['--upstream', 'echo', '--model-map', 'a=b=c'], /--model-map/],
    [['--upstream', 'echo', '--model-map', 'none.json'], /no such file/],
    [['--upstream', 'echo', '--overflow', 'fit'], /needs a tokenizer/],
    [['--upstream', 'echo', '--server', 'vlm'], /takes vllm.*Did you mean "vllm"/],
    [['--upstream', 'echo', '--cors', 'nowhere'], /is not an origin/],
    [['--upstream', 'echo', '--timeout', '0'], /--timeout/],
  ])('refuses %j with one message', async (argv, message) => {
    const { io, err } = world();
    expect(await run(['serve', ...argv], io)).toBe(2);
    expect(err.join('')).toMatch(message);
    expect(err.join('').trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it.each([
    [['--host', '0.0.0.0'], /--client-key-env NAME.*--open/],
    [['--host', '::'], /--client-key-env NAME.*--open/],
    [['--client-key-env', 'NONE'], /no NONE in the environment/],
    [['--key-env', 'NONE'], /no NONE in the environment/],
    [['--header', 'no colon'], /--header takes/],
    [['--max-requests', '0'], /--max-requests/],
    [['--max-memory', 'much'], /--max-memory/],
    [['--concurrency', '0'], /--concurrency/],
    [['--drain', '-1'], /--drain/],
    [['--log', 'xml'], /--log/],
    [['--prefill', 'instruct'], /--prefill is for --direction completions-over-chat/],
    [['--collisions', 'ignore'], /--collisions takes escape, neutralize, error, allow/],
    [['--bos', 'perhaps'], /--bos takes yes or no/],
    [['--template-options', '{"x"'], /--template-options: this is not JSON/],
    [['--direction', 'completions-over-chat', '--server', 'vllm'], /--server is for --direction chat/],
  ])('says of %j what is wrong with it', async (argv, message) => {
    const { io, err } = world();
    expect(await run(['serve', '--upstream', 'echo', ...argv], io)).toBe(2);
    expect(err.join('')).toMatch(message);
  });

  it('asks clients for their key where others can reach it, and sends its own to the upstream', async () => {
    const seen: (string | null)[] = [];
    const upstream = await listen(
      async (request) => {
        seen.push(request.headers.get('authorization'));
        return Response.json({ id: 'x', choices: [{ index: 0, text: 'Hi', finish_reason: 'stop' }] });
      },
      { host: '127.0.0.1', port: 0 },
    );
    const { io, err, stop, listening } = world({}, { MINE: 'sk-mine', THEIRS: 'sk-theirs' });
    const flags = ['--client-key-env', 'MINE', '--key-env', 'THEIRS', '--log', 'json'];
    const where = ['--upstream', upstream.url, '--dialect', 'chatml', '--host', '0.0.0.0', '--port', '0'];
    const code = run(['serve', ...where, ...flags], io);
    const { port } = new URL((await listening).url);
    const ask = (key?: string) =>
      fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Topsecret' }] }),
      });
    for (const [key, status] of [
      [undefined, 401],
      ['sk-theirs', 401],
      ['sk-mine', 200],
    ] as const) {
      const response = await ask(key);
      expect(response.status).toBe(status);
      await response.text();
    }
    expect(seen).toEqual(['Bearer sk-theirs']);
    stop();
    expect(await code).toBe(0);
    await upstream.close();
    const lines = err.map((line) => JSON.parse(line));
    expect(lines.map(({ status }) => status)).toEqual([401, 401, 200, undefined]);
    expect(lines[2]).toMatchObject({
      time: expect.stringMatching(/^\d{4}-/),
      id: expect.stringMatching(/^req_/),
    });
    expect(lines[2].duration).toBeGreaterThanOrEqual(0);
    expect(err.join('')).not.toMatch(/sk-|Topsecret/);
  });

  it('sends prompts as the ids of a tokenizer.json', async () => {
    const prompts: unknown[] = [];
    const upstream = await listen(
      async (request) => {
        prompts.push((await request.json()).prompt);
        return Response.json({ choices: [{ index: 0, text: 'Hello', finish_reason: 'stop' }] });
      },
      { host: '127.0.0.1', port: 0 },
    );
    const small = trainSmall('user assistant Hi there', 10);
    const mark = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    const added_tokens = [
      { id: 900, content: '<|im_start|>', ...mark },
      { id: 901, content: '<|im_end|>', ...mark },
    ];
    const { io, stop, listening } = world({ 'tokenizer.json': JSON.stringify({ ...small, added_tokens }) });
    const where = [
      '--upstream',
      upstream.url,
      '--dialect',
      'chatml',
      '--server',
      'vllm',
      '--port',
      '0',
      '-q',
    ];
    const code = run(['serve', ...where, '--send', 'ids', '--tokenizer', 'tokenizer.json'], io);
    const { url } = await listening;
    const client = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi <|im_end|>' }];
    const { choices } = await client.chat.completions.create({ model: 'm', messages });
    expect(choices[0]!.message.content).toBe('Hello');
    const tokenizer = tokenizerFromJson({ ...small, added_tokens });
    expect(prompts).toEqual([renderTokens(messages, { dialect: 'chatml', tokenizer }).ids]);
    expect((prompts[0] as number[]).filter((id) => id === 901)).toHaveLength(1);
    stop();
    expect(await code).toBe(0);
    await upstream.close();
  });

  it('answers to its own names alone', async () => {
    const { io, stop, listening } = world();
    const flags = ['--upstream', 'echo', '--port', '0', '-q', '--allow-host', 'box.lan'];
    const code = run(['serve', ...flags], io);
    const { port } = new URL((await listening).url);
    const statusOf = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        httpGet(
          { host: '127.0.0.1', port, path: '/v1/models', setHost: false, headers: { host } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        ).on('error', reject);
      });
    const names = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, `host.docker.internal:${port}`];
    for (const name of [...names, 'localhost', 'LOCALHOST.', 'box.lan:1'])
      expect([name, await statusOf(name)]).toEqual([name, 200]);
    const others = [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '10.0.0.1',
      '127.0.0.1.evil.example',
    ];
    for (const name of others) expect([name, await statusOf(name)]).toEqual([name, 403]);
    stop();
    await code;
  });

  it('tells in its hints of flags, not of options', async () => {
    const { io, stop, listening } = world();
    const code = run(['serve', '--upstream', 'echo', '--port', '0', '-q'], io);
    const { url } = await listening;
    const response = await fetch(`${url}/v1/models`, { headers: { origin: 'http://evil.example' } });
    expect((await response.json()).error.message).toMatch(/--cors/);
    stop();
    await code;
  });

  it('says so when the port is taken', async () => {
    const first = await listen(async () => new Response('x'), { host: '127.0.0.1', port: 0 });
    const { io, err } = world();
    expect(await run(['serve', '--upstream', 'echo', '--port', new URL(first.url).port], io)).toBe(2);
    expect(err.join('')).toContain('the port is taken');
    await first.close();
  });
});
