import { RolecallError } from '../errors.js';
import { isRecord } from '../translate/notes.js';
import type { ServerName } from '../translate/servers.js';
import { baseAddress, serverRoot } from './address.js';
import { upstreamOf } from './exchange.js';
import type { Fetch, Limits, Upstream } from './types.js';
import { readJson } from './upstream/reply.js';
import { drop, refused, send } from './upstream/send.js';

/** The servers that count tokens for whoever asks. */
export type TokenizingServer = Extract<ServerName, 'vllm' | 'llama.cpp' | 'tgi'>;

export interface HttpTokenizerOptions {
  /** The server's address, with or without `/v1`. */
  baseURL: string;
  server: TokenizingServer;
  /** The model whose tokens count; vLLM needs it where it serves several. */
  model?: string | undefined;
  fetch?: Fetch | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  limits?: Partial<Limits> | undefined;
}

export interface HttpCallOptions {
  /** Count as the server does with a prompt: special tokens as such, and BOS in front (default false). */
  asPrompt?: boolean | undefined;
  /** For this call, over the tokenizer's own. */
  headers?: Headers | undefined;
  model?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A server's own tokenizer. Every call is a request; `count` fits `fitMessagesAsync` and `countChatTokensAsync`. */
export interface HttpTokenizer {
  readonly kind: 'http';
  readonly name: string;
  encode(text: string, options?: HttpCallOptions): Promise<number[]>;
  count(text: string, options?: HttpCallOptions): Promise<number>;
  /** Tokens that prompt and reply may have together, if the server says. */
  contextWindow(options?: HttpCallOptions): Promise<number | undefined>;
}

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined;

/** How one server is asked, and how its answer is read. */
interface Asking {
  body(text: string, asPrompt: boolean, model: string | undefined): unknown;
  ids(answer: unknown): unknown[] | undefined;
}

const listIn = (value: unknown, key: string): unknown[] | undefined =>
  isRecord(value) && Array.isArray(value[key]) ? value[key] : undefined;

/** Sources: the servers' documentation of `/tokenize`. */
const asking: Readonly<Record<TokenizingServer, Asking>> = {
  vllm: {
    body: (prompt, asPrompt, model) => ({
      ...(model === undefined ? {} : { model }),
      prompt,
      add_special_tokens: asPrompt,
    }),
    ids: (answer) => listIn(answer, 'tokens'),
  },
  'llama.cpp': {
    body: (content, asPrompt) => ({ content, add_special: asPrompt, parse_special: asPrompt }),
    ids: (answer) => listIn(answer, 'tokens'),
  },
  tgi: {
    body: (inputs, asPrompt) => ({ inputs, add_special_tokens: asPrompt }),
    ids: (answer) =>
      Array.isArray(answer) ? answer.map((one: unknown) => (isRecord(one) ? one['id'] : one)) : undefined,
  },
};

export const tokenizingServers = Object.keys(asking) as readonly TokenizingServer[];

/**
 * The tokenizer of a server that has one: vLLM's `/tokenize`, llama.cpp's `/tokenize` and `/props`, TGI's `/tokenize`
 * and `/info`. Calls throw `provider-error` where the server refuses or answers in another shape.
 * @example
 * ```ts
 * import { httpTokenizer } from 'rolecall/fetch';
 * const tokenizer = httpTokenizer({ baseURL: 'http://localhost:8000/v1', server: 'vllm', model: 'my-model' });
 * // await tokenizer.count('Hi!') asks the server.
 * ```
 */
export function httpTokenizer(options: HttpTokenizerOptions): HttpTokenizer {
  const { server } = options;
  if (!Object.hasOwn(asking, server)) {
    const message = `Of the servers, ${tokenizingServers.join(', ')} count tokens over HTTP; "${String(server)}" does not.`;
    throw new RolecallError('invalid-argument', message, { path: 'server' });
  }
  const base = baseAddress(options.baseURL);
  const upstream = upstreamOf(options);
  const call = (given: HttpCallOptions) => ({
    headers: new Headers([...new Headers(options.headers), ...(given.headers ?? [])]),
    signal: given.signal ?? new AbortController().signal,
    model: given.model ?? options.model,
  });

  async function encode(text: string, given: HttpCallOptions = {}): Promise<number[]> {
    const { model, ...rest } = call(given);
    const json = asking[server].body(text, given.asPrompt === true, model);
    const url = `${serverRoot(base)}/tokenize`;
    const response = await send(upstream, { url, json, ...rest });
    if (!response.ok) {
      const { status, message } = await refused(response, upstream, rest.signal);
      throw new RolecallError('provider-error', `${url} answered with status ${status}: ${message}`);
    }
    const ids = asking[server].ids(await readJson(response, upstream, rest.signal));
    if (ids === undefined || !ids.every((id) => typeof id === 'number')) {
      throw new RolecallError('provider-error', `${url} did not answer with tokens.`);
    }
    return ids;
  }

  return {
    kind: 'http',
    name: server,
    encode,
    count: async (text, given) => (await encode(text, given)).length,
    contextWindow: (given = {}) => discoverWindow({ base, server, upstream, ...call(given) }),
  };
}

export interface WindowQuestion {
  base: string;
  server: ServerName;
  upstream: Upstream;
  headers: Headers;
  signal: AbortSignal;
  model: string | undefined;
}

/** The JSON of a page, or undefined where there is none. A failed connection is thrown: it says nothing of the server. */
async function ask(
  { upstream, headers, signal }: WindowQuestion,
  url: string,
  json?: unknown,
): Promise<unknown> {
  const method = json === undefined ? 'GET' : 'POST';
  const response = await send(upstream, { url, method, headers, signal, json });
  if (!response.ok) {
    await drop(response);
    return undefined;
  }
  return await readJson(response, upstream, signal).catch(() => undefined);
}

/** What the list of models says of one; of a single model, whatever it is called. */
async function modelEntry(question: WindowQuestion): Promise<Record<string, unknown>> {
  const all = listIn(await ask(question, `${question.base}/models`), 'data')?.filter(isRecord) ?? [];
  return all.find(({ id }) => id === question.model) ?? (all.length === 1 ? all[0]! : {});
}

const discovery: Readonly<Record<ServerName, (question: WindowQuestion) => Promise<number | undefined>>> = {
  vllm: async (question) => numberIn((await modelEntry(question))['max_model_len']),
  'llama.cpp': async (question) => {
    const props = await ask(question, `${serverRoot(question.base)}/props`);
    const settings = isRecord(props) ? props['default_generation_settings'] : undefined;
    return numberIn(isRecord(settings) ? settings['n_ctx'] : undefined);
  },
  tgi: async (question) => {
    const info = await ask(question, `${serverRoot(question.base)}/info`);
    return isRecord(info) ? numberIn(info['max_total_tokens']) : undefined;
  },
  // The trained length would be wrong: Ollama runs models with less, and cuts prompts without a word.
  ollama: async (question) => {
    const running = listIn(await ask(question, `${serverRoot(question.base)}/api/ps`), 'models');
    const mine = running?.filter(isRecord).find(({ name, model }) => [name, model].includes(question.model));
    return numberIn(mine?.['context_length']);
  },
  generic: async (question) => {
    const entry = await modelEntry(question);
    return (
      numberIn(entry['max_model_len']) ??
      numberIn(entry['context_window']) ??
      numberIn(entry['context_length'])
    );
  },
};

/** The window that a server says it has; undefined where it doesn't. */
export function discoverWindow(question: WindowQuestion): Promise<number | undefined> {
  return discovery[question.server](question);
}
