import { RolecallError } from '../../errors.js';
import { refusal } from '../refusal.js';

/** The headers in which clients send their key: OpenAI's, and Azure's. */
const keyOf = (headers: Headers): string | null =>
  /^Bearer\s+(.*)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? headers.get('api-key');

/** The same in a time that does not tell where they differ. */
function isEqual(given: string, key: string): boolean {
  const encoder = new TextEncoder();
  const a = encoder.encode(given);
  const b = encoder.encode(key);
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a[i] ?? 0) ^ b[i]!;
  return difference === 0;
}

/**
 * A check that a client has the key, which throws a refusal with status 401. Gives the client's headers without it: it is
 * none of the upstream's. Throws `invalid-argument` for a key that is empty.
 */
export function createKeyCheck(key: string | undefined): (request: Request) => void {
  if (key === undefined) return () => undefined;
  if (key === '') throw new RolecallError('invalid-argument', 'The key is empty.', { path: 'clientKey' });
  return ({ headers }) => {
    const given = keyOf(headers);
    if (given !== null && isEqual(given, key)) return;
    const message =
      given === null ? 'This server asks for an API key.' : 'The API key is not the one of this server.';
    throw refusal(401, message, { code: 'invalid_api_key' });
  };
}
