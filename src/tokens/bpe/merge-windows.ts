import { createMerger, type Merger } from './merge.js';
import type { MergeRules } from './merge-rules.js';

/** Bytes of a piece that are merged at a time; and how many tokens on each side of a seam are merged again at most. */
const WINDOW = 4096;
const MOST_MENDED = 256;
/** Bytes of a row of one byte that show how the whole row merges. */
const SAMPLE = 2048;

function isRow(bytes: Uint8Array, at: number, length: number): boolean {
  const byte = bytes[at]!;
  for (let i = at + 1; i < at + length; i++) if (bytes[i] !== byte) return false;
  return true;
}

/**
 * Merges very long pieces a window at a time, in room that fits a near cache. A row of tokens is what merging gives
 * exactly if it is for each two neighbours, so only where windows meet is there something to check, and to merge again
 * with a few tokens from both sides if it fails. Where that is not enough the whole piece is merged at once.
 */
export function createWindowMerger(rules: MergeRules): Omit<Merger, 'shrink'> {
  const merger = createMerger(rules);
  const { starts, bytes: tokenBytes } = rules.vocabulary;
  const lengthOf = (rank: number): number => starts[rank + 1]! - starts[rank]!;
  let joined = new Uint8Array(0);
  /** What a long piece gave. */
  let out: Int32Array | undefined;

  /** What merging gives, in room of its own. */
  function merged(bytes: Uint8Array, at: number, length: number): Int32Array {
    const count = merger.merge(bytes, at, length);
    return merger.parts().slice(0, count);
  }

  /** Whether merging the bytes of two tokens together gives these two. */
  function standTogether(left: number, right: number): boolean {
    const length = lengthOf(left) + lengthOf(right);
    if (joined.length < length) joined = new Uint8Array(length * 2);
    joined.set(tokenBytes.subarray(starts[left]!, starts[left + 1]!));
    joined.set(tokenBytes.subarray(starts[right]!, starts[right + 1]!), lengthOf(left));
    if (merger.merge(joined, 0, length) !== 2) return false;
    return merger.parts()[0] === left && merger.parts()[1] === right;
  }

  /** What takes the place of `taken` tokens on both sides of a seam; undefined if a few are not enough. */
  function mend(
    bytes: Uint8Array,
    seam: number,
    before: Int32Array,
    count: number,
    after: Int32Array,
  ): { taken: number; between: Int32Array } | undefined {
    let from = seam;
    let to = seam;
    let moved = 0;
    for (let taken = 2; taken <= MOST_MENDED; taken *= 2) {
      if (taken >= count || taken >= after.length) return undefined;
      for (; moved < taken; moved++) {
        from -= lengthOf(before[count - 1 - moved]!);
        to += lengthOf(after[moved]!);
      }
      const between = merged(bytes, from, to - from);
      if (
        standTogether(before[count - taken - 1]!, between[0]!) &&
        standTogether(between[between.length - 1]!, after[taken]!)
      ) {
        return { taken, between };
      }
    }
    return undefined;
  }

  /**
   * A row of one byte, as a page of spaces. A shorter row begins with a token over and over; as many more of it in front
   * are still a row where each two neighbours stand together. -1 where it does not begin so.
   */
  function mergeRow(bytes: Uint8Array, at: number, length: number): number {
    const [token] = merged(bytes, at, SAMPLE);
    const step = lengthOf(token!);
    const more = Math.floor((length - SAMPLE) / step);
    const rest = merged(bytes, at, length - more * step);
    if (rest[0] !== token || rest[1] !== token) return -1;
    out = new Int32Array(more + rest.length).fill(token!, 0, more);
    out.set(rest, more);
    return out.length;
  }

  function mergeWindows(bytes: Uint8Array, at: number, length: number): number {
    let ranks = new Int32Array(Math.max(1024, length >>> 1));
    let count = 0;
    const push = (from: Int32Array, begin: number) => {
      const needed = count + from.length - begin;
      if (needed > ranks.length) {
        const wider = new Int32Array(Math.max(ranks.length * 2, needed));
        wider.set(ranks);
        ranks = wider;
      }
      ranks.set(from.subarray(begin), count);
      count = needed;
    };
    const end = at + length;
    for (let done = at; done < end; ) {
      let to = Math.min(done + WINDOW, end);
      while (to < end && (bytes[to]! & 0xc0) === 0x80) to++;
      const found = merged(bytes, done, to - done);
      let skipped = 0;
      if (count > 0 && !standTogether(ranks[count - 1]!, found[0]!)) {
        const mended = mend(bytes, done, ranks, count, found);
        if (mended === undefined) {
          out = merged(bytes, at, length);
          merger.shrink();
          return out.length;
        }
        skipped = mended.taken;
        count -= skipped;
        push(mended.between, 0);
      }
      push(found, skipped);
      done = to;
    }
    out = ranks;
    return count;
  }

  return {
    merge(bytes, at, length) {
      out = undefined;
      if (length > 2 * SAMPLE && isRow(bytes, at, length)) {
        const count = mergeRow(bytes, at, length);
        if (count >= 0) return count;
      }
      return length > 2 * WINDOW ? mergeWindows(bytes, at, length) : merger.merge(bytes, at, length);
    },
    parts: () => out ?? merger.parts(),
  };
}
