import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createRequestListener } from '@remix-run/node-fetch-server';
import { errorResponse, refusal } from '../fetch/refusal.js';
import type { Listening } from './io.js';

/** How long requests under way may go on when the server is to stop, in milliseconds. */
const grace = 10_000;
/** How long a client may take to send a request, in milliseconds. */
const sendingTime = 120_000;
/** How long the rest of a refused body is read over, in milliseconds. */
const drainingTime = 2_000;

/** Reads over the rest of a body that was refused, so that the client sees why; one that goes on and on is hung up on. */
function letGo(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), drainingTime);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}

/** Serves a handler on Node's own HTTP server. */
export async function listen(
  handler: (request: Request) => Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const listener = createRequestListener(handler, {
    // What the Host header says is of no interest, and may be no host at all.
    host: 'localhost',
    // A request that is none, or a stream that broke off: nothing of it is for the log.
    onError: () => errorResponse(refusal(400, 'The request is no HTTP request.')),
  });
  /** Connections without a request under way. Node's own notion of idle leaves out those that never had one. */
  const idle = new Set<Socket>();
  let closing = false;
  const rest = (socket: Socket): void => {
    if (closing) socket.destroy();
    else idle.add(socket);
  };
  const server = createServer(
    { requestTimeout: sendingTime, headersTimeout: sendingTime / 2 },
    (request, response) => {
      idle.delete(request.socket);
      response.once('finish', () => letGo(request));
      response.once('close', () => rest(request.socket));
      listener(request, response);
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
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), grace);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        closing = true;
        for (const socket of idle) socket.destroy();
      }),
  };
}
