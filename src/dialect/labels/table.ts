import { isColon, isIndent, skipIndent } from '../../text/space.js';
import { CR, LF, STAR, UNDERSCORE } from '../../text/units.js';
import type { LabelDialect, Speaker } from '../types.js';

export interface Label {
  text: string;
  speaker: Speaker;
}

interface Candidate {
  /** Which of the labels it is. */
  which: number;
  text: string;
  length: number;
  /** In lower case; null where the label is read as it is spelled alone. */
  lower: string | null;
}

/** What a table of labels needs to know of a dialect. */
export type LabelRules = Pick<LabelDialect, 'labels' | 'alone' | 'colon'>;

/** Nothing but white space follows on the line. */
export function standsAlone(text: string, end: number): boolean {
  const p = skipIndent(text, end);
  return p >= text.length || text.charCodeAt(p) === LF || text.charCodeAt(p) === CR;
}

/** A label that differs from another in case alone, or whose length changes with its case, is read as it is spelled. */
function candidatesOf(labels: readonly Label[]): Candidate[] {
  const folded = labels.map(({ text }) => text.toLowerCase());
  const spellings = new Map<string, number>();
  for (const lower of folded) spellings.set(lower, (spellings.get(lower) ?? 0) + 1);
  return labels.map(({ text }, which) => {
    const lower = folded[which]!;
    const alike = spellings.get(lower)! > 1;
    return { which, text, length: text.length, lower: alike || lower.length !== text.length ? null : lower };
  });
}

/** The labels of a dialect, by their first unit in either case, the longest first. */
export class LabelTable {
  readonly labels: readonly Label[];
  /** What `matches` has found: which label, and where it ends. */
  which = 0;
  end = 0;
  private readonly alone: boolean;
  private readonly bare: boolean;
  private readonly byFirstUnit = new Map<number, Candidate[]>();
  /** For each ASCII unit: may a label begin with it? */
  private readonly ascii = new Uint8Array(128);
  /** A label begins with a unit beyond ASCII. */
  private readonly wide: boolean;

  constructor({ labels, alone, colon }: LabelRules) {
    this.alone = alone;
    this.bare = colon === '';
    this.labels = (['system', 'user', 'assistant'] as const).flatMap((speaker) =>
      labels[speaker].map((text): Label => ({ text, speaker })),
    );
    for (const candidate of candidatesOf(this.labels).sort((a, b) => b.length - a.length)) {
      const first = candidate.text.charAt(0);
      for (const unit of new Set([first, first.toLowerCase(), first.toUpperCase()])) {
        const list = this.byFirstUnit.get(unit.charCodeAt(0));
        if (list === undefined) this.byFirstUnit.set(unit.charCodeAt(0), [candidate]);
        else list.push(candidate);
      }
    }
    const units = [...this.byFirstUnit.keys()];
    for (const unit of units) if (unit < 128) this.ascii[unit] = 1;
    this.wide = units.some((unit) => unit >= 128);
  }

  /** Does a label stand here? `which` and `end` say the rest. */
  matches(text: string, start: number): boolean {
    const unit = text.charCodeAt(start);
    const may =
      unit < 128
        ? this.ascii[unit] === 1 ||
          ((unit === STAR || unit === UNDERSCORE) && text.charCodeAt(start + 1) === unit)
        : this.wide;
    return may && (this.bare ? this.matchesBare(text, start) : this.matchesColon(text, start));
  }

  /** A label that needs no colon: nothing but a line's end behind it where it is `alone`. */
  private matchesBare(text: string, start: number): boolean {
    for (const one of this.byFirstUnit.get(text.charCodeAt(start)) ?? []) {
      const end = start + one.length;
      if (end > text.length || !spelt(one, text, start)) continue;
      if (!this.alone || standsAlone(text, end)) return this.found(one, end);
    }
    return false;
  }

  /** A label with its colon: any case, a space before the colon, bold. */
  private matchesColon(text: string, start: number): boolean {
    let p = start;
    let unit = text.charCodeAt(p);
    const bold = (unit === STAR || unit === UNDERSCORE) && text.charCodeAt(p + 1) === unit ? unit : 0;
    if (bold !== 0) {
      p += 2;
      unit = text.charCodeAt(p);
    }
    const list = this.byFirstUnit.get(unit);
    if (list === undefined) return false;
    for (const one of list) {
      let q = p + one.length;
      if (q >= text.length) continue;
      const next = text.charCodeAt(q);
      if (!isColon(next) && !isIndent(next) && next !== bold) continue;
      if (!spelt(one, text, p)) continue;
      const closedBefore = bold !== 0 && next === bold && text.charCodeAt(q + 1) === bold;
      if (closedBefore) q += 2;
      q = skipIndent(text, q);
      if (q >= text.length || !isColon(text.charCodeAt(q))) continue;
      q++;
      if (bold !== 0 && !closedBefore) {
        if (text.charCodeAt(q) !== bold || text.charCodeAt(q + 1) !== bold) continue;
        q += 2;
      }
      if (!this.alone || standsAlone(text, q)) return this.found(one, q);
    }
    return false;
  }

  private found({ which }: Candidate, end: number): true {
    this.which = which;
    this.end = end;
    return true;
  }
}

const spelt = ({ text: label, length, lower }: Candidate, text: string, at: number): boolean =>
  text.startsWith(label, at) || (lower !== null && text.slice(at, at + length).toLowerCase() === lower);
