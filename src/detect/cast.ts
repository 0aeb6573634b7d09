import type { Sight } from './evidence.js';
import { firstWords, logLevels, neverSpeaks } from './names.js';
import { MOST_PERSONAS, type Roles } from './roles.js';

/**
 * Speakers that nobody knows by name, but by the marks around their names: a time stamp, `@`, `<…>`, the caller's stop in
 * front. The one whose label stands open at the end is the assistant; without it, the one who is left where all others are
 * known. Adds their roles, and says whether it did.
 */
export function addCast(
  sight: Sight,
  roles: Roles,
  options: { stops: ReadonlySet<string>; evidence: string[] },
): boolean {
  const { spellings, marks } = sight.candidates;
  const { stops, evidence } = options;
  const first = spellings[marks.which(0)]!;
  if (first.handle === true && firstWords.has(first.key) && !roles.includes('system'))
    roles[marks.which(0)] = 'system';
  const opens = marks.which(marks.length - 1);
  const stands = marks.end(marks.length - 1) >= sight.ink && spellings[opens]!.handle === true;
  const cast = spellings.flatMap(({ key, count, handle }, i) =>
    handle === true && count > 0 && !logLevels.has(key) && !neverSpeaks(key) ? [i] : [],
  );
  const keys = new Set(cast.map((i) => spellings[i]!.key));
  if (keys.size < 2 || keys.size > MOST_PERSONAS) return false;
  const unknown = new Set(cast.filter((i) => roles[i] === undefined).map((i) => spellings[i]!.key));
  if (unknown.size === 0) return false;
  let assistant: string | undefined;
  if (!roles.includes('assistant')) {
    const left = [...unknown].filter((key) => !stops.has(key));
    if (stands && unknown.has(spellings[opens]!.key)) assistant = spellings[opens]!.key;
    else if (left.length === 1 && (roles.includes('user') || left.length < unknown.size)) assistant = left[0];
    if (assistant === undefined) return false;
  }
  for (const i of cast) {
    const { key, text } = spellings[i]!;
    if (roles[i] !== undefined) continue;
    roles[i] = key === assistant ? 'assistant' : 'user';
    evidence.push(`the marks of "${text}" are a speaker's`);
  }
  return true;
}
