import type { LabelDialect, Speaker } from './dialect.js';
import { firstCR, lineAfter } from './lines.js';
import { Marks } from './marks.js';
import { isColon, isIndent, isSpace, skipIndent, skipLineEnds, skipUnit, textStart } from './space.js';

export interface Label {
  text: string;
  speaker: Speaker;
}

/** Finds a dialect's labels: the one rule that reading, escaping and unescaping share. */
export interface LabelMatcher {
  labels: readonly Label[];
  /** Every label in a text, escaped or not; `before` is the unit in front of it, '' at the start of all. */
  find(text: string, before: string): Marks;
}

const LF = 10;
const CR = 13;
const STAR = 42;
const BACKSLASH = 92;
const UNDERSCORE = 95;
const BOM = 0xfeff;

/** Nothing but white space follows on the line. */
export function standsAlone(text: string, end: number): boolean {
  const p = skipIndent(text, end);
  return p >= text.length || text.charCodeAt(p) === LF || text.charCodeAt(p) === CR;
}

export function compileMatcher(
  dialect: Pick<LabelDialect, 'labels' | 'colon' | 'alone' | 'inline'>,
): LabelMatcher {
  const { alone, inline } = dialect;
  const labels = (['system', 'user', 'assistant'] as const).flatMap((speaker) =>
    dialect.labels[speaker].map((text): Label => ({ text, speaker })),
  );
  // A label whose length changes with its case, or that differs from another in case alone, is read as it is spelled.
  const folded = labels.map(({ text }) => text.toLowerCase());
  const lower = labels.map(({ text }, i) => {
    const alike = folded.indexOf(folded[i]!) !== i || folded.lastIndexOf(folded[i]!) !== i;
    return alike || folded[i]!.length !== text.length ? text : folded[i]!;
  });
  // Labels by their first unit in either case, the longest first; ASCII in an array, the rest in a map.
  const byFirstUnit = new Map<number, number[]>();
  for (const [i, { text }] of [...labels.entries()].sort((a, b) => b[1].text.length - a[1].text.length)) {
    const first = text.charAt(0);
    for (const unit of new Set([first, first.toLowerCase(), first.toUpperCase()])) {
      const list = byFirstUnit.get(unit.charCodeAt(0));
      if (list === undefined) byFirstUnit.set(unit.charCodeAt(0), [i]);
      else list.push(i);
    }
  }
  const ascii = new Uint8Array(128);
  let wide = false;
  for (const unit of byFirstUnit.keys()) {
    if (unit < 128) ascii[unit] = 1;
    else wide = true;
  }
  const written = inline ? labels.map(({ text }) => text + dialect.colon) : [];
  const hit = { which: 0, end: 0 };

  /** The label at `start`, with its colon: any case, a space before the colon, bold. False where there is none. */
  function matches(text: string, start: number): boolean {
    let p = start;
    let unit = text.charCodeAt(p);
    const bold = (unit === STAR || unit === UNDERSCORE) && text.charCodeAt(p + 1) === unit ? unit : 0;
    if (bold !== 0) {
      p += 2;
      unit = text.charCodeAt(p);
    }
    const candidates = byFirstUnit.get(unit);
    if (candidates === undefined) return false;
    for (const which of candidates) {
      let q = p + lower[which]!.length;
      if (q >= text.length) continue;
      const next = text.charCodeAt(q);
      if (!isColon(next) && !isIndent(next) && next !== bold) continue;
      if (
        !text.startsWith(labels[which]!.text, p) &&
        (lower[which] === labels[which]!.text || text.slice(p, q).toLowerCase() !== lower[which])
      )
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

  /** The labels at line starts. */
  function findOnLines(text: string, before: string): Marks {
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
      if (may && matches(text, p)) {
        marks.add(hit.which, start, offset, p - offset, hit.end);
        p = hit.end;
      }
      p = lineAfter(text, p, cr);
    }
    return marks;
  }

  /** The labels in the middle of lines: exact spelling, after white space or `>`. */
  function findInline(
    text: string,
    before: string,
  ): { which: number; offset: number; slashes: number; end: number }[] {
    const found: { which: number; offset: number; slashes: number; end: number }[] = [];
    for (const [which, label] of written.entries()) {
      for (let at = text.indexOf(label); at !== -1; at = text.indexOf(label, at + label.length)) {
        let offset = at;
        while (offset > 0 && text.charCodeAt(offset - 1) === BACKSLASH) offset--;
        const edge = offset > 0 ? text.charCodeAt(offset - 1) : before.charCodeAt(0);
        if (
          Number.isNaN(edge) ||
          isSpace(edge) ||
          edge === 62 ||
          edge === BOM ||
          (label.charCodeAt(0) === 35 && edge !== 35 && edge !== STAR && edge !== UNDERSCORE)
        ) {
          found.push({ which, offset, slashes: at - offset, end: at + label.length });
        }
      }
    }
    return found.sort((a, b) => a.offset - b.offset);
  }

  function find(text: string, before: string): Marks {
    const lines = findOnLines(text, before);
    if (!inline) return lines;
    const merged = new Marks();
    let i = 0;
    const copyUpTo = (offset: number): void => {
      for (; i < lines.length && lines.offset(i) < offset; i++) {
        merged.add(lines.which(i), lines.start(i), lines.offset(i), lines.slashes(i), lines.end(i));
      }
    };
    for (const { which, offset, slashes, end } of findInline(text, before)) {
      copyUpTo(offset);
      if (i < lines.length && lines.offset(i) === offset) continue;
      merged.add(which, offset, offset, slashes, end);
    }
    copyUpTo(Number.POSITIVE_INFINITY);
    return merged;
  }

  return { labels, find };
}
