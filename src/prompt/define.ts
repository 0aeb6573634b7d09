import { completeLabelDialect, type Dialect, type LabelDialectDefinition } from './dialect.js';
import { completeMarkerDialect, type MarkerDialectDefinition } from './marker-dialect.js';

/**
 * A dialect of your own. Of markers: a name, and in `roles` what opens and closes each turn
 * (`{user: {open: '<|user|>\n', close: '<|end|>\n'}, …}`). Of labels: a name, and the labels of the user and the assistant; the rest has defaults
 * (`labels.system`, `colon`, `gap`, `separator`, `stop`, …). The result is plain data: it can be stored as JSON and
 * passed wherever a dialect's name can.
 *
 * Throws `invalid-dialect` with the path of what is wrong.
 */
export function defineDialect<D extends LabelDialectDefinition | MarkerDialectDefinition>(
  definition: D,
): Extract<Dialect, { kind: D extends LabelDialectDefinition ? 'labels' : 'markers' }> {
  const dialect: Dialect =
    'roles' in definition ? completeMarkerDialect(definition) : completeLabelDialect(definition);
  return dialect as Extract<Dialect, { kind: D extends LabelDialectDefinition ? 'labels' : 'markers' }>;
}
