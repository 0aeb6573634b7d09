import type { Fetch } from '../../src/fetch/index.js';

/** What an upstream was asked. */
export interface Seen {
  url: URL;
  method: string;
  headers: Headers;
  body: Record<string, unknown>;
  signal: AbortSignal;
}

export interface TestUpstream {
  fetch: Fetch;
  seen: Seen[];
}

/** An upstream in the process: remembers what it was asked, and answers as it is told. */
export function upstream(answer: (seen: Seen, at: number) => Response | Promise<Response>): TestUpstream {
  const seen: Seen[] = [];
  return {
    seen,
    fetch: async (input, init) => {
      const signal = init?.signal ?? new AbortController().signal;
      signal.throwIfAborted();
      const request = new Request(input, init);
      const text = await request.text();
      const one: Seen = {
        url: new URL(request.url),
        method: request.method,
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        signal,
      };
      seen.push(one);
      return await answer(one, seen.length - 1);
    },
  };
}

export type Flavour = 'openai' | 'vllm' | 'llama.cpp' | 'tgi' | 'together';

/** How the recorded servers shape a completion; `text` is what one choice says. */
const shapes: Record<Flavour, (text: string, finish: string | null) => object> = {
  openai: (text, finish) => ({ text, logprobs: null, finish_reason: finish }),
  vllm: (text, finish) => ({ text, logprobs: null, finish_reason: finish, stop_reason: null }),
  'llama.cpp': (text, finish) => ({ text, logprobs: null, finish_reason: finish }),
  tgi: (text, finish) => ({
    text,
    logprobs: null,
    finish_reason: finish === 'stop' ? 'eos_token' : (finish ?? ''),
  }),
  together: (text, finish) => ({ text, finish_reason: finish === 'stop' ? 'eos' : finish, seed: 1 }),
};

const idOf = (flavour: Flavour): string => (flavour === 'tgi' ? '' : 'cmpl-1');

export interface Script {
  flavour?: Flavour;
  /** What it says to a prompt; of several choices each its own. */
  reply: (prompt: string, choice: number) => string;
  /** Units in a chunk of a stream (default 3): stops and labels come in pieces. */
  piece?: number;
  finish?: string;
}

const usage = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

/** A server of `/completions` in one of the recorded shapes. It obeys no stop: that is what has to be withstood. */
export function completionServer({
  flavour = 'openai',
  reply,
  piece = 3,
  finish = 'stop',
}: Script): TestUpstream {
  return upstream(({ body }) => {
    const { prompt } = body;
    // A list of numbers is one prompt, of token ids.
    const ids = Array.isArray(prompt) && typeof prompt[0] === 'number';
    const prompts = ids ? [String(prompt)] : ([prompt].flat() as string[]);
    const n = typeof body['n'] === 'number' ? body['n'] : 1;
    const texts = prompts.flatMap((prompt) => Array.from({ length: n }, (_, i) => reply(prompt, i)));
    const head = { id: idOf(flavour), object: 'text_completion', created: 1_700_000_000, model: 'served' };
    const shape = shapes[flavour];
    if (body['stream'] !== true) {
      const choices = texts.map((text, index) => ({ index, ...shape(text, finish) }));
      return Response.json(
        { ...head, choices, usage },
        { headers: { 'x-ratelimit-remaining-requests': '59' } },
      );
    }
    const prefix = flavour === 'tgi' ? 'data:' : 'data: ';
    const frame = (chunk: object): string => `${prefix}${JSON.stringify(chunk)}\n\n`;
    const merged = flavour === 'vllm';
    const frames: string[] = [];
    const longest = Math.max(...texts.map((text) => text.length));
    for (let at = 0; at < longest; at += piece) {
      texts.forEach((text, index) => {
        if (at >= text.length) return;
        const last = merged && at + piece >= text.length;
        frames.push(
          frame({
            ...head,
            choices: [{ index, ...shape(text.slice(at, at + piece), last ? finish : null) }],
          }),
        );
      });
    }
    if (!merged) {
      for (const index of texts.keys())
        frames.push(frame({ ...head, choices: [{ index, ...shape('', finish) }] }));
    }
    const wanted =
      (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
    if (wanted) frames.push(frame({ ...head, choices: [], usage }));
    if (flavour !== 'tgi') frames.push(`${prefix}[DONE]\n\n`);
    return eventStream(frames);
  });
}

/** A streamed response; every text is one piece on the wire. */
export function eventStream(
  pieces: Iterable<string> | AsyncIterable<string>,
  headers: HeadersInit = {},
): Response {
  const encoder = new TextEncoder();
  const iterator =
    Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', ...headers } });
}

/** An error as OpenAI sends it. */
export function refusedResponse(
  status: number,
  message: string,
  code: string | null = null,
  headers: HeadersInit = {},
) {
  return Response.json(
    { error: { message, type: 'invalid_request_error', param: null, code } },
    { status, headers },
  );
}
