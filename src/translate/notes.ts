import { RolecallError, type Warning, type WarningCode } from '../errors.js';

/** What every conversion takes. */
export interface ConvertOptions {
  /** Hears each warning as it comes up; the result has them all as well. */
  onWarning?: ((warning: Warning) => void) | undefined;
  /** Turns every `lossy` warning into an error of code `lossy` (default false). */
  strict?: boolean | undefined;
  /** The time for a `created` that is missing: Unix seconds, or the milliseconds of `Date.now`. */
  now?: number | (() => number) | undefined;
  /** Makes an id that is missing, given its prefix (`chatcmpl-`, `cmpl-`, `call_`). Default: made from the content. */
  makeId?: ((prefix: string) => string) | undefined;
}

/** The warnings of one conversion, as they come up. */
export interface Notes {
  readonly warnings: Warning[];
  readonly options: ConvertOptions;
  /** Was a `lossy` warning of the kind told before, for the same place? Only a stream, which tells it once, says so. */
  isTold?(code: WarningCode, path: string): boolean;
}

export const notesFor = (options: ConvertOptions): Notes => ({ warnings: [], options });

/** Passes on a warning. Throws `lossy` in a strict conversion. */
export function relay(notes: Notes, warning: Warning): void {
  if (notes.options.strict === true && warning.severity === 'lossy') {
    throw new RolecallError('lossy', warning.message, { path: warning.path });
  }
  notes.warnings.push(warning);
  notes.options.onWarning?.(warning);
}

export function lossy(notes: Notes, code: WarningCode, path: string, message: string): void {
  relay(notes, { code, path, message, severity: 'lossy' });
}

export function info(notes: Notes, code: WarningCode, path: string, message: string): void {
  relay(notes, { code, path, message, severity: 'info' });
}

/** The path of a field inside a path. */
export const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Text, as it is shown in a message: short, in quotes. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** True for what carries nothing: null, an empty text, list or object. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** What JSON calls an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a key that comes from outside; `__proto__` becomes a key like any other. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}
