import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import type { CliIO, Listening } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { listen } from '../../src/cli/serve/node-server.js';
import { createHandler, echoModel } from '../../src/fetch/index.js';
import { type Bends, testServer } from '../check/server.js';

const key = 'sk-test-0123456789abcdef';
const open: Listening[] = [];
afterAll(async () => {
  for (const server of open) await server.close();
});

async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = await listen(handler, { host: '127.0.0.1', port: 0 });
  open.push(server);
  return server.url;
}
const serveTest = (bends: Bends = {}): Promise<string> => {
  const { fetch } = testServer(bends);
  return serve((request) => fetch(request));
};

interface World {
  env?: Record<string, string>;
  answer?: string;
  columns?: number;
  files?: Record<string, string>;
  fetch?: NonNullable<CliIO['fetch']>;
  untilStopped?: () => Promise<void>;
}

async function check(
  argv: readonly string[],
  { env = {}, answer, columns, files = {}, fetch, untilStopped }: World = {},
) {
  let out = '';
  let err = '';
  const asked: string[] = [];
  const io: CliIO = {
    readStdin: async () => '',
    readFile: async (path) => {
      if (files[path] === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return files[path];
    },
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    columns: { stdout: columns, stderr: columns },
    env: (name) => env[name],
    ...(fetch === undefined ? {} : { fetch }),
    ...(untilStopped === undefined ? {} : { untilStopped }),
    question:
      answer === undefined
        ? undefined
        : async (text) => {
            asked.push(text);
            return answer;
          },
  };
  const code = await run(['check', ...argv], io);
  return { code, out, err, asked };
}

describe('rolecall check', () => {
  it('says what it will send, and sends no more than a handful without a yes', async () => {
    const url = await serveTest();
    const plain = await check([url]);
    expect([plain.code, plain.out]).toEqual([2, '']);
    expect(plain.err).toMatch(
      /up to \d+ requests, about [\d,]+ tokens of prompts and at most [\d,]+ of replies/,
    );
    expect(plain.err).toMatch(/nothing was sent; --yes/);
    const no = await check([url], { answer: '' });
    expect([no.code, no.out, no.asked]).toEqual([2, '', ['Send them? [y/N] ']]);
    expect((await check([url, '--only', 'chat'], { answer: ' Yes ' })).code).toBe(0);
    const priced = await check([url, '--model', 'gpt-4o-mini']);
    expect(priced.err).toMatch(/\$0\.00\d\d at the listed price of gpt-4o-mini/);
  });

  it('prints a table, with the ways to serve', async () => {
    const url = await serveTest();
    const { code, out, err } = await check([`${url}/v1`, '--yes']);
    expect(code).toBe(0);
    expect(out).toMatch(/^probe +verdict +seen\nbase-url +works +http/);
    expect(out).toMatch(
      /\nchat-stop +works +up to 4; 5 are refused \(400\): Invalid 'stop': array too long\.\n/,
    );
    expect(out).toContain('\nNot told:\n');
    expect(out).toMatch(/\n {2}completions-bos: to tell, the tokenizer of the model is needed\n/);
    expect(out).toContain(
      `  rolecall serve --upstream ${url}/v1 --template tokenizer_config.json --context-window 4096 --response-format pass\n`,
    );
    expect(out).toContain(
      `  completionsOverChat({ model: 'small', baseURL: '${url}/v1', contextWindow: 4096 })\n`,
    );
    expect(err).not.toMatch(/[\r\x1b]/);
    expect(err).toMatch(/\d+ requests were sent; [\d,]+ and [\d,]+ tokens/);
  });

  it('keeps to the width of a terminal, and shows how far it is there', async () => {
    const url = await serveTest();
    const { out, err } = await check([url, '--yes'], { columns: 80 });
    const [table = ''] = out.split('\n\n');
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(err).toMatch(/\r[█▏▎▍▌▋▊▉░]{20} 1\/48 {2}base-url\x1b\[K/);
    expect(err).toMatch(/\r\x1b\[Krolecall: \d+ requests were sent/);
  });

  it('prints JSON for programs', async () => {
    const url = await serveTest();
    const { out } = await check([url, '--yes', '--json']);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual(['url', 'results', 'findings', 'suggestions', 'spent', 'plan']);
    expect(report['results']).toContainEqual({ id: 'chat-n', title: 'n: several choices', verdict: 'works', seen: '2 choices' });
    expect(report['findings']).toMatchObject({ chat: true, stops: { chat: 4, completions: 4 } });
  }); // biome-ignore format: short

  it('takes the key from the environment, and prints it nowhere', async () => {
    const echo: Bends['error'] = ({ error }, status) =>
      Response.json(
        { error: { ...error, message: `${error.message} ${key} ${key.slice(0, 12)}` } },
        { status },
      );
    const url = await serveTest({ key, error: echo });
    for (const [argv, env, code] of [
      [[], { OPENAI_API_KEY: key }, 0],
      [['--key-env', 'MINE'], { MINE: ` ${key}\n`, OPENAI_API_KEY: 'sk-another-one' }, 0],
      [[], { OPENAI_API_KEY: `${key}x` }, 1],
      [[], {}, 1],
    ] as const) {
      for (const json of [[], ['--json']]) {
        const result = await check([url, '--yes', ...argv, ...json], { env, columns: 100 });
        expect(result.code).toBe(code);
        expect(result.out).toContain('base-url');
        // A key that is another's is none of ours to hide; the server was told none here.
        if (Object.keys(env).length > 0) expect(result.out + result.err).not.toMatch(/sk-test-|89abcdef/);
      }
    }
    const { err } = await check([url, '--yes']);
    expect(err).toContain('set OPENAI_API_KEY, or name another variable with --key-env');
  });

  it('waits for a rate limit', async () => {
    const good = testServer();
    let left = 1;
    const url = await serve(async (request) =>
      left-- > 0
        ? Response.json(
            { error: { message: 'slow down' } },
            { status: 429, headers: { 'retry-after-ms': '5' } },
          )
        : await good.fetch(request),
    );
    const { out, err, code } = await check([url, '--yes', '--only', 'models'], { columns: 80 });
    expect(code).toBe(0);
    expect(out).toMatch(/models +works +small/);
    expect(err).toContain('waiting 1 s for a rate limit');
  });

  it('ends when it is stopped, and leaves the line clear', async () => {
    let stop = (): void => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const good = testServer();
    let left = 8;
    const fetch: World['fetch'] = (input, init) => {
      if (left-- > 0) return good.fetch(input, init);
      stop();
      return new Promise(() => undefined);
    };
    const { code, out, err } = await check(['http://x', '--yes'], { columns: 80, fetch, untilStopped: () => stopped });
    expect([code, out]).toEqual([130, '']);
    expect(err).toMatch(/\r\x1b\[Krolecall: stopped, with [3-6] of 48 probes done\.\n$/);
  }); // biome-ignore format: short

  it('is no success where the only API that was asked fails', async () => {
    const url = await serveTest({ ask: (body, api) => (api === 'chat' ? new Response('', { status: 404 }) : body) });
    expect((await check([url, '--yes', '--only', 'chat'])).code).toBe(1);
    expect((await check([url, '--yes', '--only', 'completions'])).code).toBe(0);
    expect((await check([url, '--yes', '--only', 'models'])).code).toBe(0);
  }); // biome-ignore format: short

  it('asks for the name of a model where none is listed', async () => {
    const models = Response.json({ error: { message: 'no' } }, { status: 404 });
    const lost = await check([await serveTest({ models }), '--yes']);
    expect([lost.code, lost.err]).toEqual([1, expect.stringMatching(/no models are listed: --model names one/)]);
    const found = await check([await serveTest({ models }), '--yes', '--model', 'small']);
    expect([found.code, found.err]).toEqual([0, expect.not.stringMatching(/--model names one\.\n/)]);
  }); // biome-ignore format: short

  it('tells of the room that a model that thinks wants, and gives it', async () => {
    const url = await serveTest({
      whole: (body, asked) => {
        if (Number(asked['max_tokens']) < 50)
          for (const choice of body.choices)
            if (choice.message) choice.message = { role: 'assistant', content: '', reasoning: 'Hm' };
        return body;
      },
    });
    const { err, out, code } = await check([url, '--yes']);
    expect(code).toBe(0);
    expect(err).toMatch(/used up before a reply.*--room 1000/);
    expect(out).toMatch(/chat-json-object[^\n]*: the reply is empty/);
    const roomy = await check([url, '--yes', '--room', '1000']);
    expect(roomy.err).toMatch(/at most [34]\d,\d{3} of replies/);
    expect(roomy.err).not.toContain('--room');
    expect(roomy.out).toMatch(/chat-json-object +works/);
  });

  it('gives up on one that does not end', async () => {
    const fetch = async (): Promise<Response> =>
      Response.json({}, { status: 429, headers: { 'retry-after': '999' } });
    const { out, code } = await check(['http://x', '--yes'], { fetch });
    expect([code, out]).toEqual([1, expect.stringMatching(/48 probes: the server says to wait \(429\)/)]);
  });

  it.each([
    ['chat-over-completions', /tools-required +fails/, /chat-images +fails +refused/],
    ['completions-over-chat', /completions-best-of +works/, /completions-suffix +fails +refused/],
  ] as const)('checks rolecall serve --upstream echo, %s', async (direction, ...seen) => {
    const fetch = echoModel({ dialect: 'chatml' });
    const url = await serve(createHandler({ direction, baseURL: 'http://echo/v1', dialect: 'chatml', fetch }));
    const { code, out } = await check([url, '--yes', '--tokenizer', 'cl100k_base']);
    expect(code).toBe(0);
    for (const line of [/base-url +works/, /chat-stream +works/, /completions-stream +works/, ...seen]) expect(out).toMatch(line);
  }); // biome-ignore format: short

  it('goes on without a tokenizer.json that it can not read', async () => {
    const json = { model: { type: 'BPE', vocab: {}, merges: [] } };
    const { err, code } = await check(['http://x', '--tokenizer', 'tokenizer.json'], {
      files: { 'tokenizer.json': JSON.stringify(json), 'other.json': '{' },
    });
    expect(code).toBe(2);
    expect(err).toMatch(/--tokenizer: .*\. The check goes on without it\.\n/);
    expect(err).toContain('nothing was sent; --yes sends more than 5');
  });

  it('tells of a host that is none, and of one that speaks no HTTP', async () => {
    const rude = createServer((socket) => socket.end('220 mail.example ESMTP\r\n', () => socket.destroy()));
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port } = rude.address() as { port: number };
    const speaks = await check([`http://127.0.0.1:${port}`, '--yes']);
    expect(speaks.code).toBe(1);
    expect(speaks.out).toMatch(/base-url +fails +what answers there is not HTTP/);
    expect(speaks.out).toMatch(/\n {2}47 probes: nothing of the API is there\n/);
    await new Promise((resolve) => rude.close(resolve));
    const gone = await check([`http://127.0.0.1:${port}`, '--yes']);
    expect([gone.code, gone.out]).toEqual([1, expect.stringMatching(/fails +the connection is refused/)]);
  });

  it('leaves out what a terminal would obey', async () => {
    const { fetch } = testServer({
      error: (_, status) => Response.json({ error: { message: '\x1b[2Jgone\x07' } }, { status }),
      models: { object: 'list', data: [{ id: 'small' }, { id: 'bad\x1b[2J\nname' }] },
    });
    const { out } = await check(['http://x', '--yes'], { columns: 80, fetch });
    expect(out).toContain('gone');
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it.each<[string[], RegExp, World?]>([
    [[], /missing required argument 'url'/],
    [['localhost:8000'], /must begin with http/],
    [['nowhere'], /This is not a URL/],
    [[`http://me:${key}@x`], /must not hold a user/],
    [['http://x', '--key', key], /--key-env names the variable/],
    [['http://x', `--api-key=${key}`], /--key-env names the variable/],
    [['http://x', '--key-env', 'NONE'], /not set/],
    [['http://x'], /no header can carry/, { env: { OPENAI_API_KEY: `${key} ${key}` } }],
    [['http://x', '--only', 'tools'], /no probe "tools".*Did you mean/],
    [['http://x', '--skip', 'chat-strem'], /Did you mean .*"chat-stream"/],
    [['http://x', '--dialect', 'chatmll'], /chatml/],
    [['http://x', '--tokenizer', 'none.json'], /no such file/],
    [['http://x', '--tokenizer', 'nope'], /no encoding is known/],
    [['http://x', '--timeout', '0'], /--timeout/],
    [['http://x', '--concurrency', 'x'], /--concurrency/],
    [['http://x', '--room', '-1'], /--room/],
    [['http://x', '--bogus'], /unknown option/],
  ])('refuses %j with one message', async (argv, message, world) => {
    const { code, out, err } = await check(argv, world);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain(key);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2);
  });
});
