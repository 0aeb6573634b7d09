import { describe, expect, it } from 'vitest';
import type { Warning } from '../../../src/errors.js';
import { chatOverCompletions, completionsOverChat } from '../../../src/fetch/index.js';

type Body = Record<string, unknown> & { messages?: { role: string; content: unknown }[] };
type Rule = (body: Body) => unknown;

const has = (field: string, body: Body): boolean => body[field] !== undefined && body[field] !== null;
const openai = (message: string, param: string | null = null, code: string | null = null) => ({
  error: { message, type: 'invalid_request_error', param, code },
});
/** Refuses a field in OpenAI's words. */
const no =
  (field: string): Rule =>
  (body) =>
    has(field, body)
      ? openai(
          `Unsupported parameter: '${field}' is not supported with this model.`,
          field,
          'unsupported_parameter',
        )
      : undefined;

const reply = { id: 'x', created: 1, model: 'up' };

/** A server that refuses by rules, and else says its words, cut into pieces. */
function server(rules: Rule[], { words = ['Hello', ' there'], status = 400 } = {}) {
  const log: Body[] = [];
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init!.body)) as Body;
    log.push(body);
    for (const rule of rules) {
      const error = rule(body);
      if (error !== undefined) return Response.json(error, { status });
    }
    const chat = /chat\/completions/.test(String(input));
    const n = (body['n'] as number | undefined) ?? 1;
    const said = words.map((word) => word.replace('$CALL', String(log.length)));
    const indices = Array.from({ length: n }, (_, index) => index);
    if (body['stream'] !== true) {
      const text = said.join('');
      const choices = indices.map((index) =>
        chat
          ? { index, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
          : { index, text, logprobs: null, finish_reason: 'stop' },
      );
      return Response.json({ ...reply, object: chat ? 'chat.completion' : 'text_completion', choices });
    }
    const frames = [...said, null].flatMap((word) =>
      indices.map((index) => {
        const finish_reason = word === null ? 'stop' : null;
        const choice = chat
          ? { index, delta: word === null ? {} : { content: word }, finish_reason }
          : { index, text: word ?? '', finish_reason };
        return `data: ${JSON.stringify({ ...reply, choices: [choice] })}\n\n`;
      }),
    );
    return new Response(`${frames.join('')}data: [DONE]\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
  };
  return { log, fetch };
}

interface Choice {
  index: number;
  message?: { content: string };
  delta?: { content?: string };
  text?: string;
}

interface Told {
  status: number;
  error: { message: string; code: unknown } | undefined;
  texts: string[];
}

async function read(response: Response): Promise<Told> {
  const raw = await response.text();
  const texts: string[] = [];
  let error: Told['error'];
  const take = (json: Partial<Pick<Told, 'error'>> & { choices?: Choice[] }): void => {
    error ??= json.error;
    for (const choice of json.choices ?? [])
      texts[choice.index] =
        (texts[choice.index] ?? '') + (choice.message?.content ?? choice.delta?.content ?? choice.text ?? '');
  };
  const streams = /event-stream/.test(response.headers.get('content-type') ?? '');
  const bodies = streams ? raw.split('\n\n').map((frame) => frame.replace(/^data: /, '')) : [raw];
  for (const one of bodies) if (one !== '' && one !== '[DONE]') take(JSON.parse(one));
  return { status: response.status, error, texts };
}

function overChat(rules: Rule[], options: object = {}, answers: Parameters<typeof server>[1] = {}) {
  const up = server(rules, answers);
  const told: Warning[] = [];
  const edge = completionsOverChat({
    baseURL: 'http://up/v1',
    fetch: up.fetch,
    onWarning: (warning) => told.push(warning),
    ...options,
  });
  const ask = async (more: object = {}): Promise<Told> =>
    read(
      await edge('http://up/v1/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'new-1', prompt: 'Human: Hi\nAI:', max_tokens: 20, ...more }),
      }),
    );
  return { ...up, ask, told };
}

function overCompletions(rules: Rule[], options: object = {}, answers: Parameters<typeof server>[1] = {}) {
  const up = server(rules, answers);
  const told: Warning[] = [];
  const edge = chatOverCompletions({
    baseURL: 'http://up/v1',
    dialect: 'chatml',
    fetch: up.fetch,
    onWarning: (warning) => told.push(warning),
    ...options,
  });
  const ask = async (more: object = {}): Promise<Told> =>
    read(
      await edge('http://up/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'old-1',
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 20,
          ...more,
        }),
      }),
    );
  return { ...up, ask, told };
}

const both = [false, true];

describe('completions over a chat model that refuses', () => {
  it.each(
    [
      ['temperature', 0.2],
      ['top_p', 0.5],
      ['presence_penalty', 0.4],
      ['frequency_penalty', 0.4],
      ['logit_bias', { 50256: -100 }],
      ['seed', 7],
      ['user', 'u1'],
      ['service_tier', 'flex'],
    ].flatMap(([field, value]) => both.map((stream) => [field as string, value, stream] as const)),
  )('%s is asked again without it, and remembers', async (field, value, stream) => {
    const { log, ask, told } = overChat([no(field)]);
    const asked = { [field]: value, stream };
    expect(await ask(asked)).toMatchObject({ status: 200, texts: [' Hello there'] });
    expect(log).toHaveLength(2);
    expect(log[1]).not.toHaveProperty(field);
    expect(told.some(({ severity, path }) => severity === 'lossy' && path === field)).toBe(true);
    told.length = 0;
    expect(await ask(asked)).toMatchObject({ status: 200, texts: [' Hello there'] });
    expect(log).toHaveLength(3);
    expect(told.some(({ severity, path }) => severity === 'lossy' && path === field)).toBe(true);
    await ask({ ...asked, model: 'new-2' });
    expect(log[3]).toHaveProperty(field);
  });

  it.each(both)('cuts at stops that the model does not take (stream: %s)', async (stream) => {
    const { log, ask } = overChat([no('stop')], {}, { words: ['One. ', 'EN', 'D two.'] });
    expect(await ask({ stop: ['END'], stream })).toMatchObject({ status: 200, texts: [' One. '] });
    expect(log[1]).not.toHaveProperty('stop');
  });

  it('cuts at the stops that are too many', async () => {
    const rule: Rule = ({ stop }) =>
      Array.isArray(stop) && stop.length > 2
        ? openai("Invalid 'stop': array too long. Expected an array with maximum length 2, but got an array with length 3 instead.", 'stop', 'array_above_max_length')
        : undefined; // biome-ignore format: a sentence
    const { log, ask } = overChat([rule], {}, { words: ['One', ' three', ' four'] });
    expect(await ask({ stop: ['five', 'two', 'three'] })).toMatchObject({ texts: [' One '] });
    expect(log[1]!['stop']).toHaveLength(2);
  });

  it.each(both)('asks for each choice by itself (stream: %s)', async (stream) => {
    const rule: Rule = ({ n }) =>
      typeof n === 'number' && n > 1 ? openai("'n' : number must be at most 1") : undefined;
    const { log, ask } = overChat([rule], {}, { words: ['Reply $CALL'] });
    const { texts } = await ask({ n: 3, stream });
    expect([...texts].sort()).toEqual([' Reply 2', ' Reply 3', ' Reply 4']);
    expect(new Set((await ask({ n: 2, stream })).texts).size).toBe(2);
    expect(log).toHaveLength(6);
  });

  it('gives the limit its other name', async () => {
    const { log, ask } = overChat([no('max_tokens')], { maxTokensField: 'max_tokens' });
    expect((await ask()).status).toBe(200);
    expect(log[1]).toMatchObject({ max_completion_tokens: 20 });
    const other = overChat([no('max_completion_tokens')], { maxTokensField: 'max_completion_tokens' });
    expect((await other.ask()).status).toBe(200);
    expect(other.log[1]).toMatchObject({ max_tokens: 20 });
  });

  it('folds the words of the system into the first turn', async () => {
    const rule: Rule = ({ messages }) =>
      messages!.some(({ role }) => role === 'system' || role === 'developer')
        ? openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.", 'messages[0].role', 'unsupported_value')
        : undefined; // biome-ignore format: a sentence
    const { log, ask, told } = overChat([rule]);
    expect((await ask({ prompt: 'Be brief.\n\nHuman: Hi\nAI:' })).status).toBe(200);
    expect(log[1]!.messages).toEqual([
      { role: 'user', content: expect.stringMatching(/^Be brief\.[\s\S]*Hi$/) },
    ]);
    expect(told.some(({ message }) => /system/i.test(message))).toBe(true);
  });

  it.each(both)('asks in words for what a prefill was to do (stream: %s)', async (stream) => {
    const rule: Rule = ({ messages }) =>
      messages!.at(-1)!.role === 'assistant'
        ? { type: 'error', error: { type: 'invalid_request_error', message: 'This model does not support assistant message prefill. The conversation must end with a user message.' } }
        : undefined; // biome-ignore format: a sentence
    const { log, ask } = overChat([rule], {}, { words: ['Roses', ' are', ' red.'] });
    const asked = { prompt: 'Human: Write a poem.\nAI: Roses are', stream };
    const { status, texts } = await ask(asked);
    expect([status, texts[0]!.trim()]).toEqual([200, 'red.']);
    expect(log[1]!.messages!.at(-1)!.role).toBe('user');
    await ask(asked);
    expect(log).toHaveLength(3);
  });

  it('learns two things of one request, and no third', async () => {
    const two = overChat([no('temperature'), no('top_p')]);
    expect((await two.ask({ temperature: 0.2, top_p: 0.5 })).status).toBe(200);
    expect(two.log).toHaveLength(3);
    const three = overChat([no('temperature'), no('top_p'), no('seed')]);
    const asked = { temperature: 0.2, top_p: 0.5, seed: 1 };
    expect(await three.ask(asked)).toMatchObject({ status: 400, error: { message: /seed/ } });
    expect(three.log).toHaveLength(3);
    // What was learnt stays: the next of them gets there.
    expect((await three.ask(asked)).status).toBe(200);
  });

  it.each<[string, object, number]>([
    ['a value that no model takes', openai("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.", 'temperature', 'decimal_above_max_value'), 400],
    ['a prompt that is too long', openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", 'messages', 'context_length_exceeded'), 400],
    ['a limit that is too high', openai('max_tokens is too large: 20. This model supports at most 10 completion tokens.', 'max_tokens'), 400],
    ['a key', openai('Incorrect API key provided: sk-1. temperature is not supported.', null, 'invalid_api_key'), 401],
    ['a rate', openai('Rate limit reached for requests, temperature is not supported', null, 'rate_limit_exceeded'), 429],
    ['words that a filter holds back', openai("The response was filtered due to the prompt triggering the content management policy.", 'prompt', 'content_filter'), 400],
    ['a model that is none', openai("The model 'new-1' does not exist.", 'model', 'model_not_found'), 404],
  ])('passes on what is about %s', async (_, error, status) => {
    const { log, ask } = overChat([() => error], {}, { status });
    const told = await ask({ temperature: 0.2, stop: ['x'], n: 2 });
    expect(told.status).toBe(status);
    expect(told.error?.message).toContain((error as { error: { message: string } }).error.message);
    expect(log).toHaveLength(1);
  }); // biome-ignore format: sentences

  it('asks nothing again where it is strict, or where a refusal is to be an error', async () => {
    for (const options of [{ strict: true }, { unsupported: 'error' }]) {
      const { log, ask } = overChat([no('top_p')], options);
      expect(await ask({ top_p: 0.5 })).toMatchObject({ status: 400, error: { message: /top_p/ } });
      expect(log).toHaveLength(1);
    }
  });

  it('learns from one request of a batch for all of them', async () => {
    const { log, ask } = overChat([no('temperature')]);
    const { texts } = await ask({ prompt: ['Human: Hi\nAI:', 'Human: Ho\nAI:'], temperature: 0.2 });
    expect(texts).toEqual([' Hello there', ' Hello there']);
    expect(log.slice(-2).every((body) => !has('temperature', body))).toBe(true);
  });
});

describe('chat over completions of a server that refuses', () => {
  it.each(
    (
      [
        ['suffix', { suffix: 'x' }, 'suffix'],
        ['logprobs', { logprobs: true, top_logprobs: 2 }, 'logprobs'],
        ['logit_bias', { logit_bias: { 1: 1 } }, 'logit_bias'],
        ['best_of', { best_of: 2 }, 'best_of'],
        ['stream_options', { stream: true, stream_options: { include_usage: true } }, 'stream_options'],
      ] as const
    ).map((one) => one),
  )('%s is asked again without it, and remembers', async (field, asked, path) => {
    const { log, ask, told } = overCompletions([no(field)]);
    expect(await ask(asked)).toMatchObject({ status: 200, texts: ['Hello there'] });
    expect(log).toHaveLength(2);
    expect(log[1]).not.toHaveProperty(field);
    expect(told.some((warning) => warning.path.includes(path))).toBe(true);
    await ask(asked);
    expect(log).toHaveLength(3);
  });

  it.each(both)('cuts at more than four stops (stream: %s)', async (stream) => {
    const rule: Rule = ({ stop }) =>
      Array.isArray(stop) && stop.length > 4
        ? openai("Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 6 instead.", 'stop', 'array_above_max_length')
        : undefined; // biome-ignore format: a sentence
    const options = { server: 'vllm' };
    const { log, ask } = overCompletions([rule], options, { words: ['One', ' f', 'ive', ' six'] });
    const { texts } = await ask({ stop: ['a1', 'b2', 'c3', 'd4', 'five'], stream });
    expect(texts).toEqual(['One ']);
    expect(log).toHaveLength(2);
    expect((log[1]!['stop'] as string[]).length).toBeLessThanOrEqual(4);
  });

  it.each(both)('asks for each choice by itself (stream: %s)', async (stream) => {
    const rule: Rule = ({ n }) =>
      typeof n === 'number' && n > 1
        ? { object: 'error', message: 'n must be 1, got 2.', type: 'BadRequestError', param: null, code: 400 }
        : undefined;
    const { log, ask } = overCompletions([rule], {}, { words: ['Reply $CALL'] });
    expect((await ask({ n: 2, stream })).texts.sort()).toEqual(['Reply 2', 'Reply 3']);
    await ask({ n: 2, stream });
    expect(log).toHaveLength(5);
  });

  it('does without the echo of the prompt', async () => {
    const { log, ask } = overCompletions([no('echo')], { echo: true });
    expect(await ask()).toMatchObject({ status: 200, texts: ['Hello there'] });
    expect(log[1]).not.toHaveProperty('echo');
  });

  it('asks nothing again where it is strict', async () => {
    const { log, ask } = overCompletions([no('user')], { strict: true });
    expect(await ask({ user: 'u1' })).toMatchObject({ status: 400, error: { message: /user/ } });
    expect(log).toHaveLength(1);
  });
});
