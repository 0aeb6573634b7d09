import type { ConvertedRow } from '../../dataset/converted.js';
import { type InferOptions, inferPlan } from '../../dataset/infer.js';
import { type Plan, readPlan } from '../../dataset/plan.js';
import { reportHtml } from '../../dataset/report-html.js';
import { leftOutBy, rowConverter } from '../../dataset/row.js';
import { type ErrorCode, isRolecallError, RolecallError, type Warning } from '../../errors.js';
import { type CliIO, nameOfInput, readInput, UsageError } from '../io.js';
import { readJson } from '../json-input.js';
import { checkOutputs, type Staged, stageOutputs, type Text } from '../outputs.js';
import { grouped } from '../text.js';
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

/** Rows that a plan is made from where none is given. */
const SAMPLE = 1000;
/** Bad rows that are told one by one where no file takes them. */
const TOLD = 10;

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

/** Why a row can't be converted, in words for people and a code for programs. */
interface Refusal {
  code: ErrorCode;
  path: string;
  message: string;
}

const refusalOf = ({ code, path, message }: RolecallError): Refusal => ({ code, path, message });

const lossy = ({ severity }: Warning): boolean => severity === 'lossy';

/** Warnings by code, with the first line that each was seen on. */
function createTally(): {
  add(line: number, warnings: readonly Warning[]): void;
  lines(source: string): string[];
} {
  const seen = new Map<string, { rows: number; line: number; warning: Warning }>();
  return {
    add(line, warnings) {
      const told = new Set<string>();
      for (const warning of warnings) {
        if (told.has(warning.code)) continue;
        told.add(warning.code);
        const found = seen.get(warning.code);
        if (found === undefined) seen.set(warning.code, { rows: 1, line, warning });
        else found.rows += 1;
      }
    },
    lines: (source) =>
      [...seen.values()]
        .sort((a, b) => b.rows - a.rows)
        .map(
          ({ rows, line, warning: { code, message, severity } }) =>
            `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'} [${code}, ${severity}], first ${source}:${line}: ${message}`,
        ),
  };
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
  const convert = rowConverter(plan);
  const leftOutOf = leftOutBy(plan);
  const leftOut = new Set<string>();
  const reporter: RowReporter | undefined =
    flags.report === undefined && flags.html === undefined
      ? undefined
      : await rowReporter(plan, { ...flags, source: name });
  const sink = await openRecords(
    io,
    flags.output,
    flags.output === '-' ? (flags.format ?? 'jsonl') : undefined,
  );
  const rejects =
    flags.rejects === undefined || flags.rejects === 'inline' ? undefined : await openSink(io, flags.rejects);

  const progress = createProgress(io, source.size);
  const tally = createTally();
  let rows = 0;
  let records = 0;
  let rejected = 0;
  let stopped: string | undefined;

  try {
    for await (const batch of peeked.rows) {
      let out = '';
      let bad = '';
      for (const row of batch) {
        rows += 1;
        let text: string;
        let converted: ConvertedRow;
        try {
          if (row.error !== undefined) throw row.error;
          converted = convert(row.value);
          if (flags.strict) {
            const lost = converted.warnings.find(lossy);
            if (lost !== undefined) throw new RolecallError('lossy', lost.message, { path: lost.path });
          }
          text = sink.text(converted.records);
        } catch (error) {
          if (!isRolecallError(error)) throw error;
          rejected += 1;
          reporter?.reject(row.line, error.code, error.message);
          if (flags.strict) {
            stopped = `${name}:${row.line}: ${error.message} [${error.code}]`;
            break;
          }
          const refusal = refusalOf(error);
          // A line's number changes with the shard it is in, so that it has no place in the output itself.
          if (flags.rejects === 'inline') out += sink.text([{ rejected: refusal, row: row.raw() }]);
          else if (rejects !== undefined)
            bad += `${JSON.stringify({ line: row.line, ...refusal, row: row.raw() })}\n`;
          else if (rejected <= TOLD && !flags.quiet) {
            progress.clear();
            io.stderr(`rolecall: ${name}:${row.line}: ${error.message} [${error.code}]\n`);
          }
          continue;
        }
        out += text;
        records += converted.records.length;
        if (converted.warnings.length > 0) tally.add(row.line, converted.warnings);
        if (rows <= SAMPLE) for (const field of leftOutOf(row.value)) leftOut.add(field);
        reporter?.row(row.line, row.value, converted);
      }
      if (out !== '') await sink.write(out);
      if (bad !== '') await rejects?.write(bad);
      progress.update({ rows, bytes: source.bytesRead() });
      if (stopped !== undefined) break;
    }
    // Reports come first: where one can't be written, the old records stay.
    const reports = stopped === undefined ? await stageReports(io, flags, reporter, source) : undefined;
    // Half of a file would pass for the whole, and nothing for what was there before.
    if (stopped !== undefined || (records === 0 && rejected > 0 && flags.rejects !== 'inline'))
      await sink.abandon();
    else await sink.close();
    await rejects?.close();
    await reports?.commit();
  } catch (error) {
    await sink.abandon();
    await rejects?.abandon?.();
    throw error;
  }
  progress.clear();
  if (stopped !== undefined) {
    io.stderr(
      `rolecall: ${stopped}\nrolecall: stopped there (--strict); ${flags.output === '-' ? `${grouped(records)} records were written` : `${flags.output} was not written`}.\n`,
    );
    return 1;
  }
  if (!flags.quiet) {
    for (const line of tally.lines(name)) io.stderr(`rolecall: ${line}\n`);
    if (leftOut.size > 0)
      io.stderr(`rolecall: fields left out (--keep takes them): ${[...leftOut].slice(0, 20).join(', ')}.\n`);
    io.stderr(
      `rolecall: ${grouped(rows)} rows, ${grouped(records)} records written, ${grouped(rejected)} rejected.\n`,
    );
  }
  return over(rejected, rows) ? 1 : 0;
}
