import type { Dialect, LabelDialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { didYouMean } from '../text/nearest.js';
import { type DialectName, dialects } from './index.generated.js';

/** The dialect of a name; a dialect stands for itself. Throws `unknown-dialect`, with the nearest names. */
export function resolveDialect(dialect: Dialect | DialectName): Dialect {
  if (typeof dialect === 'object' && dialect !== null) {
    if (dialect.kind === 'labels' || dialect.kind === 'markers') return dialect;
    throw new RolecallError('invalid-dialect', 'This is not a dialect: defineDialect makes one.', {
      path: 'dialect',
    });
  }
  if (typeof dialect === 'string' && Object.hasOwn(dialects, dialect)) return dialects[dialect];
  const hint = didYouMean(String(dialect), Object.keys(dialects)) || ' The names are the keys of `dialects`.';
  throw new RolecallError('unknown-dialect', `There is no dialect "${String(dialect)}".${hint}`, {
    path: 'dialect',
  });
}

/**
 * How plain data names a dialect: a built-in one by its name, one of labels as data. Any other is named by its name alone
 * (which is no `DialectName`, whatever this type says: it lets `parsed.dialect` be given to every function).
 */
export type DialectKey = DialectName | LabelDialect;

/**
 * What a parsed prompt or a context says of its dialect. Both are plain JSON, so a dialect of marks that is not built in
 * (it may hold functions) is named alone, and whoever reads on must be given it again. A changed copy that kept the
 * name of a built-in dialect is not taken for that.
 */
export function dialectKey(dialect: Dialect): DialectKey {
  const known: Readonly<Record<string, Dialect>> = dialects;
  const builtIn = Object.hasOwn(known, dialect.name);
  if (builtIn && isSame(known[dialect.name]!, dialect)) return dialect.name as DialectName;
  if (dialect.kind === 'markers')
    return (builtIn ? `${dialect.name} (changed)` : dialect.name) as DialectName;
  const { template: _, ...data } = dialect;
  return data;
}

const isSame = (a: Dialect, b: Dialect): boolean =>
  a === b ||
  (Object.keys(a).length === Object.keys(b).length &&
    (Object.keys(a) as (keyof Dialect)[]).every((key) => a[key] === b[key]));

/**
 * The dialect that a parsed prompt or a context was written in: the one given, else the one that its key names.
 * Throws `unknown-dialect` where the key names one that is not built in.
 */
export function dialectOf(key: DialectKey, given?: Dialect | DialectName): Dialect {
  if (given !== undefined) return resolveDialect(given);
  if (typeof key !== 'string' || Object.hasOwn(dialects, key)) return resolveDialect(key);
  const message = `Dialect "${key}" is not a built-in one: give it again, as the option "dialect".`;
  throw new RolecallError('unknown-dialect', message, { path: 'dialect' });
}

/** The dialect that a prompt was read in: the one that its key names, else the one that it was to be read in. */
export function dialectRead(key: DialectKey, asked: Dialect | DialectName | 'auto' | undefined): Dialect {
  // A key that is data holds labels that other options may have changed.
  return dialectOf(key, asked === 'auto' || typeof key === 'object' ? undefined : asked);
}
