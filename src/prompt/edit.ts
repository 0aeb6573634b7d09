import { syntaxOf } from '../dialect/compile.js';
import { gapBehind, leadBefore } from '../dialect/markers/marks.js';
import { isPlain } from '../dialect/message-text.js';
import type { Syntax, Writing } from '../dialect/syntax.js';
import type { OpenTurn, Turn } from '../dialect/turn.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import { userAssistant } from '../formats/english.js';
import { dialectOf } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import type { Message, Role } from '../schemas/messages.js';
import { align, type Step } from '../text/align.js';
import { beforeLineEnd, isBlank, textStart } from '../text/space.js';
import { lossy } from '../text/warn.js';
import { adaptMessages } from './adapt.js';
import type { ParsedPrompt } from './options.js';
import { readMessage, unitBefore } from './read.js';
import { readsBack, rewrites } from './reread.js';
import { type WrittenTurn, writeBody, writeTurn } from './write.js';

/** A prompt put together again, with the new places of its turns. */
export interface Assembled {
  text: string;
  turns: Turn[];
  open: OpenTurn | null;
  warnings: Warning[];
}

const nameOf = (message: Message): string | undefined => ('name' in message ? message.name : undefined);

function sameMessage(a: Message, b: Message): boolean {
  return a === b || (a.role === b.role && a.content === b.content && JSON.stringify(a) === JSON.stringify(b));
}

/** The speaker that a turn's label names, in a dialect that keeps names. */
function labelName(dialect: Dialect, turn: Turn): string | undefined {
  if (dialect.kind !== 'labels' || !dialect.named || turn.role !== 'user' || turn.label === '')
    return undefined;
  const spelt = turn.label.replace(/^(\*\*|__)/, '');
  const names = dialect.labels.user.filter(
    (label) =>
      spelt.toLowerCase().startsWith(label.toLowerCase()) &&
      /^(\*\*|__)?[ \t\u00a0\u3000]*[:：](\*\*|__)?$/.test(spelt.slice(label.length)),
  );
  return names.find((label) => spelt.startsWith(label)) ?? names[0];
}

/** The messages as the text has them, before any edit. */
function originalMessages(parsed: ParsedPrompt, dialect: Dialect | null): Message[] {
  const { text, turns } = parsed;
  if (dialect === null) return turns.map((turn) => readMessage(null, text, turn, undefined));
  const syntax = syntaxOf(dialect);
  const messages = turns.map((turn) => readMessage(syntax, text, turn, labelName(dialect, turn)));
  return syntax.link === undefined ? messages : syntax.link(messages);
}

/** A closing mark stays when nothing follows a turn any more; the line ends behind it go. */
function lastClosing(closing: string): string {
  return isBlank(closing) ? '' : closing.slice(0, beforeLineEnd(closing, 0, closing.length));
}

/** Between CR and LF nothing would tell content from the line end, so the line end is written whole. */
const wholeLineEnd = (content: string, lineEnd: string): string =>
  content.endsWith('\r') && lineEnd.startsWith('\n') ? `\r${lineEnd}` : lineEnd;

const trailingSpace = (text: string): string => /\s*$/.exec(text)?.[0] ?? '';

/**
 * Puts a prompt together from its source and its messages as they are now. Turns that nobody changed are copied unit
 * by unit; a changed one keeps its label and the space around it; new ones are written in the prompt's dialect, before
 * a label that stands open at the end, except that an assistant's message at the very end speaks at that label.
 */
export function assemble(parsed: ParsedPrompt, given?: Dialect | DialectName): Assembled {
  const { text, turns, messages, open } = parsed;
  if (!Array.isArray(messages)) {
    throw new RolecallError('invalid-argument', 'The messages of a parsed prompt must be an array.', {
      path: 'messages',
    });
  }
  const known = parsed.dialect === null ? null : dialectOf(parsed.dialect, given);
  const originals = originalMessages(parsed, known);
  if (
    messages.length === originals.length &&
    messages.every((message, i) => sameMessage(message, originals[i]!))
  ) {
    return { text, turns, open, warnings: [] };
  }
  const plain = known === null ? plainEdit(parsed) : null;
  if (plain !== null) return plain;

  const syntax = syntaxOf(known ?? userAssistant);
  const steps = align(originals, messages, sameMessage);
  const first = build(parsed, syntax, originals, steps);
  const { dialect } = syntax;
  if (dialect.kind !== 'markers' || dialect.unreadable !== undefined) return first;
  // A text of misplaced tokens may leave no room for the words that it is given between the marks that it has.
  let built = first;
  const changed = (i: number): boolean => {
    const { message, turn } = steps[i]!;
    return turn === undefined || !sameMessage(message, originals[turn]!);
  };
  for (const fresh of rewrites(steps, turns.length, changed)) {
    if (readsBack(syntax, built, parsed.whitespace)) break;
    built = build(parsed, syntax, originals, steps, fresh);
  }
  return built;
}

/** A message as the dialect can hold it; what it can't is told of, under the path that the caller knows. */
function representable(syntax: Syntax, message: Message, path: string, warnings: Warning[]): Message {
  if (isPlain(message)) return message;
  const told: Warning[] = [];
  const options = { template: false, toolStyle: undefined, tools: [] };
  const { messages } = adaptMessages([message], syntax, options, {
    warnings: told,
    collisions: 'escape',
    parts: 'error',
  });
  for (const warning of told)
    warnings.push({ ...warning, path: warning.path.replace(/^messages\[0\]/, path) });
  return messages[0] ?? message;
}

const NONE: ReadonlySet<number> = new Set();

/** One way to put the prompt together: the messages in `afresh` (the label that stands open is one behind them) keep nothing of their turns. */
function build(
  parsed: ParsedPrompt,
  syntax: Syntax,
  originals: readonly Message[],
  steps: readonly Step<Message>[],
  afresh: ReadonlySet<number> = NONE,
): Assembled {
  const { text, turns, open } = parsed;
  const markers = syntax.dialect.kind === 'markers';
  const inline = syntax.dialect.kind === 'labels' && syntax.dialect.inline;
  const bos = syntax.dialect.kind === 'markers' ? syntax.dialect.bos : '';
  /** Where turns begin with a BOS of their own, it is part of the label. */
  const repeats = syntax.dialect.kind === 'markers' && syntax.dialect.roles.user.open.startsWith(bos);
  const warnings: Warning[] = [];
  const writing: Writing = { warnings, collisions: 'escape', parts: 'error' };
  const final = steps.length - 1;
  /** The model's last turn was whole, so it stays whole. */
  const endsClosed = parsed.ending === 'closed' && turns.at(-1)?.role === 'assistant';
  const fills =
    open !== null &&
    steps[final] !== undefined &&
    steps[final].turn === undefined &&
    steps[final].message.role === open.role;
  const openFollows = open !== null && !fills;

  const lead = text.slice(0, turns[0]?.start ?? open?.start ?? text.length);
  // Pieces, their length and last unit: to look at the end of a string that is still growing would copy all of it.
  let pieces: string[] = [];
  let length = 0;
  let lastUnit = '';
  const put = (...parts: string[]): void => {
    for (const part of parts) {
      if (part === '') continue;
      pieces.push(part);
      length += part.length;
      lastUnit = part.charAt(part.length - 1);
    }
  };
  put(final === -1 && !openFollows ? '' : lead);
  const placed: Turn[] = [];
  let previous: Role | null = null;

  steps.forEach(({ message, turn: at }, i) => {
    const followed = i < final || openFollows;
    const turn = at === undefined ? undefined : turns[at]!;
    const fresh = (): WrittenTurn =>
      writeTurn(syntax, representable(syntax, message, `messages[${i}]`, warnings), {
        path: `messages[${i}]`,
        previous,
        followed,
        closed: followed || message.role !== 'assistant' || endsClosed,
        before: lastUnit,
        writing,
      });
    let written: WrittenTurn;
    if (turn !== undefined && !afresh.has(i) && keepsLabel(turn, originals[at!]!, message, i, followed)) {
      written = edited(turn, originals[at!]!, message as Message & { content: string }, i, followed);
    } else {
      const filled = fills && i === final;
      // What stood before the first label belongs to that label; a turn written afresh brings its own.
      const keepsLead = i === 0 && markers && at === 0 && !afresh.has(steps.length);
      if (i === 0 && !filled && !keepsLead) {
        pieces = [];
        length = 0;
        lastUnit = '';
        put(lead.startsWith('\ufeff') ? '\ufeff' : '');
      }
      written = fresh();
      if (i === 0 && bos !== '' && written.opening.startsWith(bos) && !afresh.has(steps.length)) {
        // A prompt that was sent without the BOS token stays without it.
        const had = keepsLead
          ? repeats && turn!.label.startsWith(bos)
          : text === '' || text.startsWith(bos, textStart(text));
        if (!had) written.opening = written.opening.slice(bos.length);
      }
      const gap = turn === undefined || !inline ? '' : text.slice(turn.contentEnd, turn.end);
      if (followed && gap !== '' && isBlank(gap) && isBlank(written.closing)) {
        written.closing = wholeLineEnd(written.content, gap);
      }
      if (filled) {
        const label = text.slice(open.start, text.indexOf(open.label, open.start) + open.label.length);
        written = {
          ...written,
          label: open.label,
          opening: label + (gapOf(open.label) ?? trailingSpace(written.opening)),
        };
      }
    }
    const next = steps[i + 1]?.turn ?? (followed && i === final ? turns.length : undefined);
    const moved = at === undefined || next !== at + 1 || !sameMessage(message, originals[at]!);
    if (moved && next !== undefined && !afresh.has(i + 1) && written.closing === '') {
      const mark = next < turns.length ? turns[next]! : open!;
      if (text.startsWith(mark.label, mark.start)) written.closing = leadFor(written.content, mark.label);
    }
    const start = length;
    const contentStart = start + written.opening.length;
    const contentEnd = contentStart + written.content.length;
    put(written.opening, written.content, written.closing);
    if (
      i === final &&
      !openFollows &&
      written.closing === '' &&
      (markers || written.label !== '') &&
      isBlank(written.content)
    ) {
      const note = 'The last message is blank: read back, it is a label that stands open.';
      lossy(warnings, 'blank-final-message', `messages[${i}].content`, note);
    }
    placed.push({
      role: written.role,
      label: written.label,
      start,
      end: length,
      contentStart,
      contentEnd,
    });
    previous = written.role;
  });

  let tail: OpenTurn | null = null;
  if (open !== null && openFollows) {
    const start = length;
    const read = !afresh.has(steps.length) && stillRead(text.slice(open.start));
    put(
      read ? text.slice(open.start) : syntax.opening(open.role, undefined, '', { previous, followed: false }),
    );
    tail = { ...open, start, end: length };
  }
  return { text: pieces.join(''), turns: placed, open: tail, warnings };

  function gapOf(label: string): string | undefined {
    return syntax.dialect.kind === 'markers' ? gapBehind(syntax.dialect, label) : undefined;
  }

  /** A mark takes the white space that the dialect sets in front of it, so content that ends in some needs it there. */
  function leadFor(content: string, mark: string): string {
    const { dialect } = syntax;
    return dialect.kind === 'markers' && /[ \n]$/.test(content) ? leadBefore(dialect, mark) : '';
  }

  /** The turn is the same speaker's, with text in it, and its place still allows the label that it has. */
  function keepsLabel(
    turn: Turn,
    original: Message,
    message: Message,
    i: number,
    followed: boolean,
  ): boolean {
    if (message.role !== original.role || nameOf(message) !== nameOf(original)) return false;
    const { content } = message;
    if (!sameMessage(message, original)) {
      if (typeof content !== 'string') return false;
      if (Object.keys(message).some((key) => !Object.hasOwn(original, key))) return false;
    }
    if (turn.label !== '') return stillRead(text.slice(turn.start, turn.contentStart));
    if (typeof content !== 'string') return false;
    const stays = i === 0 && turn === turns[0] && sameMessage(message, original);
    if (markers && stays && followed === (turns.length > 1 || open !== null)) return true;
    const { dialect } = syntax;
    if (
      turn.role !== 'user' &&
      dialect.kind === 'markers' &&
      (i > 0 || dialect.systemPlacement !== 'preamble')
    ) {
      // Words between marked turns stand where they stood, behind the same turn and in front of another.
      const before = i === 0 ? turn === turns[0] : steps[i - 1]!.turn === turns.indexOf(turn) - 1;
      const plain = dialect.labelTexts.length === 0 && content === content.trim() && content !== '';
      return (
        before &&
        (followed || i > 0) &&
        (sameMessage(message, original) || (plain && syntax.sites(content, '').length === 0))
      );
    }
    if (i > 0) return false;
    // A BOM at the very start is taken for the file's own.
    if (content.startsWith('\ufeff') && length === 0) return false;
    return turn.role === 'user'
      ? final === 0 && open === null
      : syntax.readsBare(turn.role, content, { previous: null, followed });
  }

  /** A label that counts at line starts only is written afresh where its turn has come to stand in a line. */
  function stillRead(opening: string): boolean {
    if (!inline) return true;
    return syntax.sites(opening, lastUnit)[0]?.slashes === 0;
  }

  function edited(
    turn: Turn,
    original: Message,
    message: Message & { content: string },
    i: number,
    followed: boolean,
  ): WrittenTurn {
    const place = {
      previous: turn.label === '' ? null : (previous ?? 'user'),
      followed,
      bare: turn.label === '',
    };
    const unchanged = sameMessage(message, original);
    let opening = text.slice(turn.start, turn.contentStart);
    let content = text.slice(turn.contentStart, turn.contentEnd);
    if (!unchanged) {
      // A label with nothing after it owns a gap as soon as there is content, or content that starts with one.
      const gapless = turn.label !== '' && opening.endsWith(turn.label);
      if (gapless && message.content !== '' && (content === '' || isBlank(message.content.charAt(0)))) {
        opening += trailingSpace(syntax.opening(turn.role, undefined, message.content, place));
      }
      const before = opening === '' ? lastUnit : unitBefore(syntax, opening, opening.length);
      const path = `messages[${i}]`;
      content = writeBody(syntax, message, { writing, path, before });
    }
    let closing = text.slice(turn.contentEnd, turn.end);
    const wasFollowed = turn !== turns[turns.length - 1] || open !== null;
    // Words between control tokens, under no mark of their own, end where the next mark stands.
    const { dialect } = syntax;
    const unmarked =
      turn.label === '' &&
      dialect.kind === 'markers' &&
      (i > 0 || dialect.systemPlacement !== 'preamble' || turn.role === 'user');
    if (unmarked) return { role: turn.role, name: nameOf(message), label: '', opening, content, closing };
    const own = dialect.kind === 'markers' ? syntax.closing(turn.role, content, place) : '';
    if (!unchanged && !isBlank(closing)) closing = leadFor(content, closing) + closing;
    if (!followed) {
      if (wasFollowed) closing = lastClosing(closing);
      if (closing === '' && own !== '' && isBlank(own) && content.endsWith(own)) closing = own;
    } else if (
      !wasFollowed &&
      isBlank(closing) &&
      (closing === '' || closing !== syntax.closing(turn.role, content, place))
    )
      closing += syntax.closing(turn.role, content + closing, place);
    // Content that ends in a line end needs all line ends that the dialect owns, or it would lose its own to them.
    else if (!unchanged && isBlank(closing) && (closing === '' || (!inline && /[\r\n]$/.test(content)))) {
      closing = syntax.closing(turn.role, content, place);
    } else if (!unchanged && !markers) closing = wholeLineEnd(content, closing);
    return { role: turn.role, name: nameOf(message), label: turn.label, opening, content, closing };
  }
}

/** A prompt that is no conversation stays one while it is one message of the user. */
function plainEdit(parsed: ParsedPrompt): Assembled | null {
  const [turn] = parsed.turns;
  const [message] = parsed.messages;
  if (
    parsed.messages.length !== 1 ||
    turn === undefined ||
    message?.role !== 'user' ||
    typeof message.content !== 'string'
  )
    return null;
  const text = parsed.text.slice(0, turn.contentStart) + message.content + parsed.text.slice(turn.contentEnd);
  const contentEnd = turn.contentStart + message.content.length;
  return { text, turns: [{ ...turn, contentEnd, end: text.length }], open: null, warnings: [] };
}

export interface UnparseOptions {
  /** The dialect of the prompt, where it is one of your own that is not of labels alone. */
  dialect?: Dialect | DialectName | undefined;
  /** Hears what an edit says that the dialect has no place for. */
  onWarning?: ((warning: Warning) => void) | undefined;
  /** Turns every `lossy` warning into an error of code `lossy` (default false). */
  strict?: boolean | undefined;
}

/**
 * The prompt of a parsed one: its source text, unit by unit, where its messages are as they were parsed. A message that
 * was edited changes the text of its turn alone; one that was added or removed adds or removes one turn.
 */
export function unparsePrompt(parsed: ParsedPrompt, options: UnparseOptions = {}): string {
  const { text, warnings } = assemble(parsed, options.dialect);
  for (const warning of warnings) {
    if (options.strict === true && warning.severity === 'lossy')
      throw new RolecallError('lossy', warning.message, { path: warning.path });
    options.onWarning?.(warning);
  }
  return text;
}
