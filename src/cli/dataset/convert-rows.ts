import type { ConvertedRow } from '../../dataset/converted.js';
import type { Plan } from '../../dataset/plan.js';
import { leftOutBy, rowConverter } from '../../dataset/row.js';
import { type ErrorCode, isRolecallError, RolecallError, type Warning } from '../../errors.js';
import type { ByteSink, CliIO } from '../io.js';
import { grouped } from '../text.js';
import type { Progress } from './progress.js';
import type { RecordSink } from './records.js';
import type { RowReporter } from './report.js';
import type { Row } from './rows.js';

/** So many rows a plan is made from where none is given, and fields that it leaves out are looked for in. */
export const SAMPLE = 1000;
/** Bad rows that are told one by one where no file takes them. */
const TOLD = 10;

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

/** Where converted rows go, and who is told. */
export interface RowsTarget {
  io: CliIO;
  /** The input's name, as messages have it. */
  name: string;
  sink: RecordSink;
  /** A file of their own for rejected rows; `inline` puts them among the records. */
  rejects: ByteSink | 'inline' | undefined;
  reporter: RowReporter | undefined;
  progress: Progress;
  strict: boolean;
  quiet: boolean;
}

/** Converts batches of rows and counts what became of them. */
export class RowsConverter {
  rows = 0;
  records = 0;
  rejected = 0;
  /** Why `--strict` stopped. */
  stopped: string | undefined;
  /** Fields of the first rows that no record has. */
  readonly leftOut = new Set<string>();
  readonly tally = createTally();
  private readonly convert: ReturnType<typeof rowConverter>;
  private readonly leftOutOf: ReturnType<typeof leftOutBy>;
  private out = '';
  private bad = '';

  constructor(
    plan: Plan,
    private readonly target: RowsTarget,
  ) {
    this.convert = rowConverter(plan);
    this.leftOutOf = leftOutBy(plan);
  }

  /** Converts and writes a batch; false where `--strict` stopped in it. */
  async batch(rows: readonly Row[]): Promise<boolean> {
    const { sink, rejects } = this.target;
    this.out = '';
    this.bad = '';
    for (const row of rows) {
      this.rows += 1;
      try {
        this.row(row);
      } catch (error) {
        if (!isRolecallError(error)) throw error;
        this.reject(row, error);
        if (this.stopped !== undefined) break;
      }
    }
    if (this.out !== '') await sink.write(this.out);
    if (this.bad !== '' && typeof rejects === 'object') await rejects.write(this.bad);
    return this.stopped === undefined;
  }

  private row(row: Row): void {
    const { sink, strict, reporter } = this.target;
    if (row.error !== undefined) throw row.error;
    const converted: ConvertedRow = this.convert(row.value);
    const lost = strict ? converted.warnings.find(lossy) : undefined;
    if (lost !== undefined) throw new RolecallError('lossy', lost.message, { path: lost.path });
    this.out += sink.text(converted.records);
    this.records += converted.records.length;
    if (converted.warnings.length > 0) this.tally.add(row.line, converted.warnings);
    if (this.rows <= SAMPLE) for (const field of this.leftOutOf(row.value)) this.leftOut.add(field);
    reporter?.row(row.line, row.value, converted);
  }

  private reject(row: Row, error: RolecallError): void {
    const { io, name, sink, rejects, reporter, progress, strict, quiet } = this.target;
    const told = `${name}:${row.line}: ${error.message} [${error.code}]`;
    this.rejected += 1;
    reporter?.reject(row.line, error.code, error.message);
    if (strict) {
      this.stopped = told;
      return;
    }
    const refusal = refusalOf(error);
    // A line's number changes with the shard it is in, so that it has no place in the output itself.
    if (rejects === 'inline') this.out += sink.text([{ rejected: refusal, row: row.raw() }]);
    else if (rejects !== undefined)
      this.bad += `${JSON.stringify({ line: row.line, ...refusal, row: row.raw() })}\n`;
    else if (this.rejected <= TOLD && !quiet) {
      progress.clear();
      io.stderr(`rolecall: ${told}\n`);
    }
  }
}
