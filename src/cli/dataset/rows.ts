import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CsvError, parse } from 'csv-parse';
import { readLines } from '../../dataset/lines.js';
import { RolecallError } from '../../errors.js';
import { type CliIO, fileError, UsageError } from '../io.js';

/** One row of a dataset, or why it is none. */
export interface Row {
  line: number;
  value?: unknown;
  error?: RolecallError;
  /** The row as it came: the line, or the record of a table as JSON. */
  raw(): string;
}

export interface RowSource {
  rows: AsyncIterable<Row[]>;
  /** The bytes of the file, compressed as they are; undefined where that is not known. */
  size: number | undefined;
  /** How many of them were read. */
  bytesRead(): number;
  /** Blank lines so far. */
  blank(): number;
}

export type DatasetFormat = 'jsonl' | 'csv';

const otherFormats =
  /\.(parquet|arrow|feather|avro|orc|json|xlsx?|ods|tsv|ya?ml|xml|zip|tar|tgz|zst|bz2|xz|7z|sqlite|db|pkl|npy)(\.gz)?$/i;

/** The format by a file's name; JSON lines where it says nothing. Throws `UsageError` for a name of another format. */
export function formatOf(path: string): DatasetFormat {
  const other = otherFormats.exec(path);
  if (other !== null)
    throw new UsageError(
      `${path}: .${other[1]} is another format; datasets are JSON lines (.jsonl) or CSV. If it is one of those, --format says which.`,
    );
  return /\.csv(\.gz)?$/i.test(path) ? 'csv' : 'jsonl';
}

/** The bytes, if they are text. A NUL near the start means UTF-16, or no text at all. */
async function* textOnly(bytes: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of bytes) {
    if (seen < 65_536 && chunk.subarray(0, 65_536 - seen).includes(0))
      throw new UsageError(`${path}: this is not text in UTF-8.`);
    seen += chunk.length;
    yield chunk;
  }
}

const malformed = (message: string, cause?: unknown): RolecallError =>
  new RolecallError('malformed-line', message, cause === undefined ? {} : { cause });

function jsonRow(line: number, text: string | undefined): Row {
  const raw = (): string => text ?? '';
  if (text === undefined)
    return { line, raw, error: malformed('The line is not UTF-8, or longer than 64 MiB.') };
  try {
    return { line, raw, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { line, raw, error: malformed(`The line is not JSON: ${(error as Error).message}`, error) };
  }
}

const isBlank = (text: string): boolean => text === '' || /^[ \t\r]+$/.test(text);

/** What a stream makes of the bytes; an error on either side ends the reading. */
function through<Stream extends NodeJS.ReadWriteStream & AsyncIterable<unknown>>(
  bytes: AsyncIterable<Uint8Array>,
  stream: Stream,
): Stream {
  // The error comes out of the stream itself, which the reader waits for.
  pipeline(Readable.from(bytes, { objectMode: false }), stream, () => {});
  return stream;
}

/** Undoes gzip where the bytes begin as gzip does, whatever the file is called. Members one after another are one text. */
async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const { done, value } = await iterator.next();
    if (done) break;
    head =
      head.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : Buffer.concat([head, value]);
  }
  const all = async function* (): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    while (true) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  };
  if (head[0] === 0x1f && head[1] === 0x8b)
    yield* through(all(), createGunzip({ chunkSize: 1 << 18 })) as AsyncIterable<Uint8Array>;
  else yield* all();
}

const ROWS_A_BATCH = 256;

async function* csvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  const parser = through(
    bytes,
    parse({
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 64 * 2 ** 20,
      on_skip: (error: CsvError | undefined, raw: string | undefined) => {
        const line = typeof error?.['lines'] === 'number' ? error['lines'] : 0;
        batch.push({
          line,
          raw: () => raw ?? '',
          error: malformed(`The row is not CSV: ${error?.message ?? 'unknown'}`),
        });
        return undefined;
      },
    }),
  );
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    batch.push({ line: info.lines, value: record, raw: () => JSON.stringify(record) });
    if (batch.length >= ROWS_A_BATCH) {
      const full = batch;
      batch = [];
      yield full;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Opens a dataset: JSON lines or CSV, gzipped or not, a file or standard input. Throws `UsageError` where it can't be read. */
export async function openRows(
  io: CliIO,
  path: string,
  format: DatasetFormat = formatOf(path),
): Promise<RowSource> {
  if (io.openInput === undefined) throw new UsageError('Files can not be read here.');
  let opened: Awaited<ReturnType<typeof io.openInput>>;
  try {
    opened = await io.openInput(path);
  } catch (error) {
    throw fileError(error, path, 'read');
  }
  let read = 0;
  let blank = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of opened.bytes) {
      read += chunk.length;
      yield chunk;
    }
  };
  const jsonRows = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
    for await (const { first, lines } of readLines(bytes)) {
      const rows: Row[] = [];
      for (let i = 0; i < lines.length; i++) {
        const text = lines[i];
        if (text !== undefined && isBlank(text)) blank += 1;
        else rows.push(jsonRow(first + i, text));
      }
      yield rows;
    }
  };
  const guarded = async function* (): AsyncGenerator<Row[]> {
    try {
      const bytes = textOnly(unzipped(counted()), path);
      yield* format === 'csv' ? csvRows(bytes) : jsonRows(bytes);
    } catch (error) {
      const code = (error as { code?: string } | null)?.code ?? '';
      if (code.startsWith('Z_')) throw new UsageError(`can't read ${path}: its gzip is damaged or cut off.`);
      if (code.startsWith('CSV_')) throw new UsageError(`can't read ${path}: ${(error as Error).message}.`);
      if (code.startsWith('E')) throw fileError(error, path, 'read');
      throw error;
    }
  };
  return { rows: guarded(), size: opened.size, bytesRead: () => read, blank: () => blank };
}
