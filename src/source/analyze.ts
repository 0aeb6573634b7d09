import { findCalls } from './calls/find.js';
import { listPrompts } from './prompts/list.js';
import { advice } from './rewrite/advice.js';
import { settle } from './rewrite/settle.js';
import { shim } from './rewrite/shim.js';
import { type SiteWork, workOn } from './rewrite/work.js';
import { type Edit, lineStart } from './syntax/edits.js';
import type { SourceFile } from './syntax/file.js';
import type { PromptReport, Site } from './types.js';

export interface AnalyzeOptions {
  /** The chat model to write. */
  readonly model: string;
  /** Give clients whose calls are reported a `fetch` that serves them. */
  readonly shim?: boolean | undefined;
}

/** What a file has, and the edits that rewrite what is safe. */
export interface Analysis {
  readonly sites: Site[];
  readonly prompts: PromptReport[];
  readonly edits: readonly Edit[];
}

/** Line and column of a place, from 1. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  let line = 1;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line++;
  return { line, column: at - lineStart(text, at) + 1 };
}

function siteOf(file: SourceFile, work: SiteWork, action: Site['action'], model: string): Site {
  const { found, reasons, notes } = work;
  const note = action === 'rewritten' ? notes.join(' ') : advice(found.kind, reasons, notes, model);
  return {
    path: file.path,
    ...placeOf(file.text, found.nameNode.start),
    kind: found.kind,
    model: work.model,
    action,
    reasons: action === 'rewritten' ? [] : [...new Set(reasons)],
    note,
  };
}

/**
 * Finds the calls of completions endpoints in a file and the prompts that reach them, and says what is safe to rewrite.
 * The edits are those of the rewritten calls, in order; `applyEdits` makes the new text.
 */
export function analyze(file: SourceFile, options: AnalyzeOptions): Analysis {
  const { model } = options;
  const found = findCalls(file);
  const works = found.map((one) => workOn(file, one, found, model));
  const { rewritten, edits } = settle(works);
  const reported = works.filter((work) => !rewritten.has(work));
  const shimmed = shim(file, reported, { model, add: options.shim === true });
  const sites = works.map((work) => {
    const action = rewritten.has(work) ? 'rewritten' : shimmed.served.has(work) ? 'shimmed' : 'reported';
    return siteOf(file, work, action, model);
  });
  const prompts = listPrompts(file, works).map(({ start, ...prompt }) => ({
    path: file.path,
    line: placeOf(file.text, start.start).line,
    ...prompt,
  }));
  prompts.sort((a, b) => a.line - b.line);
  return { sites, prompts, edits: [...edits, ...shimmed.edits].sort((a, b) => a.start - b.start) };
}
