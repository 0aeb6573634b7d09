import { createReadStream, openSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ByteSource, CliIO } from './io.js';
import { identityOf, openOutput } from './node-outputs.js';

const CHUNK = 1 << 20;

async function openInput(path: string): Promise<ByteSource> {
  if (path === '-') return { bytes: process.stdin };
  const handle = await open(path);
  const stat = await handle.stat();
  await handle.close();
  if (stat.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  const bytes = createReadStream(path, { highWaterMark: CHUNK });
  return { bytes, size: stat.isFile() ? stat.size : undefined };
}

/** The text of a file. Throws where the bytes are no text: of another encoding, packed, or a picture. */
function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (text.includes('\0')) throw new TypeError('NUL');
  return text;
}

async function listFolder(path: string): Promise<{ name: string; isFolder: boolean }[] | undefined> {
  if (!(await stat(path)).isDirectory()) return undefined;
  const entries = await readdir(path, { withFileTypes: true });
  // A link may lead out of the folder, or around in it.
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

async function question(words: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(words);
  } catch (error) {
    // Ctrl-C and Ctrl-D are an answer too.
    if ((error as { code?: unknown }).code !== 'ABORT_ERR') throw error;
    process.stderr.write('\n');
    return '';
  } finally {
    lines.close();
  }
}

/** The command line's world: this process. */
export const nodeIO: CliIO = {
  readStdin: async () => textOf(await buffer(process.stdin)),
  readFile: async (path) => textOf(await readFile(path)),
  stdout: (output) => void process.stdout.write(output),
  stderr: (output) => void process.stderr.write(output),
  openInput,
  openOutput,
  appendTo(path) {
    const file = openSync(path, 'a');
    return { write: (text) => void writeSync(file, text) };
  },
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  identityOf,
  listFolder,
  workingFolder: process.cwd(),
  columns: {
    stdout: process.stdout.isTTY ? process.stdout.columns : undefined,
    stderr: process.stderr.isTTY ? process.stderr.columns : undefined,
  },
  now: () => performance.now(),
  time: () => Date.now(),
  env: (name) => process.env[name],
  question: process.stdin.isTTY && process.stderr.isTTY ? question : undefined,
  // No other command needs a server.
  listen: async (handler, place) => (await import('./serve/node-server.js')).listen(handler, place),
  untilStopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  leave: () => process.exit(0),
};
