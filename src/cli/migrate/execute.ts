import { applyEdits, type MigrationReport } from '../../source/index.js';
import { type CliIO, UsageError } from '../io.js';
import { columnsFor, isFile, type OutputFlag, stageOutputs, wantsJson, writeText } from '../outputs.js';
import { hanging, table } from '../text.js';
import { patchOf } from './diff.js';
import { migrationPage } from './page.js';
import { type ChangedFile, migrate } from './run.js';

export interface MigrateFlags extends OutputFlag {
  model: string;
  write?: boolean;
  diff?: boolean;
  json?: boolean;
  html?: string;
  shim?: boolean;
}

/** A row for each call; on a terminal that is too narrow for it, in two lines. */
function callTable(rows: readonly string[][], columns: number | undefined): string {
  const wide = table(['call', 'kind', 'model', 'action', 'reasons'], rows);
  if (columns === undefined || wide.split('\n').every((line) => line.length <= columns)) return wide;
  const narrow = rows.map(([place, kind, model, action, reasons]) => [
    place!,
    `${action} ${reasons}\n${kind} ${model}`,
  ]);
  return table(['call', 'action and reasons, kind and model'], narrow);
}

/** The calls as a table, and what to know of each below it. */
function reportText(
  { files, sites }: MigrationReport,
  { wrote, columns }: { wrote: boolean; columns: number | undefined },
): string {
  const count = (action: string): number => sites.filter((site) => site.action === action).length;
  const rows = sites.map(({ path, line, kind, model, action, reasons }) => [
    `${path}:${line}`,
    kind,
    model ?? '',
    action,
    reasons.join(', '),
  ]);
  const told = sites
    .filter(({ note }) => note !== '')
    .map(({ path, line, note }) => `${path}:${line}: ${note}\n`);
  const skipped = files
    .filter(({ status }) => status === 'skipped')
    .map(({ path, reason }) => `${path}: skipped (${reason})\n`);
  const calls = count('rewritten');
  const sum = `${sites.length} ${sites.length === 1 ? 'call' : 'calls'}: ${calls} ${wrote ? 'rewritten' : 'can be rewritten (--write does it, --diff shows it)'}, ${count('shimmed')} left as they are and served (--shim), ${count('reported')} for a person.\n`;
  const body = rows.length === 0 ? '' : callTable(rows, columns);
  const rest = [...(told.length > 0 ? ['\n', ...told] : []), ...skipped, body === '' ? '' : '\n', sum];
  return body + rest.map((text) => hanging(text, columns, 0)).join('');
}

/** 1 where a person is needed: for a call that is reported, or a file that does not parse. */
const exitCode = ({ files, sites }: MigrationReport): number =>
  sites.some(({ action }) => action === 'reported') || files.some(({ reason }) => reason === 'syntax')
    ? 1
    : 0;

/** Rewrites the files, one after another; what fails says how many were done before. */
async function writeAll(io: CliIO, changed: readonly ChangedFile[]): Promise<void> {
  for (const [done, { path, text, bom, edits }] of changed.entries()) {
    try {
      await writeText(io, path, `${bom ? '\ufeff' : ''}${applyEdits(text, edits)}`);
    } catch (error) {
      if (!(error instanceof UsageError) || done === 0) throw error;
      throw new UsageError(`${error.message} Rewritten before that: ${done} of ${changed.length} files.`);
    }
  }
}

function patchText(changed: readonly ChangedFile[]): string {
  const patches = changed.map(({ path, text, bom, edits }) => {
    // A BOM is a part of the first line.
    const shifted = edits.map((edit) => ({ ...edit, start: edit.start + 1, end: edit.end + 1 }));
    return bom ? patchOf(path, `\ufeff${text}`, shifted) : patchOf(path, text, edits);
  });
  return patches.join('');
}

/** Is what is printed the patch: by `--diff`, or by the name of the file that it goes to? */
const wantsPatch = ({ diff, write, json, output }: MigrateFlags): boolean =>
  diff ?? (!write && !json && isFile(output) && /\.(?:diff|patch)$/.test(output));

/** Runs the command; gives the exit code. */
export async function execute(io: CliIO, paths: readonly string[], flags: MigrateFlags): Promise<number> {
  const diff = wantsPatch(flags);
  if (flags.write && flags.diff) throw new UsageError('--write and --diff exclude each other.');
  if (flags.json && flags.diff) throw new UsageError('--json and --diff exclude each other.');
  if (flags.shim && !flags.write && !diff) throw new UsageError('--shim goes with --write or --diff.');
  if (flags.model.trim() === '') throw new UsageError('--model names a chat model.');
  const { report, changed } = await migrate(io, paths, { model: flags.model, shim: flags.shim === true });
  const text = diff
    ? patchText(changed)
    : wantsJson(flags)
      ? `${JSON.stringify(report, null, 2)}\n`
      : reportText(report, { wrote: flags.write === true, columns: columnsFor(io, flags.output) });
  const outputs = [{ flag: '-o', path: flags.output, text }];
  if (flags.html !== undefined)
    outputs.push({ flag: '--html', path: flags.html, text: migrationPage(report, flags.model) });
  const staged = await stageOutputs(io, outputs);
  try {
    if (flags.write) await writeAll(io, changed);
  } catch (error) {
    await staged.abandon();
    throw error;
  }
  await staged.commit();
  return exitCode(report);
}
