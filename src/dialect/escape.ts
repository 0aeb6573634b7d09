import { RolecallError } from '../errors.js';
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
 * Content as it is written into a prompt, so that the dialect reads it back as content: a backslash goes in front of
 * a label and inside a control token, and one more where some are there already. Here and in `unescapeContent` is the
 * only place where content is altered.
 *
 * `before` is the unit that the prompt has in front of the content, '' at its start.
 * Throws `collision` under `collisions: 'error'`.
 */
export function escapeContent(
  syntax: Syntax,
  content: string,
  before: string,
  path: string,
  { collisions, warnings }: Pick<Writing, 'collisions' | 'warnings'>,
): string {
  if (collisions === 'allow') return content;
  const sites = syntax.sites(content, before);
  const [first] = sites;
  if (first === undefined) return content;
  const live = sites.find(isLive);
  if (collisions === 'error' && live !== undefined) {
    throw new RolecallError(
      'collision',
      `The content has ${shown(content, live)}, which the prompt would read as structure.`,
      { path },
    );
  }
  const neutralize = collisions === 'neutralize';
  if (neutralize && live !== undefined) {
    const note = `${shown(content, live)} in the content was made harmless; this can't be undone.`;
    lossy(warnings, 'neutralized', path, note);
  } else {
    const code = first.kind === 'label' ? 'escaped-label' : 'escaped-token';
    info(warnings, code, path, `${shown(content, first)} in the content was escaped with a backslash.`);
  }
  return rewritten(content, sites, neutralize);
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
