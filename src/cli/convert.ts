import { z } from 'zod';
import type { Warning } from '../errors.js';
import type { DialectName } from '../prompt/dialects/index.js';
import { parsePrompt, renderPrompt } from '../prompt/index.js';
import { CompletionRequest, Message, validate } from '../schemas/index.js';
import { toChatRequest } from '../translate/to-chat-request.js';
import { UsageError } from './io.js';
import { readJson } from './json-input.js';

export interface ConvertFlags {
  to?: 'messages' | 'chat' | 'prompt';
  dialect?: string;
  model?: string;
  stop?: string[];
  whitespace: 'exact' | 'tidy';
}

export interface Converted {
  output: string;
  warnings: Warning[];
}

const Messages = z.array(Message);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What a file holds: messages (alone, or in a request or a parsed prompt), a completion request, or a prompt's text. */
function kindOf(text: string): 'messages' | 'completion' | 'text' {
  if (!/^\s*[[{]/.test(text)) return 'text';
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value))
      return value.every((item) => typeof item === 'object' && item !== null && 'role' in item)
        ? 'messages'
        : 'text';
    if (typeof value !== 'object' || value === null) return 'text';
    return 'messages' in value ? 'messages' : 'prompt' in value ? 'completion' : 'text';
  } catch {
    return 'text';
  }
}

/** Converts a prompt to messages or a chat request, or messages to a prompt. */
export function convert(source: string, text: string, flags: ConvertFlags): Converted {
  const kind = kindOf(text);
  const to = flags.to ?? (kind === 'messages' ? 'prompt' : kind === 'completion' ? 'chat' : 'messages');
  const dialect = flags.dialect as DialectName | 'auto' | undefined;
  if (text.trim() === '')
    throw new UsageError(`${source}: the ${to === 'prompt' ? 'input' : 'prompt'} is empty.`);

  if (to === 'prompt') {
    const value = kind === 'text' ? readJson(source, text) : (JSON.parse(text) as unknown);
    const inner = Array.isArray(value) ? value : (value as { messages?: unknown } | null)?.messages;
    if (inner === undefined)
      throw new UsageError(`${source}: expected an array of messages, or an object with "messages".`);
    const messages = validate(Messages, inner);
    if (dialect === 'auto')
      throw new UsageError('A prompt is written in one dialect: "auto" is for reading.');
    const { prompt, warnings } = renderPrompt(messages, { dialect });
    return { output: prompt, warnings };
  }
  if (kind === 'messages') {
    if (to === 'chat') {
      const value = JSON.parse(text) as unknown;
      const inner = Array.isArray(value) ? value : (value as { messages: unknown }).messages;
      return {
        output: json({ model: flags.model ?? 'gpt-4o-mini', messages: validate(Messages, inner) }),
        warnings: [],
      };
    }
    throw new UsageError(`${source}: this is an array of messages already; use --to prompt or --to chat.`);
  }
  const request =
    kind === 'completion'
      ? validate(CompletionRequest, JSON.parse(text))
      : {
          model: flags.model ?? 'gpt-3.5-turbo-instruct',
          prompt: text,
          ...(flags.stop === undefined ? {} : { stop: flags.stop }),
        };
  const options = { dialect: dialect ?? ('auto' as const), whitespace: flags.whitespace };
  if (to === 'chat') {
    const { requests, warnings } = toChatRequest(request, { ...options, model: flags.model });
    if (kind === 'completion')
      return { output: json(requests.length === 1 ? requests[0] : requests), warnings };
    // A text alone is no request that left its limit out, so the API's default of 16 tokens is not written for it.
    const { max_completion_tokens: _, max_tokens: __, ...chat } = requests[0];
    return { output: json(chat), warnings: warnings.filter(({ code }) => code !== 'default-max-tokens') };
  }
  if (typeof request.prompt !== 'string')
    throw new UsageError(`${source}: --to messages takes one prompt; use --to chat for a batch.`);
  const stop = request.stop === null || request.stop === undefined ? undefined : request.stop;
  const parsed = parsePrompt(request.prompt, { ...options, stop });
  return { output: json(parsed.messages), warnings: parsed.warnings };
}
