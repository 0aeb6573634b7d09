/** Headers between two neighbours on the way, which no one passes on, and those that describe a body as it was sent. */
const hopByHop = new Set([
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'content-length', 'content-encoding',
]); // biome-ignore format: a list is read best as a list

/** What is the client's and this server's own: nothing of it is for the upstream. */
const ours = new Set(['host', 'accept-encoding', 'expect', 'cookie', 'origin', 'referer']);
const oursByPrefix = ['sec-', 'access-control-', 'x-forwarded-'];

/** What of a converted response's headers is still true of it: limits, ids, who answered. */
const kept = new Set([
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'date',
  'server',
  'via',
  'server-timing',
]);
const keptByPrefix = [
  'x-ratelimit-',
  'ratelimit',
  'x-request-id',
  'openai-',
  'x-envoy-',
  'cf-ray',
  'apim-',
  'x-ms-',
];

const startsWithOne = (name: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => name.startsWith(prefix));

/** Where a client's key stands. */
const keys = new Set(['authorization', 'api-key']);

/** The headers of a request, for the upstream; `added` go over them. `ownKey`: the key is this server's, and stays here. */
export function requestHeaders(
  from: Headers,
  added: Readonly<Record<string, string>> = {},
  ownKey = false,
): Headers {
  const named = new Set((from.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const headers = new Headers();
  for (const [name, value] of from) {
    if (hopByHop.has(name) || ours.has(name) || named.has(name) || startsWithOne(name, oursByPrefix))
      continue;
    if (!ownKey || !keys.has(name)) headers.append(name, value);
  }
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return headers;
}

/** The headers of a response that was converted. */
export function convertedHeaders(from: Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of from) {
    if (kept.has(name) || startsWithOne(name, keptByPrefix)) headers.append(name, value);
  }
  return headers;
}

/** The headers of a response that passes through; its body has been unpacked on the way. */
export function passedHeaders(from: Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of from) if (!hopByHop.has(name)) headers.append(name, value);
  return headers;
}
