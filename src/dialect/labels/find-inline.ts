import { isSpace } from '../../text/space.js';
import { BACKSLASH, BOM, STAR, UNDERSCORE } from '../../text/units.js';
import { Marks } from '../found.js';
import type { LabelDialect } from '../types.js';
import type { LabelMatcher } from './find.js';

interface InlineLabel {
  which: number;
  offset: number;
  slashes: number;
  end: number;
}

/** Finds the labels of a dialect whose labels also stand in the middle of lines. */
export function findInline(
  dialect: LabelDialect,
  { labels, find: findOnLines }: LabelMatcher,
): LabelMatcher['find'] {
  const written = labels.map(({ text }) => text + dialect.colon);
  const start = dialect.labelStart ?? '';

  /** The labels in the middle of lines: exact spelling, after white space or `>`. */
  function findInLines(text: string, before: string): InlineLabel[] {
    const found: InlineLabel[] = [];
    for (const [which, label] of written.entries()) {
      // Where a mark tells labels in lines, those without it stand at the start of a line alone.
      if (!label.startsWith(start)) continue;
      for (let at = text.indexOf(label); at !== -1; at = text.indexOf(label, at + label.length)) {
        let offset = at;
        while (offset > 0 && text.charCodeAt(offset - 1) === BACKSLASH) offset--;
        const edge = offset > 0 ? text.charCodeAt(offset - 1) : before.charCodeAt(0);
        if (
          Number.isNaN(edge) ||
          isSpace(edge) ||
          edge === 62 ||
          edge === BOM ||
          (label.charCodeAt(0) === 35 && edge !== 35 && edge !== STAR && edge !== UNDERSCORE) ||
          start !== ''
        ) {
          found.push({ which, offset, slashes: at - offset, end: at + label.length });
        }
      }
    }
    return found.sort((a, b) => a.offset - b.offset);
  }

  return (text, before, live = false) => {
    const lines = findOnLines(text, before, live);
    const merged = new Marks();
    let i = 0;
    const copyUpTo = (offset: number): void => {
      for (; i < lines.length && lines.offset(i) < offset; i++) {
        merged.add(lines.which(i), lines.start(i), lines.offset(i), lines.slashes(i), lines.end(i));
      }
    };
    for (const { which, offset, slashes, end } of findInLines(text, before)) {
      if (live && slashes > 0) continue;
      copyUpTo(offset);
      if (i < lines.length && lines.offset(i) === offset) continue;
      merged.add(which, offset, offset, slashes, end);
    }
    copyUpTo(Number.POSITIVE_INFINITY);
    return merged;
  };
}
