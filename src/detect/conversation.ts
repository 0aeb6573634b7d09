import { type Candidates, Marks } from '../dialect/found.js';
import { labelList, namedLabels } from '../dialect/labels/define.js';
import { compileMatcher } from '../dialect/labels/find.js';
import type { Speaker } from '../dialect/types.js';
import type { SpeakerLabels } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import { closingMark, endOfInk, labelsBehind, type Stretch, startingMarks } from './by-stop.js';
import { findCandidates } from './candidates.js';
import { colonlessForms, type Form } from './colonless.js';
import { type Sight, saysNothing } from './evidence.js';
import { inlineCandidates } from './inline.js';
import { type Judged, judge, type View } from './judge.js';
import { speakerKey } from './names.js';

/** The turns of a text that is a conversation, and how they are marked. */
export interface Conversation extends Judged {
  /** How labels without a colon are written; `colon` for all others. */
  form: Form | 'colon';
  /** Time stamps stand in front of labels. */
  stamps: boolean;
  /** The caller's stop that labels begin with, or ''. */
  labelStart: string;
  /** What the turns of each speaker end in, or ''. */
  ends: Record<Speaker, string>;
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
  const matcher = compileMatcher({ labels: lists, alone: false, inline: false, colon: ':' });
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

type Found = { conversation: Conversation; both: boolean } | undefined;

const noEnds = { system: '', user: '', assistant: '' };

/** The conversation of labels with a colon, on lines or, where those have nothing to say, on one. */
function findPlain(text: string, sight: Sight, hints: Hints, view: View): Found {
  if (saysNothing(sight)) return undefined;
  const found = plain(judge(sight, view));
  if (found?.both) return found;
  const extra = namedLabels(hints.labels);
  for (const stop of hints.stop) {
    const name = labelOf(stop);
    if (name !== undefined) extra.add(name);
  }
  const candidates = inlineCandidates(text, extra, sight.candidates);
  const onOneLine = candidates && plain(judge({ ...sight, candidates }, { ...view, inline: true }));
  return onOneLine?.both ? onOneLine : found;
}

function plain(judged: ReturnType<typeof judge>, how: Partial<Conversation> = {}): Found {
  if (judged === undefined) return undefined;
  const { conversation, both } = judged;
  const form = { form: 'colon' as const, stamps: false, labelStart: '', ends: noEnds };
  return { conversation: { ...conversation, ...form, ...how }, both };
}

/** The conversation whose labels have one of the caller's stops in front of them. */
function findByStop(sight: Sight, hints: Hints, view: View): Found {
  for (const mark of startingMarks(hints.stop)) {
    const labels = labelsBehind(sight.text, mark, sight.candidates);
    if (labels === undefined) continue;
    const { candidates, inline } = labels;
    const found = judge({ ...sight, candidates }, { ...view, inline, marked: true, closed: true });
    if (found !== undefined) return plain(found, { labelStart: mark });
  }
  return undefined;
}

/** Conversations whose labels are known by other marks than a colon at a line's start. */
function findMarked(sight: Sight, stamped: boolean, view: View): Found[] {
  const { text } = sight;
  const found: Found[] = colonlessForms(text).map(({ form, stamps, candidates }) => {
    if (saysNothing({ ...sight, candidates })) return undefined;
    const seen = {
      ...view,
      marked: true,
      closed: form === 'tags',
      inline: form === 'tags',
      colon: '' as const,
    };
    return plain(judge({ ...sight, candidates }, seen), { form, stamps });
  });
  if (stamped) {
    const candidates = findCandidates(text, true);
    found.push(plain(judge({ ...sight, candidates }, { ...view, marked: true }), { stamps: true }));
  }
  return found;
}

/** Where the first turn starts that is not the system's. */
function firstTurn({ candidates: { marks }, roles, turns }: Conversation): number {
  const first = turns.find((i) => roles[marks.which(i)] !== 'system') ?? turns[0];
  return first === undefined ? Number.POSITIVE_INFINITY : marks.start(first);
}

/** The marks that close the turns of each side. */
function endsOf(
  text: string,
  { candidates, roles, turns }: Conversation,
  hints: Hints,
): Record<Speaker, string> {
  const { marks } = candidates;
  function* turnsOf(speaker: Speaker): Generator<Stretch> {
    for (let t = 0; t + 1 < turns.length; t++) {
      const i = turns[t]!;
      if (roles[marks.which(i)] === speaker) yield { start: marks.end(i), end: marks.start(turns[t + 1]!) };
    }
  }
  const endOf = (speaker: Speaker): string => closingMark(text, () => turnsOf(speaker), hints.stop);
  const first = turns[0];
  const preamble = first === undefined ? [] : [{ start: 0, end: marks.start(first) }];
  const bySystem = endOf('system') || closingMark(text, () => preamble, hints.stop);
  return { system: bySystem, user: endOf('user'), assistant: endOf('assistant') };
}

/**
 * Says who speaks in a text, by evidence: names that speakers go by, how they take turns, what stands around them.
 * Undefined where the text is no conversation.
 */
export function findConversation(text: string, hints: Hints): Conversation | undefined {
  const ink = endOfInk(text, hints.stop);
  const { labels } = hints;
  const lines = findCandidates(text);
  const sight = {
    text,
    ink,
    candidates: labels === undefined ? lines : merge(findNamed(text, labels), lines),
  };
  const view: View = {
    forced: namedByLabels(labels),
    stops: namedByStops(hints.stop),
    inline: false,
    marked: false,
    closed: false,
    colon: ':',
  };
  let found = findByStop(sight, hints, view);
  if (found === undefined) {
    found = findPlain(text, sight, hints, view);
    for (const other of findMarked(sight, lines.stamped, view)) {
      if (other === undefined) continue;
      // Of two readings the one that begins first holds the other as content.
      const begins = found === undefined || firstTurn(other.conversation) < firstTurn(found.conversation);
      if (begins || (other.both && !found?.both)) found = other;
    }
  }
  if (found === undefined) return undefined;
  const { conversation } = found;
  return conversation.form === 'tags'
    ? conversation
    : { ...conversation, ends: endsOf(text, conversation, hints) };
}
