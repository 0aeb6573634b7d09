import { describe, expect, it } from 'vitest';
import {
  chatOverCompletions,
  completionsOverChat,
  createHandler,
  type Direction,
  type Fetch,
} from '../../src/fetch/index.js';
import { upstream } from '../support/upstream.js'; // biome-ignore format: short

/** What is asked in each direction, and its optional fields. */
const sides = {
  'chat-over-completions': {
    path: '/v1/chat/completions',
    asked: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
    choice: { text: 'ok' },
    fields:
      `audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata
      modalities n parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort response_format
      safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p
      user verbosity web_search_options chat_template_kwargs`.split(/\s+/),
  },
  'completions-over-chat': {
    path: '/v1/completions',
    asked: { model: 'm', prompt: 'Human: Hi\nAI:' },
    choice: { message: { role: 'assistant', content: 'ok' } },
    fields: `best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop stream
      stream_options suffix temperature top_p user`.split(/\s+/),
  },
} as const;
/** Values that fit no field, or few. */
const odd = [-1, 0, 1.5, 1e99, '', 'x', true, [], [null], {}, { a: null }, [[]], [{}], { type: 'function' }];

describe.each(Object.keys(sides) as Direction[])('%s', (direction) => {
  const { path, asked, choice, fields } = sides[direction];
  const { fetch } = upstream((seen) => {
    const n = (seen.body as { n?: number }).n ?? 1;
    const choices = Array.from({ length: n }, (_, index) => ({ index, ...choice, finish_reason: 'stop' }));
    return Response.json({ id: 'x', created: 1, model: 'm', choices });
  });
  const doors: Record<string, Fetch> =
    direction === 'chat-over-completions'
      ? { fetch: chatOverCompletions({ fetch, dialect: 'chatml', server: 'vllm' }) }
      : { fetch: completionsOverChat({ fetch }) };
  const handler = createHandler({
    direction,
    baseURL: 'http://up/v1',
    fetch,
    ...(direction === 'chat-over-completions' ? { dialect: 'chatml', server: 'vllm' } : {}),
  } as Parameters<typeof createHandler>[0]);
  doors['handler'] = async (url, init) => handler(new Request(url as string, init));

  describe.each(Object.keys(doors))('%s', (door) => {
    async function ask(extra: object) {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...asked, ...extra }),
      };
      const response = await doors[door]!(`http://up${path}`, init);
      const { error } = await response.json();
      return { status: response.status, error };
    }

    it('null is as good as absent, for each optional field and for all', async () => {
      const all = fields.map((name) => [name, null]);
      for (const one of [...all.map((entry) => [entry]), all])
        expect(await ask(Object.fromEntries(one)), JSON.stringify(one)).toMatchObject({ status: 200 });
    });

    it('max_tokens: -1 is no limit', async () => {
      expect(await ask({ max_tokens: -1 })).toMatchObject({ status: 200 });
    });

    it('a value of a wrong type is taken, or refused with a code and the place', async () => {
      for (const name of fields.filter((field) => field !== 'stream'))
        for (const value of odd) {
          const { status, error } = await ask({ [name]: value });
          if (status === 200) continue;
          const refusal = { status, code: error?.code, param: error?.param };
          const wanted = { status: 400, code: expect.any(String), param: expect.any(String) };
          expect(refusal, `${name}: ${JSON.stringify(value)}`).toEqual(wanted);
        }
    });
  });
});
