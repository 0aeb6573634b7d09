import { originOf } from './calls/origin.js';
import { evaluate } from './prompts/evaluate.js';
import { understand } from './prompts/understand.js';
import { constantText, returned, type SourceFile } from './syntax/file.js';
import { within } from './syntax/node.js';
import type { Binding } from './syntax/scope.js';

/** What a file has that others may need to know of. */
export interface Facts {
  /** Names of the module that are texts with turns, or functions that give such. */
  readonly conversations: readonly string[];
  /** What it takes from other modules; `*` for the module itself. */
  readonly taken: readonly { readonly module: string; readonly name: string }[];
  /** Names of files of texts that it may read. */
  readonly files: readonly string[];
}

function isConversation(file: SourceFile, { writes, imported }: Binding): boolean {
  if (imported !== undefined) return false;
  return writes.some(({ value, how }) => {
    if (value === undefined) return false;
    const fn = file.lower(value);
    const values = fn.kind === 'function' ? returned(file, fn) : how === 'function' ? [] : [value];
    return values.some((one) => {
      const text = evaluate(file, one);
      return text.seen && understand(text.parts, []).dialect !== null;
    });
  });
}

function takenBy(file: SourceFile, binding: Binding): Facts['taken'][number][] {
  const { imported } = binding;
  if (imported !== undefined && imported.name !== '*' && imported.name !== 'default') return [imported];
  const value = binding.writes[0]?.value;
  const origin = value === undefined ? undefined : originOf(file, value);
  const module = imported?.module ?? (origin?.names.length === 0 ? origin.module : null);
  if (module == null) return [];
  const path = binding.writes[0]?.path ?? [];
  if (imported === undefined && path.length > 0) return [{ module, name: String(path[0]) }];
  const members = binding.reads.flatMap((read) => {
    const member = read.parent && file.lower(read.parent);
    return member?.kind === 'member' && member.object === read ? [{ module, name: member.name }] : [];
  });
  return [{ module, name: imported?.name ?? '*' }, ...members];
}

/** What other files may need to know of a file. */
export function factsOf(file: SourceFile): Facts {
  const own = file.scopes.bindings.filter(({ scope }) => scope === file.root);
  const files = new Set<string>();
  for (const node of within(file.root)) {
    const expression = file.lower(node);
    if (expression.kind !== 'text' || expression.node !== node) continue;
    const text = constantText(file, node);
    if (text !== undefined && text.length < 200 && /\.(txt|md|ya?ml)$/.test(text)) files.add(text);
  }
  return {
    conversations: own.filter((binding) => isConversation(file, binding)).map(({ name }) => name),
    taken: file.scopes.bindings.flatMap((binding) => takenBy(file, binding)),
    files: [...files],
  };
}
