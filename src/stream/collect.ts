import { isFaultReason } from '../translate/finish-reason.js';
import { hasReason, incomplete, type StreamOptions, unended } from './core.js';
import { inputOf, type Source } from './source.js';

/** Takes in all of a source, and closes it where something goes wrong. Tells whether the source said that it is over. */
export async function drain<T>(source: Source<T>, take: (piece: T) => void): Promise<boolean> {
  const input = inputOf(source);
  try {
    for (;;) {
      const step = await input.next();
      if (step.done === true) return input.done === true;
      take(step.value);
    }
  } catch (error) {
    await input.close().catch(() => undefined);
    throw error;
  }
}

/** Throws where a choice has no end, or there is none. `whole`: the stream said that it is over. */
export function checkEnds(
  choices: ReadonlyMap<number, { finish: unknown }>,
  options: StreamOptions,
  whole: boolean,
): void {
  if (choices.size === 0) throw incomplete('The stream ended before its first choice.', 'choices');
  for (const [index, { finish }] of choices) {
    if (isFaultReason(finish)) throw unended(`choices[${index}]`, finish);
    if (hasReason(finish) || whole || options.incomplete === 'warn') continue;
    throw unended(`choices[${index}]`);
  }
}

export const sorted = <T>(choices: ReadonlyMap<number, T>): [number, T][] =>
  [...choices].sort(([a], [b]) => a - b);
