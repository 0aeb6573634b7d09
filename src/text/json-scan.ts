import { isWhite } from './json.js';

const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
const [QUOTE, COMMA, COLON, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [
  34, 44, 58, 92, 123, 125, 91, 93,
];
const escapes = '"\\/bfnrtu';

const isHex = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 70) || (unit >= 97 && unit <= 102);
/** Goes on with a number or a word. */
const isScalar = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) ||
  (unit >= 65 && unit <= 90) ||
  (unit >= 97 && unit <= 122) ||
  unit === 43 ||
  unit === 45 ||
  unit === 46;

/** JSON that comes in pieces: where a value ends, and the first unit with which it can be none. */
export class JsonScan {
  closed = false;
  broken = false;
  /** Brackets that are open. */
  readonly #open: number[] = [];
  /** What may come: a value (`first`: or the end of the list), a key (`member`: or the end), a colon, or what follows a value. */
  #next: 'value' | 'first' | 'key' | 'member' | 'colon' | 'after' = 'value';
  #inString = false;
  #escaped = false;
  /** Hex digits that an escape still lacks. */
  #digits = 0;
  #scalar = '';

  /**
   * Reads on from a place: up to behind the bracket that leaves `floor` brackets open (then `closed` is true), up to the
   * first unit that no JSON has there (then `broken` is true; a further call reads on, by brackets and strings alone), or
   * to the end of the text. Returns the place where it stands.
   */
  read(text: string, from: number, floor: number): number {
    this.closed = false;
    for (let p = from; p < text.length; p++) {
      const unit = text.charCodeAt(p);
      const strict = !this.broken;
      if (!(this.#inString ? this.#string(unit, strict) : this.#plain(unit, strict))) {
        this.broken = true;
        return p;
      }
      const closes = unit === CLOSE || unit === CLOSE_LIST;
      if (closes && !this.#inString && this.#open.length <= floor) {
        this.closed = true;
        return p + 1;
      }
    }
    return text.length;
  }

  /** May the unit stand inside of a string? Takes it in where it may, and where no more is asked. */
  #string(unit: number, strict: boolean): boolean {
    let good = unit >= 32;
    if (this.#digits > 0) {
      if (isHex(unit)) {
        this.#digits--;
        return true;
      }
      good = false;
    } else if (this.#escaped) good = escapes.includes(String.fromCharCode(unit));
    if (!good && strict) return false;
    this.#digits = 0;
    if (this.#escaped) {
      this.#escaped = false;
      if (unit === 117) this.#digits = 4;
    } else if (unit === BACKSLASH) this.#escaped = true;
    else if (unit === QUOTE) this.#inString = false;
    return true;
  }

  #plain(unit: number, strict: boolean): boolean {
    const next = this.#next;
    if (isScalar(unit)) {
      if (this.#scalar === '' && next !== 'value' && next !== 'first') return !strict;
      if (strict) this.#scalar += String.fromCharCode(unit);
      this.#next = 'after';
      return true;
    }
    if (this.#scalar !== '') {
      const good = SCALAR.test(this.#scalar);
      this.#scalar = '';
      if (!good && strict) return false;
    }
    return isWhite(unit) || this.#mark(unit, strict);
  }

  /** A quote, bracket, comma or colon. */
  #mark(unit: number, strict: boolean): boolean {
    const next = this.#next;
    const open = this.#open;
    const value = next === 'value' || next === 'first';
    switch (unit) {
      case QUOTE:
        if (strict && !value && next !== 'key' && next !== 'member') return false;
        this.#next = value ? 'after' : 'colon';
        this.#inString = true;
        return true;
      case OPEN:
      case OPEN_LIST:
        if (strict && !value) return false;
        open.push(unit);
        this.#next = unit === OPEN ? 'member' : 'first';
        return true;
      case CLOSE:
      case CLOSE_LIST: {
        const empty = next === (unit === CLOSE ? 'member' : 'first');
        if (strict && !(open.at(-1) === unit - 2 && (next === 'after' || empty))) return false;
        open.pop();
        this.#next = 'after';
        return true;
      }
      case COMMA:
        if (strict && next !== 'after') return false;
        this.#next = open.at(-1) === OPEN ? 'key' : 'value';
        return true;
      case COLON:
        if (strict && next !== 'colon') return false;
        this.#next = 'value';
        return true;
      default:
        return !strict;
    }
  }
}
