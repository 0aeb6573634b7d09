import type { Message } from '../schemas/messages.js';
import { align } from './align.js';
import type { Dialect } from './dialect.js';
import { userAssistant } from './dialects/english.js';
import { readMessage, unitBefore } from './parse.js';
import { writeTurn } from './render.js';
import { resolveDialect } from './resolve.js';
import { beforeLineEnd, isBlank } from './space.js';
import type { Syntax } from './syntax.js';
import { syntaxOf } from './syntaxes.js';
import type { Collisions, OpenTurn, ParsedPrompt, Turn } from './types.js';
import type { Warning } from '../errors.js';

/** A prompt put together again from its turns, with the new places of all of them. */
export interface Assembled {
  text: string;
  turns: Turn[];
  open: OpenTurn | null;
}

const nameOf = (message: Message): string | undefined => ('name' in message ? message.name : undefined);

/** Equal in all that a turn of text can say. */
function sameMessage(a: Message, b: Message): boolean {
  if (a === b) return true;
  if (a.role !== b.role || nameOf(a) !== nameOf(b)) return false;
  if (a.content === b.content && Object.keys(a).length === Object.keys(b).length) return true;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The name that a turn's label gives its speaker, in a dialect that keeps names. */
function labelName(dialect: Dialect | null, turn: Turn): string | undefined {
  if (dialect?.kind !== 'labels' || !dialect.named || turn.role !== 'user' || turn.label === '') return undefined;
  const spelt = turn.label.replace(/[*_\s:：]+$/u, '').replace(/^[*_\s]+/u, '').toLowerCase();
  return dialect.labels.user.find((label) => label.toLowerCase() === spelt);
}

/** The messages as the text has them, before any edit. */
export function originalMessages(parsed: ParsedPrompt): Message[] {
  const dialect = parsed.dialect === null ? null : resolveDialect(parsed.dialect);
  const syntax = dialect === null ? null : syntaxOf(dialect);
  return parsed.turns.map((turn) => readMessage(syntax, parsed.text, turn, labelName(dialect, turn)));
}

/**
 * The parts of a prompt that grows turn by turn: each turn is closed off only when it is known what follows it.
 */
function writer(syntax: Syntax, options: { collisions: Collisions; warnings: Warning[] }) {
  const pieces: string[] = [];
  const turns: Turn[] = [];
  let length = 0;
  let last = '';
  const put = (text: string): void => {
    if (text === '') return;
    pieces.push(text);
    length += text.length;
    last = text.charAt(text.length - 1);
  };
  return {
    put,
    turns,
    text: (): string => pieces.join(''),
    length: (): number => length,
    /** Turns `index` afresh from its message. */
    write(message: Message, index: number, followed: boolean, closed: boolean): void {
      const previous = turns.at(-1)?.role ?? null;
      const path = `messages[${index}]`;
      const turn = writeTurn(syntax, message, { path, previous, followed, closed, before: last, ...options });
      const start = length;
      put(turn.opening);
      const contentStart = length;
      put(turn.content);
      const contentEnd = length;
      put(turn.closing);
      turns.push({ role: message.role, label: turn.label, start, end: length, contentStart, contentEnd });
    },
    /** A turn with the parts that stand around its content in the source. */
    copy(turn: Turn, opening: string, content: string, closing: string): void {
      const start = length;
      put(opening);
      const contentStart = length;
      put(content);
      const contentEnd = length;
      put(closing);
      turns.push({ role: turn.role, label: turn.label, start, end: length, contentStart, contentEnd });
    },
    unit: (): string => last,
  };
}

/** What stands behind a turn's content once nothing follows it any more: a closing mark stays, blank lines go. */
function lastClosing(closing: string): string {
  return isBlank(closing) ? '' : closing.slice(0, beforeLineEnd(closing, 0, closing.length));
}

/**
 * Puts a prompt together from its source text and its messages as they are now: turns that nobody changed are copied
 * unit by unit, a changed one keeps its label, new ones are written in the prompt's dialect.
 */
export function assemble(
  parsed: ParsedPrompt,
  options: { collisions?: Collisions; warnings?: Warning[] } = {},
): Assembled {
  const { text, turns, messages, open } = parsed;
  const originals = originalMessages(parsed);
  if (messages.length === originals.length && messages.every((message, i) => sameMessage(message, originals[i]!))) {
    return { text, turns, open };
  }
  const steps = align(originals, messages, sameMessage);
  const settings = { collisions: options.collisions ?? ('escape' as const), warnings: options.warnings ?? [] };
  const plain = parsed.dialect === null;
  if (plain && messages.length === 1 && originals.length === 1 && typeof messages[0]?.content === 'string' && messages[0].role === 'user') {
    const turn = turns[0]!;
    const content = messages[0].content;
    const whole = text.slice(0, turn.contentStart) + content + text.slice(turn.contentEnd);
    const contentEnd = turn.contentStart + content.length;
    return { text: whole, turns: [{ ...turn, contentEnd, end: whole.length }], open };
  }
  const syntax = syntaxOf(parsed.dialect === null ? userAssistant : resolveDialect(parsed.dialect));
  const out = writer(syntax, settings);
  const firstKept = steps.find((step) => step.turn !== undefined)?.turn;
  const lead = text.slice(0, turns[0]?.start ?? (open === null ? text.length : open.start));
  const count = steps.length;
  const firstNew = steps[0] !== undefined && steps[0].turn === undefined;
  // An assistant's message added at the end speaks at the label that stands open for it.
  const lastStep = steps[count - 1];
  const fills = open !== null && lastStep?.turn === undefined && lastStep?.message?.role === open.role;
  const openFollows = open !== null && !fills;
  if (!(firstNew && isBlank(lead) && lead !== '\ufeff')) out.put(lead);
  void firstKept;
  for (let i = 0; i < count; i++) {
    const { message, turn: at } = steps[i]!;
    const followed = i < count - 1 || openFollows;
    const closed = followed || message.role !== 'assistant';
    const turn = at === undefined ? undefined : turns[at]!;
    if (turn === undefined) {
      if (fills && i === count - 1) fill(message, i);
      else out.write(message, i, followed, closed);
      continue;
    }
    const original = originals[at!]!;
    const sameSpeaker = message.role === original.role && nameOf(message) === nameOf(original);
    const onlyText = sameSpeaker && typeof message.content === 'string' && Object.keys(message).every((key) => key in original);
    const first = out.turns.length === 0;
    const labelled = turn.label !== '' || mayStandBare(turn, message, first, followed, count);
    if (!onlyText || !labelled) {
      out.write(message, i, followed, closed);
      continue;
    }
    const unchanged = sameMessage(message, original);
    let opening = text.slice(turn.start, turn.contentStart);
    const content = unchanged ? text.slice(turn.contentStart, turn.contentEnd) : message.content!;
    if (!unchanged) opening = openingFor(turn, opening, content as string);
    const before = opening === '' ? out.unit() : opening.charAt(opening.length - 1);
    const written = unchanged ? (content as string) : escaped(content as string, before, i);
    out.copy(turn, opening, written, closingFor(turn, written, unchanged, followed, closed, i === count - 1));
  }
  let tail: OpenTurn | null = null;
  if (open !== null && openFollows) {
    const start = out.length();
    out.put(text.slice(open.start));
    tail = { ...open, start, end: out.length() };
  }
  return { text: out.text(), turns: out.turns, open: tail };

  function escaped(content: string, before: string, i: number): string {
    return writeContent(syntax, content, before, i, settings);
  }

  /** The opening of a changed turn: a gap is put in where the new content needs one. */
  function openingFor(turn: Turn, opening: string, content: string): string {
    if (turn.label === '') return opening;
    const gapless = turn.contentStart === turn.contentEnd || /^\s/.test(content);
    const unit = opening.charAt(opening.length - 1);
    const stands = unit === ' ' || unit === '\n' || unit === '\r';
    if (!gapless || stands || content === '') return opening;
    const gap = syntax.opening(turn.role, undefined, content, { previous: 'user', followed: true });
    return opening + (/\s$/.exec(gap)?.[0] ?? '');
  }

  /** What is written behind a turn's content, now that its neighbours may have changed. */
  function closingFor(turn: Turn, content: string, unchanged: boolean, followed: boolean, closed: boolean, isLast: boolean): string {
    const source = text.slice(turn.contentEnd, turn.end);
    const wasLast = turn === turns[turns.length - 1] && open === null;
    if (!followed) return wasLast || !isLast ? source : lastClosing(source);
    if (wasLast && source.trim() === '') {
      const previous = out.turns.at(-1)?.role ?? null;
      return source + (closed ? closingIn(turn, content, previous, followed) : '');
    }
    // Between CR and LF nothing tells content from the line end: the line end is written whole.
    return !unchanged && content.endsWith('\r') && source.startsWith('\n') ? `\r${source}` : source;
  }

  function closingIn(turn: Turn, content: string, previous: Message['role'] | null, followed: boolean): string {
    return syntax.closing(turn.role, content, { previous: turn.label === '' ? null : (previous ?? 'user'), followed });
  }

  function mayStandBare(turn: Turn, message: Message, first: boolean, followed: boolean, total: number): boolean {
    if (!first || typeof message.content !== 'string') return false;
    if (turn.role === 'user') return total === 1 && open === null;
    return syntax.bare(turn.role, message.content, { previous: null, followed });
  }

  function fill(message: Message, i: number): void {
    const opened = open!;
    const content = typeof message.content === 'string' ? message.content : '';
    let opening = text.slice(opened.start, opened.end);
    const label = opening.slice(0, opening.lastIndexOf(opened.label) + opened.label.length);
    const gap = syntax.opening(opened.role, undefined, content, { previous: 'user', followed: false });
    opening = label + (/\s$/.exec(gap)?.[0] ?? '');
    const turn: Turn = { role: opened.role, label: opened.label, start: 0, end: 0, contentStart: 0, contentEnd: 0 };
    out.copy(turn, opening, escaped(content, opening.charAt(opening.length - 1), i), '');
  }
}
