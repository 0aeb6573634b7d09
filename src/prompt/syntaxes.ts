import { RolecallError } from '../errors.js';
import type { Dialect } from './dialect.js';
import { compileLabels } from './labels.js';
import type { Syntax } from './syntax.js';

const compiled = new WeakMap<Dialect, Syntax>();

/** The dialect made ready to read and write; made once a dialect. */
export function syntaxOf(dialect: Dialect): Syntax {
  let syntax = compiled.get(dialect);
  if (syntax === undefined) {
    if (dialect.kind !== 'labels') throw new RolecallError('invalid-dialect', `Dialect "${dialect.name}" can't be read yet.`);
    syntax = compileLabels(dialect);
    compiled.set(dialect, syntax);
  }
  return syntax;
}
