import { RolecallError } from '../errors.js';
import { didYouMean } from '../text/nearest.js';
import { isRecord } from '../translate/notes.js';

/** A step of a path: a key, a place in a list, or every place (`*`). */
type Step = string | number | '*';

/** A path into a record, such as `request.prompt` or `response.choices[*].text`. */
export interface FieldPath {
  readonly text: string;
  readonly steps: readonly { kind: 'key' | 'index' | 'all'; step: Step }[];
  /** It has a `[*]`: it may lead to any number of values. */
  readonly many: boolean;
}

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** Reads a path. Throws `invalid-argument` where it is none. */
export function fieldPath(text: string): FieldPath {
  const steps: { kind: 'key' | 'index' | 'all'; step: Step }[] = [];
  let at = 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null || (at === 0 && text.startsWith('.')))
      throw new RolecallError(
        'invalid-argument',
        `${JSON.stringify(text)} is not a field path: expected one such as request.prompt or choices[*].text.`,
        { path: text },
      );
    const [whole, key, index, all, quoted] = match;
    if (key !== undefined) steps.push({ kind: 'key', step: key });
    else if (index !== undefined) steps.push({ kind: 'index', step: Number(index) });
    else if (all !== undefined) steps.push({ kind: 'all', step: '*' });
    else steps.push({ kind: 'key', step: JSON.parse(quoted ?? '""') as string });
    at += whole.length;
  }
  if (steps.length === 0) throw new RolecallError('invalid-argument', 'A field path is empty.');
  return { text, steps, many: steps.some(({ kind }) => kind === 'all') };
}

/**
 * What a path leads to: one value, or with `[*]` any number. Nothing where the record has no such field. A field whose
 * name is the whole path (a column `a.b`) comes first.
 */
export function valuesAt(record: unknown, path: FieldPath): unknown[] {
  if (path.steps.length > 1 && isRecord(record) && Object.hasOwn(record, path.text))
    return [record[path.text]];
  let found: unknown[] = [record];
  for (const { kind, step } of path.steps) {
    const next: unknown[] = [];
    for (const value of found) {
      if (kind === 'all') {
        if (Array.isArray(value)) next.push(...(value as unknown[]));
      } else if (kind === 'index') {
        if (Array.isArray(value) && (step as number) < value.length) next.push(value[step as number]);
      } else if (isRecord(value) && Object.hasOwn(value, step)) next.push(value[step]);
    }
    found = next;
  }
  return found;
}

/** The first value that a path leads to; undefined for none. */
export function valueAt(record: unknown, path: FieldPath): unknown {
  const [first] = path.steps;
  if (path.steps.length === 1 && first?.kind === 'key')
    return isRecord(record) && Object.hasOwn(record, first.step) ? record[first.step] : undefined;
  return valuesAt(record, path)[0];
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The texts that a path leads to. Throws `invalid-shape` for none, and for what is no text. */
export function textsAt(record: unknown, path: FieldPath): string[] {
  const found = path.many || path.steps.length > 1 ? valuesAt(record, path) : [valueAt(record, path)];
  const values = found.length === 1 && Array.isArray(found[0]) ? (found[0] as unknown[]) : found;
  if (values.length === 0 || (values.length === 1 && values[0] === undefined)) {
    const known = isRecord(record) ? Object.keys(record) : [];
    const hint = didYouMean(path.text, known);
    throw new RolecallError('invalid-shape', `There is no field ${path.text}.${hint}`, { path: path.text });
  }
  for (const value of values)
    if (typeof value !== 'string')
      throw new RolecallError('invalid-shape', `${path.text} must be a text, not ${kindOf(value)}.`, {
        path: path.text,
      });
  return values as string[];
}

/** A field to keep: `id`, or `user=meta.user.id` to keep it under another name. */
export interface KeptField {
  name: string;
  path: FieldPath;
}

export function keptField(text: string): KeptField {
  const match = /^([^=[\]]+)=(.+)$/.exec(text);
  return match === null
    ? { name: text, path: fieldPath(text) }
    : { name: match[1] ?? '', path: fieldPath(match[2] ?? '') };
}
