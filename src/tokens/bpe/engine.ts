/** Ids of tokens as they come, in room that grows. */
export class TokenIds {
  #ids = new Uint32Array(64);
  length = 0;

  #reserve(more: number): void {
    if (this.length + more <= this.#ids.length) return;
    const wider = new Uint32Array(Math.max(this.#ids.length * 2, this.length + more));
    wider.set(this.#ids.subarray(0, this.length));
    this.#ids = wider;
  }

  push(id: number): void {
    this.#reserve(1);
    this.#ids[this.length++] = id;
  }

  append(ids: Uint32Array): void {
    this.#reserve(ids.length);
    this.#ids.set(ids, this.length);
    this.length += ids.length;
  }

  /** Puts the id of each rank from a place on. */
  rename(from: number, ids: Int32Array): void {
    for (let i = from; i < this.length; i++) this.#ids[i] = ids[this.#ids[i]!]!;
  }

  /** Those from a place on, until more are added. */
  from(place: number): Uint32Array {
    return this.#ids.subarray(place, this.length);
  }

  toUint32Array(): Uint32Array {
    return this.#ids.slice(0, this.length);
  }

  toArray(): number[] {
    const list: number[] = new Array(this.length);
    for (let i = 0; i < list.length; i++) list[i] = this.#ids[i]!;
    return list;
  }
}

/** The bytes of all tokens by rank, one after another: `bytes.subarray(starts[rank], starts[rank + 1])`. */
export interface TokenSpellings {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
}

/** What counts: a vocabulary with its rules, ready to run. */
export interface Engine {
  /** Counts the tokens; stops once they are more than `limit`. Ranks go to `out` if it is given. */
  run(text: string, limit: number, out: TokenIds | undefined): number;
  /** The same for one piece, which is not cut. */
  runPiece(text: string, out: TokenIds | undefined): number;
  spellings(): TokenSpellings;
}

/** What counts the bytes that it is given. */
export interface ByteCounter {
  /** Room for the bytes of so many UTF-16 units; undefined where that is too much for it. */
  room(units: number): Uint8Array | undefined;
  /**
   * Counts the tokens of the bytes up to `end`. `more` says that text follows: then it stops where that could change
   * something. Sets `stopped`.
   */
  runBytes(end: number, more: boolean, limit: number, out: TokenIds | undefined): number;
  /** The start of the piece that the last run stopped at. */
  stopped: number;
}

/** UTF-16 units that are turned into bytes at a time. */
const CHUNK = 8192;
const encoder = /* @__PURE__ */ new TextEncoder();

/** UTF-16 units of the bytes from `at` to `end`. */
function unitsBetween(bytes: Uint8Array, at: number, end: number): number {
  let units = 0;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Runs over a text a chunk at a time. `huge` takes what begins with a piece that is too long for the counter. */
export function runText(
  counter: ByteCounter,
  text: string,
  limit: number,
  out: TokenIds | undefined,
  huge: (rest: string, limit: number) => number,
): number {
  const { length } = text;
  let count = 0;
  let size = CHUNK;
  for (let from = 0; from < length; ) {
    let until = Math.min(length, from + size);
    const more = until < length;
    // A surrogate pair stays in one chunk.
    if (more && (text.charCodeAt(until - 1) & 0xfc00) === 0xd800) until--;
    const bytes = counter.room(until - from);
    if (bytes === undefined) return count + huge(text.slice(from), limit - count);
    const part = from === 0 && !more ? text : text.substring(from, until);
    const end = encoder.encodeInto(part, bytes).written;
    count += counter.runBytes(end, more, limit - count, out);
    if (!more || count > limit) break;
    if (counter.stopped === 0) {
      size *= 2;
    } else {
      from = until - unitsBetween(bytes, counter.stopped, end);
      size = CHUNK;
    }
  }
  return count;
}

/** The bytes of one piece: their number, or undefined where the counter has no room for them. */
export function pieceBytes(counter: ByteCounter, text: string): number | undefined {
  const bytes = counter.room(text.length);
  return bytes === undefined ? undefined : encoder.encodeInto(text, bytes).written;
}
