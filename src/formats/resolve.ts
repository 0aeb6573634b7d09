import type { Dialect } from '../dialect/labels/complete.js';
import { type DialectName, dialectTurns } from './turns.js';
import { checkedDialect, unknownDialect } from './unknown-dialect.js';

/** The dialect of a name; a dialect stands for itself. Throws `unknown-dialect`, with the nearest names. */
export function resolveDialect(dialect: Dialect | DialectName): Dialect {
  if (typeof dialect === 'object' && dialect !== null) return checkedDialect(dialect);
  if (typeof dialect === 'string' && Object.hasOwn(dialectTurns, dialect)) return dialectTurns[dialect];
  throw unknownDialect(dialect, Object.keys(dialectTurns));
}

/** The name of a built-in dialect, else the dialect itself: what a parsed prompt carries. */
export function dialectKey(dialect: Dialect): DialectName | Dialect {
  const known: Readonly<Record<string, Dialect>> = dialectTurns;
  return Object.hasOwn(known, dialect.name) && known[dialect.name] === dialect
    ? (dialect.name as DialectName)
    : dialect;
}
