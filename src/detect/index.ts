import { Marks } from '../dialect/found.js';
import { endOfTurn } from '../dialect/labels/complete.js';
import { caseless, defineLabels } from '../dialect/labels/define.js';
import { standsAlone } from '../dialect/labels/table.js';
import type { Found } from '../dialect/syntax.js';
import type { Dialect, LabelDialect, Speaker } from '../dialect/types.js';
import type { SpeakerLabels } from '../dialect/write-options.js';
import type { Warning } from '../errors.js';
import { type DialectName, dialects } from '../formats/index.generated.js';
import { endsWithBlankLine, skipSpace } from '../text/space.js';
import { markerReadings } from './control-marks.js';
import { type Conversation, findConversation } from './conversation.js';
import { isQuestion, lastWords } from './names.js';

/** One reading of a text, with what speaks for it. */
export interface Detection {
  /** A built-in dialect's name, or a dialect made for this text; either can be passed on as `dialect`. */
  dialect: DialectName | Dialect;
  /** 0 to 1. Evidence, not proof: content may look like turns, and turns like content. */
  confidence: number;
  evidence: string[];
}

/** What `auto` decided to read a text as. */
export interface Reading extends Detection {
  /** The labels that were judged to open turns, where there are any. */
  found: Found | undefined;
  warnings: Warning[];
}

/** How the turns of a text are laid out. */
interface Layout {
  inline: boolean;
  /** Labels mostly stand alone on their lines. */
  alone: boolean;
  /** Turns are mostly set apart by a blank line. */
  blankLines: boolean;
  wideColon: boolean;
  /** The colon is mostly followed by a space. */
  spaced: boolean;
}

const speakers: readonly Speaker[] = ['system', 'user', 'assistant'];

/** A text is laid out as its first turns are. */
const MOST_LOOKED_AT = 24;

function layoutOf(text: string, { candidates, turns, inline, ink }: Conversation): Layout {
  let alone = 0;
  let filled = 0;
  let blankLines = 0;
  let wide = 0;
  let spaced = 0;
  const most = Math.min(turns.length, MOST_LOOKED_AT);
  for (let t = 0; t < most; t++) {
    const end = candidates.marks.end(turns[t]!);
    const next = turns[t + 1];
    const limit = next === undefined ? text.length : candidates.marks.start(next);
    const inked = end < ink && skipSpace(text, end, limit) < limit;
    const content = text.slice(end, Math.min(limit, end + 80));
    if (text.slice(candidates.marks.offset(turns[t]!), end).includes('：')) wide++;
    if (inked) {
      filled++;
      if (/^[ \t]*[\r\n]/.test(content)) alone++;
      if (/^[ \t]/.test(content)) spaced++;
    }
    if (next !== undefined && endsWithBlankLine(text, end, limit)) blankLines++;
  }
  const colons = Math.max(1, most);
  return {
    inline,
    alone: filled > 0 && alone * 2 > filled,
    blankLines: turns.length > 1 && blankLines * 2 > most - 1,
    wideColon: wide * 2 > colons,
    spaced: spaced * 2 >= filled,
  };
}

/** The spellings that open turns, in the order in which they first do. */
function spellingsOf({ candidates: { marks, spellings }, turns }: Conversation): number[] {
  const seen = new Uint8Array(spellings.length);
  const used: number[] = [];
  for (const i of turns) {
    const s = marks.which(i);
    if (seen[s] === 0) used.push(s);
    seen[s] = 1;
  }
  return used;
}

/** The labels of a conversation as they are spelled, by speaker, each once. */
function labelsOf({ roles, candidates }: Conversation, used: readonly number[]): Record<Speaker, string[]> {
  const labels: Record<Speaker, string[]> = { system: [], user: [], assistant: [] };
  for (const s of used) {
    const role = roles[s];
    if (role !== undefined) labels[role].push(candidates.spellings[s]!.text);
  }
  return labels;
}

function fits(
  { dialect, lower }: Known,
  labels: Record<Speaker, string[]>,
  layout: Layout,
  lead: string,
  ends: Record<Speaker, string>,
): boolean {
  if (layout.inline && !dialect.inline) return false;
  if (speakers.some((speaker) => ends[speaker] !== '' && ends[speaker] !== endOfTurn(dialect, speaker)))
    return false;
  // Inline labels count in their one spelling.
  if (
    dialect.inline &&
    speakers.some((speaker) => labels[speaker].some((label) => !dialect.labels[speaker].includes(label)))
  )
    return false;
  if (dialect.alone && !layout.alone) return false;
  if (dialect.lead === '\n\n' && !layout.blankLines && !/^\s*[\r\n]\s*[\r\n]/.test(lead)) return false;
  return speakers.every((speaker) =>
    labels[speaker].every((label) => lower[speaker].has(label.toLowerCase())),
  );
}

/** The more a dialect says of the layout, the further in front it stands when it fits. */
const weight = (dialect: LabelDialect): number =>
  (dialect.alone ? 4 : 0) +
  (dialect.lead === '' ? 0 : 2) +
  (dialect.inline ? 2 : 0) +
  (dialect.gap === '\n' ? 1 : 0);

/** A built-in dialect of labels, with its labels in lower case. */
interface Known {
  name: DialectName;
  dialect: LabelDialect;
  lower: Record<Speaker, ReadonlySet<string>>;
}

let known: readonly Known[] | undefined;

/** The built-in dialects of labels, the first to be tried in front; made once, since every text that is read asks all of them. */
function knownDialects(): readonly Known[] {
  known ??= Object.entries(dialects)
    .flatMap(([name, dialect]: [string, Dialect]): Known[] => {
      if (dialect.kind !== 'labels') return [];
      const lower = (speaker: Speaker): ReadonlySet<string> =>
        new Set(dialect.labels[speaker].map((label) => label.toLowerCase()));
      const sets = { system: lower('system'), user: lower('user'), assistant: lower('assistant') };
      return [{ name: name as DialectName, dialect, lower: sets }];
    })
    .sort((a, b) => weight(b.dialect) - weight(a.dialect));
  return known;
}

/** A name as a label of the kind that the text has: `System`, `## SYSTEM`, `<system>`, `||>System`. */
function labelLike(name: string, label: string | undefined, { form, labelStart }: Conversation): string {
  if (label === undefined) return name;
  if (form === 'colon' && !label.startsWith('@')) return labelStart + name;
  const own = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/u.exec(label)?.[0] ?? label;
  const cased =
    own === own.toUpperCase() ? name.toUpperCase() : own === own.toLowerCase() ? name.toLowerCase() : name;
  return label.replace(own, () => cased);
}

/** What stands between a closing mark and the next label, or between two turns. */
function separatorOf(
  text: string,
  { candidates: { marks }, turns }: Conversation,
  layout: Layout,
): Separator {
  const next = turns[1];
  const before = next === undefined ? ' ' : text.charAt(marks.start(next) - 1);
  if (!layout.inline) return layout.blankLines ? '\n\n' : '\n';
  if (/[\r\n]/.test(before)) return layout.blankLines ? '\n\n' : '\n';
  return /[ \t]/.test(before) ? ' ' : '';
}

type Separator = LabelDialect['separator'];

/** The closing marks of tags: `</user>` of `<user>`, on lines of their own where the text has them there. */
function tagEnds(
  text: string,
  { candidates: { marks }, turns }: Conversation,
  labels: Record<Speaker, readonly string[]>,
): Record<Speaker, string> {
  const [first] = turns;
  const end = first === undefined ? -1 : text.indexOf('</', marks.end(first));
  const lineBreak = /[\r\n]/.test(text.charAt(end - 1)) ? '\n' : '';
  const close = (speaker: Speaker): string => lineBreak + (labels[speaker][0] ?? '').replace('<', '</');
  return { system: close('system'), user: close('user'), assistant: close('assistant') };
}

function madeFor(
  text: string,
  conversation: Conversation,
  labels: Record<Speaker, string[]>,
  layout: Layout,
  named: boolean,
): LabelDialect {
  const { form, stamps, labelStart } = conversation;
  const taken = [...labels.user, ...labels.assistant].map((label) => label.toLowerCase());
  // A label of the kind that most have goes in front, since the first one is written.
  const marked = (list: readonly string[]): string[] =>
    [...list].sort((a, b) => Number(b.startsWith(labelStart)) - Number(a.startsWith(labelStart)));
  const model = [...marked(labels.user), ...marked(labels.assistant)][0];
  const standIn = (speaker: Speaker, ...names: string[]): string[] => {
    if (labels[speaker].length > 0) return marked(labels[speaker]);
    const free = names.map((name) => labelLike(name, model, conversation));
    return free.filter((label) => !taken.includes(label.toLowerCase())).slice(0, 1);
  };
  const own = {
    system: standIn('system', 'System'),
    user: standIn('user', 'User', 'Human'),
    assistant: standIn('assistant', 'Assistant', 'AI'),
  };
  const ends = form === 'tags' ? tagEnds(text, conversation, own) : conversation.ends;
  const marks = [...new Set([labelStart, ends.assistant.trim(), ends.user.trim()])].filter(
    (mark) => mark !== '',
  );
  const inline = layout.inline;
  return defineLabels({
    name: 'labels',
    labels: own,
    colon: form !== 'colon' ? '' : layout.wideColon ? '：' : ':',
    inline,
    alone: form === 'headings',
    gap:
      form === 'headings' || (layout.alone && (!inline || form !== 'colon'))
        ? '\n'
        : layout.spaced
          ? ' '
          : '',
    separator:
      form === 'colon' && labelStart === '' && inline ? ' ' : separatorOf(text, conversation, layout),
    systemEnd: ends.system,
    userEnd: ends.user,
    assistantEnd: ends.assistant,
    labelStart,
    ...(marks.length > 0 && form !== 'tags' ? { stop: marks } : {}),
    ...(stamps ? { stamps } : {}),
    ...(named ? { named: true } : {}),
    ...(form === 'tags' && labels.system.length > 0 ? { systemPlacement: 'label' as const } : {}),
  });
}

/** ChatGLM counts its rounds on lines of their own, `[Round 2]`, which belong to the turn behind them. */
function roundStart(text: string, start: number): number {
  const heading = /(?:^|[\r\n])(\[Round \d+\][ \t]*(?:\r\n|\n|\r){1,2})$/.exec(
    text.slice(Math.max(0, start - 24), start),
  );
  return heading === null ? start : start - heading[1]!.length;
}

/** The candidates that open turns; only those alone on their lines, where the dialect reads no others. */
function foundIn(
  text: string,
  { candidates, roles, turns, ink }: Conversation,
  used: readonly number[],
  { alone, inline }: { alone: boolean; inline: boolean },
): Found {
  const { marks, spellings } = candidates;
  const chosen = new Marks();
  const rounds = text.includes('[Round ');
  for (const i of turns) {
    if (alone && !standsAlone(text, marks.end(i))) continue;
    chosen.add(
      marks.which(i),
      rounds ? roundStart(text, marks.start(i)) : marks.start(i),
      marks.offset(i),
      0,
      marks.end(i),
    );
  }
  // Of spellings that differ in case the first names the speaker, as it does in a dialect's list. In the middle of lines
  // labels count in their exact spelling, so each is a name of its own.
  const names = new Map<string, string>();
  for (const i of used) {
    const { text: name } = spellings[i]!;
    if (!names.has(caseless(name))) names.set(caseless(name), name);
  }
  const labels = spellings.map(({ text: name }, i) => ({
    text: inline ? name : (names.get(caseless(name)) ?? name),
    speaker: roles[i] ?? 'user',
  }));
  return { marks: chosen, labels, ink };
}

/** Labels that no built-in dialect has. */
const isSpecial = ({ form, stamps, labelStart }: Conversation): boolean =>
  form !== 'colon' || stamps || labelStart !== '';

function readConversation(text: string, conversation: Conversation): Reading[] {
  const { candidates, roles, turns, evidence, confidence } = conversation;
  const used = spellingsOf(conversation);
  const labels = labelsOf(conversation, used);
  const layout = layoutOf(text, conversation);
  const users = used.filter((i) => roles[i] === 'user').map((i) => candidates.spellings[i]!.key);
  const userKeys = new Set(
    users.flatMap((key) => (lastWords.has(key) ? [] : isQuestion(key) ? 'question' : key)),
  );
  const named = userKeys.size > 1;
  const warnings: Warning[] = [];
  if (named) {
    const names = [...labels.user].map((label) => `"${label}"`).join(', ');
    const message = `There are more than two speakers: ${names} are user messages that keep their names.`;
    warnings.push({ code: 'many-speakers', path: '', message, severity: 'info' });
  }
  if (conversation.doubtful) {
    const message = `The speakers were guessed: ${evidence.join('; ')}. Name the dialect to be sure.`;
    const at = turns[0] === undefined ? '' : `text[${candidates.marks.offset(turns[0])}]`;
    warnings.push({ code: 'ambiguous-label', path: at, message, severity: 'info' });
  }
  const found = foundIn(text, conversation, used, { alone: false, inline: layout.inline });
  const lead = text.slice(0, candidates.marks.start(turns[0] ?? 0));
  const fitting =
    named || isSpecial(conversation)
      ? []
      : knownDialects().filter((one) => fits(one, labels, layout, lead, conversation.ends));
  const readings = fitting.map(
    ({ name, dialect }, i): Reading => ({
      dialect: name,
      confidence: confidence * 0.9 ** i,
      evidence,
      found: dialect.alone
        ? foundIn(text, conversation, used, { alone: true, inline: layout.inline })
        : found,
      warnings,
    }),
  );
  return readings.length > 0
    ? readings
    : [
        {
          dialect: madeFor(text, conversation, labels, layout, named),
          confidence,
          evidence,
          found,
          warnings,
        },
      ];
}

/** What a caller knows of the speakers. */
export interface DetectOptions {
  /** The stop sequences that the prompt was sent with: they name speakers (`" Human:"`). */
  stop?: readonly string[] | string | undefined;
  /** Speakers of this prompt that no dialect knows (`{assistant: 'Marv'}`). */
  labels?: SpeakerLabels | undefined;
}

/** Every way to read a text as a conversation, the likeliest first; empty where it is none. */
export function readings(text: string, options: DetectOptions = {}): Reading[] {
  const stop = typeof options.stop === 'string' ? [options.stop] : (options.stop ?? []);
  const marked = markerReadings(text).map(
    (reading): Reading => ({ ...reading, found: undefined, warnings: [] }),
  );
  // Between control tokens a colon is content.
  if (marked.length > 0) return marked;
  const conversation = findConversation(text, { stop, labels: options.labels });
  return conversation === undefined ? [] : readConversation(text, conversation);
}

/**
 * The dialects that a text may be written in, ranked, with the evidence for each. Empty: the text is no conversation.
 * `stop` and `labels` name speakers, as for `parsePrompt`.
 * @example
 * ```ts
 * import { detectDialect } from 'rolecall';
 * detectDialect('Human: Hi!\nAI:')[0]?.dialect; // 'human-ai'
 * detectDialect('Tell me a joke'); // []
 * ```
 */
export function detectDialect(text: string, options: DetectOptions = {}): Detection[] {
  return readings(text, options).map(({ dialect, confidence, evidence }) => ({
    dialect,
    confidence,
    evidence: [...evidence],
  }));
}
