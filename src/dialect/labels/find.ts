import { firstCR, lineAfter } from '../../text/lines.js';
import { isColon, isIndent, skipIndent, skipLineEnds, skipUnit, textStart } from '../../text/space.js';
import { Marks } from '../found.js';
import type { LabelDialect, Speaker } from '../types.js';
import { stampEnd } from './stamp.js';

export interface Label {
  text: string;
  speaker: Speaker;
}

/** Finds a dialect's labels: the one rule that reading, escaping and unescaping share. */
export interface LabelMatcher {
  labels: readonly Label[];
  /** The labels in a text, with `live` those alone that no backslash escapes; `before` is the unit in front of it, '' at the start of all. */
  find(text: string, before: string, live?: boolean): Marks;
}

const LF = 10;
const CR = 13;
const STAR = 42;
const BACKSLASH = 92;
const UNDERSCORE = 95;

/** Nothing but white space follows on the line. */
export function standsAlone(text: string, end: number): boolean {
  const p = skipIndent(text, end);
  return p >= text.length || text.charCodeAt(p) === LF || text.charCodeAt(p) === CR;
}

/** Finds labels at line starts. */
export function compileMatcher(
  dialect: Pick<LabelDialect, 'labels' | 'alone' | 'inline' | 'colon' | 'stamps'>,
): LabelMatcher {
  const { alone, inline, stamps = false } = dialect;
  const bare = dialect.colon === '';
  const labels = (['system', 'user', 'assistant'] as const).flatMap((speaker) =>
    dialect.labels[speaker].map((text): Label => ({ text, speaker })),
  );
  // A label whose length changes with its case, or that differs from another in case alone, is read as it is spelled.
  const folded = labels.map(({ text }) => text.toLowerCase());
  const spellings = new Map<string, number>();
  for (const lower of folded) spellings.set(lower, (spellings.get(lower) ?? 0) + 1);
  const candidates = labels.map(({ text }, which) => {
    const lower = folded[which]!;
    const alike = spellings.get(lower)! > 1;
    return { which, text, length: text.length, lower: alike || lower.length !== text.length ? null : lower };
  });
  // Labels by their first unit in either case, the longest first.
  const byFirstUnit = new Map<number, typeof candidates>();
  for (const candidate of [...candidates].sort((a, b) => b.length - a.length)) {
    const first = candidate.text.charAt(0);
    for (const unit of new Set([first, first.toLowerCase(), first.toUpperCase()])) {
      const list = byFirstUnit.get(unit.charCodeAt(0));
      if (list === undefined) byFirstUnit.set(unit.charCodeAt(0), [candidate]);
      else list.push(candidate);
    }
  }
  const ascii = new Uint8Array(128);
  let wide = false;
  for (const unit of byFirstUnit.keys()) {
    if (unit < 128) ascii[unit] = 1;
    else wide = true;
  }
  const hit = { which: 0, end: 0 };

  /** The label at `start` that needs no colon: nothing but a line's end behind it where it is `alone`. */
  function matchesBare(text: string, start: number): boolean {
    for (const { which, text: label, length, lower } of byFirstUnit.get(text.charCodeAt(start)) ?? []) {
      const q = start + length;
      if (q > text.length) continue;
      if (!text.startsWith(label, start) && (lower === null || text.slice(start, q).toLowerCase() !== lower))
        continue;
      if (alone && !standsAlone(text, q)) continue;
      hit.which = which;
      hit.end = q;
      return true;
    }
    return false;
  }

  /** The label at `start`, with its colon: any case, a space before the colon, bold. False where there is none. */
  function matches(text: string, start: number): boolean {
    let p = start;
    let unit = text.charCodeAt(p);
    const bold = (unit === STAR || unit === UNDERSCORE) && text.charCodeAt(p + 1) === unit ? unit : 0;
    if (bold !== 0) {
      p += 2;
      unit = text.charCodeAt(p);
    }
    const list = byFirstUnit.get(unit);
    if (list === undefined) return false;
    for (const { which, text: label, length, lower } of list) {
      let q = p + length;
      if (q >= text.length) continue;
      const next = text.charCodeAt(q);
      if (!isColon(next) && !isIndent(next) && next !== bold) continue;
      if (!text.startsWith(label, p) && (lower === null || text.slice(p, q).toLowerCase() !== lower))
        continue;
      const closedBefore = bold !== 0 && next === bold && text.charCodeAt(q + 1) === bold;
      if (closedBefore) q += 2;
      q = skipIndent(text, q);
      if (q >= text.length || !isColon(text.charCodeAt(q))) continue;
      q++;
      if (bold !== 0 && !closedBefore) {
        if (text.charCodeAt(q) !== bold || text.charCodeAt(q + 1) !== bold) continue;
        q += 2;
      }
      if (alone && !standsAlone(text, q)) continue;
      hit.which = which;
      hit.end = q;
      return true;
    }
    return false;
  }

  function find(text: string, before: string, live = false): Marks {
    const marks = new Marks();
    const n = text.length;
    const cr = firstCR(text);
    let p = 0;
    if (before !== '' && before !== '\n' && before !== '\r' && before !== '\ufeff')
      p = lineAfter(text, 0, cr);
    else if (before === '') p = textStart(text);
    while (p < n) {
      const start = p;
      let unit = text.charCodeAt(p);
      if (unit === LF || unit === CR) {
        p = skipLineEnds(text, p + 1);
        continue;
      }
      // Inline, the one space before a label is the separator; an indent would be read as content's.
      if (!inline && isIndent(unit)) {
        p = skipIndent(text, p + 1);
        if (p >= n) break;
        unit = text.charCodeAt(p);
      }
      if (stamps) {
        p = stampEnd(text, p);
        if (p >= n) break;
        unit = text.charCodeAt(p);
      }
      const offset = p;
      if (unit === BACKSLASH) {
        p = skipUnit(text, p + 1, BACKSLASH);
        if (p >= n) break;
        unit = text.charCodeAt(p);
      }
      const may =
        unit < 128
          ? ascii[unit] === 1 ||
            ((unit === STAR || unit === UNDERSCORE) && p + 1 < n && text.charCodeAt(p + 1) === unit)
          : wide;
      if (may && (bare ? matchesBare(text, p) : matches(text, p))) {
        if (!live || p === offset) marks.add(hit.which, start, offset, p - offset, hit.end);
        p = hit.end;
      }
      p = lineAfter(text, p, cr);
    }
    return marks;
  }

  return { labels, find };
}
