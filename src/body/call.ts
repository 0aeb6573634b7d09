import type { AssistantMessage, FunctionToolCall } from '../schemas/messages.js';

/** A call as it was read: the arguments are the exact JSON string. */
export interface Call {
  name: string;
  arguments: string;
  id?: string;
}

/** Arguments as JSON text; many keep the object itself. */
const argumentsText = (args: unknown): string =>
  typeof args === 'string' ? args : (JSON.stringify(args ?? {}) ?? '{}');

/** The calls of an assistant's message, with the deprecated single one; custom tools' input is a JSON string. */
export function callsOf(message: AssistantMessage): Call[] {
  const { tool_calls, function_call: single } = message;
  if (single && !tool_calls?.length)
    return [{ name: single.name, arguments: argumentsText(single.arguments) }];
  return (tool_calls ?? []).map((call) =>
    call.type === 'custom'
      ? { id: call.id, name: call.custom.name, arguments: JSON.stringify({ input: call.custom.input }) }
      : { id: call.id, name: call.function.name, arguments: argumentsText(call.function.arguments) },
  );
}

/** Calls as messages have them; an id that is not known is ''. */
export const toolCalls = (calls: readonly Call[]): FunctionToolCall[] =>
  calls.map(({ id = '', name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
