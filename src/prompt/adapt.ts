import { callsOf } from '../body/call.js';
import { genericCalls, genericTools } from '../body/generic.js';
import { isPlain, textOf } from '../dialect/message-text.js';
import type { ArrangeOptions, Placed, Syntax, Writing } from '../dialect/syntax.js';
import type { WriteOptions } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import type { AssistantMessage, Message } from '../schemas/messages.js';
import { lossy } from '../text/warn.js';

/** Messages as the dialect can take them, and where each stood in the caller's. */
export interface Adapted {
  messages: readonly Message[];
  pathOf(i: number): string;
  /** Every message is a role and a text and no more. */
  plain: boolean;
}

export interface AdaptOptions extends ArrangeOptions {
  toolStyle: WriteOptions['toolStyle'];
  tools: readonly unknown[];
}

/** Calls of functions or their results. */
const speaksOfTools = (message: Message): boolean =>
  message.role === 'tool' ||
  message.role === 'function' ||
  (message.role === 'assistant' && callsOf(message).length > 0);

/**
 * What a dialect has no form for is put into the words of a turn that it has, each with a `lossy` warning, or refused,
 * as the caller asks: a system message where the model knows none, two turns of the same speaker where the model wants
 * them to alternate, calls and results of functions, reasoning.
 */
export function adaptMessages(
  given: readonly Message[],
  syntax: Syntax,
  options: AdaptOptions,
  writing: Writing,
): Adapted {
  const { dialect } = syntax;
  const { template, tools } = options;
  const { warnings } = writing;
  const refuse = (path: string, message: string): never => {
    throw new RolecallError('unrepresentable', message, { path });
  };
  const markers = dialect.kind === 'markers' ? dialect : null;
  const toolStyle = options.toolStyle ?? (markers?.toolSyntax ? 'native' : 'generic');
  const native = toolStyle === 'native' ? syntax.body?.native(template) : undefined;
  // Plain turns that the dialect has, in an order that it takes: the common case, and a fast one.
  if (tools.length === 0 && given.every(isPlain) && !syntax.arrange?.needed(given, options)) {
    return { messages: given, pathOf: (i) => `messages[${i}]`, plain: true };
  }
  const usesTools = tools.length > 0 || given.some(speaksOfTools);
  if (usesTools && toolStyle === 'native' && !markers?.toolSyntax) {
    refuse('tools', `Dialect "${dialect.name}" has no form of its own for tools.`);
  }

  const placed: Placed = { messages: [], paths: [] };
  const { messages, paths } = placed;
  for (const [i, message] of given.entries()) {
    const path = `messages[${i}]`;
    paths.push(path);
    messages.push(isPlain(message) ? message : adapted(message, path));
  }
  native?.tellLostIds(placed, warnings);
  if (tools.length > 0) writeTools();
  syntax.arrange?.apply(placed, options, writing);
  return { messages, pathOf: (i) => paths[i] ?? 'messages', plain: false };

  function adapted(message: Message, path: string): Message {
    switch (message.role) {
      case 'developer':
        if (markers?.roles.developer !== undefined) return message;
        lossy(
          warnings,
          'role-changed',
          `${path}.role`,
          'The developer message was written as a system message.',
        );
        return { ...message, role: 'system' };
      case 'assistant':
        return assistant(message, path);
      case 'function':
        lossy(
          warnings,
          'role-changed',
          `${path}.role`,
          'The deprecated function message was written as the result of a tool.',
        );
        return result({ role: 'tool', tool_call_id: '', content: message.content ?? '' }, path);
      case 'tool':
        return result(message, path);
      default:
        return message;
    }
  }

  function result(message: Message, path: string): Message {
    if (toolStyle === 'error') refuse(`${path}.role`, 'The conversation has results of tools.');
    if (native?.results) return message;
    lossy(warnings, 'tools-as-text', path, "The result of a tool was written into the user's words.");
    const text = textOf(message, path, writing);
    return { role: 'user', content: `<tool_response>\n${text}\n</tool_response>` };
  }

  function assistant(message: AssistantMessage, path: string): AssistantMessage {
    const {
      audio,
      refusal,
      reasoning_content: thoughts,
      tool_calls: given,
      function_call: single,
      ...result
    }: AssistantMessage = message;
    const { content } = message;
    if (audio) lossy(warnings, 'dropped-part', `${path}.audio`, 'A prompt of text has no place for audio.');
    if (typeof refusal === 'string') {
      if (typeof content !== 'string') Object.assign(result, { refusal });
      else
        lossy(
          warnings,
          'dropped-part',
          `${path}.refusal`,
          'The message has content; its refusal was not written.',
        );
    }
    if (typeof thoughts === 'string') {
      if (markers?.reasoning) Object.assign(result, { reasoning_content: thoughts });
      else
        lossy(
          warnings,
          'dropped-reasoning',
          `${path}.reasoning_content`,
          'The dialect has no place for reasoning.',
        );
    }
    const calls = callsOf(message);
    if (calls.length === 0) return result;
    const where = `${path}.tool_calls`;
    if (toolStyle === 'error') refuse(where, 'The message calls tools.');
    if (single) {
      const note = 'The deprecated function call was written as the call of a tool.';
      lossy(warnings, 'role-changed', `${path}.function_call`, note);
    }
    if (given?.some((call) => call.type === 'custom')) {
      lossy(warnings, 'tools-as-text', where, 'The input of a custom tool was written as a JSON object.');
    }
    if (native?.calls) return native.calling(result, calls, path, warnings);
    lossy(warnings, 'tools-as-text', where, "The calls were written into the assistant's words.");
    const words = content === null || content === undefined ? '' : textOf(message, path, writing);
    return { ...result, content: words + genericCalls(calls, words) };
  }

  /** The list of tools in words, for dialects whose template does not write it. */
  function writeTools(): void {
    if (toolStyle === 'error') refuse('tools', 'Tools were given.');
    if (template && toolStyle === 'native') return;
    lossy(warnings, 'tools-as-text', 'tools', 'The list of tools was written into the system message.');
    const text = genericTools(tools);
    const first = messages[0];
    if (first?.role === 'system' || first?.role === 'developer') {
      const words = textOf(first, paths[0]!, writing);
      messages[0] = { ...first, content: words === '' ? text : `${words}\n\n${text}` };
    } else {
      messages.unshift({ role: 'system', content: text });
      paths.unshift('tools');
    }
  }
}
