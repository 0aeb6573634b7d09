import { createGzip } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { RolecallError } from '../../errors.js';
import { type ByteSink, type CliIO, fileError, UsageError } from '../io.js';
import { type DatasetFormat, formatOf } from './rows.js';

type Records = readonly Readonly<Record<string, unknown>>[];

/** Writes records one after another. */
export interface RecordSink {
  /** The text of records; throws `invalid-shape` for one that has no place in the table. */
  text(records: Records): string;
  write(text: string): Promise<void>;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

/** A sink that gzips what goes into another. */
function zipped(sink: ByteSink): ByteSink {
  const gzip = createGzip();
  const done = (async () => {
    for await (const chunk of gzip as AsyncIterable<Uint8Array>) await sink.write(chunk);
  })();
  // Heard at the next write or at the end; unheard it would end the process.
  done.catch(() => {});
  return {
    write: (data) =>
      new Promise((resolve, reject) => {
        done.catch(reject);
        if (gzip.write(data)) resolve();
        else gzip.once('drain', resolve);
      }),
    close: async () => {
      gzip.end();
      await done;
      await sink.close();
    },
    abandon: async () => {
      gzip.destroy();
      await sink.abandon?.();
    },
  };
}

/** A sink whose failures are told in words. */
function guarded(sink: ByteSink, path: string): ByteSink {
  const told = async (step: Promise<void>): Promise<void> => {
    try {
      await step;
    } catch (error) {
      throw fileError(error, path === '-' ? 'standard output' : path, 'write');
    }
  };
  return {
    write: (data) => told(sink.write(data)),
    close: () => told(sink.close()),
    abandon: async () => sink.abandon?.(),
  };
}

/** Opens a file for writing, gzipped where its name ends in `.gz`; `-` is standard output. */
export async function openSink(io: CliIO, path: string): Promise<ByteSink> {
  if (io.openOutput === undefined) throw new UsageError('Files can not be written here.');
  try {
    const sink = guarded(await io.openOutput(path), path);
    return path.endsWith('.gz') ? zipped(sink) : sink;
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}

const cell = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : typeof value === 'boolean'
      ? String(value)
      : value;

/** The columns of a table are those of its first record. */
function csvText(): (records: Records) => string {
  let columns: string[] | undefined;
  return (records) => {
    let text = '';
    for (const record of records) {
      const header = columns === undefined;
      columns ??= Object.keys(record);
      const stray = Object.keys(record).find((key) => !columns?.includes(key));
      if (stray !== undefined)
        throw new RolecallError(
          'invalid-shape',
          `The table has no column ${stray}: the first row had none.`,
          { path: stray },
        );
      text += stringify([columns.map((key) => cell(record[key]))], header ? { header, columns } : {});
    }
    return text;
  };
}

export async function openRecords(
  io: CliIO,
  path: string,
  format: DatasetFormat = formatOf(path),
): Promise<RecordSink> {
  const sink = await openSink(io, path);
  const text =
    format === 'csv'
      ? csvText()
      : (records: Records) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return {
    text,
    write: (data) => sink.write(data),
    close: () => sink.close(),
    abandon: async () => sink.abandon?.(),
  };
}
