import type { FunctionToolCall, Message } from '../schemas/messages.js';

/** The ids of the results that stand right behind a message. */
function resultIds(messages: readonly Message[], from: number): string[] {
  const ids: string[] = [];
  for (let i = from + 1; messages[i]?.role === 'tool'; i++)
    ids.push((messages[i] as { tool_call_id: string }).tool_call_id);
  return ids;
}

/** Was an id made by a template that numbers calls, and tells nothing of the caller's own? */
const isNumbered = ({ id, function: { name } }: FunctionToolCall): boolean =>
  id.startsWith(`functions.${name}:`) && /^\d+$/.test(id.slice(name.length + 11));

/**
 * Gives ids to calls and results that have none: a call takes that of the next result which answers no other, else calls are
 * numbered through the conversation (`call_0`, `call_1`); a result takes the id of the first call that has none yet. So does
 * a call that the template has numbered, where its result has another id. Pure: the same messages get the same ids.
 */
export function linkCalls(messages: Message[]): Message[] {
  const speaksOfCalls = (message: Message): boolean =>
    message.role === 'tool' || (message.role === 'assistant' && message.tool_calls !== undefined);
  if (!messages.some(speaksOfCalls)) return messages;
  let count = 0;
  let waiting: string[] = [];
  return messages.map((message, i) => {
    if (message.role === 'assistant' && message.tool_calls !== undefined) {
      const own = new Set(message.tool_calls.map((call) => call.id));
      const results = resultIds(messages, i).filter((id) => id !== '');
      const strays = results.filter((id) => !own.has(id));
      const tool_calls = message.tool_calls.map((call) => {
        const made = `call_${count++}`;
        const isOpen = call.id === '' || (call.type === 'function' && isNumbered(call));
        if (!isOpen || results.includes(call.id)) return call;
        const id = strays.shift() ?? (call.id === '' ? made : call.id);
        return id === call.id ? call : { ...call, id };
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
