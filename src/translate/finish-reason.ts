import { RolecallError } from '../errors.js';
import type { ChatFinishReason } from '../schemas/chat.js';
import type { CompletionFinishReason } from '../schemas/completion.js';
import { info, lossy, type Notes, quoted } from './notes.js';

/** What providers call the five reasons of OpenAI. Sources: their documentation, and recorded replies. */
const synonyms: ReadonlyMap<string, ChatFinishReason> = new Map([
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['end', 'stop'],
  ['complete', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['max_length', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['error_limit', 'length'],
  ['content_filtered', 'content_filter'],
  ['safety', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['refusal', 'content_filter'],
  ['recitation', 'content_filter'],
  ['blocklist', 'content_filter'],
  ['prohibited_content', 'content_filter'],
  ['spii', 'content_filter'],
  ['error_toxic', 'content_filter'],
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

/** Reasons that say that the provider failed: what came is not all of the reply. */
const faults: ReadonlySet<string> = new Set(['error', 'failed', 'server_error', 'internal_error']);

/** Does a reason say that the provider failed? */
export const isFaultReason = (reason: unknown): boolean =>
  typeof reason === 'string' && faults.has(reason.toLowerCase());

/** The error of a reply that ended with such a reason, where nothing says more. */
export function faultReason(reason: unknown, path: string): RolecallError {
  const words = reason === 'error' ? 'with an error, and says no more' : `with the reason ${quoted(reason)}`;
  return new RolecallError('provider-error', `The provider ended the reply ${words}.`, { path });
}

/**
 * The reason in OpenAI's words. A missing one becomes `stop` (`tool_calls` where calls were made), an unknown one
 * `stop`, each with a warning. Throws `provider-error` for one that says that the provider failed: what came is no whole reply.
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
  if (isFaultReason(reason)) throw faultReason(reason, path);
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
