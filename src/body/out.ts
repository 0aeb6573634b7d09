import type { Call } from './call.js';
import type { Input } from './input.js';
import type { ArgumentTypes } from './typed.js';

/**
 * What has become certain of an assistant's turn, in its order: words; reasoning; a call, whole, or its head and then its
 * arguments as they come; and what is wrong: `unread` is a stretch that looks like calls and was left in the words,
 * `broken` says that the arguments of the call before are no whole JSON, `lost` what stood behind them in their object, and
 * `guessed` which of them were taken for no strings by nothing but their look.
 */
export type BodyPiece =
  | { text: string }
  | { reasoning: string }
  | { call: Call }
  | { head: { name: string; id?: string } }
  | { args: string }
  | CallFault;

export type CallFault = { unread: string } | { broken: true } | { lost: string } | { guessed: string[] };

/** The pieces of a turn, on their way out. */
export class Out {
  private pieces: BodyPiece[] = [];
  /** Blank words at the start, which go where nothing stands beside calls. */
  private blank = '';
  private said = false;
  private called = false;
  /** What was read and may turn out to be words. */
  private kept: string[] = [];
  private keptLength = 0;
  /** Words are gathered from several places of the text. */
  gathered = false;
  /** Reasoning was read. */
  thought = false;
  /** A line end stands between this thought and the one before it. */
  private further = false;
  /** Reasoning was begun and has no end. */
  thinking = false;
  /** Where the first words begin; -1 while there are none. */
  wordsFrom = -1;

  /**
   * `exact`: arguments are taken as a renderer wrote them; `passing`: blank words stay beside calls; `types`: what is known of
   * arguments that have no type on the wire; `restore`: undoes the escapes of a renderer in arguments that are no JSON.
   */
  constructor(
    private readonly input: Input,
    readonly exact: boolean,
    private readonly passing: boolean,
    readonly types?: ArgumentTypes | undefined,
    readonly restore: (text: string) => string = (text) => text,
  ) {}

  say(text: string): void {
    if (text === '') return;
    if (this.wordsFrom === -1) this.wordsFrom = this.input.taken - text.length;
    if (this.said || this.passing) {
      this.said ||= text.trim() !== '';
      this.pieces.push({ text });
      return;
    }
    this.blank += text;
    if (text.trim() === '') return;
    this.said = true;
    this.pieces.push({ text: this.blank });
    this.blank = '';
  }

  /** Reasoning begins; it may be empty. */
  beginThought(): void {
    this.pieces.push({ reasoning: '' });
    this.further = this.thought;
    this.thinking = true;
  }

  think(text: string): void {
    if (text === '') return;
    this.pieces.push({ reasoning: this.further ? `\n${text}` : text });
    this.thought = true;
    this.further = false;
  }

  /** Keeps what may be words or part of a call. */
  keep(text: string): void {
    if (text === '') return;
    this.kept.push(text);
    this.keptLength += text.length;
  }

  /** What was kept, which is neither words nor waited for any longer. */
  takeKept(): string {
    const text = this.kept.join('');
    this.kept = [];
    this.keptLength = 0;
    return text;
  }

  call(call: Call): void {
    this.called = true;
    this.takeKept();
    this.pieces.push({ call });
  }

  head(name: string, id?: string): void {
    this.called = true;
    this.takeKept();
    this.pieces.push({ head: id === undefined ? { name } : { name, id } });
  }

  args(text: string): void {
    if (text !== '') this.pieces.push({ args: text });
  }

  fault(fault: CallFault): void {
    this.pieces.push(fault);
  }

  /** What was kept is no call after all: it is words. `meant`: it was to be one. */
  leave(meant = true): void {
    const text = this.takeKept();
    if (meant && text.trim() !== '') this.fault({ unread: text });
    this.say(text);
  }

  /** What came since the last time; with `last`, all that waits. */
  take(last: boolean): BodyPiece[] {
    if (last && !this.called && this.blank !== '') this.pieces.push({ text: this.blank });
    if (last) this.blank = '';
    const taken = this.pieces;
    this.pieces = [];
    return taken;
  }

  /** Nothing came but blank words. */
  get silent(): boolean {
    return !this.said && !this.called;
  }

  /** Units that were read and wait. */
  get waiting(): number {
    return this.blank.length + this.keptLength;
  }
}
