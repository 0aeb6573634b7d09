import type { Engine } from './engine.js';
import { hashPair } from './merge-rules.js';
import type { TokenParts } from './packed.js';
import { inBlocks } from './packed.js';
import { type SplitRules, scanFor } from './scan.js';
import { NEVER } from './vocabulary.js';

/** UTF-16 units that are counted before the tables of the fast engine pay. */
const ENOUGH = 8192;
/** Bytes of a piece that are merged in the simple way. */
const LONGEST = 256;
const SPARE = 32;
/** What makes the number of a chain of a hash. */
const CHAIN_SHIFT = 15;

/**
 * What counts the first texts. It knows the merges alone, which are soon put into chains by a hash of the two parts;
 * the tables that make counting fast take several times as long to build as these texts take to count.
 * Undefined means that the fast engine must have its turn: the text is too much, or has been counted up to.
 */
export interface ColdEngine {
  run(text: string, out: number[] | undefined): number | undefined;
}

export function createColdEngine(
  { size, bytes: single, lefts, rights }: TokenParts,
  rules: SplitRules,
): ColdEngine {
  const scan = scanFor(rules);
  // No pair makes rank 0, which is a single byte: so it ends a chain.
  const heads = new Int32Array(1 << (32 - CHAIN_SHIFT));
  const next = new Int32Array(size);
  inBlocks(256, size, (from, to) => {
    for (let rank = from; rank < to; rank++) {
      const chain = hashPair(lefts[rank]!, rights[rank]!) >>> CHAIN_SHIFT;
      next[rank] = heads[chain]!;
      heads[chain] = rank;
    }
  });
  const byteRanks = new Uint8Array(256);
  single.forEach((byte, rank) => {
    byteRanks[byte] = rank;
  });
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(ENOUGH * 3 + SPARE);
  const parts = new Int32Array(LONGEST);
  const orders = new Int32Array(LONGEST);
  let left = ENOUGH;

  /** The token that two neighbours make, which is also the order in which they merge. */
  function join(first: number, second: number): number {
    let rank = heads[hashPair(first, second) >>> CHAIN_SHIFT]!;
    while (rank !== 0 && (lefts[rank] !== first || rights[rank] !== second)) rank = next[rank]!;
    return rank === 0 ? NEVER : rank;
  }

  /** Merges the parts of a piece, whose number it gives. */
  function merge(at: number, length: number): number {
    for (let i = 0; i < length; i++) parts[i] = byteRanks[bytes[at + i]!]!;
    for (let i = 0; i + 1 < length; i++) orders[i] = join(parts[i]!, parts[i + 1]!);
    let count = length;
    for (;;) {
      let lowest = NEVER;
      let where = 0;
      for (let i = 0; i + 1 < count; i++) {
        if (orders[i]! < lowest) {
          lowest = orders[i]!;
          where = i;
        }
      }
      if (lowest === NEVER) return count;
      count--;
      parts[where] = lowest;
      parts.copyWithin(where + 1, where + 2, count + 1);
      orders.copyWithin(where, where + 1, count);
      if (where > 0) orders[where - 1] = join(parts[where - 1]!, lowest);
      if (where + 1 < count) orders[where] = join(lowest, parts[where + 1]!);
    }
  }

  return {
    run(text, out) {
      left -= text.length;
      if (left < 0) return undefined;
      const end = encoder.encodeInto(text, bytes).written;
      const before = out?.length ?? 0;
      let count = 0;
      for (let at = 0; at < end; ) {
        const to = scan(bytes, at, end, false);
        if (to - at > LONGEST) {
          if (out !== undefined) out.length = before;
          return undefined;
        }
        const made = merge(at, to - at);
        if (out !== undefined) for (let i = 0; i < made; i++) out.push(parts[i]!);
        count += made;
        at = to;
      }
      return count;
    },
  };
}

/** An engine that is `first` as long as that will do, and from then on the one that `build` makes. */
export function warmingEngine(first: ColdEngine, build: () => Engine): Engine {
  let cold: ColdEngine | undefined = first;
  let warm: Engine | undefined;
  const get = (): Engine => {
    cold = undefined;
    warm ??= build();
    return warm;
  };
  return {
    run: (text, limit, out) => cold?.run(text, out) ?? get().run(text, limit, out),
    runPiece: (text, out) => get().runPiece(text, out),
  };
}
