import type { Call } from '../body/call.js';
import type { Warning, WarningCode } from '../errors.js';
import type { AssistantMessage, Message, Role } from '../schemas/messages.js';
import type { Content, Pieces } from '../text/pieces.js';
import type { Marks } from './found.js';
import type { Label } from './labels/table.js';
import type { OpenTurn, Turn } from './turn.js';
import type { Dialect } from './types.js';
import type { Collisions, WriteOptions } from './write-options.js';

/** The turns found in a text. */
export interface Scan {
  turns: Turn[];
  /** The speakers' names by turn, where labels name one of several. */
  names: readonly (string | undefined)[] | null;
  open: OpenTurn | null;
  /** The last turn has a closing mark: nothing of it is left to be written. */
  closed: boolean;
}

/** Labels that were found already, and judged to open turns: `marks.which` is an index into `labels`. */
export interface Found {
  marks: Marks;
  labels: readonly Label[];
  /** Behind the last unit of the text that is no white space. */
  ink: number;
}

/** A place in content that the dialect reads as structure (no backslash), or as an escape of it. */
export interface Site {
  kind: 'label' | 'token';
  /** The offset at which an escape puts its backslash, and after it the backslashes that are there already. */
  offset: number;
  slashes: number;
  /** The end of the label's colon, or of the token. */
  end: number;
}

/** Where a turn is written: what was written before it, and whether anything follows. */
export interface Place {
  /** The role of the turn before; null at the start of the prompt. */
  previous: Role | null;
  /** Another turn or an open label follows. */
  followed: boolean;
  /** The turn stands there with no label. */
  bare?: boolean;
}

/** How a prompt is written: who hears of changes, and what becomes of what it can't hold as it is. */
export interface Writing {
  warnings: Warning[];
  collisions: Collisions;
  parts: WriteOptions['parts'];
  /** Tokens that need no escape in content, where a prompt goes out as ids: as text they are never the token. */
  spared?: ((token: string) => boolean) | undefined;
}

/** A message as it is written, and where it stood in the caller's. */
export interface Placed {
  message: Message;
  /** Whose it is among the caller's messages; null for one of the writer's own. */
  index: number | null;
  path: string;
  /** Its words, where they are not the message's own alone. */
  words?: Content;
}

/** Messages as the dialect can take them, and where each stood in the caller's. */
export interface Adapted {
  messages: readonly Message[];
  at(i: number): Placed;
  /** Every message is a role and a text and no more. */
  plain: boolean;
  /** The tools that the models' template lists: what is not written in words already. */
  tools: readonly unknown[];
}

/** What is written around a turn's content. */
export interface Written {
  opening: string;
  content: string;
  closing: string;
}

/**
 * A dialect made ready to read and write: the only thing that parsing, rendering and unparsing know of one.
 * One set of rules finds the turns in `scan` and the places to escape in `sites`, so that they can't disagree.
 */
export interface Syntax {
  readonly dialect: Dialect;
  /** Finds the turns; of labels, the ones that `found` holds, where it is given (under `auto`, evidence says which). */
  scan(text: string, found?: Found): Scan;
  /** Every site in content, in order. `before` is the unit that stands before the content; '' at the start of a text. */
  sites(content: string, before: string): Site[];
  /** The opening frame of a turn. */
  opening(role: Role, name: string | undefined, content: string, place: Place): string;
  /** The closing frame of a turn with this (escaped) content. */
  closing(role: Role, content: string, place: Place): string;
  /** Is the turn written with no label at all? */
  bare(role: Role, content: string, place: Place): boolean;
  /** Would the turn be read back as it is if it stood there with no label? */
  readsBare(role: Role, content: string, place: Place): boolean;
  /** The open label that lets the assistant speak. */
  generationPrompt(place: Place): string;
  /** Does the dialect have turns of its own for the role? Asked for the roles that labels never name. */
  writes?(role: Role): boolean;
  /** Can a system message with this text be written here, if not `bare`? */
  takesSystem(text: () => string, place: Place): boolean;
  arrange?: Arrangement;
  /** The prompt with one BOS token at its start, or with none, as the caller asks. */
  begin?(prompt: string, bos: boolean): string;
  /** What to say of prompts that can't be read back, where the dialect has no others. */
  unreadable?: { warn(warnings: Warning[]): void; refuse(): never };
  /** Turns that hold more than text. */
  body?: Body;
  /** Gives ids to the calls and results whose text tells none. */
  link?(messages: Message[]): Message[];
}

/** Moves and joins messages as the models want them. */
export interface Arrangement {
  /** Might plain messages (a role and a text each) have to be moved or joined? */
  needed(messages: readonly Message[], options: ArrangeOptions): boolean;
  /** Does it, in time that grows with the messages. */
  apply(placed: Placed[], options: ArrangeOptions, writing: Writing): Placed[];
}

export interface ArrangeOptions extends Pick<WriteOptions, 'systemFallback' | 'alternation'> {
  /** The models' own template writes the prompt. */
  template: boolean;
}

/** What writing a turn's body needs. */
export interface BodyOut {
  path: string;
  /** A text as content of the message, from the field given. */
  content(text: string, field: string, as?: Content['as']): Content;
  /** The function that a call's id belongs to. */
  functionOf(id: string): string | undefined;
  /** The message's own words. */
  words(): Content;
  /** Reports a change that comes back on reading. */
  info(code: WarningCode, field: string, message: string): void;
  /** Reports a loss. */
  lossy(code: WarningCode, field: string, message: string): void;
}

/** A turn that holds more than text: reasoning, calls, results. */
export interface Body {
  /** The content of the turn; null where it is the message's text and no more. */
  write(message: Message, out: BodyOut): Pieces | null;
  /** What of tools has a form of its own here: in the marks, or, with `template`, in what the models' template writes. */
  native(template: boolean): NativeTools;
  /** Which function each call's id belongs to, where results are written under its name. */
  functionsOf?(messages: readonly Message[]): (id: string) => string | undefined;
  /**
   * A turn in channels goes on behind `<|end|>` where the assistant speaks next and has not said its last: the offset
   * behind the opening of its next message, else -1. `part` is where its current message begins.
   */
  nextChannel?(text: string, part: number, end: number): number;
  /** Does the last message of a turn in channels call a function? */
  endsInCall?(content: string): boolean;
  /** A reply that is reasoning marks with nothing in them: it is read as the place where the model goes on. */
  saysNothing(message: Message, written: string): boolean;
  /** The message of a turn whose content is not text alone, else null. Ids that the text does not tell are ''. */
  read(role: Message['role'], raw: string, restore: (text: string) => string): Message | null;
}

export interface NativeTools {
  calls: boolean;
  results: boolean;
  /** The message with its calls, as a turn of its own holds them. */
  calling(
    message: AssistantMessage,
    calls: readonly Call[],
    path: string,
    warnings: Warning[],
  ): AssistantMessage;
  /** Warns of each message whose ids of calls don't come back. */
  tellLostIds(placed: readonly Placed[], warnings: Warning[]): void;
}
