import type { Candidates } from '../dialect/found.js';
import type { Speaker } from '../dialect/types.js';
import type { Sight } from './evidence.js';
import {
  answerNames,
  everydayNames,
  isPair,
  isQuestion,
  lastWords,
  letterPairs,
  neverSpeaks,
  pairSide,
  questionNames,
  ruleKey,
  strongSpeaker,
  youNames,
} from './names.js';

export type Roles = (Speaker | undefined)[];

/** More unknown speakers than this are no cast, but the keys of some data. */
export const MOST_PERSONAS = 40;

/** A name begins with a capital, or is in a script that has none. */
export const looksLikeName = (label: string): boolean =>
  /^[#\s]*[\p{Lu}\p{Lo}[<{]/u.test(label) && label.split(' ').length <= 3;

/** The roles of the names that are known by themselves, or by the other names beside them. */
export function knownRoles(
  candidates: Candidates,
  forced: ReadonlyMap<string, Speaker>,
): { roles: Roles; weak: ReadonlySet<string> } {
  const live = candidates.spellings.map(({ key, count }) => (count > 0 ? ruleKey(key) : ''));
  const roles = candidates.spellings.map(
    ({ key, count }): Speaker | undefined => forced.get(key) ?? (count > 0 ? strongSpeaker(key) : undefined),
  );
  // Names that are ordinary words, too, or that count beside others only: they need more than one exchange.
  const weak = new Set(live.filter((key) => everydayNames.has(key) && !forced.has(key)));
  const has = (speaker: Speaker): boolean => roles.includes(speaker);
  const assign = (key: string, speaker: Speaker): void => {
    for (const [i, other] of live.entries()) if (other === key) roles[i] ??= speaker;
    if (pairSide(key) !== undefined && key !== 'you' && !key.startsWith('#')) weak.add(key);
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
        if (user === 'you') weak.delete(assistant);
      }
    }
  }
  if (!has('user')) {
    assign('you', 'user');
    if (has('assistant')) for (const user of users) assign(user, 'user');
  }
  if (!has('assistant') && has('user')) for (const assistant of assistants) assign(assistant, 'assistant');
  addQuestions(candidates, live, { has, assign });
  return { roles, weak };
}

/** Questions and answers, where nobody else is known to speak, or where the other side goes by its own name. */
function addQuestions(
  { spellings }: Candidates,
  live: readonly string[],
  { has, assign }: { has(speaker: Speaker): boolean; assign(key: string, speaker: Speaker): void },
): void {
  const keys = new Set(live);
  const asks = live.some((key) => questionNames.has(key));
  const answers = live.filter((key, i) => answerNames.has(key) && spellings[i]!.count > 1);
  if (has('assistant') && !has('user') && asks) for (const key of questionNames) assign(key, 'user');
  else if (has('user') && !has('assistant')) for (const key of answers) assign(key, 'assistant');
  if (has('user') || has('assistant')) return;
  if (asks && live.some((key) => answerNames.has(key))) {
    for (const key of questionNames) assign(key, 'user');
    for (const key of answerNames) assign(key, 'assistant');
  }
  const letters = [...keys].filter((key) => [...key].length === 1);
  const pair = letterPairs.find((both) => both.every((letter) => letters.includes(letter)));
  if (pair === undefined || letters.length > 2) return;
  assign(pair[0], 'user');
  assign(pair[1], 'assistant');
}

/** How an unknown name stands among the known speakers. */
interface Standing {
  /** Stretches between known speakers that it speaks in. */
  stretches: number;
  lastStretch: number;
  /** It follows, or is followed by, a known speaker. */
  passes: number;
  /** An assistant speaks right after it. */
  answered: number;
  /** An assistant spoke right before it. */
  answers: number;
}

/** Personas that were found, and whether only an open label at the end speaks for one. */
export interface Personas {
  found: boolean;
  byOpenLabel: boolean;
}

/**
 * Names that no table knows count where the caller's stops name them, where they take turns with a known speaker at
 * least twice, or where they stand open at the end, a known speaker before them and nobody else to answer. Adds their
 * roles.
 */
export function addPersonas(
  sight: Sight,
  roles: Roles,
  options: { stops: ReadonlySet<string>; evidence: string[]; inline: boolean },
): Personas {
  const { spellings, marks } = sight.candidates;
  const { stops, evidence, inline } = options;
  const final = marks.which(marks.length - 1);
  const stands = marks.end(marks.length - 1) >= sight.ink;
  const none = { found: false, byOpenLabel: false };
  /** Two spellings of one name (`Alice`, `ALICE`) are one speaker. */
  const isOne = (a: number, b: number): boolean => spellings[a]!.key === spellings[b]!.key;

  const named = spellings.flatMap(({ key, count }, i) =>
    roles[i] === undefined && count > 0 && stops.has(key) && !neverSpeaks(key) ? [i] : [],
  );
  const answered = roles.includes('assistant');
  for (const i of named) {
    const answers = stands && isOne(final, i) && !answered;
    roles[i] = answers ? 'assistant' : 'user';
    evidence.push(`a stop sequence names "${spellings[i]!.text}:" as a speaker`);
  }
  const eligible = spellings.map(
    ({ key, text, count }, i) =>
      roles[i] === undefined && count > 0 && !inline && !neverSpeaks(key) && looksLikeName(text),
  );
  if (!eligible.includes(true)) return { found: named.length > 0, byOpenLabel: false };

  const standings = standingsOf(sight, roles, eligible);
  const hasUser = roles.includes('user');
  const hasAssistant = roles.includes('assistant');
  let byOpenLabel = false;
  const accepted = spellings.flatMap((_, i) => {
    if (!eligible[i]) return [];
    const { stretches, passes, answered, answers } = standings.get(i)!;
    if (hasUser && hasAssistant) return answered > 1 && answers > 0 ? [i] : [];
    if (stretches > 1 || (hasUser && passes > 1)) return [i];
    if (!onlyUnknown(spellings, roles, i) || !stands || passes === 0) return [];
    const opens = final === i && hasUser && !hasAssistant;
    const asks = roles[final] === 'assistant' && !hasUser && marks.which(marks.length - 2) === i;
    if (opens || asks) byOpenLabel = true;
    return opens || asks ? [i] : [];
  });
  if (accepted.length === 0 || accepted.length > MOST_PERSONAS)
    return named.length > 0 ? { ...none, found: true } : none;
  let assistant: number | undefined;
  if (!hasAssistant) {
    // The one that is to speak next answers; else the one that takes turns most.
    if (stands && accepted.includes(final)) assistant = final;
    else if (hasUser)
      assistant = [...accepted].sort((a, b) => standings.get(b)!.passes - standings.get(a)!.passes)[0];
    else assistant = accepted.find((i) => i !== marks.which(0));
  }
  for (const i of accepted) {
    roles[i] = assistant !== undefined && isOne(i, assistant) ? 'assistant' : 'user';
    evidence.push(`"${spellings[i]!.text}:" takes turns with the other speakers`);
  }
  return { found: true, byOpenLabel };
}

/** No other name that nobody knows labels a line: among the keys of some data, an open one is a key. */
const onlyUnknown = (spellings: Candidates['spellings'], roles: Roles, own: number): boolean =>
  spellings.every(({ count }, i) => i === own || count === 0 || roles[i] !== undefined);

function standingsOf(
  { candidates: { marks } }: Sight,
  roles: Roles,
  eligible: readonly boolean[],
): Map<number, Standing> {
  const standings = new Map<number, Standing>();
  for (const [i, may] of eligible.entries()) {
    if (may) standings.set(i, { stretches: 0, lastStretch: -1, passes: 0, answered: 0, answers: 0 });
  }
  const isKnown = (s: number): boolean => roles[s] === 'user' || roles[s] === 'assistant';
  let stretch = 0;
  let previous = -1;
  for (let i = 0; i < marks.length; i++) {
    const s = marks.which(i);
    const standing = standings.get(s);
    if (isKnown(s)) {
      stretch++;
      const before = previous === -1 ? undefined : standings.get(previous);
      if (before !== undefined) {
        before.passes++;
        if (roles[s] === 'assistant') before.answered++;
      }
    } else if (standing !== undefined) {
      if (standing.lastStretch !== stretch) standing.stretches++;
      standing.lastStretch = stretch;
      if (previous !== -1 && isKnown(previous)) {
        standing.passes++;
        if (roles[previous] === 'assistant') standing.answers++;
      }
    } else continue;
    previous = s;
  }
  return standings;
}

/**
 * The label that stands open at the end is the model's: where names that no table is sure of say that it is the user's
 * (`Student: … You: … Student: … You:`), the two sides change places. Not where the caller's stops end the model's words
 * at that very name.
 */
export function giveOpenLabel(
  { candidates: { spellings, marks }, ink }: Sight,
  roles: Roles,
  { forced, stops }: { forced: ReadonlyMap<string, Speaker>; stops: ReadonlySet<string> },
): void {
  const final = marks.which(marks.length - 1);
  if (roles[final] !== 'user' || marks.end(marks.length - 1) < ink) return;
  const own = spellings[final]!.key;
  const others = new Set(
    spellings.flatMap(({ key, count }, i) =>
      count > 0 && roles[i] !== undefined && roles[i] !== 'system' && key !== own ? [key] : [],
    ),
  );
  const isSure = (key: string): boolean =>
    forced.has(key) || strongSpeaker(key) !== undefined || isQuestion(key);
  if (others.size !== 1 || isSure(own) || [...others].some((key) => isSure(key))) return;
  if (stops.has(own) && ![...others].some((key) => stops.has(key))) return;
  for (const [i, { key }] of spellings.entries()) {
    if (roles[i] === undefined || roles[i] === 'system') continue;
    roles[i] = key === own ? 'assistant' : 'user';
  }
}

/**
 * A label that stands open at the end is the model's, also where it is `You:` behind a human and an AI who spoke before, or
 * `System:` that answers a user.
 */
export function answerAtOpenLabel({ candidates: { spellings, marks }, ink }: Sight, roles: Roles): void {
  const final = marks.which(marks.length - 1);
  if (marks.end(marks.length - 1) < ink || !roles.includes('user')) return;
  const { key } = spellings[final]!;
  if (roles[final] === undefined && youNames.has(key)) roles[final] = 'assistant';
  if (roles[final] !== 'system' || roles.includes('assistant')) return;
  let first = 0;
  while (roles[marks.which(first)] === undefined) first++;
  if (roles[marks.which(first)] !== 'user') return;
  for (const [i, role] of roles.entries()) if (role === 'system') roles[i] = 'assistant';
}

/**
 * What the user says last may be labelled apart from the conversation before it: `New input: …`. Nobody speaks behind it,
 * but at a label that stands open.
 */
export function addLastWords({ candidates: { spellings, marks }, ink }: Sight, roles: Roles): void {
  const last = spellings.findIndex(
    ({ key, count }, i) => count === 1 && roles[i] === undefined && lastWords.has(key),
  );
  if (last === -1 || !roles.includes('user') || !roles.includes('assistant')) return;
  const isTurn = (i: number): boolean => ['user', 'assistant'].includes(roles[marks.which(i)] ?? '');
  let i = 0;
  let turns = 0;
  for (; marks.which(i) !== last; i++) if (isTurn(i)) turns++;
  for (i++; i < marks.length; i++) if (isTurn(i) && marks.end(i) < ink) return;
  if (turns > 0) roles[last] = 'user';
}

/** A label in other letters, small or capital, is the same: the first one's speaker is that of all. */
export function uniteCases({ candidates: { spellings } }: Sight, roles: Roles): void {
  const first = new Map<string, Speaker>();
  for (const [i, { text }] of spellings.entries()) {
    const role = roles[i];
    if (role === undefined) continue;
    const name = text.toLowerCase();
    const known = first.get(name);
    if (known === undefined) first.set(name, role);
    else roles[i] = known;
  }
}
