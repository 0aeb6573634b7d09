import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkEndpoint, planCheck, probes, type Verdict } from '../../src/check/index.js';
import { type DialectName, dialects, renderPrompt } from '../../src/index.js';
import { type Bends, type Json, testServer, tokenizer, tokensOf } from './server.js';

const url = 'http://server.test/v1';
const key = 'sk-test-0123456789abcdef';
const all = { url, key, tokenizer, dialect: 'llama-3.1', overlong: true, retry: { minTimeout: 0 } } as const;

const check = (bends: Bends, options: Partial<CheckOptions> = {}) =>
  checkEndpoint({ ...all, fetch: testServer({ key, ...bends }).fetch, ...options });

describe('a server that does all that OpenAI does', () => {
  it('works in every way', async () => {
    const server = testServer({ key, pages: { '/version': { version: '1.0' } } });
    const report = await checkEndpoint({ ...all, fetch: server.fetch });
    const others = report.results.filter(({ verdict }) => verdict !== 'works');
    expect(others).toEqual([
      expect.objectContaining({ id: 'base-url-key', verdict: 'unknown' }),
      expect.objectContaining({ id: 'server', verdict: 'unknown', seen: expect.stringContaining('"1.0"') }),
      expect.objectContaining({ id: 'template', verdict: 'unknown' }),
      expect.objectContaining({ id: 'template-tokens', verdict: 'unknown' }),
    ]);
    const { requests, promptTokens, completionTokens } = planCheck(all);
    expect(report.spent.requests).toBeLessThanOrEqual(requests);
    expect(report.spent.promptTokens).toBeLessThanOrEqual(promptTokens);
    expect(report.spent.completionTokens).toBeLessThanOrEqual(completionTokens);
  });
});

describe('the list of probes', () => {
  it('has what a probe builds on in front of it', () => {
    const before = new Set<string>();
    for (const { id, after, title } of probes) {
      expect(before.has(id)).toBe(false);
      for (const one of after) expect([id, before.has(one)]).toEqual([id, true]);
      expect(title).not.toBe('');
      before.add(id);
    }
  });

  it.each(probes.map((probe) => [probe.id]))('%s is asked of bad servers below', (id) => {
    expect(cases.some(([probe]) => probe === id)).toBe(true);
  });
});

const without =
  (...fields: string[]): NonNullable<Bends['ask']> =>
  (body) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name)));
const refusing =
  (test: (body: Json, api: string) => boolean, message = 'not supported', status = 400): NonNullable<Bends['ask']> =>
  (body, api) =>
    test(body, api)
      ? Response.json({ error: { message, type: 'invalid_request_error', param: null, code: null } }, { status })
      : body; // biome-ignore format: short
const message =
  (change: (message: Json, choice: Json) => void): NonNullable<Bends['whole']> =>
  (body) => {
    for (const choice of body.choices) change(choice.message ?? choice, choice);
    return body;
  };
const each =
  (change: (chunk: Json, at: number) => unknown): NonNullable<Bends['chunks']> =>
  (chunks) =>
    chunks.flatMap((chunk, i) => (change(chunk, i) as undefined | object) ?? chunk);
interface LlamaCpp {
  dialect?: DialectName;
  /** The texts that are one token. */
  marks?: readonly string[];
  bos?: string;
  addsBos?: boolean;
  templateOptions?: object;
}

/** The pages of llama.cpp's own, with the window of the test's server. */
function llamaCpp({ dialect = 'llama-3.1', marks = dialects[dialect].specialTokens, bos = '<|begin_of_text|>', addsBos = true, templateOptions = {} }: LlamaCpp = {}): Record<string, unknown> {
  const cut = (text: string): string[] => {
    const mark = marks.find((one) => text.includes(one));
    if (mark === undefined) return tokensOf(text);
    const [before = '', ...rest] = text.split(mark);
    return [...cut(before), mark, ...cut(rest.join(mark))];
  };
  return {
    '/props': { default_generation_settings: { n_ctx: 4096 }, chat_template: 'x', ...(bos === '' ? {} : { bos_token: bos }) },
    '/apply-template': ({ messages }: Json) => ({ prompt: renderPrompt(messages, { dialect, bos: false, templateOptions: templateOptions as never }).prompt }),
    '/tokenize': ({ content, add_special, with_pieces }: Json) => {
      const pieces = [...(add_special && addsBos ? [bos || '<s>'] : []), ...cut(content)];
      const ids = pieces.map((piece) => [...piece].reduce((sum, sign) => sum * 31 + sign.codePointAt(0)!, 7) % 100_003);
      return { tokens: with_pieces ? ids.map((id, i) => ({ id, piece: pieces[i] })) : ids };
    },
  };
} // biome-ignore format: short

/** Refuses what leaves no room for so many tokens of thinking, in OpenAI's words, and a field besides. */
const thinking =
  (tokens: number, field = ''): NonNullable<Bends['ask']> =>
  (body, api) => {
    const limit = body['max_completion_tokens'] ?? body['max_tokens'];
    const refuse = refusing(() => true, body[field] === undefined ? 'Could not finish the message because max_tokens or model output limit was reached.' : 'not supported');
    return api === 'chat' && (body[field] !== undefined || (body['model'] !== undefined && Number(limit) < tokens)) ? refuse(body, api) : body;
  }; // biome-ignore format: short
const page = (status = 200): Response =>
  new Response('<!doctype html><title>Hello</title>', { status, headers: { 'content-type': 'text/html' } });

/** A probe, a server in its own way, the verdict, and what is seen. */
const cases: [probe: string, name: string, Bends, Verdict, RegExp, Partial<CheckOptions>?][] = [
  // The address and the key
  ['base-url', 'with /v1 alone', {}, 'works', /server\.test\/v1 \(with the version alone\)/, { url: 'http://server.test' }],
  ['base-url', 'without /v1 alone', { prefixes: [''] }, 'works', /^http:\/\/server\.test \(without a version\)/],
  ['base-url', 'both', { key: undefined, prefixes: ['/v1', ''] }, 'works', /and http:\/\/server\.test too/],
  ['base-url', 'under a path', { prefixes: ['/openai'] }, 'works', /openai \(without/, { url: 'http://server.test/openai/' }],
  ['base-url', 'with the endpoint in the URL', {}, 'works', /^http:\/\/server\.test\/v1 /, { url: 'http://server.test/v1/chat/completions' }],
  ['base-url', 'both, behind a key', { prefixes: ['/v1', ''] }, 'works', /server\.test\/v1 \(taken as given/],
  ['base-url', 'neither', { prefixes: ['/api'] }, 'fails', /nothing of the API is here \(404\)/],
  ['base-url', 'a page for every path', { key: undefined, ask: () => page(), models: page() }, 'fails', /a page, 200/],
  ['base-url', 'a list and nothing else', { ask: () => new Response('', { status: 404 }) }, 'works', /v1/],
  ['base-url', 'OpenAI, of a wrong path', { missing: (method, path) => Response.json({ error: { message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error', param: null, code: null } }, { status: 404 }) }, 'works', /with the version alone/],
  ['base-url', 'LM Studio, of a wrong path', { key: undefined, missing: (method, path) => Response.json({ error: `Unexpected endpoint or method. (${method} ${path})` }) }, 'works', /with the version alone/],
  ['base-url', 'Fastify, of a wrong path', { missing: (method, path) => Response.json({ message: `Route ${method}:${path} not found`, error: 'Not Found', statusCode: 404 }, { status: 404 }) }, 'works', /with the version alone/],
  ['base-url-key', 'told without it', {}, 'unknown', /base URL is known without it/],
  ['base-url-key', 'the version is there alone', { locksAll: true, prefixes: ['/openai/v1'] }, 'works', /server\.test\/openai\/v1 \(with the version alone\)/, { url: 'http://server.test/openai' }],
  ['base-url-key', 'no version', { locksAll: true, prefixes: [''] }, 'works', /^http:\/\/server\.test \(without a version\)/, { url: 'http://server.test' }],
  ['base-url-key', 'the API key in its own header', { locksAll: true, header: 'api-key', prefixes: ['/openai/v1'] }, 'works', /openai\/v1 /, { url: 'http://server.test/openai' }],
  ['base-url-key', 'nothing is there', { locksAll: true, prefixes: ['/api'] }, 'fails', /nothing of the API is here \(404\)/],
  ['auth', 'none needed', { key: undefined }, 'works', /no key is needed/],
  ['auth', 'needed and not there', {}, 'fails', /none was given: refused \(401\)/, { key: undefined }],
  ['auth', 'needed', {}, 'works', /a key is needed/],
  ['auth', 'asked for with another status', { error: (_, status) => Response.json({ detail: [{ loc: ['header', 'authorization'], msg: 'field required' }] }, { status: status === 401 ? 422 : status }) }, 'works', /a key is needed/],
  ['auth', 'asked for behind the request', { readsFirst: true, pages: { '/v1/models': { object: 'list', data: [{ id: 'small' }] } } }, 'works', /a key is needed/],
  ['auth-header', 'asked for behind the request', { readsFirst: true, header: 'api-key', pages: { '/v1/models': { object: 'list', data: [{ id: 'small' }] } } }, 'odd', /^api-key$/],
  ['auth-header', 'bearer', {}, 'works', /^Authorization: Bearer$/],
  ['auth-header', 'api-key', { header: 'api-key' }, 'odd', /^api-key$/],
  ['auth-header', 'x-api-key', { header: 'x-api-key' }, 'odd', /^x-api-key$/],
  ['auth-header', 'another key', { key: 'sk-another' }, 'fails', /taken in none: refused \(401\)/],
  ['auth-header', 'no credit', { key: 'sk-another', error: (body, status) => Response.json(body, { status: status === 401 && !body.error.message.includes('(none)') ? 402 : status }) }, 'unknown', /no credit \(402\)/],
  ['auth-header', 'none needed', { key: undefined }, 'unknown', /no key is needed/],
  // Models
  ['models', 'a bare list', { models: [{ id: 'small' }] }, 'odd', /no object around/],
  ['models', 'another name for the list', { models: { models: [{ name: 'small' }] } }, 'odd', /no list in "data"/],
  ['models', 'no list', { models: Response.json({ detail: 'Not Found' }, { status: 404 }) }, 'fails', /refused \(404\)/, { model: 'small' }],
  ['models', 'an empty list', { models: { object: 'list', data: [] } }, 'odd', /empty/, { model: 'small' }],
  ['models', 'a page', { models: page() }, 'fails', /a page, 200/],
  ['models', 'a model that is not there', {}, 'odd', /"tiny" is not in the list/, { model: 'tiny' }],
  ['models', 'several, one of them cheap', { models: { object: 'list', data: [{ id: 'text-embedding-3-small' }, { id: 'gpt-4' }, { id: 'gpt-4o-mini' }] } }, 'works', /asked: gpt-4o-mini/],
  ['models', 'several, of several kinds', { models: { data: [{ id: 'flux', type: 'image' }, { id: 'bge', type: 'embedding' }, { id: 'small', type: 'chat' }] } }, 'odd', /asked: small/],
  ['models', 'several, of several modalities', { models: { object: 'list', data: [{ id: 'flux', architecture: { output_modalities: ['image'] } }, { id: 'small', architecture: { output_modalities: ['text'] } }] } }, 'works', /asked: small/],
  ['models', 'several, with prices', { models: { object: 'list', data: [{ id: 'dear', pricing: { prompt: '0.00003', completion: '0.00006' } }, { id: 'auto', pricing: { prompt: '-1', completion: '-1' } }, { id: 'small', pricing: { prompt: '0.0000001', completion: '0.0000004' } }, { id: 'small:free', pricing: { prompt: '0', completion: '0' } }] } }, 'works', /asked: small(?!:)/],
  ['models', 'several, with prices in numbers', { models: { object: 'list', data: [{ id: 'dear', pricing: { input: 3, output: 3 } }, { id: 'small', pricing: { input: 0.2, output: 0.2 } }] } }, 'works', /asked: small/],
  ['unknown-model', 'taken', { ask: (body) => ({ ...body, ...(body['model'] === undefined ? {} : { model: 'small' }) }) }, 'odd', /taken without a word; answered as "small"/],
  ['unknown-model', 'a crash', { ask: refusing(({ model }) => /no-such/.test(model), 'KeyError', 500) }, 'odd', /500/],
  ['server', 'vLLM', { models: { object: 'list', data: [{ id: 'small', owned_by: 'vllm' }] }, pages: { '/version': { version: '0.8.1' } } }, 'works', /vllm 0\.8\.1/],
  ['server', 'llama.cpp', { pages: { '/props': { default_generation_settings: { n_ctx: 2048 } } } }, 'works', /llama\.cpp/],
  ['server', 'TGI', { pages: { '/info': { max_total_tokens: 1024, version: '2.0' } } }, 'works', /tgi 2\.0/],
  ['server', 'Ollama', { pages: { '/api/version': { version: '0.5.1' } } }, 'works', /ollama 0\.5\.1/],
  ['template', 'another server', {}, 'unknown', /llama\.cpp alone/],
  ['template', 'as the given dialect', { pages: llamaCpp() }, 'works', /^as (.*, )?llama-3\.1\b/],
  ['template', 'with the day of today', { pages: llamaCpp({ templateOptions: { date_string: '28 Nov 2026' } }) }, 'works', /^as (.*, )?llama-3\.1\b/],
  ['template', 'not as the given dialect', { pages: llamaCpp({ dialect: 'chatml' }) }, 'odd', /^as (.*, )?chatml\b.*, not as llama-3\.1$/],
  ['template', 'found', { pages: llamaCpp({ dialect: 'gemma-3' }) }, 'works', /^as (.*, )?gemma-3\b/, { dialect: undefined }],
  ['template', 'its own', { pages: { ...llamaCpp(), '/apply-template': { prompt: '@@user: Hello' } } }, 'works', /no built-in dialect does: "@@user/, { dialect: undefined }],
  ['template', 'its own, with a dialect given', { pages: { ...llamaCpp(), '/apply-template': { prompt: '@@user: Hello' } } }, 'odd', /not as llama-3\.1/],
  ['template', 'not told', { pages: { ...llamaCpp(), '/apply-template': Response.json({ error: { message: 'no --jinja' } }, { status: 501 }) } }, 'unknown', /no --jinja/],
  ['template-tokens', 'all of them', { pages: llamaCpp() }, 'works', /each is one token: .*<\|eot_id\|>/],
  ['template-tokens', 'some are text', { pages: llamaCpp({ marks: ['<|start_header_id|>'] }) }, 'odd', /but text: .*<\|eot_id\|>/],
  ['template-tokens', 'labels have none', { pages: llamaCpp({ dialect: 'human-ai' }) }, 'unknown', /takes the dialect/, { dialect: 'human-ai' }],
  ['context-window', 'by its list', {}, 'works', /4,096 tokens, by max_model_len/, { overlong: false }],
  ['context-window', 'by its error', { models: { object: 'list', data: [{ id: 'small' }] }, window: 512 }, 'works', /512 tokens, by its error/],
  ['context-window', 'list and error differ', { models: { object: 'list', data: [{ id: 'small', context_length: 9000 }] } }, 'odd', /4,096 tokens by its error, 9,000 tokens by context_length/],
  ['context-window', 'by llama.cpp', { models: { object: 'list', data: [{ id: 'small', meta: { n_ctx_train: 9 } }] }, pages: { '/props': { default_generation_settings: { n_ctx: 2048 } } } }, 'works', /2,048 tokens, by its \/props/, { overlong: false }],
  ['context-window', 'by TGI', { models: { object: 'list', data: [{ id: 'small' }] }, pages: { '/info': { max_total_tokens: 1024 } } }, 'works', /1,024 tokens, by its \/info/, { overlong: false }],
  ['context-window', 'by Ollama', { models: { object: 'list', data: [{ id: 'small' }] }, pages: { '/api/version': { version: '0.5' }, '/api/ps': { models: [{ name: 'small', context_length: 2048 }] } } }, 'works', /2,048 tokens, by its \/api\/ps/, { overlong: false }],
  ['context-window', 'not stated', { models: { object: 'list', data: [{ id: 'small' }] } }, 'unknown', /nothing states it/, { overlong: false }],
  ['context-window', 'other than the catalogue', { models: { object: 'list', data: [{ id: 'gpt-4o-mini', context_window: 8192 }] } }, 'odd', /OpenAI's model of that name has 128,000/, { overlong: false }],
  ['context-window', 'whatever is sent is cut', { window: 1e6, models: { object: 'list', data: [{ id: 'small', max_model_len: 100 }] } }, 'odd', /a prompt of about 150,000 tokens is taken/],
  ['errors', 'FastAPI', { error: (_, status) => Response.json({ detail: [{ loc: ['body'], msg: 'wrong' }] }, { status: status === 400 ? 422 : status }) }, 'odd', /"detail"/],
  ['errors', 'a text', { error: ({ error }, status) => Response.json({ error: error.message }, { status }) }, 'odd', /the error is a text/],
  ['errors', 'flat', { error: ({ error }, status) => Response.json({ object: 'error', ...error }, { status }) }, 'odd', /flat: object, message/],
  ['errors', 'in a list', { error: (body, status) => Response.json([body], { status }) }, 'odd', /in a list/],
  ['errors', 'a number as its code', { error: ({ error }, status) => Response.json({ error: { ...error, code: 400 } }, { status }) }, 'odd', /code is a number/],
  ['errors', 'a page', { error: (_, status) => (status === 401 ? Response.json({}, { status }) : page(500)) }, 'odd', /a page \(500\)/],
  ['errors', 'plain text', { error: (_, status) => new Response('bad request', { status }) }, 'odd', /plain text/],
  ['errors', 'status 200', { error: (body, status) => Response.json(body, { status: status === 400 ? 200 : status }) }, 'odd', /status 200 with an error/],
  ['errors', 'taken', { ask: (body) => (body['messages'] === 'no list' ? { ...body, messages: [{ role: 'user', content: 'x' }] } : body) }, 'odd', /a bad request is taken \(chat\)/],
  ['errors', 'in a stream', { ask: (body) => body['stream'] === true && JSON.stringify(body['messages']) === '[]' ? new Response('data: {"error":{"message":"no"}}\n\ndata: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } }) : body }, 'odd', /status 200 and the error in a stream/],
  ['errors', 'without param', { error: ({ error: { message: text, type } }) => ({ error: { message: text, type } }) }, 'works', /without param and code/],
  // Both APIs
  ['chat', 'not there', { ask: (body, api) => (api === 'chat' ? new Response('Not Found', { status: 404 }) : body) }, 'fails', /there is no \/chat\/completions \(404\)/],
  ['chat', 'choices null', { whole: (body) => ({ ...body, choices: null }) }, 'fails', /without choices/],
  ['chat', 'no JSON', { whole: () => new Response('hello') }, 'fails', /no JSON: "hello"/],
  ['chat', 'an error with status 200', { whole: () => ({ error: { message: 'overloaded' } }) }, 'fails', /overloaded/],
  ['chat', 'no id', { whole: ({ id: _, ...body }) => body }, 'odd', /id is missing/],
  ['chat', 'an id of another form', { whole: (body) => ({ ...body, id: '0198-uuid' }) }, 'works', /id is "0198-uuid"/],
  ['chat', 'created null', { whole: (body) => ({ ...body, created: null }) }, 'odd', /created is null/],
  ['chat', 'created a float', { whole: (body) => ({ ...body, created: 1.5 }) }, 'odd', /created is 1\.5/],
  ['chat', 'the object of completions', { whole: (body) => ({ ...body, object: 'text_completion' }) }, 'odd', /object is "text_completion"/],
  ['chat', 'finish eos', { whole: message((_, choice) => { choice.finish_reason = 'eos'; }) }, 'odd', /finish_reason is "eos"/],
  ['chat', 'finish empty', { whole: message((_, choice) => { choice.finish_reason = ''; }) }, 'odd', /finish_reason is ""/],
  ['chat', 'finish of its own', { whole: message((_, choice) => { choice.finish_reason = 'insufficient_system_resource'; }) }, 'odd', /insufficient_system_resource/],
  ['chat', 'content in parts', { whole: message((one) => { one.content = [{ type: 'text', text: one.content }]; }) }, 'odd', /list of parts/],
  ['chat', 'content null', { whole: message((one) => { one.content = null; one.reasoning = 'Hm.'; }) }, 'works', /\(reasoning\)|"Hm\.".*content is null/],
  ['chat', 'tool_calls null', { whole: message((one) => { one.tool_calls = null; }) }, 'odd', /tool_calls is null/],
  ['chat', 'no logprobs', { whole: message((_, choice) => { delete choice.logprobs; }) }, 'works', /logprobs is left out/],
  ['chat', 'reasoning', { whole: message((one) => { one.reasoning_content = 'Hm.'; }) }, 'works', /more fields: reasoning_content/],
  ['chat', 'more fields', { whole: (body) => ({ ...body, x_groq: {}, native: 1 }) }, 'works', /more fields: x_groq, native/],
  ['chat', 'usage empty', { whole: (body) => ({ ...body, usage: {} }) }, 'odd', /usage is empty/],
  ['chat', 'usage missing', { whole: ({ usage: _, ...body }) => body }, 'odd', /usage is missing/],
  ['chat', 'usage in floats', { whole: (body) => ({ ...body, usage: { ...body.usage, completion_tokens: 1.5 } }) }, 'odd', /no whole number in usage: completion_tokens/],
  ['chat', 'times in usage', { whole: (body) => ({ ...body, usage: { ...body.usage, queue_time: 0.1 } }) }, 'works', /more numbers in usage: queue_time/],
  ['chat', 'a total of its own', { whole: (body) => ({ ...body, usage: { ...body.usage, total_tokens: 999 } }) }, 'odd', /total_tokens is 999/],
  ['completions', 'not there', { ask: (body, api) => (api === 'completions' ? new Response('Not Found', { status: 404 }) : body) }, 'fails', /there is no \/completions/],
  ['completions', 'not for chat models', { ask: refusing((_, api) => api === 'completions', 'This is a chat model and not supported in the v1/completions endpoint.', 404) }, 'fails', /This is a chat model/],
  ['completions', 'vLLM', { whole: message((_, choice) => { choice.stop_reason = null; choice.prompt_logprobs = null; }) }, 'works', /stop_reason, prompt_logprobs/],
  ['completions', 'TGI', { whole: message((_, choice) => { choice.finish_reason = 'eos_token'; }) }, 'odd', /eos_token/],
  ['chat', 'all spent on thinking', { whole: message((one, choice) => { if ('content' in one) { one.content = ''; one.reasoning_content = 'Let me see'; choice.finish_reason = 'length'; } }) }, 'works', /^thinking alone: "Let me see"/],
  ['chat', 'all spent out of sight', { whole: message((one, choice) => { if ('content' in one) { one.content = ''; choice.finish_reason = 'length'; } }) }, 'works', /^no text within the limit/],
  ['chat', 'thinking in a part', { whole: message((one) => { if ('content' in one) one.content = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Let me see' }] }]; }) }, 'odd', /^thinking alone: "Let me see"; content is a list/],
  ['chat', 'refused where thinking takes all', { ask: thinking(50) }, 'unknown', /the limit is reached before a reply begins \(400\)/],
  ['chat', 'room for thinking', { ask: thinking(50) }, 'works', /Hi there/, { room: 50 }],
  ['chat-max-tokens', 'refused where thinking takes all', { ask: thinking(50, 'max_tokens') }, 'odd', /^max_completion_tokens; max_tokens is refused/],
  ['chat-max-tokens', 'both are refused', { ask: refusing(({ max_tokens, max_completion_tokens }) => (max_tokens ?? max_completion_tokens) !== undefined, 'no limits') }, 'fails', /max_tokens: refused.*max_completion_tokens: refused/],
  ['chat-logprobs', 'thinking takes all', { ask: thinking(50) }, 'unknown', /limit is reached/],
  ['chat-images', 'thinking takes all', { whole: message((one, choice) => { one.content = ''; one.reasoning_content = 'Hm'; choice.finish_reason = 'length'; }) }, 'unknown', /the reply is empty/],
  ['chat-parts', 'written as JSON', { ask: (body: Json) => ({ ...body, ...(body.messages ? { messages: (body.messages as Json[]).map((one) => ({ ...one, content: typeof one.content === 'string' ? one.content : JSON.stringify(one.content) })) } : {}) }) }, 'odd', /more tokens than as a text/],
  ['chat', 'forbidden', { ask: refusing(({ model }, api) => api === 'chat' && model !== undefined, 'this project has no access', 403) }, 'fails', /refused \(403\): this project has no access/],
  ['completions', 'forbidden', { ask: refusing(({ model }, api) => api === 'completions' && model !== undefined, 'not for you', 403) }, 'fails', /refused \(403\): not for you/],
  ['chat-logprobs', 'forbidden', { ask: refusing(({ logprobs }) => logprobs === true, 'You are not allowed to request logprobs from this model', 403) }, 'fails', /refused \(403\): You are not allowed/],
  ['chat-logprobs', 'a gateway that fails', { ask: (body) => body['logprobs'] === true ? new Response('<html>', { status: 502 }) : body }, 'unknown', /a gateway has no answer \(502\)/],
  ['chat-logprobs', 'overloaded', { ask: (body) => body['logprobs'] === true ? new Response('{}', { status: 529 }) : body }, 'unknown', /says to wait \(529\)/],
  ['chat-stream', 'a whole response', { ask: without('stream') }, 'fails', /a whole response came/],
  ['chat-stream', 'an error inside', { chunks: () => [{ error: { message: 'out of memory' } }] }, 'fails', /an error in the stream: out of memory/],
  ['chat-stream', 'refused', { ask: refusing(({ stream }) => stream) }, 'fails', /refused \(400\): not supported/],
  ['chat-stream', 'another type', { streamType: 'text/plain' }, 'odd', /content-type is text\/plain/],
  ['chat-stream', 'Azure', { chunks: (chunks) => [{ choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [] }, ...chunks] }, 'odd', /the first chunk has no choices/],
  ['chat-stream', 'created changes', { chunks: each((chunk, i) => { chunk.created += i; }) }, 'odd', /created changes/],
  ['chat-stream', 'xAI', { chunks: each((chunk) => { if (chunk.choices[0]?.finish_reason === null) delete chunk.choices[0].finish_reason; }) }, 'odd', /finish_reason is left out/],
  ['chat-stream', 'Perplexity', { chunks: (chunks) => [...chunks.map((chunk) => ({ ...chunk, usage: { total_tokens: 1 }, choices: chunk.choices.map((one: Json) => ({ ...one, delta: { role: 'assistant', ...one.delta } })) })), { ...chunks[0], object: 'chat.completion.done' }] }, 'odd', /chat\.completion\.done.*usage is in every chunk.*role is in every chunk/],
  ['chat-stream', 'OpenRouter', { wire: (text) => `: OPENROUTER PROCESSING\n\n${text}` }, 'works', /comments: ": OPENROUTER/],
  ['chat-stream', 'TGI', { chunks: each((chunk) => { chunk.object = 'text_completion'; chunk.id = ''; }), wire: (text) => text.replaceAll('data: ', 'data:') }, 'odd', /no id.*object of chunks is "text_completion".*no space/],
  ['chat-stream', 'DeepSeek', { chunks: each((chunk, i) => { if (i > 0) chunk.choices[0].delta.content ??= null; }) }, 'works', /content is null/],
  ['chat-stream', 'vLLM merges', { chunks: (chunks) => [...chunks.slice(0, -2), { ...chunks.at(-2), choices: [{ ...chunks.at(-2).choices[0], finish_reason: 'stop' }] }] }, 'odd', /last text and finish_reason/],
  ['chat-stream', 'no finish', { chunks: (chunks) => chunks.slice(0, -1) }, 'odd', /ends without a finish_reason/],
  ['chat-stream', 'finish empty on the way', { chunks: each((chunk) => { chunk.choices[0].finish_reason ??= ''; }) }, 'odd', /finish_reason is "" on the way/],
  ['chat-stream', 'no role', { chunks: each((chunk) => { delete chunk.choices[0].delta.role; }) }, 'odd', /no chunk names the role/],
  ['chat-stream', 'no JSON', { wire: () => 'data: hello\n\ndata: [DONE]\n\n' }, 'fails', /no JSON in it: "hello"/],
  ['chat-stream', 'CRLF', { wire: (text) => text.replaceAll('\n', '\r\n') }, 'works', /CRLF/],
  ['chat-stream', 'no blank lines', { wire: (text) => text.replaceAll('\n\n', '\n') }, 'odd', /no blank line/],
  ['chat-stream-done', 'missing', { wire: (text) => text.replace('data: [DONE]\n\n', '') }, 'odd', /does not come/],
  ['chat-stream-done', 'twice', { wire: (text) => `${text}data: [DONE]\n\n` }, 'odd', /comes 2 times/],
  ['chat-stream-done', 'no stream', { ask: without('stream') }, 'unknown', /no stream/],
  ['chat-stream-usage', 'ignored', { ask: without('stream_options') }, 'fails', /no chunk has the usage/],
  ['chat-stream-usage', 'refused', { ask: refusing(({ stream_options }) => stream_options !== undefined) }, 'fails', /refused/],
  ['chat-stream-usage', 'on the last chunk', { chunks: (chunks, asked) => asked['stream_options'] === undefined ? chunks : [...chunks.slice(0, -2), { ...chunks.at(-2), usage: chunks.at(-1).usage }] }, 'odd', /on a chunk with choices/],
  ['chat-stream-usage', 'unasked', { chunks: (chunks, asked) => asked['stream_options'] === undefined ? [...chunks, { ...chunks[0], choices: [], usage: { total_tokens: 1 } }] : chunks }, 'odd', /without being asked/],
  ['chat-stream-usage', 'bare', { chunks: each((chunk) => chunk.choices.length === 0 ? { choices: [], usage: chunk.usage } : chunk) }, 'odd', /has no id, object, created, model/],
  ['chat-stop', 'ignored', { ask: without('stop') }, 'fails', /ignored/],
  ['chat-stop', 'refused', { ask: refusing(({ stop }) => stop !== undefined, "Unsupported parameter: 'stop'") }, 'fails', /Unsupported parameter/],
  ['chat-stop', 'only the first four count', { ask: (body: Json) => ({ ...body, ...(body.stop === undefined ? {} : { stop: body.stop.slice(0, 4) }) }) }, 'odd', /up to 4; 5 are taken, and not all are heeded/],
  ['chat-stop', 'one', { ask: refusing(({ stop }) => stop?.length > 1, 'one at most') }, 'odd', /up to 1; 4 are refused/],
  ['chat-stop', 'left in the text', { whole: (body, asked, api) => { if (asked['stop'] !== undefined && api === 'chat') body.choices[0].message.content += 'e'; return body; } }, 'odd', /left in the text/],
  ['chat-stop', 'empty replies', { whole: message((one) => { if (one.content !== undefined) one.content = ''; }) }, 'unknown', /no reply that could be stopped/],
  ['chat-n', 'ignored', { ask: without('n') }, 'fails', /1 of 2 choices/],
  ['chat-n', 'refused', { ask: refusing(({ n }) => n > 1, 'n must be 1') }, 'fails', /n must be 1/],
  ['chat-n', 'one index', { whole: message((_, choice) => { choice.index = 0; }) }, 'odd', /one index/],
  ['completions-stream', 'a whole response', { ask: without('stream') }, 'fails', /a whole response/],
  ['completions-stream', 'merged, as OpenAI does', { chunks: (chunks) => [...chunks.slice(0, -2), { ...chunks.at(-2), choices: [{ ...chunks.at(-2).choices[0], finish_reason: 'stop' }] }] }, 'works', /one chunk/],
  ['completions-stream-done', 'missing', { wire: (text) => text.replace('data: [DONE]\n\n', '') }, 'odd', /does not come/],
  ['completions-stream-usage', 'ignored', { ask: without('stream_options') }, 'fails', /no chunk/],
  ['completions-stop', 'ignored', { ask: without('stop') }, 'fails', /ignored/],
  ['completions-n', 'ignored', { ask: without('n') }, 'fails', /1 of 2/],
  // Chat
  ['chat-max-tokens', 'the old field alone', { ask: refusing(({ max_completion_tokens }) => max_completion_tokens !== undefined, 'unknown field') }, 'odd', /^max_tokens; max_completion_tokens is refused/],
  ['chat-max-tokens', 'the new field alone', { ask: refusing(({ max_tokens, messages }) => max_tokens !== undefined && messages !== undefined, "Use 'max_completion_tokens' instead.") }, 'odd', /^max_completion_tokens; max_tokens is refused/],
  ['chat-max-tokens', 'the new field is ignored', { ask: without('max_completion_tokens') }, 'odd', /^max_tokens; max_completion_tokens is ignored/],
  ['chat-max-tokens', 'both are', { ask: (body, api) => (api === 'chat' ? without('max_completion_tokens', 'max_tokens')(body, api) : body) }, 'fails', /ignored/],
  ['chat-max-tokens', 'no chat', { ask: (body, api) => (api === 'chat' ? new Response('', { status: 404 }) : body) }, 'unknown', /there is no/],
  ['chat-system', 'refused', { ask: refusing(({ messages }) => messages?.[0]?.role === 'system', 'System role not supported') }, 'fails', /System role not supported/],
  ['chat-system', 'dropped', { ask: (body: Json) => Array.isArray(body.messages) ? { ...body, messages: body.messages.filter(({ role }: Json) => role !== 'system') } : body }, 'fails', /ignored/],
  ['chat-system', 'read, not followed', { ask: (body: Json) => Array.isArray(body.messages) ? { ...body, messages: body.messages.map((one: Json) => ({ ...one, ...(typeof one.content === 'string' ? { content: one.content.replace('BANANA', 'FIG') } : {}) })) } : body }, 'works', /in the prompt/],
  ['chat-system', 'in place of a longer one', { ask: (body: Json) => Array.isArray(body.messages) ? { ...body, messages: body.messages[0]?.role === 'system' ? [{ role: 'system', content: 'Be brief.' }, ...body.messages.slice(1)] : [{ role: 'system', content: 'You are a model that a company made, and a helpful assistant of people.' }, ...body.messages] } : body }, 'works', /in place of a longer text \(\d+ tokens fewer\)/],
  ['chat-system', 'no usage', { ask: (body: Json) => Array.isArray(body.messages) ? { ...body, messages: body.messages.filter(({ role }: Json) => role !== 'system') } : body, whole: ({ usage: _, ...body }) => body }, 'odd', /nothing shows/],
  ['chat-developer', 'refused', { ask: refusing(({ messages }) => messages?.[0]?.role === 'developer', "Unknown role 'developer'") }, 'fails', /Unknown role/],
  ['chat-parts', 'refused', { ask: refusing(({ messages }) => Array.isArray(messages?.[0]?.content), 'content must be a string') }, 'fails', /must be a string/],
  ['chat-parts', 'dropped', { ask: (body: Json) => Array.isArray(body.messages?.[0]?.content) ? { ...body, messages: [{ role: 'user', content: '' }] } : body }, 'fails', /ignored/],
  ['chat-images', 'refused', { ask: refusing(({ messages }) => JSON.stringify(messages)?.includes('image_url'), 'not a multimodal model') }, 'fails', /not a multimodal/],
  ['chat-images', 'dropped', { ask: (body: Json) => Array.isArray(body.messages?.[0]?.content) ? { ...body, messages: [{ role: 'user', content: body.messages[0].content.slice(0, 1) }] } : body }, 'fails', /ignored/],
  ['chat-images', 'counted, not seen', { whole: message((one) => { if (one.content === 'Red.') one.content = 'Blue.'; }) }, 'odd', /called "Blue\."/],
  ['chat-logprobs', 'ignored', { ask: without('logprobs', 'top_logprobs') }, 'fails', /there are none/],
  ['chat-logprobs', 'refused', { ask: refusing(({ logprobs }) => logprobs === true, 'logprobs are not supported') }, 'fails', /not supported/],
  ['chat-logprobs', 'the other shape', { whole: message((_, choice) => { choice.logprobs = { tokens: ['a'], token_logprobs: [-1] }; }) }, 'odd', /shape of completions/],
  ['chat-logprobs', 'no bytes, no alternatives', { whole: message((_, choice) => { if (choice.logprobs?.content) choice.logprobs.content = choice.logprobs.content.map(({ token, logprob }: Json) => ({ token, logprob })); }) }, 'odd', /without bytes; 0 of 2 alternatives/],
  ['chat-json-object', 'ignored', { ask: without('response_format') }, 'fails', /ignored: "Hi there/],
  ['chat-json-object', 'refused', { ask: refusing(({ response_format }) => response_format?.type === 'json_object') }, 'fails', /refused/],
  ['chat-json-object', 'fenced', { whole: message((one) => { if (one.content?.startsWith?.('{')) one.content = '```json\n{}\n```'; }) }, 'odd', /fence/],
  ['chat-json-object', 'cut', { whole: message((one, choice) => { if (one.content?.startsWith?.('{')) { one.content = '{"a": "b'; choice.finish_reason = 'length'; } }) }, 'works', /cut/],
  ['chat-json-schema', 'ignored', { ask: without('response_format') }, 'fails', /ignored/],
  ['chat-json-schema', 'JSON alone', { whole: message((one) => { if (one.content?.startsWith?.('{')) one.content = '{"message":"Hi"}'; }) }, 'fails', /not of the schema/],
  ['tools-auto', 'TGI, whose every response is odd', { whole: ({ usage: _, ...body }) => ({ ...body, id: '', object: 'text_completion' }) }, 'works', /^get_time\([^;]*$/],
  ['tools-auto', 'finish stop with a call', { whole: message((one, choice) => { if (one.tool_calls) choice.finish_reason = 'function'; }) }, 'odd', /finish_reason is "function"/],
  ['tools-auto', 'refused', { ask: refusing(({ tools }) => tools !== undefined, 'does not support tools') }, 'fails', /does not support tools/],
  ['tools-auto', 'ignored', { ask: without('tools', 'tool_choice') }, 'fails', /ignored: the prompt does not grow/],
  ['tools-auto', 'as text', { whole: message((one) => { if (one.tool_calls) { one.content = '<tool_call>{"name":"get_time"}</tool_call>'; delete one.tool_calls; } }) }, 'fails', /comes as text/],
  ['tools-auto', 'not called', { whole: message((one) => { if (one.tool_calls) { one.content = 'It is late.'; delete one.tool_calls; } }) }, 'unknown', /the model called none/],
  ['tools-auto', 'no content field', { whole: message((one) => { if (one.tool_calls) delete one.content; }) }, 'odd', /no content field/],
  ['tools-auto', 'arguments are an object', { whole: message((one) => { for (const call of one.tool_calls ?? []) call.function.arguments = { city: 'Oslo' }; }) }, 'odd', /no text/],
  ['tools-auto', 'finish stop', { whole: message((one) => { for (const call of one.tool_calls ?? []) delete call.id; }) }, 'odd', /a call has no id/],
  ['tools-required', 'ignored', { ask: (body) => body['tool_choice'] === 'required' ? { ...body, tool_choice: 'auto' } : body }, 'fails', /ignored: no call/],
  ['tools-required', 'refused', { ask: refusing(({ tool_choice }) => tool_choice === 'required', 'only auto is supported') }, 'fails', /only auto/],
  ['tools-named', 'another', { ask: (body: Json) => typeof body.tool_choice === 'object' ? { ...body, tool_choice: 'required' } : body }, 'fails', /another was called: get_time/],
  ['tools-named', 'ignored', { ask: (body: Json) => typeof body.tool_choice === 'object' ? { ...body, tool_choice: 'auto' } : body }, 'fails', /ignored/],
  ['tools-none', 'ignored', { ask: (body) => body['tool_choice'] === 'none' ? { ...body, tool_choice: 'auto' } : body }, 'fails', /ignored: get_time/],
  ['tools-none', 'nothing is called anyway', { ask: without('tools', 'tool_choice') }, 'unknown', /none comes without it/],
  ['tools-parallel', 'one after another', { whole: message((one) => { one.tool_calls &&= one.tool_calls.slice(0, 1); }) }, 'unknown', /one call was made/],
  ['tools-parallel', 'false is ignored', { ask: without('parallel_tool_calls') }, 'odd', /false is ignored: 2 calls/],
  ['tools-stream', 'vLLM without a parser', { ask: refusing(({ tools, tool_choice }) => tools !== undefined && (tool_choice ?? 'auto') === 'auto', '"auto" tool choice requires --enable-auto-tool-choice') }, 'works', /2 deltas/],
  ['tools-parallel', 'vLLM without a parser', { ask: refusing(({ tools, tool_choice }) => tools !== undefined && (tool_choice ?? 'auto') === 'auto', '"auto" tool choice requires --enable-auto-tool-choice') }, 'works', /2 calls; with false 1/],
  ['tools-stream', 'Gemini', { chunks: each((chunk) => { for (const call of chunk.choices[0]?.delta.tool_calls ?? []) delete call.index; }) }, 'odd', /no index/],
  ['tools-stream', 'Alibaba', { chunks: each((chunk) => { for (const call of chunk.choices[0]?.delta.tool_calls ?? []) call.id ??= ''; }) }, 'odd', /the id ""/],
  ['tools-stream', 'finish stop', { chunks: each((chunk) => { if (chunk.choices[0]?.finish_reason === 'tool_calls') chunk.choices[0].finish_reason = 'stop'; }) }, 'odd', /finish_reason is "stop"/],
  ['tools-stream', 'a whole response', { ask: without('stream') }, 'fails', /a whole response/],
  ['tools-stream', 'no call', { ask: without('tools', 'tool_choice') }, 'unknown', /no call/],
  ['tools-messages', 'null content', { ask: refusing(({ messages }) => Array.isArray(messages) && messages.some(({ content }: Json) => content === null), 'content must not be null') }, 'fails', /must not be null/],
  // Completions
  ['completions-max-tokens', 'ignored', { ask: (body, api) => (api === 'completions' ? { ...body, max_tokens: 99 } : body) }, 'fails', /ignored: 10 tokens|ignored: \d+ tokens/],
  ['completions-prompts', 'texts alone', { ask: refusing(({ prompt }) => typeof prompt?.[0] === 'number', 'a string is wanted') }, 'odd', /a list of texts; token ids are refused/],
  ['completions-prompts', 'Ollama', { ask: refusing(({ prompt }) => Array.isArray(prompt), 'cannot unmarshal array') }, 'fails', /cannot unmarshal/],
  ['completions-prompts', 'the first alone', { ask: (body: Json) => Array.isArray(body.prompt) && typeof body.prompt[0] === 'string' ? { ...body, prompt: body.prompt[0] } : body }, 'odd', /a list of 2 texts gives 1/],
  ['completions-best-of', 'ignored', { ask: without('best_of') }, 'fails', /ignored/],
  ['completions-best-of', 'refused', { ask: refusing(({ best_of }) => best_of === 2, 'best_of is not supported') }, 'fails', /not supported/],
  ['completions-best-of', 'all of them', { ask: (body: Json) => body.best_of === 2 ? { ...body, n: 2 } : body }, 'odd', /2 choices came/],
  ['completions-echo', 'ignored', { ask: without('echo') }, 'fails', /ignored/],
  ['completions-echo', 'refused', { ask: refusing(({ echo }) => echo === true, 'echo is not supported') }, 'fails', /not supported/],
  ['completions-logprobs', 'Together', { whole: message((_, choice) => { if (choice.logprobs) delete choice.logprobs.text_offset; }) }, 'odd', /without text_offset/],
  ['completions-logprobs', 'vLLM', { whole: message((_, choice) => { if (choice.logprobs) choice.logprobs.text_offset = choice.logprobs.text_offset.map((at: number) => at - 7); }) }, 'odd', /begins at 0, not at 7/],
  ['completions-logprobs', 'llama.cpp', { whole: message((_, choice) => { if (choice.logprobs) choice.logprobs = { content: [{ token: 'a', logprob: -1 }] }; }) }, 'odd', /shape of chat/],
  ['completions-logprobs', 'ignored', { ask: without('logprobs') }, 'fails', /there are none/],
  ['completions-echo-logprobs', 'the reply alone', { ask: (body) => body['echo'] === true && body['logprobs'] !== undefined ? without('echo')(body, 'completions') : body }, 'fails', /not there: " Hi"/],
  ['completions-echo-logprobs', 'a number first', { whole: message((_, choice) => { if (choice.logprobs) choice.logprobs.token_logprobs[0] = 0; }) }, 'odd', /first is 0, not null/],
  ['completions-suffix', 'ignored', { ask: without('suffix') }, 'fails', /ignored/],
  ['completions-suffix', 'refused', { ask: refusing(({ suffix }) => suffix !== undefined, 'suffix is not currently supported') }, 'fails', /suffix is not/],
  ['completions-json', 'ignored', { ask: without('response_format') }, 'fails', /ignored/],
  ['completions-bos', 'added once', { addsBos: true }, 'odd', /doubled/],
  ['completions-bos', 'added, and not doubled', { addsBos: true, ask: (body: Json) => typeof body.prompt === 'string' ? { ...body, prompt: body.prompt.replace('<|begin_of_text|>', '') } : body }, 'works', /not twice/],
  ['completions-bos', 'added, and else plain text', { addsBos: true, bosIsText: true }, 'odd', /plain text/],
  ['completions-bos', 'missing', { bosIsText: true }, 'odd', /it is missing/],
  ['completions-bos', 'a template around', { whole: (body) => ({ ...body, usage: { ...body.usage, prompt_tokens: 30 } }) }, 'odd', /a template is put around/],
  ['completions-bos', 'by llama.cpp, doubled', { addsBos: true, pages: llamaCpp() }, 'odd', /doubled where the prompt has <\|begin_of_text\|>/, { tokenizer: undefined }],
  ['completions-bos', 'by llama.cpp, none added', { pages: llamaCpp({ addsBos: false }) }, 'works', /none is added; <\|begin_of_text\|> in the prompt is one/, { tokenizer: undefined }],
  ['completions-bos', 'by llama.cpp, there is none', { pages: llamaCpp({ addsBos: false, bos: '' }) }, 'works', /^none is added$/, { tokenizer: undefined }],
  ['completions-bos', 'by llama.cpp, other counts', { pages: llamaCpp() }, 'odd', /prompt_tokens is \d+, where its tokenizer gives \d+/, { tokenizer: undefined }],
  ['completions-bos', 'by llama.cpp, no /tokenize', { pages: { ...llamaCpp(), '/tokenize': Response.json({}, { status: 404 }) } }, 'unknown', /tells nothing/, { tokenizer: undefined }],
  ['completions-bos', 'no tokenizer', {}, 'unknown', /the tokenizer of the model is needed/, { tokenizer: undefined }],
  ['completions-special-stop', 'hidden, and shown on request', { special: (body) => body['skip_special_tokens'] === false ? { text: 'Hi!', finish: 'stop' } : { text: 'Hi! and so on', finish: 'length' } }, 'odd', /skip_special_tokens: false/],
  ['completions-special-stop', 'hidden for good', { special: () => ({ text: 'Hi!\nuser\nand', finish: 'length' }) }, 'fails', /hidden, and never stops/],
  ['completions-special-stop', 'shown, and stops', { special: (body) => body['stop'] === undefined ? { text: 'Hi!<|eot_id|>', finish: 'length' } : { text: 'Hi!', finish: 'stop' } }, 'works', /stops it/],
  ['completions-special-stop', 'shown, and never stops', { special: () => ({ text: 'Hi!<|eot_id|>and', finish: 'length' }) }, 'fails', /stays in the text/],
  ['completions-special-stop', 'cut', { special: () => ({ text: 'Hi there and', finish: 'length' }) }, 'unknown', /was cut/],
  ['completions-special-stop', 'no dialect', {}, 'unknown', /the dialect of the model is needed/, { dialect: undefined }],
]; // biome-ignore format: a table is read best as lines

describe('a server of its own way', () => {
  it.each(cases)('%s: %s', async (probe, _name, bends, verdict, seen, options = {}) => {
    const { results } = await check(bends, { only: [probe], ...options });
    const result = results.find(({ id }) => id === probe)!;
    expect(result).toEqual({
      id: probe,
      title: expect.any(String),
      verdict,
      seen: expect.stringMatching(seen),
    });
  });
});
