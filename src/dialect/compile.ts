import { compileLabels } from './labels/turns.js';
import { compileMarkers } from './markers/turns.js';
import type { Syntax } from './syntax.js';
import type { Dialect } from './types.js';

const compiled = new WeakMap<Dialect, Syntax>();

/** The dialect made ready to read and write; made once a dialect. */
export function syntaxOf(dialect: Dialect): Syntax {
  let syntax = compiled.get(dialect);
  if (syntax === undefined) {
    syntax = dialect.kind === 'labels' ? compileLabels(dialect) : compileMarkers(dialect);
    compiled.set(dialect, syntax);
  }
  return syntax;
}
