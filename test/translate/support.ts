import { expect } from 'vitest';
import type { RolecallError, Warning } from '../../src/errors.js';
import type { ChatRequest, ChatResponse, TokenLogprob } from '../../src/schemas/chat.js';
import type { CompletionRequest, CompletionResponse } from '../../src/schemas/completion.js';
import { utf8 } from '../../src/translate/logprobs/token-text.js';

/** An error of this code, at this path. */
export function refused(code: RolecallError['code'], path?: string): unknown {
  return expect.objectContaining({ code, ...(path === undefined ? {} : { path }) });
}

export const codes = (warnings: readonly Warning[]): string[] => warnings.map((warning) => warning.code);
export const paths = (warnings: readonly Warning[]): string[] => warnings.map((warning) => warning.path);

/** A warning of this severity at this path. */
export const noted = (severity: Warning['severity'], path: string): unknown =>
  expect.arrayContaining([expect.objectContaining({ severity, path })]);

export function completion(fields: Partial<CompletionRequest> = {}): CompletionRequest {
  return { model: 'gpt-4o-mini', prompt: 'Once upon a time', max_tokens: 5, ...fields };
}

export function chat(fields: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5, ...fields };
}

/** A reply of the chat API with one choice. */
export function reply(
  content: string | null,
  fields: Partial<ChatResponse['choices'][number]> = {},
): ChatResponse {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1700000000,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
        ...fields,
      },
    ],
  };
}

/** A reply of the completions API with one choice. */
export function text(
  value: string,
  fields: Partial<CompletionResponse['choices'][number]> = {},
): CompletionResponse {
  return {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1700000000,
    model: 'm',
    choices: [{ index: 0, text: value, logprobs: null, finish_reason: 'stop', ...fields }],
  };
}

export function token(value: string, logprob = -1, top: [string, number][] = []): TokenLogprob {
  return {
    token: value,
    logprob,
    bytes: utf8(value),
    top_logprobs: top.map(([name, one]) => ({ token: name, logprob: one, bytes: utf8(name) })),
  };
}

/** A part of a character. */
export function part(bytes: number[], shown: string): TokenLogprob {
  return { token: shown, logprob: -1, bytes, top_logprobs: [] };
}
