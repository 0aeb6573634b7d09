import { RolecallError } from '../../errors.js';
import type { ChatRequest } from '../../schemas/chat.js';
import { info, lossy, type Notes } from '../notes.js';
import type { Server } from '../servers.js';
import type { ToCompletionRequestOptions } from './options.js';

/** Where neither the window nor the server's word for "no limit" is known. */
const fallbackMaxTokens = 1024;

/** The limit of the reply. Chat has no default, completions have 16: an unset one must be written out. */
export function limitReply(
  asked: ChatRequest,
  prompt: string | readonly number[],
  server: Server,
  options: ToCompletionRequestOptions,
  request: Record<string, unknown>,
  notes: Notes,
): void {
  const limit = asked.max_completion_tokens ?? asked.max_tokens;
  // Servers that know -1 mean by it that there is none.
  const isSet = limit !== undefined && limit !== null && limit !== -1;
  if (asked.max_completion_tokens != null && asked.max_tokens != null && asked.max_tokens !== limit) {
    lossy(notes, 'dropped-field', 'max_tokens', 'max_completion_tokens is set as well, and holds.');
  }
  const left = roomLeft(prompt, isSet ? limit : null, options);
  if (isSet) {
    request['max_tokens'] = limit;
    return;
  }
  if (left !== undefined) {
    request['max_tokens'] = left;
    info(notes, 'default-max-tokens', 'max_tokens', `No limit is set; the window leaves ${left} tokens.`);
    return;
  }
  if (server.unlimited !== undefined) {
    request['max_tokens'] = server.unlimited;
    info(
      notes,
      'default-max-tokens',
      'max_tokens',
      `No limit is set; for the server that is ${String(server.unlimited)}.`,
    );
    return;
  }
  if (limit === -1) {
    request['max_tokens'] = -1;
    return;
  }
  request['max_tokens'] = fallbackMaxTokens;
  const message = `No limit is set, and the window is not known; ${fallbackMaxTokens} tokens were allowed.`;
  lossy(notes, 'default-max-tokens', 'max_tokens', message);
}

/**
 * The tokens that the window leaves for the reply; undefined where the window or the prompt's length is not known.
 * Throws `context-length`, in OpenAI's words, where the prompt and the limit do not fit.
 */
function roomLeft(
  prompt: string | readonly number[],
  limit: number | null,
  options: ToCompletionRequestOptions,
): number | undefined {
  const { contextWindow } = options;
  if (contextWindow === undefined) return undefined;
  const counted = countOf(prompt, options);
  if (counted === undefined) return undefined;
  const whole = `This model's maximum context length is ${contextWindow} tokens. However, `;
  if (limit !== null && counted + limit > contextWindow) {
    const asked = `you requested ${counted + limit} tokens (${counted} in the messages, ${limit} in the completion)`;
    const message = `${whole}${asked}. Please reduce the length of the messages or completion.`;
    throw new RolecallError('context-length', message, { path: 'messages' });
  }
  if (counted >= contextWindow) {
    const message = `${whole}your messages resulted in ${counted} tokens. Please reduce the length of the messages.`;
    throw new RolecallError('context-length', message, { path: 'messages' });
  }
  return contextWindow - counted;
}

function countOf(
  text: string | readonly number[],
  { countTokens, tokenizer }: ToCompletionRequestOptions,
): number | undefined {
  if (typeof text !== 'string') return text.length;
  return countTokens?.(text) ?? tokenizer?.count?.(text) ?? tokenizer?.encode(text).length;
}
