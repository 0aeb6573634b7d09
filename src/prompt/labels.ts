import type { Role } from '../schemas/messages.js';
import { compileControlTokens } from './control-tokens.js';
import { type LabelDialect, type Speaker, speakerOf } from './dialect.js';
import { afterLineEnd, beforeLineEnd, isBlank, isIndent, isSpace, skipSpace, trimEnd } from './space.js';
import type { Frame, Place, Scan, Site, Syntax } from './syntax.js';
import type { OpenTurn } from './types.js';

interface Label {
  text: string;
  lower: string;
  speaker: Speaker;
}

/** A site that is a label: `start` is where its turn begins (its indent, too, unless labels are inline). */
interface LabelSite extends Site {
  start: number;
  label: Label;
}

const LF = 10;
const CR = 13;
const STAR = 42;
const BACKSLASH = 92;
const UNDERSCORE = 95;
const BOM = 0xfeff;
/** A line shorter than this is walked unit by unit: the call of `indexOf` costs more. */
const SHORT_LINE = 24;

const isColon = (unit: number): boolean => unit === 58 || unit === 0xff1a;

/** Reads and writes the turns of a dialect of labels. */
export function compileLabels(dialect: LabelDialect): Syntax {
  const labels: Label[] = (['system', 'user', 'assistant'] as const).flatMap((speaker) =>
    dialect.labels[speaker].map((text) => ({ text, lower: text.toLowerCase(), speaker })),
  );
  const byFirstUnit = new Map<number, Label[]>();
  for (const label of [...labels].sort((a, b) => b.text.length - a.text.length)) {
    const first = label.text.charAt(0);
    for (const unit of new Set([first, first.toLowerCase(), first.toUpperCase()])) {
      const list = byFirstUnit.get(unit.charCodeAt(0));
      if (list === undefined) byFirstUnit.set(unit.charCodeAt(0), [label]);
      else list.push(label);
    }
  }
  const inlineLabels = dialect.inline
    ? labels.map((label) => ({ label, written: label.text + dialect.colon }))
    : [];
  const tokenSites = compileControlTokens(dialect.specialTokens);
  const separatorLines = dialect.separator === '\n\n' ? 2 : 1;
  const preambleLines = dialect.preambleSeparator === '\n\n' ? 2 : 1;

  /** The label at `start`, with its colon: any case, a space before the colon, bold. Returns its end, or 0. */
  function matchLabel(text: string, start: number, found: { label: Label | null }): number {
    let p = start;
    let unit = text.charCodeAt(p);
    const bold = (unit === STAR || unit === UNDERSCORE) && text.charCodeAt(p + 1) === unit ? unit : 0;
    if (bold !== 0) {
      p += 2;
      unit = text.charCodeAt(p);
    }
    const candidates = byFirstUnit.get(unit);
    if (candidates === undefined) return 0;
    for (const label of candidates) {
      let q = p + label.text.length;
      const next = text.charCodeAt(q);
      if (!isColon(next) && !isIndent(next) && next !== bold) continue;
      if (text.slice(p, q).toLowerCase() !== label.lower) continue;
      const closedBefore = bold !== 0 && next === bold && text.charCodeAt(q + 1) === bold;
      if (closedBefore) q += 2;
      while (isIndent(text.charCodeAt(q))) q++;
      if (!isColon(text.charCodeAt(q))) continue;
      q++;
      if (bold !== 0 && !closedBefore) {
        if (text.charCodeAt(q) !== bold || text.charCodeAt(q + 1) !== bold) continue;
        q += 2;
      }
      if (dialect.alone) {
        let r = q;
        while (isIndent(text.charCodeAt(r))) r++;
        if (r < text.length && text.charCodeAt(r) !== LF && text.charCodeAt(r) !== CR) continue;
      }
      found.label = label;
      return q;
    }
    return 0;
  }

  /** The labels at line starts, in order; `before` is the unit in front of the text, '' at the start of all. */
  function lineSites(text: string, before: string): LabelSite[] {
    const sites: LabelSite[] = [];
    const found: { label: Label | null } = { label: null };
    const n = text.length;
    let nextCR = text.indexOf('\r');
    if (nextCR === -1) nextCR = n;
    let p = 0;
    if (before !== '' && before !== '\n' && before !== '\r' && before !== '\ufeff') p = nextLine(0);
    else if (before === '' && text.charCodeAt(0) === BOM) p = 1;
    while (p < n) {
      const start = p;
      let unit = text.charCodeAt(p);
      if (unit === LF || unit === CR) {
        p++;
        continue;
      }
      // Inline, the one space before a label is the separator; an indent would be read as content's.
      if (!dialect.inline) while (isIndent(unit)) unit = text.charCodeAt(++p);
      const offset = p;
      while (unit === BACKSLASH) unit = text.charCodeAt(++p);
      if (unit === STAR || unit === UNDERSCORE || byFirstUnit.has(unit)) {
        const end = matchLabel(text, p, found);
        if (end > 0 && found.label !== null) {
          const slashes = p - offset;
          sites.push({ kind: 'label', start: start, offset, slashes, end, label: found.label });
          p = end;
        }
      }
      p = nextLine(p);
    }
    return sites;

    function nextLine(from: number): number {
      const near = Math.min(n, from + SHORT_LINE);
      let q = from;
      for (; q < near; q++) {
        const unit = text.charCodeAt(q);
        if (unit === LF || unit === CR) return q + 1;
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

  /** The labels in the middle of lines, in order: exact spelling, after white space or `>`. */
  function inlineSites(text: string, before: string): LabelSite[] {
    const sites: LabelSite[] = [];
    for (const { label, written } of inlineLabels) {
      for (let at = text.indexOf(written); at !== -1; at = text.indexOf(written, at + written.length)) {
        let offset = at;
        while (offset > 0 && text.charCodeAt(offset - 1) === BACKSLASH) offset--;
        const edge = offset > 0 ? text.charCodeAt(offset - 1) : before.charCodeAt(0);
        if (Number.isNaN(edge) || isSpace(edge) || edge === 62 || edge === BOM) {
          sites.push({
            kind: 'label',
            start: offset,
            offset,
            slashes: at - offset,
            end: at + written.length,
            label,
          });
        }
      }
    }
    return sites;
  }

  function labelSites(text: string, before: string): LabelSite[] {
    const sites = lineSites(text, before);
    if (!dialect.inline) return sites;
    const known = new Set(sites.map((site) => site.offset));
    const more = inlineSites(text, before).filter((site) => !known.has(site.offset));
    return more.length === 0 ? sites : [...sites, ...more].sort((a, b) => a.offset - b.offset);
  }

  /** The start of content behind a label: one space, or one line end where the dialect has it, is the dialect's. */
  function afterGap(text: string, colonEnd: number): number {
    if (dialect.gap === '\n') {
      let p = colonEnd;
      if (dialect.alone) while (isIndent(text.charCodeAt(p))) p++;
      const behind = afterLineEnd(text, p);
      if (behind > p || p > colonEnd) return behind;
    }
    return text.charCodeAt(colonEnd) === 32 ? colonEnd + 1 : colonEnd;
  }

  function beforeSeparator(
    text: string,
    start: number,
    end: number,
    separator: string,
    lines: number,
  ): number {
    if (separator === ' ') {
      const line = beforeLineEnd(text, start, end);
      return line < end ? line : end > start && isIndent(text.charCodeAt(end - 1)) ? end - 1 : end;
    }
    let p = end;
    for (let i = 0; i < lines; i++) p = beforeLineEnd(text, start, p);
    return p;
  }

  function scan(text: string, accept?: (start: number, role: Role) => boolean): Scan {
    const n = text.length;
    const textStart = text.charCodeAt(0) === BOM ? 1 : 0;
    const marks: LabelSite[] = [];
    for (const site of labelSites(text, '')) {
      if (site.slashes === 0 && (accept === undefined || accept(site.offset, site.label.speaker)))
        marks.push(site);
    }
    const frames: Frame[] = [];
    const first = marks[0];
    if (first === undefined) {
      if (n > textStart) {
        frames.push({
          role: 'user',
          label: '',
          start: textStart,
          contentStart: textStart,
          contentEnd: n,
          end: n,
          closed: false,
        });
      }
      return { frames, open: null };
    }
    if (skipSpace(text, textStart, first.start) < first.start) {
      const contentEnd = beforeSeparator(
        text,
        textStart,
        first.start,
        dialect.preambleSeparator,
        preambleLines,
      );
      frames.push({
        role: 'system',
        label: '',
        start: textStart,
        contentStart: textStart,
        contentEnd,
        end: first.start,
        closed: true,
      });
    }
    let open: OpenTurn | null = null;
    for (let i = 0; i < marks.length; i++) {
      const mark = marks[i]!;
      const next = marks[i + 1];
      const end = next === undefined ? n : next.start;
      const role = mark.label.speaker;
      const label = text.slice(mark.offset, mark.end);
      const contentStart = Math.min(afterGap(text, mark.end), end);
      let contentEnd = end;
      let closed = next !== undefined;
      const ends = dialect.assistantEnd;
      if (role === 'assistant' && ends !== '') {
        const trimmed = trimEnd(text, contentStart, end);
        if (trimmed - ends.length >= contentStart && text.endsWith(ends, trimmed)) {
          contentEnd = trimmed - ends.length;
          closed = true;
        }
      }
      if (contentEnd === end && next !== undefined) {
        contentEnd = beforeSeparator(text, contentStart, end, dialect.separator, separatorLines);
      } else if (!closed && skipSpace(text, contentStart, n) === n) {
        open = { role, label, start: mark.start, end: n };
        break;
      }
      const frame: Frame = { role, label, start: mark.start, contentStart, contentEnd, end, closed };
      if (dialect.named && role === 'user') frame.name = mark.label.text;
      frames.push(frame);
    }
    return { frames, open };
  }

  function written(role: Role, name: string | undefined): string {
    const own = dialect.labels[speakerOf(role) ?? 'user'];
    const label =
      dialect.named && name !== undefined && own.includes(name) ? name : (own[0] ?? dialect.labels.user[0]);
    return label + dialect.colon;
  }

  function opening(role: Role, name: string | undefined, content: string, place: Place): string {
    let gap: string = dialect.gap;
    if (gap === '' && content.startsWith(' ')) gap = ' ';
    if (gap === ' ' && content === '') gap = '';
    return (place.previous === null ? dialect.lead : '') + written(role, name) + gap;
  }

  function readsBare(role: Role, content: string, place: Place): boolean {
    return (
      speakerOf(role) === 'system' &&
      place.previous === null &&
      place.followed &&
      !isBlank(content) &&
      content.charCodeAt(0) !== BOM
    );
  }

  const bare = (role: Role, content: string, place: Place): boolean =>
    dialect.systemPlacement === 'preamble' && readsBare(role, content, place);

  function closing(role: Role, content: string, place: Place): string {
    if (role === 'assistant' && dialect.assistantEnd !== '') return dialect.assistantEnd;
    if (!place.followed) return '';
    const separator = bare(role, content, place) ? dialect.preambleSeparator : dialect.separator;
    // A CR right before LF would be read as part of the line end, so one more is written.
    return separator !== ' ' && content.endsWith('\r') ? `\r${separator}` : separator;
  }

  return {
    dialect,
    scan,
    sites(content, before) {
      const sites: Site[] = labelSites(content, before);
      const tokens = tokenSites(content);
      return tokens.length === 0 ? sites : [...sites, ...tokens].sort((a, b) => a.offset - b.offset);
    },
    opening,
    closing,
    bare,
    readsBare,
    generationPrompt: (place) =>
      (place.previous === null ? dialect.lead : '') +
      written('assistant', undefined) +
      (dialect.gap === '\n' ? '\n' : ''),
  };
}
