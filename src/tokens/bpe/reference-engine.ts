import {
  type ByteCounter,
  type Engine,
  pieceBytes,
  runText,
  type TokenIds,
  type TokenSpellings,
} from './engine.js';
import { FEW, Merger, NEVER } from './merge.js';
import { inBlocks } from './packed.js';
import { type Scan, type SplitRules, scanFor } from './scan.js';
import type { VocabularyTable } from './vocabulary.js';

/** What a scan may look at beyond a piece's end. */
const LOOKAHEAD = 4;
/** Bytes that a tokenizer may hold on to. */
const LONG_TEXT = 1 << 18;
const HASH_BITS = 19;

const hashPair = (left: number, right: number): number =>
  (Math.imul(left, 0x9e3779b1) + Math.imul(right, 0x85ebca77)) >>> (32 - HASH_BITS);

function hashBytes(bytes: Uint8Array, at: number, end: number): number {
  let hash = end - at;
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x9e3779b1) ^ (hash >>> 15);
  return hash;
}

function sameBytes(a: Uint8Array, at: number, b: Uint8Array, to: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[at + i] !== b[to + i]) return false;
  return true;
}

/** Numbers in lists by a hash, the lowest first; 0 ends a list, so they are kept one higher. */
class Chains {
  readonly #heads = new Int32Array(1 << HASH_BITS);
  readonly #next: Int32Array;

  constructor(size: number, hashOf: (number: number) => number) {
    this.#next = new Int32Array(size);
    inBlocks(0, size, (from, to) => {
      for (let i = from; i < to; i++) {
        const number = size - 1 - i;
        const hash = hashOf(number);
        if (hash < 0) continue;
        this.#next[number] = this.#heads[hash]!;
        this.#heads[hash] = number + 1;
      }
    });
  }

  first(hash: number): number {
    return this.#heads[hash]! - 1;
  }

  after(number: number): number {
    return this.#next[number]! - 1;
  }
}

/** The engine without WebAssembly: what every token and every merge is, in plain steps. Its time is linear too. */
export class ReferenceEngine implements Engine, ByteCounter {
  readonly #table: VocabularyTable;
  readonly #scan: Scan;
  readonly #tokens: Chains;
  readonly #pairs: Chains;
  readonly #byteRanks = new Int32Array(256).fill(-1);
  readonly #merger: Merger;
  /** Tokens that merging their own bytes does not give: they are in no text. */
  readonly #hidden: Uint8Array;
  readonly #few = new Int32Array(FEW);
  #bytes = new Uint8Array(0);
  stopped = 0;

  constructor(table: VocabularyTable, rules: SplitRules) {
    const { size, bytes, starts, lefts, rights, results } = table;
    this.#table = table;
    this.#scan = scanFor(rules);
    for (let rank = 255; rank >= 0; rank--)
      if (starts[rank + 1]! - starts[rank]! === 1) this.#byteRanks[bytes[starts[rank]!]!] = rank;
    this.#pairs = new Chains(lefts.length, (order) =>
      lefts[order]! < 0 ? -1 : hashPair(lefts[order]!, rights[order]!),
    );
    this.#tokens = new Chains(
      size,
      (rank) => hashBytes(bytes, starts[rank]!, starts[rank + 1]!) >>> (32 - HASH_BITS),
    );
    this.#merger = new Merger((left, right) => this.#orderOf(left, right), lefts.length, results);
    this.#hidden = new Uint8Array(size);
    if (table.reached) this.#hideUnreached();
  }

  #hideUnreached(): void {
    const { size, bytes, starts } = this.#table;
    for (let rank = 0; rank < size; rank++) {
      const { parts, count } = this.#merged(bytes, starts[rank]!, starts[rank + 1]!);
      if (count !== 1 || parts[0] !== rank) this.#hidden[rank] = 1;
    }
  }

  #orderOf(left: number, right: number): number {
    const { lefts, rights } = this.#table;
    let order = this.#pairs.first(hashPair(left, right));
    while (order >= 0 && (lefts[order] !== left || rights[order] !== right)) order = this.#pairs.after(order);
    return order < 0 ? NEVER : order;
  }

  /** The rank of the token with these bytes, or -1. */
  #find(bytes: Uint8Array, at: number, end: number, hash: number): number {
    const { starts, bytes: own } = this.#table;
    let rank = this.#tokens.first(hash >>> (32 - HASH_BITS));
    for (; rank >= 0; rank = this.#tokens.after(rank)) {
      const start = starts[rank]!;
      const same = starts[rank + 1]! - start === end - at && sameBytes(bytes, at, own, start, end - at);
      if (same && this.#hidden[rank] === 0) return rank;
    }
    return -1;
  }

  /** What merging begins with: bytes, or the characters of SentencePiece that are tokens. */
  #firstParts(bytes: Uint8Array, at: number, end: number, parts: Int32Array): number {
    let count = 0;
    for (let i = at; i < end; ) {
      const lead = bytes[i]!;
      const size = this.#table.characters && lead >= 0xc0 ? (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4) : 1;
      const stop = Math.min(i + size, end);
      const rank = size > 1 ? this.#find(bytes, i, stop, hashBytes(bytes, i, stop)) : -1;
      if (rank >= 0) parts[count++] = rank;
      else for (let k = i; k < stop; k++) parts[count++] = this.#byteRanks[bytes[k]!]!;
      i = stop;
    }
    return count;
  }

  /** Merges the bytes: the ranks are the first of `parts`. */
  #merged(bytes: Uint8Array, at: number, end: number): { parts: Int32Array; count: number } {
    const parts = end - at <= FEW ? this.#few : new Int32Array(end - at);
    return { parts, count: this.#merger.merge(parts, this.#firstParts(bytes, at, end, parts)) };
  }

  #pieceTokens(at: number, end: number, out: TokenIds | undefined): number {
    const hash = hashBytes(this.#bytes, at, end);
    const rank = this.#find(this.#bytes, at, end, hash);
    if (rank >= 0) {
      out?.push(rank);
      return 1;
    }
    const { parts, count } = this.#merged(this.#bytes, at, end);
    for (let i = 0; i < count; i++) out?.push(parts[i]!);
    return count;
  }

  room(units: number): Uint8Array {
    if (this.#bytes.length < units * 3) this.#bytes = new Uint8Array(Math.max(1024, units * 3));
    return this.#bytes;
  }

  runBytes(end: number, more: boolean, limit: number, out: TokenIds | undefined): number {
    const safe = more ? end - LOOKAHEAD : end;
    let count = 0;
    let at = 0;
    while (at < end && count <= limit) {
      const to = this.#scan(this.#bytes, at, end, more);
      if (to > safe) break;
      count += this.#pieceTokens(at, to, out);
      at = to;
    }
    this.stopped = at;
    return count;
  }

  run(text: string, limit: number, out: TokenIds | undefined): number {
    const count = runText(this, text, limit, out, () => 0);
    // What a long piece took is given back.
    if (this.#bytes.length > LONG_TEXT) this.#bytes = new Uint8Array(0);
    return count;
  }

  runPiece(text: string, out: TokenIds | undefined): number {
    const length = pieceBytes(this, text) ?? 0;
    return length === 0 ? 0 : this.#pieceTokens(0, length, out);
  }

  spellings(): TokenSpellings {
    return this.#table;
  }
}
