import type { Dialect } from './dialect.js';
import { compileLabels } from './labels.js';
import { compileMarkers } from './markers.js';
import type { Syntax } from './syntax.js';

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
