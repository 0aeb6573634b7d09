import * as z from 'zod/mini';
import type { Dialect } from '../dialect/types.js';
import { isRolecallError, type Warning } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { parsePrompt, renderPrompt } from '../prompt/index.js';
import type { ChatRequest } from '../schemas/chat.js';
import { CompletionRequest, Message, validate } from '../schemas/index.js';
import { toChatRequest } from '../translate/to-chat-request.js';
import { toCompletionRequest } from '../translate/to-completion-request.js';
import { UsageError } from './io.js';
import { offsetOf, pointAt, readJson } from './json-input.js';

export interface ConvertFlags {
  to?: 'messages' | 'chat' | 'prompt';
  /** A built-in dialect's name, or the dialect of a template. */
  dialect?: Dialect | DialectName | 'auto' | undefined;
  model?: string;
  stop?: string[];
  whitespace: 'exact' | 'tidy';
}

export interface Converted {
  output: string;
  /** Is the output JSON, or a prompt's text? */
  json: boolean;
  warnings: Warning[];
}

const Messages = z.array(Message);
const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What a file holds: messages, a chat request, a completion request (or a parsed prompt), or a prompt's text. */
type Input =
  | { kind: 'text' }
  | { kind: 'messages'; messages: unknown; value: unknown }
  | { kind: 'completion'; value: object };

/** Text that starts as our JSON does is meant as JSON; a prompt may well start with a JSON of its own. */
const ours = /^\s*\[?\s*\{\s*["']?(?:role|content|messages|prompt|model|tool_calls|name|turns)\b/;

function readInput(source: string, text: string): Input {
  const meant = source.endsWith('.json') || ours.test(text);
  if (!meant && !/^\s*[[{]/.test(text)) return { kind: 'text' };
  let value: unknown;
  if (meant) value = readJson(source, text);
  else {
    try {
      value = JSON.parse(text);
    } catch {
      return { kind: 'text' };
    }
  }
  if (Array.isArray(value)) {
    const messages = value.every((item) => typeof item === 'object' && item !== null && 'role' in item);
    return messages || meant ? { kind: 'messages', messages: value, value } : { kind: 'text' };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'text' };
  if ('messages' in value) return { kind: 'messages', messages: value.messages, value };
  if ('prompt' in value) return { kind: 'completion', value };
  if (meant) throw new UsageError(`${source}: expected messages, or an object with "messages" or "prompt".`);
  return { kind: 'text' };
}

/** Checks a value against a schema; what is wrong is shown where it stands in the file. */
function checked<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  where: { source: string; text: string; under?: string },
): z.infer<Schema> {
  try {
    return validate(schema, value);
  } catch (error) {
    if (!isRolecallError(error)) throw error;
    const { source, text, under = '' } = where;
    throw new UsageError(pointAt(source, text, offsetOf(text, `${under}${error.path}`), error.message));
  }
}

/** Converts a prompt to messages or a chat request, or messages to a prompt. */
export function convert(source: string, text: string, flags: ConvertFlags): Converted {
  const { dialect } = flags;
  if (dialect !== undefined && dialect !== 'auto') resolveDialect(dialect);
  if (text.trim() === '')
    throw new UsageError(`${source}: the ${flags.to === 'prompt' ? 'input' : 'prompt'} is empty.`);
  const input = readInput(source, text);
  if (input.kind === 'messages') return fromMessages(source, text, input, flags);

  const options = { dialect: dialect ?? ('auto' as const), whitespace: flags.whitespace };
  const to = flags.to ?? (input.kind === 'completion' ? 'chat' : 'messages');
  const request =
    input.kind === 'completion'
      ? checked(CompletionRequest, input.value, { source, text })
      : {
          model: flags.model ?? 'gpt-3.5-turbo-instruct',
          prompt: text,
          ...(flags.stop === undefined ? {} : { stop: flags.stop }),
        };
  if (to === 'chat') {
    const { requests, warnings } = toChatRequest(request, { ...options, model: flags.model });
    if (input.kind === 'completion')
      return { output: jsonText(requests.length === 1 ? requests[0] : requests), json: true, warnings };
    // A text alone is no request that left its limit out, so the API's default of 16 tokens is not written for it.
    const { max_completion_tokens: _, max_tokens: __, ...chat } = requests[0];
    return {
      output: jsonText(chat),
      json: true,
      warnings: warnings.filter(({ code }) => code !== 'default-max-tokens'),
    };
  }
  if (typeof request.prompt !== 'string')
    throw new UsageError(`${source}: --to ${to} takes one prompt; use --to chat for a batch.`);
  const stop = request.stop ?? undefined;
  // From one dialect to another the text is read by evidence, and written in the dialect that is named.
  const parsed = parsePrompt(
    request.prompt,
    to === 'prompt' ? { whitespace: flags.whitespace, stop } : { ...options, stop },
  );
  if (to === 'messages') return { output: jsonText(parsed.messages), json: true, warnings: parsed.warnings };
  if (dialect === undefined || dialect === 'auto') {
    throw new UsageError(`${source}: this is a prompt already; name the --dialect to write it in.`);
  }
  const { prompt, warnings } = renderPrompt(parsed.messages, { dialect });
  return { output: prompt, json: false, warnings: [...parsed.warnings, ...warnings] };
}

/** Warnings about what a request says beside its prompt, and about the server that it goes to. */
const ofSending: ReadonlySet<Warning['code']> = new Set([
  'default-max-tokens',
  'local-stop',
  'dropped-field',
  'hidden-tokens',
  'doubled-bos',
  'unknown-field',
]);

function fromMessages(
  source: string,
  text: string,
  input: Input & { kind: 'messages' },
  flags: ConvertFlags,
): Converted {
  const { value } = input;
  const to = flags.to ?? 'prompt';
  const under = Array.isArray(value) ? '' : 'messages';
  const messages = checked(Messages, input.messages, { source, text, under });
  if (messages.length === 0) throw new UsageError(`${source}: there are no messages.`);
  if (to === 'messages')
    throw new UsageError(`${source}: these are messages already; use --to prompt or --to chat.`);
  if (to === 'chat') {
    const request = { model: 'gpt-4o-mini', ...(Array.isArray(value) ? {} : (value as object)), messages };
    return {
      output: jsonText(flags.model === undefined ? request : { ...request, model: flags.model }),
      json: true,
      warnings: [],
    };
  }
  const { dialect, model } = flags;
  if (dialect === 'auto') throw new UsageError('A prompt is written in one dialect: "auto" is for reading.');
  const rest = Array.isArray(value) ? {} : (value as { model?: string });
  const { request, warnings } = toCompletionRequest(
    { ...rest, model: 'any', messages } as ChatRequest,
    // Of the request nothing but the prompt is written.
    { dialect, model: model ?? rest.model ?? '', unknownFields: 'pass', responseFormat: 'pass' },
  );
  return {
    output: request.prompt as string,
    json: false,
    warnings: warnings
      .filter(({ code }) => !ofSending.has(code))
      .map((one) => ({
        ...one,
        message: one.message.replace('the option "dialect"', '--dialect or --template'),
      })),
  };
}
