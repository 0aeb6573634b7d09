import { RolecallError } from '../errors.js';
import type { ChatFinishReason } from '../schemas/chat.js';
import type { CompletionFinishReason } from '../schemas/completion.js';
import { info, lossy, type Notes, quoted } from './notes.js';

/** What providers call the five reasons of OpenAI. */
const synonyms: ReadonlyMap<string, ChatFinishReason> = new Map([
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['end', 'stop'],
  ['max_tokens', 'length'],
  ['max_length', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filtered', 'content_filter'],
  ['safety', 'content_filter'],
  ['tool_use', 'tool_calls'],
  ['tool_call', 'tool_calls'],
]);

const chatReasons: ReadonlySet<string> = new Set([
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'function_call',
]);

/**
 * The reason in OpenAI's words. A missing one becomes `stop` (`tool_calls` where calls were made), an unknown one
 * `stop`, each with a warning. Throws `provider-error` for `error`: what came is not a whole reply.
 */
export function chatFinishReason(
  reason: unknown,
  path: string,
  notes: Notes,
  called = false,
): ChatFinishReason {
  if (typeof reason === 'string' && chatReasons.has(reason)) return reason as ChatFinishReason;
  if (reason === undefined || reason === null || reason === '') {
    const guess = called ? 'tool_calls' : 'stop';
    lossy(notes, 'finish-reason', path, `The choice does not say why it ended; "${guess}" was put in.`);
    return guess;
  }
  const known = typeof reason === 'string' ? synonyms.get(reason.toLowerCase()) : undefined;
  if (known !== undefined) {
    info(notes, 'finish-reason', path, `The reason ${quoted(reason)} is written "${known}".`);
    return known;
  }
  if (typeof reason === 'string' && reason.toLowerCase() === 'stop') return 'stop';
  if (reason === 'error') {
    throw new RolecallError('provider-error', 'The provider ended the reply with an error.', { path });
  }
  lossy(notes, 'finish-reason', path, `The reason ${quoted(reason)} is not known; "stop" was put in.`);
  return 'stop';
}

/** The reason in the words of the completions API, which knows no calls. */
export function completionFinishReason(reason: unknown, path: string, notes: Notes): CompletionFinishReason {
  if (reason === 'stop' || reason === 'length' || reason === 'content_filter') return reason;
  const chat = chatFinishReason(reason, path, notes);
  if (chat !== 'tool_calls' && chat !== 'function_call') return chat;
  lossy(notes, 'finish-reason', path, `A completion can't end with "${chat}"; "stop" was put in.`);
  return 'stop';
}
