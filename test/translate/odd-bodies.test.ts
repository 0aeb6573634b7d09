import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  chatChunkConverter,
  completionChunkConverter,
  isRolecallError,
  normalizeChatResponse,
  normalizeCompletionResponse,
  normalizeError,
  toChatRequest,
  toChatResponse,
  toCompletionRequest,
  toCompletionResponse,
} from '../../src/index.js';
import { runs } from '../support/runs.js';

const logprob = {
  token: 'a',
  logprob: -1,
  bytes: [97],
  top_logprobs: [{ token: 'a', logprob: -1, bytes: null }],
};
const head = { id: 'x', object: 'o', created: 1, model: 'm', system_fingerprint: 'f', service_tier: 'auto' };
const usage = {
  prompt_tokens: 1,
  completion_tokens: 2,
  total_tokens: 3,
  prompt_tokens_details: { cached_tokens: 1 },
};
const call = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const reply = {
  role: 'assistant', content: [{ type: 'text', text: 'Hi' }, { type: 'thinking', thinking: [{ text: 'x' }] }], refusal: null, reasoning_content: 'r',
  tool_calls: [call], function_call: { name: 'f', arguments: '' }, audio: { id: 'a', data: 'b', transcript: 't', expires_at: 1 },
  annotations: [{ type: 'url_citation', url_citation: { url: 'u', title: 't', start_index: 0, end_index: 1 } }],
}; // biome-ignore format: a table
const bodies = {
  chat: { ...head, choices: [{ index: 0, message: reply, logprobs: { content: [logprob], refusal: null }, finish_reason: 'stop' }], usage },
  chunk: { ...head, choices: [{ index: 0, delta: reply, logprobs: { content: [logprob] }, finish_reason: null }], usage },
  completion: { ...head, choices: [{ index: 0, text: 'Hi', logprobs: { tokens: ['a'], token_logprobs: [-1], top_logprobs: [{ a: -1 }], text_offset: [0] }, finish_reason: 'stop' }], usage },
  error: { error: { message: 'm', type: 't', param: 'p', code: 1, metadata: { raw: '{"error":{"message":"deep"}}' } }, detail: [{ loc: ['a'], msg: 'b' }] },
}; // biome-ignore format: a table

type Path = (string | number)[];
const pathsOf = (value: unknown, at: Path = []): Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [
        at,
        ...Object.entries(value).flatMap(([key, one]) =>
          pathsOf(one, [...at, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((one, i) => (i === key ? replaced(one, rest, by) : one));
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}

/** A body in which a few things are not what they should be. */
const bent = (body: object): fc.Arbitrary<never> =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(body)), fc.oneof(fc.constantFrom(null, undefined, '', 0, -1, true, [], {}, [null], [{}], 'text'), fc.jsonValue())), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((bent, [path, by]) => replacedIn(bent, path, by), body) as never); // biome-ignore format: short

function replacedIn(value: unknown, path: Path, by: unknown): unknown {
  try {
    return replaced(value, path, by);
  } catch {
    // The way there is gone.
    return value;
  }
}

const chatContext = toCompletionRequest(
  {
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ type: 'function', function: { name: 'f' } }],
    stop: ['x'],
    logprobs: true,
  },
  { dialect: 'qwen2.5', server: 'vllm' },
).context;
const completionContext = toChatRequest({
  model: 'gpt-4o-mini',
  prompt: 'Human: Hi\nAI:',
  logprobs: 1,
}).context;
const text = { toolCalls: 'text', reasoning: 'think' } as const;

const readers: [string, keyof typeof bodies, (body: never) => unknown][] = [
  ['toCompletionResponse', 'chat', (body) => toCompletionResponse(body, completionContext, text)],
  ['toCompletionResponse without a context', 'chat', (body) => toCompletionResponse(body, null, text)],
  ['normalizeChatResponse', 'chat', normalizeChatResponse],
  ['toChatResponse', 'completion', (body) => toChatResponse(body, chatContext)],
  ['toChatResponse without a context', 'completion', (body) => toChatResponse(body)],
  ['normalizeCompletionResponse', 'completion', normalizeCompletionResponse],
  ['chatChunkConverter', 'completion', (body) => {
    const converter = chatChunkConverter(chatContext);
    return [converter.push(body), converter.end()];
  }],
  ['completionChunkConverter', 'chunk', (body) => {
    const converter = completionChunkConverter(completionContext, text);
    return [converter.push(body), converter.end()];
  }],
  ['normalizeError', 'error', (body) => normalizeError(body, 500)],
]; // biome-ignore format: a table

describe('a body that is not what it should be', () => {
  it.each(readers)('is read by %s, or refused with a RolecallError', (_, kind, read) => {
    fc.assert(
      fc.property(bent(bodies[kind]), (body) => {
        try {
          read(body);
        } catch (error) {
          if (!isRolecallError(error)) throw error;
        }
      }),
      runs(600),
    );
  });
});
