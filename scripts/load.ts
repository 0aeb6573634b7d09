/**
 * Load on `rolecall serve`, over loopback: an upstream, the server and the clients, each a process of its own. Prints the
 * figures and exits with 1 where a byte was lost, a stream stayed open, memory grew or a hostile body got a wrong answer.
 *
 *   npx tsx scripts/load.ts [streams = 200] [words = 200] [milliseconds between words = 25]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.js';
import { type Place, runClients } from './load/clients.js';

const root = join(import.meta.dirname, '..');
const out = join(root, 'node_modules', '.load');
mkdirSync(out, { recursive: true });

/** Starts one of the processes; bundled first, as a user would have it. */
async function start(
  role: 'upstream' | 'server',
  ...argv: string[]
): Promise<{ url: string; child: ChildProcess }> {
  const file = join(out, `${role}.mjs`);
  await bundle(join(root, 'scripts', 'load', `${role}.ts`), file);
  const child = fork(file, argv, { execArgv: ['--expose-gc'] });
  const url = await new Promise<string>((resolve) =>
    child.once('message', (message) => resolve(String(message))),
  );
  return { url, child };
}

/** Asks a process for its numbers. */
function numbers(child: ChildProcess): () => Promise<Record<string, number>> {
  return () =>
    new Promise((resolve) => {
      child.once('message', (message) => resolve(message as Record<string, number>));
      child.send('numbers');
    });
}

const [streams = 200, words = 200, pause = 25] = process.argv.slice(2).map(Number);
const upstream = await start('upstream');
const server = await start('server', upstream.url);
const place: Place = {
  direct: upstream.url,
  served: server.url,
  upstream: numbers(upstream.child),
  server: numbers(server.child),
};
const failed = await runClients(place, { streams, words, pause });
upstream.child.kill();
server.child.kill();
process.exit(failed ? 1 : 0);
