import { isIP } from 'node:net';

/** A Host header: a name or an address, and perhaps a port. */
const hostHeader = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{1,5})?$/i;

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Does a server that listens there hear nobody but this machine? */
export const listensToItself = (host: string): boolean => isLoopback(plain(host));

/**
 * Which Host headers a server answers to. A page may have the name of its own server resolve to this machine; its browser
 * then takes us for that server, and tells us by the Host header alone. Names that only this machine or its containers use,
 * what the server was told to listen on, and `allowed` are no such names; no more are addresses, where it listens on all.
 */
export function createHostCheck(
  host: string,
  allowed: readonly string[],
): (header: string | undefined) => boolean {
  const names = new Set([host, 'host.docker.internal', ...allowed].map(plain));
  const everywhere = ['0.0.0.0', '::'].includes(plain(host));
  return (header) => {
    // HTTP/1.0 has none, and no browser speaks it.
    if (header === undefined || allowed.includes('*')) return true;
    const [, address, name] = hostHeader.exec(header) ?? [];
    const asked = plain(address ?? name ?? '');
    if (asked === '') return false;
    return isLoopback(asked) || names.has(asked) || (everywhere && isIP(asked) !== 0);
  };
}
