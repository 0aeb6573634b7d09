import { fstat as fstatCallback, realpathSync, rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ByteSink } from './io.js';

const fstat = promisify(fstatCallback);

/** Files under way: written beside their place, and put there when they are whole. */
const unfinished = new Map<string, string>();

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** An interrupted run takes its halves with it, so that nothing half stands anywhere. */
function interrupted(signal: NodeJS.Signals): void {
  for (const [half, target] of unfinished) {
    rmSync(half, { force: true });
    process.stderr.write(`rolecall: interrupted; ${target} is as it was before.\n`);
  }
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function begin(half: string, target: string): void {
  if (unfinished.size === 0) for (const signal of signals) process.on(signal, interrupted);
  unfinished.set(half, target);
}

function end(half: string): void {
  unfinished.delete(half);
  if (unfinished.size === 0) for (const signal of signals) process.off(signal, interrupted);
}

async function sinkOf(handle: FileHandle): Promise<Pick<ByteSink, 'write'>> {
  return { write: async (data) => handle.appendFile(data) };
}

/** Standard output, which a full disk or a closed pipe can end as well. */
const standardOutput: ByteSink = {
  write: (data) =>
    new Promise((done, fail) => {
      process.stdout.write(data, (error) => (error == null ? done() : fail(error)));
    }),
  close: async () => {},
};

/**
 * Opens a file for writing. What is there stays as it is until `close`, which puts the new file in its place; `abandon`
 * leaves it there for good. Devices and pipes are written to directly, links are followed.
 */
export async function openOutput(path: string): Promise<ByteSink> {
  if (path === '-') return standardOutput;
  const old = await stat(path).catch(() => undefined);
  if (old?.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
  if (old !== undefined && !old.isFile()) {
    const handle = await open(path, 'w');
    return { ...(await sinkOf(handle)), close: () => handle.close(), abandon: () => handle.close() };
  }
  const target = old === undefined ? resolve(path) : realpathSync(path);
  // Where the file may not be written, neither may the one that takes its place.
  if (old !== undefined) await (await open(target, 'r+')).close();
  const half = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
  const handle = await open(half, 'w', old?.mode);
  begin(half, path);
  return {
    ...(await sinkOf(handle)),
    async close() {
      await handle.close();
      await rename(half, target);
      end(half);
    },
    async abandon() {
      await handle.close().catch(() => {});
      rmSync(half, { force: true });
      end(half);
    },
  };
}

/**
 * What tells one file from another, by whatever name it is called: its device and inode, or where it would be made.
 * Undefined for what is no file (a terminal, a pipe, a device).
 */
export async function identityOf(path: string, role: 'input' | 'output'): Promise<string | undefined> {
  const found = path === '-' ? await fstat(role === 'input' ? 0 : 1).catch(() => undefined) : undefined;
  const place = found ?? (path === '-' ? undefined : await stat(path).catch(() => undefined));
  if (place !== undefined) return place.isFile() ? `${place.dev}:${place.ino}` : undefined;
  if (path === '-') return undefined;
  const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
  return join(folder, basename(path));
}
