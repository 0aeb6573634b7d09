import type { Candidates } from '../dialect/found.js';
import type { Speaker } from '../dialect/types.js';
import { endsWithBlankLine, skipSpace, textStart } from '../text/space.js';
import { everydayNames, neverSpeaks, strongSpeaker } from './names.js';

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
  /** System labels in mid-conversation that were taken for content. */
  passedOver: number;
}

/** A task that starts a sentence: "Summarize …", "Please turn …", "Write down …". */
const task =
  /(?:^|[.!?:]\s+|[\r\n]\s*)(?:please |now |then |your task is to |you will |i want you to |can you |could you )?(?:summari[sz]e|extract|classify|categori[sz]e|translate|rewrite|rephrase|analy[sz]e|paraphrase|identify|determine|decide|detect|convert|turn|proofread|fix|correct|evaluate|rate|score|grade|label|tag|list|find|write|generate|create|produce|count|explain|describe|judge|tell me|answer the following|given|from the|based on|what|who|which|is the|does the|did the)\b/i;
const talk =
  /\b(?:conversations?|dialog(?:ue)?s?|transcripts?|chats?|chat ?logs?|exchanges?|messages?|discussions?|interviews?|calls?|threads?|emails?|meetings?|lines?)\b/i;
const chatsOn =
  /\b(?:you are|continue|respond|reply|act as|pretend|plays?|roleplay|chat with|talk to|assistant helps)\b/i;
const above = /\b(?:above|conversations?|dialog(?:ue)?s?|transcripts?|discussions?|exchange|chat)\b/i;
const code =
  /^\s*(?:```|def \w|class \w+[:({]|import [\w{*]|from \S+ import |function |const |let \w+\s*=|var \w+\s*=|return [\w"'[({]|#include|public |private |<\?php|<[a-z]+[ >]|(?:git|ls|cd|npm|pip|docker|sudo|curl|grep|mkdir|chmod|kubectl|apt|brew|sed|awk) [-\w./"']|(?:for|while|if|with) .*:\s*$|[\w.]+\([^)]*\)(?:\.\w+\([^)]*\))*;?\s*$|\\\S+\s*$)|[;{}]\s*$|=>|\bprint\(|console\.log|\b(?:SELECT|select)\b[^.?!]*\b(?:FROM|from)\b|\b(?:INSERT INTO|insert into|UPDATE \w+ SET|CREATE TABLE|create table)\b|\w\.\w+\([^)]*\)\s*$/m;

export function shapeOf({ text, ink, candidates: { marks } }: Sight, roles: Roles): Shape {
  const turns: number[] = [];
  let users = 0;
  let assistants = 0;
  let changes = 0;
  let last: Speaker | undefined;
  let passedOver = 0;
  for (let i = 0; i < marks.length; i++) {
    const role = roles[marks.which(i)];
    if (role === undefined) continue;
    if (role === 'system') {
      // The system speaks first; later its label counts in a prompt that has labelled it before.
      const first = turns[0];
      if (users + assistants === 0 || (first !== undefined && roles[marks.which(first)] === 'system'))
        turns.push(i);
      else passedOver++;
      continue;
    }
    turns.push(i);
    if (role === 'user') users++;
    else assistants++;
    if (last !== undefined && last !== role) changes++;
    last = role;
  }
  const first = turns[0];
  const final = turns.at(-1);
  return {
    turns,
    users,
    assistants,
    changes,
    passedOver,
    open: final !== undefined && marks.end(final) >= ink ? roles[marks.which(final)] : undefined,
    atStart:
      first !== undefined && skipSpace(text, textStart(text), marks.start(first)) >= marks.start(first),
  };
}

/** Labels, and nothing that anybody says: no conversation to go on with. */
export function saysNothing({ text, ink, candidates: { marks } }: Sight): boolean {
  if (marks.length === 0) return false;
  if (skipSpace(text, textStart(text), marks.start(0)) < marks.start(0)) return false;
  const final = marks.length - 1;
  for (let i = 0; i < final; i++) {
    const next = marks.start(i + 1);
    if (skipSpace(text, marks.end(i), next) < next) return false;
  }
  return marks.end(final) >= ink;
}

/** What an agent writes in its turn, and goes on with. */
const steps = /^(?:thought|action|action input|observation|final answer)$/;

/** Does a label that is no speaker's stand open at the very end, as the cue of a task (`Summary:`)? */
export function endsInCue(
  { text, ink, candidates: { marks, spellings } }: Sight,
  roles: Roles,
  { turns }: Shape,
): boolean {
  const final = marks.length - 1;
  if (final < 0 || turns.at(-1) === final || marks.end(final) < ink) return false;
  const { key } = spellings[marks.which(final)]!;
  if (steps.test(key) && roles[marks.which(turns.at(-1)!)] === 'assistant') return false;
  // `Updated summary:` is one as `Summary:` is.
  const cue = neverSpeaks(key) || neverSpeaks(key.slice(key.lastIndexOf(' ') + 1));
  return cue || endsWithBlankLine(text, 0, marks.start(final));
}

/** Is the conversation an object of the task before or behind it, and not one to go on with? */
export function isQuoted(
  { text, ink, candidates: { marks, spellings } }: Sight,
  { turns, open }: Shape,
): boolean {
  const first = turns[0];
  if (first === undefined || open === 'assistant') return false;
  const preamble = text.slice(Math.max(0, marks.start(first) - 2000), marks.start(first));
  if (talk.test(preamble) && task.test(preamble) && !chatsOn.test(preamble)) return true;
  // A string that code has opened, and not closed.
  if (preamble.split('"""').length % 2 === 0 || preamble.split("'''").length % 2 === 0) return true;
  // Code that ends on the line before: the labels are words of its strings.
  if (codeLine.test(lastLine(preamble))) return true;
  if (open !== undefined) return false;
  // The last paragraph, if no label stands in it.
  const end = marks.end(turns[turns.length - 1]!);
  const last = text.slice(Math.max(end, ink - 500), ink);
  const paragraph = /(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)([^\r\n]+)$/.exec(last)?.[1];
  if (paragraph === undefined || !(task.test(paragraph) || /[?:]$/.test(paragraph))) return false;
  if (above.test(paragraph)) return true;
  // Who is asked to do something speaks of no speaker as of somebody else.
  const lower = paragraph.toLowerCase();
  return turns.slice(0, 20).some((i) => lower.includes(`the ${spellings[marks.which(i)]!.key}`));
}

/** The line right in front of a text's end, without its line end; '' where it is blank. */
const lastLine = (text: string): string =>
  /([^\r\n]*)(?:\r\n|\n|\r)?[ \t]*$/.exec(text.slice(-300))?.[1] ?? '';

const codeLine =
  /(?:["'`]{3}|[{;([]|=>)[ \t]*$|^[ \t]*(?:const|let|var|def|class|function|async) \w.*[:=({]$/;

/** The first words behind a label that are a field's: code, a record of `:`, an entry of a list. */
const field = /^\s*(?:[^\r\n]*[,;{}](?=\s*(?:[\r\n]|$))|[^\s:]*:\S*(?=\s*(?:[\r\n]|$))|\w+ = )/;
/** A number, a score, a time. */
const number = /^\s*[-+#$€£]?\d[\d.,:/%\s-]*$/;
const subtitle = /^\d\d:\d\d(?::\d\d)?[.,]\d{3} --> \d/m;
/** What a word means, and not what somebody says: `a person who …`. */
const meaning = /^\s*(?:an?|any|one|somebody|someone|something|the) \S/;

/** Lines of `key: value` under many keys, fields of code, or what words mean: data that happens to have a `user` in it. */
export function isData(
  sight: Sight,
  roles: Roles,
  { turns, changes, open, passedOver, users, assistants }: Shape,
): boolean {
  if (open === 'assistant') return false;
  const {
    text,
    ink,
    candidates: { marks, spellings },
  } = sight;
  const said = turns.slice(0, 50).map((i, t) => {
    const next = turns[t + 1];
    const limit = Math.min(marks.end(i) + 200, next === undefined ? ink : marks.start(next));
    return text.slice(marks.end(i), limit);
  });
  const all = (pattern: RegExp): boolean => said.every((content) => pattern.test(content));
  const several = said.length > 1 && (all(field) || all(number));
  if (several || (marks.length > 1 && changes < 2 && all(meaning)) || isNested(sight, turns)) return true;
  if (subtitle.test(text.slice(0, 2000))) return true;
  const unknown = spellings.filter(
    ({ key, count }, i) => count > 0 && roles[i] === undefined && !steps.test(key),
  ).length;
  const others = unknown + (unknown > 0 ? passedOver : 0);
  if (others >= turns.length && changesDepth(sight, turns)) return true;
  if (others < 1 || changes > 1) return false;
  const lines = text
    .slice(0, 20_000)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '').length;
  if (lines <= 2 || marks.length / lines < 0.5) return false;
  if (users > 0 && assistants > 0 && !said.some((content) => /[.?!…。？！][\s"')]*$/.test(content)))
    return true;
  return marks.length / lines > 0.6 && others >= turns.length;
}

/** Labels at different depths. The first line of a prompt may have lost its indent. */
function changesDepth({ candidates: { marks } }: Sight, turns: readonly number[]): boolean {
  const depth = (i: number): number => marks.offset(i) - marks.start(i);
  const depths = turns.map(depth);
  if (depths[0] === 0) depths.shift();
  return turns.length > 2 && depths.some((one) => one !== depths[0]);
}

/** Keys in lower case at different depths, as in YAML. */
const isNested = (sight: Sight, turns: readonly number[]): boolean =>
  turns.every((i) => /^[a-z]/.test(sight.candidates.spellings[sight.candidates.marks.which(i)]!.text)) &&
  changesDepth(sight, turns);

export function startsWithUser({ candidates: { marks } }: Sight, roles: Roles, { turns }: Shape): boolean {
  const first = turns.find((i) => roles[marks.which(i)] !== 'system');
  return first !== undefined && roles[marks.which(first)] === 'user';
}

/** Questions and answers are a dialogue where they take turns strictly, with nothing else, and no code, between them. */
export function isDialogue(sight: Sight, roles: Roles, shape: Shape): boolean {
  const { text, candidates } = sight;
  const { marks, spellings } = candidates;
  if (spellings.some(({ key, count }, i) => count > 0 && roles[i] === undefined && neverSpeaks(key)))
    return false;
  if (!startsWithUser(sight, roles, shape) || shape.changes !== shape.users + shape.assistants - 1)
    return false;
  // `Q:`, and headings of the kind that Alpaca's are: `### Question:`.
  const short = spellings.some(
    ({ key, text: label, count }, i) =>
      count > 0 &&
      roles[i] === 'user' &&
      (/^q\d*$/.test(key) ||
        label.startsWith('#') ||
        (shape.open === 'assistant' && /^\p{L}\d*$/u.test(key))),
  );
  if (shape.users < (short ? 1 : 2)) return false;
  const last = shape.turns.at(-1)!;
  // Answers that are all given, and a line or a paragraph behind them: nothing is left to say.
  if (shape.open === undefined && roles[marks.which(last)] === 'assistant' && shape.users > 1) {
    if (/[\r\n]$|(?:\r\n|\n|\r)[ \t]*[\r\n]/.test(text.slice(Math.max(marks.end(last), text.length - 500))))
      return false;
  }
  return !shape.turns.some((i, t) => {
    const next = shape.turns[t + 1];
    const end = Math.min(marks.end(i) + 2000, next === undefined ? text.length : marks.start(next));
    const said = text.slice(marks.end(i), end);
    return roles[marks.which(i)] === 'assistant' ? code.test(said) : /^[ \t]*```/m.test(said);
  });
}

/** A system label alone at the start of a text: what rendering a lone system message gives. */
export function isSystemAlone(
  { candidates: { marks, spellings } }: Sight,
  { turns, atStart }: Shape,
): boolean {
  return (
    atStart &&
    turns.length === 1 &&
    marks.length === 1 &&
    /^[\p{Lu}\p{Lo}]/u.test(spellings[marks.which(0)]!.text)
  );
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
  if (
    labels.some((label) => /^[a-z]/.test(label.text)) &&
    !(shape.atStart && shape.turns.length === marks.length)
  )
    return false;
  const first = shape.turns.find((i) => roles[marks.which(i)] !== 'system')!;
  if (shape.assistants > 0) return shape.open === 'assistant' && shape.assistants === 1;
  return shape.atStart || shape.turns[0] !== first || endsWithBlankLine(text, 0, marks.start(first));
}
