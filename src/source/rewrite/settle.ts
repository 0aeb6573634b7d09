import { type Edit, sorted } from '../syntax/edits.js';
import type { SyntaxNode } from '../syntax/node.js';
import { helperCallOf, isCallOf, type SiteWork } from './work.js';

export interface Settled {
  /** The calls that are rewritten. */
  readonly rewritten: ReadonlySet<SiteWork>;
  readonly edits: readonly Edit[];
}

/** Calls that are put into one name are rewritten together or not at all. */
function sharesWell(work: SiteWork, going: ReadonlySet<SiteWork>): boolean {
  return (work.flow?.shared ?? []).every(({ others }) =>
    others.every(({ value }) => {
      if (value === undefined) return false;
      const partner = [...going].find((one) => isCallOf(value, one));
      return (
        partner !== undefined &&
        partner.found.reply === work.found.reply &&
        partner.found.kind === work.found.kind
      );
    }),
  );
}

function whyNot(
  work: SiteWork,
  all: readonly SiteWork[],
  going: ReadonlySet<SiteWork>,
): 'reply' | 'turns-elsewhere' | 'options' | undefined {
  if (!sharesWell(work, going)) return 'reply';
  const helped = new Set<SyntaxNode | undefined>([...going].map(helperCallOf));
  if (!work.helperCalls.every((call) => helped.has(call))) return 'turns-elsewhere';
  const users = all.filter((other) =>
    other.via.some(({ binding }) => work.via.some((own) => own.binding === binding)),
  );
  return users.every((user) => going.has(user)) ? undefined : 'options';
}

/** Which calls of a file are rewritten, given that some can only be together, and all edits of the file. */
export function settle(works: readonly SiteWork[]): Settled {
  const going = new Set(works.filter(({ reasons }) => reasons.length === 0));
  for (let changed = true; changed; ) {
    changed = false;
    for (const work of going) {
      const reason = whyNot(work, works, going);
      if (reason === undefined) continue;
      work.reasons.push(reason);
      going.delete(work);
      changed = true;
    }
  }
  const edits = sorted([...going].flatMap((work) => work.edits));
  if (edits !== undefined) return { rewritten: going, edits };
  // A text that two edits would change in different ways is left to a person.
  const [clashing = [...going].at(-1)!] = [...going].filter((work) => sorted(work.edits) === undefined);
  clashing.reasons.push('options');
  return settle(works);
}
