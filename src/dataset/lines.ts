/** Some lines of a stream that came together. */
export interface LineBatch {
  /** The number of the first line, from 1. */
  first: number;
  /** Without line ends. A line that is no UTF-8, or longer than the limit, is undefined. */
  lines: (string | undefined)[];
}

export interface LineOptions {
  /** Bytes beyond which a line is not held: memory stays flat on a file without line ends. Default 64 MiB. */
  longest?: number;
}

const NEWLINE = 10;
const fatal = (): TextDecoder => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The lines of bytes that end in a line end or at the end of the stream. */
function decodeLines(bytes: Uint8Array): (string | undefined)[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // The decoder puts U+FFFD for what is no UTF-8; only where there is one can there be such a line.
  if (!text.includes('\ufffd')) return text.split('\n');
  const lines: (string | undefined)[] = [];
  const decoder = fatal();
  let start = 0;
  while (start <= bytes.length) {
    const next = bytes.indexOf(NEWLINE, start);
    const end = next === -1 ? bytes.length : next;
    try {
      lines.push(decoder.decode(bytes.subarray(start, end)));
    } catch {
      lines.push(undefined);
    }
    start = end + 1;
  }
  return lines;
}

/**
 * Cuts bytes into lines at LF, in batches, in memory that depends on the chunks and the longest line alone. A BOM at
 * the start goes. A CR before the LF stays: it is white space to JSON.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  { longest = 64 * 2 ** 20 }: LineOptions = {},
): AsyncGenerator<LineBatch> {
  let number = 1;
  let held: Uint8Array[] = [];
  let size = 0;
  let skipping = false;
  const take = (last: Uint8Array): Uint8Array => {
    const whole = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    size = 0;
    return whole;
  };
  const batch = (bytes: Uint8Array): LineBatch => {
    const lines = decodeLines(bytes);
    const first = number;
    if (first === 1 && lines[0]?.startsWith('\ufeff')) lines[0] = lines[0].slice(1);
    number += lines.length;
    return { first, lines };
  };
  for await (const bytes of source) {
    const last = bytes.lastIndexOf(NEWLINE);
    if (last === -1) {
      if (skipping) continue;
      held.push(bytes);
      size += bytes.length;
      if (size > longest) {
        skipping = true;
        held = [];
        size = 0;
      }
      continue;
    }
    let start = 0;
    if (skipping) {
      skipping = false;
      start = bytes.indexOf(NEWLINE) + 1;
      yield { first: number++, lines: [undefined] };
    }
    if (start <= last) yield batch(take(bytes.subarray(start, last)));
    if (last + 1 < bytes.length) {
      // A copy: the rest of the chunk need not stay for a short tail of it.
      const rest = bytes.slice(last + 1);
      held.push(rest);
      size = rest.length;
    }
  }
  if (skipping) yield { first: number, lines: [undefined] };
  else if (size > 0) yield batch(take(new Uint8Array(0)));
}
