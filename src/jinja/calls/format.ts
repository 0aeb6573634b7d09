import type { CallFormat } from '../../body/call-format.js';
import { callFormats } from '../../body/calls/index.generated.js';
import { createBodyReader } from '../../body/read-body.js';
import { dumpsLine, isJson } from '../../text/json.js';
import { derivedFormats } from './derive.js';
import type { Sample, Samples } from './samples.js';
import { exactWriter, flat, gives } from './write.js';

const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
};

interface ReadBack {
  words: string;
  calls: { name: string; args: string }[];
}

/** What a format reads of a text, as a reply or as a turn of a prompt; null where it can't be read to the end. */
function readBack({ sections }: CallFormat, text: string, exact: boolean): ReadBack | null {
  const reader = createBodyReader({ groups: [sections], exact, limit: Infinity });
  const read: ReadBack = { words: '', calls: [] };
  let behind = '';
  for (const piece of [...reader.push(text), ...reader.end()]) {
    if ('text' in piece) {
      behind += piece.text;
      continue;
    }
    read.words += behind;
    behind = '';
    if ('call' in piece) read.calls.push({ name: piece.call.name, args: piece.call.arguments });
    else if ('head' in piece) read.calls.push({ name: piece.head.name, args: '' });
    else if ('args' in piece) read.calls.at(-1)!.args += piece.args;
    else if ('broken' in piece || 'unread' in piece || 'lost' in piece) return null;
  }
  // White space behind the last call is its form's.
  if (read.calls.length === 0 || behind.trim() !== '') read.words += behind;
  return read;
}

/** Does a format read a sample? */
export function reads(format: CallFormat, sample: Sample, exact = false): boolean {
  const read = readBack(format, sample.text, exact);
  if (read === null || read.words.trim() !== sample.words || read.calls.length !== sample.calls.length)
    return false;
  return read.calls.every(({ name, args }, i) => {
    const given = sample.calls[i]!;
    return name === given.name && isJson(args) && valued(args) === dumpsLine(sorted(given.args));
  });
}

/** JSON as its value; any other text as it is. */
const valued = (args: string): string => (isJson(args) ? dumpsLine(sorted(JSON.parse(args))) : args);

const known = (samples: Samples): Sample[] =>
  [samples.one, samples.two, samples.worded, samples.rich].filter((sample) => sample !== null);

/** How many of the samples a format reads; 0 where it does not read a single call. */
function score(format: CallFormat, samples: Samples): number {
  if (!reads(format, samples.one)) return 0;
  return known(samples).filter((sample) => reads(format, sample)).length;
}

/**
 * The form in which a template writes calls: one of the known ones that reads what the template wrote, else one derived from
 * that; it writes them as the template does, where that could be learned. Null where nothing reads it.
 */
export function callFormatOf(samples: Samples): CallFormat | null {
  let best: CallFormat | null = null;
  let most = 0;
  for (const format of [...callFormats, ...derivedFormats(samples)]) {
    if (format.channels) continue;
    const points = score(format, samples);
    // A form that tells calls from words in a prompt too is the better one, and so is one that can write them, as they are.
    const { write } = format;
    const more =
      (reads(format, samples.one, true) ? 4 : 0) +
      (write === undefined ? 0 : gives(write, samples.one) ? 2 : 1);
    const total = points === 0 ? 0 : points * 8 + more;
    if (total > most) [best, most] = [format, total];
  }
  if (best === null) return null;
  const write = exactWriter(samples) ?? best.write;
  if (write === undefined || !reads(best, samples.one, true)) {
    const { write: _, ...rest } = best;
    return rest;
  }
  return { ...best, write: telling(best, write) };
}

/** A writer that reads what it has written, and tells where that is something else. */
function telling(format: CallFormat, write: NonNullable<CallFormat['write']>): typeof write {
  return (calls, out) => {
    const pieces = write(calls, out);
    // What the words say is escaped where it is taken for a call; only where they end tells.
    const words = out.words.trim() === '' ? out.words : `qz${/\s*$/.exec(out.words)![0]}`;
    const read = readBack(format, words + flat(pieces), true);
    const same =
      read !== null &&
      read.words === words &&
      read.calls.length === calls.length &&
      read.calls.every(
        ({ name, args }, i) => name === calls[i]!.name && valued(args) === valued(calls[i]!.arguments),
      );
    if (!same)
      out.lossy(
        'tool-calls-as-text',
        'These calls, or the words in front of them, read back as something else.',
      );
    return pieces;
  };
}
