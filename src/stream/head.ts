import { createdOf, modelOf, newId, translateId } from '../translate/ids.js';
import type { Notes } from '../translate/notes.js';

/** What all chunks of a stream repeat. */
export interface Head {
  id: string;
  created: number;
  model: string;
}

interface HeadFields {
  id?: unknown;
  created?: unknown;
  model?: unknown;
  system_fingerprint?: unknown;
  choices?: readonly unknown[] | null | undefined;
}

/**
 * Keeps the first id, time and model that say something, up to the first chunk that has a choice: from then on they stay,
 * whatever later chunks say. What is missing then is made, from what does not depend on how the text was cut.
 */
export interface HeadLatch {
  see(chunk: HeadFields): void;
  /** Fixed on the first call. */
  get(): Head;
  fingerprint: string | undefined;
}

export function createHead(
  prefixes: { from: string; to: string } | string,
  asked: string | undefined,
  notes: Notes,
): HeadLatch {
  let id: string | undefined;
  let created: number | undefined;
  let model: string | undefined;
  let open = true;
  let head: Head | undefined;

  return {
    fingerprint: undefined,
    see(chunk) {
      if (this.fingerprint === undefined) {
        const { system_fingerprint: print } = chunk;
        if (typeof print === 'string' && print !== '') this.fingerprint = print;
      }
      if (!open) return;
      if (id === undefined && typeof chunk.id === 'string' && chunk.id !== '') id = chunk.id;
      if (!created && typeof chunk.created === 'number') created = chunk.created;
      if (model === undefined && typeof chunk.model === 'string' && chunk.model !== '') model = chunk.model;
      if (chunk.choices !== null && chunk.choices !== undefined && chunk.choices.length > 0) open = false;
    },
    get() {
      if (head !== undefined) return head;
      open = false;
      const seed = (): string => `${created ?? ''} ${model ?? ''}`;
      head = {
        id:
          typeof prefixes === 'string'
            ? (id ?? newId(prefixes, seed(), notes))
            : translateId(id, prefixes, seed, notes),
        created: createdOf(created, notes),
        model: modelOf(model, asked, notes),
      };
      return head;
    },
  };
}
