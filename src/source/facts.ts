import { originOf } from './calls/origin.js';
import { evaluate } from './prompts/evaluate.js';
import { understand } from './prompts/understand.js';
import { constantText, importsOf, returned, type SourceFile, starModules } from './syntax/file.js';
import { type SyntaxNode, within } from './syntax/node.js';
import type { Binding } from './syntax/scope.js';

/** What a file has that others may need to know of. */
export interface Facts {
  /** Names of the module that are texts with turns, or functions that give such. */
  readonly conversations: readonly string[];
  /** Names that are made of what other modules have. */
  readonly leads: readonly { readonly name: string; readonly module: string; readonly from: string }[];
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
    const values =
      fn.kind === 'function' ? returned(file, fn) : how === 'function' ? [] : textsIn(file, value);
    return values.some((one) => {
      const text = evaluate(file, one);
      return text.seen && understand(text.parts, []).dialect !== null;
    });
  });
}

/** A value, or the values of an object or a list that holds texts. */
function textsIn(file: SourceFile, value: SyntaxNode): SyntaxNode[] {
  const expression = file.lower(value);
  if (expression.kind === 'object') return expression.entries.flatMap((entry) => textsIn(file, entry.value));
  if (expression.kind === 'list') return expression.items.flatMap((item) => textsIn(file, item.value));
  return [value];
}

/** The modules from which what a name stands for comes. */
function leadsOf(file: SourceFile, { name, imported, writes }: Binding): Facts['leads'][number][] {
  if (imported !== undefined) return [{ name, module: imported.module, from: imported.name }];
  return writes.flatMap(({ value, how }) => {
    if (value === undefined || how === 'function') return [];
    return textsIn(file, value).flatMap((one) => {
      return importsOf(file, one).map((source) => ({ name, module: source.module, from: source.name }));
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
    leads: own.flatMap((binding) => leadsOf(file, binding)),
    taken: [
      ...file.scopes.bindings.flatMap((binding) => takenBy(file, binding)),
      ...starModules(file).map((module) => ({ module, name: '*' })),
    ],
    files: [...files],
  };
}
