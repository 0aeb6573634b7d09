const brokenOff = 'the connection was broken off';

/** What goes wrong below HTTP, by the code of Node, of Bun (`ConnectionRefused`) and of what stands beneath both. */
const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused: nothing listens there',
  ConnectionRefused: 'the connection is refused: nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host can not be looked up',
  ECONNRESET: brokenOff,
  EPIPE: brokenOff,
  ConnectionClosed: brokenOff,
  UND_ERR_SOCKET: brokenOff,
  ERR_STREAM_PREMATURE_CLOSE: brokenOff,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its length is not the one that was announced',
  ETIMEDOUT: 'the host does not answer',
  Timeout: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'nothing more came in time',
  EHOSTUNREACH: 'the host can not be reached',
  ENETUNREACH: 'the network can not be reached',
  FailedToOpenSocket: 'the host can not be reached',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: is it http, not https?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS: is it http, not https?',
};

/** The same by the words of those that have no codes: Deno, workers, browsers. The first that fits holds. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/connection refused|unable to connect/i, 'the connection is refused: nothing listens there'],
  [/dns error|failed to lookup|name or service not known|could not resolve|getaddrinfo/i, 'there is no host of that name'],
  [/certificate|\btls\b|\bssl\b/i, 'its certificate, or its TLS, is not taken'],
  [/timed? ?out/i, 'the host does not answer'],
  [/unreachable/i, 'the host can not be reached'],
  [/body timeout/i, 'nothing more came in time'],
  [
    /terminated|other side closed|socket hang up|connection (was )?(reset|closed|lost|aborted)|premature|unexpected (eof|end of file)|before message completed|error reading a body|network connection lost/i,
    brokenOff,
  ],
  [/bad port/i, 'fetch does not go to that port'],
]; // biome-ignore format: a table is read best by lines

interface Failure {
  kind: 'unreachable' | 'not-http';
  /** What went wrong, in words of our own: a message of the runtime may quote an address with a key in it. */
  reason: string | undefined;
  /** What the runtime said; of a library or a person, and perhaps not for everybody. */
  said: string;
}

/** The error beneath: `fetch` throws one that says nothing, with the real one as its cause; Node tries several addresses. */
function innermost(error: unknown): { name: string; message: string; code: string } {
  let inner: unknown = error;
  let code = '';
  for (let depth = 0; depth < 5; depth++) {
    const {
      code: given,
      cause,
      errors,
    } = (inner ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof given === 'string') code = given;
    const next = Array.isArray(errors) && errors.length > 0 ? errors[0] : cause;
    if (typeof next !== 'object' || next === null) break;
    inner = next;
  }
  const { name, message } = inner instanceof Error ? inner : { name: '', message: String(inner) };
  return { name, message, code };
}

/** What a connection failed of, on Node, Bun, Deno, workers and in browsers. */
export function networkFailure(error: unknown): Failure {
  const { name, message, code } = innermost(error);
  // Newer versions of Node leave the code out.
  if (code.startsWith('HPE_') || name === 'HTTPParserError' || /invalid HTTP/i.test(message))
    return { kind: 'not-http', reason: 'what answers there is not HTTP', said: message };
  const reason = byCode[code] ?? byWords.find(([words]) => words.test(message))?.[1];
  return { kind: 'unreachable', reason, said: message === '' ? code : message };
}

/** Was there a connection that ended before an answer came? */
export const isBrokenOff = (error: unknown): boolean => networkFailure(error).reason === brokenOff;
