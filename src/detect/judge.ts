import type { Candidates } from '../dialect/found.js';
import type { Speaker } from '../dialect/types.js';
import { addCast } from './cast.js';
import {
  endsInCue,
  isData,
  isDialogue,
  isQuoted,
  isSystemAlone,
  type Shape,
  type Sight,
  shapeOf,
  standsAlone,
  startsWithUser,
} from './evidence.js';
import { addIntroduced } from './introduced.js';
import { isQuestion } from './names.js';
import {
  addLastWords,
  addPersonas,
  answerAtOpenLabel,
  giveOpenLabel,
  knownRoles,
  type Personas,
  type Roles,
  uniteCases,
} from './roles.js';

/** The labels of a text that turned out to be speakers'. */
export interface Judged {
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

/** What a caller says of the speakers, and how the candidates were found. */
export interface View {
  /** Speakers that the caller names, by key. */
  forced: ReadonlyMap<string, Speaker>;
  /** The keys of names in the caller's stops. */
  stops: ReadonlySet<string>;
  /** Labels stand in the middle of lines. */
  inline: boolean;
  /** Labels are known by marks of their own and not by a colon at the start of a line; they need both sides to speak. */
  marked: boolean;
  /** Turns stand between marks that nothing else has: tags, or a stop of the caller's. */
  closed: boolean;
  /** What stands behind the names, to be quoted. */
  colon: ':' | '';
}

/** Which speakers there are: by name, by the marks around their names, by how they take turns. */
function castOf(
  sight: Sight,
  { forced, stops, inline }: View,
): { roles: Roles; weak: ReadonlySet<string>; personas: Personas; byMarks: boolean; evidence: string[] } {
  const evidence: string[] = [];
  const { roles, weak } = knownRoles(sight.candidates, forced);
  const byMarks = addCast(sight, roles, { stops, evidence });
  const introduced = !inline && addIntroduced(sight, roles, evidence);
  // With no name that is known, nothing can take turns with it.
  const known = byMarks || stops.size > 0 || roles.some((role) => role !== undefined);
  const personas = known
    ? addPersonas(sight, roles, { stops, evidence, inline })
    : { found: false, byOpenLabel: false };
  if (introduced) Object.assign(personas, { found: true, byOpenLabel: true });
  giveOpenLabel(sight, roles, { forced, stops });
  answerAtOpenLabel(sight, roles);
  addLastWords(sight, roles);
  uniteCases(sight, roles);
  return { roles, weak, personas, byMarks, evidence };
}

/** Is what was found a conversation, and not a part of some other text? */
function holds(
  sight: Sight,
  { roles, weak }: { roles: Roles; weak: ReadonlySet<string> },
  shape: Shape,
  view: View,
  named: boolean,
): boolean {
  const { forced, inline, marked } = view;
  const { spellings } = sight.candidates;
  const both = shape.users > 0 && shape.assistants > 0;
  if (marked && shape.open !== 'assistant') {
    // Chapters and fields may go by such names, too: one exchange is not enough, but between marks that say so.
    const enough = named || shape.changes > 1 || (view.closed && (shape.atStart || shape.turns.length > 2));
    if (!both || !enough) return false;
  }
  if (shape.users + shape.assistants === 0) return !inline && isSystemAlone(sight, shape);
  if (asks(sight, roles) && forced.size === 0 && !isDialogue(sight, roles, shape)) return false;
  if (named) return both || !endsInCue(sight, roles, shape);
  const exchanges = shape.changes > 1 || shape.open === 'assistant';
  if (
    !exchanges &&
    spellings.some(({ key, count }, i) => count > 0 && roles[i] !== undefined && weak.has(key))
  )
    return false;
  if (endsInCue(sight, roles, shape) || isQuoted(sight, shape) || isData(sight, roles, shape)) return false;
  if (!marked && !both && !standsAlone(sight, roles, shape)) return false;
  const plausible = shape.open !== undefined || shape.changes > 1 || shape.atStart;
  return !inline || marked || (both && plausible && startsWithUser(sight, roles, shape));
}

const asks = ({ candidates: { spellings } }: Sight, roles: Roles): boolean =>
  spellings.some(({ key, count }, i) => count > 0 && roles[i] === 'user' && isQuestion(key));

/** Says who speaks in a text whose labels were found; undefined where it is no conversation. */
export function judge(sight: Sight, view: View): { conversation: Judged; both: boolean } | undefined {
  const { candidates } = sight;
  const { spellings } = candidates;
  if (candidates.marks.length === 0) return undefined;
  const { forced, stops, inline } = view;
  const cast = castOf(sight, view);
  const { roles, personas, evidence } = cast;
  if (stops.size === 0 && !roles.some((role) => role !== undefined)) return undefined;
  const named = spellings.some(
    ({ key, count }, i) =>
      count > 0 && roles[i] !== undefined && (forced.has(key) || (stops.has(key) && !isQuestion(key))),
  );
  const shape = shapeOf(sight, roles);
  const both = shape.users > 0 && shape.assistants > 0;
  if (!holds(sight, cast, shape, view, named)) return undefined;

  for (const speaker of ['system', 'user', 'assistant'] as const) {
    const labels = spellings
      .filter(({ count }, i) => count > 0 && roles[i] === speaker)
      .map(({ text }) => `"${text}${view.colon}"`);
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
  if (personas.found || cast.byMarks) confidence -= 0.1;
  if (personas.byOpenLabel) confidence -= 0.1;
  if (asks(sight, roles)) confidence -= 0.1;
  const conversation = {
    candidates,
    ink: sight.ink,
    roles,
    turns: shape.turns,
    inline,
    doubtful: shape.passedOver > 0 || confidence < 0.75,
    confidence: Math.min(0.99, confidence),
    evidence,
  };
  return { conversation, both };
}
