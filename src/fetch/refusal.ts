import { type ErrorCode, isRolecallError, RolecallError } from '../errors.js';
import type { ErrorEnvelope } from '../schemas/errors.js';
import { normalizeError } from '../translate/normalize/error.js';

/** A response that is an error, thrown to end the handling of a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    readonly body: ErrorEnvelope,
    readonly headers: Headers = new Headers(),
  ) {
    // The cause is what a stream says of it, once its headers are out.
    super(body.error.message, { cause: body });
  }
}

/** A refusal of our own, in OpenAI's words for its kind. */
export function refusal(
  status: number,
  message: string,
  {
    param = null,
    code = null,
    headers,
  }: { param?: string | null; code?: string | null; headers?: Headers } = {},
): Refusal {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  return new Refusal(status, { error: { message, type, param, code } }, headers);
}

/** The errors that the request is to blame for; the others are the upstream's. */
const upstreamFaults: ReadonlySet<ErrorCode> = new Set(['provider-error', 'incomplete-stream']);

/** What OpenAI calls the same error. */
const codes: Partial<Record<ErrorCode, string>> = { 'context-length': 'context_length_exceeded' };

/** The status of an error body that came with status 200: its own numeric code, where it has one. */
function statusIn({ error: { code } }: ErrorEnvelope): number {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : 502;
}

/** An error of a conversion as the response for it. `stage`: while reading the request, or the upstream's response. */
export function refusalOf(error: RolecallError, stage: 'request' | 'response'): Refusal {
  const { code, message, path, cause } = error;
  if (code === 'provider-error' && cause !== undefined) {
    const body = normalizeError(cause);
    return new Refusal(statusIn(body), body);
  }
  const unreadable = stage === 'response' && (code === 'invalid-shape' || code === 'over-limit');
  if (upstreamFaults.has(code) || unreadable) {
    return refusal(502, `The upstream's response can't be read: ${message}`, {
      code: 'bad_upstream_response',
    });
  }
  // OpenAI's own errors name the place in their own way.
  if (code === 'invalid-request') {
    const param = path.replaceAll('[', '.[');
    return refusal(400, message, { param, code: path === 'messages' ? 'empty_array' : null });
  }
  return refusal(stage === 'request' || code === 'unsupported' ? 400 : 502, message, {
    param: path === '' ? null : path,
    code: codes[code] ?? code.replaceAll('-', '_'),
  });
}

/** The response for whatever was thrown; undefined for what is not ours to answer (an abort, a failed connection). */
export function refusalFor(
  error: unknown,
  stage: 'request' | 'response',
  wording?: (message: string) => string,
): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return isRolecallError(error) ? refusalOf(reworded(error, wording), stage) : undefined;
}

/** An error of ours in other words; what the upstream said stays as it is. */
export function reworded(error: RolecallError, wording?: (message: string) => string): RolecallError {
  const { code, message, path, details } = error;
  if (wording === undefined || code === 'provider-error') return error;
  return new RolecallError(code, wording(message), { path, cause: error, ...(details && { details }) });
}

export const newRequestId = (): string => `req_${crypto.randomUUID().replaceAll('-', '')}`;

/** An error as a response. It has the id of a request, by which it can be found in a log. */
export function errorResponse({ status, body, headers }: Refusal, id = newRequestId()): Response {
  headers.set('content-type', 'application/json');
  if (!headers.has('x-request-id')) headers.set('x-request-id', id);
  return new Response(JSON.stringify(body), { status, headers });
}
