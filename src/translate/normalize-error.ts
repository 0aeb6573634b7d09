import type { ErrorEnvelope } from '../schemas/errors.js';
import { isRecord } from './notes.js';

type ErrorBody = ErrorEnvelope['error'];

/** What OpenAI calls the errors of a status, for bodies that give no type. */
function typeOf(status: number | undefined): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status !== undefined && status >= 400 && status < 500 ? 'invalid_request_error' : 'server_error';
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function codeOf(...candidates: unknown[]): string | null {
  for (const code of candidates) {
    if (typeof code === 'number') return String(code);
    if (text(code) !== undefined) return code as string;
  }
  return null;
}

/** One entry of FastAPI's `detail`: where, and what is wrong there. */
function detailOf(detail: unknown): string | undefined {
  if (!isRecord(detail)) return text(detail);
  const where = Array.isArray(detail['loc']) ? detail['loc'].join('.') : undefined;
  const what = text(detail['msg']) ?? text(detail['message']);
  return where !== undefined && what !== undefined ? `${where}: ${what}` : what;
}

function messageOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const all = value.map(messageOf).filter((one) => one !== undefined);
    return all.length > 0 ? all.join('; ') : undefined;
  }
  if (!isRecord(value)) return text(value);
  return (
    text(value['message']) ??
    messageOf(value['message']) ??
    text(value['error_message']) ??
    detailOf(value) ??
    messageOf(value['detail']) ??
    messageOf(value['errors']) ??
    text(value['title'])
  );
}

/** The part of a body that describes the error, and the body around it. */
function find(body: unknown): { inner: unknown; outer: Record<string, unknown> } {
  if (typeof body === 'string') {
    try {
      const parsed: unknown = JSON.parse(body);
      if (typeof parsed === 'object' && parsed !== null) return find(parsed);
    } catch {
      // Not JSON: a proxy's page, or a plain text.
    }
    return { inner: body, outer: {} };
  }
  if (Array.isArray(body)) return find(body[0]);
  if (!isRecord(body)) return { inner: body, outer: {} };
  if (isRecord(body['error']) || Array.isArray(body['error'])) {
    const inner: unknown = Array.isArray(body['error']) ? body['error'][0] : body['error'];
    return { inner, outer: body };
  }
  if (isRecord(body['content']) && 'error' in body['content']) return find(body['content']);
  if (text(body['error']) !== undefined) return { inner: body['error'], outer: body };
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
 * Any provider's error body (parsed, or still text) in OpenAI's envelope. `status` is the HTTP status; it names
 * the type where the body does not. Never throws.
 */
export function normalizeError(body: unknown, status?: number): ErrorEnvelope {
  const { inner, outer } = find(body);
  const fields = isRecord(inner) ? inner : {};
  const message = messageOf(inner) ?? messageOf(outer['message']) ?? messageOf(outer['detail']);
  const type =
    text(fields['type']) ?? text(fields['status']) ?? text(outer['error_type']) ?? text(outer['type']);
  const error: ErrorBody = {
    message: message === undefined ? fallback(body, status) : plain(message),
    type: type === undefined || type === 'json' ? typeOf(status) : type,
    param: text(fields['param']) ?? text(outer['param']) ?? null,
    code: codeOf(fields['code'], outer['code']),
  };
  return { error };
}

function fallback(body: unknown, status: number | undefined): string {
  const shown = isRecord(body) || Array.isArray(body) ? JSON.stringify(body) : '';
  const what =
    status === undefined ? 'The provider sent an error' : `The provider answered with status ${status}`;
  return shown === '' || shown === '{}' || shown === '[]' ? `${what}.` : plain(`${what}: ${shown}`);
}

/** Is a body an error, and no response? */
export function isErrorBody(body: unknown): boolean {
  if (Array.isArray(body)) return body.length > 0 && isErrorBody(body[0]);
  if (!isRecord(body) || Array.isArray(body['choices'])) return false;
  const { error } = body;
  if (error !== undefined && error !== null && error !== false && error !== '') return true;
  if (body['object'] === 'error' || 'detail' in body) return true;
  return isRecord(body['content']) ? isErrorBody(body['content']) : 'message' in body && !('choices' in body);
}
