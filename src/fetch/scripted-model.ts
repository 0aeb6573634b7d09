import type { Dialect } from '../dialect/types.js';
import type { DialectName } from '../formats/index.generated.js';
import { parsePrompt } from '../prompt/index.js';
import { createStopMatcher } from '../reply/stops.js';
import type { Message } from '../schemas/messages.js';
import { encodeFrames } from '../stream/frames.js';
import { endpointOf } from './address.js';
import { readJsonRequest } from './body.js';
import { errorResponse, refusal, refusalFor } from './refusal.js';
import { streamBody, streamHeaders } from './reply/body.js';
import { defaultLimits, type Fetch } from './types.js';

/** What the model is asked: a prompt, as it was sent, or messages. */
export type Asked = { prompt: string } | { messages: readonly Message[] };

export interface ScriptedModelOptions {
  /** What it says. */
  reply: (asked: Asked, choice: number) => string;
  model?: string | undefined;
  /** Tokens that prompt and reply may have together (default 8,192). */
  contextWindow?: number | undefined;
  /** Milliseconds between two tokens of a stream (default 0). */
  delay?: number | undefined;
  /** Unix seconds for `created` (default: the clock's). */
  now?: (() => number) | undefined;
}

/** Its tokens: words with the space before them, line ends, and single signs. */
const tokensOf = (text: string): string[] => text.match(/\s?[\p{L}\p{N}]+|[\s\S]/gu) ?? [];

interface Choice {
  index: number;
  tokens: string[];
  finish: 'stop' | 'length';
}

/** A token and the number that goes with it; there is no model, so both are made up, and always the same. */
const logprobOf = (token: string): number => -((token.length % 7) + 1) / 16;

function completionLogprobs(tokens: readonly string[], top: number, from: number) {
  let at = from;
  return {
    tokens,
    token_logprobs: tokens.map(logprobOf),
    top_logprobs: tokens.map((token) => (top === 0 ? {} : { [token]: logprobOf(token) })),
    text_offset: tokens.map((token) => {
      const start = at;
      at += [...token].length;
      return start;
    }),
  };
}

function chatLogprobs(tokens: readonly string[], top: number) {
  const encoder = new TextEncoder();
  const one = (token: string) => ({ token, logprob: logprobOf(token), bytes: [...encoder.encode(token)] });
  return {
    content: tokens.map((token) => ({ ...one(token), top_logprobs: top === 0 ? [] : [one(token)] })),
    refusal: null,
  };
}

type Body = Record<string, unknown>;
const numberOr = (value: unknown, other: number): number =>
  typeof value === 'number' && value >= 0 ? value : other;

/** Content as it is counted: a list of texts as the text that it is. */
const asText = (name: string, value: unknown): unknown =>
  name === 'content' && Array.isArray(value) && value.every((part) => typeof part?.text === 'string')
    ? value.map(({ text }) => text).join('')
    : value;

/** Round by round, one token of each choice, as servers batch them. */
async function* rounds(
  { head, choices, piece, last, usage }: Rounds,
  delay: number,
  signal: AbortSignal,
): AsyncGenerator<object> {
  const longest = Math.max(...choices.map(({ tokens }) => tokens.length));
  for (let at = 0; at <= longest; at++) {
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    if (signal.aborted) return;
    for (const choice of choices) {
      if (at < choice.tokens.length) yield { ...head, choices: [piece(choice, at)] };
      else if (at === choice.tokens.length) yield { ...head, choices: [last(choice)] };
    }
  }
  if (usage !== undefined) yield { ...head, choices: [], usage };
}

/** What the chunks of a stream are made of. */
interface Rounds {
  head: object;
  choices: readonly Choice[];
  piece: (choice: Choice, at: number) => object;
  last: (choice: Choice) => object;
  usage: object | undefined;
}

function usageOf(prompt: number, choices: readonly Choice[]) {
  const completion = choices.reduce((total, { tokens }) => total + tokens.length, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

const wantsUsage = (body: Body): boolean =>
  (body['stream_options'] as { include_usage?: unknown } | null | undefined)?.include_usage === true;

class ScriptedModel {
  #count = 0;
  readonly #reply: ScriptedModelOptions['reply'];
  readonly #model: string;
  readonly #window: number;
  readonly #delay: number;
  readonly #now: () => number;

  constructor(options: ScriptedModelOptions) {
    this.#reply = options.reply;
    this.#model = options.model ?? 'scripted';
    this.#window = options.contextWindow ?? 8192;
    this.#delay = options.delay ?? 0;
    this.#now = options.now ?? (() => Math.floor(Date.now() / 1000));
  }

  async serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const { kind, rest } = endpointOf(pathname);
    const window = this.#window;
    if (request.method === 'GET' && rest === '/models') {
      const entry = {
        id: this.#model,
        object: 'model',
        created: 0,
        owned_by: 'rolecall',
        max_model_len: window,
      };
      return Response.json({ object: 'list', data: [entry] });
    }
    if (request.method !== 'POST') throw refusal(404, `There is no ${pathname} here.`);
    const body = await readJsonRequest(request, defaultLimits);
    if (kind === 'completions') return this.#complete(body, request.signal);
    if (kind === 'chat') return this.#chat(body, request.signal);
    if (pathname.endsWith('/tokenize')) {
      const text = String(body['prompt'] ?? body['content'] ?? body['inputs'] ?? '');
      const tokens = tokensOf(text).map((_, i) => i);
      return Response.json({ count: tokens.length, max_model_len: window, tokens });
    }
    throw refusal(404, `There is no ${pathname} here.`);
  }

  #complete(body: Body, signal: AbortSignal): Response {
    const prompts = [body['prompt']].flat();
    if (prompts.length === 0 || !prompts.every((one): one is string => typeof one === 'string')) {
      throw refusal(400, 'prompt must be a text, or a list of texts.', { param: 'prompt' });
    }
    const unlimited = body['max_tokens'] === null || body['max_tokens'] === -1;
    const limit = unlimited ? this.#window : numberOr(body['max_tokens'], 16);
    const prompted = this.#promptTokens(prompts, limit, unlimited);
    const asked = prompts.map((prompt) => ({ prompt }));
    const choices = this.#choices(body, asked, limit);
    const perPrompt = choices.length / prompts.length;
    const top = typeof body['logprobs'] === 'number' ? body['logprobs'] : undefined;
    const promptOf = ({ index }: Choice): string => prompts[Math.floor(index / perPrompt)]!;
    const head = { ...this.#head('cmpl', body), object: 'text_completion' };
    const logprobs = (choice: Choice, from: number, to: number) => {
      if (top === undefined) return null;
      const before = promptOf(choice) + choice.tokens.slice(0, from).join('');
      return completionLogprobs(choice.tokens.slice(from, to), top, [...before].length);
    };
    const usage = usageOf(prompted, choices);
    const echoed = (choice: Choice): string => (body['echo'] === true ? promptOf(choice) : '');
    const whole = choices.map((choice) => ({
      index: choice.index,
      text: echoed(choice) + choice.tokens.join(''),
      logprobs: logprobs(choice, 0, choice.tokens.length),
      finish_reason: choice.finish,
    }));
    const piece = (choice: Choice, at: number) => ({
      index: choice.index,
      text: (at === 0 ? echoed(choice) : '') + choice.tokens[at]!,
      logprobs: logprobs(choice, at, at + 1),
      finish_reason: null,
    });
    const last = ({ index, finish }: Choice) => ({ index, text: '', logprobs: null, finish_reason: finish });
    const stream = { head, choices, piece, last, usage: wantsUsage(body) ? usage : undefined };
    return this.#respond(body, { ...head, choices: whole, usage }, stream, signal);
  }

  #chat(body: Body, signal: AbortSignal): Response {
    const { messages } = body;
    if (!Array.isArray(messages) || messages.length === 0) {
      throw refusal(400, 'messages must be a list of messages.', { param: 'messages' });
    }
    const given = body['max_completion_tokens'] ?? body['max_tokens'];
    const limit = numberOr(given, this.#window);
    const prompted = this.#promptTokens([JSON.stringify(messages, asText)], limit, typeof given !== 'number');
    const choices = this.#choices(body, [{ messages: messages as Message[] }], limit);
    const top = body['logprobs'] === true ? numberOr(body['top_logprobs'], 0) : undefined;
    const logprobs = (tokens: readonly string[]) => (top === undefined ? null : chatLogprobs(tokens, top));
    const head = this.#head('chatcmpl', body);
    const usage = usageOf(prompted, choices);
    const whole = choices.map(({ index, tokens, finish }) => ({
      index,
      message: { role: 'assistant', content: tokens.join(''), refusal: null },
      logprobs: logprobs(tokens),
      finish_reason: finish,
    }));
    const piece = ({ index, tokens }: Choice, at: number) => ({
      index,
      delta: { ...(at === 0 ? { role: 'assistant' } : {}), content: tokens[at]! },
      logprobs: logprobs(tokens.slice(at, at + 1)),
      finish_reason: null,
    });
    const last = ({ index, finish }: Choice) => ({ index, delta: {}, logprobs: null, finish_reason: finish });
    const stream = {
      head: { ...head, object: 'chat.completion.chunk' },
      choices,
      piece,
      last,
      usage: wantsUsage(body) ? usage : undefined,
    };
    const response = { ...head, object: 'chat.completion', choices: whole, usage };
    return this.#respond(body, response, stream, signal);
  }

  #head(prefix: string, body: Body) {
    return { id: `${prefix}-${++this.#count}`, created: this.#now(), model: body['model'] ?? this.#model };
  }

  #choices(body: Body, asked: readonly Asked[], limit: number): Choice[] {
    const n = Math.min(Math.max(numberOr(body['n'], 1), 1), 128);
    const stops = [body['stop'] ?? []]
      .flat()
      .filter((stop): stop is string => typeof stop === 'string' && stop !== '');
    return asked.flatMap((one, p) =>
      Array.from({ length: n }, (_, j): Choice => {
        const matcher = createStopMatcher(stops);
        const step = matcher.push(this.#reply(one, j));
        const all = tokensOf(step.stopped === undefined ? step.text + matcher.flush() : step.text);
        const tokens = all.slice(0, limit);
        return { index: p * n + j, tokens, finish: tokens.length < all.length ? 'length' : 'stop' };
      }),
    );
  }

  /** The tokens of all prompts. Refuses one that, with its reply, is longer than the window. */
  #promptTokens(texts: readonly string[], limit: number, unlimited: boolean): number {
    const counts = texts.map((text) => tokensOf(text).length);
    const most = Math.max(...counts);
    const window = this.#window;
    const reply = unlimited ? 0 : limit;
    if (most + reply > window || most >= window) {
      throw refusal(
        400,
        `This model's maximum context length is ${window} tokens. However, you requested ${most + reply} tokens (${most} in your prompt; ${reply} for the completion). Please reduce your prompt; or completion length.`,
        { code: 'context_length_exceeded', param: 'prompt' },
      );
    }
    return counts.reduce((total, one) => total + one, 0);
  }

  #respond(body: Body, response: object, stream: Rounds, signal: AbortSignal): Response {
    if (body['stream'] !== true) return Response.json(response);
    const frames = encodeFrames(rounds(stream, this.#delay, signal));
    return new Response(streamBody(frames, signal), { headers: streamHeaders(new Headers()) });
  }
}

/**
 * An upstream with no model behind it, which says what it is told to: `/completions`, `/chat/completions`, `/models` and
 * `/tokenize`, with streams, stops, limits, `n`, `echo`, logprobs and usage as servers have them. For trying things out,
 * and for tests.
 */
export function scriptedModel(options: ScriptedModelOptions): Fetch {
  const model = new ScriptedModel(options);
  return async (input, init) => {
    const request = new Request(input, init);
    try {
      return await model.serve(request);
    } catch (error) {
      const refused = refusalFor(error, 'request');
      if (refused === undefined) throw error;
      return errorResponse(refused);
    }
  };
}

/** The words of the user that were last asked. */
function lastWords(asked: Asked, dialect: Dialect | DialectName | undefined): string {
  const messages =
    'messages' in asked ? asked.messages : parsePrompt(asked.prompt, { dialect: dialect ?? 'auto' }).messages;
  const content = messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A model that says back what the user said last, so that everything can be seen to work with nothing else installed. */
export function echoModel(
  options: Omit<ScriptedModelOptions, 'reply'> & { dialect?: Dialect | DialectName | undefined } = {},
): Fetch {
  const { dialect, ...rest } = options;
  return scriptedModel({
    model: 'echo',
    ...rest,
    reply: (asked) => `You said: ${lastWords(asked, dialect).trim()}`,
  });
}
