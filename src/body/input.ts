import { isWhite } from '../text/json.js';
import { partialMark } from '../text/partial-mark.js';

/** A step of reading: it yields where it needs more text, and is gone on with once some has come or none will. */
export type Reading<T = void> = Generator<void, T, void>;

/** What is known of a mark: where it stands next, and how far it was looked for. */
interface Known {
  /** Where it stands; -1: nowhere before `until`. */
  at: number;
  until: number;
}

/**
 * Text that comes in pieces, read from its start. Places are offsets into `text`; what was taken lies before `pos`. How far
 * each mark was looked for is remembered, so that no stretch of text is searched twice for the same.
 */
export class Input {
  text = '';
  pos = 0;
  /** No more text comes. */
  ended = false;
  /** How much was taken away in front of `text`. */
  private gone = 0;
  private readonly known = new Map<object, Map<string, Known>>();

  push(text: string): void {
    this.gone += this.pos;
    this.text = this.pos === 0 ? this.text + text : this.text.slice(this.pos) + text;
    this.pos = 0;
  }

  /** How much was taken in all. */
  get taken(): number {
    return this.gone + this.pos;
  }

  get left(): number {
    return this.text.length - this.pos;
  }

  /** The next unit; '' where the text ends for now. */
  get unit(): string {
    return this.text.charAt(this.pos);
  }

  take(length: number): string {
    const from = this.pos;
    this.pos += length;
    return this.text.slice(from, this.pos);
  }

  /** Gives back what was taken last. */
  back(length: number): void {
    this.pos -= length;
  }

  /** Takes all up to a place. */
  takeTo(place: number): string {
    return this.take(place - this.pos);
  }

  /** So much of the text as anyone may look at who waits for an end: no cut of the text moves this limit. */
  window(place: number, length: number): string {
    return this.text.slice(place, place + length);
  }

  /**
   * The first place from `from` on where a mark stands; -1 for none. Who looks behind a place that it has refused says who it
   * is: its later searches leave that place out too.
   */
  find(mark: string, from: number = this.pos, owner: object = this): number {
    const start = this.gone + from;
    let marks = this.known.get(owner);
    if (marks === undefined) {
      marks = new Map();
      this.known.set(owner, marks);
    }
    let known = marks.get(mark);
    if (known === undefined) {
      known = { at: -1, until: start };
      marks.set(mark, known);
    }
    if (known.at >= start) return known.at - this.gone;
    const at = this.text.indexOf(mark, Math.max(from, known.until - this.gone));
    known.at = at === -1 ? -1 : this.gone + at;
    known.until = this.gone + (at === -1 ? Math.max(from, this.text.length - mark.length + 1) : at + 1);
    return at;
  }

  /** Where the beginning of a mark stands at the end of the text, while more may come; -1 where none does. */
  partial(mark: string): number {
    if (this.ended) return -1;
    const from = Math.max(this.pos, this.text.length - mark.length + 1);
    const at = partialMark(this.text.slice(from), mark);
    return at === -1 ? -1 : from + at;
  }

  /** Waits for more text; false where none comes. */
  *more(): Reading<boolean> {
    if (this.ended) return false;
    yield;
    return true;
  }

  /** How much white space stands next, `most` at the most: once its end has come, or no more of it is asked for. */
  *white(most: number): Reading<number> {
    let length = 0;
    for (;;) {
      while (length < most && isWhite(this.text.charCodeAt(this.pos + length))) length++;
      if (length === most || length < this.left || !(yield* this.more())) return length;
    }
  }

  /** Takes a mark that stands so far behind the next unit, and what is in front of it; false where it does not. */
  *accept(mark: string, behind = 0): Reading<boolean> {
    for (;;) {
      if (this.text.startsWith(mark, this.pos + behind)) {
        this.pos += behind + mark.length;
        return true;
      }
      const rest = this.text.slice(this.pos + behind);
      if (rest.length >= mark.length || !mark.startsWith(rest) || !(yield* this.more())) return false;
    }
  }

  /** Takes each of the units that stands next, in their order. */
  *units(units: string): Reading {
    for (const unit of units) {
      if (this.left === 0 && !(yield* this.more())) return;
      if (this.unit === unit) this.pos++;
    }
  }
}
