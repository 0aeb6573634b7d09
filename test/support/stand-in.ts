import { listen } from '../../src/cli/serve/node-server.js';
import { echoModel } from '../../src/fetch/index.js';

/**
 * A server that completes and chats by saying back what it was told, on a port of this machine: `/v1/completions`,
 * `/v1/chat/completions`, `/v1/models` with the window as vLLM tells it, and `/tokenize` as vLLM and llama.cpp answer.
 */
export function listenAsStandIn(): Promise<{ url: string; close(): Promise<void> }> {
  const model = echoModel({ dialect: 'llama-3' });
  return listen((request) => model(request), { host: '127.0.0.1', port: 0 });
}
