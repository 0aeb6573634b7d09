import { type Candidates, Marks } from '../dialect/found.js';
import { mayStamp, stampEnd } from '../dialect/labels/stamp.js';
import { firstCR, lineAfter } from '../text/lines.js';
import { isColon, isIndent, skipIndent, skipLineEnds, skipUnit, textStart } from '../text/space.js';
import { speakerKey } from './names.js';
import { mayQuote, type Quote, quoteAt } from './quotes.js';

const MOST_UNITS = 40;
const MOST_SPACES = 2;
const RECENT = 64;

const HASH = 35;
const AT = 64;
const STAR = 42;
const UNDERSCORE = 95;

/** What a unit may be in a label: 1 = anywhere, 2 = anywhere but at its start. Above 0x7f nearly everything may. */
const labelUnits: Uint8Array = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  return /[A-Za-z<[{]/.test(text) ? 1 : /[0-9_\-.'#>\]}|$&/]/.test(text) ? 2 : 0;
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

const opensName = (unit: number): boolean => (unit < 128 ? labelUnits[unit] === 1 : !endsLabel(unit));
const opensLabel = (unit: number): boolean => unit === AT || opensName(unit);
const inLabel = (unit: number): boolean => (unit < 128 ? labelUnits[unit] !== 0 : !endsLabel(unit));

/** A label that was found: its name (of `@ann` with the mark), a hash of the name's units, and the end of its colon. */
const hit = { nameStart: 0, nameEnd: 0, hash: 0, end: 0 };

/** Does a name with a colon stand at `from`? Fills `hit`. */
function labelAt(text: string, from: number): boolean {
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
  if (q >= n || !opensName(unit)) return false;
  const limit = Math.min(n, q + MOST_UNITS);
  let spaces = 0;
  let nameEnd = q;
  let hash = 0;
  for (; q < limit; q++) {
    unit = text.charCodeAt(q);
    if (unit === 32) {
      if (++spaces > MOST_SPACES) return false;
    } else if (inLabel(unit)) nameEnd = q + 1;
    else break;
    hash = (hash * 31 + unit) | 0;
  }
  q = nameEnd;
  const closedBefore = bold !== 0 && text.charCodeAt(q) === bold && text.charCodeAt(q + 1) === bold;
  q = skipIndent(text, closedBefore ? q + 2 : q);
  if (q >= n || !isColon(text.charCodeAt(q))) return false;
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

/**
 * Walks the lines of a text once and notes the ones that start with a name and a colon. Lines quoted in code fences,
 * in triple quotes and in tags that open and close on lines of their own are left out: what they say is content.
 */
export function findCandidates(text: string, stamps = false): Candidates & { stamped: boolean } {
  const marks = new Marks();
  const spellings: Candidates['spellings'] = [];
  const known = new Map<string, number>();
  // The spellings seen last, by hash: most labels of a text are spelled like others before them.
  const recent = new Int32Array(RECENT).fill(-1);
  const n = text.length;
  const cr = firstCR(text);
  let stamped = false;
  let nextFence = text.indexOf('```');
  let quote: Quote | null = null;

  // Speakers take turns, so a label is mostly one of the last two.
  let last = -1;
  let before = -1;

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
        if (change === 'closes') drop(quote!.size);
        quote = change === 'closes' ? null : change;
        p = lineAfter(text, p + 3, cr);
        continue;
      }
    }
    if (mayStamp(unit)) {
      const behind = stampEnd(text, p);
      if (behind > p) {
        if (behind < n && labelAt(text, behind)) {
          stamped = true;
          if (stamps) {
            const which = spelling();
            spellings[which]!.handle = true;
            spellings[which]!.count++;
            marks.add(which, start, behind, 0, hit.end);
          }
        }
        p = lineAfter(text, behind, cr);
        continue;
      }
    }
    let which = -1;
    if (last !== -1 && repeats(text, p, spellings[last]!.text)) which = last;
    else if (before !== -1 && repeats(text, p, spellings[before]!.text)) which = before;
    else if (
      (unit === HASH || unit === STAR || unit === UNDERSCORE || opensLabel(unit)) &&
      labelAt(text, p)
    ) {
      which = spelling();
    }
    if (which !== -1) {
      if (which !== last) {
        before = last;
        last = which;
      }
      spellings[which]!.count++;
      marks.add(which, start, p, 0, hit.end);
      const from = hit.end;
      p = lineAfter(text, from, cr);
      // A fence that opens behind a label (`User: ```js`) is closed at the start of a later line.
      if (nextFence !== -1 && quote === null && fenceOpens(from, p))
        quote = { unit: 96, tag: '', size: marks.length };
    } else p = lineAfter(text, p, cr);
  }
  return { spellings, marks, stamped };

  function fenceOpens(from: number, end: number): boolean {
    let opens = false;
    while (nextFence !== -1 && nextFence < from) nextFence = text.indexOf('```', nextFence + 3);
    for (; nextFence !== -1 && nextFence < end; nextFence = text.indexOf('```', nextFence + 3))
      opens = !opens;
    return opens;
  }

  /** Takes back the candidates that a quotation turned out to hold. */
  function drop(size: number): void {
    for (let i = size; i < marks.length; i++) spellings[marks.which(i)]!.count--;
    marks.length = size;
  }

  /** The index of the spelling in `hit`. */
  function spelling(): number {
    const { nameStart, nameEnd, hash } = hit;
    const slot = (hash ^ (hash >>> 7)) & (RECENT - 1);
    const seen = recent[slot]!;
    if (seen !== -1) {
      const { text: name } = spellings[seen]!;
      if (name.length === nameEnd - nameStart && text.startsWith(name, nameStart)) return seen;
    }
    const name = text.slice(nameStart, nameEnd);
    let which = known.get(name);
    if (which === undefined) {
      which = spellings.length;
      known.set(name, which);
      spellings.push({
        text: name,
        key: speakerKey(name),
        count: 0,
        ...(name.charCodeAt(0) === AT ? { handle: true } : {}),
      });
    }
    recent[slot] = which;
    return which;
  }
}
