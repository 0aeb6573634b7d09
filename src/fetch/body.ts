import { refusal } from './refusal.js';
import type { RoomPlace } from './serving/room.js';
import type { Limits } from './types.js';

/** All bytes of a body, or undefined where they are more than `limit`; then nothing more is read. `onGrowth` may throw. */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  onGrowth: (length: number) => void = () => undefined,
): Promise<Uint8Array | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    onGrowth(length);
    pieces.push(value);
  }
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Is a value nested deeper than `limit`? Walks without recursion: the value may be meant to exhaust the stack. */
export function isDeeper(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const inner of Object.values(one))
        if (typeof inner === 'object' && inner !== null) next.push(inner);
    }
    level = next;
  }
  return false;
}

/** The JSON object that a request carries. Refuses what is too long, no UTF-8, no JSON, too deep, or no object. */
export async function readJsonRequest(
  request: Request,
  { body: longest, depth }: Pick<Limits, 'body' | 'depth'>,
  room?: RoomPlace,
): Promise<Record<string, unknown>> {
  const tooLong = () =>
    refusal(413, `The body is longer than ${longest} bytes, the limit.`, { code: 'request_too_large' });
  if (Number(request.headers.get('content-length')) > longest) throw tooLong();
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    throw refusal(415, 'A body with a content-encoding is not taken; send it as it is.');
  }
  // Refused before it is read, where its length is told.
  room?.grow(Number(request.headers.get('content-length')) || 0);
  const bytes = await readBytes(request.body, longest, room?.grow);
  if (bytes === undefined) throw tooLong();
  await room?.turn();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refusal(400, 'The body is not UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of the parser quotes the body, which may be logged on the way.
    throw refusal(400, 'We could not parse the JSON body of your request. The body must be one JSON object.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(400, 'The body must be a JSON object.');
  }
  if (isDeeper(value, depth))
    throw refusal(400, `The body is nested deeper than ${depth} levels, the limit.`);
  return value as Record<string, unknown>;
}
