import { RolecallError } from '../errors.js';

/** The address of an upstream with its version, and with no slash at its end. Throws `invalid-argument`. */
export function baseAddress(baseURL: string): string {
  let url: URL;
  try {
    url = new URL(baseURL);
  } catch {
    throw new RolecallError('invalid-argument', `The base URL is not a URL: ${baseURL}`, { path: 'baseURL' });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RolecallError(
      'invalid-argument',
      `The base URL must begin with http: or https:, not ${url.protocol}`,
      {
        path: 'baseURL',
      },
    );
  }
  if (url.username !== '' || url.password !== '') {
    const message =
      'The base URL must not hold a user and a password; the option "headers" takes an authorization.';
    throw new RolecallError('invalid-argument', message, { path: 'baseURL' });
  }
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path === '' ? '/v1' : path}`;
}

/** The address without its version: where servers have what is their own (`/tokenize`, `/props`). */
export const serverRoot = (base: string): string => base.replace(/\/v\d+$/, '');

/** What a request's path asks for, whatever stands in front. */
export interface Endpoint {
  kind: 'chat' | 'completions' | 'responses' | 'other';
  /** The path with all that stands before the endpoint, as `/openai/v1`. */
  before: string;
  /** The endpoint, as `/chat/completions` or `/models`; it begins with a slash, or is empty. */
  rest: string;
  /** The model, where the path names it (`/engines/{id}/completions`, `/deployments/{id}/completions`). */
  engine: string | undefined;
}

const known = /^(.*?)(?:\/(?:engines|deployments)\/([^/]+))?\/(chat\/completions|completions|responses)\/?$/;
const kinds = { 'chat/completions': 'chat', completions: 'completions', responses: 'responses' } as const;

export function endpointOf(pathname: string): Endpoint {
  const match = known.exec(pathname);
  if (match === null) {
    const before = /^.*?\/v\d+(?=\/|$)/.exec(pathname)?.[0] ?? '';
    return { kind: 'other', before, rest: pathname.slice(before.length), engine: undefined };
  }
  const [, before = '', engine, name] = match;
  return {
    kind: kinds[name as keyof typeof kinds],
    before,
    rest: `/${name}`,
    engine: engine === undefined ? undefined : decoded(engine),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of an endpoint at the upstream, for a client that asked for `url`. */
export function upstreamAddress(
  url: URL,
  endpoint: Endpoint,
  rest: string,
  base: string | undefined,
): string {
  if (base !== undefined) return `${base}${rest}${url.search}`;
  // An Azure deployment stays in the path; an engine of OpenAI's first API does not exist for chat.
  const named = /\/deployments\/[^/]+(?=\/)/.exec(url.pathname)?.[0] ?? '';
  return `${url.origin}${endpoint.before}${named}${rest}${url.search}`;
}
