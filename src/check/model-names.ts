import type { DialectName } from '../formats/index.generated.js';
import { dialectFor } from '../formats/models.js';

type Json = Readonly<Record<string, unknown>>;

export const textsIn = (...values: readonly unknown[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string' && value !== '')),
];

/**
 * The names that may tell what the model of an entry in a server's list is, the surest first: vLLM names its weights in
 * `root`, whatever it is served as. Of an adapter those of the model under it, which stands in `parent`. Source: vLLM's
 * documentation of LoRA adapters.
 */
export function namesOf(entry: Json, entries: readonly Json[]): string[] {
  const { id, root, parent } = entry;
  if (typeof parent !== 'string' || parent === '') return textsIn(root, id);
  const base = entries.find((one) => one['id'] === parent && one !== entry);
  return base === undefined ? [parent] : textsIn(base['root'], base['id']);
}

/** The dialect that the first name tells of which one is known, and that name. */
export function namedDialect(names: readonly string[]): { dialect: DialectName; name: string } | undefined {
  for (const name of names) {
    const dialect = dialectFor(name);
    if (dialect !== null) return { dialect, name };
  }
  return undefined;
}
