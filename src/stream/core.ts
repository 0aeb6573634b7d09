import { RolecallError } from '../errors.js';
import { faultReason } from '../translate/finish-reason.js';
import type { ConvertOptions, Notes } from '../translate/notes.js';
import type { Awaited } from './converter.js';

export interface StreamOptions extends ConvertOptions {
  /**
   * An end without a finish_reason is an error (the default): the reply was cut off. With `warn`, and where the stream has
   * said that it is over (`[DONE]`), the choice ends as `stop`, with a `lossy` warning.
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

/** The error of a choice that has no end; a reason that says that the provider failed is one. */
export function unended(path: string, reason?: unknown): RolecallError {
  if (hasReason(reason)) return faultReason(reason, path);
  return incomplete('The stream ended before the choice did: no finish_reason came.', path);
}

/** What both converters know of a choice that comes in pieces. */
export interface OpenChoice {
  readonly index: number;
  readonly path: string;
  readonly finished: boolean;
  /** A stop ended it here. */
  readonly stopped: boolean;
  /** The reason by which the provider says that it failed. What went wrong may be said behind it. */
  readonly fault: unknown;
}

/** The choices of one stream, and how many of them have ended: what is awaited is asked for with every chunk. */
export interface Choices<Choice extends OpenChoice> {
  all: Choice[];
  ended: number;
  /** A stop ended one of them here. */
  stopped: boolean;
}

export const noChoices = <Choice extends OpenChoice>(): Choices<Choice> => ({
  all: [],
  ended: 0,
  stopped: false,
});

const hasEnded = ({ finished, fault }: OpenChoice): boolean => finished || fault !== undefined;

/** Gives a choice what came of it, and counts it where that ends it. */
export function feed<Choice extends OpenChoice>(
  choices: Choices<Choice>,
  choice: Choice,
  take: (choice: Choice) => void,
): void {
  const before = hasEnded(choice);
  take(choice);
  if (before || !hasEnded(choice)) return;
  choices.ended++;
  if (choice.stopped) choices.stopped = true;
}

/** What is still to come of `wanted` choices. `settled`: no usage is waited for. */
export function awaitedOf(
  { all, ended, stopped }: Choices<OpenChoice>,
  wanted: number,
  settled: boolean,
): Awaited {
  if (all.length < wanted || ended < all.length) return 'choices';
  return settled && stopped ? 'nothing' : 'rest';
}

/** The same of one choice; undefined where it has not begun. */
export function awaitedOfOne(choice: OpenChoice | undefined, settled: boolean): Awaited {
  if (choice === undefined || !hasEnded(choice)) return 'choices';
  return settled && choice.stopped ? 'nothing' : 'rest';
}

/** Ends what has no end yet. `whole`: that is allowed. Throws where it is not, and where there is no choice at all. */
export function endChoices<Choice extends OpenChoice>(
  choices: readonly Choice[],
  whole: boolean,
  finish: (choice: Choice) => void,
): void {
  if (choices.length === 0) throw incomplete('The stream ended before its first choice.', 'choices');
  for (const choice of choices) {
    if (choice.finished) continue;
    if (choice.fault !== undefined || !whole) throw unended(choice.path, choice.fault);
    finish(choice);
  }
}

export const hasReason = (reason: unknown): boolean =>
  reason !== undefined && reason !== null && reason !== '';

/** A sign of life between chunks, as servers of another API send it. */
export const isPing = (chunk: object): boolean =>
  'type' in chunk && chunk.type === 'ping' && !('choices' in chunk);
