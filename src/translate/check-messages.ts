import { RolecallError } from '../errors.js';
import type { Message } from '../schemas/messages.js';

/** What OpenAI answers to messages that make no conversation, in its own words (misspelling included). */
const words = {
  empty:
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  orphan:
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
  unanswered:
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ",
};

function refuse(message: string, path: string): RolecallError {
  return new RolecallError('invalid-request', message, { path });
}

/** Throws `invalid-request` where OpenAI refuses the messages: none at all, results without calls, calls without results. */
export function checkMessages(messages: readonly Message[]): void {
  if (!Array.isArray(messages)) throw refuse('messages must be a list.', 'messages');
  if (messages.length === 0) throw refuse(words.empty, 'messages');
  let open: Set<string> | null = null;
  let caller = 0;
  for (let i = 0; i < messages.length; i++) {
    const message = (messages as readonly Message[])[i];
    if (message?.role === 'tool') {
      if (open === null) throw refuse(words.orphan, `messages[${i}].role`);
      open.delete(message.tool_call_id);
      continue;
    }
    if (open !== null && open.size > 0)
      throw refuse(words.unanswered + [...open].join(', '), `messages[${caller}]`);
    open = null;
    if (message?.role === 'assistant' && Array.isArray(message.tool_calls) && message.tool_calls.length > 0) {
      open = new Set(message.tool_calls.map((call) => call.id));
      caller = i;
    }
  }
  if (open !== null && open.size > 0)
    throw refuse(words.unanswered + [...open].join(', '), `messages[${caller}]`);
}
