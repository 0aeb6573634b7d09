/** Processes of the comparison: started on free ports, waited for, and stopped by their own ids. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Running {
  child: ChildProcess;
  /** The last of what it printed. */
  printed: () => string;
}

const running = new Set<ChildProcess>();

export function start(command: string, argv: readonly string[]): Running {
  const child = spawn(command, argv, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      text = (text + data.toString()).slice(-20_000);
    });
  }
  running.add(child);
  child.on('exit', () => running.delete(child));
  return { child, printed: () => text };
}

export function stop({ child }: { child: ChildProcess }): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    // The whole group, with what the starter itself started.
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It is gone already.
  }
}

process.on('exit', () => {
  for (const child of running) stop({ child });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until a server answers. */
export async function until(url: string, { child, printed }: Running, milliseconds = 60_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end && child.exitCode === null) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`No answer of ${url}:\n${printed().slice(-1500)}`);
}

/** Runs a task for each of a list, some at a time. */
export async function inParallel<T>(
  list: readonly T[],
  most: number,
  task: (one: T) => Promise<void>,
): Promise<void> {
  const queue = [...list];
  const worker = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await task(one);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
