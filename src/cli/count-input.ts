import * as z from 'zod/mini';
import { CompletionRequest, Message, validate } from '../schemas/index.js';
import { isRecord } from '../translate/notes.js';
import { UsageError } from './io.js';
import { readJson } from './json-input.js';

/** What a command that counts was given. */
export type Counted =
  | {
      kind: 'prompt';
      prompts: string[];
      model?: string | undefined;
      reply?: number | undefined;
      stop?: string[] | undefined;
    }
  | { kind: 'messages'; messages: Message[] }
  | {
      kind: 'request';
      request: Readonly<Record<string, unknown>> & { messages: Message[]; model?: string | undefined };
      reply?: number | undefined;
    };

const Messages = z.array(Message);
const numberOf = (...values: readonly unknown[]): number | undefined =>
  values.find((value): value is number => typeof value === 'number');

/** Reads a prompt's text, an array of messages, or a request of either API. */
export function readCounted(source: string, text: string): Counted {
  if (text === '') throw new UsageError(`${source} is empty.`);
  if (!/^\s*[[{]/.test(text)) return { kind: 'prompt', prompts: [text] };
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    // What opens like an object with a key or a list of objects was meant as JSON; `[INST]` was not.
    if (/^\s*(\{\s*"|\[\s*\{)/.test(text)) value = readJson(source, text);
    else return { kind: 'prompt', prompts: [text] };
  }
  if (Array.isArray(value) && value.some((one) => isRecord(one) && 'role' in one))
    return { kind: 'messages', messages: validate(Messages, value) };
  if (isRecord(value) && Array.isArray(value['messages'])) {
    const messages = validate(Messages, value['messages']);
    const model = typeof value['model'] === 'string' ? value['model'] : undefined;
    return {
      kind: 'request',
      request: { ...value, messages, model },
      reply: numberOf(value['max_completion_tokens'], value['max_tokens']),
    };
  }
  if (isRecord(value) && 'prompt' in value) {
    const request = validate(
      CompletionRequest,
      'model' in value ? value : { model: 'gpt-3.5-turbo-instruct', ...value },
    );
    const { prompt } = request;
    const prompts =
      typeof prompt === 'string'
        ? [prompt]
        : Array.isArray(prompt)
          ? prompt.filter((one): one is string => typeof one === 'string')
          : [];
    if (prompts.length === 0) throw new UsageError(`${source}: the prompt of the request is not text.`);
    const stop = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? undefined);
    return {
      kind: 'prompt',
      prompts,
      model: 'model' in value ? request.model : undefined,
      reply: numberOf(request.max_tokens),
      ...(stop === undefined ? {} : { stop }),
    };
  }
  return { kind: 'prompt', prompts: [text] };
}

/** The model asked for, else the one that the input names, else a usual one. */
export function modelFor(input: Counted, flag: string | undefined): string {
  if (flag !== undefined) return flag;
  const own =
    input.kind === 'prompt' ? input.model : input.kind === 'request' ? input.request.model : undefined;
  return own ?? 'gpt-4o-mini';
}
