import { type ChatMessage, callsOf } from './chat-message.js';
import { type CountContext, countPlain, countToolGroup } from './message-count.js';

/** The end of the group that starts at `start`: a message, or one with tool calls and the results behind it. */
function groupEnd(messages: readonly ChatMessage[], start: number): number {
  const first = messages[start];
  let end = start + 1;
  if (first === undefined || callsOf(first).length === 0) return end;
  while (messages[end]?.role === 'tool') end += 1;
  return end;
}

/** The tokens of each message, in the frame and with the share of its tool calls. */
export function countsOfMessages(messages: readonly ChatMessage[], context: CountContext): number[] {
  const counts: number[] = [];
  for (let start = 0; start < messages.length; ) {
    const end = groupEnd(messages, start);
    const first = messages[start] as ChatMessage;
    if (end === start + 1 && callsOf(first).length === 0) counts.push(countPlain(first, context));
    else counts.push(...countToolGroup(messages.slice(start, end), context));
    start = end;
  }
  return counts;
}
