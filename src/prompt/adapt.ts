import { callsOf } from '../body/call.js';
import { genericResult, genericTools, writeGenericCalls } from '../body/generic.js';
import { isPlain, wordsOf } from '../dialect/message-text.js';
import type { ArrangeOptions, Placed, Syntax, Writing } from '../dialect/syntax.js';
import type { Dialect } from '../dialect/types.js';
import type { WriteOptions } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import type { AssistantMessage, Message } from '../schemas/messages.js';
import { type Content, type Pieces, whole } from '../text/pieces.js';
import { lossy } from '../text/warn.js';

/** Messages as the dialect can take them, and where each stood in the caller's. */
export interface Adapted {
  messages: readonly Message[];
  at(i: number): Placed;
  /** Every message is a role and a text and no more. */
  plain: boolean;
}

export interface AdaptOptions extends ArrangeOptions {
  toolStyle: WriteOptions['toolStyle'];
  tools: readonly unknown[];
}

/** The form of tools: the dialect's own where it has one, unless another is asked for. */
export const toolStyleOf = (
  dialect: Dialect,
  asked: WriteOptions['toolStyle'],
): NonNullable<WriteOptions['toolStyle']> =>
  asked ?? (dialect.kind === 'markers' && dialect.calls !== null ? 'native' : 'generic');

/** Calls of functions or their results. */
export const speaksOfTools = (message: Message): boolean =>
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
  const toolStyle = toolStyleOf(dialect, options.toolStyle);
  const native = toolStyle === 'native' ? syntax.body?.native(template) : undefined;
  // Plain turns that the dialect has, in an order that it takes: the common case, and a fast one.
  if (tools.length === 0 && given.every(isPlain) && !syntax.arrange?.needed(given, options)) {
    const at = (i: number): Placed => ({ message: given[i]!, index: i, path: `messages[${i}]` });
    return { messages: given, at, plain: true };
  }
  const usesTools = tools.length > 0 || given.some(speaksOfTools);
  if (usesTools && toolStyle === 'native' && !markers?.calls) {
    refuse('tools', `Dialect "${dialect.name}" has no form of its own for tools.`);
  }

  let placed = given.map((message, index) => {
    const place = { message, index, path: `messages[${index}]` };
    return isPlain(message) ? place : adapted(place);
  });
  native?.tellLostIds(placed, warnings);
  if (tools.length > 0) placed = withTools(placed);
  placed = syntax.arrange?.apply(placed, options, writing) ?? placed;
  return { messages: placed.map(({ message }) => message), at: (i) => placed[i]!, plain: false };

  function adapted(place: Placed): Placed {
    const { message, path } = place;
    switch (message.role) {
      case 'developer':
        if (markers?.roles.developer !== undefined) return place;
        lossy(
          warnings,
          'role-changed',
          `${path}.role`,
          'The developer message was written as a system message.',
        );
        return { ...place, message: { ...message, role: 'system' } };
      case 'assistant':
        return assistant(place, message);
      case 'function':
        lossy(
          warnings,
          'role-changed',
          `${path}.role`,
          'The deprecated function message was written as the result of a tool.',
        );
        return result({
          ...place,
          message: { role: 'tool', tool_call_id: '', content: message.content ?? '' },
        });
      case 'tool':
        return result(place);
      default:
        return place;
    }
  }

  /** A message with words that are not all its own. */
  function worded(place: Placed, message: Message, pieces: Pieces): Placed {
    const { path, index } = place;
    const words = whole(pieces, { as: 'text', message: index, path: `${path}.content` });
    return { ...place, message: { ...message, content: words.text } as Message, words };
  }

  function result(place: Placed): Placed {
    const { path } = place;
    if (toolStyle === 'error') refuse(`${path}.role`, 'The conversation has results of tools.');
    if (native?.results) return place;
    lossy(warnings, 'tools-as-text', path, "The result of a tool was written into the user's words.");
    return worded(place, { role: 'user', content: '' }, genericResult(wordsOf(place, writing)));
  }

  function assistant(place: Placed, message: AssistantMessage): Placed {
    const { path, index } = place;
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
    if (calls.length === 0) return { ...place, message: result };
    const where = `${path}.tool_calls`;
    if (toolStyle === 'error') refuse(where, 'The message calls tools.');
    if (single) {
      const note = 'The deprecated function call was written as the call of a tool.';
      lossy(warnings, 'role-changed', `${path}.function_call`, note);
    }
    if (given?.some((call) => call.type === 'custom')) {
      lossy(warnings, 'tools-as-text', where, 'The input of a custom tool was written as a JSON object.');
    }
    if (native?.calls) return { ...place, message: native.calling(result, calls, path, warnings) };
    lossy(warnings, 'tools-as-text', where, "The calls were written into the assistant's words.");
    const words: Pieces = content === null || content === undefined ? [] : [wordsOf(place, writing)];
    const spoken = words.length === 0 ? '' : wordsOf(place, { ...writing, warnings: [] }).text;
    const part = (text: string, as: Content['as']): Content => ({ text, as, message: index, path: where });
    return worded(place, result, [words, writeGenericCalls(calls, spoken, part)]);
  }

  /** The list of tools in words, for dialects whose template does not write it. */
  function withTools(placed: Placed[]): Placed[] {
    if (toolStyle === 'error') refuse('tools', 'Tools were given.');
    if (template && toolStyle === 'native') return placed;
    lossy(warnings, 'tools-as-text', 'tools', 'The list of tools was written into the system message.');
    const text = genericTools(tools);
    const [first, ...rest] = placed;
    if (first?.message.role === 'system' || first?.message.role === 'developer') {
      const words = wordsOf(first, writing);
      return [worded(first, first.message, words.text === '' ? text : [words, '\n\n', text]), ...rest];
    }
    const system: Placed = { message: { role: 'system', content: '' }, index: null, path: 'tools' };
    return [worded(system, system.message, text), ...placed];
  }
}
