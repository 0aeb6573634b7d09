import type { Speaker } from './dialect.js';
import type { Candidates } from './marks.js';
import { skipSpace } from './space.js';
import { everydayNames, neverSpeakers, strongSpeaker } from './speakers.js';

/** A text, and everything in it that may label a turn. */
export interface Sight {
  text: string;
  /** Behind the last unit that is no white space. */
  ink: number;
  candidates: Candidates;
}

type Roles = readonly (Speaker | undefined)[];

/** What a hypothesis about the speakers of a text is judged by. */
export interface Shape {
  /** Indexes of the candidates that open turns. */
  turns: number[];
  users: number;
  assistants: number;
  /** How often the word passes from one side to the other. */
  changes: number;
  /** The role whose label stands at the very end with nothing after it. */
  open: Speaker | undefined;
  /** Nothing stands before the first label but white space and a BOM. */
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

/** A blank line stands right before the end of the text. */
const blankLineAtEnd = /(\r\n|\n|\r)[ \t]*(\r\n|\n|\r)[ \t]*$/;
const tail = (text: string, end: number): string => text.slice(Math.max(0, end - 80), end);

export function shapeOf({ text, ink, candidates: { marks } }: Sight, roles: Roles): Shape {
  const turns: number[] = [];
  let users = 0;
  let assistants = 0;
  let changes = 0;
  let last: Speaker | undefined;
  for (let i = 0; i < marks.length; i++) {
    const role = roles[marks.which(i)];
    if (role === undefined) continue;
    // A system label counts where the system speaks: before the first of the others.
    if (role === 'system' && users + assistants > 0) continue;
    turns.push(i);
    if (role === 'system') continue;
    if (role === 'user') users++;
    else assistants++;
    if (last !== undefined && last !== role) changes++;
    last = role;
  }
  const first = turns[0];
  const final = turns.at(-1);
  const textStart = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return {
    turns,
    users,
    assistants,
    changes,
    open: final !== undefined && marks.end(final) >= ink ? roles[marks.which(final)] : undefined,
    atStart: first !== undefined && skipSpace(text, textStart, marks.start(first)) >= marks.start(first),
  };
}

/** Labels, and nothing that anybody says: no conversation to go on with. */
export function saysNothing({ text, ink, candidates: { marks } }: Sight): boolean {
  if (marks.length === 0) return false;
  const textStart = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (skipSpace(text, textStart, marks.start(0)) < marks.start(0)) return false;
  const final = marks.length - 1;
  for (let i = 0; i < final; i++) {
    const next = marks.start(i + 1);
    if (skipSpace(text, marks.end(i), next) < next) return false;
  }
  return marks.end(final) >= ink;
}

/** Does a label that is no speaker's stand open at the very end, as the cue of a task (`Summary:`)? */
export function endsInCue({ text, ink, candidates: { marks, spellings } }: Sight, { turns }: Shape): boolean {
  const final = marks.length - 1;
  if (final < 0 || turns.at(-1) === final || marks.end(final) < ink) return false;
  return (
    neverSpeakers.has(spellings[marks.which(final)]!.key) ||
    blankLineAtEnd.test(tail(text, marks.start(final)))
  );
}

/** Is the conversation an object of the task in front of it, and not one to go on with? */
export function isQuoted({ text, candidates: { marks } }: Sight, { turns, open }: Shape): boolean {
  const first = turns[0];
  if (first === undefined || open === 'assistant') return false;
  const preamble = text.slice(Math.max(0, marks.start(first) - 2000), marks.start(first));
  return talk.test(preamble) && quotesTalk.test(preamble) && !chatsOn.test(preamble);
}

/** Lines of `key: value` under many keys, none of them said twice: data that happens to have a `user` in it. */
export function isData(
  { text, candidates: { marks, spellings } }: Sight,
  roles: Roles,
  { turns, changes }: Shape,
): boolean {
  const others = spellings.filter(({ count }, i) => count > 0 && roles[i] === undefined).length;
  if (others < 1 || changes > 1) return false;
  const lines = text
    .slice(0, 20_000)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '').length;
  return lines > 2 && marks.length / lines > 0.6 && others >= turns.length;
}

export function startsWithUser({ candidates: { marks } }: Sight, roles: Roles, { turns }: Shape): boolean {
  const first = turns.find((i) => roles[marks.which(i)] !== 'system');
  return first !== undefined && roles[marks.which(first)] === 'user';
}

/** Questions and answers are a dialogue where they take turns strictly, with nothing else, and no code, between them. */
export function isDialogue(sight: Sight, roles: Roles, shape: Shape): boolean {
  const { text, candidates } = sight;
  const { marks, spellings } = candidates;
  if (spellings.some(({ key, count }, i) => count > 0 && roles[i] === undefined && neverSpeakers.has(key)))
    return false;
  if (!startsWithUser(sight, roles, shape) || shape.changes !== shape.users + shape.assistants - 1)
    return false;
  const short = spellings.some(({ key, count }, i) => count > 0 && roles[i] === 'user' && key === 'q');
  if (shape.users < (short ? 1 : 2)) return false;
  return !shape.turns.some((i, t) => {
    if (roles[marks.which(i)] !== 'assistant') return false;
    const next = shape.turns[t + 1];
    const end = Math.min(marks.end(i) + 2000, next === undefined ? text.length : marks.start(next));
    return codeLine.test(text.slice(marks.end(i), end));
  });
}

/** One side alone is a conversation where its label is a strong one and opens the text, or a part of it. */
export function standsAlone(
  { text, candidates: { marks, spellings } }: Sight,
  roles: Roles,
  shape: Shape,
): boolean {
  const labels = spellings.filter(
    ({ count }, i) => count > 0 && (roles[i] === 'user' || roles[i] === 'assistant'),
  );
  if (labels.some(({ key }) => strongSpeaker(key) === undefined || everydayNames.has(key))) return false;
  if (labels.some((label) => /^[a-z]/.test(label.text)) && !(shape.atStart && labels.length === marks.length))
    return false;
  const first = shape.turns.find((i) => roles[marks.which(i)] !== 'system')!;
  if (shape.assistants > 0) return shape.open === 'assistant' && shape.assistants === 1;
  return shape.atStart || shape.turns[0] !== first || blankLineAtEnd.test(tail(text, marks.start(first)));
}
