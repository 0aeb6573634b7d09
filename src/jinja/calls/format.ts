import type { CallFormat } from '../../body/call-format.js';
import { callFormats } from '../../body/calls/index.generated.js';
import { createBodyReader } from '../../body/read-body.js';
import { dumpsLine } from '../../text/json.js';
import { derivedFormats } from './derive.js';
import type { Sample, Samples } from './samples.js';
import { exactWriter } from './write.js';

const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
};

/** Does a format read a sample, as a reply or as a turn of a prompt? */
export function reads(format: CallFormat, sample: Sample, exact = false): boolean {
  const reader = createBodyReader({ groups: [format.sections], exact, limit: Infinity });
  let words = '';
  const calls: { name: string; args: string }[] = [];
  for (const piece of [...reader.push(sample.text), ...reader.end()]) {
    if ('text' in piece) words += piece.text;
    else if ('call' in piece) calls.push({ name: piece.call.name, args: piece.call.arguments });
    else if ('head' in piece) calls.push({ name: piece.head.name, args: '' });
    else if ('args' in piece) calls.at(-1)!.args += piece.args;
    else if ('broken' in piece || 'unread' in piece || 'lost' in piece) return false;
  }
  if (words.trim() !== sample.words || calls.length !== sample.calls.length) return false;
  return calls.every(({ name, args }, i) => {
    const given = sample.calls[i]!;
    try {
      return name === given.name && dumpsLine(sorted(JSON.parse(args))) === dumpsLine(sorted(given.args));
    } catch {
      return false;
    }
  });
}

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
    // A form that tells calls from words in a prompt too is the better one, and so is one that can write them.
    const more = (reads(format, samples.one, true) ? 2 : 0) + (format.write === undefined ? 0 : 1);
    const total = points === 0 ? 0 : points * 4 + more;
    if (total > most) [best, most] = [format, total];
  }
  if (best === null) return null;
  const write = exactWriter(samples) ?? best.write;
  if (write === undefined || !reads(best, samples.one, true)) {
    const { write: _, ...rest } = best;
    return rest;
  }
  return { ...best, write };
}
