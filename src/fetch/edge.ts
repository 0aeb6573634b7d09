import { baseAddress, type Endpoint, endpointOf, upstreamAddress } from './address.js';
import { type Exchange, startExchange, upstreamOf, type Visitor } from './exchange.js';
import { passedHeaders } from './headers.js';
import { errorResponse, refusal, refusalFor } from './refusal.js';
import { createRoom } from './serving/room.js';
import type { EdgeOptions } from './types.js';
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

/** A `fetch` that also takes what a server knows of a request. */
export type Edge = (
  input: string | URL | Request,
  init?: RequestInit,
  visitor?: Visitor,
) => Promise<Response>;

const bodiless = new Set([101, 204, 205, 304]);

function urlOf(input: string | URL | Request): URL {
  return new URL(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url);
}

/**
 * A `fetch` that serves some endpoints itself and passes on the rest. What goes wrong in a conversion is a response in
 * OpenAI's shape; a connection that fails and an abort are thrown, as `fetch` throws them.
 */
export function createEdge(options: EdgeOptions, serve: Serve): Edge {
  const upstream = upstreamOf(options);
  const room = createRoom(upstream.limits.memory);
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

  return async (input, init, visitor) => {
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
      const signal = visitor?.signal ?? init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const request = input instanceof Request && init === undefined ? input : new Request(input, init);
      exchange = startExchange(request, upstream, options, signal, visitor);
      if (own === undefined) {
        if (visitor !== undefined) visitor.passedOn = endpoint.rest;
        return await pass(exchange, url, endpoint);
      }
      exchange.room = room.place();
      return await own({
        exchange,
        endpoint,
        address: (rest) => upstreamAddress(url, endpoint, rest, given),
        base: given ?? url.origin + endpoint.before,
      });
    } catch (error) {
      const refused = refusalFor(error, exchange?.stage ?? 'request', options.wording);
      if (refused === undefined) throw error;
      exchange?.finish(refused.headers);
      return errorResponse(refused);
    } finally {
      exchange?.room?.leave();
    }
  };
}

/** The endpoint that neither direction has, with what to do instead. */
export function refuseResponses(instead: string): (call: Call) => Promise<Response> {
  return async () => {
    throw refusal(404, `There is no /responses here. ${instead}`, { code: 'unsupported_endpoint' });
  };
}
