import type { Dialect } from '../dialect/labels/complete.js';
import { RolecallError } from '../errors.js';
import { didYouMean } from '../text/nearest.js';

/** The error for a name that no dialect has, with the nearest names. */
export function unknownDialect(name: unknown, names: readonly string[]): RolecallError {
  const hint = didYouMean(String(name), names) || ' The names are the keys of `dialects`.';
  return new RolecallError('unknown-dialect', `There is no dialect "${String(name)}".${hint}`, {
    path: 'dialect',
  });
}

/** A dialect that is none by its kind is refused. */
export function checkedDialect(dialect: Dialect): Dialect {
  if (dialect.kind === 'labels' || dialect.kind === 'markers') return dialect;
  throw new RolecallError('invalid-dialect', 'This is no dialect: make one with defineDialect.', {
    path: 'dialect',
  });
}
