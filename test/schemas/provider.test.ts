import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  CompletionChunk,
  CompletionResponse,
  ErrorEnvelope,
  ProviderChatChunk,
  ProviderChatResponse,
  ProviderCompletionChunk,
  ProviderCompletionResponse,
  validate,
} from '../../src/schemas/index.js';

/** Odd bodies and frames, each as some provider sends it. */
const cases: [name: string, schema: z.core.$ZodType, value: unknown][] = [
  [
    'Azure: a first chunk of nothing',
    ProviderChatChunk,
    { choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [{}] },
  ],
  [
    'Groq: no content key, x_groq',
    ProviderChatResponse,
    { choices: [{ message: { role: 'assistant' } }], x_groq: {}, usage: { queue_time: 0.1 } },
  ],
  [
    'DeepSeek: content null, its own reason',
    ProviderChatChunk,
    {
      choices: [
        { delta: { content: null, reasoning_content: 'x' }, finish_reason: 'insufficient_system_resource' },
      ],
    },
  ],
  [
    'Mistral: content as parts',
    ProviderChatResponse,
    { choices: [{ message: { content: [{ type: 'thinking', thinking: [] }], tool_calls: null } }] },
  ],
  [
    'Gemini: a delta of a call without index',
    ProviderChatChunk,
    { choices: [{ delta: { tool_calls: [{ function: { name: 'f', arguments: '{}' } }] } }] },
  ],
  [
    'vLLM: prompt_logprobs',
    ProviderCompletionResponse,
    { choices: [{ text: 'a', stop_reason: 1, prompt_logprobs: null }] },
  ],
  [
    'llama.cpp: logprobs of chat',
    ProviderCompletionResponse,
    { choices: [{ text: 'a', logprobs: { content: [{ token: 'a', logprob: -1 }] } }] },
  ],
  [
    'an echo: null first logprobs',
    ProviderCompletionResponse,
    { choices: [{ text: 'a', logprobs: { token_logprobs: [null], top_logprobs: [null] } }] },
  ],
  ['created null, choices null, usage {}', ProviderChatResponse, { created: null, choices: null, usage: {} }],
  ['a float for created', ProviderCompletionChunk, { created: 1.5, choices: [] }],
  ['nothing', ProviderChatResponse, {}],
];

describe('the loose schemas', () => {
  it.each(cases)('take %s, and keep every field', (_, schema, value) => {
    expect(validate(schema, value)).toEqual(value);
  });

  it('refuse what no conversion could make sense of', () => {
    expect(() => validate(ProviderChatResponse, { choices: 'x' })).toThrow(/choices must be array/);
  });
});

describe('the strict schemas', () => {
  it('take a frame of a stream of completions with its nulls', () => {
    const frame = {
      id: 'x',
      object: 'text_completion',
      created: 1,
      model: 'm',
      usage: null,
      choices: [{ index: 0, text: 'a', logprobs: null, finish_reason: null }],
    };
    expect(validate(CompletionChunk, frame)).toEqual(frame);
    expect(() => validate(CompletionResponse, frame)).toThrow(/finish_reason/);
  });

  it('refuse fields of providers', () => {
    const envelope = { error: { message: 'm', type: 't', param: null, code: null } };
    expect(validate(ErrorEnvelope, envelope)).toEqual(envelope);
    expect(() => validate(ErrorEnvelope, { ...envelope, user_id: 'u' })).toThrow(/"user_id"/);
  });
});
