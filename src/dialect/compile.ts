import { RolecallError } from '../errors.js';
import type { compileControlTokens } from './control-tokens.js';
import type { Dialect, LabelDialect } from './labels/complete.js';
import type { findInline } from './labels/find-inline.js';
import type { headerOf } from './labels/model-labels.js';
import type { Body } from './markers/body.js';
import type { MarkerDialect } from './markers/complete.js';
import type { Syntax } from './syntax.js';
import type { renderTemplate } from './template.js';

/** What reads and writes dialects, by what of it a dialect needs. */
interface Machinery {
  labels: (dialect: LabelDialect) => Syntax;
  markers: (dialect: MarkerDialect) => Syntax;
  inline: typeof findInline;
  tokens: typeof compileControlTokens;
  header: typeof headerOf;
  /** Turns that hold more than text. */
  body: (dialect: MarkerDialect) => Body;
  template: typeof renderTemplate;
}

const provided: Partial<Machinery> = {};
const compiled = new WeakMap<Dialect, Syntax>();

/**
 * Says how a kind of dialect is read and written. Making a dialect of the kind says so, so that a bundle with one dialect
 * holds what that one needs and no more.
 */
export function provide(machinery: Partial<Machinery>): void {
  Object.assign(provided, machinery);
}

export function machineryFor<K extends keyof Machinery>(part: K, { name }: Dialect): Machinery[K] {
  const found = provided[part];
  if (found !== undefined) return found;
  throw new RolecallError(
    'invalid-dialect',
    `Nothing was imported that reads and writes the ${part} of dialect "${name}".`,
  );
}

/** The dialect made ready to read and write; made once a dialect. */
export function syntaxOf(dialect: Dialect): Syntax {
  let syntax = compiled.get(dialect);
  if (syntax === undefined) {
    syntax =
      dialect.kind === 'labels'
        ? machineryFor('labels', dialect)(dialect)
        : machineryFor('markers', dialect)(dialect);
    compiled.set(dialect, syntax);
  }
  return syntax;
}
