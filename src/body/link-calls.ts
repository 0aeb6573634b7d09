import type { Message } from '../schemas/messages.js';

/**
 * Gives ids to calls and results that have none: calls are numbered through the conversation (`call_0`, `call_1`), and
 * a result takes the id of the first call that has none yet. Pure: the same messages get the same ids.
 */
export function linkCalls(messages: Message[]): Message[] {
  const speaksOfCalls = (message: Message): boolean =>
    message.role === 'tool' || (message.role === 'assistant' && message.tool_calls !== undefined);
  if (!messages.some(speaksOfCalls)) return messages;
  let count = 0;
  let waiting: string[] = [];
  return messages.map((message) => {
    if (message.role === 'assistant' && message.tool_calls !== undefined) {
      const tool_calls = message.tool_calls.map((call) => {
        const made = `call_${count++}`;
        return call.id === '' ? { ...call, id: made } : call;
      });
      waiting = tool_calls.map((call) => call.id);
      return { ...message, tool_calls };
    }
    if (message.role !== 'tool') return message;
    if (message.tool_call_id === '')
      return { ...message, tool_call_id: waiting.shift() ?? `call_${count++}` };
    waiting = waiting.filter((id) => id !== message.tool_call_id);
    return message;
  });
}
