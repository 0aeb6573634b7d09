import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createRequestListener, sendResponse } from '@remix-run/node-fetch-server';
import { errorResponse, refusal } from '../../fetch/refusal.js';
import type { Listening, Place } from '../io.js';

/** How long a client may take to send a request, in milliseconds. */
const sendingTime = 120_000;
/** How long the rest of a refused body is read over, in milliseconds. */
const drainingTime = 30_000;

/**
 * Reads over the rest of a body that was refused, so that the client sees why: one that is hung up on while it sends sees an
 * error of the connection. One that goes on and on is hung up on.
 */
function letGo(request: IncomingMessage): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), drainingTime);
  // Node takes the connection for one that waits for the next request, and would soon close it.
  const { timeout = 0 } = socket;
  socket.setTimeout(0);
  const over = (): void => {
    clearTimeout(timer);
    socket.setTimeout(timeout);
    request.off('end', over);
    socket.off('close', over);
  };
  request.once('end', over);
  socket.once('close', over);
  request.resume();
}

/** Is it a host at all? The address of a request is made with it. */
const isHost = (header: string | undefined): boolean =>
  header === undefined || URL.canParse(`http://${header}/`);

const notMeant = () =>
  refusal(403, 'This server has another name. --allow-host gives it more.', { code: 'host_not_allowed' });

/** Serves a handler on Node's own HTTP server. */
export async function listen(
  handler: (request: Request) => Promise<Response>,
  { host, port, answersTo = () => true }: Place,
): Promise<Listening> {
  const listener = createRequestListener((request) => handler(request), {
    // A request that is none, or a stream that broke off: nothing of it is for the log.
    onError: () => errorResponse(refusal(400, 'The request is not an HTTP request.')),
  });
  /**
   * Connections without a request to be answered: those that wait for one, and those whose answered request is still coming
   * in. Node's own notion of idle leaves out those that never had one.
   */
  const idle = new Set<Socket>();
  let closing = false;
  const rest = (socket: Socket): void => {
    if (closing) socket.destroy();
    else if (!socket.destroyed) idle.add(socket);
  };
  const server = createServer(
    { requestTimeout: sendingTime, headersTimeout: sendingTime / 2 },
    (request, response) => {
      idle.delete(request.socket);
      response.once('close', () => {
        rest(request.socket);
        letGo(request);
      });
      if (answersTo(request.headers.host) && isHost(request.headers.host)) listener(request, response);
      else void sendResponse(response, errorResponse(notMeant()));
    },
  );
  server.on('connection', (socket: Socket) => {
    rest(socket);
    socket.once('close', () => idle.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: (patience = 10_000) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), patience);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        closing = true;
        for (const socket of idle) socket.destroy();
      }),
  };
}
