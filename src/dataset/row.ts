import type { Warning } from '../errors.js';
import { RolecallError } from '../errors.js';
import { setOwn } from '../translate/notes.js';
import type { ConvertedRow, RowWriter } from './converted.js';
import { keptField, valueAt } from './fields.js';
import type { Plan } from './plan.js';
import { chatWriter } from './to-chat.js';
import { completionWriter } from './to-completion.js';

/** A field whose value can't be told from its neighbours any more: JSON numbers are read as 64-bit floats. */
const isImprecise = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/**
 * The conversion that a plan asks for, one record at a time: `prompt` and `completion` to `messages`, or back.
 * Kept fields follow behind. The function throws a `RolecallError` for a record that can't be converted.
 */
export function rowConverter(plan: Plan): (record: unknown) => ConvertedRow {
  const write: RowWriter = plan.to === 'chat' ? chatWriter(plan) : completionWriter(plan);
  const kept = plan.fields.keep.filter((text) => text !== '*').map(keptField);
  const keepRest = plan.fields.keep.includes('*');
  const used = new Set(usedFields(plan));
  return (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw new RolecallError('invalid-shape', 'The row is not an object.');
    const row = record as Readonly<Record<string, unknown>>;
    const warnings: Warning[] = [];
    const { records, pairs } = write(row, warnings);
    if (kept.length === 0 && !keepRest) return { records, pairs, warnings };
    const keep = (name: string, value: unknown): void => {
      for (const one of records) setOwn(one, name, value);
      if (!isImprecise(value)) return;
      const message = `The number ${String(value)} is beyond 2^53: its last digits may have changed.`;
      warnings.push({ code: 'odd-value', path: name, message, severity: 'lossy' });
    };
    const own: string[] = [];
    for (const { name, path } of kept) {
      const value = valueAt(row, path);
      if (value === undefined) continue;
      keep(name, value);
      if (keepRest) own.push(name);
    }
    if (keepRest)
      for (const [name, value] of Object.entries(row))
        if (!used.has(name) && !own.includes(name)) keep(name, value);
    return { records, pairs, warnings };
  };
}

/** Names the fields of a record that neither the conversion reads nor the plan keeps. */
export function leftOutBy(plan: Plan): (record: unknown) => string[] {
  if (plan.fields.keep.includes('*')) return () => [];
  const kept = plan.fields.keep.map((text) => String(keptField(text).path.steps[0]?.step));
  const taken = new Set([...usedFields(plan), ...kept]);
  return (record) => Object.keys(record as object).filter((field) => !taken.has(field));
}

/** The fields of a record that the conversion itself reads, by their first step. */
export function usedFields(plan: Plan): string[] {
  const { prompt, completion, messages } = plan.fields;
  const read = plan.to === 'chat' ? [prompt, completion] : [messages];
  return read.map((text) => String(keptField(text).path.steps[0]?.step ?? text));
}
