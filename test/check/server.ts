import type { Fetch } from '../../src/fetch/index.js';
import { eventStream, type TestUpstream, upstream } from '../support/upstream.js';

export type Body = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: the JSON of a test is read at will, and a mistake in it fails the test.
export type Json = any;
export type Api = 'chat' | 'completions';

/** In which ways a server is not as it should be; without Json it does all that OpenAI's API does. */
export interface Bends {
  /** Paths under which the API is (default `/v1`). */
  prefixes?: string[];
  /** What it says of paths that are not there. */
  missing?: (method: string, path: string) => Response;
  /** Does it look at the request before the key? */
  readsFirst?: boolean;
  /** Does it want the key on every path, there or not? */
  locksAll?: boolean;
  /** The key that it wants, and the header that it wants it in (default `authorization`). */
  key?: string | undefined;
  header?: string;
  models?: unknown;
  window?: number;
  /** What else is there, by the path: a page, or what makes one of the request. */
  pages?: Record<string, unknown>;
  /** Takes fields out of a request before it is read, or answers it. */
  ask?: (body: Body, api: Api) => Body | Response;
  /** Bends a whole response. */
  whole?: (body: Json, asked: Body, api: Api) => unknown;
  /** Bends the chunks of a stream. */
  chunks?: (chunks: Json[], asked: Body, api: Api) => unknown[];
  /** Bends the text of a stream. */
  wire?: (text: string) => string;
  /** Bends the body of an error. */
  error?: (body: Json, status: number) => Response | object;
  streamType?: string;
  /** Puts BOS in front of each prompt. */
  addsBos?: boolean;
  bosIsText?: boolean;
  /** What it says to a prompt with control tokens, and what of it is shown. */
  special?: (asked: Body) => { text: string; finish: string };
}

export const BOS = '<|begin_of_text|>';
export const tokensOf = (text: string): string[] => text.match(/\s?[\p{L}\p{N}]+|[\s\S]/gu) ?? [];
/** The tokenizer of the model behind the server. */
export const tokenizer = {
  specialTokens: new Map([[BOS, 1]]),
  count: (text: string): number => tokensOf(text).length,
};

const refuse = (message: string, status = 400, code: string | null = null) => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
});
type Refusal = ReturnType<typeof refuse>;

const count = (text: string): number => tokensOf(text).length;
const numbers = 'one two three four five six seven eight nine ten';

interface Said {
  text: string;
  calls: { name: string; arguments: string }[];
}

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : ((content as Json[] | null) ?? []).map((part) => part.text ?? '').join('');

function sayChat(body: Json): Said {
  const all: Json[] = body.messages;
  const last = all.at(-1);
  const text = textOf(last.content);
  const system = all.find(({ role }) => role === 'system' || role === 'developer');
  const plain = (said: string): Said => ({ text: said, calls: [] });
  if (system !== undefined && /BANANA/.test(system.content)) return plain('BANANA');
  if (last.role === 'tool') return plain(`It is ${text}`);
  if (body.tools !== undefined && body.tool_choice !== 'none') {
    const named = body.tool_choice?.function?.name ?? body.tools[0].function.name;
    const call = (city: string) => ({ name: named, arguments: JSON.stringify({ city }) });
    if (/Oslo, and in Rome/.test(text))
      return {
        text: '',
        calls: body.parallel_tool_calls === false ? [call('Oslo')] : [call('Oslo'), call('Rome')],
      };
    if (body.tool_choice !== 'auto' || /Use the tool/.test(text)) return { text: '', calls: [call('Oslo')] };
  }
  if (Array.isArray(last.content) && last.content.some((part: Json) => part.type === 'image_url'))
    return plain('Red.');
  if (body.response_format !== undefined) return plain('{"greeting":"Hello JSON"}');
  return plain(/Count/.test(text) ? numbers : 'Hi there, friend.');
}

const sayCompletion = (body: Json, prompt: string): Said => ({
  text: body.response_format !== undefined ? '{"greeting":"Hi"}' : /Count/.test(prompt) ? ` ${numbers}` : ' Hi there, friend.',
  calls: [],
}); // biome-ignore format: short

interface Choice extends Said {
  tokens: string[];
  finish: string;
}

function finish(said: Said, body: Json, limit: number): Choice {
  const stops: string[] = [body.stop ?? []].flat();
  const at = Math.min(
    ...stops.map((stop) => said.text.indexOf(stop)).filter((i) => i >= 0),
    said.text.length,
  );
  const all = tokensOf(said.text.slice(0, at));
  const tokens = all.slice(0, limit);
  const ended = said.calls.length > 0 ? 'tool_calls' : 'stop';
  return { ...said, tokens, text: tokens.join(''), finish: tokens.length < all.length ? 'length' : ended };
}

const chatLogprobs = (tokens: string[], top: number) => ({
  content: tokens.map((token) => ({
    token,
    logprob: -0.5,
    bytes: [...new TextEncoder().encode(token)],
    top_logprobs: Array.from({ length: top }, (_, i) => ({ token: `${token}${i}`, logprob: -i, bytes: [1] })),
  })),
  refusal: null,
});

function completionLogprobs(tokens: string[], top: number, from: number, echoed: number) {
  let at = from;
  return {
    tokens,
    token_logprobs: tokens.map((_, i) => (i === 0 && echoed > 0 ? null : -0.5)),
    top_logprobs: tokens.map((token, i) =>
      i === 0 && echoed > 0
        ? null
        : Object.fromEntries(Array.from({ length: top }, (_, j) => [`${token}${j}`, -j])),
    ),
    text_offset: tokens.map((token) => {
      const start = at;
      at += token.length;
      return start;
    }),
  };
}

function promptTokens(body: Json, api: Api, bends: Bends): number {
  if (api === 'chat') {
    const messages: Json[] = body.messages;
    const images = messages.flatMap(({ content }) => (Array.isArray(content) ? content : [])).filter((part) => part.type === 'image_url');
    return messages.reduce((sum, { content }) => sum + 3 + count(textOf(content)), 3) + 85 * images.length + (body.tools === undefined ? 0 : count(JSON.stringify(body.tools)));
  } // biome-ignore format: short
  const prompts: unknown[] = Array.isArray(body.prompt) && typeof body.prompt[0] === 'number' ? [body.prompt] : [body.prompt].flat();
  return prompts.reduce<number>((sum, prompt) => {
    if (typeof prompt !== 'string') return sum + (prompt as unknown[]).length;
    const written = prompt.startsWith(BOS) && bends.bosIsText !== true;
    return sum + (bends.addsBos ? 1 : 0) + (written ? 1 + count(prompt.slice(BOS.length)) : count(prompt)) + count(body.suffix ?? '');
  }, 0);
} // biome-ignore format: short

/** A server in the process: well-behaved, but for what is bent. */
export function testServer(bends: Bends = {}): TestUpstream & { fetch: Fetch } {
  const { prefixes = ['/v1'], window = 4096, header = 'authorization' } = bends;
  const models = bends.models ?? { object: 'list', data: [{ id: 'small', object: 'model', created: 1, owned_by: 'me', max_model_len: window }] }; // biome-ignore format: short
  const errorOf = ({ status, body }: Refusal): Response => {
    const bent = bends.error?.(body, status) ?? body;
    return bent instanceof Response ? bent : Response.json(bent, { status });
  };

  function check(body: Json, api: Api): Refusal | undefined {
    if (body.model === undefined) return refuse('you must provide a model parameter');
    if (
      !['small', 'tiny', 'gpt-4o-mini', 'llama-3.1-8b', 'meta-llama/Llama-3.1-8B-Instruct'].includes(
        body.model,
      )
    )
      return refuse(`The model \`${body.model}\` does not exist`, 404, 'model_not_found');
    if (api === 'chat' && (!Array.isArray(body.messages) || body.messages.length === 0))
      return refuse("Invalid 'messages': expected an array.");
    const { prompt } = body;
    if (api === 'completions' && typeof prompt !== 'string' && !(Array.isArray(prompt) && prompt.length > 0))
      return refuse("Invalid 'prompt'.");
    if ([body.stop ?? []].flat().length > 4) return refuse("Invalid 'stop': array too long.");
    if ((body.best_of ?? body.n ?? 1) < (body.n ?? 1)) return refuse('best_of must be at least n.');
    const tokens = promptTokens(body, api, bends);
    if (tokens > window)
      return refuse(
        `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens.`,
        400,
        'context_length_exceeded',
      );
    return undefined;
  }

  function respond(body: Json, api: Api): Response {
    const refused = check(body, api);
    if (refused !== undefined) return errorOf(refused);
    const limit = body.max_completion_tokens ?? body.max_tokens ?? (api === 'chat' ? 1000 : 16);
    const prompts: Json[] = api === 'chat' ? [undefined] : Array.isArray(body.prompt) && typeof body.prompt[0] === 'number' ? ['ids'] : [body.prompt].flat(); // biome-ignore format: short
    const choices = prompts.flatMap((prompt) =>
      Array.from({ length: body.n ?? 1 }, () => {
        const said = api === 'chat' ? sayChat(body) : sayCompletion(body, prompt);
        if (bends.special !== undefined && /<\|/.test(prompt ?? '') && !prompt.startsWith(BOS)) {
          const { text, finish: why } = bends.special(body);
          return { text, calls: [], tokens: tokensOf(text), finish: why };
        }
        return finish(said, body, limit);
      }),
    );
    const prompted = promptTokens(body, api, bends);
    const made =
      choices.reduce((sum, { tokens, calls }) => sum + tokens.length + 12 * calls.length, 0) *
      (body.best_of ?? 1);
    const usage = { prompt_tokens: prompted, completion_tokens: made, total_tokens: prompted + made };
    const head = { id: api === 'chat' ? 'chatcmpl-1' : 'cmpl-1', created: 1_700_000_000, model: body.model };
    const echoed = body.echo === true ? String(body.prompt) : '';
    const calls = (choice: Choice) =>
      choice.calls.map((call, i) => ({ id: `call_${i}`, type: 'function', function: call }));
    const logprobs = (choice: Choice, whole: boolean) => {
      if (api === 'chat')
        return body.logprobs === true ? chatLogprobs(choice.tokens, body.top_logprobs ?? 0) : null;
      if (typeof body.logprobs !== 'number') return null;
      const before = whole ? tokensOf(echoed) : [];
      return completionLogprobs([...before, ...choice.tokens], body.logprobs, echoed === '' ? count('') + String(body.prompt).length : 0, before.length); // biome-ignore format: short
    };

    if (body.stream !== true) {
      const whole = {
        ...head,
        object: api === 'chat' ? 'chat.completion' : 'text_completion',
        choices: choices.map((choice, index) => ({
          index,
          ...(api === 'chat'
            ? {
                message: {
                  role: 'assistant',
                  content: choice.calls.length > 0 ? null : choice.text,
                  refusal: null,
                  ...(choice.calls.length > 0 ? { tool_calls: calls(choice) } : {}),
                },
              }
            : { text: echoed + choice.text }),
          logprobs: logprobs(choice, true),
          finish_reason: choice.finish,
        })),
        usage,
      };
      const bent = bends.whole?.(whole, body, api) ?? whole;
      return bent instanceof Response ? bent : Response.json(bent);
    }
    const object = api === 'chat' ? 'chat.completion.chunk' : 'text_completion';
    const chunk = (index: number, piece: object, why: string | null = null) => ({
      ...head,
      object,
      choices: [{ index, ...piece, logprobs: null, finish_reason: why }],
      ...(body.stream_options?.include_usage === true ? { usage: null } : {}),
    });
    const chunks: object[] = choices.flatMap((choice, index) =>
      api === 'chat'
        ? [
            chunk(index, {
              delta: { role: 'assistant', content: choice.calls.length > 0 ? null : '', refusal: null },
            }),
            ...choice.tokens.map((content) => chunk(index, { delta: { content } })),
            ...calls(choice).flatMap(({ function: call, ...rest }, at) => [
              chunk(index, {
                delta: { tool_calls: [{ index: at, ...rest, function: { name: call.name, arguments: '' } }] },
              }),
              chunk(index, {
                delta: { tool_calls: [{ index: at, function: { arguments: call.arguments } }] },
              }),
            ]),
            chunk(index, { delta: {} }, choice.finish),
          ]
        : [...choice.tokens.map((text) => chunk(index, { text })), chunk(index, { text: '' }, choice.finish)],
    );
    if (body.stream_options?.include_usage === true) chunks.push({ ...head, object, choices: [], usage });
    const text = `${(bends.chunks?.(chunks, body, api) ?? chunks).map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`;
    return eventStream([bends.wire?.(text) ?? text], { 'content-type': bends.streamType ?? 'text/event-stream; charset=utf-8' }); // biome-ignore format: short
  }

  return upstream(({ url, method, headers, body }) => {
    const { pathname } = url;
    const found = bends.pages?.[pathname];
    const page = typeof found === 'function' ? found(body) : found;
    if (page !== undefined) return page instanceof Response ? page.clone() : Response.json(page);
    const prefix = prefixes.find((one) => /^\/(models|completions|chat\/completions)$/.test(pathname.slice(one.length)) && pathname.startsWith(one)); // biome-ignore format: short
    const given = headers.get(header) ?? '';
    const locked =
      bends.key !== undefined && given !== (header === 'authorization' ? `Bearer ${bends.key}` : bends.key);
    const isRead = bends.readsFirst === true && method === 'POST' && body['model'] === undefined;
    if (locked && !isRead && (prefix !== undefined || bends.locksAll === true))
      return errorOf(refuse(`Incorrect API key provided: ${given || '(none)'}.`, 401, 'invalid_api_key'));
    if (prefix === undefined)
      return bends.missing?.(method, pathname) ?? new Response('404 page not found', { status: 404 });
    const rest = pathname.slice(prefix.length);
    if (rest === '/models') return models instanceof Response ? models.clone() : Response.json(models);
    if (method !== 'POST') return new Response('', { status: 405 });
    const api: Api = rest === '/completions' ? 'completions' : 'chat';
    const bent = bends.ask?.(body, api) ?? body;
    return bent instanceof Response ? bent : respond(bent, api);
  });
}
