import type { ErrorEnvelope } from '../../schemas/errors.js';
import { isEmpty, isRecord } from '../notes.js';

type ErrorBody = ErrorEnvelope['error'];
type Json = Record<string, unknown>;

/** What OpenAI calls the errors of a status, for bodies that give no type. */
function typeOf(status: number | undefined): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status !== undefined && status >= 400 && status < 500 ? 'invalid_request_error' : 'server_error';
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Names are compared without case and underscores, in which providers differ. */
const plainName = (name: string): string => name.toLowerCase().replaceAll('_', '');

/** The value under the first of some names that holds anything. */
function under(fields: Json, names: readonly string[]): unknown {
  const keys = Object.keys(fields);
  for (const name of names) {
    const key = keys.find((one) => plainName(one) === name && !isEmpty(fields[one]));
    if (key !== undefined) return fields[key];
  }
  return undefined;
}

/** Where a text says what went wrong, the clearest name first. */
const messageNames = [
  'message', 'msg', 'errormessage', 'errormsg', 'errmsg', 'statusmsg', 'statusmessage', 'errordescription',
  'detail', 'errors', 'title', 'reason', 'description',
]; // biome-ignore format: a list is read best as a list

/** Where a gateway puts what the provider behind it said. */
const deeperNames = ['raw', 'details', 'innererror', 'upstreamerror', 'originalerror', 'cause', 'error'];

const codeNames = ['code', 'errorcode', 'errcode', 'statuscode'];

function codeOf(...candidates: unknown[]): string | null {
  for (const code of candidates) {
    if (typeof code === 'number') return String(code);
    if (text(code) !== undefined) return code as string;
  }
  return null;
}

function parsed(value: string): unknown {
  try {
    const json: unknown = JSON.parse(value);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    // Not JSON: a proxy's page, or a plain text.
    return undefined;
  }
}

/** Nobody says it deeper than this. */
const deepest = 8;

function messageOf(value: unknown, depth = 0): string | undefined {
  if (depth > deepest) return undefined;
  if (typeof value === 'string') {
    const json = value.startsWith('{') || value.startsWith('[') ? parsed(value) : undefined;
    return json === undefined ? text(value) : (messageOf(find(json).inner, depth + 1) ?? value);
  }
  if (Array.isArray(value)) {
    const all = value.map((one) => messageOf(one, depth + 1)).filter((one) => one !== undefined);
    return all.length > 0 ? all.join('; ') : undefined;
  }
  if (!isRecord(value)) return undefined;
  const message = messageOf(under(value, messageNames), depth + 1);
  // FastAPI says where, and what is wrong there.
  const where = Array.isArray(value['loc']) ? `${value['loc'].join('.')}: ` : '';
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const deeper = messageOf(under({ ...metadata, ...value }, deeperNames), depth + 1);
  if (message === undefined) return deeper;
  if (deeper === undefined || message.includes(deeper)) return where + message;
  return `${where}${message.replace(/[.:\s]+$/, '')}: ${deeper}`;
}

const successes: ReadonlySet<string> = new Set(['0', '200', 'ok', 'success', '']);
const isSuccess = (value: unknown): boolean =>
  isEmpty(value) || (typeof value !== 'object' && successes.has(String(value).toLowerCase()));

/** Does an `error` say that something went wrong? Some servers write the field into every response. */
function isFault(error: unknown): boolean {
  if (Array.isArray(error)) return error.some(isFault);
  if (isRecord(error)) return Object.values(error).some((one) => !isSuccess(one));
  return error !== false && !isSuccess(error);
}

/** The error in a choice, as a router says that one provider failed. */
function choiceFault(choices: unknown): unknown {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    for (const place of [choice, choice['message'], choice['delta']])
      if (isRecord(place) && isFault(place['error'])) return place['error'];
  }
  return undefined;
}

/** The part of a body that describes the error, and the body around it. */
function find(body: unknown): { inner: unknown; outer: Json } {
  if (typeof body === 'string') {
    const json = parsed(body);
    return json === undefined ? { inner: body, outer: {} } : find(json);
  }
  if (Array.isArray(body)) return find(body[0]);
  if (!isRecord(body)) return { inner: body, outer: {} };
  const { error } = body;
  if (isFault(error) && (typeof error === 'object' || typeof error === 'string'))
    return { inner: Array.isArray(error) ? error[0] : error, outer: body };
  if (isRecord(body['content']) && 'error' in body['content']) return find(body['content']);
  const ofChoice = choiceFault(body['choices']);
  if (ofChoice !== undefined) return { inner: ofChoice, outer: {} };
  // MiniMax writes the state of each response there.
  if (isRecord(body['base_resp'])) return { inner: body['base_resp'], outer: body };
  return { inner: body, outer: {} };
}

const longestMessage = 2000;

/** A proxy's page as text; it may be long, and only its beginning is of use. */
function plain(message: string): string {
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  if (!/^\s*</.test(message)) return short;
  const page = message.slice(0, 10 * longestMessage);
  const words = page.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^<>]*>/g, ' ');
  return words.replace(/\s+/g, ' ').trim().slice(0, longestMessage);
}

/**
 * Any provider's error body (parsed, or still text) in OpenAI's envelope: the message of whoever says it, and behind it what
 * the provider behind a gateway said. `status` is the HTTP status; it names the type where the body does not. Never throws.
 */
export function normalizeError(body: unknown, status?: number): ErrorEnvelope {
  const { inner, outer } = find(body);
  const fields = isRecord(inner) ? inner : {};
  const message = messageOf(inner) ?? messageOf(under(outer, messageNames));
  const type =
    text(fields['type']) ?? text(fields['status']) ?? text(outer['error_type']) ?? text(outer['type']);
  const error: ErrorBody = {
    message: message === undefined ? fallback(body, status) : plain(message),
    type: type === undefined || type === 'json' ? typeOf(status) : type,
    param: text(fields['param']) ?? text(outer['param']) ?? null,
    code: codeOf(under(fields, codeNames), under(outer, codeNames)),
  };
  return { error };
}

function fallback(body: unknown, status: number | undefined): string {
  const shown = isRecord(body) || Array.isArray(body) ? JSON.stringify(body) : '';
  const what =
    status === undefined ? 'The provider sent an error' : `The provider answered with status ${status}`;
  return shown === '' || shown === '{}' || shown === '[]' ? `${what}.` : plain(`${what}: ${shown}`);
}

/** Is a body without choices an error by its own fields, as `{"code": 1001, "msg": "…"}` and `{"success": false}` are? */
function isFlatFault(body: Json): boolean {
  if (body['object'] === 'error' || body['success'] === false || body['ok'] === false) return true;
  const state = body['status'];
  if (state === 'error' || state === 'failed' || (typeof state === 'number' && state >= 400)) return true;
  if (isRecord(body['content'])) return errorIn(body['content']) !== undefined;
  const said = text(under(body, ['message', 'msg', 'errormessage', 'errormsg', 'errmsg']));
  return (
    [said, body['detail'], body['errors']].some(isFault) || !isSuccess(under(body, ['errorcode', 'errcode']))
  );
}

/**
 * The error that a body holds, whatever stands beside it: what `normalizeError` takes. Undefined where there is none, as in
 * a response, a chunk, or an object that says nothing of an error.
 */
export function errorIn(body: unknown): unknown {
  if (Array.isArray(body)) return body.length > 0 ? errorIn(body[0]) : undefined;
  if (!isRecord(body)) return undefined;
  if (isFault(body['error'])) return body;
  if (choiceFault(body['choices']) !== undefined) return body;
  const state = body['base_resp'];
  if (isRecord(state) && !isSuccess(state['status_code'])) return body;
  if (Array.isArray(body['choices']) && body['choices'].length > 0) return undefined;
  return isFlatFault(body) ? body : undefined;
}

/** Is a body an error, or does it hold one? */
export const isErrorBody = (body: unknown): boolean => errorIn(body) !== undefined;
