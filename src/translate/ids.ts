import { info, type Notes } from './notes.js';

/** 64 bits of FNV-1a, as hex: the same content gives the same id, with no randomness. */
function hash(text: string): string {
  let high = 0x811c9dc5;
  let low = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ (unit + i), 0x01000193);
  }
  return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

/** What an id is made from: the beginning of a reply, and when it came. */
export function seedOf(created: unknown, text: unknown): string {
  return `${typeof created === 'number' ? created : ''}${typeof text === 'string' ? text : ''}`;
}

/** A new id: made by the caller's `makeId`, else from `seed`. */
export function newId(prefix: string, seed: string, notes: Notes): string {
  return notes.options.makeId?.(prefix) ?? prefix + hash(seed);
}

/** The id of a call that was read from text: from where it stands and its name, which is all that a stream knows of it. */
export function callId(reply: string, choice: number, index: number, name: string, notes: Notes): string {
  return newId('call_', `${reply} ${choice} ${index} ${name}`, notes);
}

/** `chatcmpl-X` becomes `cmpl-X` and the other way round; other ids are kept, a missing one is made. */
export function translateId(
  id: unknown,
  prefixes: { from: string; to: string },
  seed: () => string,
  notes: Notes,
): string {
  if (typeof id === 'string' && id !== '') {
    return id.startsWith(prefixes.from) ? prefixes.to + id.slice(prefixes.from.length) : id;
  }
  info(notes, 'missing-field', 'id', 'The response has no id; one was made.');
  return newId(prefixes.to, seed(), notes);
}

export const toCompletionPrefix = { from: 'chatcmpl-', to: 'cmpl-' } as const;
export const toChatPrefix = { from: 'cmpl-', to: 'chatcmpl-' } as const;

/** Unix seconds as an integer; where they are missing, the caller's `now`, else 0. */
export function createdOf(created: unknown, notes: Notes): number {
  if (typeof created === 'number' && created >= 0 && created <= Number.MAX_SAFE_INTEGER)
    return Math.floor(created);
  const { now } = notes.options;
  const time = typeof now === 'function' ? now() : now;
  const where = time === undefined ? '0 stands for it' : 'the given time stands for it';
  info(notes, 'missing-field', 'created', `The response does not say when it was created; ${where}.`);
  if (time === undefined) return 0;
  // No clock of seconds passes 1e11 before the year 5138, and no clock of milliseconds was below it since 1973.
  return Math.floor(time > 1e11 ? time / 1000 : time);
}

/** The model that the response names, else the one that was asked for. */
export function modelOf(model: unknown, asked: string | undefined, notes: Notes): string {
  if (typeof model === 'string' && model !== '') return model;
  info(notes, 'missing-field', 'model', 'The response does not name its model.');
  return asked ?? '';
}
