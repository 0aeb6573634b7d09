import type { Warning } from '../errors.js';
import type { ConvertOptions } from '../translate/notes.js';
import type { ModelMap } from '../translate/target/models.js';

/** The part of `fetch` that clients use, and that an upstream has to have. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Where a warning comes from. */
export interface WarningOrigin {
  /** The `x-request-id` of the request, else one that was made for it; the response carries it as well. */
  requestId: string;
}

/** What to do with a history that is too long for the window. */
export type Overflow = 'error' | 'fit' | 'retry';

/** What both directions take. */
export interface EdgeOptions extends Pick<ConvertOptions, 'strict' | 'now' | 'makeId'> {
  /** What sends the requests (default: the global `fetch`). */
  fetch?: Fetch | undefined;
  /**
   * The upstream's address with its version, as `http://localhost:8000/v1`; an address with no path gets `/v1`.
   * Unless given, requests go where the client sends them, and only the end of the path changes.
   */
  baseURL?: string | undefined;
  /** The model to ask instead of the request's: one, a table with `*`, or a function. */
  model?: ModelMap | undefined;
  /** Headers to add to each request, over the client's own (an `authorization`, say). They go to the upstream alone. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Hears each warning; those of a stream come while it runs. */
  onWarning?: ((warning: Warning, origin: WarningOrigin) => void) | undefined;
  /** Hears what no response can tell: errors that nobody foresaw. Never given a body or a header. */
  onError?: ((error: unknown, origin?: WarningOrigin) => void) | undefined;
  /** How many requests to the upstream are under way at a time, of those that one request takes (default 8). */
  concurrency?: number | undefined;
  /** For fields of a request that no table knows (default `pass`: the upstream says whether it takes them). */
  unknownFields?: 'drop' | 'pass' | 'error' | undefined;
  limits?: Partial<Limits> | undefined;
}

export interface Limits {
  /** The longest body of a request, in bytes (default 32 MiB). */
  body: number;
  /** The deepest nesting of a request's JSON (default 128). */
  depth: number;
  /** The longest body of a response that is no stream, in bytes (default 256 MiB). */
  response: number;
  /** The longest frame of a streamed response, in UTF-16 units (default 8 Mi). */
  frame: number;
  /** The longest wait for the headers of a response, in milliseconds (default: none but the client's own). */
  headersTimeout: number;
  /** The longest wait for the next bytes of a response, in milliseconds (default: none but the client's own). */
  idleTimeout: number;
}

/** One upstream: what it is reached by, and how long is waited for it. */
export interface Upstream {
  fetch: Fetch;
  limits: Limits;
  /** Hears why it failed, where no response can tell. */
  onError?: ((error: unknown) => void) | undefined;
}

const mebi = 1024 * 1024;

export const defaultLimits: Limits = {
  body: 32 * mebi,
  depth: 128,
  response: 256 * mebi,
  frame: 8 * mebi,
  headersTimeout: Infinity,
  idleTimeout: Infinity,
};
