import { describe, expect, it } from 'vitest';
import { checkEndpoint, type PlanOptions, type Suggestion } from '../../src/check/index.js';
import { shellWord } from '../../src/check/suggest.js';
import type { CliIO } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { chatOverCompletions, completionsOverChat } from '../../src/fetch/index.js';
import { type Message, renderPrompt } from '../../src/index.js';
import { refusedResponse } from '../support/upstream.js';
import { type Bends, testServer, tokenizer } from './server.js';

const url = 'http://server.test';
const suggested = async (bends: Bends, options: Partial<PlanOptions> = {}): Promise<Suggestion[]> =>
  (await checkEndpoint({ url, tokenizer, fetch: testServer(bends).fetch, ...options })).suggestions;

const vllm = {
  object: 'list',
  data: [{ id: 'meta-llama/Llama-3.1-8B-Instruct', owned_by: 'vllm', max_model_len: 4096 }],
};
const gone = (api: string): NonNullable<Bends['ask']> => (body, asked) => (asked === api ? new Response('', { status: 404 }) : body); // biome-ignore format: short
const refusing = (field: string): NonNullable<Bends['ask']> => (body) => (body[field] === undefined ? body : refusedResponse(400, 'no')); // biome-ignore format: short
const hidden: Bends['special'] = (body) =>
  body['skip_special_tokens'] === false ? { text: 'Hi!', finish: 'stop' } : { text: 'Hi!', finish: 'length' };

const cases: [string, Bends, Partial<PlanOptions>, over: object | undefined, chat: object | undefined][] = [
  ['both APIs', {}, {}, { contextWindow: 4096, responseFormat: 'pass' }, { model: 'small', contextWindow: 4096 }],
  ['chat alone', { ask: gone('completions') }, {}, undefined, { model: 'small' }],
  ['completions alone', { ask: gone('chat') }, {}, {}, undefined],
  ['vLLM', { models: vllm, addsBos: true }, {}, { dialect: 'llama-3.1', server: expect.objectContaining({ stops: 4, addsBos: true }) }, { model: 'meta-llama/Llama-3.1-8B-Instruct' }],
  ['vLLM under a name of one’s own', { models: { object: 'list', data: [{ id: 'mine', root: 'google/gemma-2-9b-it', owned_by: 'vllm' }] }, ask: (body) => ({ ...body, model: 'tiny' }) }, {}, { dialect: 'gemma-2' }, {}],
  ['an adapter', { models: { object: 'list', data: [{ id: 'mine', root: '/x', parent: 'google/gemma-2-9b-it', owned_by: 'vllm' }] }, ask: (body) => ({ ...body, model: 'tiny' }) }, {}, { dialect: 'gemma-2' }, {}],
  ['a dialect that is given', {}, { dialect: 'gemma' }, { dialect: 'gemma' }, {}],
  ['BOS is added', { addsBos: true }, {}, { render: { bos: false } }, {}],
  ['few stops', { ask: (body) => Array.isArray(body['stop']) && body['stop'].length > 1 ? refusedResponse(400, 'one') : body }, {}, { server: expect.objectContaining({ stops: 1 }) }, { capabilities: { stops: 1 } }],
  ['hidden tokens', { special: hidden }, { dialect: 'llama-3' }, { server: expect.objectContaining({ showSpecialTokens: { skip_special_tokens: false } }) }, {}],
  ['one choice', { ask: (body) => ({ ...body, ...(body['n'] === undefined ? {} : { n: 1 }) }) }, {}, {}, { fanOut: true }],
  ['the old limit', { ask: refusing('max_completion_tokens') }, {}, {}, { maxTokensField: 'max_tokens' }],
  ['no logprobs', { ask: refusing('logprobs') }, {}, {}, { capabilities: { refuses: ['logprobs'] } }],
  ['thinking', { whole: (body) => { for (const { message } of body.choices) if (message) message.reasoning_content = 'Hm'; return body; } }, {}, {}, { capabilities: { reasons: true } }],
  ['thinking out of sight', { whole: (body) => ({ ...body, usage: { ...body.usage, completion_tokens_details: { reasoning_tokens: 9 } } }) }, {}, {}, { capabilities: { reasons: true } }],
  ['a quote in the name', { models: { object: 'list', data: [{ id: "o'tiny\\" }] }, ask: (body) => ({ ...body, model: 'tiny' }) }, {}, {}, { model: "o'tiny\\" }],
]; // biome-ignore format: a table

/** A world in which serving begins, and ends at once. */
const world: CliIO = {
  readStdin: async () => '',
  readFile: async () =>
    JSON.stringify({
      chat_template: '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}',
    }),
  stdout: () => undefined,
  stderr: () => undefined,
  listen: async () => ({ url: 'http://127.0.0.1:1', close: async () => undefined }),
  untilStopped: async () => undefined,
};

describe('what is suggested', () => {
  it.each(cases)('%s', async (_, bends, options, over, chat) => {
    const suggestions = await suggested(bends, options);
    const of = (direction: string) => suggestions.find((one) => one.direction === direction);
    for (const [direction, expected] of [['chat-over-completions', over], ['completions-over-chat', chat]] as const) {
      if (expected === undefined) expect(of(direction)).toBeUndefined();
      else expect(of(direction)?.options).toMatchObject({ baseURL: 'http://server.test/v1', ...expected });
    }
    for (const { command, code, options: made, direction } of suggestions) {
      // The code is the options, and both are taken as they are.
      const read = new Function('chatOverCompletions', 'completionsOverChat', `return ${code}`);
      expect(read((one: object) => one, (one: object) => one)).toEqual(made);
      expect(typeof read(chatOverCompletions, completionsOverChat)).toBe('function');
      expect(await run(command!, world)).toBe(0);
      const { dialect } = made as { dialect?: string };
      if (direction === 'completions-over-chat') expect(command).toContain(direction);
      else expect(command!.join(' ')).toContain(dialect === undefined ? '--template tokenizer_config.json' : `--dialect ${dialect}`);
    }
  }); // biome-ignore format: short

  it('is no command where a flag would be wanted that is not there', async () => {
    const [over] = await suggested({ key: 'k-1234567890', header: 'api-key' }, { key: 'k-1234567890' });
    expect(over).toMatchObject({ command: undefined, notes: expect.arrayContaining([expect.stringMatching(/header api-key/)]) });
    expect(over!.code).toContain("headers: { 'api-key': process.env['API_KEY'] ?? '' }");
    const [rooted] = await suggested({ prefixes: [''] });
    expect(rooted).toMatchObject({ command: undefined, notes: expect.arrayContaining([expect.stringMatching(/at the root/)]) });
    expect(rooted!.options.baseURL).toBeUndefined();
    const [asked] = await suggested({}, { url: `${url}?api-version=1` });
    expect(asked).toMatchObject({ command: undefined, notes: expect.arrayContaining([expect.stringMatching(/query/)]) });
  }); // biome-ignore format: short

  it('says what the options say in flags', async () => {
    const bends: Bends = { ask: refusing('max_completion_tokens'), addsBos: true };
    const [over, chat] = await suggested(bends, { dialect: 'llama-3' });
    expect(over!.command!.join(' ')).toMatch(/--dialect llama-3 .*--response-format pass --bos no$/);
    expect(chat!.command!.join(' ')).toMatch(/--max-tokens-field max_tokens$/);
    expect([...over!.notes, ...chat!.notes].join(' ')).not.toMatch(/flags/);
  });

  it('leaves the dialect to a server that writes a format of its own', async () => {
    const pages = {
      '/props': { default_generation_settings: { n_ctx: 4096 } },
      '/apply-template': { prompt: '@@user: Hello' },
    };
    const [over] = await suggested({ pages });
    expect(over!.command).not.toContain('--dialect');
    expect(over!.command!.join(' ')).toContain('--server llama.cpp');
    expect(over!.notes.join(' ')).toMatch(/dialectFromConfig/);
    expect(over!.options).not.toHaveProperty('dialect');
    // Several write plain chats so, and are told apart by their tools alone; where the server lists none, by its template.
    const chatml = (told: boolean) => ({
      ...pages,
      '/apply-template': ({ messages, tools }: { messages: Message[]; tools?: object[] }) =>
        tools !== undefined && !told
          ? new Response('{}', { status: 500 })
          : { prompt: renderPrompt(messages, { dialect: 'hermes', bos: false, tools: tools ?? [] }).prompt },
    });
    const [alike] = await suggested({ pages: chatml(false) });
    expect(alike!.command).not.toContain('--dialect');
    expect(alike!.command).not.toContain('--template');
    const [apart] = await suggested({ pages: chatml(true) });
    expect(apart!.command!.join(' ')).toContain('--dialect hermes ');
    const [named] = await suggested({ pages }, { dialect: 'gemma' });
    expect(named!.command!.join(' ')).toContain('--dialect gemma');
  });

  it.each([
    ['http://localhost:8000/v1', 'http://localhost:8000/v1'],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$(rm)', "'$(rm)'"],
    ['', "''"],
  ])('%j is a word of a shell', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });
});
