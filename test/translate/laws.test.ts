import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Warning } from '../../src/errors.js';
import { isRolecallError } from '../../src/errors.js';
import type { ChatRequest, ChatResponse, TokenLogprob } from '../../src/schemas/chat.js';
import type { CompletionRequest, CompletionResponse } from '../../src/schemas/completion.js';
import * as schemas from '../../src/schemas/index.js';
import { chatRequestFields, completionRequestFields } from '../../src/translate/fields.js';
import { labelProbabilities } from '../../src/translate/logprobs/label-probabilities.js';
import { escapeBytes, utf8 } from '../../src/translate/logprobs/token-text.js';
import { normalizeChatResponse } from '../../src/translate/normalize/chat-response.js';
import { normalizeCompletionResponse } from '../../src/translate/normalize/completion-response.js';
import { normalizeError } from '../../src/translate/normalize/error.js';
import { toChatRequest } from '../../src/translate/to-chat-request.js';
import { toChatResponse } from '../../src/translate/to-chat-response.js';
import { toCompletionRequest } from '../../src/translate/to-completion-request.js';
import { toCompletionResponse } from '../../src/translate/to-completion-response.js';
import { deepFreeze } from '../support/freeze.js';
import { runs } from '../support/runs.js';

const word = fc.string({
  unit: fc.constantFrom('a', 'B', ' ', '\n', 'é', '😀', ':', '\\'),
  minLength: 1,
  maxLength: 8,
});
const unit = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
const count = fc.integer({ min: 1, max: 4 });
const server = {
  ignore_eos: fc.boolean(),
  json_schema: fc.constant({ type: 'object' }),
  min_p: unit,
  preserved_tokens: fc.constant(['<a>']),
  min_tokens: count,
  repeat_penalty: unit,
  repetition_penalty: unit,
  skip_special_tokens: fc.boolean(),
  add_special_tokens: fc.boolean(),
  stop_token_ids: fc.constant([1, 2]),
  top_k: count,
  typical_p: unit,
};
const shared = {
  frequency_penalty: unit,
  presence_penalty: unit,
  logit_bias: fc.constant({ 7: 1 }),
  n: count,
  seed: count,
  stop: fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 6 })),
  stream: fc.boolean(),
  stream_options: fc.constant({ include_usage: true }),
  temperature: unit,
  top_p: unit,
  user: word,
};

/** Every field of the request, each of them set more often than not. */
const completionRequest: fc.Arbitrary<CompletionRequest> = fc.record(
  {
    model: fc.constantFrom('gpt-4o', 'o3', 'gpt-5', 'm'),
    prompt: fc.oneof(
      word,
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.constant('Human: a\nAI: b\nHuman: c\nAI:'),
    ),
    best_of: count,
    echo: fc.boolean(),
    logprobs: fc.integer({ min: 0, max: 5 }),
    max_tokens: count,
    response_format: fc.constant({ type: 'json_object' } as const),
    suffix: word,
    ...shared,
    ...server,
  } satisfies Record<keyof CompletionRequest, unknown>,
  { requiredKeys: ['model', 'prompt'] },
) as unknown as fc.Arbitrary<CompletionRequest>;

const chatRequest: fc.Arbitrary<ChatRequest> = fc.record(
  {
    model: fc.constantFrom('gpt-4o', 'm'),
    messages: fc.constant([{ role: 'user', content: 'Hi' }] as ChatRequest['messages']),
    chat_template_kwargs: fc.constant({ enable_thinking: false }),
    audio: fc.constant({ format: 'wav', voice: 'alloy' } as const),
    function_call: fc.constantFrom('none', 'auto'),
    functions: fc.constant([{ name: 'f' }]),
    logprobs: fc.boolean(),
    max_completion_tokens: count,
    max_tokens: count,
    metadata: fc.constant({ a: 'b' }),
    modalities: fc.constantFrom(['text'], ['text', 'audio']),
    moderation: fc.constant({ model: 'x' }),
    parallel_tool_calls: fc.boolean(),
    prediction: fc.constant({ type: 'content', content: 'x' } as const),
    prompt_cache_key: word,
    prompt_cache_options: fc.constant({ mode: 'implicit' } as const),
    prompt_cache_retention: fc.constant('24h' as const),
    reasoning_effort: fc.constant('low' as const),
    response_format: fc.constantFrom({ type: 'text' }, { type: 'json_object' }),
    safety_identifier: word,
    service_tier: fc.constant('auto' as const),
    store: fc.boolean(),
    tool_choice: fc.constantFrom('none', 'auto', 'required'),
    tools: fc.constant([{ type: 'function', function: { name: 'g' } }] as const),
    top_logprobs: fc.integer({ min: 0, max: 20 }),
    verbosity: fc.constant('low' as const),
    web_search_options: fc.constant({}),
    ...shared,
    ...server,
  } satisfies Record<keyof ChatRequest, unknown>,
  { requiredKeys: ['model', 'messages'] },
) as unknown as fc.Arbitrary<ChatRequest>;

/** A field is accounted for where it is in the output as it was, in the context, or in a warning's path. */
function unaccounted(
  given: object,
  result: { outputs: object[]; warnings: readonly Warning[] },
  mapped: Readonly<Record<string, (value: unknown) => boolean>>,
): string[] {
  return Object.entries(given)
    .filter(([key, value]) => {
      if (result.warnings.some((warning) => warning.path.split(/[.[: ]/)[0] === key)) return false;
      if (
        result.outputs.every(
          (one) => JSON.stringify((one as Record<string, unknown>)[key]) === JSON.stringify(value),
        )
      )
        return false;
      return !(Object.hasOwn(mapped, key) && mapped[key]!(value));
    })
    .map(([key]) => key);
}

describe('no field of a request disappears', () => {
  it('completion to chat: in the output, in the context, in a warning, or in an error', () => {
    fc.assert(
      fc.property(completionRequest, (request) => {
        let result: ReturnType<typeof toChatRequest>;
        try {
          result = toChatRequest(deepFreeze(request), { suffix: 'instruct' });
        } catch (error) {
          if (!isRolecallError(error)) throw error;
          expect(Object.keys(completionRequestFields)).toContain(
            (error as { path: string } & Error).path.split(/[.[]/)[0],
          );
          return;
        }
        const { requests, context, warnings } = result;
        for (const one of requests) schemas.validate(schemas.ChatRequest, one);
        expect(JSON.parse(JSON.stringify(context))).toEqual(context);
        const lost = unaccounted(
          request,
          { outputs: requests, warnings },
          {
            prompt: () =>
              context.prompts.length === (Array.isArray(request.prompt) ? request.prompt.length : 1),
            max_tokens: (value) => requests.every((one) => one.max_completion_tokens === value),
            n: (value) => context.n === value,
            best_of: (value) => context.bestOf === value || (request.n ?? 1) === value,
            echo: (value) => context.prompts.every((one) => (one.echo !== null) === value),
            logprobs: (value) =>
              context.logprobs === value && requests.every((one) => one.top_logprobs === value),
            stop: (value) => [value].flat().every((one) => context.stops.includes(one as string)),
          },
        );
        expect(lost).toEqual([]);
      }),
      runs(1500),
    );
  });

  it('chat to completion: in the output, in the context, in a warning, or in an error', () => {
    fc.assert(
      fc.property(
        chatRequest,
        fc.constantFrom('vllm', 'llama.cpp', 'tgi', 'ollama', 'generic'),
        (request, server) => {
          let result: ReturnType<typeof toCompletionRequest>;
          try {
            result = toCompletionRequest(deepFreeze(request), { server: server as 'vllm' });
          } catch (error) {
            if (!isRolecallError(error)) throw error;
            expect(Object.keys(chatRequestFields)).toContain(
              (error as { path: string } & Error).path.split(/[.[]/)[0],
            );
            return;
          }
          const { request: output, context, warnings } = result;
          schemas.validate(schemas.CompletionRequest, output);
          expect(JSON.parse(JSON.stringify(context))).toEqual(context);
          const prompt = output.prompt as string;
          const lost = unaccounted(
            request,
            { outputs: [output], warnings },
            {
              messages: () => prompt.includes('Hi'),
              max_completion_tokens: (value) => output.max_tokens === value,
              max_tokens: (value) => output.max_tokens === value || request.max_completion_tokens === value,
              tools: () => prompt.includes('"g"'),
              functions: () => prompt.includes('"f"') && context.legacyFunctions,
              function_call: () => context.legacyFunctions,
              tool_choice: (value) => value !== 'required',
              logprobs: (value) => (context.logprobs !== null) === value,
              top_logprobs: (value) => value === 0 || context.logprobs === value,
              stop: (value) => [value].flat().every((one) => context.stops.includes(one as string)),
              response_format: () => server === 'llama.cpp' && output.json_schema !== undefined,
              stop_token_ids: () => (output.stop_token_ids ?? []).length >= 2,
            },
          );
          expect(lost).toEqual([]);
        },
      ),
      runs(1500),
    );
  });
});

/** Tokens of a text, some of them ending inside a character. */
const tokens: fc.Arbitrary<{ text: string; tokens: TokenLogprob[] }> = fc
  .array(
    fc.record({
      text: word,
      split: fc.boolean(),
      logprob: fc.integer({ min: -50, max: 0 }),
      top: fc.uniqueArray(word, { maxLength: 3 }),
    }),
    { maxLength: 5 },
  )
  .map((pieces) => ({
    text: pieces.map((one) => one.text).join(''),
    tokens: pieces.flatMap(({ text, split, logprob, top }): TokenLogprob[] => {
      const bytes = utf8(text);
      const top_logprobs = top.map((token, i) => ({ token, logprob: -i - 1, bytes: utf8(token) }));
      // Inside a character of two bytes or more there is a place to cut.
      const cut = bytes.findIndex((byte) => (byte & 0xc0) === 0x80);
      if (!split || cut < 0) return [{ token: text, logprob, bytes, top_logprobs }];
      return [bytes.slice(0, cut), bytes.slice(cut)].map((half) => ({
        token: escapeBytes(half),
        logprob,
        bytes: half,
        top_logprobs,
      }));
    }),
  }));

const usage = fc.record(
  {
    prompt_tokens: fc.nat(99),
    completion_tokens: fc.nat(99),
    total_tokens: fc.nat(99),
    completion_tokens_details: fc.constant({ reasoning_tokens: 3 }),
  },
  { requiredKeys: ['prompt_tokens', 'completion_tokens', 'total_tokens'] },
);

const chatResponse: fc.Arbitrary<ChatResponse> = fc
  .record({
    id: fc.constantFrom('chatcmpl-1', 'gen-1'),
    created: fc.nat(),
    choices: fc.array(
      fc.record({
        reply: tokens,
        logs: fc.boolean(),
        reason: fc.constantFrom('stop', 'length', 'content_filter'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    usage: fc.option(usage, { nil: undefined }),
    fingerprint: fc.option(fc.constant('fp_1'), { nil: undefined }),
  })
  .map(({ id, created, choices, usage, fingerprint }) => ({
    id,
    object: 'chat.completion',
    created,
    model: 'm',
    choices: choices.map(({ reply, logs, reason }, index) => ({
      index,
      message: { role: 'assistant', content: reply.text, refusal: null },
      logprobs: logs ? { content: reply.tokens, refusal: null } : null,
      finish_reason: reason,
    })),
    ...(fingerprint === undefined ? {} : { system_fingerprint: fingerprint }),
    ...(usage === undefined ? {} : { usage }),
  })) as fc.Arbitrary<ChatResponse>;

describe('round trips of responses', () => {
  it('chat to completion and back gives the original', () => {
    fc.assert(
      fc.property(chatResponse, (response) => {
        const there = toCompletionResponse(deepFreeze(response));
        schemas.validate(schemas.CompletionResponse, there.response);
        const back = toChatResponse(deepFreeze(there.response));
        schemas.validate(schemas.ChatResponse, back.response);
        expect(there.warnings).toEqual([]);
        expect(back.warnings).toEqual([]);
        expect(back.response).toEqual(response);
      }),
      runs(1000),
    );
  });

  it('completion to chat and back gives the original', () => {
    fc.assert(
      fc.property(chatResponse, fc.nat(50), (chat, base) => {
        const response: CompletionResponse = toCompletionResponse(chat, null, { textOffset: base }).response;
        const there = toChatResponse(deepFreeze(response));
        const back = toCompletionResponse(deepFreeze(there.response), null, { textOffset: base });
        expect(there.warnings.every((warning) => warning.code === 'text-offset')).toBe(true);
        expect(back.response).toEqual(response);
      }),
      runs(1000),
    );
  });

  it('C is the inverse of D: text and tokens of a prompt that ends in an open label come back', () => {
    const completion = toChatRequest({ model: 'm', prompt: 'Human: a\nAI: b\nHuman: c\nAI:', logprobs: 3 });
    const chat = toCompletionRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'c' }],
      logprobs: true,
      top_logprobs: 3,
    });
    const context = { ...chat.context, lead: { labels: ['AI:'], gap: ' ' }, stops: [] };
    fc.assert(
      fc.property(fc.constantFrom('Hello', 'x', '😀'), fc.constantFrom('', ' you', '!'), (first, rest) => {
        const names = [` ${first}`, ...(rest === '' ? [] : [rest])];
        const offsets = names.map(
          (_, i) => completion.context.prompts[0]!.offset + (i === 0 ? 0 : [...` ${first}`].length),
        );
        const original: CompletionResponse = {
          id: 'cmpl-1',
          object: 'text_completion',
          created: 1,
          model: 'm',
          choices: [
            {
              index: 0,
              text: names.join(''),
              finish_reason: 'stop',
              logprobs: {
                tokens: names,
                token_logprobs: names.map(() => -1),
                top_logprobs: names.map((name) => ({ [name]: -1 })),
                text_offset: offsets,
              },
            },
          ],
        };
        const there = toChatResponse(deepFreeze(original), context).response;
        expect(there.choices[0]?.message.content).toBe(first + rest);
        expect(toCompletionResponse(there, completion.context).response).toEqual(original);
      }),
      runs(50),
    );
  });
});

describe('bodies of providers', () => {
  const odd = fc.anything({
    maxDepth: 4,
    withNullPrototype: true,
    key: fc.constantFrom(
      'id',
      'choices',
      'message',
      'content',
      'logprobs',
      'usage',
      'text',
      'error',
      '__proto__',
      'constructor',
      'finish_reason',
      'tool_calls',
      'tokens',
      'token',
      'bytes',
      'top_logprobs',
      'function_call',
      'function',
      'refusal',
      'audio',
      'annotations',
      'reasoning',
    ),
  });

  it('never make anything but a result or a RolecallError', () => {
    fc.assert(
      fc.property(odd, odd, (a, b) => {
        const choices = [
          { message: a, text: b },
          { message: { content: a, tool_calls: b, audio: a }, text: 'x' },
        ];
        for (const body of [
          a,
          { choices: [a, b] },
          { choices },
          {
            choices: [{ message: { tool_calls: [a], function_call: b, annotations: [a], content: [a, b] } }],
          },
          { choices: [{ logprobs: a, usage: b }], usage: a },
          {
            choices: [{ logprobs: { content: [a], tokens: b, top_logprobs: [a], text_offset: b } }],
            usage: { prompt_tokens: a },
          },
          {
            id: a,
            created: b,
            model: a,
            system_fingerprint: b,
            service_tier: a,
            choices: [{ index: a, finish_reason: b, text: a }],
          },
        ]) {
          for (const convert of [
            (one: unknown) =>
              schemas.validate(schemas.ChatResponse, toChatResponse(one as CompletionResponse).response),
            (one: unknown) =>
              schemas.validate(
                schemas.CompletionResponse,
                toCompletionResponse(one as ChatResponse, null, { toolCalls: 'text' }).response,
              ),
            (one: unknown) => schemas.validate(schemas.ChatResponse, normalizeChatResponse(one).response),
            (one: unknown) =>
              schemas.validate(schemas.CompletionResponse, normalizeCompletionResponse(one).response),
            (one: unknown) => schemas.validate(schemas.ErrorEnvelope, normalizeError(one, 500)),
            (one: unknown) => labelProbabilities(one as ChatResponse, ['x']),
          ]) {
            try {
              convert(body);
            } catch (error) {
              if (!isRolecallError(error) || error.cause instanceof z.ZodError) throw error;
            }
          }
        }
      }),
      runs(500),
    );
  });
});
