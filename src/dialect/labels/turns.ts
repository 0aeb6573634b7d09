import type { Role } from '../../schemas/messages.js';
import { isBlank, trimEnd } from '../../text/space.js';
import { BOM } from '../../text/units.js';
import { compileControlTokens } from '../control-tokens.js';
import type { Place, Site, Syntax } from '../syntax.js';
import type { LabelDialect } from '../types.js';
import { endOfTurn, nameInLabel, speakerOf } from './complete.js';
import { compileMatcher } from './find.js';
import { findInline } from './find-inline.js';
import { scanLabels, type TurnEnds } from './scan.js';

type Writer = Pick<Syntax, 'opening' | 'closing' | 'bare' | 'readsBare' | 'generationPrompt'>;

/** Writes the turns of a dialect of labels. */
function labelWriter(dialect: LabelDialect, ends: TurnEnds): Writer {
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

/** Reads and writes the turns of a dialect of labels. */
export function compileLabels(dialect: LabelDialect): Syntax {
  const matcher = compileMatcher(dialect);
  const find = dialect.inline ? findInline(dialect, matcher) : matcher.find;
  const tokenSites = dialect.specialTokens.length === 0 ? null : compileControlTokens(dialect.specialTokens);
  const ends: TurnEnds = {
    system: endOfTurn(dialect, 'system'),
    user: endOfTurn(dialect, 'user'),
    assistant: endOfTurn(dialect, 'assistant'),
  };
  const { labelStart = '' } = dialect;
  const startsInToken = dialect.specialTokens.includes(labelStart) ? labelStart : '';

  return {
    dialect,
    ...labelWriter(dialect, ends),
    scan(text, found) {
      const { labels } = matcher;
      const own = found ?? { marks: find(text, '', true), labels, ink: trimEnd(text, 0, text.length) };
      return scanLabels(dialect, ends, text, own);
    },
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
    takesSystem: () => dialect.labels.system.length > 0,
  };
}
