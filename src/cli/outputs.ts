import type { Command } from 'commander';
import { type ByteSink, type CliIO, fileError, nameOfInput, UsageError } from './io.js';

/** What every command has: where its result goes. */
export interface OutputFlag {
  output?: string;
}

/** The flag that says where the result of a command goes; `what` is its help. */
export const withOutput = (
  command: Command,
  what = 'write to this file (default: standard output)',
): Command => command.option('-o, --output <file>', what);

/** Whether a result goes to a file; else it is printed. */
export const isFile = (output: string | undefined): output is string =>
  output !== undefined && output !== '-';

/** JSON is asked for by `--json`, or by the name of the file that it goes to. */
export const wantsJson = ({ json, output }: OutputFlag & { json?: boolean }): boolean =>
  json ?? (isFile(output) && output.endsWith('.json'));

/** The columns to fit a table into: those of the terminal, undefined where it goes elsewhere. */
export const columnsFor = (io: CliIO, output: string | undefined): number | undefined =>
  isFile(output) ? undefined : io.columns?.stdout;

/** An output of a command: the flag that names it, and its path. */
export type Target = readonly [flag: string, path: string | undefined];

/**
 * Refuses outputs that would write over an input, by whatever name or link, and two outputs to one file. The inputs are those
 * given here, and all that was read so far. Throws `UsageError`, before anything is opened.
 */
export async function checkOutputs(
  io: CliIO,
  inputs: readonly string[],
  outputs: readonly Target[],
): Promise<void> {
  const identityOf = io.identityOf ?? (async (path: string) => (path === '-' ? undefined : path));
  const taken = new Map<string, string>();
  for (const path of [...inputs, ...(io.inputs ?? [])]) {
    const identity = await identityOf(path, 'input');
    if (identity !== undefined) taken.set(identity, `the input, ${nameOfInput(path)}`);
  }
  for (const [flag, path] of outputs) {
    if (path === undefined) continue;
    const identity =
      path === '-' ? ((await identityOf(path, 'output')) ?? '-') : await identityOf(path, 'output');
    if (identity === undefined) continue;
    const other = taken.get(identity);
    if (other !== undefined) throw new UsageError(`${flag} would write over ${other}.`);
    taken.set(identity, `what ${flag} writes`);
  }
}

async function open(io: CliIO, path: string): Promise<ByteSink> {
  if (io.openOutput === undefined) throw new UsageError('No file can be written from here.');
  return await io.openOutput(path);
}

/** Writes a file of text, put in place whole. */
export async function writeText(io: CliIO, path: string, text: string): Promise<void> {
  await (await stageOutputs(io, [{ flag: '-o', path, text }], { check: false })).commit();
}

/** Refuses what can't be written to, before a command does what can't be undone. Nothing is changed. */
export async function checkWritable(io: CliIO, targets: readonly Target[]): Promise<void> {
  await checkOutputs(io, [], targets);
  for (const [, path] of targets) {
    if (!isFile(path)) continue;
    const isFolder = (await io.listFolder?.(path).catch(() => undefined)) !== undefined;
    // A device or a pipe has no other way of telling than to be written to.
    if (!isFolder && (await io.identityOf?.(path, 'output')) === undefined) continue;
    try {
      await (await open(io, path)).abandon?.();
    } catch (error) {
      throw error instanceof UsageError ? error : fileError(error, path, 'write');
    }
  }
}

/** Outputs that are written, and not in their places yet. */
export interface Staged {
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

/** A text, and where it goes: to standard output where there is no path. */
export interface Text {
  flag: string;
  path: string | undefined;
  text: string;
}

/** Writes texts beside their places. Throws `UsageError` where one can't be written; all is then as it was. */
export async function stageOutputs(
  io: CliIO,
  texts: readonly Text[],
  { check = true } = {},
): Promise<Staged> {
  if (check)
    await checkOutputs(
      io,
      [],
      texts.map(({ flag, path = '-' }) => [flag, path]),
    );
  const files: { path: string; sink: ByteSink }[] = [];
  const abandon = async (): Promise<void> => {
    for (const { sink } of files) await sink.abandon?.();
  };
  const told = async (path: string, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      await abandon();
      throw error instanceof UsageError ? error : fileError(error, path, 'write');
    }
  };
  for (const { path, text } of texts) {
    if (!isFile(path)) continue;
    await told(path, async () => {
      const sink = await open(io, path);
      files.push({ path, sink });
      await sink.write(text);
    });
  }
  return {
    async commit() {
      for (const { path, sink } of files) await told(path, () => sink.close());
      for (const { path, text } of texts) if (!isFile(path)) io.stdout(text);
    },
    abandon,
  };
}

/** Writes what a command made: to standard output, or to the file of `-o`, which must not be an input. */
export async function writeOutput(io: CliIO, text: string, output: string | undefined): Promise<void> {
  await (await stageOutputs(io, [{ flag: '-o', path: output, text }])).commit();
}
