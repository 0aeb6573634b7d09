import type { Marks } from '../dialect/types.js';
import { commonEnd, commonStart, contentsOf, gaps, isBlank, type Probe, system, turns } from './probe.js';
import { beforeToken, behindToken, firstToken, tokensIn } from './tokens.js';

/** How a template delimits its turns. */
export interface Layout {
  bos: string;
  user: Marks;
  assistant: Marks;
  /** Null where the system has no turn of its own. */
  system: Marks | null;
  /** What stands between the system's text and the user's, where that is no close and opening. */
  systemToUser: string | null;
  /** The system's text stands in front of the first turn, with no mark. */
  preamble: boolean;
  /** The template refuses a system message. */
  refusesSystem: boolean;
  generation: string;
  /** The template refuses two turns of the same speaker in a row. */
  strict: boolean;
  /** What stands behind a last answer: its close, and perhaps a token that ends the text. */
  tail: string;
  /** What stands in front of an answer that has no reasoning, behind the opening of its turn. */
  front: string;
  /** The token that every turn begins with; '' where there is none. */
  opener: string;
  /** A token that ends a turn of calls, where their form is not known to have it. */
  callEnd?: string;
  /** A turn without the empty reasoning at its start. */
  bare(turn: string): string;
}

/** Splits what stands between two turns into the close of one and the opening of the next. */
function split(between: string, tail: string): Marks | null {
  if (!between.startsWith(tail) || isBlank(between.slice(tail.length))) return null;
  return { close: tail, open: between.slice(tail.length) };
}

/** The longest beginning of `mark` with which a text ends. */
function overlap(text: string, mark: string): string {
  for (let n = Math.min(mark.length, text.length); n > 0; n--)
    if (text.endsWith(mark.slice(0, n))) return mark.slice(0, n);
  return '';
}

/** A text cut in front of its last part, at the edge of a token. */
function cutEnd(text: string, length: number): Marks {
  const at = behindToken(text, text.length - length);
  return { close: text.slice(0, at), open: text.slice(at) };
}

/** Where a turn of the system stands in front of the user's, what closes it is no part of the user's opening. */
function closedBy({ close, open }: Marks, tail: string): Marks {
  const rest = !isBlank(tail) && open.startsWith(tail) ? open.slice(tail.length) : '';
  return isBlank(rest) ? { close, open } : { close: close + tail, open: rest };
}

/** Marks and white space alone: no words. */
const isMarks = (text: string): boolean =>
  tokensIn(text)
    .reduce((rest, token) => rest.replaceAll(token, ''), text)
    .trim() === '';

/** The part of a text in front of its own words: role marks, without what the template says behind them. */
function leadingMark(text: string, userOpen: string): string {
  for (const [from, to] of [
    ['user', 'system'],
    ['USER', 'SYSTEM'],
    ['User', 'System'],
  ] as const) {
    const mark = userOpen.replace(from, to);
    if (mark !== userOpen && text.startsWith(mark)) return mark + /^\s*/.exec(text.slice(mark.length))![0];
  }
  return text;
}

/** How a template delimits its turns, from what it writes around the words of a probe; a sentence where that can't be told. */
export function layoutOf(probe: Probe): Layout | string {
  const plain = turns(5);
  const closed = gaps(probe.render(plain), contentsOf(plain));
  const open = gaps(probe.render(plain, { generation: true }), contentsOf(plain));
  if (probe.render(plain) === null || probe.render(plain, { generation: true }) === null)
    return 'The template refuses a plain conversation.';
  if (closed === null || open === null)
    return 'The template does not write the words of each turn as they are.';
  const answered = turns(4);
  const tail = gaps(probe.render(answered), contentsOf(answered))?.at(-1) ?? '';
  const [start, , , toAssistant, toUser, userTail] = closed as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const openTail = open.at(-1)!;

  // A text that ends here may end in a token of its own.
  const written = openTail.slice(beforeToken(openTail, commonStart(openTail, userTail).length));
  const opener = openerOf(start, probe.bos, [toUser, toAssistant, openTail]);
  const toUserMarks = cutAt(toUser, opener) ?? userOpening(start, toUser, tail, userTail);
  const toAssistantMarks = cutAt(toAssistant, opener) ?? openingOf(toAssistant, userTail, written);
  const closer = closerOf(toUserMarks, toAssistantMarks);
  const { close: assistantClose, open: userOpen } = movedTo(toUserMarks, closer);
  const { close: userClose, open: assistantOpen } = movedTo(toAssistantMarks, closer);
  if (isBlank(userOpen) || isBlank(assistantOpen)) return 'The template sets no mark in front of its turns.';
  const lead = start.endsWith(userOpen) ? start.slice(0, start.length - userOpen.length) : '';
  const bos = bosOf(probe, start, lead, userOpen);
  const generation = openTail.startsWith(userClose) ? openTail.slice(userClose.length) : openTail;
  const doubled = turns(1).concat({ role: 'user', content: 'qztwoqz' });
  return {
    bos,
    user: { open: userOpen, close: userClose },
    assistant: { open: assistantOpen, close: assistantClose },
    ...systemOf(probe, bos, userOpen),
    generation: isBlank(generation) ? assistantOpen.trimEnd() : generation,
    strict: probe.render(doubled) === null && probe.render(turns(1)) !== null,
    tail,
    opener,
    front: '',
    bare: (turn) => turn,
  };
}

/** The token that a prompt begins with, where it stands once in each of the texts between turns: it opens them. */
function openerOf(start: string, bos: string, between: readonly string[]): string {
  const token = firstToken(bos !== '' && start.startsWith(bos) ? start.slice(bos.length) : start);
  return token !== '' && between.every((text) => text.split(token).length === 2) ? token : '';
}

/**
 * The token with which both openings begin, in front of one of their own, where nothing closes a turn: it closes the turn before.
 * A template that opens the model's turn whether asked or not shows no turn that is closed alone.
 */
function closerOf(user: Marks, assistant: Marks): string {
  const token = firstToken(user.open);
  if (token === '' || token !== firstToken(assistant.open) || user.close + assistant.close !== '') return '';
  const opensBehind = ({ open }: Marks): boolean =>
    open.startsWith(token) && firstToken(open.slice(token.length)) !== '';
  return opensBehind(user) && opensBehind(assistant) ? token : '';
}

/** Marks whose opening begins with what closes the turn before. */
const movedTo = ({ close, open }: Marks, closer: string): Marks =>
  closer === '' ? { close, open } : { close: closer, open: open.slice(closer.length) };

/** A text cut in front of a token; null where there is none. */
function cutAt(text: string, token: string): Marks | null {
  const at = token === '' ? -1 : text.indexOf(token);
  return at === -1 ? null : { close: text.slice(0, at), open: text.slice(at) };
}

/** The close of an answer and the opening of the user's next turn, by how the first one opens. */
function userOpening(start: string, between: string, tail: string, userTail: string): Marks {
  const first = cutEnd(between, commonEnd(start, between).length);
  // What stands in front of later turns alone closes the one before, though no closing mark ends the text.
  if (tail === '' && !isBlank(first.open) && !isBlank(first.close)) return first;
  return split(between, tail) ?? closedBy(first, userTail);
}

/** The close of the user's turn and the opening of the assistant's. */
function openingOf(between: string, userTail: string, generation: string): Marks {
  const found = split(between, userTail);
  if (found !== null) return found;
  const mark = overlap(between, generation);
  if (!isBlank(mark)) {
    const cut = cutEnd(between, mark.length);
    // A mark that closes the question and opens the answer in one (`[/INST]`) opens it.
    if (!isBlank(cut.open)) return cut;
  }
  return { close: '', open: between };
}

/** What stands at the start of each prompt. */
function bosOf(probe: Probe, start: string, lead: string, userOpen: string): string {
  const { bos } = probe;
  if (lead !== '' && isMarks(lead)) return lead;
  if (bos !== '' && userOpen.startsWith(bos) && !writesBos(probe)) return '';
  if (bos !== '' && start.startsWith(bos) && start !== userOpen) return bos;
  return bos !== '' && userOpen.startsWith(bos) && userOpen.trim() !== bos && tokensIn(userOpen).length > 1
    ? bos
    : '';
}

/** Does the template write the token that begins texts, and not only one that looks like it? */
const writesBos = (probe: Probe): boolean =>
  probe.render(turns(1), { variables: { bos_token: 'qzbosqz' } })?.includes('qzbosqz') === true;

type SystemLayout = Pick<Layout, 'system' | 'systemToUser' | 'preamble' | 'refusesSystem'>;

function systemOf(probe: Probe, bos: string, userOpen: string): SystemLayout {
  const none = { system: null, systemToUser: null, preamble: false, refusesSystem: false };
  const led = [system, ...turns(5)];
  const text = probe.render(led);
  if (text === null) return { ...none, refusesSystem: true };
  const around = gaps(text, contentsOf(led));
  if (around === null) return none;
  const [front = '', after = ''] = around;
  const before = bos !== '' && front.startsWith(bos) ? front.slice(bos.length) : front;
  const bare = bos !== '' && userOpen.startsWith(bos) ? userOpen.slice(bos.length) : userOpen;
  const opening = after.endsWith(userOpen) ? userOpen : after.endsWith(bare) ? bare : null;
  if (opening !== null) {
    const close = after.slice(0, after.length - opening.length);
    if (isBlank(before)) return { ...none, system: { open: before, close }, preamble: true };
    return { ...none, system: { open: leadingMark(before, userOpen), close: closeOf(close) } };
  }
  if (isBlank(after) || isBlank(before)) return none;
  return { ...none, system: { open: before, close: '' }, systemToUser: after };
}

/** A close without what the template says in front of it. */
function closeOf(close: string): string {
  if (isBlank(close) || isMarks(close)) return close;
  const token = tokensIn(close).at(-1);
  return token === undefined ? close : close.slice(close.lastIndexOf(token));
}
