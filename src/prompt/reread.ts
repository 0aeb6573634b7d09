import type { Syntax } from '../dialect/syntax.js';
import type { OpenTurn, Turn } from '../dialect/turn.js';
import type { Step } from '../text/align.js';
import { isBlank } from '../text/space.js';
import type { ParsedPrompt } from './options.js';

/**
 * Which of the edited messages are written afresh, label and all, in the attempts after the first, which keeps every
 * label that is there: the changed ones; with them the ones on both sides of a change; all of them.
 */
export function rewrites<T>(
  steps: readonly Step<T>[],
  turns: number,
  changed: (i: number) => boolean,
): ReadonlySet<number>[] {
  const fresh = new Set<number>();
  const beside = new Set<number>();
  for (let i = 0; i <= steps.length; i++) {
    const at = steps[i]?.turn;
    if (i < steps.length && changed(i)) {
      fresh.add(i);
      for (const near of [i - 1, i, i + 1]) beside.add(near);
    }
    // A seam: what stands here now did not stand here before.
    const before = i === 0 ? -1 : steps[i - 1]!.turn;
    if (before === undefined || (at ?? turns) !== before + 1) for (const near of [i - 1, i]) beside.add(near);
  }
  const all = new Set([...steps.keys(), steps.length]);
  return [...(fresh.size > 0 ? [fresh] : []), beside, all];
}

/** Is a text of control tokens read as the turns that were put into it? */
export function readsBack(
  syntax: Syntax,
  built: { text: string; turns: readonly Turn[]; open: OpenTurn | null },
  whitespace: ParsedPrompt['whitespace'],
): boolean {
  const { text, turns, open } = built;
  const scan = syntax.scan(text);
  // A last turn with nothing in it is read as a label that stands open, and one without a label not at all.
  const last = turns[turns.length - 1];
  const silent =
    open === null && last !== undefined && isBlank(text.slice(last.contentStart, last.contentEnd));
  const blank = silent && scan.turns.length === turns.length - 1;
  if (!blank && scan.open?.role !== open?.role) return false;
  if (!blank && scan.turns.length !== turns.length) return false;
  const said = ({ contentStart, contentEnd }: Turn): string => {
    const content = text.slice(contentStart, contentEnd);
    return whitespace === 'tidy' ? content.trim() : content;
  };
  return scan.turns.every((turn, i) => turn.role === turns[i]!.role && said(turn) === said(turns[i]!));
}
