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
