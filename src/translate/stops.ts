import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import type { ParsedPrompt } from '../prompt/options.js';
import { skipSpace } from '../text/space.js';

/** The stop sequences of a request as a list; null and [] are none. Throws `invalid-argument` for an empty one. */
export function stopList(stop: unknown): string[] {
  if (stop === undefined || stop === null) return [];
  const list: unknown[] = Array.isArray(stop) ? stop : [stop];
  return list.map((one, i) => {
    if (typeof one === 'string' && one !== '') return one;
    throw new RolecallError('invalid-argument', 'A stop sequence must be a text that is not empty.', {
      path: Array.isArray(stop) ? `stop[${i}]` : 'stop',
    });
  });
}

const bare = (label: string): string =>
  label
    .trim()
    .replace(/[:：]$/, '')
    .trimEnd()
    .toLowerCase();

/** The labels and marks by which a prompt names its speakers. */
function speakersOf(parsed: ParsedPrompt, dialect: Dialect): Set<string> {
  const names = new Set<string>();
  const add = (label: string): void => {
    const name = bare(label);
    if (name !== '') names.add(name);
  };
  // Few labels stand in front of many turns.
  for (const label of new Set(parsed.turns.map((turn) => turn.label))) add(label);
  if (parsed.open !== null) add(parsed.open.label);
  for (const stop of dialect.stop) add(stop);
  for (const token of dialect.specialTokens) add(token);
  if (dialect.kind === 'labels')
    for (const labels of Object.values(dialect.labels)) for (const label of labels) add(label);
  return names;
}

/**
 * Does the stop stand in front of every turn, as `###` does in front of `### Human:`, or `[` in front of time stamps? The
 * preamble has no label, and one turn alone proves nothing.
 */
function opensTurns(stop: string, { text, turns, open }: ParsedPrompt): boolean {
  const mark = stop.trim();
  const labelled = [...turns.filter(({ label }) => label !== ''), ...(open === null ? [] : [open])];
  return (
    mark !== '' &&
    labelled.length > 1 &&
    labelled.every(({ start, end }) => text.startsWith(mark, skipSpace(text, start, end)))
  );
}

/** Which stop sequences of a conversation only end a turn (`\nUser:`, `<|im_end|>`). A chat endpoint ends turns itself. */
export function roleStops(stops: readonly string[], parsed: ParsedPrompt, dialect: Dialect): string[] {
  if (stops.length === 0) return [];
  const speakers = speakersOf(parsed, dialect);
  return stops.filter((stop) => speakers.has(bare(stop)) || opensTurns(stop, parsed));
}

/**
 * The role stops as they have to be enforced on a reply. One with a space in front (` Human:`) was meant for the
 * start of a line, where it never matches: the line break is tried as well.
 */
export function enforcedRoleStops(stops: readonly string[]): string[] {
  return stops.flatMap((stop) => (/^[ \t]/.test(stop) ? [stop, `\n${stop.trimStart()}`] : [stop]));
}
