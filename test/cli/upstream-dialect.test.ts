/** `rolecall serve` finds out in which dialect prompts are to be written, and says which and why. */
import { describe, expect, it } from 'vitest';
import type { CliIO, Listening } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { type DialectName, renderPrompt } from '../../src/index.js';

const template =
  '{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}';
const config = JSON.stringify({ chat_template: template, bos_token: '<s>', eos_token: '<|end|>' });

type Answer = object | string | ((body: unknown) => object) | undefined;
interface Chatted {
  prompt: unknown;
  warnings: string | null;
}

/**
 * Starts a server over an upstream that answers some paths: with JSON, with a text as it is, or not at all. `chat` then asks it
 * for each of these models.
 */
async function serving(
  paths: Record<string, Answer>,
  argv: readonly string[] = [],
  { upstream = 'http://server:8080/v1', chat = [] as string[], key = '' } = {},
) {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const out: string[] = [];
  const err: string[] = [];
  const seen: { path: string; authorization: string | null }[] = [];
  const chatted: Chatted[] = [];
  let prompt: unknown;
  const io: CliIO = {
    readStdin: async () => '',
    readFile: async (path) => {
      if (path !== 'c.json') throw Object.assign(new Error('no'), { code: 'ENOENT' });
      return config;
    },
    stdout: (text) => out.push(text),
    stderr: (text) => err.push(text),
    env: (name) => ({ OPENAI_API_KEY: 'of-openai', MY_KEY: 'mine' })[name],
    listen: async (handler): Promise<Listening> => {
      for (const model of chat) {
        const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 });
        const headers = { 'content-type': 'application/json' };
        const request = new Request('http://here/v1/chat/completions', { method: 'POST', headers, body });
        const response = await handler(request);
        await response.text();
        chatted.push({ prompt, warnings: response.headers.get('x-rolecall-warnings') });
      }
      stop();
      return { url: 'http://127.0.0.1:1', close: async () => undefined };
    },
    untilStopped: () => stopped,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname: path } = new URL(request.url);
      const authorization = request.headers.get('authorization');
      seen.push({ path, authorization });
      if (key !== '' && authorization !== `Bearer ${key}`) return new Response('{}', { status: 401 });
      const text = await request.text();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      if (path.endsWith('/completions')) {
        prompt = (body as { prompt: unknown }).prompt;
        const choices = [{ index: 0, text: 'ok', logprobs: null, finish_reason: 'stop' }];
        return Response.json({ id: 'c', object: 'text_completion', created: 1, model: 'm', choices });
      }
      const answer = paths[path];
      if (answer === undefined) return new Response('no', { status: 404 });
      if (answer instanceof Response) return answer;
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'string') return new Response(answer);
      return Response.json(typeof answer === 'function' ? answer(body) : answer);
    },
  };
  const code = await run(['serve', '--upstream', upstream, '--port', '0', '-q', ...argv], io);
  return { code, out: out.join(''), err: err.join(''), seen, chatted };
}

const props = { chat_template: template, bos_token: '<s>', eos_token: '<|end|>' };
/** What a server with that template writes. */
const applied = (body: unknown) => ({
  prompt: `${(body as { messages: { role: string; content: string }[] }).messages.map(({ role, content }) => `<|${role}|>\n${content}<|end|>\n`).join('')}<|assistant|>\n`,
});
const listing = (...data: object[]) => ({ '/v1/models': { object: 'list', data } });
const inDialect = (dialect: DialectName): string =>
  renderPrompt([{ role: 'user', content: 'Hi' }], { dialect, collisions: 'neutralize' }).prompt;

describe('a dialect that is given', () => {
  it('asks the server nothing', async () => {
    for (const [argv, says] of [
      [['--template', 'c.json'], 'in the dialect jinja, from c.json.'],
      [['--dialect', 'gemma-3'], 'in the dialect gemma-3, as --dialect says.'],
    ] as const) {
      const { code, out, seen } = await serving({}, argv);
      expect([code, seen]).toEqual([0, []]);
      expect(out).toContain(`Prompts are written ${says}`);
    }
  });
});

describe('llama.cpp', () => {
  it('gives its chat template, which is held against what it writes', async () => {
    const server = { '/props': props, '/apply-template': applied };
    const { code, out, chatted } = await serving(server, [], { chat: ['any'] });
    expect(code).toBe(0);
    expect(out).toMatch(
      /from the chat template that the server gives, checked against what it writes itself/,
    );
    expect(chatted).toEqual([{ prompt: '<s><|user|>\nHi<|end|>\n<|assistant|>\n', warnings: null }]);
  });

  it('is asked under the prefix that it serves from, with the key and the headers that it is served with', async () => {
    const server = { '/in/props': props, '/in/apply-template': applied };
    const place = { upstream: 'http://server/in/v1', key: 'mine' };
    const { code, seen } = await serving(server, ['--key-env', 'MY_KEY'], place);
    expect(code).toBe(0);
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer mine']));
    const header = await serving(server, ['--header', 'Authorization: Bearer mine'], place);
    expect(header.code).toBe(0);
  });

  it('is not sent a key that nobody named', async () => {
    const { seen } = await serving({ '/props': props, '/apply-template': applied });
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set([null]));
  });

  it('that writes something else than its template is told of', async () => {
    const other = { '/props': props, '/apply-template': () => ({ prompt: 'User: Hello' }) };
    const { code, err } = await serving(other);
    expect(code).toBe(2);
    expect(err).toMatch(/writes other prompts .* Give --dialect/);
    // The name of the model is held against the same.
    const named = await serving({ ...other, ...listing({ id: 'Qwen2.5-7B-Instruct-Q4_K_M.gguf' }) });
    expect(named.code).toBe(2);
    expect(named.err).toMatch(/other prompts than the dialect qwen2\.5 of Qwen2\.5-7B-Instruct-Q4_K_M\.gguf/);
    const written = (body: unknown) => ({
      prompt: renderPrompt((body as { messages: [] }).messages, { dialect: 'qwen2.5' }).prompt,
    });
    const path = '/models/Qwen2.5-7B-Instruct-Q4_K_M.gguf';
    const right = await serving({ '/props': props, '/apply-template': written, ...listing({ id: path }) });
    expect(right.code).toBe(0);
    expect(right.out).toMatch(
      /qwen2\.5, from the model's name, \/models\/Qwen.*, checked against .*; the server writes other prompts than the chat template/,
    );
  });

  it('without a template is known by the place of its weights, whatever it is called', async () => {
    const server = {
      '/props': { model_path: '/models/gemma-2-9b-it-Q4_K_M.gguf' },
      ...listing({ id: 'my-model', object: 'model' }),
    };
    const { code, out } = await serving(server);
    expect(code).toBe(0);
    expect(out).toContain("gemma-2, from the model's name, /models/gemma-2-9b-it-Q4_K_M.gguf.");
  });
});

describe('other servers are known by the names of their models', () => {
  const vllm = (id: string, root: string, parent: string | null = null) => ({
    id,
    object: 'model',
    owned_by: 'vllm',
    root,
    parent,
  });

  it.each<[string, Record<string, Answer>, string]>([
    ['vLLM', listing(vllm('Qwen/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-7B-Instruct')), 'qwen2.5'],
    ['vLLM under a name of one’s own', listing(vllm('gpt-4', '/models/gemma-2-9b-it')), 'gemma-2'],
    [
      'vLLM with adapters',
      listing(
        vllm('base', 'meta-llama/Llama-3.1-8B-Instruct'),
        vllm('sql-lora', '/adapters/sql', 'base'),
        vllm('Qwen/Qwen3-8B', '/adapters/x', 'base'),
      ),
      'llama-3.1',
    ],
    [
      'an adapter whose base is not listed',
      listing(vllm('sql', '/adapters/sql', 'google/gemma-3-4b-it')),
      'gemma-3',
    ],
    ['Ollama', listing({ id: 'qwen3:14b', object: 'model', owned_by: 'library' }), 'qwen3'],
    ['TGI', { '/info': { model_id: 'mistralai/Mistral-7B-Instruct-v0.3' } }, 'mistral-v3'],
    ['a file of llama.cpp', listing({ id: '/models/Qwen2.5-7B-Instruct-Q4_K_M.gguf' }), 'qwen2.5'],
  ])('%s', async (_, server, dialect) => {
    const { code, out } = await serving(server);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`in the dialect ${dialect}, from the model's name`),
    ]);
  });

  it('each of several by its own', async () => {
    // LM Studio lists what it has, embeddings too.
    const server = listing(
      { id: 'qwen3-14b' },
      { id: 'llama-3.1-8b-instruct' },
      { id: 'text-embedding-nomic-embed-text-v1.5' },
      vllm('alias', 'google/gemma-2-9b-it'),
    );
    const chat = ['qwen3-14b', 'alias', 'Qwen/Qwen2.5-7B-Instruct', 'my-own'];
    const { code, out, chatted } = await serving(server, [], { chat });
    expect(code).toBe(0);
    expect(out).toContain('qwen3-14b in qwen3, llama-3.1-8b-instruct in llama-3.1, alias in gemma-2.');
    expect(out).toContain('The format of text-embedding-nomic-embed-text-v1.5 is not known');
    expect(chatted).toEqual([
      { prompt: inDialect('qwen3'), warnings: null },
      { prompt: inDialect('gemma-2'), warnings: null },
      { prompt: inDialect('qwen2.5'), warnings: 'default-system' },
      { prompt: inDialect('user-assistant'), warnings: 'unknown-model' },
    ]);
  });

  it('the one that --model-map names alone, listed or not', async () => {
    const server = listing({ id: 'qwen3-14b' }, vllm('alias', 'google/gemma-2-9b-it'));
    const alias = await serving(server, ['--model-map', 'alias'], { chat: ['gpt-4o'] });
    expect([alias.code, alias.chatted[0]?.prompt]).toEqual([0, inDialect('gemma-2')]);
    const other = await serving({}, ['--model-map', 'Qwen/Qwen3-8B'], { chat: ['gpt-4o'] });
    expect([other.code, other.chatted[0]?.prompt]).toEqual([0, inDialect('qwen3')]);
  });
});

describe('where nothing is certain, it says why and what to give, and ends with 2', () => {
  it.each<[string, Record<string, Answer>, RegExp]>([
    ['a server that tells nothing', {}, /tells neither its chat template nor its models/],
    ['no models', listing(), /tells neither/],
    [
      'a model of unknown format',
      listing({ id: 'my-own-model' }),
      /the format of the model my-own-model is not known/,
    ],
    ['several of unknown format', listing({ id: 'a' }, { id: 'b' }), /is not known/],
    ['odd lists', { '/v1/models': { data: [null, 5, { id: 7 }, {}] } }, /tells neither/],
    [
      'pages in place of JSON',
      { '/props': '<html>', '/v1/models': '<html>' },
      /\/v1\/models has something else than JSON/,
    ],
    [
      'a template that is none',
      { '/props': { chat_template: '{% for %}' } },
      /gives can't be used: .*not Jinja/,
    ],
    [
      'a server that is not ready',
      { '/props': new Response('{}', { status: 503 }), '/v1/models': new Response('{}', { status: 503 }) },
      /not ready, or fails \(status 503\)/,
    ],
  ])('%s', async (_, server, why) => {
    const { code, err, out } = await serving(server);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(why);
    expect(err).toMatch(/Give --dialect, .* or --template with/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('a server that wants a key, or another one', async () => {
    const none = await serving({}, [], { key: 'other' });
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringMatching(/asks for a key \(status 401\), which --key-env/),
    ]);
    const wrong = await serving({}, ['--key-env', 'MY_KEY'], { key: 'other' });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/refuses the key/)]);
  });

  it('a server that is not there, or does not answer', async () => {
    const down = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
    const gone = await serving({ '/props': down });
    expect([gone.code, gone.err]).toEqual([
      2,
      expect.stringMatching(
        /http:\/\/server:8080 can't be reached \(ECONNREFUSED\)\. Start it first\. Give --dialect/,
      ),
    ]);
    expect(gone.seen).toHaveLength(1);
    const slow = await serving({ '/props': Object.assign(new Error('late'), { name: 'TimeoutError' }) });
    expect([slow.code, slow.err]).toEqual([2, expect.stringMatching(/\/props gave no answer in 10 seconds/)]);
    const given = await serving({ '/props': down }, ['--dialect', 'chatml']);
    expect(given.code).toBe(0);
  });

  it('an address that is none', async () => {
    for (const upstream of ['server', 'ftp://server', 'http://a:b@server'])
      expect(await serving({}, [], { upstream })).toMatchObject({ code: 2, out: '' });
  });
});
