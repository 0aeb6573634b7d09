import { gapBehind, leadBefore } from '../dialect/markers/marks.js';
import { isPlain } from '../dialect/message-text.js';
import type { Syntax, Writing } from '../dialect/syntax.js';
import type { OpenTurn, Turn } from '../dialect/turn.js';
import type { Warning } from '../errors.js';
import type { Message, Role } from '../schemas/messages.js';
import type { Step } from '../text/align.js';
import { beforeLineEnd, isBlank, textStart } from '../text/space.js';
import { lossy } from '../text/warn.js';
import { adaptMessages } from './adapt.js';
import type { ParsedPrompt } from './options.js';
import { unitBefore } from './read.js';
import { type WrittenTurn, writeBody, writeTurn } from './write.js';

/** A prompt put together again, with the new places of its turns. */
export interface Assembled {
  text: string;
  turns: Turn[];
  open: OpenTurn | null;
  warnings: Warning[];
}

const nameOf = (message: Message): string | undefined => ('name' in message ? message.name : undefined);

export function sameMessage(a: Message, b: Message): boolean {
  return a === b || (a.role === b.role && a.content === b.content && JSON.stringify(a) === JSON.stringify(b));
}

/** A closing mark stays when nothing follows a turn any more; the line ends behind it go. */
function lastClosing(closing: string): string {
  return isBlank(closing) ? '' : closing.slice(0, beforeLineEnd(closing, 0, closing.length));
}

/** Between CR and LF nothing would tell content from the line end, so the line end is written whole. */
const wholeLineEnd = (content: string, lineEnd: string): string =>
  content.endsWith('\r') && lineEnd.startsWith('\n') ? `\r${lineEnd}` : lineEnd;

const trailingSpace = (text: string): string => /\s*$/.exec(text)?.[0] ?? '';

/** A message as the dialect can hold it; what it can't is told of, under the path that the caller knows. */
function representable(syntax: Syntax, message: Message, path: string, warnings: Warning[]): Message {
  if (isPlain(message)) return message;
  const told: Warning[] = [];
  const options = { template: false, reversible: true, toolStyle: undefined, tools: [] };
  const { messages } = adaptMessages([message], syntax, options, {
    warnings: told,
    collisions: 'escape',
    parts: 'error',
  });
  for (const warning of told)
    warnings.push({ ...warning, path: warning.path.replace(/^messages\[0\]/, path) });
  return messages[0] ?? message;
}

/**
 * One way to put an edited prompt together. Turns that nobody changed are copied, changed ones keep their label where
 * their place still allows it, and the messages in `afresh` (the label that stands open is one behind them) keep nothing
 * of their turns.
 */
export class Rebuild {
  private readonly text: string;
  private readonly turns: readonly Turn[];
  private readonly open: OpenTurn | null;
  private readonly markers: boolean;
  private readonly inline: boolean;
  private readonly bos: string;
  /** What stands in front of the first turn. */
  private readonly lead: string;
  private readonly final: number;
  /** The last message speaks at the label that stands open. */
  private readonly fills: boolean;
  private readonly openFollows: boolean;
  /** The model's last turn was whole, so it stays whole. */
  private readonly endsClosed: boolean;
  private readonly warnings: Warning[] = [];
  private readonly writing: Writing = { warnings: this.warnings, collisions: 'escape', parts: 'error' };
  // Pieces, their length and last unit: to look at the end of a string that is still growing would copy all of it.
  private pieces: string[] = [];
  private length = 0;
  private lastUnit = '';
  private readonly placed: Turn[] = [];
  private previous: Role | null = null;

  constructor(
    parsed: ParsedPrompt,
    private readonly syntax: Syntax,
    private readonly originals: readonly Message[],
    private readonly steps: readonly Step<Message>[],
    private readonly afresh: ReadonlySet<number>,
  ) {
    const { text, turns, open } = parsed;
    const { dialect } = syntax;
    this.text = text;
    this.turns = turns;
    this.open = open;
    this.markers = dialect.kind === 'markers';
    this.inline = dialect.kind === 'labels' && dialect.inline;
    this.bos = dialect.kind === 'markers' ? dialect.bos : '';
    this.lead = text.slice(0, turns[0]?.start ?? open?.start ?? text.length);
    this.final = steps.length - 1;
    const last = steps[this.final];
    this.fills = open !== null && last?.turn === undefined && last?.message.role === open.role;
    this.openFollows = open !== null && !this.fills;
    this.endsClosed = parsed.ending === 'closed' && turns.at(-1)?.role === 'assistant';
  }

  run(): Assembled {
    this.put(this.final === -1 && !this.openFollows ? '' : this.lead);
    for (const i of this.steps.keys()) this.place(i);
    const { open, text } = this;
    let tail: OpenTurn | null = null;
    if (open !== null && this.openFollows) {
      const start = this.length;
      const read = !this.afresh.has(this.steps.length) && this.stillRead(text.slice(open.start));
      const { previous } = this;
      this.put(
        read
          ? text.slice(open.start)
          : this.syntax.opening(open.role, undefined, '', { previous, followed: false }),
      );
      tail = { ...open, start, end: this.length };
    }
    return { text: this.pieces.join(''), turns: this.placed, open: tail, warnings: this.warnings };
  }

  private put(...parts: string[]): void {
    for (const part of parts) {
      if (part === '') continue;
      this.pieces.push(part);
      this.length += part.length;
      this.lastUnit = part.charAt(part.length - 1);
    }
  }

  /** Writes the turn of one message. */
  private place(i: number): void {
    const { text, turns, open, steps, final } = this;
    const { message, turn: at } = steps[i]!;
    const followed = i < final || this.openFollows;
    const turn = at === undefined ? undefined : turns[at]!;
    const original = at === undefined ? undefined : this.originals[at]!;
    const keeps =
      turn !== undefined && !this.afresh.has(i) && this.keepsLabel(turn, original!, message, i, followed);
    const written = keeps
      ? this.edited(turn, original!, message as Message & { content: string }, i, followed)
      : this.written(i, turn, followed);
    const next = steps[i + 1]?.turn ?? (followed && i === final ? turns.length : undefined);
    const moved = at === undefined || next !== at + 1 || !sameMessage(message, original!);
    if (moved && next !== undefined && !this.afresh.has(i + 1) && written.closing === '') {
      const mark = next < turns.length ? turns[next]! : open!;
      if (text.startsWith(mark.label, mark.start))
        written.closing = this.leadFor(written.content, mark.label);
    }
    const start = this.length;
    const contentStart = start + written.opening.length;
    const contentEnd = contentStart + written.content.length;
    this.put(written.opening, written.content, written.closing);
    if (
      i === final &&
      !this.openFollows &&
      written.closing === '' &&
      (this.markers || written.label !== '') &&
      (isBlank(written.content) || this.syntax.body?.saysNothing(message, written.content))
    ) {
      const note = 'The last message is blank: read back, it is a label that stands open.';
      lossy(this.warnings, 'blank-final-message', `messages[${i}].content`, note);
    }
    const { role, label } = written;
    this.placed.push({ role, label, start, end: this.length, contentStart, contentEnd });
    this.previous = role;
  }

  /** A turn that keeps nothing of its label. */
  private written(i: number, turn: Turn | undefined, followed: boolean): WrittenTurn {
    const { text, open, lead, bos } = this;
    const { message, turn: at } = this.steps[i]!;
    const filled = this.fills && i === this.final;
    const anew = this.afresh.has(this.steps.length);
    // What stood before the first label belongs to that label; a turn written afresh brings its own.
    const keepsLead = i === 0 && this.markers && at === 0 && !anew;
    if (i === 0 && !filled && !keepsLead) {
      this.pieces = [];
      this.length = 0;
      this.lastUnit = '';
      this.put(lead.startsWith('\ufeff') ? '\ufeff' : '');
    }
    const path = `messages[${i}]`;
    const written = writeTurn(this.syntax, representable(this.syntax, message, path, this.warnings), {
      path,
      previous: this.previous,
      followed,
      closed: followed || message.role !== 'assistant' || this.endsClosed,
      before: this.lastUnit,
      writing: this.writing,
    });
    if (i === 0 && bos !== '' && written.opening.startsWith(bos) && !anew) {
      // A prompt that was sent without the BOS token stays without it. Where turns begin with a BOS of their own, it is
      // part of the label.
      const { dialect } = this.syntax;
      const repeats = dialect.kind === 'markers' && dialect.roles.user.open.startsWith(bos);
      const had = keepsLead
        ? repeats && turn!.label.startsWith(bos)
        : text === '' || text.startsWith(bos, textStart(text));
      if (!had) written.opening = written.opening.slice(bos.length);
    }
    const gap = turn === undefined || !this.inline ? '' : text.slice(turn.contentEnd, turn.end);
    if (followed && gap !== '' && isBlank(gap) && isBlank(written.closing))
      written.closing = wholeLineEnd(written.content, gap);
    if (!filled) return written;
    const label = text.slice(open!.start, text.indexOf(open!.label, open!.start) + open!.label.length);
    const opening = label + (this.gapOf(open!.label) ?? trailingSpace(written.opening));
    return { ...written, label: open!.label, opening };
  }

  private gapOf(label: string): string | undefined {
    return this.syntax.dialect.kind === 'markers' ? gapBehind(this.syntax.dialect, label) : undefined;
  }

  /** A mark takes the white space that the dialect sets in front of it, so content that ends in some needs it there. */
  private leadFor(content: string, mark: string): string {
    const { dialect } = this.syntax;
    return dialect.kind === 'markers' && /[ \n]$/.test(content) ? leadBefore(dialect, mark) : '';
  }

  /** The turn is the same speaker's, with text in it, and its place still allows the label that it has. */
  private keepsLabel(turn: Turn, original: Message, message: Message, i: number, followed: boolean): boolean {
    if (message.role !== original.role || nameOf(message) !== nameOf(original)) return false;
    const { content } = message;
    if (!sameMessage(message, original)) {
      if (typeof content !== 'string') return false;
      if (Object.keys(message).some((key) => !Object.hasOwn(original, key))) return false;
    }
    if (turn.label !== '') return this.stillRead(this.text.slice(turn.start, turn.contentStart));
    if (typeof content !== 'string') return false;
    const stays = i === 0 && turn === this.turns[0] && sameMessage(message, original);
    if (this.markers && stays && followed === (this.turns.length > 1 || this.open !== null)) return true;
    const { dialect } = this.syntax;
    if (
      turn.role !== 'user' &&
      dialect.kind === 'markers' &&
      (i > 0 || dialect.systemPlacement !== 'preamble')
    ) {
      // Words between marked turns stand where they stood, behind the same turn and in front of another.
      const before = i === 0 ? turn === this.turns[0] : this.steps[i - 1]!.turn === this.steps[i]!.turn! - 1;
      const plain = dialect.labelTexts.length === 0 && content === content.trim() && content !== '';
      return (
        before &&
        (followed || i > 0) &&
        (sameMessage(message, original) || (plain && this.syntax.sites(content, '').length === 0))
      );
    }
    if (i > 0) return false;
    // A BOM at the very start is taken for the file's own.
    if (content.startsWith('\ufeff') && this.length === 0) return false;
    return turn.role === 'user'
      ? this.final === 0 && this.open === null
      : this.syntax.readsBare(turn.role, content, { previous: null, followed });
  }

  /** A label that counts at line starts only is written afresh where its turn has come to stand in a line. */
  private stillRead(opening: string): boolean {
    if (!this.inline) return true;
    return this.syntax.sites(opening, this.lastUnit)[0]?.slashes === 0;
  }

  private edited(
    turn: Turn,
    original: Message,
    message: Message & { content: string },
    i: number,
    followed: boolean,
  ): WrittenTurn {
    const place = {
      previous: turn.label === '' ? null : (this.previous ?? 'user'),
      followed,
      bare: turn.label === '',
    };
    const unchanged = sameMessage(message, original);
    let opening = this.text.slice(turn.start, turn.contentStart);
    let content = this.text.slice(turn.contentStart, turn.contentEnd);
    if (!unchanged) {
      // A label with nothing after it owns a gap as soon as there is content, or content that starts with one.
      const gapless = turn.label !== '' && opening.endsWith(turn.label);
      if (gapless && message.content !== '' && (content === '' || isBlank(message.content.charAt(0)))) {
        opening += trailingSpace(this.syntax.opening(turn.role, undefined, message.content, place));
      }
      const before = opening === '' ? this.lastUnit : unitBefore(this.syntax, opening, opening.length);
      const path = `messages[${i}]`;
      content = writeBody(this.syntax, message, { writing: this.writing, path, before });
    }
    let closing = this.text.slice(turn.contentEnd, turn.end);
    const wasFollowed = turn !== this.turns[this.turns.length - 1] || this.open !== null;
    // Words between control tokens, under no mark of their own, end where the next mark stands.
    const { dialect } = this.syntax;
    const unmarked =
      turn.label === '' &&
      dialect.kind === 'markers' &&
      (i > 0 || dialect.systemPlacement !== 'preamble' || turn.role === 'user');
    if (unmarked) return { role: turn.role, name: nameOf(message), label: '', opening, content, closing };
    const own = dialect.kind === 'markers' ? this.syntax.closing(turn.role, content, place) : '';
    if (!unchanged && !isBlank(closing)) closing = this.leadFor(content, closing) + closing;
    if (!followed) {
      if (wasFollowed) closing = lastClosing(closing);
      if (closing === '' && own !== '' && isBlank(own) && content.endsWith(own)) closing = own;
    } else if (
      !wasFollowed &&
      isBlank(closing) &&
      (closing === '' || closing !== this.syntax.closing(turn.role, content, place))
    )
      closing += this.syntax.closing(turn.role, content + closing, place);
    // Content that ends in a line end needs all line ends that the dialect owns, or it would lose its own to them.
    else if (
      !unchanged &&
      isBlank(closing) &&
      (closing === '' || (!this.inline && /[\r\n]$/.test(content)))
    ) {
      closing = this.syntax.closing(turn.role, content, place);
    } else if (!unchanged && !this.markers) closing = wholeLineEnd(content, closing);
    return { role: turn.role, name: nameOf(message), label: turn.label, opening, content, closing };
  }
}
