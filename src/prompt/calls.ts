import { RolecallError } from '../errors.js';
import type { AssistantMessage, Message } from '../schemas/messages.js';
import { isJson } from './json.js';
import type { MarkerDialect } from './marker-dialect.js';

/** How a model writes its calls. `hermes` is also the generic protocol, for dialects with none of their own. */
export type ToolSyntax = 'hermes' | 'llama' | 'mistral' | 'deepseek' | 'granite' | 'command-r' | 'harmony';

/** A call as it was read: the arguments are the exact JSON string. */
export interface Call {
  name: string;
  arguments: string;
  id?: string;
}

/** Arguments as a member of a JSON object: as they are where they are an object, else as a JSON string. */
export function argumentsMember(text: string): string {
  return text.startsWith('{') && text.endsWith('}') && isJson(text) ? text : JSON.stringify(text);
}

/** The calls of an assistant's message, with the deprecated single one; custom tools' input is a JSON string. */
export function callsOf(message: AssistantMessage): Call[] {
  const calls: Call[] = (message.tool_calls ?? []).map((call) =>
    call.type === 'custom'
      ? { id: call.id, name: call.custom.name, arguments: JSON.stringify({ input: call.custom.input }) }
      : { id: call.id, name: call.function.name, arguments: call.function.arguments },
  );
  const single = message.function_call;
  if (single !== null && single !== undefined && calls.length === 0) calls.push({ ...single });
  return calls;
}

export const plainName = (name: string, path: string): string => {
  if (/^[\w.:-]+$/.test(name)) return name;
  throw new RolecallError(
    'unrepresentable',
    `The dialect can't write a call of a function named ${JSON.stringify(name)}.`,
    { path },
  );
};

/** Calls as they stand behind an assistant's words, so that they can be told from words. */
export function writeCalls(
  syntax: ToolSyntax,
  calls: readonly Call[],
  words: string,
  escaped: (text: string) => string,
  path: string,
): string {
  const object = ({ name, arguments: args, id }: Call, key: string, withId = false): string =>
    `{"name": ${JSON.stringify(name)}, "${key}": ${argumentsMember(args)}${withId ? `, "id": ${JSON.stringify(id ?? '')}` : ''}}`;
  const list = (withId: boolean): string =>
    escaped(`[${calls.map((call) => object(call, 'arguments', withId)).join(', ')}]`);
  switch (syntax) {
    case 'llama':
      return `<|python_tag|>${escaped(calls.map((call) => object(call, 'parameters')).join('; '))}`;
    case 'mistral':
      return `[TOOL_CALLS] ${list(true)}`;
    case 'granite':
      return `<|tool_call|>${list(false)}`;
    case 'deepseek': {
      const one = ({ name, arguments: args }: Call): string =>
        `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${escaped(plainName(name, path))}\n\`\`\`json\n${escaped(args)}\n\`\`\`<｜tool▁call▁end｜>`;
      return `<｜tool▁calls▁begin｜>${calls.map(one).join('\n')}<｜tool▁calls▁end｜>`;
    }
    case 'harmony':
      return calls
        .map(
          ({ name, arguments: args }) =>
            `<|start|>assistant to=functions.${plainName(name, path)}<|channel|>commentary json<|message|>${escaped(args)}`,
        )
        .join('<|end|>');
    default:
      return calls
        .map(
          (call, i) =>
            `${i > 0 || words !== '' ? '\n' : ''}<tool_call>\n${escaped(object(call, 'arguments'))}\n</tool_call>`,
        )
        .join('');
  }
}

/** True where an assistant's calls stand between tokens of the dialect, so that words can't be mistaken for them. */
export const hasCallTokens = (dialect: MarkerDialect): boolean =>
  dialect.toolSyntax !== null && dialect.toolSyntax !== 'command-r';

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
