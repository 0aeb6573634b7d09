import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { CliIO, Listening } from '../../src/cli/io.js';
import { listen } from '../../src/cli/node-server.js';
import { run } from '../../src/cli/run.js';

/** A world with a real port, and a hand on the switch. */
function world(files: Record<string, string> = {}) {
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
    [['--upstream', 'http://localhost:1'], /not certain: the server tells neither/],
    [['--upstream', 'localhost', '--dialect', 'chatml'], /no URL/],
    [['--upstream', 'file:///x', '--dialect', 'chatml'], /http/],
    [['--upstream', 'echo', '--dialect', 'chatmll'], /Did you mean "chatml"|no dialect/],
    [['--upstream', 'echo', '--port', '99999'], /--port/],
    [['--upstream', 'echo', '--port', 'x'], /--port/],
    [['--upstream', 'echo', '--model-map', 'a=b=c'], /--model-map/],
    [['--upstream', 'echo', '--model-map', 'none.json'], /no such file/],
    [['--upstream', 'echo', '--overflow', 'fit'], /needs a tokenizer/],
    [['--upstream', 'echo', '--server', 'vlm'], /Allowed choices/],
    [['--upstream', 'echo', '--cors', 'nowhere'], /no origin/],
    [['--upstream', 'echo', '--timeout', '0'], /--timeout/],
  ])('refuses %j with one message', async (argv, message) => {
    const { io, err } = world();
    expect(await run(['serve', ...argv], io)).toBe(2);
    expect(err.join('')).toMatch(message);
    expect(err.join('').trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('says so when the port is taken', async () => {
    const first = await listen(async () => new Response('x'), { host: '127.0.0.1', port: 0 });
    const { io, err } = world();
    expect(await run(['serve', '--upstream', 'echo', '--port', new URL(first.url).port], io)).toBe(2);
    expect(err.join('')).toContain('the port is taken');
    await first.close();
  });
});
