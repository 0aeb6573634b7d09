import { type Bytes, sseFrame } from '../../stream/events.js';
import { doneFrame } from '../../stream/frames.js';
import { type Input, type Source, sourceOf } from '../../stream/source.js';
import { normalizeError } from '../../translate/normalize/error.js';
import { checkBody } from '../../translate/reply.js';
import { refusal } from '../refusal.js';
import type { Upstream } from '../types.js';
import { bytesOf, lookAt, textOf } from './bytes.js';

const bad = (message: string): Error => refusal(502, message, { code: 'bad_upstream_response' });

/** The JSON in the bytes of a response. */
async function parse(bytes: Input<Uint8Array>, { limits }: Upstream): Promise<unknown> {
  const text = await textOf(bytes, limits.response);
  if (text === undefined)
    throw bad(`The upstream's response is longer than ${limits.response} bytes, the limit.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const { message } = normalizeError(text).error;
    throw bad(
      `The upstream's response is not JSON: ${text.trim() === '' ? 'it is empty.' : message.slice(0, 200)}`,
    );
  }
}

/** The JSON of a response that is no stream. */
export async function readJson(
  response: Response,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<unknown> {
  return await parse(bytesOf(response, upstream, signal), upstream);
}

/**
 * A response with choices, which clients take for granted. Throws `provider-error` for one that says why it has none, and a
 * refusal for one that does not.
 */
function checkReply(body: unknown): asserts body is Record<string, unknown> {
  checkBody(body, 'response');
  if (!Array.isArray(body['choices']) || body['choices'].length === 0)
    throw bad("The upstream's response has no choices.");
}

/** A reply of either API, for a client that wants it whole: a body, or the events of a server that streams all the same. */
export async function readWhole(
  response: Response,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<{ body: object } | { events: Source<Uint8Array> }> {
  const { kind, bytes } = await lookAt(bytesOf(response, upstream, signal));
  if (kind === 'events') return { events: sourceOf(bytes) };
  const body = await parse(bytes, upstream);
  checkReply(body);
  return { body };
}

const isEventStream = (response: Response): boolean =>
  /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');

/**
 * A reply for a client that wants a stream. Of a server that can't stream, and answers with a whole response, that is one
 * frame; an error in such a body is thrown while there is still a status to tell it by.
 */
export async function readStream(
  response: Response,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<Source<Bytes>> {
  const given = bytesOf(response, upstream, signal);
  // The headers of the response need not wait for its first byte.
  if (isEventStream(response)) return sourceOf(given);
  const { kind, bytes } = await lookAt(given);
  if (kind === 'events') return sourceOf(bytes);
  const body = await parse(bytes, upstream);
  checkReply(body);
  return [sseFrame(JSON.stringify(body)) + doneFrame];
}
