import { RolecallError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Dialect } from './dialect.js';
import { type DialectName, dialects } from './dialects/index.js';

/** The dialect of a name; a dialect stands for itself. Throws `unknown-dialect`, with the nearest names. */
export function resolveDialect(dialect: Dialect | DialectName): Dialect {
  if (typeof dialect === 'object' && dialect !== null) {
    if (dialect.kind === 'labels' || dialect.kind === 'markers') return dialect;
    throw new RolecallError('invalid-dialect', 'This is no dialect: make one with defineDialect.', {
      path: 'dialect',
    });
  }
  if (typeof dialect === 'string' && Object.hasOwn(dialects, dialect)) return dialects[dialect];
  const hint = didYouMean(String(dialect), Object.keys(dialects)) || ' The names are the keys of `dialects`.';
  throw new RolecallError('unknown-dialect', `There is no dialect "${String(dialect)}".${hint}`, {
    path: 'dialect',
  });
}

/** The name of a built-in dialect, else the dialect itself: what a parsed prompt carries. */
export function dialectKey(dialect: Dialect): DialectName | Dialect {
  const known: Readonly<Record<string, Dialect>> = dialects;
  return Object.hasOwn(known, dialect.name) && known[dialect.name] === dialect
    ? (dialect.name as DialectName)
    : dialect;
}
