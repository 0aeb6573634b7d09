import { type Call, callsOf, toolCalls } from '../../body/call.js';
import { speaksInChannels } from '../../body/grammar.js';
import { endsInCall, nextChannel } from '../../body/harmony.js';
import { linkCalls } from '../../body/link-calls.js';
import type { Warning } from '../../errors.js';
import type { AssistantMessage, Message } from '../../schemas/messages.js';
import { isBlank } from '../../text/space.js';
import { info, lossy } from '../../text/warn.js';
import type { Body, Placed } from '../syntax.js';
import type { MarkerDialect } from '../types.js';
import { bodyReader } from './read-body.js';
import { bodyWriter } from './write-body.js';

/** Calls without their ids, as a dialect that writes none has them. */
function withoutIds(message: Message): Message {
  if (message.role === 'tool') return { ...message, tool_call_id: '' };
  if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
  return { ...message, tool_calls: message.tool_calls.map((call) => ({ ...call, id: '' })) };
}

/** Warns of the messages whose ids are other ones when calls and results are numbered by their order. */
function tellLostIds(placed: readonly Placed[], warnings: Warning[]): void {
  const numbered = linkCalls(placed.map(({ message }) => withoutIds(message)));
  for (const [i, { message, path }] of placed.entries()) {
    const made = numbered[i]!;
    const lost =
      message.role === 'tool' && made.role === 'tool'
        ? message.tool_call_id !== '' && message.tool_call_id !== made.tool_call_id
        : message.role === 'assistant' &&
          made.role === 'assistant' &&
          message.tool_calls?.some((call, k) => call.id !== made.tool_calls?.[k]?.id);
    if (!lost) continue;
    const note = 'The dialect has no place for the ids of calls; reading the prompt back numbers them.';
    info(warnings, 'dropped-call-id', path, note);
  }
}

function calling(
  message: AssistantMessage,
  calls: readonly Call[],
  path: string,
  warnings: Warning[],
): AssistantMessage {
  const { content = null } = message;
  if (content === '') {
    const note = 'A turn with calls and no words reads back with content null.';
    lossy(warnings, 'empty-content', `${path}.content`, note);
  }
  return { ...message, content, tool_calls: toolCalls(calls) };
}

/** What the turns of a dialect hold beside text: how it is written, and how it is read back. */
export function markerBody(dialect: MarkerDialect): Body {
  const { calls, toolResult } = dialect;
  return {
    write: bodyWriter(dialect),
    read: bodyReader(dialect),
    native: (template) => {
      const tells =
        toolResult !== 'text' || calls?.results?.keepsId || (template && calls?.keepsIds === true);
      const results = dialect.roles.tool !== undefined || (template && calls !== null);
      return {
        calls: template ? calls !== null : calls?.write !== undefined,
        results,
        calling,
        tellLostIds: tells || !results ? () => undefined : tellLostIds,
      };
    },
    saysNothing: (message, written) =>
      message.role === 'assistant' &&
      (typeof message.reasoning_content === 'string' ||
        (dialect.reasoning?.none ?? dialect.reasoning?.answer) !== undefined) &&
      callsOf(message).length === 0 &&
      !written.includes('<|message|>') &&
      isBlank(message.reasoning_content ?? '') &&
      (typeof message.content !== 'string' || isBlank(message.content)),
    ...(speaksInChannels(dialect) || calls?.results !== undefined ? { functionsOf } : {}),
    ...(speaksInChannels(dialect) ? { nextChannel, endsInCall } : {}),
  };
}

function functionsOf(messages: readonly Message[]): (id: string) => string | undefined {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const call of message.tool_calls ?? [])
      if (call.type === 'function') names.set(call.id, call.function.name);
  }
  return (id) => names.get(id);
}
