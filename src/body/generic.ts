import { dumpsLine, isJson } from '../text/json.js';
import type { Call } from './call.js';

/**
 * The generic protocol, for models that have no form of their own for tools (`toolStyle: 'generic'`): this text ends
 * the system message, a call is a JSON object between `<tool_call>` and `</tool_call>`, and the user gives the result
 * between `<tool_response>` and `</tool_response>`.
 */
export function genericTools(tools: readonly unknown[]): string {
  const list = tools.map(dumpsLine).join('\n');
  return `You can call these functions, one JSON object a line:\n<tools>\n${list}\n</tools>\nTo call one, write a JSON object with its name and arguments, between tags, for each call:\n<tool_call>\n{"name": "function-name", "arguments": {}}\n</tool_call>\nThe results come between <tool_response> and </tool_response>.`;
}

/** A call as a JSON object. Its arguments stay as they are where they are an object, else they become a JSON string. */
export function callObject({ name, arguments: args }: Call, key = 'arguments', more = ''): string {
  const whole = args.startsWith('{') && args.endsWith('}') && isJson(args);
  return `{"name": ${JSON.stringify(name)}, "${key}": ${whole ? args : JSON.stringify(args)}${more}}`;
}

/** Calls in the generic protocol, as they stand behind an assistant's words. */
export function genericCalls(
  calls: readonly Call[],
  words: string,
  escaped: (text: string) => string = (text) => text,
): string {
  const written = calls.map((call) => `<tool_call>\n${escaped(callObject(call))}\n</tool_call>`).join('\n');
  return words === '' ? written : `\n${written}`;
}
