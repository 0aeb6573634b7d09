import { isWhite } from './json.js';

/** JSON that comes in pieces: where a value ends, and the first unit with which it can be none. */
export interface JsonScan {
  /**
   * Reads on from a place: up to behind the bracket that leaves `floor` brackets open (then `closed` is true), up to the
   * first unit that no JSON has there (then `broken` is true; a further call reads on, by brackets and strings alone), or
   * to the end of the text. Returns the place where it stands.
   */
  read(text: string, from: number, floor: number): number;
  closed: boolean;
  broken: boolean;
}

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

export function createJsonScan(): JsonScan {
  /** Brackets that are open. */
  const open: number[] = [];
  /** What may come: a value (`first`: or the end of the list), a key (`member`: or the end), a colon, or what follows a value. */
  let next: 'value' | 'first' | 'key' | 'member' | 'colon' | 'after' = 'value';
  let inString = false;
  let escaped = false;
  /** Hex digits that an escape still lacks. */
  let digits = 0;
  let scalar = '';

  /** May the unit stand inside of a string? Takes it in where it may, and where no more is asked. */
  function string(unit: number, strict: boolean): boolean {
    let good = unit >= 32;
    if (digits > 0) {
      if (isHex(unit)) {
        digits--;
        return true;
      }
      good = false;
    } else if (escaped) good = escapes.includes(String.fromCharCode(unit));
    if (!good && strict) return false;
    digits = 0;
    if (escaped) {
      escaped = false;
      if (unit === 117) digits = 4;
    } else if (unit === BACKSLASH) escaped = true;
    else if (unit === QUOTE) inString = false;
    return true;
  }

  function plain(unit: number, strict: boolean): boolean {
    if (isScalar(unit)) {
      if (scalar === '' && next !== 'value' && next !== 'first') return !strict;
      if (strict) scalar += String.fromCharCode(unit);
      next = 'after';
      return true;
    }
    if (scalar !== '') {
      const good = SCALAR.test(scalar);
      scalar = '';
      if (!good && strict) return false;
    }
    if (isWhite(unit)) return true;
    const value = next === 'value' || next === 'first';
    switch (unit) {
      case QUOTE:
        if (strict && !value && next !== 'key' && next !== 'member') return false;
        next = value ? 'after' : 'colon';
        inString = true;
        return true;
      case OPEN:
      case OPEN_LIST:
        if (strict && !value) return false;
        open.push(unit);
        next = unit === OPEN ? 'member' : 'first';
        return true;
      case CLOSE:
      case CLOSE_LIST: {
        const fits =
          open.at(-1) === unit - 2 && (next === 'after' || next === (unit === CLOSE ? 'member' : 'first'));
        if (strict && !fits) return false;
        open.pop();
        next = 'after';
        return true;
      }
      case COMMA:
        if (strict && next !== 'after') return false;
        next = open.at(-1) === OPEN ? 'key' : 'value';
        return true;
      case COLON:
        if (strict && next !== 'colon') return false;
        next = 'value';
        return true;
      default:
        return !strict;
    }
  }

  return {
    closed: false,
    broken: false,
    read(text, from, floor) {
      this.closed = false;
      for (let p = from; p < text.length; p++) {
        const unit = text.charCodeAt(p);
        const strict = !this.broken;
        if (!(inString ? string(unit, strict) : plain(unit, strict))) {
          this.broken = true;
          return p;
        }
        if (!inString && (unit === CLOSE || unit === CLOSE_LIST) && open.length <= floor) {
          this.closed = true;
          return p + 1;
        }
      }
      return text.length;
    },
  };
}
