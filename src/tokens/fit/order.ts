import { RolecallError } from '../../errors.js';
import type { FitStrategy } from './options.js';
import type { Block } from './parts.js';

type Blocks = (index: number) => Block | undefined;

function checked(order: readonly number[], length: number): Set<number> {
  for (const index of order)
    if (!Number.isInteger(index) || index < 0 || index >= length)
      throw new RolecallError(
        'invalid-argument',
        `An order names parts by their index, and ${index} is none.`,
        {
          path: 'strategy.order',
        },
      );
  return new Set(order);
}

/** The blocks in the order in which they are kept, the last to go first. `newestFirst` reads the history lazily. */
export function keepOrder(newestFirst: Blocks, strategy: FitStrategy): Blocks {
  if (strategy === 'oldest' || (typeof strategy === 'object' && 'keepLast' in strategy)) return newestFirst;
  const blocks: Block[] = [];
  for (let index = 0; ; index += 1) {
    const block = newestFirst(index);
    if (block === undefined) break;
    blocks.unshift(block);
  }
  if (strategy === 'newest') return (index) => blocks[index];
  if (strategy === 'middle') {
    const half = (index: number) => index >> 1;
    return (index) => {
      if (index >= blocks.length) return undefined;
      return index % 2 === 0 ? blocks[blocks.length - 1 - half(index)] : blocks[half(index)];
    };
  }
  const parts = blocks.map((block) => ({ from: block[0]?.start ?? 0, to: block.at(-1)?.end ?? 0 }));
  const dropped = checked(strategy.order(parts), blocks.length);
  const unnamed = blocks.filter((_, index) => !dropped.has(index)).reverse();
  const named = [...dropped].reverse().map((index) => blocks[index] as Block);
  const kept = [...unnamed, ...named];
  return (index) => kept[index];
}

/** The place where a block begins. */
const startOf = (block: Blocks, index: number): number => block(index)?.[0]?.start ?? 0;

/**
 * How many blocks to keep, of `least` to `most`, so that the cut stays where it is while the history grows.
 *
 * Every place to cut is as round as the roundest number between it and the place before: the highest power of two that
 * divides one of them. The roundest place is taken. As the history grows the range of places moves on, and the roundest
 * of them changes only when it leaves the range or a rounder one comes in, about once for each time that the range moves
 * by its own length. Nothing but the places decides, so the same history is cut at the same place without a memory of
 * the last cut.
 */
export function steadyBlocks(block: Blocks, least: number, most: number): number {
  let best = most;
  let roundness = -1;
  for (let blocks = Math.max(1, least); blocks <= most; blocks += 1) {
    // The number that is roundest in (before, start] has as many zeros as the highest bit in which the two differ.
    const before = startOf(block, blocks);
    const start = startOf(block, blocks - 1);
    const round = 31 - Math.clz32(before ^ start);
    if (round > roundness) {
      roundness = round;
      best = blocks;
    }
  }
  return best;
}
