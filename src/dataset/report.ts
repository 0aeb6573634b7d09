import * as z from 'zod/mini';
import type { Warning } from '../errors.js';
import { RolecallError } from '../errors.js';
import type { Pair } from './converted.js';
import { createDistinctCounter, mergeSketches } from './distinct.js';
import { addLength, Lengths, mergeLengths, noLengths } from './lengths.js';

/** A place that shows what a count counts. */
const Sample = z.strictObject({ source: z.string(), line: z.number(), message: z.string() });
type Sample = z.infer<typeof Sample>;

const Finding = z.strictObject({ count: z.number(), samples: z.array(Sample) });
type Finding = z.infer<typeof Finding>;

/** What was seen while a dataset was converted. Reports of shards add up to the report of the whole. */
export const DatasetReport = z.strictObject({
  version: z.literal(1),
  sources: z.array(z.string()),
  to: z.enum(['chat', 'completion']),
  /** Lines that are not blank; the records they gave; those that gave none. */
  rows: z.number(),
  blank: z.number(),
  records: z.number(),
  rejected: z.number(),
  /** By error code. */
  rejects: z.record(z.string(), Finding),
  /** By warning code. A row counts once a code. */
  warnings: z.record(z.string(), z.strictObject({ severity: z.enum(['info', 'lossy']), ...Finding.shape })),
  /** Rows by the dialect that evidence finds in their prompts; the confidence is a sum over the rows. */
  dialects: z.record(z.string(), z.strictObject({ rows: z.number(), confidence: z.number() })),
  empty: z.strictObject({ prompts: Finding, completions: Finding }),
  overLength: z.strictObject({ limit: z.nullable(z.number()), ...Finding.shape }),
  duplicates: z.strictObject({
    sketch: z.strictObject({ level: z.number(), kept: z.array(z.number()) }),
    samples: z.array(Sample),
  }),
  lengths: z.strictObject({
    /** `tokens`, or `characters` where none were counted. */
    unit: z.enum(['tokens', 'characters']),
    prompt: Lengths,
    completion: Lengths,
    record: Lengths,
  }),
  training: z.strictObject({
    model: z.string(),
    epochs: z.number(),
    /** US dollars for a million tokens; null where it is not known. */
    price: z.nullable(z.number()),
    /** Tokens of one pass, each record up to the limit. */
    tokens: z.number(),
  }),
  /** Rows by the fields that no record took over. */
  leftOut: z.record(z.string(), z.number()),
});

export type DatasetReport = z.infer<typeof DatasetReport>;

const MOST_SAMPLES = 5;

export interface ReportOptions {
  to: 'chat' | 'completion';
  source: string;
  model: string;
  epochs: number;
  price: number | null;
  /** Tokens of a record beyond which it is too long; null: not known. */
  limit: number | null;
  unit: 'tokens' | 'characters';
}

/** What a report takes of a converted row. Lengths are in its unit. */
export interface ReportedRow {
  line: number;
  /** What makes two rows the same. */
  key: string;
  pairs: readonly Pair[];
  warnings: readonly Warning[];
  dialect: { name: string; confidence: number };
  lengths: readonly { prompt: number; completion: number; record: number }[];
  leftOut: readonly string[];
}

export interface ReportBuilder {
  row(row: ReportedRow): void;
  reject(line: number, code: string, message: string): void;
  blank(lines: number): void;
  report(): DatasetReport;
}

const finding = (): Finding => ({ count: 0, samples: [] });

function note(found: Finding, sample: Sample): void {
  found.count += 1;
  if (found.samples.length < MOST_SAMPLES) found.samples.push(sample);
}

function entryOf<Value>(record: Record<string, Value>, key: string, make: () => Value): Value {
  const found = Object.hasOwn(record, key) ? record[key] : undefined;
  if (found !== undefined) return found;
  const made = make();
  record[key] = made;
  return made;
}

/** Gathers a report, row by row, in bounded memory. */
export function createReport(options: ReportOptions): ReportBuilder {
  const { source, limit, unit } = options;
  const repeats = createDistinctCounter();
  // A map, for a field may be called __proto__.
  const unused = new Map<string, number>();
  const report: DatasetReport = {
    version: 1,
    sources: [source],
    to: options.to,
    rows: 0,
    blank: 0,
    records: 0,
    rejected: 0,
    rejects: {},
    warnings: {},
    dialects: {},
    empty: { prompts: finding(), completions: finding() },
    overLength: { limit, ...finding() },
    duplicates: { sketch: { level: 0, kept: [] }, samples: [] },
    lengths: { unit, prompt: noLengths(), completion: noLengths(), record: noLengths() },
    training: { model: options.model, epochs: options.epochs, price: options.price, tokens: 0 },
    leftOut: {},
  };
  const warn = (line: number, warnings: readonly Warning[]): void => {
    const told = new Set<string>();
    for (const { code, message, severity } of warnings) {
      if (told.has(code)) continue;
      told.add(code);
      const found = entryOf(report.warnings, code, () => ({ severity, ...finding() }));
      if (severity === 'lossy') found.severity = 'lossy';
      note(found, { source, line, message });
    }
  };
  return {
    row({ line, key, pairs, warnings, dialect, lengths, leftOut }) {
      report.rows += 1;
      report.records += pairs.length;
      warn(line, warnings);
      const mix = entryOf(report.dialects, dialect.name, () => ({ rows: 0, confidence: 0 }));
      mix.rows += 1;
      // In steps of a binary fraction, whose sums don't depend on their order.
      mix.confidence += Math.round(dialect.confidence * 1024) / 1024;
      if (repeats.add(key) && report.duplicates.samples.length < MOST_SAMPLES)
        report.duplicates.samples.push({ source, line, message: 'The same row stands further up.' });
      if (pairs.some(({ prompt }) => prompt.trim() === ''))
        note(report.empty.prompts, { source, line, message: 'The prompt is empty.' });
      if (pairs.some(({ completion }) => completion.trim() === ''))
        note(report.empty.completions, { source, line, message: 'The completion is empty.' });
      for (const { prompt, completion, record } of lengths) {
        addLength(report.lengths.prompt, prompt);
        addLength(report.lengths.completion, completion);
        addLength(report.lengths.record, record);
        if (unit !== 'tokens') continue;
        report.training.tokens += limit === null ? record : Math.min(record, limit);
        if (limit !== null && record > limit)
          note(report.overLength, { source, line, message: `It has ${record} tokens.` });
      }
      for (const field of leftOut) unused.set(field, (unused.get(field) ?? 0) + 1);
    },
    reject(line, code, message) {
      report.rows += 1;
      report.rejected += 1;
      note(entryOf(report.rejects, code, finding), { source, line, message });
    },
    blank(lines) {
      report.blank += lines;
    },
    report: () => ({
      ...structuredClone(report),
      leftOut: Object.fromEntries(unused),
      duplicates: { ...structuredClone(report.duplicates), sketch: repeats.sketch() },
    }),
  };
}

function mergeFindings<Found extends Finding>(a: Found, b: Found): Found {
  return { ...a, count: a.count + b.count, samples: [...a.samples, ...b.samples].slice(0, MOST_SAMPLES) };
}

function mergeRecords<Value>(
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
  join: (a: Value, b: Value) => Value,
): Record<string, Value> {
  const merged = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const own = merged.get(key);
    merged.set(key, own === undefined ? value : join(own, value));
  }
  return Object.fromEntries(merged);
}

const add = (a: number, b: number): number => a + b;

function mergeTwo(a: DatasetReport, b: DatasetReport): DatasetReport {
  const [x, y] = [settingsOf(a), settingsOf(b)];
  if (x !== y)
    throw new RolecallError('invalid-argument', `Reports of different plans can't be merged: ${x} and ${y}.`);
  return {
    ...a,
    sources: [...a.sources, ...b.sources],
    rows: a.rows + b.rows,
    blank: a.blank + b.blank,
    records: a.records + b.records,
    rejected: a.rejected + b.rejected,
    rejects: mergeRecords(a.rejects, b.rejects, mergeFindings),
    warnings: mergeRecords(a.warnings, b.warnings, (one, two) => ({
      ...mergeFindings(one, two),
      severity: one.severity === 'lossy' ? 'lossy' : two.severity,
    })),
    dialects: mergeRecords(a.dialects, b.dialects, (one, two) => ({
      rows: one.rows + two.rows,
      confidence: one.confidence + two.confidence,
    })),
    empty: {
      prompts: mergeFindings(a.empty.prompts, b.empty.prompts),
      completions: mergeFindings(a.empty.completions, b.empty.completions),
    },
    overLength: mergeFindings(a.overLength, b.overLength),
    duplicates: {
      sketch: mergeSketches(a.duplicates.sketch, b.duplicates.sketch),
      samples: [...a.duplicates.samples, ...b.duplicates.samples].slice(0, MOST_SAMPLES),
    },
    lengths: {
      unit: a.lengths.unit,
      prompt: mergeLengths(a.lengths.prompt, b.lengths.prompt),
      completion: mergeLengths(a.lengths.completion, b.lengths.completion),
      record: mergeLengths(a.lengths.record, b.lengths.record),
    },
    training: { ...a.training, tokens: a.training.tokens + b.training.tokens },
    leftOut: mergeRecords(a.leftOut, b.leftOut, add),
  };
}

/** What two reports must share for their numbers to add up. */
function settingsOf({ to, lengths, overLength, training }: DatasetReport): string {
  const { model, epochs, price } = training;
  return `to ${to}, ${lengths.unit} of ${model}, ${epochs} epochs, price ${price}, limit ${overLength.limit}`;
}

/** The report of a corpus from those of its shards, in their order. Throws `invalid-argument` for none, or different plans. */
export function mergeReports(reports: readonly DatasetReport[]): DatasetReport {
  const [first, ...rest] = reports;
  if (first === undefined) throw new RolecallError('invalid-argument', 'There is no report to merge.');
  return rest.reduce(mergeTwo, first);
}

/** US dollars for training on a dataset; undefined where the price is not known or no tokens were counted. */
export function trainingCost({ training, lengths }: DatasetReport): number | undefined {
  if (training.price === null || lengths.unit !== 'tokens') return undefined;
  return (training.tokens * training.epochs * training.price) / 1e6;
}
