import { dumpsLine, isJson } from '../text/json.js';
import { type Content, json, listed, type Pieces, w } from '../text/pieces.js';
import type { Call } from './call.js';

/** What a call is made of, as content of the message that makes it. */
export type CallContent = (text: string, as: Content['as']) => Content;

/**
 * The generic protocol, for models that have no form of their own for tools (`toolStyle: 'generic'`): this text ends
 * the system message, a call is a JSON object between `<tool_call>` and `</tool_call>`, and the user gives the result
 * between `<tool_response>` and `</tool_response>`.
 */
export function genericTools(tools: readonly unknown[]): Pieces {
  const list = tools.map(
    (tool, i): Content => ({ text: dumpsLine(tool), as: 'json', message: null, path: `tools[${i}]` }),
  );
  return w`You can call these functions, one JSON object a line:\n<tools>\n${listed(list, '\n')}\n</tools>\nTo call one, write a JSON object with its name and arguments, between tags, for each call:\n<tool_call>\n{"name": "function-name", "arguments": {}}\n</tool_call>\nThe results come between <tool_response> and </tool_response>.`;
}

/** The result of a call in the generic protocol. */
export const genericResult = (result: Content): Pieces => w`<tool_response>\n${result}\n</tool_response>`;

/** A call as a JSON object. Its arguments stay as they are where they are an object, else they become a JSON string. */
export function callObject(
  { name, arguments: args, id }: Call,
  content: CallContent,
  { key = 'arguments', withId = false } = {},
): Pieces {
  const isObject = args.startsWith('{') && args.endsWith('}') && isJson(args);
  const value = isObject ? content(args, 'json') : json(content(args, 'text'));
  const start = [`{"name": `, json(content(name, 'text')), `, "${key}": `, value];
  return withId ? [...start, ', "id": ', json(content(id ?? '', 'text')), '}'] : [...start, '}'];
}

/** Calls in the generic protocol, as they stand behind an assistant's words. */
export function writeGenericCalls(calls: readonly Call[], words: string, content: CallContent): Pieces {
  const written = calls.map((call) => w`<tool_call>\n${callObject(call, content)}\n</tool_call>`);
  return [words === '' ? '' : '\n', listed(written, '\n')];
}
