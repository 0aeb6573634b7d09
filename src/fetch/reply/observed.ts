import { isRolecallError } from '../../errors.js';
import type { ChunkConverter } from '../../stream/converter.js';
import { notesFor } from '../../translate/notes.js';
import { sumUsage, usageOf } from '../../translate/usage.js';
import type { Exchange } from '../exchange.js';
import { reworded } from '../refusal.js';

/** A converter of which the exchange hears the tokens, and whose errors name options as the reader gives them. */
export function observed<In extends object, Out>(
  converter: ChunkConverter<In, Out>,
  { used, wording }: Exchange,
): ChunkConverter<In, Out> {
  const usages = new Map<number, ReturnType<typeof usageOf>>();

  function said<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw isRolecallError(error) ? reworded(error, wording) : error;
    }
  }

  return {
    push(chunk, stream = 0) {
      if ('usage' in chunk) {
        const usage = usageOf(chunk.usage as Parameters<typeof usageOf>[0], 'usage', notesFor({}));
        if (usage !== undefined) {
          usages.set(stream, usage);
          used(sumUsage([...usages.values()]));
        }
      }
      return said(() => converter.push(chunk, stream));
    },
    end: (stream, choice) => said(() => converter.end(stream, choice)),
    release: () => converter.release(),
    complete: (stream, choice) => converter.complete(stream, choice),
    awaited: (stream, choice) => converter.awaited(stream, choice),
  };
}
