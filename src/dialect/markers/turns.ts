import { turnMarks } from '../../body/grammar.js';
import { linkCalls } from '../../body/link-calls.js';
import { RolecallError } from '../../errors.js';
import type { Role } from '../../schemas/messages.js';
import { isBlank } from '../../text/space.js';
import { lossy } from '../../text/warn.js';
import { compileControlTokens, literal, tokenSource } from '../control-tokens.js';
import type { Place, Scan, Site, Syntax } from '../syntax.js';
import type { OpenTurn, Turn } from '../turn.js';
import type { MarkerDialect, MarkerRole } from '../types.js';
import { arrangement, standsAlone } from './arrange.js';
import { markerBody } from './body.js';
import { marksOf } from './marks.js';

/** A mark as it is read: exact in its tokens, with or without the white space around them. */
function lenient(mark: string): string {
  return mark.replace(/[ \n]|[^ \n]+/g, (run, at: number) => {
    if (run === ' ') return /^\w \w$/.test(mark.slice(at - 1, at + 2)) ? ' ' : ' ?';
    // A line end before a mark is LF alone: a CR there is content's.
    if (run === '\n') return at === 0 ? '\\n?' : '(?:\\r?\\n)?';
    return literal(run);
  });
}

/** What `isBlank` takes for white space. */
const BLANK = '[ \\t-\\r\\u00a0\\u3000]';

/** Where a text without any token opens a turn: at the start of a text or a line, or right behind a token. */
const AT_EDGE = '(?<=^|[\\r\\n>\\ufeff])';

/** A label as any reader may take it: in any case, bold, with white space in front of its colon. */
function labelSource(label: string): string {
  const name = /^(.*?)[:：]$/s.exec(label)?.[1];
  if (name === undefined) return literal(label);
  const caseless = literal(name).replace(/[a-z]/gi, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`);
  return `(?:\\*\\*|__)?${caseless}(?:\\*\\*|__)?[ \\t]*[:：]`;
}

/**
 * Texts that open a turn and hold no token: an escape puts its backslash in front of them. They are found as the labels
 * of a dialect of labels are, indented too, so that no parse takes one for a turn.
 */
function compileLabelTexts(texts: readonly string[]): (content: string) => Site[] {
  if (texts.length === 0) return () => [];
  const sources = [...texts].sort((a, b) => b.length - a.length).map(labelSource);
  const pattern = new RegExp(`${AT_EDGE}([ \\t\\u00a0\\u3000]*)(\\\\*)(?:${sources.join('|')})`, 'g');
  return (content) => {
    const sites: Site[] = [];
    for (const { index, 0: whole, 1: indent = '', 2: slashes = '' } of content.matchAll(pattern)) {
      const offset = index + indent.length;
      sites.push({ kind: 'label', offset, slashes: slashes.length, end: index + whole.length });
    }
    return sites;
  };
}

/** The role under which a message's turn is written. */
function markerRole(dialect: MarkerDialect, role: Role): MarkerRole {
  if (role === 'function') return 'tool';
  if (role === 'developer' && dialect.roles.developer === undefined) return 'system';
  return role;
}

/** Reads and writes the turns of a dialect of markers. */
export function compileMarkers(dialect: MarkerDialect): Syntax {
  const tokenSites = compileControlTokens([...dialect.specialTokens, ...turnMarks(dialect)]);
  const labelSites = compileLabelTexts(dialect.labelTexts);

  const { marks, closes, repeats } = marksOf(dialect);
  const bosSource = repeats ? `(?:${literal(dialect.bos)})?` : '';
  const groups = marks.map(({ role, text }) => {
    const edge = dialect.labelTexts.some((label) => text.startsWith(label)) ? AT_EDGE : '';
    return `${role === undefined ? '' : bosSource}${edge}${lenient(text)}`;
  });
  const events = new RegExp(groups.join('|'), 'g');
  const exactly = groups.map((source) => new RegExp(`^(?:${source})$`));
  const known = new Map<string, MarkerRole | null>();
  /** What a mark found in a text means: a role whose turn it opens, or null for the end of a turn. */
  function meaning(mark: string): MarkerRole | null {
    let role = known.get(mark);
    if (role === undefined) {
      role = marks[exactly.findIndex((pattern) => pattern.test(mark))]?.role ?? null;
      known.set(mark, role);
    }
    return role;
  }
  const fillers = [dialect.bos, ...closes.map((mark) => mark.trim())]
    .filter((mark) => mark !== '')
    .map(tokenSource);
  const filler = new RegExp(`^(?:${[BLANK, ...fillers].join('|')})*$`);
  const leadingBos = dialect.bos === '' ? /^\ufeff?/ : new RegExp(`^\\ufeff?(?:${literal(dialect.bos)})*`);
  const holdsMore = dialect.calls !== null || dialect.reasoning !== null || dialect.toolResult !== 'text';
  const body = holdsMore ? markerBody(dialect) : undefined;
  /** The opening of an assistant's turn that also closes the user's (`[/INST]`) opens none where nothing is said. */
  const opensSilently = dialect.roles.user.close === '' && closes.length > 0;
  const thinking =
    dialect.reasoning === null
      ? null
      : new RegExp(
          `^${BLANK}*${lenient(dialect.reasoning.open)}${BLANK}*(?:${lenient(dialect.reasoning.close)})?${BLANK}*$`,
        );

  function scan(text: string): Scan {
    const n = text.length;
    const frames: Turn[] = [];
    let lastClosed = false;
    const textStart = leadingBos.exec(text)?.[0].length ?? 0;
    let current: { role: MarkerRole; start: number; end: number; label: string } | null = null;
    let lastEnd = 0;
    /** Where the current message of a turn in channels begins. */
    let part = 0;
    if (dialect.unreadable !== undefined) {
      const whole: Turn = { role: 'user', label: '', start: 0, contentStart: 0, contentEnd: n, end: n };
      return { turns: n === 0 ? [] : [whole], names: null, open: null, closed: true };
    }

    /** Text between turns: white space belongs to the turn before it, words are the system's. Returns where the next turn starts. */
    const between = (end: number): number => {
      const last = frames[frames.length - 1];
      const from = last === undefined ? textStart : lastEnd;
      if (from >= end || (last !== undefined && lastEnd === end) || filler.test(text.slice(from, end))) {
        if (last === undefined) return end;
        last.end = Math.max(last.end, end);
        return last.end;
      }
      const contentEnd = beforeClose(
        text,
        from,
        end,
        last === undefined ? (dialect.roles.system?.close ?? '') : '',
      );
      lastClosed = end < n;
      frames.push({ role: 'system', label: '', start: from, end, contentStart: from, contentEnd });
      return end;
    };
    const finish = (contentEnd: number, end: number, closed: boolean): void => {
      if (current === null) return;
      const { role, start, label } = current;
      const contentStart = current.end;
      const stop =
        contentEnd === end
          ? beforeClose(text, contentStart, end, dialect.roles[role]?.close ?? '')
          : contentEnd;
      lastClosed = closed || stop < end;
      frames.push({ role, label, start, end, contentStart, contentEnd: stop });
      lastEnd = end;
      current = null;
    };

    events.lastIndex = 0;
    for (let match = events.exec(text); match !== null; match = events.exec(text)) {
      const { index: start } = match;
      const end = start + match[0].length;
      if (end === start) {
        events.lastIndex++;
        continue;
      }
      const role = meaning(match[0]);
      if (role === null) {
        if (current?.role === 'assistant' && body?.nextChannel !== undefined) {
          const more = match[0] === '<|end|>' ? body.nextChannel(text, part, end) : -1;
          if (more !== -1) {
            part = events.lastIndex = more;
            continue;
          }
        }
        if (current !== null) finish(start, end, true);
        continue;
      }
      part = end;
      const label = match[0].trim();
      if (current !== null) {
        const silent: boolean = opensSilently && current.role === 'assistant' && current.end === start;
        const last = frames[frames.length - 1];
        if (silent && last !== undefined) {
          last.end = start;
          lastEnd = start;
          current = { role, start, end, label };
          continue;
        }
        if (silent) {
          current = { role, start: current.start, end, label };
          continue;
        }
        finish(start, start, true);
        current = { role, start, end, label };
      } else {
        current = { role, start: between(start), end, label };
      }
    }
    let open: OpenTurn | null = null;
    if (current !== null) {
      const { role, start, end, label } = current;
      const rest = text.slice(end);
      const close = dialect.roles[role]?.close ?? '';
      const empty = isBlank(rest) && (close === '' || !rest.endsWith(close));
      if (empty || (role === 'assistant' && thinking?.test(rest))) open = { role, label, start, end: n };
      else finish(n, n, false);
    } else if (frames.length > 0) {
      between(n);
    } else if (n > textStart) {
      const role = dialect.systemPlacement === 'preamble' && !filler.test(text) ? 'system' : 'user';
      const contentEnd =
        role === 'system' ? beforeClose(text, textStart, n, dialect.roles.system?.close ?? '') : n;
      frames.push({ role, label: '', start: textStart, end: n, contentStart: textStart, contentEnd });
    }
    return { turns: frames, names: null, open, closed: lastClosed };
  }

  const atStart = (mark: string, place: Place): string =>
    place.previous !== null || mark.startsWith(dialect.bos) ? mark : dialect.bos + mark;
  const { after } = dialect;
  const differs = Object.keys(after).length > 0;
  const afterOf = (place: Place, next: string): string | undefined => {
    if (!differs) return undefined;
    const before = place.previous === null ? 'start' : markerRole(dialect, place.previous);
    return after[`${before}>${next}`];
  };

  return {
    dialect,
    scan,
    sites(content) {
      const tokens = tokenSites(content);
      const labels = labelSites(content);
      return labels.length === 0 ? tokens : [...tokens, ...labels].sort((a, b) => a.offset - b.offset);
    },
    opening(role, _name, _content, place) {
      const own = markerRole(dialect, role);
      return atStart(afterOf(place, own) ?? dialect.roles[own]?.open ?? '', place);
    },
    closing(role, content) {
      if (role === 'assistant' && body?.endsInCall?.(content)) return '<|call|>';
      return dialect.roles[markerRole(dialect, role)]?.close ?? '';
    },
    bare: () => false,
    readsBare: (role, content, place) =>
      markerRole(dialect, role) === 'system' &&
      place.previous === null &&
      standsAlone(content) &&
      (place.followed || dialect.systemPlacement === 'preamble'),
    generationPrompt: (place) => atStart(afterOf(place, '') ?? dialect.generation, place),
    writes: (role) =>
      dialect.roles[markerRole(dialect, role)] !== undefined ||
      (role === 'system' && dialect.systemPlacement === 'preamble'),
    takesSystem(text, place) {
      if (dialect.systemPlacement === 'turn') return true;
      return dialect.systemPlacement === 'preamble' && place.previous === null && standsAlone(text());
    },
    begin: (prompt, bos) => withBos(prompt, dialect.bos, bos),
    arrange: arrangement(dialect),
    link: linkCalls,
    ...(dialect.unreadable === undefined ? {} : { unreadable: unreadable(dialect) }),
    ...(body === undefined ? {} : { body }),
  };
}

function unreadable({ name, unreadable: reason }: MarkerDialect): NonNullable<Syntax['unreadable']> {
  return {
    warn(warnings) {
      lossy(warnings, 'unreadable-dialect', '', `The prompt can't be read in this dialect: ${reason}`);
    },
    refuse() {
      const note = `Dialect "${name}" has no reversible form: ${reason}`;
      throw new RolecallError('unsupported', note, { path: 'fidelity' });
    },
  };
}

/** The prompt with one BOS token at its start, or with none, as the caller asks. */
function withBos(prompt: string, token: string, wanted: boolean): string {
  if (token === '') return prompt;
  let start = 0;
  while (prompt.startsWith(token, start)) start += token.length;
  if (start === 0) return prompt;
  return wanted ? prompt.slice(start - token.length) : prompt.slice(start);
}

/** The end of content in front of a close that is white space alone: all of it is the dialect's, or none. */
function beforeClose(text: string, start: number, end: number, close: string): number {
  if (close === '' || close.trim() !== '') return end;
  return end - close.length >= start && text.endsWith(close, end) ? end - close.length : end;
}
