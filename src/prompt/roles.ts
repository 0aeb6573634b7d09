import type { Speaker } from './dialect.js';
import type { Candidates } from './marks.js';
import { answerNames, isPair, neverSpeakers, pairSide, questionNames, strongSpeaker } from './speakers.js';
import type { Sight } from './vetoes.js';

type Roles = (Speaker | undefined)[];

/** More unknown speakers than this are no cast, but the keys of some data. */
const MOST_PERSONAS = 40;

const looksLikeName = (label: string): boolean =>
  /^[#\s]*[\p{Lu}\p{Lo}[<{]/u.test(label) && label.split(' ').length <= 3;

/** The roles of the names that are known by themselves, or by the other names beside them. */
export function knownRoles(candidates: Candidates, forced: ReadonlyMap<string, Speaker>): Roles {
  const live = candidates.spellings.map(({ key, count }) => (count > 0 ? key : ''));
  const roles = live.map(
    (key): Speaker | undefined => forced.get(key) ?? (key === '' ? undefined : strongSpeaker(key)),
  );
  const has = (speaker: Speaker): boolean => roles.includes(speaker);
  const assign = (key: string, speaker: Speaker): void => {
    for (const [i, other] of live.entries()) if (other === key) roles[i] ??= speaker;
  };
  const keys = new Set(live);
  // "You" speaks for the assistant beside a human, and for the user beside everybody else.
  if (keys.has('you') && has('user') && !has('assistant')) assign('you', 'assistant');
  const users = [...keys].filter((key) => pairSide(key) === 'user');
  const assistants = [...keys].filter((key) => pairSide(key) === 'assistant');
  if (!has('user') && !has('assistant')) {
    for (const user of users) {
      for (const assistant of assistants) {
        if (!isPair(user, assistant)) continue;
        assign(user, 'user');
        assign(assistant, 'assistant');
      }
    }
  }
  if (!has('user')) {
    assign('you', 'user');
    if (has('assistant')) for (const user of users) assign(user, 'user');
  }
  if (!has('assistant') && has('user')) for (const assistant of assistants) assign(assistant, 'assistant');
  if (
    !has('user') &&
    !has('assistant') &&
    [...questionNames].some((key) => keys.has(key)) &&
    [...answerNames].some((key) => keys.has(key))
  ) {
    for (const key of questionNames) assign(key, 'user');
    for (const key of answerNames) assign(key, 'assistant');
  }
  return roles;
}

/**
 * Names that no table knows count where the caller's stops name them, where they take turns with a known speaker at
 * least twice, or where they stand open at the end, a known speaker before them and nobody else to answer. Adds their
 * roles; true where there were any.
 */
export function addPersonas(
  { candidates, ink }: Sight,
  roles: Roles,
  options: { stops: ReadonlySet<string>; evidence: string[]; inline: boolean },
): boolean {
  const { spellings, marks } = candidates;
  const { stops, evidence, inline } = options;
  const eligible = spellings.map(
    ({ key, text, count }, i) =>
      roles[i] === undefined &&
      count > 0 &&
      !neverSpeakers.has(key) &&
      (stops.has(key) || (!inline && looksLikeName(text))),
  );
  if (!eligible.includes(true)) return false;
  const isKnown = (s: number): boolean => roles[s] === 'user' || roles[s] === 'assistant';
  const passes = new Int32Array(spellings.length);
  let previous = -1;
  let spoken = false;
  const final = marks.which(marks.length - 1);
  const stands = marks.end(marks.length - 1) >= ink;
  for (let i = 0; i < marks.length; i++) {
    const s = marks.which(i);
    const known = isKnown(s);
    if (!known && !eligible[s]) continue;
    if (known && i < marks.length - 1) spoken = true;
    if (previous !== -1 && known !== isKnown(previous)) passes[known ? previous : s]!++;
    previous = s;
  }
  const hasUser = roles.includes('user');
  const hasAssistant = roles.includes('assistant');
  const accepted = spellings.flatMap(({ key }, i) => {
    if (!eligible[i]) return [];
    const answers = stands && final === i && spoken && hasUser && !hasAssistant;
    return stops.has(key) || passes[i]! >= 2 || answers ? [i] : [];
  });
  if (accepted.length === 0 || accepted.length > MOST_PERSONAS) return false;
  let assistant: number | undefined;
  if (!hasAssistant) {
    // The one that is to speak next answers; else the one that takes turns most.
    if (stands && accepted.includes(final)) assistant = final;
    else if (hasUser) assistant = [...accepted].sort((a, b) => passes[b]! - passes[a]!)[0];
    else assistant = accepted.find((i) => i !== marks.which(0));
  }
  for (const i of accepted) {
    roles[i] = i === assistant ? 'assistant' : 'user';
    evidence.push(`"${spellings[i]!.text}:" takes turns with the others`);
  }
  return true;
}
