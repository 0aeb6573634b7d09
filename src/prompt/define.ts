import { completeLabelDialect, type LabelDialect, type LabelDialectDefinition } from './dialect.js';

/**
 * A dialect of labels of your own: a name, and the labels of the user and the assistant; the rest has defaults
 * (`labels.system`, `colon`, `gap`, `separator`, `stop`, …). The result is plain data: it can be stored as JSON and
 * passed wherever a dialect's name can.
 *
 * Throws `invalid-dialect` with the path of what is wrong.
 */
export function defineDialect(definition: LabelDialectDefinition): LabelDialect {
  return completeLabelDialect(definition);
}
