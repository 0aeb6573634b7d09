import type { Usage } from '../schemas/shared.js';
import { info } from '../translate/notes.js';
import type { StreamNotes } from './core.js';
import type { Head, HeadLatch } from './head.js';

interface Chunk {
  object: string;
  choices: readonly object[];
}

/** Chunks on their way out, each with the head of its stream, and one choice. */
export interface ChunkOut<Out extends Chunk> {
  add(choice: Out['choices'][number]): void;
  /** The chunk behind all choices, where the usage was asked for. */
  addUsage(usage: Usage | undefined, asked: boolean | undefined): void;
  /** What came since the last time. Tells the warnings of it first. */
  flush(): Out[];
}

export function createChunkOut<Out extends Chunk>(
  object: Out['object'],
  head: HeadLatch,
  notes: StreamNotes,
): ChunkOut<Out> {
  let out: object[] = [];

  function chunk(choices: object[]): Chunk & { system_fingerprint?: string } {
    const { id, created, model } = head.get();
    const made: Head & Chunk & { system_fingerprint?: string } = { id, object, created, model, choices };
    if (head.fingerprint !== undefined) made.system_fingerprint = head.fingerprint;
    return made;
  }

  return {
    add(choice) {
      out.push(chunk([choice]));
    },
    addUsage(usage, asked) {
      if (usage === undefined) {
        if (asked === true)
          info(notes, 'missing-field', 'usage', 'The usage was asked for, but did not come.');
      } else if (asked !== false) out.push({ ...chunk([]), usage });
      else info(notes, 'dropped-field', 'usage', 'The usage was not asked for.');
    },
    flush() {
      notes.tell();
      const chunks = out;
      out = [];
      return chunks as Out[];
    },
  };
}
