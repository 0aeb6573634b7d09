import { hasReason, incomplete, type StreamOptions } from './core.js';
import { inputOf, type Source } from './source.js';

/** Takes in all of a source, and closes it where something goes wrong. */
export async function drain<T>(source: Source<T>, take: (piece: T) => void): Promise<void> {
  const input = inputOf(source);
  try {
    for (;;) {
      const step = await input.next();
      if (step.done === true) return;
      take(step.value);
    }
  } catch (error) {
    await input.close().catch(() => undefined);
    throw error;
  }
}

/** Throws where a choice has no end, or there is none. */
export function checkEnds(choices: ReadonlyMap<number, { finish: unknown }>, options: StreamOptions): void {
  if (choices.size === 0) throw incomplete('The stream ended before its first choice.', 'choices');
  if (options.incomplete === 'warn') return;
  for (const [index, { finish }] of choices) {
    if (hasReason(finish)) continue;
    throw incomplete('The stream ended before the choice did: no finish_reason came.', `choices[${index}]`);
  }
}

export const sorted = <T>(choices: ReadonlyMap<number, T>): [number, T][] =>
  [...choices].sort(([a], [b]) => a - b);
