import { findCandidates } from './candidates.js';
import { labelList, type Speaker } from './dialect.js';
import { inlineCandidates } from './inline.js';
import type { Candidates } from './marks.js';
import { addPersonas, knownRoles } from './roles.js';
import { trimEnd } from './space.js';
import { questionNames, speakerKey } from './speakers.js';
import type { SpeakerLabels } from './types.js';
import {
  endsInCue,
  isData,
  isDialogue,
  isQuoted,
  type Sight,
  saysNothing,
  shapeOf,
  standsAlone,
  startsWithUser,
} from './vetoes.js';

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
  confidence: number;
  evidence: string[];
}

interface Hints {
  stop: readonly string[];
  labels: SpeakerLabels | undefined;
}

/** The names in stop sequences such as `" Human:"` and `"\nUser:"`. */
function namedByStops(stop: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const text of stop) {
    const label = /^\s*(\S.*?)\s*[:：]\s*$/.exec(text)?.[1];
    if (label !== undefined) names.add(speakerKey(label));
  }
  return names;
}

function namedByLabels(labels: SpeakerLabels | undefined): Map<string, Speaker> {
  const roles = new Map<string, Speaker>();
  for (const speaker of ['system', 'user', 'assistant'] as const) {
    for (const label of labelList(labels?.[speaker])) roles.set(speakerKey(label), speaker);
  }
  return roles;
}

/**
 * Says who speaks in a text, by evidence: names that speakers go by, how they take turns, what stands around them.
 * Undefined where the text is no conversation.
 */
export function findConversation(text: string, hints: Hints): Conversation | undefined {
  const ink = trimEnd(text, 0, text.length);
  const sight = { text, ink, candidates: findCandidates(text) };
  if (saysNothing(sight)) return undefined;
  const found = judge(sight, hints, false);
  if (found?.both) return found.conversation;
  const candidates = inlineCandidates(text);
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
  const roles = knownRoles(candidates, forced);
  // With no name that is known, nothing can take turns with it.
  if (stops.size === 0 && !roles.some((role) => role === 'user' || role === 'assistant')) return undefined;
  const personas = addPersonas(sight, roles, { stops, evidence, inline });
  const named = spellings.some(
    ({ key, count }, i) =>
      count > 0 && roles[i] !== undefined && (forced.has(key) || (stops.has(key) && !questionNames.has(key))),
  );
  const shape = shapeOf(sight, roles);
  if (shape.users + shape.assistants === 0) return undefined;
  const both = shape.users > 0 && shape.assistants > 0;
  const asks = spellings.some(
    ({ key, count }, i) => count > 0 && roles[i] === 'user' && questionNames.has(key),
  );

  if (asks && !forced.size && !isDialogue(sight, roles, shape)) return undefined;
  if (!named) {
    if (endsInCue(sight, shape) || isQuoted(sight, shape) || isData(sight, roles, shape)) return undefined;
    if (!both && !standsAlone(sight, roles, shape)) return undefined;
    const plausible = shape.open !== undefined || shape.changes > 1 || shape.atStart;
    if (inline && !(both && plausible && startsWithUser(sight, roles, shape))) return undefined;
  }

  for (const speaker of ['system', 'user', 'assistant'] as const) {
    const labels = spellings
      .filter(({ count }, i) => count > 0 && roles[i] === speaker)
      .map(({ text }) => `"${text}:"`);
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
  if (asks) confidence -= 0.1;
  const conversation = {
    candidates,
    ink: sight.ink,
    roles,
    turns: shape.turns,
    inline,
    confidence: Math.min(0.99, confidence),
    evidence,
  };
  return { conversation, both };
}
