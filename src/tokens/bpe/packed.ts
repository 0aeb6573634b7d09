/**
 * Calls a loop's body for a thousand numbers at a time. Loops that run once, over hundreds of thousands of items,
 * spend most of their time before they are compiled; a small function that is called again and again is compiled soon.
 */
export function inBlocks(from: number, end: number, body: (from: number, to: number) => void): void {
  for (let at = from; at < end; at += 1024) body(at, Math.min(end, at + 1024));
}

/**
 * The 256 bytes in the order of their ids in every vocabulary of the GPT-2 kind: those that print in Latin-1 first.
 * In a `tokenizer.json` the others are written as U+0100 and on, in this same order.
 */
export function byteOrder(): number[] {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  return [...all.filter(prints), ...all.filter((byte) => !prints(byte))];
}

/**
 * A vocabulary as text that gzip packs well. A token of rank r is the join of two tokens of lower rank, its left and
 * its right part; each part is named by its place in a list of all parts, the most used first, in one to three digits.
 * The digits of one weight stand together, and those of right parts are grouped by the kind of the left part, since
 * what may follow depends on it.
 */
export interface PackedVocabulary {
  /** Tokens, the 256 single bytes with them. */
  readonly size: number;
  /** The bytes of the longest token. */
  readonly longest: number;
  /** How often each token is a left part, as a class of use: a digit a token, by rank. */
  readonly leftUses: string;
  /** How many tokens each class has, the most used first. */
  readonly leftCounts: readonly number[];
  /** The same for right parts: a digit a token, by the token's first byte, then by rank. */
  readonly rightUses: string;
  readonly rightCounts: readonly number[];
  readonly left: readonly [string, string, string];
  readonly right: readonly [string, string, string];
  /** Where the first digits of each group begin in `right[0]`. */
  readonly groups: readonly number[];
}

/** The merges that make the tokens of a vocabulary, the single bytes first. */
export interface TokenParts {
  readonly size: number;
  /** The byte of each of the first 256 ranks. */
  readonly bytes: Uint8Array;
  /** Ranks of the two parts of each token; -1 for a single byte and for what merging never gives. */
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
}

/** The tokens of a vocabulary by rank: their bytes, one after another, and the two parts of each. */
export interface TokenTable {
  readonly size: number;
  /** `bytes.subarray(starts[rank], starts[rank + 1])` is the token. */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
}

/** Numbers up to here take one digit; then so many first digits lead to one more, the rest to two more. */
export const ONE_DIGIT = 24;
export const TWO_DIGITS = 56;
/** The first place that takes three digits. */
export const FAR = ONE_DIGIT + TWO_DIGITS * 64;
export const USE_CLASSES = 9;
const KINDS = 8;
export const GROUPS = KINDS * 16;

/** The number of each digit: a char from `#` on, without the backslash. */
const digits = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, char) => char - (char > 92 ? 36 : 35));

/** Bytes are read faster than chars, above all before the loops that read them are compiled. */
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes of one kind follow like bytes: space, a-z, A-Z, other ASCII, continuation, and three kinds of leads. */
function byteKind(byte: number): number {
  if (byte === 32) return 0;
  if (byte >= 97 && byte <= 122) return 1;
  if (byte >= 65 && byte <= 90) return 2;
  if (byte < 128) return 3;
  if (byte < 0xc0) return 4;
  return byte >= 0xe0 ? 5 : byte >= 0xd0 ? 6 : 7;
}

/** The group of right parts after a left part: the kinds of its last and of its first byte, and if there are more. */
export const groupOf = (first: number, last: number, length: number): number =>
  byteKind(last) * 16 + byteKind(first) * 2 + (length > 1 ? 1 : 0);
const LAST_KIND = 0x70;
const FIRST_KIND = 0x0e;

/** Where each class begins, and the place after the last. */
export function placesOf(counts: ArrayLike<number>): Int32Array {
  const places = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) places[i + 1] = places[i]! + counts[i]!;
  return places;
}

/** Places in `uses` by class, the most used first. */
function orderByUse(text: string, counts: readonly number[]): Int32Array {
  const uses = bytesOf(text);
  const order = new Int32Array(uses.length);
  const places = placesOf(counts);
  inBlocks(0, order.length, (from, to) => {
    for (let i = from; i < to; i++) order[places[digits[uses[i]!]!]!++] = i;
  });
  return order;
}

/** The places of parts from their digits. */
function readPlaces(written: readonly [string, string, string]): Int32Array {
  const first = bytesOf(written[0]);
  const more = bytesOf(written[1]);
  const most = bytesOf(written[2]);
  const places = new Int32Array(first.length);
  let one = 0;
  let two = 0;
  inBlocks(0, places.length, (from, to) => {
    for (let i = from; i < to; i++) {
      let place = digits[first[i]!]!;
      if (place >= ONE_DIGIT) {
        place = (place - ONE_DIGIT) * 64 + digits[more[one++]!]! + ONE_DIGIT;
        if (place >= FAR) place = (place - FAR) * 64 + digits[most[two++]!]! + FAR;
      }
      places[i] = place;
    }
  });
  return places;
}

/**
 * Each loop over all tokens costs a few milliseconds at the start, before it is compiled; so there are as few as can be.
 * @param extra tokens after the packed ones, by the ranks of their parts.
 */
export function unpackParts(
  packed: PackedVocabulary,
  extra: readonly (readonly [left: number, right: number])[] = [],
): TokenParts {
  const packedSize = packed.size;
  const size = packedSize + extra.length;
  const lefts = new Int32Array(size);
  const rights = new Int32Array(size);
  lefts.fill(-1, 0, 256);
  rights.fill(-1, 0, 256);
  const bytes = Uint8Array.from(byteOrder());
  const first = new Uint8Array(packedSize);
  first.set(bytes);

  const leftOrder = orderByUse(packed.leftUses, packed.leftCounts);
  const leftPlaces = readPlaces(packed.left);
  const firstCounts = new Int32Array(256).fill(1);
  inBlocks(256, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const part = leftOrder[leftPlaces[rank - 256]!]!;
      lefts[rank] = part;
      const byte = first[part]!;
      first[rank] = byte;
      firstCounts[byte]!++;
    }
  });

  const byFirst = new Int32Array(packedSize);
  const places = placesOf(firstCounts);
  inBlocks(0, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) byFirst[places[first[rank]!]!++] = rank;
  });
  const rightOrder = orderByUse(packed.rightUses, packed.rightCounts);

  const groups = first;
  for (let rank = 0; rank < 256; rank++) groups[rank] = groupOf(bytes[rank]!, bytes[rank]!, 1);
  const cursors = Int32Array.from(packed.groups);
  const rightPlaces = readPlaces(packed.right);
  inBlocks(256, packedSize, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const group = groups[lefts[rank]!]!;
      const part = byFirst[rightOrder[rightPlaces[cursors[group]!++]!]!]!;
      rights[rank] = part;
      groups[rank] = (groups[part]! & LAST_KIND) | (group & FIRST_KIND) | 1;
    }
  });
  extra.forEach(([left, right], i) => {
    lefts[packedSize + i] = left;
    rights[packedSize + i] = right;
  });
  return { size, bytes, lefts, rights };
}

/** The bytes of all tokens, made of those of their parts. */
export function joinParts({ size, bytes: single, lefts, rights }: TokenParts): TokenTable {
  const starts = new Int32Array(size + 1);
  for (let rank = 0; rank < 256; rank++) starts[rank + 1] = rank + 1;
  inBlocks(256, size, (from, end) => {
    for (let rank = from; rank < end; rank++) {
      const left = lefts[rank]!;
      const right = rights[rank]!;
      starts[rank + 1] =
        starts[rank]! + starts[left + 1]! - starts[left]! + starts[right + 1]! - starts[right]!;
    }
  });
  const bytes = new Uint8Array(starts[size]!);
  bytes.set(single);
  inBlocks(256, size, (from, end) => {
    for (let rank = from; rank < end; rank++) {
      let to = starts[rank]!;
      for (const part of [lefts[rank]!, rights[rank]!])
        for (let i = starts[part]!; i < starts[part + 1]!; i++) bytes[to++] = bytes[i]!;
    }
  });
  return { size, bytes, starts, lefts, rights };
}
