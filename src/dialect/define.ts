import { RolecallError } from '../errors.js';
import { defineLabels } from './labels/define.js';
import { markerDialect } from './markers/complete.js';
import type { Dialect, LabelDialectDefinition, MarkerDialect, MarkerDialectDefinition } from './types.js';

/** A dialect of markers, checked and completed. Throws `invalid-dialect` with the path of what is wrong. */
export function defineMarkers(definition: MarkerDialectDefinition): MarkerDialect {
  const { name, roles } = definition;
  const invalid = (message: string, path: string): RolecallError =>
    new RolecallError('invalid-dialect', message, { path });
  if (typeof name !== 'string' || name === '') throw invalid('A dialect needs a name.', 'name');
  for (const role of ['user', 'assistant'] as const) {
    if (typeof roles?.[role]?.open !== 'string' || roles[role].open.trim() === '') {
      throw invalid(`Dialect "${name}" needs an opening mark for the ${role}.`, `roles.${role}.open`);
    }
  }
  return markerDialect(() => definition);
}

/**
 * A dialect of your own. Of markers: a name, and in `roles` what opens and closes each turn
 * (`{user: {open: '<|user|>\n', close: '<|end|>\n'}, …}`). Of labels: a name, and the labels of the user and the assistant; the rest has defaults
 * (`labels.system`, `colon`, `gap`, `separator`, `stop`, …). The result is plain data: it can be stored as JSON and
 * passed wherever a dialect's name can.
 *
 * Throws `invalid-dialect` with the path of what is wrong.
 * @example
 * ```ts
 * import { defineDialect, parsePrompt } from 'rolecall';
 * const lesson = defineDialect({ name: 'lesson', labels: { user: 'Student', assistant: 'Tutor' } });
 * parsePrompt('Student: Why?\nTutor:', { dialect: lesson }).messages; // [{ role: 'user', content: 'Why?' }]
 * ```
 */
export function defineDialect<D extends LabelDialectDefinition | MarkerDialectDefinition>(
  definition: D,
): Extract<Dialect, { kind: D extends LabelDialectDefinition ? 'labels' : 'markers' }> {
  const dialect: Dialect = 'roles' in definition ? defineMarkers(definition) : defineLabels(definition);
  return dialect as Extract<Dialect, { kind: D extends LabelDialectDefinition ? 'labels' : 'markers' }>;
}
