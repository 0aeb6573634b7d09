import { isBlank } from '../../text/space.js';
import { literal, tokenSource } from '../control-tokens.js';
import type { Body, Scan } from '../syntax.js';
import type { OpenTurn, Turn } from '../turn.js';
import type { MarkerDialect, MarkerRole } from '../types.js';
import { labelEdge, marksOf } from './marks.js';

/** A mark as it is read: exact in its tokens, with or without the white space around them. */
function lenient(mark: string): string {
  return mark.replace(/[ \n]|[^ \n]+/g, (run, at: number) => {
    if (run === ' ') return /^\w \w$/.test(mark.slice(at - 1, at + 2)) ? ' ' : ' ?';
    // A line end before a mark is LF alone: a CR there is content's.
    if (run === '\n') return at === 0 ? '\\n?' : '(?:\\r?\\n)?';
    return literal(run);
  });
}

/** What `isBlank` takes for white space. */
const BLANK = '[ \\t-\\r\\u00a0\\u3000]';

/** What finds the turns of a dialect, compiled once. */
interface Finder {
  dialect: MarkerDialect;
  body: Body | undefined;
  /** Every mark that opens or ends a turn. */
  events: RegExp;
  /** What a mark found in a text means: a role whose turn it opens, or null for the end of a turn. */
  meaning(mark: string): MarkerRole | null;
  /** What may stand between turns and says nothing. */
  filler: RegExp;
  leadingBos: RegExp;
  /** The opening of an assistant's turn that also closes the user's (`[/INST]`) opens none where nothing is said. */
  opensSilently: boolean;
  /** An assistant's turn in which no more than reasoning was opened. */
  thinking: RegExp | null;
}

function compileFinder(dialect: MarkerDialect, body: Body | undefined): Finder {
  const { marks, closes, repeats } = marksOf(dialect);
  const bosSource = repeats ? `(?:${literal(dialect.bos)})?` : '';
  const edge = labelEdge(dialect);
  const groups = marks.map(({ role, text }) => {
    const bos = role === undefined ? '' : bosSource;
    const mark = text.trimStart();
    if (!dialect.labelTexts.some((label) => mark.startsWith(label))) return `${bos}${lenient(text)}`;
    // White space in front of a label is the mark's, and the label counts behind it.
    const space = text.slice(0, text.length - mark.length);
    return `${bos}${lenient(space)}${edge}${lenient(mark)}`;
  });
  const exactly = groups.map((source) => new RegExp(`^(?:${source})$`));
  const known = new Map<string, MarkerRole | null>();
  const fillers = [dialect.bos, ...closes.map((mark) => mark.trim())]
    .filter((mark) => mark !== '')
    .map(tokenSource);
  const { reasoning } = dialect;
  return {
    dialect,
    body,
    events: new RegExp(groups.join('|'), 'g'),
    meaning(mark) {
      let role = known.get(mark);
      if (role === undefined) {
        role = marks[exactly.findIndex((pattern) => pattern.test(mark))]?.role ?? null;
        known.set(mark, role);
      }
      return role;
    },
    filler: new RegExp(`^(?:${[BLANK, ...fillers].join('|')})*$`),
    leadingBos: dialect.bos === '' ? /^\ufeff?/ : new RegExp(`^\ufeff?(?:${literal(dialect.bos)})*`),
    opensSilently: dialect.roles.user.close === '' && closes.length > 0,
    thinking:
      reasoning === null
        ? null
        : new RegExp(
            `^${BLANK}*(?:${lenient(reasoning.open)}${BLANK}*(?:${lenient(reasoning.close)})?|${lenient(reasoning.none ?? '')}|${lenient(reasoning.answer ?? '')})${BLANK}*$`,
          ),
  };
}

/** The turns of one text, found from its first unit to its last. */
class TurnFinder {
  readonly #finder: Finder;
  readonly #text: string;
  readonly #textStart: number;
  readonly #turns: Turn[] = [];
  /** Whether the last turn was closed. */
  #closed = false;
  /** The turn that is open where the finder stands, and the end of the mark that opened it. */
  #current: { role: MarkerRole; start: number; end: number; label: string } | null = null;
  #lastEnd = 0;
  /** Where the current message of a turn in channels begins. */
  #part = 0;

  constructor(finder: Finder, text: string) {
    this.#finder = finder;
    this.#text = text;
    this.#textStart = finder.leadingBos.exec(text)?.[0].length ?? 0;
  }

  find(): Scan {
    const { events, meaning } = this.#finder;
    events.lastIndex = 0;
    for (let match = events.exec(this.#text); match !== null; match = events.exec(this.#text)) {
      const { index: start, 0: mark } = match;
      const end = start + mark.length;
      if (mark === '') {
        events.lastIndex++;
        continue;
      }
      const role = meaning(mark);
      if (role !== null) this.#open(role, start, end, mark.trim());
      else events.lastIndex = this.#close(mark, start, end);
    }
    return { turns: this.#turns, names: null, open: this.#end(), closed: this.#closed };
  }

  /** A mark that ends a turn. Returns where to go on: behind the next channel's header, where the turn goes on in one. */
  #close(mark: string, start: number, end: number): number {
    const { body } = this.#finder;
    const current = this.#current;
    if (mark === '<|end|>' && current?.role === 'assistant' && body?.nextChannel !== undefined) {
      const more = body.nextChannel(this.#text, this.#part, end);
      if (more !== -1) {
        this.#part = more;
        return more;
      }
    }
    if (current !== null) this.#finish(start, end, true);
    return end;
  }

  /** A mark that opens a turn. */
  #open(role: MarkerRole, start: number, end: number, label: string): void {
    this.#part = end;
    const current = this.#current;
    if (current === null) {
      this.#current = { role, start: this.#between(start), end, label };
      return;
    }
    const silent = this.#finder.opensSilently && current.role === 'assistant' && current.end === start;
    if (!silent) {
      this.#finish(start, start, true);
      this.#current = { role, start, end, label };
      return;
    }
    const last = this.#turns.at(-1);
    if (last === undefined) {
      this.#current = { role, start: current.start, end, label };
      return;
    }
    last.end = start;
    this.#lastEnd = start;
    this.#current = { role, start, end, label };
  }

  /** Text between turns: white space belongs to the turn before it, words are the system's. Returns where the next turn starts. */
  #between(end: number): number {
    const text = this.#text;
    const last = this.#turns.at(-1);
    const from = last === undefined ? this.#textStart : this.#lastEnd;
    const nothing = from >= end || (last !== undefined && this.#lastEnd === end);
    if (nothing || this.#finder.filler.test(text.slice(from, end))) {
      if (last === undefined) return end;
      last.end = Math.max(last.end, end);
      return last.end;
    }
    const close = last === undefined ? this.#closeOf('system') : '';
    this.#closed = end < text.length;
    const contentEnd = beforeClose(text, from, end, close);
    this.#turns.push({ role: 'system', label: '', start: from, end, contentStart: from, contentEnd });
    return end;
  }

  #finish(contentEnd: number, end: number, closed: boolean): void {
    if (this.#current === null) return;
    const { role, start, label, end: contentStart } = this.#current;
    const stop =
      contentEnd === end ? beforeClose(this.#text, contentStart, end, this.#closeOf(role)) : contentEnd;
    this.#closed = closed || stop < end;
    this.#turns.push({ role, label, start, end, contentStart, contentEnd: stop });
    this.#lastEnd = end;
    this.#current = null;
  }

  /** The end of the text. Returns the turn that it leaves open, with nothing said in it yet. */
  #end(): OpenTurn | null {
    const n = this.#text.length;
    if (this.#current !== null) {
      const { role, start, end, label } = this.#current;
      const rest = this.#text.slice(end);
      const close = this.#closeOf(role);
      const empty = isBlank(rest) && (close === '' || !rest.endsWith(close));
      if (empty || (role === 'assistant' && this.#finder.thinking?.test(rest)))
        return { role, label, start, end: n };
      this.#finish(n, n, false);
    } else if (this.#turns.length > 0) this.#between(n);
    else if (n > this.#textStart) this.#words();
    return null;
  }

  /** A text without any turn: the system's where its words come first, else the user's. */
  #words(): void {
    const text = this.#text;
    const { dialect, filler } = this.#finder;
    const start = this.#textStart;
    const end = text.length;
    const role = dialect.systemPlacement === 'preamble' && !filler.test(text) ? 'system' : 'user';
    const contentEnd = role === 'system' ? beforeClose(text, start, end, this.#closeOf('system')) : end;
    this.#turns.push({ role, label: '', start, end, contentStart: start, contentEnd });
  }

  #closeOf(role: MarkerRole): string {
    return this.#finder.dialect.roles[role]?.close ?? '';
  }
}

/** Finds the turns of a dialect of markers. A dialect that can't be read leaves a text to the user as it is. */
export function markerScan(dialect: MarkerDialect, body: Body | undefined): (text: string) => Scan {
  if (dialect.unreadable !== undefined) {
    return (text) => {
      const end = text.length;
      const whole: Turn = { role: 'user', label: '', start: 0, contentStart: 0, contentEnd: end, end };
      return { turns: end === 0 ? [] : [whole], names: null, open: null, closed: true };
    };
  }
  const finder = compileFinder(dialect, body);
  return (text) => new TurnFinder(finder, text).find();
}

/** The end of content in front of a close that is white space alone: all of it is the dialect's, or none. */
function beforeClose(text: string, start: number, end: number, close: string): number {
  if (close === '' || close.trim() !== '') return end;
  return end - close.length >= start && text.endsWith(close, end) ? end - close.length : end;
}
