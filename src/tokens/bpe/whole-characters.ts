import { NEVER, type Vocabulary } from './vocabulary.js';

/** Code points below this have an entry. */
const POINTS = 0x20000;

/**
 * Most characters beyond ASCII are tokens of their own, and merging may begin with them instead of with their bytes,
 * where no merge can join a part of a character to its neighbour before the character is whole.
 */
export interface WholeCharacters {
  /** The rank of a character that is a token, by its code point, or 0. */
  readonly ranks: Int32Array;
  /** The same for code points that the table does not reach, where there are any. */
  readonly beyond?: ReadonlyMap<number, number>;
  /** By two neighbouring bytes of two characters: the lowest rank that joins over them a part of a character. */
  readonly crossings: Int32Array;
}

const lengthOf = (lead: number): number => (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
const continues = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** For vocabularies where every merge makes a token of a higher rank than its parts, and ranks are the order. */
export function findWholeCharacters(
  vocabulary: Vocabulary,
  lefts: Int32Array,
  rights: Int32Array,
): WholeCharacters {
  const { size, bytes, starts } = vocabulary;
  const ranks = new Int32Array(POINTS);
  const crossings = new Int32Array(65_536).fill(NEVER);
  for (let rank = 0; rank < size; rank++) {
    const left = lefts[rank]!;
    if (left < 0) continue;
    const start = starts[rank]!;
    const end = starts[rank + 1]!;
    const lead = bytes[start]!;
    if (lead >= 0xc0 && end - start === lengthOf(lead)) {
      let whole = true;
      let point = lead & (0xff >> (lengthOf(lead) + 1));
      for (let i = start + 1; i < end; i++) {
        if (!continues(bytes[i]!)) whole = false;
        point = (point << 6) | (bytes[i]! & 63);
      }
      if (whole && point < POINTS) ranks[point] = rank;
    }
    const right = starts[rights[rank]!]!;
    const rightEnd = starts[rights[rank]! + 1]!;
    const begin = bytes[right]!;
    if (continues(begin)) continue;
    const leftStart = starts[left]!;
    const leftEnd = starts[left + 1]!;
    // The left part is the end of a character, or the right part the beginning of one.
    let partial = begin >= 0xc0 && rightEnd - right < lengthOf(begin);
    if (!partial) {
      partial = true;
      for (let i = leftStart; i < leftEnd && partial; i++) partial = continues(bytes[i]!);
    }
    if (!partial) continue;
    const key = (bytes[leftEnd - 1]! << 8) | begin;
    if (rank < crossings[key]!) crossings[key] = rank;
  }
  return { ranks, crossings };
}

/** For vocabularies whose merges begin with characters: nothing joins a part of one. */
export function charactersOnly(rankOf: ReadonlyMap<number, number>): WholeCharacters {
  const ranks = new Int32Array(POINTS);
  const beyond = new Map<number, number>();
  for (const [point, rank] of rankOf) {
    if (point < POINTS) ranks[point] = rank;
    else beyond.set(point, rank);
  }
  return { ranks, beyond, crossings: new Int32Array(65_536).fill(NEVER) };
}

/**
 * Puts the ranks of the parts that merging begins with into `parts`, and says how many they are. `bytes` has a zero
 * or more text after the piece; what is outside it takes no part.
 */
export function firstParts(
  bytes: Uint8Array,
  at: number,
  length: number,
  byteRanks: Int32Array,
  { ranks, crossings, beyond }: WholeCharacters,
  parts: Int32Array,
): number {
  let count = 0;
  const end = at + length;
  for (let i = at; i < end; ) {
    const lead = bytes[i]!;
    let rank = 0;
    let size = 1;
    if (lead >= 0xc0) {
      size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (i + size > end) {
        size = 1;
      } else {
        const second = bytes[i + 1]! & 63;
        const point =
          size === 2
            ? ((lead & 31) << 6) | second
            : size === 3
              ? ((lead & 15) << 12) | (second << 6) | (bytes[i + 2]! & 63)
              : ((lead & 7) << 18) | (second << 12) | ((bytes[i + 2]! & 63) << 6) | (bytes[i + 3]! & 63);
        rank = point < POINTS ? ranks[point]! : (beyond?.get(point) ?? 0);
        if (
          rank !== 0 &&
          ((i > at && crossings[(bytes[i - 1]! << 8) | lead]! < rank) ||
            (i + size < end && crossings[(bytes[i + size - 1]! << 8) | bytes[i + size]!]! < rank))
        ) {
          rank = 0;
        }
      }
    }
    if (rank !== 0) {
      parts[count++] = rank;
      i += size;
    } else {
      for (let k = 0; k < size; k++) parts[count++] = byteRanks[bytes[i + k]!]!;
      i += size;
    }
  }
  return count;
}
