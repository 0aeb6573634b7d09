import { type Candidates, Marks } from '../dialect/found.js';
import { labelList, namedLabels } from '../dialect/labels/define.js';
import { compileMatcher } from '../dialect/labels/find.js';
import type { Speaker } from '../dialect/types.js';
import type { SpeakerLabels } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import { trimEnd } from '../text/space.js';
import { findCandidates } from './candidates.js';
import {
  endsInCue,
  isData,
  isDialogue,
  isQuoted,
  isSystemAlone,
  type Sight,
  saysNothing,
  shapeOf,
  standsAlone,
  startsWithUser,
} from './evidence.js';
import { inlineCandidates } from './inline.js';
import { questionNames, speakerKey } from './names.js';
import { addPersonas, knownRoles } from './roles.js';

/** The labels of a text that turned out to be speakers'. */
export interface Conversation {
  candidates: Candidates;
  /** Behind the last unit of the text that is no white space. */
  ink: number;
  /** The role of each spelling; undefined for what is content. */
  roles: (Speaker | undefined)[];
  /** Indexes into the candidates that open turns, in order. */
  turns: number[];
  inline: boolean;
  /** Something was guessed that a reader should look at. */
  doubtful: boolean;
  confidence: number;
  evidence: string[];
}

interface Hints {
  stop: readonly string[];
  labels: SpeakerLabels | undefined;
}

/** The names in stop sequences such as `" Human:"` and `"\nUser:"`. */
function namedByStops(stop: readonly string[]): Set<string> {
  return new Set(stop.flatMap((text) => labelOf(text) ?? []).map(speakerKey));
}

const labelOf = (stop: string): string | undefined => /^\s*(\S.*?)\s*[:：]\s*$/.exec(stop)?.[1];

function namedByLabels(labels: SpeakerLabels | undefined): Map<string, Speaker> {
  const roles = new Map<string, Speaker>();
  for (const speaker of ['system', 'user', 'assistant'] as const) {
    for (const label of labelList(labels?.[speaker], `labels.${speaker}`)) {
      const key = speakerKey(label);
      if ((roles.get(key) ?? speaker) !== speaker) {
        throw new RolecallError('invalid-argument', `The label "${label}" names two speakers.`, {
          path: `labels.${speaker}`,
        });
      }
      roles.set(key, speaker);
    }
  }
  return roles;
}

/** The caller's own labels, found by the rule that a dialect of them would read them by. */
function findNamed(text: string, labels: SpeakerLabels): Candidates {
  const lists = {
    system: labelList(labels.system),
    user: labelList(labels.user),
    assistant: labelList(labels.assistant),
  };
  const matcher = compileMatcher({ labels: lists, alone: false, inline: false });
  const found = matcher.find(text, '');
  const spellings = matcher.labels.map((label) => ({
    text: label.text,
    key: speakerKey(label.text),
    count: 0,
  }));
  const marks = new Marks();
  for (let i = 0; i < found.length; i++) {
    if (found.slashes(i) > 0) continue;
    spellings[found.which(i)]!.count++;
    marks.add(found.which(i), found.start(i), found.offset(i), 0, found.end(i));
  }
  return { spellings, marks };
}

/** Both in order; where they meet, the caller's own counts. */
function merge(own: Candidates, others: Candidates): Candidates {
  const spellings = [
    ...own.spellings.map((one) => ({ ...one })),
    ...others.spellings.map((one) => ({ ...one })),
  ];
  const marks = new Marks();
  const add = ({ marks: from }: Candidates, i: number, shift: number): void =>
    marks.add(from.which(i) + shift, from.start(i), from.offset(i), 0, from.end(i));
  let j = 0;
  for (let i = 0; i < own.marks.length; i++) {
    for (; j < others.marks.length && others.marks.offset(j) < own.marks.offset(i); j++)
      add(others, j, own.spellings.length);
    if (j < others.marks.length && others.marks.offset(j) === own.marks.offset(i)) {
      spellings[others.marks.which(j) + own.spellings.length]!.count--;
      j++;
    }
    add(own, i, 0);
  }
  for (; j < others.marks.length; j++) add(others, j, own.spellings.length);
  return { spellings, marks };
}

/**
 * Says who speaks in a text, by evidence: names that speakers go by, how they take turns, what stands around them.
 * Undefined where the text is no conversation.
 */
export function findConversation(text: string, hints: Hints): Conversation | undefined {
  const ink = trimEnd(text, 0, text.length);
  const { labels } = hints;
  const lines = findCandidates(text);
  const sight = {
    text,
    ink,
    candidates: labels === undefined ? lines : merge(findNamed(text, labels), lines),
  };
  if (saysNothing(sight)) return undefined;
  const found = judge(sight, hints, false);
  if (found?.both) return found.conversation;
  const extra = namedLabels(labels);
  for (const stop of hints.stop) {
    const name = labelOf(stop);
    if (name !== undefined) extra.add(name);
  }
  const candidates = inlineCandidates(text, extra);
  const onOneLine = candidates && judge({ text, ink, candidates }, hints, true);
  return onOneLine?.both ? onOneLine.conversation : found?.conversation;
}

function judge(
  sight: Sight,
  hints: Hints,
  inline: boolean,
): { conversation: Conversation; both: boolean } | undefined {
  const { candidates } = sight;
  const { spellings } = candidates;
  if (candidates.marks.length === 0) return undefined;
  const forced = namedByLabels(hints.labels);
  const stops = namedByStops(hints.stop);
  const evidence: string[] = [];
  const { roles, weak } = knownRoles(candidates, forced);
  // With no name that is known, nothing can take turns with it.
  if (stops.size === 0 && !roles.some((role) => role !== undefined)) return undefined;
  const personas = addPersonas(sight, roles, { stops, evidence, inline });
  const named = spellings.some(
    ({ key, count }, i) =>
      count > 0 && roles[i] !== undefined && (forced.has(key) || (stops.has(key) && !questionNames.has(key))),
  );
  const shape = shapeOf(sight, roles);
  const both = shape.users > 0 && shape.assistants > 0;
  const asks = spellings.some(
    ({ key, count }, i) => count > 0 && roles[i] === 'user' && questionNames.has(key),
  );

  if (shape.users + shape.assistants === 0) {
    if (inline || !isSystemAlone(sight, shape)) return undefined;
  } else if (asks && forced.size === 0 && !isDialogue(sight, roles, shape)) return undefined;
  else if (!named) {
    const exchanges = shape.changes > 1 || shape.open === 'assistant';
    if (
      !exchanges &&
      spellings.some(({ key, count }, i) => count > 0 && roles[i] !== undefined && weak.has(key))
    )
      return undefined;
    if (endsInCue(sight, shape) || isQuoted(sight, shape) || isData(sight, roles, shape)) return undefined;
    if (!both && !standsAlone(sight, roles, shape)) return undefined;
    const plausible = shape.open !== undefined || shape.changes > 1 || shape.atStart;
    if (inline && !(both && plausible && startsWithUser(sight, roles, shape))) return undefined;
  }

  for (const speaker of ['system', 'user', 'assistant'] as const) {
    const labels = spellings
      .filter(({ count }, i) => count > 0 && roles[i] === speaker)
      .map(({ text }) => `"${text}:"`);
    if (labels.length > 0) evidence.push(`the ${speaker} speaks after ${labels.join(' or ')}`);
  }
  if (shape.changes > 0)
    evidence.push(`the speaker changes ${shape.changes === 1 ? 'once' : `${shape.changes} times`}`);
  if (shape.open !== undefined) evidence.push(`the text ends where the ${shape.open} is to speak`);
  if (shape.passedOver > 0) evidence.push('a label of the system in the middle was read as plain text');
  let confidence = both ? 0.7 : 0.5;
  confidence += Math.min(0.15, 0.05 * shape.changes);
  if (shape.open === 'assistant') confidence += 0.1;
  if (named) confidence += 0.1;
  if (personas.found) confidence -= 0.1;
  if (personas.byOpenLabel) confidence -= 0.1;
  if (asks) confidence -= 0.1;
  const { turns } = shape;
  const doubtful = shape.passedOver > 0 || confidence < 0.75;
  const conversation = {
    candidates,
    ink: sight.ink,
    roles,
    turns,
    inline,
    doubtful,
    confidence: Math.min(0.99, confidence),
    evidence,
  };
  return { conversation, both };
}
