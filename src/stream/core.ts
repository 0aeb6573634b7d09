import { RolecallError } from '../errors.js';
import type { ConvertOptions, Notes } from '../translate/notes.js';

export interface StreamOptions extends ConvertOptions {
  /**
   * An end without a finish_reason is an error (the default): the reply was cut off. With `warn` the choice ends as
   * `stop`, with a `lossy` warning.
   */
  incomplete?: 'error' | 'warn' | undefined;
}

/** The warnings of a stream: told once for each kind and place, not once for each chunk, and then forgotten. */
export interface StreamNotes extends Notes {
  /** Tells `onWarning` what has come up since the last time. */
  tell(): void;
}

const mostRemembered = 1000;

export function streamNotes({ onWarning, ...options }: ConvertOptions): StreamNotes {
  const told = new Set<string>();
  const notes: StreamNotes = {
    warnings: [],
    options,
    isTold: (code, path) => told.has(`${code} ${path} lossy`),
    tell() {
      if (notes.warnings.length === 0) return;
      const all = notes.warnings.splice(0);
      for (const warning of all) {
        const key = `${warning.code} ${warning.path} ${warning.severity}`;
        if (told.has(key)) continue;
        if (told.size < mostRemembered) told.add(key);
        onWarning?.(warning);
      }
    },
  };
  return notes;
}

/** An end of the stream before all of its choices have ended. */
export function incomplete(message: string, path = ''): RolecallError {
  return new RolecallError('incomplete-stream', message, { path });
}

/** Where a choice says that it stands; a stream has no other place for it than the first. */
export function streamIndex(index: unknown): number {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : 0;
}

export const hasReason = (reason: unknown): boolean =>
  reason !== undefined && reason !== null && reason !== '';

/** A sign of life between chunks, as servers of another API send it. */
export const isPing = (chunk: object): boolean =>
  'type' in chunk && chunk.type === 'ping' && !('choices' in chunk);
