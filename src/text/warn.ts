import type { Warning, WarningCode } from '../errors.js';

/** Tells of something that was lost, or guessed. */
export function lossy(warnings: Warning[], code: WarningCode, path: string, message: string): void {
  warnings.push({ code, path, message, severity: 'lossy' });
}

/** Tells of something that was changed and comes back on the way back. */
export function info(warnings: Warning[], code: WarningCode, path: string, message: string): void {
  warnings.push({ code, path, message, severity: 'info' });
}
