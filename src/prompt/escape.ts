import { RolecallError, type Warning } from '../errors.js';
import type { Site, Syntax } from './syntax.js';
import type { Collisions } from './types.js';

/** What stands in for a colon in a label that was neutralised: it looks like one, and no dialect reads it. */
const RATIO = '\u2236';

const isLive = (site: Site): boolean => site.slashes === 0;

function shown(content: string, site: Site): string {
  const start = site.kind === 'token' ? site.offset - 1 : site.offset + site.slashes;
  return JSON.stringify(content.slice(start, Math.min(site.end, start + 40)));
}

function neutralized(content: string, sites: readonly Site[]): string {
  let out = '';
  let last = 0;
  for (const site of sites) {
    // What looks like an escape already gets one more backslash, or reading would take the one that is there.
    if (!isLive(site)) {
      out += `${content.slice(last, site.offset)}\\`;
      last = site.offset;
    } else if (site.kind === 'token') {
      out += `${content.slice(last, site.offset)} `;
      last = site.offset;
    } else {
      out += content.slice(last, site.end).replace(/[:：](?=[*_]*$)/, RATIO);
      last = site.end;
    }
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
  options: { collisions: Collisions; path: string; warnings: Warning[] },
): string {
  const { collisions, path, warnings } = options;
  if (collisions === 'allow') return content;
  const sites = syntax.sites(content, before);
  const live = sites.find(isLive);
  if (collisions === 'error' && live !== undefined) {
    throw new RolecallError(
      'collision',
      `The content has ${shown(content, live)}, which the prompt would read as structure.`,
      {
        path,
      },
    );
  }
  if (collisions === 'neutralize') {
    if (sites.length === 0) return content;
    if (live === undefined) {
      const note = `${shown(content, sites[0]!)} in the content has a backslash, and was given one more.`;
      warnings.push({ code: 'escaped-label', path, message: note, severity: 'info' });
      return neutralized(content, sites);
    }
    const message = `${shown(content, live)} in the content was made harmless; this can't be undone.`;
    warnings.push({ code: 'neutralized', path, message, severity: 'lossy' });
    return neutralized(content, sites);
  }
  const first = sites[0];
  if (first === undefined) return content;
  const code = first.kind === 'label' ? 'escaped-label' : 'escaped-token';
  const message = `${shown(content, first)} in the content was escaped with a backslash.`;
  warnings.push({ code, path, message, severity: 'info' });
  let out = '';
  let last = 0;
  for (const { offset } of sites) {
    out += `${content.slice(last, offset)}\\`;
    last = offset;
  }
  return out + content.slice(last);
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
