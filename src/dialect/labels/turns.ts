import type { Role } from '../../schemas/messages.js';
import {
  afterLineEnd,
  beforeLineEnd,
  isBlank,
  isIndent,
  skipIndent,
  skipSpace,
  textStart,
  trimEnd,
} from '../../text/space.js';
import { compileControlTokens } from '../control-tokens.js';
import type { Found, Place, Scan, Site, Syntax } from '../syntax.js';
import type { OpenTurn, Turn } from '../turn.js';
import type { LabelDialect } from '../types.js';
import { endOfTurn, nameInLabel, speakerOf } from './complete.js';
import { compileMatcher } from './find.js';
import { findInline } from './find-inline.js';

const BOM = 0xfeff;

/** Reads and writes the turns of a dialect of labels. */
export function compileLabels(dialect: LabelDialect): Syntax {
  const matcher = compileMatcher(dialect);
  const find = dialect.inline ? findInline(dialect, matcher) : matcher.find;
  const tokenSites = dialect.specialTokens.length === 0 ? null : compileControlTokens(dialect.specialTokens);
  const ends = {
    system: endOfTurn(dialect, 'system'),
    user: endOfTurn(dialect, 'user'),
    assistant: endOfTurn(dialect, 'assistant'),
  };
  const { labelStart = '' } = dialect;
  const startsInToken = dialect.specialTokens.includes(labelStart) ? labelStart : '';
  const separatorLines = dialect.separator === '\n\n' ? 2 : 1;
  const preambleLines = dialect.preambleSeparator === '\n\n' ? 2 : 1;

  /** The start of content behind a label: one space, or one line end where the dialect has it, is the dialect's. */
  function afterGap(text: string, colonEnd: number): number {
    if (colonEnd >= text.length) return colonEnd;
    if (dialect.gap === '\n') {
      const p = dialect.alone ? skipIndent(text, colonEnd) : colonEnd;
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
    if (separator === '') return end;
    if (separator === ' ') {
      const line = beforeLineEnd(text, start, end);
      return line < end ? line : end > start && isIndent(text.charCodeAt(end - 1)) ? end - 1 : end;
    }
    let p = end;
    for (let i = 0; i < lines; i++) p = beforeLineEnd(text, start, p);
    return p;
  }

  /** The end of content in front of the closing mark that the turn ends in; the turn's end where it has none. */
  function beforeMark(text: string, start: number, end: number, mark: string): number {
    const own = mark.trimStart();
    const at = trimEnd(text, start, end) - own.length;
    if (at < start || !text.startsWith(own, at)) return end;
    return own === mark ? at : beforeLineEnd(text, start, at);
  }

  /** The labels of a text that open turns. */
  const findTurns = (text: string): Found => ({
    marks: find(text, '', true),
    labels: matcher.labels,
    ink: trimEnd(text, 0, text.length),
  });

  function scan(text: string, found: Found = findTurns(text)): Scan {
    const { marks, labels, ink } = found;
    const n = text.length;
    const begin = textStart(text);
    if (marks.length === 0) {
      const whole: Turn = {
        role: 'user',
        label: '',
        start: begin,
        end: n,
        contentStart: begin,
        contentEnd: n,
      };
      return { turns: n > begin ? [whole] : [], names: null, open: null, closed: false };
    }
    const turns: Turn[] = [];
    const names: (string | undefined)[] | null = dialect.named ? [] : null;
    const first = marks.start(0);
    if (skipSpace(text, begin, first) < first) {
      const contentEnd = beforeSeparator(text, begin, first, dialect.preambleSeparator, preambleLines);
      names?.push(undefined);
      turns.push({
        role: 'system',
        label: '',
        start: begin,
        end: first,
        contentStart: begin,
        contentEnd,
      });
    }
    // One string a spelling: a prompt of many turns has few.
    const spelt: string[] = [];
    const final = marks.length - 1;
    let closed = true;
    let open: OpenTurn | null = null;
    for (let i = 0; i <= final; i++) {
      const which = marks.which(i);
      const start = marks.start(i);
      const offset = marks.offset(i);
      const labelEnd = marks.end(i);
      const end = i === final ? n : marks.start(i + 1);
      const role = labels[which]!.speaker;
      let label = spelt[which] ?? '';
      if (label.length !== labelEnd - offset || !text.startsWith(label, offset)) {
        label = text.slice(offset, labelEnd);
        spelt[which] = label;
      }
      const contentStart = Math.min(afterGap(text, labelEnd), end);
      let contentEnd = end;
      const mark = ends[role];
      if (mark !== '') contentEnd = beforeMark(text, contentStart, end, mark);
      if (contentEnd === end) {
        if (i < final) {
          contentEnd = beforeSeparator(text, contentStart, end, dialect.separator, separatorLines);
        } else if (contentStart >= ink) {
          open = { role, label, start, end: n };
          break;
        } else closed = false;
      }
      names?.push(role === 'user' ? nameInLabel(dialect, labels[which]!.text) : undefined);
      turns.push({ role, label, start, end, contentStart, contentEnd });
    }
    return { turns, names, open, closed };
  }

  function written(role: Role, name: string | undefined): string {
    const own = dialect.labels[speakerOf(role) ?? 'user'];
    const named =
      dialect.named && name !== undefined && own.find((label) => nameInLabel(dialect, label) === name);
    return (named || (own[0] ?? dialect.labels.user[0]!)) + dialect.colon;
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
    const unlabelled = place.bare ?? bare(role, content, place);
    const mark = unlabelled ? '' : ends[speakerOf(role) ?? 'user'];
    if (mark !== '') {
      // Behind the closing mark the next label must still be seen: at a line start, or after a space or `>`.
      const seen = dialect.inline && dialect.separator === ' ' && mark.endsWith('>');
      const lineEnd = content.endsWith('\r') && mark.startsWith('\n') ? '\r' : '';
      return lineEnd + mark + (place.followed && !seen ? dialect.separator : '');
    }
    if (!place.followed) return '';
    const separator = unlabelled ? dialect.preambleSeparator : dialect.separator;
    // A CR right before LF would be read as part of the line end, so one more is written.
    return separator.startsWith('\n') && content.endsWith('\r') ? `\r${separator}` : separator;
  }

  return {
    dialect,
    scan,
    sites(content, before) {
      const sites: Site[] = tokenSites?.(content) ?? [];
      // Most content is one line behind a label: nothing in it starts a line.
      if (!dialect.inline && before !== '' && before !== '\n' && before !== '\r' && before !== '\ufeff') {
        if (!content.includes('\n') && !content.includes('\r')) return sites;
      }
      const marks = find(content, before);
      const tokens = sites.length;
      for (let i = 0; i < marks.length; i++) {
        // A label that begins with a token is none once the token is escaped.
        if (startsInToken && matcher.labels[marks.which(i)]!.text.startsWith(startsInToken)) continue;
        sites.push({ kind: 'label', offset: marks.offset(i), slashes: marks.slashes(i), end: marks.end(i) });
      }
      return tokens === 0 ? sites : sites.sort((a, b) => a.offset - b.offset);
    },
    opening,
    closing,
    bare,
    readsBare,
    takesSystem: () => dialect.labels.system.length > 0,
    generationPrompt: (place) =>
      (place.previous === null ? dialect.lead : '') +
      written('assistant', undefined) +
      (dialect.gap === '\n' ? '\n' : ''),
  };
}
