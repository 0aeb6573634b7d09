import { RolecallError } from '../errors.js';
import type { Dialect, LabelDialect } from './dialect.js';
import type { MarkerDialect } from './marker-dialect.js';
import type { Syntax } from './syntax.js';

const compiled = new WeakMap<Dialect, Syntax>();
const compilers: {
  labels?: (dialect: LabelDialect) => Syntax;
  markers?: (dialect: MarkerDialect) => Syntax;
} = {};

/**
 * Says how a kind of dialect is made ready. Making a dialect of the kind says so, so that a bundle with one dialect holds
 * what reads and writes its kind and no more.
 */
export function provideSyntax(provided: typeof compilers): void {
  Object.assign(compilers, provided);
}

/** The dialect made ready to read and write; made once a dialect. */
export function syntaxOf(dialect: Dialect): Syntax {
  let syntax = compiled.get(dialect);
  if (syntax === undefined) {
    syntax = dialect.kind === 'labels' ? compilers.labels?.(dialect) : compilers.markers?.(dialect);
    if (syntax === undefined) {
      throw new RolecallError(
        'invalid-dialect',
        `Nothing was imported that reads a dialect of the kind "${String(dialect.kind)}".`,
      );
    }
    compiled.set(dialect, syntax);
  }
  return syntax;
}
