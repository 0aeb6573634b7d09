import { RolecallError } from '../errors.js';
import type { ToolCall } from '../schemas/messages.js';
import type { ProviderChatReply, ProviderToolCall } from '../schemas/provider.js';
import { newId } from './ids.js';
import { errorIn, normalizeError } from './normalize/error.js';
import { at, info, isEmpty, isRecord, lossy, type Notes, quoted } from './notes.js';

/** A `provider-error` with the reason that a body gives; undefined where it gives none. */
export function faultIn(body: unknown): RolecallError | undefined {
  const cause = errorIn(body);
  if (cause === undefined) return undefined;
  return new RolecallError('provider-error', normalizeError(cause).error.message, { cause });
}

/** Throws `provider-error` where a body is an error or holds one, and `invalid-shape` where it is no response at all. */
export function checkBody(body: unknown, what: string): asserts body is Record<string, unknown> {
  const fault = faultIn(body);
  if (fault !== undefined) throw fault;
  checkShape(body, what);
}

/**
 * The same of a chunk: an error that it holds beside choices is returned, to be thrown once their text is taken. One alone
 * is thrown.
 */
export function checkChunk(chunk: unknown, what: string): RolecallError | undefined {
  const fault = faultIn(chunk);
  if (fault !== undefined && !(isRecord(chunk) && Array.isArray(chunk['choices']))) throw fault;
  checkShape(chunk, what);
  return fault;
}

function checkShape(body: unknown, what: string): asserts body is Record<string, unknown> {
  if (!isRecord(body)) throw new RolecallError('invalid-shape', `A ${what} must be an object.`);
  const { choices } = body;
  if (choices === undefined || choices === null) return;
  if (!Array.isArray(choices)) {
    throw new RolecallError('invalid-shape', 'choices must be a list.', { path: 'choices' });
  }
  for (let i = 0; i < choices.length; i++) {
    if (isRecord(choices[i])) continue;
    throw new RolecallError('invalid-shape', 'A choice must be an object.', { path: `choices[${i}]` });
  }
}

/** Where an entry says that it stands, else where it does stand. */
export function indexOf(index: unknown, position: number): number {
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : position;
}

/** The text of a reply, and the reasoning that came inside its content as parts. */
export interface ReplyText {
  content: string | null;
  reasoning: string;
}

/** The text parts of content joined; thinking is set apart, and other parts are dropped with a warning. */
export function readContent(content: ProviderChatReply['content'], path: string, notes: Notes): ReplyText {
  if (typeof content === 'string') return { content, reasoning: '' };
  if (content === null || content === undefined) return { content: null, reasoning: '' };
  if (!Array.isArray(content)) {
    lossy(notes, 'odd-value', path, `Content can't be read: ${quoted(content)}.`);
    return { content: null, reasoning: '' };
  }
  let joined = '';
  let reasoning = '';
  for (const [i, part] of content.entries()) {
    if (typeof part === 'string') joined += part;
    else if (!isRecord(part)) continue;
    else if (part.type === 'thinking' || part.type === 'reasoning') reasoning += deepText(part);
    else if (typeof part.text === 'string') joined += part.text;
    else if (typeof part.refusal === 'string') joined += part.refusal;
    else lossy(notes, 'dropped-content', `${path}[${i}]`, `A part of type ${quoted(part.type)} was dropped.`);
  }
  return { content: joined, reasoning };
}

/** All text inside a thinking part, whose shape differs by provider. */
function deepText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(deepText).join('');
  if (!isRecord(value)) return '';
  return deepText(value['thinking'] ?? value['summary'] ?? value['text'] ?? value['content'] ?? '');
}

/** The reasoning of a reply, under any of its names. */
export function readReasoning(message: ProviderChatReply, parts: string): string {
  const named = message.reasoning_content ?? message.reasoning;
  const text = typeof named === 'string' ? named : deepText(named ?? '');
  return text === '' ? parts : text;
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function argumentsOf(value: unknown, path: string, notes: Notes): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  info(notes, 'odd-value', path, 'The arguments came as an object; they were written as JSON.');
  return JSON.stringify(value);
}

/** Calls of a reply in OpenAI's shape: a missing id is made, a missing type is `function`, arguments are JSON text. */
export function readToolCalls(
  calls: readonly ProviderToolCall[] | null | undefined,
  path: string,
  notes: Notes,
): ToolCall[] {
  if (!Array.isArray(calls)) return [];
  return (calls as readonly ProviderToolCall[]).map((call, i): ToolCall => {
    const where = `${path}[${i}]`;
    if (!isRecord(call))
      throw new RolecallError('invalid-shape', 'A call must be an object.', { path: where });
    const name = textOf(call.function?.name ?? call.custom?.name);
    let { id } = call;
    if (typeof id !== 'string' || id === '') {
      id = newId('call_', `${where}${name}${JSON.stringify(call)}`, notes);
      info(notes, 'missing-field', at(where, 'id'), 'The call has no id; one was made.');
    }
    if (isRecord(call.custom))
      return { id, type: 'custom', custom: { name, input: textOf(call.custom.input) } };
    const text = argumentsOf(call.function?.arguments, at(where, 'function.arguments'), notes);
    return { id, type: 'function', function: { name, arguments: text } };
  });
}

/** The deprecated single call; an empty one, as some servers put in, is none. */
export function readFunctionCall(
  call: ProviderChatReply['function_call'],
  path: string,
  notes: Notes,
): { name: string; arguments: string } | null {
  if (!isRecord(call) || (isEmpty(call.name) && isEmpty(call.arguments))) return null;
  return { name: textOf(call.name), arguments: argumentsOf(call.arguments, at(path, 'arguments'), notes) };
}
