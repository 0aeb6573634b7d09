import { type InferOptions, inferPlan } from '../../dataset/infer.js';
import { type Plan, readPlan } from '../../dataset/plan.js';
import { reportHtml } from '../../dataset/report-html.js';
import { type CliIO, nameOfInput, readInput, UsageError } from '../io.js';
import { readJson } from '../json-input.js';
import { checkOutputs, type Staged, stageOutputs, type Text } from '../outputs.js';
import { grouped } from '../text.js';
import { RowsConverter, SAMPLE } from './convert-rows.js';
import { leftInPlace } from './inspect.js';
import { createProgress } from './progress.js';
import { openRecords, openSink } from './records.js';
import { type RowReporter, rowReporter } from './report.js';
import { type DatasetFormat, formatOf, openRows, type Row } from './rows.js';

export interface ConvertDatasetFlags {
  output: string;
  plan?: string;
  to?: 'chat' | 'completion';
  prompt?: string;
  completion?: string;
  messages?: string;
  keep?: string[];
  stop?: string[];
  model?: string;
  format?: DatasetFormat;
  rejects?: string;
  maxRejects: string;
  strict?: boolean;
  report?: string;
  html?: string;
  tokens: boolean;
  epochs: string;
  trainingPrice?: string;
  limit?: string;
  quiet?: boolean;
}

/** `12`, `0.5%` or `all`: is this many too many? */
function tooMany(flag: string): (rejected: number, rows: number) => boolean {
  if (flag === 'all') return () => false;
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(flag);
  if (match === null)
    throw new UsageError(`--max-rejects takes a number, a share such as 1%, or all; not ${flag}.`);
  const most = Number(match[1]);
  return match[2] === '%' ? (rejected, rows) => rejected * 100 > most * rows : (rejected) => rejected > most;
}

/** The first rows of a source, and the source with them still in front. */
async function peek(rows: AsyncIterable<Row[]>): Promise<{ sample: Row[]; rows: AsyncIterable<Row[]> }> {
  const iterator = rows[Symbol.asyncIterator]();
  const batches: Row[][] = [];
  let count = 0;
  while (count < SAMPLE) {
    const { done, value } = await iterator.next();
    if (done) break;
    batches.push(value);
    count += value.length;
  }
  const all = async function* (): AsyncGenerator<Row[]> {
    yield* batches;
    while (true) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  };
  return { sample: batches.flat().slice(0, SAMPLE), rows: all() };
}

async function planFor(io: CliIO, flags: ConvertDatasetFlags, sample: readonly Row[]): Promise<Plan> {
  if (flags.plan !== undefined) {
    const plan = readPlan(readJson(nameOfInput(flags.plan), await readInput(io, flags.plan)));
    const {
      prompt = plan.fields.prompt,
      completion = plan.fields.completion,
      messages = plan.fields.messages,
      keep = plan.fields.keep,
    } = flags;
    return {
      ...plan,
      to: flags.to ?? plan.to,
      model: flags.model ?? plan.model,
      fields: { prompt, completion, messages, keep },
    };
  }
  const rows = sample.flatMap(({ value, error }) => (error === undefined ? [value] : []));
  if (rows.length === 0 && sample.length > 0)
    throw new UsageError(`none of the first rows can be read: ${sample[0]?.error?.message ?? ''}`);
  if (rows.length === 0) return readPlan({ version: 1, to: flags.to ?? 'chat' });
  const { plan, seen } = inferPlan(rows, flags as InferOptions);
  if (!flags.quiet) for (const line of leftInPlace(seen)) io.stderr(`rolecall: ${line}\n`);
  return flags.to === undefined ? plan : { ...plan, to: flags.to };
}

/** Writes the reports beside their places. */
async function stageReports(
  io: CliIO,
  { report: path, html }: ConvertDatasetFlags,
  reporter: RowReporter | undefined,
  source: { blank(): number },
): Promise<Staged | undefined> {
  if (reporter === undefined) return undefined;
  reporter.blank(source.blank());
  const report = reporter.report();
  const texts: Text[] = [];
  if (path !== undefined) texts.push({ flag: '--report', path, text: `${JSON.stringify(report)}\n` });
  if (html !== undefined) texts.push({ flag: '--html', path: html, text: reportHtml(report) });
  return await stageOutputs(io, texts, { check: false });
}

/**
 * Converts a dataset row by row, in flat memory. Exit code 0 when at most `--max-rejects` rows were rejected, else 1;
 * 1 too where `--strict` stopped.
 */
export async function convertDataset(io: CliIO, path: string, flags: ConvertDatasetFlags): Promise<0 | 1> {
  const over = tooMany(flags.maxRejects);
  await checkOutputs(io, flags.plan === undefined ? [path] : [path, flags.plan], [
    ['-o', flags.output],
    ['--rejects', flags.rejects === 'inline' ? undefined : flags.rejects],
    ['--report', flags.report],
    ['--html', flags.html],
  ]);
  if (flags.output !== '-' && flags.format === undefined) formatOf(flags.output);
  const name = nameOfInput(path);
  const format = flags.format ?? formatOf(path);
  const source = await openRows(io, path, format);
  const peeked = flags.plan === undefined ? await peek(source.rows) : { sample: [], rows: source.rows };
  const plan = await planFor(io, flags, peeked.sample);
  if (flags.plan === undefined && !flags.quiet)
    io.stderr(
      `rolecall: no --plan, so one was made from the first ${grouped(peeked.sample.length)} rows; inspect-dataset shows it.\n`,
    );
  const reporter: RowReporter | undefined =
    flags.report === undefined && flags.html === undefined
      ? undefined
      : await rowReporter(plan, { ...flags, source: name });
  const toStdout = flags.output === '-';
  const sink = await openRecords(io, flags.output, toStdout ? (flags.format ?? 'jsonl') : undefined);
  const rejects =
    flags.rejects === undefined || flags.rejects === 'inline'
      ? flags.rejects
      : await openSink(io, flags.rejects);
  const progress = createProgress(io, source.size);
  const { strict = false, quiet = false } = flags;
  const done = new RowsConverter(plan, { io, name, sink, rejects, reporter, progress, strict, quiet });
  const rejectsFile = typeof rejects === 'object' ? rejects : undefined;
  try {
    for await (const batch of peeked.rows) {
      const goesOn = await done.batch(batch);
      progress.update({ rows: done.rows, bytes: source.bytesRead() });
      if (!goesOn) break;
    }
    // Reports come first: where one can't be written, the old records stay.
    const reports = done.stopped === undefined ? await stageReports(io, flags, reporter, source) : undefined;
    // Half of a file would pass for the whole, and nothing for what was there before.
    const nothing = done.records === 0 && done.rejected > 0 && rejects !== 'inline';
    if (done.stopped !== undefined || nothing) await sink.abandon();
    else await sink.close();
    await rejectsFile?.close();
    await reports?.commit();
  } catch (error) {
    await sink.abandon();
    await rejectsFile?.abandon?.();
    throw error;
  }
  progress.clear();
  tellEnd(io, name, flags, done);
  return done.stopped !== undefined || over(done.rejected, done.rows) ? 1 : 0;
}

/** Tells what became of the rows. */
function tellEnd(io: CliIO, name: string, flags: ConvertDatasetFlags, done: RowsConverter): void {
  const { rows, records, rejected, stopped, leftOut, tally } = done;
  if (stopped !== undefined) {
    const kept =
      flags.output === '-' ? `${grouped(records)} records were written` : `${flags.output} was not written`;
    io.stderr(`rolecall: ${stopped}\nrolecall: stopped there (--strict); ${kept}.\n`);
    return;
  }
  if (flags.quiet) return;
  for (const line of tally.lines(name)) io.stderr(`rolecall: ${line}\n`);
  if (leftOut.size > 0)
    io.stderr(`rolecall: fields left out (--keep takes them): ${[...leftOut].slice(0, 20).join(', ')}.\n`);
  const counts = `${grouped(rows)} rows, ${grouped(records)} records written, ${grouped(rejected)} rejected`;
  io.stderr(`rolecall: ${counts}.\n`);
}
