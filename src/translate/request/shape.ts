import { RolecallError } from '../../errors.js';
import type { ChatRequest } from '../../schemas/chat.js';
import { at, isRecord, quoted } from '../notes.js';

type Json = Record<string, unknown>;

const refuse = (path: string, wanted: string, given: unknown): RolecallError =>
  new RolecallError('invalid-shape', `${path} must be ${wanted}, not ${quoted(given)}.`, { path });

function recordAt(value: unknown, path: string, wanted = 'an object'): Json {
  if (!isRecord(value)) throw refuse(path, wanted, value);
  return value;
}

/** The entries of a list that may be missing. */
function* entriesOf(value: unknown, path: string): Generator<[one: unknown, path: string]> {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw refuse(path, 'a list', value);
  for (const [i, one] of value.entries()) yield [one, `${path}[${i}]`];
}

function checkText(value: Json, key: string, path: string): void {
  if (typeof value[key] !== 'string') throw refuse(at(path, key), 'a text', value[key]);
}

/** A function or a custom tool, or a call of one: what it is named is all that every reader needs. */
function checkNamed(value: unknown, path: string): Json {
  const outer = recordAt(value, path);
  const key = outer['type'] === 'custom' ? 'custom' : 'function';
  const inner = recordAt(outer[key], at(path, key));
  checkText(inner, 'name', at(path, key));
  return inner;
}

function checkCall(call: unknown, path: string): void {
  const inner = checkNamed(call, path);
  const custom = isRecord(call) && call['type'] === 'custom';
  checkText(inner, custom ? 'input' : 'arguments', at(path, custom ? 'custom' : 'function'));
}

function checkContent(content: unknown, path: string): void {
  if (typeof content === 'string') return;
  for (const [part, where] of entriesOf(content, path)) {
    const { type } = recordAt(part, where);
    if (type === 'text' || type === 'refusal') checkText(part as Json, type, where);
    else checkText(part as Json, 'type', where);
  }
}

function checkMessage(message: unknown, path: string): void {
  const given = recordAt(message, path, 'a message');
  checkText(given, 'role', path);
  checkContent(given['content'], at(path, 'content'));
  for (const [call, where] of entriesOf(given['tool_calls'], at(path, 'tool_calls'))) checkCall(call, where);
  const { function_call: call } = given;
  if (call === undefined || call === null) return;
  const where = at(path, 'function_call');
  checkText(recordAt(call, where), 'name', where);
  checkText(call as Json, 'arguments', where);
}

function checkToolChoice(choice: unknown): void {
  if (
    choice === undefined ||
    choice === null ||
    choice === 'none' ||
    choice === 'auto' ||
    choice === 'required'
  )
    return;
  const path = 'tool_choice';
  const given = recordAt(choice, path, '"none", "auto", "required" or an object');
  if (given['type'] !== 'allowed_tools') {
    checkNamed(given, path);
    return;
  }
  const where = at(path, 'allowed_tools');
  const allowed = recordAt(given['allowed_tools'], where);
  for (const [one, there] of entriesOf(allowed['tools'] ?? 0, at(where, 'tools'))) recordAt(one, there);
}

/**
 * Throws `invalid-shape` for what the conversion could make nothing of. It is not the check of a whole request, which
 * `rolecall/schemas` has, but the least that keeps a wrong one from failing somewhere inside.
 */
export function checkChatShape(request: ChatRequest): void {
  const given = request as unknown as Json;
  for (const [message, path] of entriesOf(given['messages'], 'messages')) checkMessage(message, path);
  for (const [tool, path] of entriesOf(given['tools'], 'tools')) checkNamed(tool, path);
  for (const [one, path] of entriesOf(given['functions'], 'functions'))
    checkText(recordAt(one, path), 'name', path);
  for (const [one, path] of entriesOf(given['modalities'], 'modalities'))
    if (typeof one !== 'string') throw refuse(path, 'a text', one);
  checkToolChoice(given['tool_choice']);
  const { function_call: call } = given;
  if (call !== undefined && call !== null && call !== 'none' && call !== 'auto')
    checkText(recordAt(call, 'function_call', '"none", "auto" or an object'), 'name', 'function_call');
  for (const field of ['response_format', 'stream_options', 'logit_bias', 'chat_template_kwargs'])
    if (given[field] !== undefined) recordAt(given[field], field);
}
