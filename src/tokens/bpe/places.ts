import { utf8Length } from '../../text/utf8.js';
import { TokenIds } from './engine.js';
import type { Part } from './special.js';
import type { PlacedIds } from './types.js';

/**
 * The byte at which each place of a text stands in what the tokenizer makes of it. `written` is that, for a stretch
 * behind the unit or pair in front of it, since some normalizers look there: it is taken off again.
 */
export function bytesAt(
  text: string,
  places: readonly number[],
  written: (text: string) => string,
): number[] {
  let from = 0;
  let bytes = 0;
  return places.map((place) => {
    if (place > from) {
      if (from === 0) bytes = utf8Length(written(text.slice(0, place)));
      else {
        const pair = (text.charCodeAt(from - 1) & 0xfc00) === 0xdc00 && from > 1;
        const guard = text.slice(from - (pair ? 2 : 1), from);
        const all = utf8Length(written(guard + text.slice(from, place)));
        bytes += Math.max(0, all - utf8Length(written(guard)));
      }
      from = place;
    }
    return bytes;
  });
}

/** How the plain parts of a text are encoded. */
interface PartEncoder {
  encode(start: number, end: number, out: TokenIds): void;
  /** The byte at which each place of the part stands in what is encoded; the places count from its start. */
  at(start: number, end: number, places: readonly number[]): number[];
  lengthOf(id: number): number;
}

/** The ids of the parts of a text, and where the places, ascending, fall among them. */
export function placedIds(
  parts: readonly Part[],
  places: readonly number[],
  encoder: PartEncoder,
): PlacedIds {
  const ids = new TokenIds();
  const ended: number[] = [];
  const begun: number[] = [];
  let next = 0;
  for (const { start, end, token } of parts) {
    const own: number[] = [];
    while (next < places.length && places[next]! <= end) own.push(places[next++]!);
    const before = ids.length;
    if (token !== undefined) {
      ids.push(token.id);
      for (const place of own) {
        ended.push(before + (place >= token.end ? 1 : 0));
        begun.push(before + (place > token.start ? 1 : 0));
      }
      continue;
    }
    encoder.encode(start, end, ids);
    if (own.length === 0) continue;
    const bytes = encoder.at(
      start,
      end,
      own.map((place) => place - start),
    );
    const found = idsAt(bytes, ids.from(before), encoder.lengthOf);
    for (const count of found.ended) ended.push(before + count);
    for (const count of found.begun) begun.push(before + count);
  }
  for (; next < places.length; next++) {
    ended.push(ids.length);
    begun.push(ids.length);
  }
  return { ids: ids.toArray(), ended, begun };
}

/** For each of the bytes, ascending: how many ids end there or before, and how many begin before it. */
function idsAt(
  bytes: readonly number[],
  ids: ArrayLike<number>,
  lengthOf: (id: number) => number,
): { ended: number[]; begun: number[] } {
  let end = 0;
  let count = 0;
  const ended: number[] = [];
  const begun: number[] = [];
  for (const place of bytes) {
    while (count < ids.length) {
      const next = end + lengthOf(ids[count]!);
      if (next > place) break;
      end = next;
      count += 1;
    }
    ended.push(count);
    begun.push(end < place && count < ids.length ? count + 1 : count);
  }
  return { ended, begun };
}
