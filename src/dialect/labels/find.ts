import { firstCR, lineAfter } from '../../text/lines.js';
import { isIndent, skipIndent, skipLineEnds, skipUnit, textStart } from '../../text/space.js';
import { BACKSLASH, CR, LF } from '../../text/units.js';
import { Marks } from '../found.js';
import type { LabelDialect } from '../types.js';
import { stampEnd } from './stamp.js';
import { type Label, type LabelRules, LabelTable } from './table.js';

/** Finds a dialect's labels: the one rule that reading, escaping and unescaping share. */
export interface LabelMatcher {
  labels: readonly Label[];
  /** The labels in a text, with `live` those alone that no backslash escapes; `before` is the unit in front of it, '' at the start of all. */
  find(text: string, before: string, live?: boolean): Marks;
}

/** Finds labels at line starts. */
export function compileMatcher(dialect: LabelRules & Pick<LabelDialect, 'inline' | 'stamps'>): LabelMatcher {
  const { inline, stamps = false } = dialect;
  const table = new LabelTable(dialect);

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
      }
      if (table.matches(text, p)) {
        if (!live || p === offset) marks.add(table.which, start, offset, p - offset, table.end);
        p = table.end;
      }
      p = lineAfter(text, p, cr);
    }
    return marks;
  }

  return { labels: table.labels, find };
}
