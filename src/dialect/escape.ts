import { RolecallError } from '../errors.js';
import type { Content } from '../text/pieces.js';
import { info, lossy } from '../text/warn.js';
import type { Site, Syntax, Writing } from './syntax.js';

/** What stands in for a colon in a label that was neutralised: it looks like one, and no dialect reads it. */
const RATIO = '\u2236';

const isLive = (site: Site): boolean => site.slashes === 0;

function shown(content: string, site: Site): string {
  const start = site.kind === 'token' ? site.offset - 1 : site.offset + site.slashes;
  return JSON.stringify(content.slice(start, Math.min(site.end, start + 40)));
}

/** Content with a backslash at each site; or, where a site is live and may be changed for good, without what makes it one. */
function rewritten(content: string, sites: readonly Site[], neutralize: boolean): string {
  let out = '';
  let last = 0;
  for (const site of sites) {
    // What looks like an escape already gets one more backslash, or reading would take the one that is there.
    const harmless = neutralize && isLive(site);
    const label = harmless && site.kind === 'label';
    const end = label ? site.end : site.offset;
    const part = content.slice(last, end);
    out += label ? part.replace(/[:：](?=[*_]*$)/, RATIO) : part + (harmless ? ' ' : '\\');
    last = end;
  }
  return out + content.slice(last);
}

/**
 * JSON with the first unit of each site as `\uXXXX`: the same values, and nothing that reads as structure, or as an
 * escape of it. A letter behind an odd number of backslashes is JSON's own escape, and no label.
 */
function rewrittenJson(content: string, sites: readonly Site[]): string {
  let out = '';
  let last = 0;
  for (const { kind, offset, slashes } of sites) {
    if (kind === 'label' && slashes % 2 === 1) continue;
    const at = kind === 'token' ? offset - 1 : offset + slashes;
    out += `${content.slice(last, at)}\\u${content.charCodeAt(at).toString(16).padStart(4, '0')}`;
    last = at + 1;
  }
  return out + content.slice(last);
}

/** What of the content has to be escaped. */
function sitesIn(syntax: Syntax, text: string, before: string, spared: Writing['spared']): readonly Site[] {
  const sites = syntax.sites(text, before);
  if (spared === undefined) return sites;
  return sites.filter(
    ({ kind, offset, slashes, end }) =>
      kind === 'label' || !spared(text.charAt(offset - 1) + text.slice(offset + slashes, end)),
  );
}

/**
 * Content as it is written into a prompt, so that the dialect reads it back as content: a backslash goes in front of
 * a label and inside a control token, and one more where some are there already. JSON stays JSON: the first unit of a
 * label or a token becomes `\uXXXX`, which every reader of JSON undoes. Here and in `unescapeContent` is the only place
 * where content is altered.
 *
 * `before` is the unit that the prompt has in front of the content, '' at its start.
 * Throws `collision` under `collisions: 'error'`.
 */
export function escapeContent(
  syntax: Syntax,
  { text, as, path }: Content,
  before: string,
  { collisions, warnings, spared }: Pick<Writing, 'collisions' | 'warnings' | 'spared'>,
): string {
  if (collisions === 'allow') return text;
  const sites = sitesIn(syntax, text, before, spared);
  const [first] = sites;
  if (first === undefined) return text;
  const live = sites.find(isLive);
  if (collisions === 'error' && live !== undefined) {
    throw new RolecallError(
      'collision',
      `The content has ${shown(text, live)}, which the prompt would read as structure.`,
      { path },
    );
  }
  const code = first.kind === 'label' ? 'escaped-label' : 'escaped-token';
  if (as === 'json') {
    const written = rewrittenJson(text, sites);
    const note = `The first character of ${shown(text, first)} was written as an escape of JSON.`;
    if (written !== text) info(warnings, code, path, note);
    return written;
  }
  const neutralize = collisions === 'neutralize';
  if (neutralize && live !== undefined) {
    const note = `${shown(text, live)} in the content was made harmless; this can't be undone.`;
    lossy(warnings, 'neutralized', path, note);
  } else {
    info(warnings, code, path, `${shown(text, first)} in the content was escaped with a backslash.`);
  }
  return rewritten(text, sites, neutralize);
}

/** The content that `escapeContent` wrote: one backslash less at each escape. */
export function unescapeContent(syntax: Syntax, raw: string, before: string): string {
  // Nothing is escaped without a backslash, and looking for one is far cheaper than looking for labels.
  if (!raw.includes('\\')) return raw;
  let out = '';
  let last = 0;
  for (const { offset, slashes } of syntax.sites(raw, before)) {
    if (slashes === 0) continue;
    out += raw.slice(last, offset);
    last = offset + 1;
  }
  return last === 0 ? raw : out + raw.slice(last);
}
