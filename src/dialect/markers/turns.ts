import { turnMarks } from '../../body/grammar.js';
import { linkCalls } from '../../body/link-calls.js';
import { RolecallError } from '../../errors.js';
import type { Role } from '../../schemas/messages.js';
import { lossy } from '../../text/warn.js';
import { compileControlTokens, literal } from '../control-tokens.js';
import type { Place, Site, Syntax } from '../syntax.js';
import type { MarkerDialect, MarkerRole } from '../types.js';
import { arrangement, standsAlone } from './arrange.js';
import { markerBody } from './body.js';
import { markerScan } from './find.js';
import { labelEdge } from './marks.js';

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
function compileLabelTexts(dialect: MarkerDialect): (content: string) => Site[] {
  if (dialect.labelTexts.length === 0) return () => [];
  const sources = [...dialect.labelTexts].sort((a, b) => b.length - a.length).map(labelSource);
  const pattern = new RegExp(
    `${labelEdge(dialect)}([ \\t\\u00a0\\u3000]*)(\\\\*)(?:${sources.join('|')})`,
    'g',
  );
  return (content) => {
    const sites: Site[] = [];
    for (const { index, 0: whole, 1: indent = '', 2: slashes = '' } of content.matchAll(pattern)) {
      const offset = index + indent.length;
      sites.push({ kind: 'label', offset, slashes: slashes.length, end: index + whole.length });
    }
    return sites;
  };
}

/** Calls that no token begins, where words do: at their start alone. */
function compileLeads({ calls }: MarkerDialect): (content: string) => Site[] {
  const sections = calls?.write === undefined ? [] : calls.sections;
  const leads = sections.flatMap(({ leads: pattern }) => (pattern === undefined ? [] : [pattern]));
  return (content) =>
    leads.flatMap((pattern): Site[] => {
      const found = pattern.exec(content);
      if (found === null) return [];
      const slashes = found[2]!.length;
      return [{ kind: 'token', offset: found[1]!.length, slashes, end: found[0].length }];
    });
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
  const labelSites = compileLabelTexts(dialect);
  const leadSites = compileLeads(dialect);

  const holdsMore = dialect.calls !== null || dialect.reasoning !== null || dialect.toolResult !== 'text';
  const body = holdsMore ? markerBody(dialect) : undefined;
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
    scan: markerScan(dialect, body),
    sites(content) {
      const tokens = tokenSites(content);
      const labels = [...labelSites(content), ...leadSites(content)];
      return labels.length === 0 ? tokens : [...tokens, ...labels].sort((a, b) => a.offset - b.offset);
    },
    opening(role, _name, _content, place) {
      const own = markerRole(dialect, role);
      return atStart(afterOf(place, own) ?? dialect.roles[own]?.open ?? '', place);
    },
    closing(role, content) {
      if (role === 'assistant' && body?.endsInCall?.(content)) return '<|call|>';
      const ends = role === 'assistant' ? dialect.calls?.closing : undefined;
      if (ends !== undefined && content.endsWith(ends.behind)) return ends.mark;
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
