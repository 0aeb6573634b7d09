import { categoryTable } from './categories.js';
import {
  type ByteCounter,
  type Engine,
  pieceBytes,
  runText,
  type TokenIds,
  type TokenSpellings,
} from './engine.js';
import { Merger } from './merge.js';
import { byteOrder, type PackedVocabulary } from './packed.js';
import { type SplitRules, scanFor } from './scan.js';
import type { PackedSource, VocabularySource, VocabularyTable } from './vocabulary.js';
import { wasmCode } from './wasm-code.generated.js';

type Place = WebAssembly.Global<'i32'>;

/** What wasm/index.ts exports; numbers are places in its memory. */
interface Exports {
  memory: WebAssembly.Memory;
  TEXT: Place;
  RANKS: Place;
  PARTS: Place;
  CATEGORIES: Place;
  MOST_UNITS: Place;
  stopped: Place;
  taken: Place;
  lefts: Place;
  rights: Place;
  bytes: Place;
  starts: Place;
  place(bytes: number): number;
  placeParts(tokens: number, merges: number): void;
  placeBytes(length: number): void;
  unpack(...places: number[]): void;
  joinParts(single: number): void;
  buildPairs(orders: number, results: number): void;
  beginWith(what: number): void;
  setRules(family: number, digits: number, contractions: number): void;
  setUp(reached: number): void;
  firstParts(at: number, begin: number, end: number): number;
  orderOf(left: number, right: number): number;
  run(at: number, end: number, more: number, limit: number, out: number, counts: number): number;
  piece(at: number, length: number, out: number): number;
}

let compiled: WebAssembly.Module | undefined;
/** Throws where there is no WebAssembly, or compiling is forbidden: an edge runtime, a page with a strict policy. */
function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasmCode), (char) => char.charCodeAt(0)));
  return compiled;
}

/** What the module calls. It may do so while it is being set up. */
function instantiate(
  rules: SplitRules,
  mergeWhole: (at: number, length: number, to: number) => number,
): Exports {
  const scan = scanFor(rules);
  let bytes = new Uint8Array(0);
  const { exports } = new WebAssembly.Instance(compile(), {
    cut: {
      scan(at: number, end: number, more: number): number {
        if (bytes.length === 0) bytes = new Uint8Array((exports as unknown as Exports).memory.buffer);
        return scan(bytes, at, end, more !== 0);
      },
    },
    merge: { mergeWhole },
  });
  return exports as unknown as Exports;
}

/** Copies numbers into new room. */
function put(x: Exports, list: ArrayLike<number>): number {
  const at = x.place(list.length * 4);
  new Int32Array(x.memory.buffer, at, list.length).set(list);
  return at;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** Puts the texts of a packed vocabulary where ranks will come to stand, and has them unpacked. */
function unpackInto(x: Exports, { packed, extra }: PackedSource): number {
  const { size, leftUses, rightUses, left, right, leftCounts, rightCounts, groups }: PackedVocabulary =
    packed;
  const all = size + extra.length;
  x.placeParts(all, all);
  const single = x.place(256);
  const numbers = put(x, [...leftCounts, ...rightCounts, ...groups]);
  const bytes = new Uint8Array(x.memory.buffer);
  bytes.set(byteOrder(), single);
  let at = x.RANKS.value;
  for (const text of [leftUses, rightUses, ...left, ...right])
    at += encoder.encodeInto(text, bytes.subarray(at)).written;
  const lefts = new Int32Array(x.memory.buffer, x.lefts.value, all).fill(-1, 0, 256);
  const rights = new Int32Array(x.memory.buffer, x.rights.value, all).fill(-1, 0, 256);
  x.unpack(
    size,
    x.RANKS.value,
    left[1].length,
    left[2].length,
    right[1].length,
    numbers,
    single,
    x.lefts.value,
    x.rights.value,
  );
  extra.forEach(([first, second], i) => {
    lefts[size + i] = first;
    rights[size + i] = second;
  });
  x.joinParts(single);
  x.buildPairs(all, 0);
  return all;
}

function copyInto(x: Exports, { size, bytes, starts, lefts, rights, results }: VocabularyTable): void {
  x.placeParts(size, lefts.length);
  x.placeBytes(bytes.length);
  const { buffer } = x.memory;
  new Int32Array(buffer, x.lefts.value, lefts.length).set(lefts);
  new Int32Array(buffer, x.rights.value, rights.length).set(rights);
  new Int32Array(buffer, x.starts.value, starts.length).set(starts);
  new Uint8Array(buffer, x.bytes.value, bytes.length).set(bytes);
  x.buildPairs(lefts.length, results === undefined ? 0 : put(x, results));
}

const FAMILIES = ['r50k', 'cl100k', 'o200k'] as const;
const BYTES = 0;
const WHOLE = 1;
const CHARACTERS = 2;

/** The engine in WebAssembly. Its memory goes with it. */
export class WasmEngine implements Engine, ByteCounter {
  readonly #x: Exports;
  // Read once: asking a global of the module for its value takes as long as counting a few words.
  readonly #text: number;
  readonly #ranks: number;
  readonly #mostUnits: number;
  readonly #bytes: Uint8Array;
  readonly #ids: Uint32Array;
  readonly #size: number;
  readonly #huge: () => Engine;
  stopped = 0;

  /** @param huge makes the engine for texts that have pieces of more than a million characters. */
  constructor(source: VocabularySource, rules: SplitRules, huge: () => Engine) {
    const table = 'packed' in source ? undefined : source;
    let merger: Merger | undefined;
    const x = instantiate(rules, (at, length, to) => {
      merger ??= new Merger(x.orderOf, table?.lefts.length ?? size, table?.results);
      return mergeWhole(x, merger, at, length, to);
    });
    const size = 'packed' in source ? unpackInto(x, source) : source.size;
    if (table !== undefined) copyInto(x, table);
    new Uint8Array(x.memory.buffer).set(categoryTable(), x.CATEGORIES.value);
    const digits = Number.isFinite(rules.digits) ? rules.digits : 0;
    x.setRules(FAMILIES.indexOf(rules.family), digits, rules.contractions === false ? 0 : 1);
    x.beginWith(table?.characters ? CHARACTERS : table?.results ? BYTES : WHOLE);
    x.setUp(table?.reached ? 1 : 0);
    this.#x = x;
    this.#text = x.TEXT.value;
    this.#ranks = x.RANKS.value;
    this.#mostUnits = x.MOST_UNITS.value;
    this.#size = size;
    this.#huge = huge;
    this.#bytes = new Uint8Array(x.memory.buffer, this.#text, this.#mostUnits * 3);
    this.#ids = new Uint32Array(x.memory.buffer, this.#ranks, this.#mostUnits * 3);
  }

  room(units: number): Uint8Array | undefined {
    return units > this.#mostUnits ? undefined : this.#bytes;
  }

  runBytes(end: number, more: boolean, limit: number, out: TokenIds | undefined): number {
    const x = this.#x;
    const text = this.#text;
    const most = Math.min(limit, 0x7fffffff);
    const count = x.run(text, text + end, more ? 1 : 0, most, this.#ranks, out === undefined ? 1 : 0);
    out?.append(this.#ids.subarray(0, count));
    this.stopped = more ? x.stopped.value - text : end;
    return count;
  }

  run(text: string, limit: number, out: TokenIds | undefined): number {
    return runText(this, text, limit, out, (rest, most) => this.#huge().run(rest, most, out));
  }

  runPiece(text: string, out: TokenIds | undefined): number {
    const length = pieceBytes(this, text);
    if (length === undefined) return this.#huge().runPiece(text, out);
    if (length === 0) return 0;
    const count = this.#x.piece(this.#text, length, this.#ranks);
    out?.append(this.#ids.subarray(0, count));
    return count;
  }

  spellings(): TokenSpellings {
    const x = this.#x;
    const starts = new Int32Array(x.memory.buffer, x.starts.value, this.#size + 1);
    return { starts, bytes: new Uint8Array(x.memory.buffer, x.bytes.value, starts[this.#size]!) };
  }
}

/** Merges a piece that the module can't merge a window at a time. */
function mergeWhole(x: Exports, merger: Merger, begin: number, length: number, to: number): number {
  const end = begin + length;
  const ints = new Int32Array(x.memory.buffer);
  const first = x.PARTS.value >> 2;
  const parts = new Int32Array(length);
  let count = 0;
  for (let at = begin; at < end; at += x.taken.value) {
    const more = x.firstParts(at, begin, end);
    parts.set(ints.subarray(first, first + more), count);
    count += more;
  }
  count = merger.merge(parts, count);
  ints.set(parts.subarray(0, count), to >> 2);
  return count;
}

/** Whether the numbers of this machine stand in memory as those of WebAssembly do. */
export const littleEndian = (): boolean => new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
