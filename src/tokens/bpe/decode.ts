import { RolecallError } from '../../errors.js';
import type { StreamingDecoder } from './types.js';

/** The bytes of each id. */
export interface TokenBytes {
  /** A view of the bytes of a token; throws `unknown-token` for an id that has none. */
  of(id: number): Uint8Array;
}

export function joinBytes(ids: Iterable<number>, tokens: TokenBytes): Uint8Array {
  if (typeof ids?.[Symbol.iterator] !== 'function')
    throw new RolecallError('invalid-argument', 'the ids must be a list of numbers', { path: 'ids' });
  let bytes = new Uint8Array(64);
  let length = 0;
  for (const id of ids) {
    const token = tokens.of(id);
    if (length + token.length > bytes.length) {
      const wider = new Uint8Array(Math.max(bytes.length * 2, length + token.length));
      wider.set(bytes);
      bytes = wider;
    }
    bytes.set(token, length);
    length += token.length;
  }
  return bytes.subarray(0, length);
}

const utf8 = () => new TextDecoder('utf-8', { ignoreBOM: true });

export const decodeText = (ids: Iterable<number>, tokens: TokenBytes): string =>
  utf8().decode(joinBytes(ids, tokens));

export function createDecoder(tokens: TokenBytes, stripsSpace = false): StreamingDecoder {
  const decoder = utf8();
  let begins = stripsSpace;
  const written = (text: string): string => {
    if (!begins || text === '') return text;
    begins = false;
    return text.startsWith(' ') ? text.slice(1) : text;
  };
  return {
    push: (ids) =>
      written(
        decoder.decode(typeof ids === 'number' ? tokens.of(ids) : joinBytes(ids, tokens), { stream: true }),
      ),
    flush: () => {
      const text = written(decoder.decode());
      begins = stripsSpace;
      return text;
    },
  };
}

export function unknownToken(id: unknown, name: string, size: number): RolecallError {
  const about = Number.isInteger(id)
    ? `no token has the id ${String(id)}`
    : `${String(id)} is not a token id`;
  return new RolecallError('unknown-token', `${name}: ${about}; the ids go from 0 to ${size - 1}`);
}
