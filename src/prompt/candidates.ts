import { isIndent } from './space.js';
import { speakerKey } from './speakers.js';

/** A spelling that labels lines of a text, and where it does. */
export interface Spelling {
  /** As it is written, without colon and bold: `User`, `### Human`, `[[AI_NAME]]`. */
  text: string;
  /** Its name in the tables of speakers. */
  key: string;
  count: number;
}

/** Everything in a text that may label a turn: lines that start with a short name and a colon, in order. */
export interface Candidates {
  spellings: Spelling[];
  /** Index into `spellings`, one a candidate. */
  which: number[];
  /** Where the line starts, with its indent. */
  starts: number[];
  /** Where the label starts, with its bold marks. */
  offsets: number[];
  /** Behind the colon. */
  ends: number[];
}

const MOST_UNITS = 40;
const MOST_SPACES = 2;
const SHORT_LINE = 24;

/** What a unit may be in a label: 1 = anywhere, 2 = anywhere but at its start. Above 0x7f everything may. */
const labelUnits = new Uint8Array(128);
for (let unit = 0; unit < 128; unit++) {
  const text = String.fromCharCode(unit);
  if (/[A-Za-z<[{]/.test(text)) labelUnits[unit] = 1;
  else if (/[0-9_\-.'#>\]}|$&/]/.test(text)) labelUnits[unit] = 2;
}

const isColon = (unit: number): boolean => unit === 58 || unit === 0xff1a;
const isWide = (unit: number): boolean =>
  unit >= 0x80 &&
  unit !== 0xff1a &&
  unit !== 0x3002 &&
  unit !== 0xff0c &&
  unit !== 0x3000 &&
  unit !== 0xa0 &&
  unit !== 0xfeff;

/**
 * Walks the lines of a text once and notes the ones that start with a name and a colon. Lines quoted in code fences,
 * in triple quotes and in tags that open and close on lines of their own are left out: what they say is content.
 */
export function findCandidates(text: string): Candidates {
  const found: Candidates = { spellings: [], which: [], starts: [], offsets: [], ends: [] };
  const known = new Map<string, number>();
  const n = text.length;
  let nextCR = text.indexOf('\r');
  if (nextCR === -1) nextCR = n;
  let p = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let quote: { mark: string; size: number } | null = null;
  let nextFence = text.indexOf('```');

  while (p < n) {
    const start = p;
    let unit = text.charCodeAt(p);
    if (unit === 10 || unit === 13) {
      p++;
      continue;
    }
    while (isIndent(unit)) unit = text.charCodeAt(++p);
    if (unit === 96 || unit === 34 || unit === 126 || unit === 60) {
      const mark = quoteMark(text, p, unit);
      if (mark !== '') {
        if (quote !== null && closes(quote.mark, mark)) {
          drop(quote.size);
          quote = null;
        } else if (quote === null || mark.startsWith('```')) {
          if (!mark.startsWith('</')) quote = { mark, size: found.which.length };
        }
        p = nextLine(p + 1);
        continue;
      }
    }
    if (unit === 35 || unit === 42 || unit === 95 || (unit < 128 ? labelUnits[unit] === 1 : isWide(unit))) {
      const end = label(start, p, unit);
      if (end > 0) {
        const next = nextLine(end);
        // A fence that opens behind a label (`User: ```js`) is closed at the start of a later line.
        if (nextFence !== -1 && quote === null && fenceOpens(end, next))
          quote = { mark: '```', size: found.which.length };
        p = next;
        continue;
      }
    }
    p = nextLine(p);
  }
  return found;

  function fenceOpens(from: number, end: number): boolean {
    let opens = false;
    while (nextFence !== -1 && nextFence < from) nextFence = text.indexOf('```', nextFence + 3);
    for (; nextFence !== -1 && nextFence < end; nextFence = text.indexOf('```', nextFence + 3))
      opens = !opens;
    return opens;
  }

  /** Takes back the candidates that a quotation turned out to hold. */
  function drop(size: number): void {
    for (let i = size; i < found.which.length; i++) found.spellings[found.which[i]!]!.count--;
    found.which.length = size;
    found.starts.length = size;
    found.offsets.length = size;
    found.ends.length = size;
  }

  /** Notes the label that starts at `from`; returns the end of its colon, or 0 where there is none. */
  function label(start: number, from: number, firstUnit: number): number {
    let q = from;
    let unit = firstUnit;
    let bold = 0;
    if ((unit === 42 || unit === 95) && text.charCodeAt(q + 1) === unit) {
      bold = unit;
      q += 2;
      unit = text.charCodeAt(q);
    } else if (unit === 42 || unit === 95) return 0;
    const nameStart = q;
    if (unit === 35) {
      while (unit === 35 && q - nameStart < 6) unit = text.charCodeAt(++q);
      while (isIndent(unit)) unit = text.charCodeAt(++q);
    }
    if (!(unit < 128 ? labelUnits[unit] === 1 : isWide(unit))) return 0;
    const limit = Math.min(n, q + MOST_UNITS);
    let spaces = 0;
    let nameEnd = q;
    for (; q < limit; q++) {
      unit = text.charCodeAt(q);
      if (unit === 32) {
        if (++spaces > MOST_SPACES) return 0;
      } else if (unit < 128 ? labelUnits[unit]! > 0 : isWide(unit)) nameEnd = q + 1;
      else break;
    }
    q = nameEnd;
    const closedBefore = bold !== 0 && text.charCodeAt(q) === bold && text.charCodeAt(q + 1) === bold;
    if (closedBefore) q += 2;
    while (isIndent(text.charCodeAt(q))) q++;
    if (!isColon(text.charCodeAt(q))) return 0;
    q++;
    if (bold !== 0 && !closedBefore) {
      if (text.charCodeAt(q) !== bold || text.charCodeAt(q + 1) !== bold) return 0;
      q += 2;
    }
    // `https://…`, `std::vector`: no label.
    if (text.charCodeAt(q) === 58 || (text.charCodeAt(q) === 47 && text.charCodeAt(q + 1) === 47)) return 0;
    const name = text.slice(nameStart, nameEnd);
    let index = known.get(name);
    if (index === undefined) {
      index = found.spellings.length;
      known.set(name, index);
      found.spellings.push({ text: name, key: speakerKey(name), count: 0 });
    }
    found.spellings[index]!.count++;
    found.which.push(index);
    found.starts.push(start);
    found.offsets.push(from);
    found.ends.push(q);
    return q;
  }

  function nextLine(from: number): number {
    const near = Math.min(n, from + SHORT_LINE);
    let q = from;
    for (; q < near; q++) {
      const unit = text.charCodeAt(q);
      if (unit === 10 || unit === 13) return q + 1;
    }
    if (q >= n) return n;
    if (nextCR < q) {
      nextCR = text.indexOf('\r', q);
      if (nextCR === -1) nextCR = n;
    }
    const nextLF = text.indexOf('\n', q);
    return Math.min(nextCR, nextLF === -1 ? n : nextLF) + 1;
  }
}

/** The mark that opens or closes a quotation at the start of a line: a fence, three quotes, a tag alone; '' for none. */
function quoteMark(text: string, at: number, unit: number): string {
  if (unit === 60) {
    const closing = text.charCodeAt(at + 1) === 47;
    let q = at + (closing ? 2 : 1);
    const limit = q + 32;
    for (; q < limit; q++) {
      const letter = text.charCodeAt(q);
      if (
        !(
          (letter >= 97 && letter <= 122) ||
          (letter >= 65 && letter <= 90) ||
          letter === 95 ||
          letter === 45 ||
          letter === 32
        )
      )
        break;
    }
    if (text.charCodeAt(q) !== 62) return '';
    const after = text.charCodeAt(q + 1);
    return Number.isNaN(after) || after === 10 || after === 13 ? text.slice(at, q + 1) : '';
  }
  if (text.charCodeAt(at + 1) !== unit || text.charCodeAt(at + 2) !== unit) return '';
  const mark = text.slice(at, at + 3);
  const after = text.charCodeAt(at + 3);
  return Number.isNaN(after) || after === 10 || after === 13 ? mark : `${mark}…`;
}

/** A bare mark closes its own kind; a fence with a language opens another. */
function closes(open: string, mark: string): boolean {
  if (open.startsWith('<')) return mark === `</${open.slice(1)}`;
  return mark === open.slice(0, 3);
}
