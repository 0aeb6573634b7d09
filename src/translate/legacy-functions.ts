import { RolecallError } from '../errors.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { FunctionCall, Message, ToolCall } from '../schemas/messages.js';
import type { FunctionTool, Tool, ToolChoice } from '../schemas/tools.js';
import { type ConvertOptions, info, lossy, type Notes, notesFor, quoted } from './notes.js';

export interface RequestConversion {
  request: ChatRequest;
  warnings: Notes['warnings'];
}

/** The id of the call that a deprecated `function_call` stands for: its place among the messages. */
const idOf = (index: number): string => `call_${index}`;

/**
 * A request that speaks of `functions` and `function_call` in the words of `tools` and `tool_choice`. Calls have no
 * ids in the old words; theirs are made from their places, and a result answers the last call of its function.
 * @example
 * ```ts
 * import { functionsToTools } from 'rolecall';
 * const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi!' }], functions: [{ name: 'now' }] };
 * functionsToTools(request).request.tools; // [{ type: 'function', function: { name: 'now' } }]
 * ```
 */
export function functionsToTools(request: ChatRequest, options: ConvertOptions = {}): RequestConversion {
  const notes = notesFor(options);
  return { request: modernRequest(request, notes), warnings: notes.warnings };
}

export const usesFunctions = (request: ChatRequest): boolean =>
  request.functions !== undefined || request.function_call !== undefined;

/** `functionsToTools`, its warnings to be told by the caller. */
export function modernRequest(request: ChatRequest, notes: Notes): ChatRequest {
  const messages = modernMessages(request.messages, notes);
  if (!usesFunctions(request) && messages === request.messages) return request;
  const { functions, function_call, ...rest } = request;
  const modern: ChatRequest = { ...rest, messages };
  if (functions !== undefined && functions.length > 0) {
    const tools = functions.map((one): FunctionTool => ({ type: 'function', function: one }));
    modern.tools = [...(request.tools ?? []), ...tools];
  }
  if (function_call !== undefined && request.tool_choice === undefined) {
    modern.tool_choice =
      typeof function_call === 'string'
        ? function_call
        : { type: 'function', function: { name: function_call.name } };
  } else if (function_call !== undefined) {
    lossy(notes, 'tool-choice', 'function_call', 'The request has a tool_choice as well, which holds.');
  }
  return modern;
}

function modernMessages(messages: readonly Message[], notes: Notes): Message[] {
  const old = (message: Message): boolean =>
    message.role === 'function' || (message.role === 'assistant' && message.function_call != null);
  if (!messages.some(old)) return messages as Message[];
  /** For each function its last call that has no result yet. */
  const open = new Map<string, string>();
  return messages.map((message, i): Message => {
    if (message.role === 'assistant' && message.function_call != null) {
      const { function_call, ...rest } = message;
      const id = idOf(i);
      open.set(function_call.name, id);
      const call: ToolCall = { id, type: 'function', function: { ...function_call } };
      return { ...rest, tool_calls: [...(message.tool_calls ?? []), call] };
    }
    if (message.role !== 'function') return message;
    const id = open.get(message.name);
    if (id === undefined) {
      const text = `The result of ${quoted(message.name)} answers no call before it.`;
      throw new RolecallError('invalid-message', text, { path: `messages[${i}].name` });
    }
    open.delete(message.name);
    if (message.content === null) {
      info(
        notes,
        'empty-content',
        `messages[${i}].content`,
        'The result is null; it was written as an empty text.',
      );
    }
    return { role: 'tool', content: message.content ?? '', tool_call_id: id };
  });
}

/**
 * A request that speaks of `tools` in the deprecated words, for models that know no others. One call a message is all
 * they can say: more is an `unsupported` error. Ids go; `strict` and custom tools are named in warnings and errors.
 * @example
 * ```ts
 * import { toolsToFunctions } from 'rolecall';
 * const tools = [{ type: 'function' as const, function: { name: 'now' } }];
 * toolsToFunctions({ model: 'm', messages: [{ role: 'user', content: 'Hi!' }], tools }).request.functions;
 * ```
 */
export function toolsToFunctions(request: ChatRequest, options: ConvertOptions = {}): RequestConversion {
  const notes = notesFor(options);
  const { tools, tool_choice, parallel_tool_calls, ...rest } = request;
  const old: ChatRequest = { ...rest, messages: oldMessages(request.messages, notes) };
  if (tools !== undefined && tools.length > 0) {
    old.functions = [...(request.functions ?? []), ...tools.map((tool, i) => oldFunction(tool, i, notes))];
  }
  if (tool_choice !== undefined) {
    const choice = oldChoice(tool_choice, notes);
    if (choice !== undefined) old.function_call = choice;
  }
  if (parallel_tool_calls === true) {
    lossy(notes, 'dropped-field', 'parallel_tool_calls', 'Functions are called one at a time.');
  }
  return { request: old, warnings: notes.warnings };
}

function unsupported(message: string, path: string): RolecallError {
  return new RolecallError('unsupported', message, { path });
}

function oldFunction(tool: Tool, i: number, notes: Notes): NonNullable<ChatRequest['functions']>[number] {
  if (tool.type !== 'function') throw unsupported('A custom tool is no function.', `tools[${i}]`);
  const { strict, ...definition } = tool.function;
  if (strict != null)
    lossy(notes, 'dropped-field', `tools[${i}].function.strict`, 'Functions know no "strict".');
  return definition;
}

function oldChoice(choice: ToolChoice, notes: Notes): ChatRequest['function_call'] {
  if (choice === 'none' || choice === 'auto') return choice;
  if (typeof choice === 'object' && choice.type === 'function') return { name: choice.function.name };
  lossy(
    notes,
    'tool-choice',
    'tool_choice',
    `Functions know no such choice: ${quoted(choice)}; "auto" stands for it.`,
  );
  return 'auto';
}

function oldMessages(messages: readonly Message[], notes: Notes): Message[] {
  const names = new Map<string, string>();
  return messages.map((message, i): Message => {
    if (message.role === 'assistant' && message.tool_calls !== undefined && message.tool_calls.length > 0) {
      const { tool_calls, ...rest } = message;
      const path = `messages[${i}].tool_calls`;
      if (tool_calls.length > 1) throw unsupported('Functions are called one at a time.', path);
      for (const call of tool_calls)
        names.set(call.id, call.type === 'function' ? call.function.name : call.custom.name);
      return { ...rest, content: message.content ?? null, function_call: callOf(tool_calls[0]!, path) };
    }
    if (message.role !== 'tool') return message;
    const name = names.get(message.tool_call_id);
    if (name === undefined) {
      throw new RolecallError('invalid-message', 'The result answers no call before it.', {
        path: `messages[${i}].tool_call_id`,
      });
    }
    const content =
      typeof message.content === 'string'
        ? message.content
        : message.content.map((part) => part.text).join('');
    if (content !== message.content) {
      lossy(
        notes,
        'joined-parts',
        `messages[${i}].content`,
        'The parts of the content were joined into one text.',
      );
    }
    return { role: 'function', name, content };
  });
}

function callOf(call: ToolCall, path: string): FunctionCall {
  if (call.type !== 'function') throw unsupported('A call of a custom tool is no call of a function.', path);
  return { name: call.function.name, arguments: call.function.arguments };
}

/** The calls of a reply as the one that the deprecated words can say; further ones are dropped with a warning. */
export function functionCallOf(
  calls: readonly ToolCall[],
  path: string,
  notes: Notes,
): FunctionCall | undefined {
  const [first] = calls;
  if (first === undefined) return undefined;
  if (calls.length > 1) noteOtherCalls(path, notes);
  return callOf(first, path);
}

/** Tells of the calls behind the first, for which the deprecated words have no place. */
export function noteOtherCalls(path: string, notes: Notes): void {
  const message = 'A reply in the words of function_call has one call; further ones were dropped.';
  lossy(notes, 'dropped-content', `${path}[1]`, message);
}
