import { RolecallError } from '../errors.js';
import { baseAddress, type Endpoint, endpointOf, upstreamAddress } from './address.js';
import { type Exchange, startExchange, upstreamOf } from './exchange.js';
import { passedHeaders } from './headers.js';
import { errorResponse, refusal, refusalFor } from './refusal.js';
import type { EdgeOptions, Fetch } from './types.js';
import { send } from './upstream/send.js';

/** One request to convert, and where it stands. */
export interface Call {
  exchange: Exchange;
  endpoint: Endpoint;
  /** The address of an endpoint of the upstream, such as `/completions`. */
  address(rest: string): string;
  /** The upstream's address with its version. */
  base: string;
}

/** What a direction does with the endpoints that are not just passed on. */
export type Serve = Partial<Record<Endpoint['kind'], (call: Call) => Promise<Response>>>;

/** Throws `invalid-argument` for options that are none. */
export function checkEdgeOptions(options: EdgeOptions, name: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new RolecallError('invalid-argument', `${name} takes an object of options.`, { path: 'options' });
  }
  const { concurrency = 1 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RolecallError('invalid-argument', 'concurrency must be a whole number from 1.', {
      path: 'concurrency',
    });
  }
}

const bodiless = new Set([101, 204, 205, 304]);

function urlOf(input: string | URL | Request): URL {
  return new URL(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url);
}

/**
 * A `fetch` that serves some endpoints itself and passes on the rest. What goes wrong in a conversion is a response in
 * OpenAI's shape; a connection that fails and an abort are thrown, as `fetch` throws them.
 */
export function createEdge(options: EdgeOptions, serve: Serve): Fetch {
  const upstream = upstreamOf(options);
  const given = options.baseURL === undefined ? undefined : baseAddress(options.baseURL);

  async function pass({ request, headers, signal, finish }: Exchange, url: URL, endpoint: Endpoint) {
    const response = await send(upstream, {
      url: upstreamAddress(url, endpoint, endpoint.rest, given),
      method: request.method,
      headers,
      body: request.body,
      signal,
    });
    const { status, statusText } = response;
    const body = bodiless.has(status) ? null : response.body;
    return new Response(body, { status, statusText, headers: finish(passedHeaders(response.headers)) });
  }

  return async (input, init) => {
    const url = urlOf(input);
    const endpoint = endpointOf(url.pathname);
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const own = method === 'POST' ? serve[endpoint.kind] : undefined;
    // Where nothing is changed, nothing is touched.
    if (own === undefined && given === undefined && options.headers === undefined)
      return await upstream.fetch(input, init);
    let exchange: Exchange | undefined;
    try {
      // The signal is taken from where it was given: a copy may follow it too weakly to last as long as a stream.
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const request = input instanceof Request && init === undefined ? input : new Request(input, init);
      exchange = startExchange(request, upstream, options, signal);
      if (own === undefined) return await pass(exchange, url, endpoint);
      return await own({
        exchange,
        endpoint,
        address: (rest) => upstreamAddress(url, endpoint, rest, given),
        base: given ?? url.origin + endpoint.before,
      });
    } catch (error) {
      const refused = refusalFor(error, exchange?.stage ?? 'request');
      if (refused === undefined) throw error;
      exchange?.finish(refused.headers);
      return errorResponse(refused);
    }
  };
}

/** The endpoint that neither direction has, with what to do instead. */
export function refuseResponses(instead: string): (call: Call) => Promise<Response> {
  return async () => {
    throw refusal(404, `There is no /responses here. ${instead}`, { code: 'unsupported_endpoint' });
  };
}
