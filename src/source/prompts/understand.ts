import type { Dialect } from '../../dialect/types.js';
import { resolveDialect } from '../../formats/find.js';
import { dialects } from '../../formats/index.generated.js';
import { parsePrompt } from '../../prompt/index.js';
import type { ParsedPrompt } from '../../prompt/options.js';
import { roleStops } from '../../translate/stops.js';
import { type Hole, joined, type PromptPart, type StandIn, standIn } from './parts.js';

export interface UnderstoodMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly PromptPart[];
}

/** What the library reads in a prompt whose holes are stand-ins. */
export interface Understood {
  readonly parsed: ParsedPrompt;
  readonly standIn: StandIn;
  /** The dialect's name, `labels` for labels of its own, null for what is no conversation. */
  readonly dialect: string | null;
  readonly messages: readonly UnderstoodMessage[];
  /** It has a message that is more than a role and a text. */
  readonly strange: boolean;
}

const nameOf = (dialect: ParsedPrompt['dialect']): string | null =>
  dialect === null || typeof dialect === 'string' ? dialect : dialect.name;

/** Reads a prompt as the library does, with its stops as evidence. */
export function understand(parts: readonly PromptPart[], stop: readonly string[]): Understood {
  const replaced = standIn(parts);
  const parsed = parsePrompt(replaced.text, { stop: [...stop], whitespace: 'tidy' });
  const dialect = nameOf(parsed.dialect);
  let strange = false;
  const messages = parsed.messages.map((message): UnderstoodMessage => {
    const { role, content, ...more } = message as { role: string; content?: unknown };
    const plain = role === 'system' || role === 'user' || role === 'assistant';
    if (!plain || typeof content !== 'string' || Object.keys(more).length > 0) strange = true;
    const text = typeof content === 'string' ? content : '';
    return {
      role: plain ? role : 'user',
      parts: dialect === null ? joined(parts) : replaced.partsOf(text),
    };
  });
  return { parsed, standIn: replaced, dialect, messages, strange };
}

/** The words that label an assistant in any of the library's dialects. */
const assistantLabels: readonly string[] = Object.values(dialects as Record<string, Dialect>).flatMap(
  (dialect) => (dialect.kind === 'labels' ? (dialect.labels.assistant ?? []) : []),
);
const everyLabel: readonly string[] = Object.values(dialects as Record<string, Dialect>).flatMap((dialect) =>
  dialect.kind === 'labels' ? Object.values(dialect.labels).flat() : [],
);

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const lineWith = (labels: readonly string[], end: string): RegExp =>
  new RegExp(`(?:^|\\n)[ \\t]*(?:${[...new Set(labels)].map(quoted).join('|')})[ \\t]*[:：]${end}`, 'iu');
const labelLine = lineWith(everyLabel, '');
const openAssistant = lineWith([...assistantLabels, 'Bot', 'Chatbot', 'GPT-3', 'GPT3', 'GPT'], '[ \\t]*$');

/** True where a text ends by asking an assistant to speak. */
export const asksAssistant = (text: string): boolean => openAssistant.test(text.trimEnd());

const privateUse = '[\\ue000-\\uf8ff]';
/** A hole that labels a line: `${name}:`, `@${name}:`, `<${name}>`, behind a time stamp, too. */
const holeAsLabel = `(?:^|\\n)[ \\t]*(?:\\[[^\\]\\n]{1,40}\\][ \\t]*)?(?:[<@]?${privateUse}[ \\t]*:|<${privateUse}>)`;
const holeLabel = new RegExp(holeAsLabel);
const lastHoleLabel = new RegExp(`${holeAsLabel}\\s*$`);

/** True where a line starts with a hole that stands for the name of who speaks. */
export const hasHoleLabel = (text: string): boolean => holeLabel.test(text);

/** True where a text ends with the name of who is to speak, and a hole is that name. */
export const endsInHoleLabel = (text: string): boolean => lastHoleLabel.test(text);

/** True where a hole stands in what labels a turn, so that its value would be lost. */
export function labelsByHole({ text, turns, open }: ParsedPrompt): boolean {
  const labels = [...turns.map(({ start, contentStart }) => text.slice(start, contentStart))];
  if (open !== null) labels.push(text.slice(open.start, open.end));
  return labels.some((label) => new RegExp(privateUse).test(label));
}

/** True where a text, of any part of a prompt, opens turns. */
export function opensTurns(parts: readonly PromptPart[], stop: readonly string[] = []): boolean {
  const { text } = standIn(parts);
  if (labelLine.test(text) || hasHoleLabel(text)) return true;
  return parsePrompt(text, { stop: [...stop] }).dialect !== null;
}

/** True where a stop sequence is the name of who speaks, as `Human:` or `\nYou:`. */
export const namesTurn = (stop: string): boolean =>
  new RegExp(
    `^\\s*(?:[\\p{L}${privateUse.slice(1, -1)}][\\p{L}\\p{N}${privateUse.slice(1, -1)} ._'-]{0,30}:|<\\|im_(?:start|end)\\|>)\\s*$`,
    'u',
  ).test(stop);

/** True for a stop sequence that does no more than name a turn of a conversation, so that a chat has no use for it. */
export function stopGoes(stop: string, { parsed, dialect }: Understood): boolean {
  if (dialect === null || stop.trim() === '') return false;
  if (parsed.dialect !== null) {
    if (roleStops([stop], parsed, resolveDialect(parsed.dialect)).length > 0) return true;
    for (const text of [`${stop.trim()} x`, `${stop.trim()}: x`]) {
      const [turn, ...more] = parsePrompt(text, { dialect: parsed.dialect }).turns;
      if (turn !== undefined && turn.label !== '' && more.length === 0) return true;
    }
  }
  return namesTurn(stop) && labelLine.test(stop);
}

/** True where the turns of a prompt are more than seen, should a hole end with a line of its own. */
export function hidesTurn(parts: readonly PromptPart[], stop: readonly string[], seen: Understood): boolean {
  if (!parts.some((part) => part.type === 'hole')) return false;
  const { dialect } = seen.parsed;
  const options = { stop: [...stop], ...(dialect === null ? {} : { dialect }) };
  const turns = (text: string): number =>
    parsePrompt(text, options).turns.filter(({ label }) => label !== '').length;
  return turns(standIn(parts, '\n').text) > turns(seen.standIn.text);
}

/** Where a hole stands in a prompt. */
export interface Place {
  readonly hole: Hole;
  /** Nothing else stands on its lines. */
  readonly alone: boolean;
  /** It is the first thing that a labelled turn says. */
  readonly opensTurn: boolean;
  /** The prompt starts with it. */
  readonly first: boolean;
  /** A blank line follows it. */
  readonly blankAfter: boolean;
  /** It stands between two marks of a quotation, as `"""`. */
  readonly fenced: boolean;
}

const fence = /^\s*(?:"""|'''|```\w*|---+|===+|\*\*\*+|<\/?[\w-]+>)\s*$/;

export function placesOf({ parsed, standIn: { text, holeAt } }: Understood): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < text.length; at++) {
    const hole = holeAt(text[at]!);
    if (hole === undefined) continue;
    const start = text.lastIndexOf('\n', at - 1) + 1;
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    const turn = parsed.turns.find((one) => one.contentStart <= at && at < one.contentEnd);
    const linesBefore = text.slice(0, start).split('\n');
    const linesAfter = text.slice(end + 1).split('\n');
    places.push({
      hole,
      alone: text.slice(start, at).trim() === '' && text.slice(at + 1, end).trim() === '',
      opensTurn: turn !== undefined && turn.label !== '' && text.slice(turn.contentStart, at).trim() === '',
      first: text.slice(0, at).trim() === '',
      blankAfter: /^[ \t]*\n/.test(text.slice(end + 1)),
      fenced: fence.test(linesBefore.at(-2) ?? '') && fence.test(linesAfter[0] ?? ''),
    });
  }
  return places;
}
