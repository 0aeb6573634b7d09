import { type Candidates, Marks } from '../dialect/found.js';
import { mayStamp, stampEnd } from '../dialect/labels/stamp.js';
import { firstCR, lineAfter } from '../text/lines.js';
import { isColon, isIndent, skipIndent, skipLineEnds, skipUnit, textStart } from '../text/space.js';
import { AT, HASH, STAR, UNDERSCORE } from '../text/units.js';
import { speakerKey } from './names.js';
import { mayQuote, type Quote, quoteAt } from './quotes.js';

const MOST_UNITS = 40;
const MOST_SPACES = 2;
const MOST_STAMPED_SPACES = 5;
const RECENT = 64;

/** What a unit may be in a label: 1 = anywhere, 2 = anywhere but at its start. Above 0x7f nearly everything may. */
const labelUnits: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  return /[A-Za-z<[{]/.test(text) ? 1 : /[0-9_\-.'#>\]}|$&/@]/.test(text) ? 2 : 0;
});
/** White space beyond ASCII, the full-width stop, comma and colon, and the BOM end a label. */
const endsLabel = (unit: number): boolean =>
  unit === 0xff1a ||
  unit === 0x3002 ||
  unit === 0xff0c ||
  unit === 0x3000 ||
  unit === 0xa0 ||
  unit === 0x85 ||
  unit === 0xfeff ||
  unit === 0x1680 ||
  (unit >= 0x2000 && unit <= 0x200f) ||
  (unit >= 0x2028 && unit <= 0x202f) ||
  unit === 0x205f;

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const opensName = (unit: number): boolean => (unit < 128 ? labelUnits[unit] === 1 : !endsLabel(unit));
const opensLabel = (unit: number): boolean => unit === AT || opensName(unit);
const inLabel = (unit: number): boolean => (unit < 128 ? labelUnits[unit] !== 0 : !endsLabel(unit));

/** A label that was found: its name (of `@ann` with the mark), a hash of the name's units, and the end of its colon. */
const hit = { nameStart: 0, nameEnd: 0, hash: 0, end: 0 };

/** What a name may hold behind a time stamp alone: a phone number (`+49 170 …`), WhatsApp's `~ Ann`, and their odd spaces. */
const inStamped = (unit: number): boolean =>
  unit === 43 || unit === 126 || unit === 0xa0 || (unit >= 0x202a && unit <= 0x202f) || inLabel(unit);
const opensStamped = (unit: number): boolean =>
  unit === 43 || unit === 126 || isDigit(unit) || opensName(unit);

/** Does a name with a colon stand at `from`? Fills `hit`. */
function labelAt(text: string, from: number, stamped = false): boolean {
  const n = text.length;
  let q = from;
  let unit = text.charCodeAt(q);
  let bold = 0;
  if (unit === STAR || unit === UNDERSCORE) {
    if (q + 2 >= n || text.charCodeAt(q + 1) !== unit) return false;
    bold = unit;
    q += 2;
    unit = text.charCodeAt(q);
  }
  const nameStart = q;
  if (unit === HASH) {
    q = skipIndent(text, skipUnit(text, q, HASH));
    if (q >= n || q - nameStart > 8) return false;
    unit = text.charCodeAt(q);
  }
  if (unit === AT) unit = text.charCodeAt(++q);
  if (q >= n || !(stamped ? opensStamped(unit) : opensName(unit))) return false;
  const limit = Math.min(n, q + MOST_UNITS);
  let spaces = 0;
  let nameEnd = q;
  let hash = 0;
  for (; q < limit; q++) {
    unit = text.charCodeAt(q);
    if (unit === 32) {
      if (++spaces > (stamped ? MOST_STAMPED_SPACES : MOST_SPACES)) return false;
    } else if (stamped ? inStamped(unit) : inLabel(unit)) nameEnd = q + 1;
    else break;
    hash = (hash * 31 + unit) | 0;
  }
  q = nameEnd;
  const closedBefore = bold !== 0 && text.charCodeAt(q) === bold && text.charCodeAt(q + 1) === bold;
  q = skipIndent(text, closedBefore ? q + 2 : q);
  if (q >= n || !isColon(text.charCodeAt(q))) return false;
  // A time of day: `[12:01] …`.
  if (isDigit(text.charCodeAt(q - 1)) && q + 1 < n && isDigit(text.charCodeAt(q + 1))) return false;
  q++;
  if (bold !== 0 && !closedBefore) {
    if (text.charCodeAt(q) !== bold || text.charCodeAt(q + 1) !== bold) return false;
    q += 2;
  }
  if (q < n) {
    // `https://…`, `std::vector`: no label.
    const next = text.charCodeAt(q);
    if (next === 58 || (next === 47 && text.charCodeAt(q + 1) === 47)) return false;
  }
  hit.nameStart = nameStart;
  hit.nameEnd = nameEnd;
  hit.hash = hash;
  hit.end = q;
  return true;
}

/** Does a label stand at `from` that is spelled like this one? Fills `hit.end`. */
function repeats(text: string, from: number, name: string): boolean {
  const end = from + name.length;
  if (end + 1 >= text.length || text.charCodeAt(end) !== 58) return false;
  const next = text.charCodeAt(end + 1);
  if (next === 58 || next === 47 || !text.startsWith(name, from)) return false;
  hit.end = end + 1;
  return true;
}

/** The names that labels of a text are spelled with, in the order in which they came. */
class Spellings {
  readonly list: Candidates['spellings'] = [];
  private readonly known = new Map<string, number>();
  /** The spellings seen last, by hash: most labels of a text are spelled like others before them. */
  private readonly recent = new Int32Array(RECENT).fill(-1);
  // Speakers take turns, so a label is mostly one of the last two.
  private last = -1;
  private before = -1;

  constructor(private readonly text: string) {}

  /** The spelling of the label that stands at `p`, which may open with `unit`; -1 for none. Fills `hit.end`. */
  at(p: number, unit: number): number {
    const { text, list, last, before } = this;
    let which = -1;
    if (last !== -1 && repeats(text, p, list[last]!.text)) which = last;
    else if (before !== -1 && repeats(text, p, list[before]!.text)) which = before;
    else if ((unit === HASH || unit === STAR || unit === UNDERSCORE || opensLabel(unit)) && labelAt(text, p))
      which = this.ofHit();
    if (which === -1) return -1;
    if (which !== last) {
      this.before = last;
      this.last = which;
    }
    list[which]!.count++;
    return which;
  }

  /** The index of the spelling in `hit`. */
  ofHit(): number {
    const { text, list, recent } = this;
    const { nameStart, nameEnd, hash } = hit;
    const slot = (hash ^ (hash >>> 7)) & (RECENT - 1);
    const seen = recent[slot]!;
    if (seen !== -1) {
      const { text: name } = list[seen]!;
      if (name.length === nameEnd - nameStart && text.startsWith(name, nameStart)) return seen;
    }
    const name = text.slice(nameStart, nameEnd);
    let which = this.known.get(name);
    if (which === undefined) {
      which = list.length;
      this.known.set(name, which);
      const handle = name.charCodeAt(0) === AT || /^<.*>$/.test(name) ? { handle: true } : {};
      list.push({ text: name, key: speakerKey(name), count: 0, ...handle });
    }
    recent[slot] = which;
    return which;
  }
}

/** Does a code fence open between two places, and not close again? Asked for places in their order. */
function fenceFinder(text: string): (from: number, end: number) => boolean {
  let next = text.indexOf('```');
  return (from, end) => {
    let opens = false;
    while (next !== -1 && next < from) next = text.indexOf('```', next + 3);
    for (; next !== -1 && next < end; next = text.indexOf('```', next + 3)) opens = !opens;
    return opens;
  };
}

/** Takes back the candidates from the index `size` on, which a quotation turned out to hold. */
function drop(marks: Marks, { list }: Spellings, size: number): void {
  for (let i = size; i < marks.length; i++) list[marks.which(i)]!.count--;
  marks.length = size;
}

/**
 * Walks the lines of a text once and notes the ones that start with a name and a colon. Lines quoted in code fences,
 * in triple quotes and in tags that open and close on lines of their own are left out: what they say is content.
 */
export function findCandidates(text: string, stamps = false): Candidates & { stamped: boolean } {
  const marks = new Marks();
  const spellings = new Spellings(text);
  const fenceOpens = fenceFinder(text);
  const n = text.length;
  const cr = firstCR(text);
  let stamped = false;
  let quote: Quote | null = null;
  let p = textStart(text);
  while (p < n) {
    const start = p;
    let unit = text.charCodeAt(p);
    if (unit === 10 || unit === 13) {
      p = skipLineEnds(text, p + 1);
      continue;
    }
    if (isIndent(unit)) {
      p = skipIndent(text, p + 1);
      if (p >= n) break;
      unit = text.charCodeAt(p);
    }
    if (mayQuote(unit)) {
      const change = quoteAt(text, p, unit, quote, marks.length);
      if (change !== undefined) {
        if (change === 'closes') drop(marks, spellings, quote!.size);
        quote = change === 'closes' ? null : change;
        p = lineAfter(text, p + 3, cr);
        continue;
      }
    }
    const behind = mayStamp(unit) ? stampEnd(text, p) : p;
    if (behind > p) {
      if (behind < n && labelAt(text, behind, true)) {
        stamped = true;
        if (stamps) {
          const which = spellings.ofHit();
          spellings.list[which]!.handle = true;
          spellings.list[which]!.count++;
          marks.add(which, start, behind, 0, hit.end);
        }
      }
      p = lineAfter(text, behind, cr);
      continue;
    }
    const which = spellings.at(p, unit);
    const from = which === -1 ? p : hit.end;
    if (which !== -1) marks.add(which, start, p, 0, from);
    p = lineAfter(text, from, cr);
    // A fence that opens behind a label (`User: ```js`) is closed at the start of a later line.
    if (which !== -1 && quote === null && fenceOpens(from, p))
      quote = { unit: 96, tag: '', size: marks.length };
  }
  return { spellings: spellings.list, marks, stamped };
}
