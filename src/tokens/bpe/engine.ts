import type { MergeRules } from './merge-rules.js';
import { createWindowMerger } from './merge-windows.js';
import { createPieceMemo, LONGEST_KEPT } from './piece-memo.js';
import { type Scan, type SplitRules, scanFor } from './scan.js';
import { asciiScanFor, SENTINEL } from './scan-ascii.js';
import {
  findLong,
  findMedium,
  findShort,
  findToken,
  firstMask,
  hashLong,
  hashMedium,
  hashShort,
  secondMask,
  type Vocabulary,
} from './vocabulary.js';

/** UTF-16 units that are turned into bytes at a time. */
const CHUNK = 8192;
/** What a scan may look at beyond a piece's end. */
const LOOKAHEAD = 4;
const SPARE = 32;

export interface Engine {
  /** Counts the tokens; stops once they are more than `limit`. Ranks go to `out` if it is given. */
  run(text: string, limit: number, out: number[] | undefined): number;
  /** The same for one piece, which is not cut. */
  runPiece(text: string, out: number[] | undefined): number;
}

export interface EngineParts {
  vocabulary: Vocabulary;
  merges: () => MergeRules;
  rules: SplitRules;
}

// What a byte is to the fast path for words of ASCII letters.
/** It may begin a piece that goes on with lower case letters. */
const BEGINS = 1;
/** A word may end before it, whatever the word. */
const ENDS = 2;
/** It is a capital that may stand between a prefix and lower case letters. */
const RAISES = 4;
/** It is a prefix. */
const LEADS = 8;

function fastKinds({ family, contractions = true }: SplitRules): Uint8Array {
  const kinds = new Uint8Array(256);
  const camel = family === 'o200k';
  for (let c = 0; c < 128; c++) {
    const lower = c | 32;
    if (lower >= 97 && lower <= 122) kinds[c] = c === lower ? BEGINS : BEGINS | RAISES | (camel ? ENDS : 0);
    else if (c === 39 && (contractions || !camel)) kinds[c] = camel ? BEGINS | LEADS : ENDS;
    else if (family === 'r50k' ? c === 32 : c !== 10 && c !== 13 && (c < 48 || c > 57))
      kinds[c] = BEGINS | ENDS | LEADS;
    else kinds[c] = ENDS;
  }
  return kinds;
}

/** Four bits, one for each of the four bytes that is not a lower case letter. */
function notSmall(word: number): number {
  const low = word & 0x7f7f7f7f;
  const flags = (~(low + 0x1f1f1f1f) | (low + 0x05050505) | word) & 0x80808080;
  return (Math.imul(flags >>> 7, 0x01020408) >>> 24) & 15;
}

export function createEngine({ vocabulary, merges, rules }: EngineParts): Engine {
  const scan: Scan = scanFor(rules);
  const scanAscii = asciiScanFor(rules);
  const kinds = fastKinds(rules);
  const encoder = new TextEncoder();
  const memo = createPieceMemo();
  /** Short pieces that came up lately, few enough for a near cache: bytes, length and rank, number of tokens. */
  const recent = new Int32Array(4 << 13);
  /** The same for pieces of nine to sixteen bytes, eight numbers a slot. */
  const recentMedium = new Int32Array(8 << 12);
  let merger: ReturnType<typeof createWindowMerger> | undefined;
  let bytes = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  /** Where the last call of `runBytes` stopped: the start of a piece that more text may change. */
  let stopped = 0;

  function pieceByMerging(hash: number, at: number, length: number, out: number[] | undefined): number {
    if (length <= LONGEST_KEPT) {
      const found = memo.find(hash, view, at, length);
      if (found >= 0) {
        const words = memo.words();
        const count = words[found - 1]!;
        if (out !== undefined) for (let i = 0; i < count; i++) out.push(words[found + i]!);
        return count;
      }
    }
    merger ??= createWindowMerger(merges());
    const count = merger.merge(bytes, at, length);
    const parts = merger.parts();
    if (length <= LONGEST_KEPT) memo.keep(hash, view, at, length, parts, count);
    if (out !== undefined) for (let i = 0; i < count; i++) out.push(parts[i]!);
    return count;
  }

  /** The tokens of the pieces from the start of the bytes, whose end is at `end`. */
  function runBytes(end: number, more: boolean, limit: number, out: number[] | undefined): number {
    // What the loop reads, in variables of its own: reading those around the function takes a check each time.
    const text = bytes;
    const words = view;
    const byKind = kinds;
    const near = recent;
    const nearMedium = recentMedium;
    const tokens = vocabulary;
    const safe = more ? end - LOOKAHEAD : end;
    let count = 0;
    let at = 0;
    while (at < end) {
      // Most pieces are a prefix or a letter, perhaps a capital, and a few lower case letters: their length comes from
      // two words of bytes at once, without a loop whose end the processor would have to guess.
      const begin = byKind[text[at]!]!;
      const from = at + 1 + ((byKind[text[at + 1]!]! >>> 2) & (begin >>> 3) & 1);
      const stops =
        notSmall(words.getInt32(from, true)) | (notSmall(words.getInt32(from + 4, true)) << 4) | 0x100;
      const run = 31 - Math.clz32(stops & -stops);
      let to = from + run;
      if (run === 8) {
        const rest =
          notSmall(words.getInt32(to, true)) | (notSmall(words.getInt32(to + 4, true)) << 4) | 0x100;
        to += 31 - Math.clz32(rest & -rest);
      }
      if (run === 0 || (((begin & BEGINS) << 1) & byKind[text[to]!]!) === 0)
        to = scanAscii(text, at, end) || scan(text, at, end, more);
      if (to > safe) break;
      const length = to - at;
      if (length <= 8) {
        const first = words.getInt32(at, true) & firstMask[length]!;
        const second = words.getInt32(at + 4, true) & secondMask[length]!;
        const hash = hashShort(first, second);
        const slot = (hash >>> 19) << 2;
        const meta = near[slot + 2]!;
        if (
          near[slot] === first &&
          near[slot + 1] === second &&
          meta >>> 24 === length &&
          (out === undefined || near[slot + 3] === 1)
        ) {
          count += near[slot + 3]!;
          if (out !== undefined) out.push(meta & 0xffffff);
        } else {
          const rank = findShort(tokens, first, second, length);
          let made = 1;
          if (rank < 0) made = pieceByMerging(hash ^ length, at, length, out);
          else if (out !== undefined) out.push(rank);
          if (rank >= 0 || made > 1) {
            near[slot] = first;
            near[slot + 1] = second;
            near[slot + 2] = (length << 24) | (rank & 0xffffff);
            near[slot + 3] = made;
          }
          count += made;
        }
      } else if (length <= 16) {
        const first = words.getInt32(at, true);
        const second = words.getInt32(at + 4, true);
        const third = words.getInt32(at + 8, true) & firstMask[length - 8]!;
        const fourth = words.getInt32(at + 12, true) & secondMask[length - 8]!;
        const hash = hashMedium(first, second, third, fourth);
        const slot = (hash >>> 20) << 3;
        const meta = nearMedium[slot + 4]!;
        if (
          nearMedium[slot] === first &&
          nearMedium[slot + 1] === second &&
          nearMedium[slot + 2] === third &&
          nearMedium[slot + 3] === fourth &&
          meta >>> 24 === length &&
          (out === undefined || nearMedium[slot + 5] === 1)
        ) {
          count += nearMedium[slot + 5]!;
          if (out !== undefined) out.push(meta & 0xffffff);
        } else {
          const rank = findMedium(tokens, hash, first, second, third, fourth, length);
          let made = 1;
          if (rank < 0) made = pieceByMerging(hash ^ (hash >>> 16), at, length, out);
          else if (out !== undefined) out.push(rank);
          if (rank >= 0 || made > 1) {
            nearMedium[slot] = first;
            nearMedium[slot + 1] = second;
            nearMedium[slot + 2] = third;
            nearMedium[slot + 3] = fourth;
            nearMedium[slot + 4] = (length << 24) | (rank & 0xffffff);
            nearMedium[slot + 5] = made;
          }
          count += made;
        }
      } else {
        const hash = hashLong(words, at, length);
        const rank = findLong(tokens, hash, words, at, length);
        if (rank >= 0) {
          count++;
          if (out !== undefined) out.push(rank);
        } else {
          count += pieceByMerging(hash, at, length, out);
        }
      }
      at = to;
      if (count > limit) break;
    }
    stopped = at;
    return count;
  }

  /** UTF-16 units of the bytes from `at` to `end`. */
  function unitsBetween(at: number, end: number): number {
    let units = 0;
    for (let i = at; i < end; i++) {
      const byte = bytes[i]!;
      if (byte < 0x80 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
  }

  function room(units: number): void {
    if (bytes.length >= units * 3 + SPARE) return;
    bytes = new Uint8Array(Math.max(1024, units * 3 + SPARE));
    view = new DataView(bytes.buffer);
  }

  function run(text: string, limit: number, out: number[] | undefined): number {
    const length = text.length;
    if (length <= CHUNK) {
      room(length);
      const end = encoder.encodeInto(text, bytes).written;
      bytes[end] = SENTINEL;
      return runBytes(end, false, limit, out);
    }
    let count = 0;
    let size = CHUNK;
    for (let from = 0; from < length; ) {
      let until = Math.min(length, from + size);
      // A surrogate pair stays in one chunk.
      if (until < length && (text.charCodeAt(until - 1) & 0xfc00) === 0xd800) until--;
      room(until - from);
      const end = encoder.encodeInto(text.substring(from, until), bytes).written;
      bytes[end] = SENTINEL;
      count += runBytes(end, until < length, limit - count, out);
      if (count > limit) break;
      if (stopped === 0 && until < length) {
        size *= 2;
        continue;
      }
      from = until - unitsBetween(stopped, end);
      size = CHUNK;
    }
    if (bytes.length > 16 * CHUNK) {
      bytes = new Uint8Array(0);
      view = new DataView(bytes.buffer);
    }
    return count;
  }

  function runPiece(text: string, out: number[] | undefined): number {
    room(text.length);
    const length = encoder.encodeInto(text, bytes).written;
    if (length === 0) return 0;
    const rank = findToken(vocabulary, view, 0, length);
    if (rank < 0) return pieceByMerging(length > 8 ? hashLong(view, 0, length) : 0, 0, length, out);
    out?.push(rank);
    return 1;
  }

  return { run, runPiece };
}
