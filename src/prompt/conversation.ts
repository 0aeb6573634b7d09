import { type Candidates, findCandidates } from './candidates.js';
import { labelList, type Speaker } from './dialect.js';
import { inlineCandidates } from './inline.js';
import { isBlank, skipSpace } from './space.js';
import {
  answerNames,
  everydayNames,
  isPair,
  neverSpeakers,
  pairSide,
  questionNames,
  speakerKey,
  strongSpeaker,
} from './speakers.js';
import type { SpeakerLabels } from './types.js';

/** The labels of a text that turned out to be speakers'. */
export interface Conversation {
  candidates: Candidates;
  /** The role of each spelling; undefined for what is content. */
  roles: (Speaker | undefined)[];
  /** Indexes into the candidates that open turns, in order. */
  turns: number[];
  inline: boolean;
  confidence: number;
  evidence: string[];
}

interface Hints {
  stop: readonly string[];
  labels: SpeakerLabels | undefined;
}

/** What a hypothesis about the speakers of a text is judged by. */
interface Shape {
  turns: number[];
  users: number;
  assistants: number;
  /** How often the word passes from one side to the other. */
  changes: number;
  /** The role whose label stands at the very end with nothing after it. */
  open: Speaker | undefined;
  /** Nothing but system labels and a BOM stand before the first speaker. */
  atStart: boolean;
}

const quotesTalk =
  /\b(summari[sz]e|summary of|extract|classify|categori[sz]e|translate|rewrite|analy[sz]e|paraphrase|identify|determine|detect|convert|proofread|evaluate|rate|grade|read|review|below is|here is|here's|given)\b/i;
const talk =
  /\b(conversation|dialog(ue)?|transcript|chat( log)?|exchange|messages|discussion|interview|call|thread|emails?)\b/i;
const chatsOn =
  /\b(following is an?\b.*\bconversation|you are|continue|respond|reply|act as|pretend|plays?|roleplay)\b/i;
const codeLine =
  /^\s*(```|def |class |import |from \S+ import |function |const |let |var |return |#include|public |private |SELECT |INSERT |UPDATE |CREATE |<\?php|<[a-z]+[ >])|[;{}]\s*$|=>|\bprint\(|console\.log/m;

function namedByStops(stop: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const text of stop) {
    const label = /^\s*(\S.*?)\s*[:：]\s*$/.exec(text)?.[1];
    if (label !== undefined) names.add(speakerKey(label));
  }
  return names;
}

function forcedRoles(labels: SpeakerLabels | undefined): Map<string, Speaker> {
  const roles = new Map<string, Speaker>();
  for (const speaker of ['system', 'user', 'assistant'] as const) {
    for (const label of labelList(labels?.[speaker])) roles.set(speakerKey(label), speaker);
  }
  return roles;
}

/** The text of candidate `i`, up to the next candidate that opens a turn. */
function contentOf(text: string, candidates: Candidates, turns: readonly number[], t: number): string {
  const next = turns[t + 1];
  return text.slice(candidates.ends[turns[t]!]!, next === undefined ? text.length : candidates.starts[next]!);
}

function shapeOf(text: string, candidates: Candidates, roles: readonly (Speaker | undefined)[]): Shape {
  const { which, starts, ends } = candidates;
  const turns: number[] = [];
  let users = 0;
  let assistants = 0;
  let changes = 0;
  let last: Speaker | undefined;
  let atStart = false;
  for (let i = 0; i < which.length; i++) {
    const role = roles[which[i]!];
    if (role === undefined) continue;
    // A system label counts where the system speaks: before the first of the others.
    if (role === 'system' && users + assistants > 0) continue;
    if (turns.length === 0)
      atStart =
        skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0, starts[i]!) === starts[i]! ||
        isBlank(text.slice(0, starts[i]!));
    turns.push(i);
    if (role === 'system') continue;
    if (role === 'user') users++;
    else assistants++;
    if (last !== undefined && last !== role) changes++;
    last = role;
  }
  const final = turns.at(-1);
  const open =
    final !== undefined && skipSpace(text, ends[final]!, text.length) === text.length
      ? roles[which[final]!]
      : undefined;
  return { turns, users, assistants, changes, open, atStart };
}

/** Does a label that is no speaker's stand open at the very end, as the cue of a task (`Summary:`)? */
function endsInCue(text: string, candidates: Candidates, shape: Shape): boolean {
  const final = candidates.which.length - 1;
  if (final < 0 || shape.turns.at(-1) === final) return false;
  const end = candidates.ends[final]!;
  if (skipSpace(text, end, text.length) !== text.length) return false;
  const { key } = candidates.spellings[candidates.which[final]!]!;
  const start = candidates.starts[final]!;
  return (
    neverSpeakers.has(key) || /(\n|\r)[ \t]*(\r\n|\n|\r)$/.test(text.slice(Math.max(0, start - 80), start))
  );
}

/** Is the conversation an object of the task in front of it, and not one to go on with? */
function isQuoted(text: string, candidates: Candidates, shape: Shape): boolean {
  const first = shape.turns[0];
  if (first === undefined || shape.open === 'assistant') return false;
  const preamble = text.slice(Math.max(0, candidates.starts[first]! - 2000), candidates.starts[first]!);
  return talk.test(preamble) && quotesTalk.test(preamble) && !chatsOn.test(preamble);
}

/** Lines of `key: value` under many keys, none of them said twice: data that happens to have a `user` in it. */
function isData(
  text: string,
  candidates: Candidates,
  roles: readonly (Speaker | undefined)[],
  shape: Shape,
): boolean {
  const others = candidates.spellings.filter((spelling, i) => roles[i] === undefined && spelling.count > 0);
  if (others.length < 1 || shape.changes > 1) return false;
  const lines = text
    .slice(0, 20_000)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '').length;
  const labelled = candidates.which.length;
  return lines > 2 && labelled / lines > 0.6 && others.length >= shape.turns.length;
}

const looksLikeName = (label: string): boolean =>
  /^[#\s]*[\p{Lu}\p{Lo}[<{]/u.test(label) && label.split(' ').length <= 3;

/**
 * Says who speaks in a text, by evidence: names that speakers go by, how they take turns, what stands around them.
 * Undefined where the text is no conversation.
 */
export function findConversation(text: string, hints: Hints): Conversation | undefined {
  const lines = findCandidates(text);
  const found = judge(text, lines, hints, false);
  if (found?.both) return found.conversation;
  const inline = inlineCandidates(text);
  if (inline.which.length > 1) {
    const second = judge(text, inline, hints, true);
    if (second !== undefined && (found === undefined || second.both)) return second.conversation;
  }
  return found?.conversation;
}

function judge(
  text: string,
  candidates: Candidates,
  hints: Hints,
  inline: boolean,
): { conversation: Conversation; both: boolean } | undefined {
  const { spellings } = candidates;
  if (candidates.which.length === 0) return undefined;
  const forced = forcedRoles(hints.labels);
  const stops = namedByStops(hints.stop);
  const evidence: string[] = [];
  const roles = knownRoles(candidates, forced);
  const personas = addPersonas(text, candidates, roles, stops, evidence, inline);
  const named = spellings.some(
    (spelling, i) => roles[i] !== undefined && (forced.has(spelling.key) || stops.has(spelling.key)),
  );
  const shape = shapeOf(text, candidates, roles);
  if (shape.users + shape.assistants === 0) return undefined;
  const both = shape.users > 0 && shape.assistants > 0;
  const answers = spellings.some(
    (spelling, i) => roles[i] === 'user' && spelling.count > 0 && questionNames.has(spelling.key),
  );

  if (!named) {
    if (answers && !isDialogue(text, candidates, roles, shape)) return undefined;
    if (endsInCue(text, candidates, shape)) return undefined;
    if (isQuoted(text, candidates, shape)) return undefined;
    if (isData(text, candidates, roles, shape)) return undefined;
    if (
      inline &&
      !(
        both &&
        startsWithUser(candidates, roles, shape) &&
        (shape.open !== undefined || shape.changes > 1 || shape.atStart)
      )
    ) {
      return undefined;
    }
    if (!both && !standsAlone(text, candidates, roles, shape)) return undefined;
  }

  for (const speaker of ['system', 'user', 'assistant'] as const) {
    const labels = spellings
      .filter((spelling, i) => roles[i] === speaker && spelling.count > 0)
      .map((spelling) => `"${spelling.text}:"`);
    if (labels.length > 0) evidence.push(`${labels.join(', ')} labels the ${speaker}`);
  }
  if (shape.changes > 0)
    evidence.push(`the word passes ${shape.changes} ${shape.changes === 1 ? 'time' : 'times'}`);
  if (shape.open !== undefined) evidence.push(`the ${shape.open}'s label stands open at the end`);
  let confidence = both ? 0.7 : 0.5;
  confidence += Math.min(0.15, 0.05 * shape.changes);
  if (shape.open === 'assistant') confidence += 0.1;
  if (named) confidence += 0.1;
  if (personas) confidence -= 0.1;
  if (answers) confidence -= 0.1;
  const conversation = {
    candidates,
    roles,
    turns: shape.turns,
    inline,
    confidence: Math.min(0.99, confidence),
    evidence,
  };
  return { conversation, both };
}

/** The roles of the names that are known by themselves, or by the other names beside them. */
function knownRoles(candidates: Candidates, forced: Map<string, Speaker>): (Speaker | undefined)[] {
  const live = candidates.spellings.map((spelling) => (spelling.count > 0 ? spelling.key : ''));
  const roles = live.map(
    (key): Speaker | undefined => forced.get(key) ?? (key === '' ? undefined : strongSpeaker(key)),
  );
  const has = (speaker: Speaker): boolean => roles.includes(speaker);
  const assign = (i: number, speaker: Speaker): void => {
    roles[i] ??= speaker;
  };
  // "You" speaks for the assistant beside a human, and for the user beside everybody else.
  const you = live.indexOf('you');
  if (you !== -1 && has('user') && !has('assistant')) assign(you, 'assistant');
  if (!has('user') || !has('assistant')) {
    for (const [i, user] of live.entries()) {
      for (const [j, assistant] of live.entries()) {
        if (!isPair(user, assistant)) continue;
        if (roles[i] === 'assistant' || roles[j] === 'user') continue;
        if (
          (has('user') && roles[i] === undefined) ||
          (has('assistant') && roles[j] === undefined && roles[i] === undefined)
        )
          continue;
        assign(i, 'user');
        assign(j, 'assistant');
      }
    }
  }
  if (you !== -1 && !has('user')) assign(you, 'user');
  for (const [i, key] of live.entries()) {
    if (!has('user') && pairSide(key) === 'user' && has('assistant')) assign(i, 'user');
    if (!has('assistant') && pairSide(key) === 'assistant' && has('user')) assign(i, 'assistant');
  }
  const question = live.some((key) => questionNames.has(key));
  const answer = live.some((key) => answerNames.has(key));
  if (question && answer && !has('user') && !has('assistant')) {
    for (const [i, key] of live.entries()) {
      if (questionNames.has(key)) assign(i, 'user');
      if (answerNames.has(key)) assign(i, 'assistant');
    }
  }
  return roles;
}

/**
 * Names that no table knows count where the caller's stops name them, where they take turns with a known speaker at
 * least twice, or where they stand open at the end, a known speaker before them and nobody else to answer.
 */
function addPersonas(
  text: string,
  candidates: Candidates,
  roles: (Speaker | undefined)[],
  stops: ReadonlySet<string>,
  evidence: string[],
  inline: boolean,
): boolean {
  const { spellings, which, ends } = candidates;
  const eligible = spellings.map(
    (spelling, i) =>
      roles[i] === undefined &&
      spelling.count > 0 &&
      (stops.has(spelling.key) ||
        (!inline && looksLikeName(spelling.text) && !neverSpeakers.has(spelling.key))),
  );
  if (!eligible.includes(true)) return false;
  const isKnown = (i: number): boolean => roles[i] === 'user' || roles[i] === 'assistant';
  const passes = new Array<number>(spellings.length).fill(0);
  let previous = -1;
  for (const s of which) {
    if (!isKnown(s) && !eligible[s]) continue;
    if (previous !== -1 && isKnown(s) !== isKnown(previous)) passes[isKnown(s) ? previous : s]!++;
    previous = s;
  }
  const hasUser = roles.includes('user');
  const hasAssistant = roles.includes('assistant');
  const final = which.at(-1);
  const stands = final !== undefined && skipSpace(text, ends[which.length - 1]!, text.length) === text.length;
  const spoken = which.slice(0, -1).some((s) => isKnown(s));
  const accepted: number[] = [];
  for (const [i, spelling] of spellings.entries()) {
    if (!eligible[i]) continue;
    const opens = stands && final === i && spoken && hasUser && !hasAssistant;
    if (stops.has(spelling.key) || passes[i]! >= 2 || opens) accepted.push(i);
  }
  if (accepted.length === 0) return false;
  let assistant: number | undefined;
  if (!hasAssistant) {
    // The one that is to speak next answers; else the one that takes turns most.
    if (stands && final !== undefined && accepted.includes(final)) assistant = final;
    else if (hasUser) assistant = [...accepted].sort((a, b) => passes[b]! - passes[a]!)[0];
    else assistant = accepted.find((i) => i !== which[0]);
  }
  for (const i of accepted) {
    roles[i] = i === assistant ? 'assistant' : 'user';
    evidence.push(`"${spellings[i]!.text}:" takes turns with the others`);
  }
  return true;
}

function startsWithUser(
  candidates: Candidates,
  roles: readonly (Speaker | undefined)[],
  shape: Shape,
): boolean {
  const first = shape.turns.find((i) => roles[candidates.which[i]!] !== 'system');
  return first !== undefined && roles[candidates.which[first]!] === 'user';
}

/** Questions and answers are a dialogue where they take turns strictly, with nothing else, and no code, between them. */
function isDialogue(
  text: string,
  candidates: Candidates,
  roles: readonly (Speaker | undefined)[],
  shape: Shape,
): boolean {
  const { spellings, which } = candidates;
  if (
    spellings.some(
      (spelling, i) => roles[i] === undefined && spelling.count > 0 && neverSpeakers.has(spelling.key),
    )
  )
    return false;
  if (!startsWithUser(candidates, roles, shape)) return false;
  if (shape.changes !== shape.users + shape.assistants - 1) return false;
  const short = spellings.some(
    (spelling, i) => roles[i] === 'user' && spelling.key === 'q' && spelling.count > 0,
  );
  if (shape.users < (short ? 1 : 2)) return false;
  return !shape.turns.some(
    (i, t) =>
      roles[which[i]!] === 'assistant' &&
      codeLine.test(contentOf(text, candidates, shape.turns, t).slice(0, 2000)),
  );
}

/** One side alone is a conversation where its label is a strong one and opens the text, or a part of it. */
function standsAlone(
  text: string,
  candidates: Candidates,
  roles: readonly (Speaker | undefined)[],
  shape: Shape,
): boolean {
  const { spellings, which, starts } = candidates;
  const labels = spellings.filter(
    (spelling, i) => spelling.count > 0 && (roles[i] === 'user' || roles[i] === 'assistant'),
  );
  if (labels.some((spelling) => strongSpeaker(spelling.key) === undefined || everydayNames.has(spelling.key)))
    return false;
  if (
    labels.some((spelling) => /^[a-z]/.test(spelling.text)) &&
    !(shape.atStart && labels.length === which.length)
  )
    return false;
  const first = shape.turns.find((i) => roles[which[i]!] !== 'system')!;
  if (shape.assistants > 0) return shape.open === 'assistant' && shape.assistants === 1;
  if (shape.atStart || shape.turns[0] !== first) return true;
  return /(\r\n|\n|\r)[ \t]*(\r\n|\n|\r)[ \t]*$/.test(
    text.slice(Math.max(0, starts[first]! - 80), starts[first]!),
  );
}
