/** The server under load: `rolecall serve` without its command line. */
import { listen } from '../../src/cli/serve/node-server.js';
import { createHandler } from '../../src/fetch/index.js';

const [upstream] = process.argv.slice(2);
const handler = createHandler({
  dialect: 'chatml',
  baseURL: `${upstream}/v1`,
  server: 'vllm',
  limits: { body: 1_000_000 },
});
const { url } = await listen(handler, { host: '127.0.0.1', port: 0 });

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ rss, heap: heapUsed, external: external + arrayBuffers, cpu: (user + system) / 1000 });
});
process.send?.(url);
