import { isRecord } from '../../translate/notes.js';
import { type CliIO, readJsonInput, UsageError } from '../io.js';

/** Models as `old=new`, several behind commas or flags, one name for all, or a JSON file of such pairs. */
export async function readModelMap(
  io: CliIO,
  given: readonly string[],
): Promise<string | Record<string, string>> {
  const [only] = given;
  if (given.length === 1 && only !== undefined && !only.includes('=') && !only.endsWith('.json')) return only;
  const map: Record<string, string> = {};
  for (const value of given) {
    if (value.endsWith('.json') && !value.includes('=')) {
      const table = await readJsonInput(io, value);
      if (!isRecord(table) || !Object.values(table).every((to) => typeof to === 'string')) {
        throw new UsageError(
          `${value}: expected an object of model names, as {"text-davinci-003": "gpt-4o-mini"}.`,
        );
      }
      Object.assign(map, table);
      continue;
    }
    for (const pair of value.split(',')) {
      const [from, to, ...rest] = pair.split('=');
      if (!from?.trim() || !to?.trim() || rest.length > 0) {
        throw new UsageError(`--model-map takes old=new, not "${pair}".`);
      }
      map[from.trim()] = to.trim();
    }
  }
  return map;
}
