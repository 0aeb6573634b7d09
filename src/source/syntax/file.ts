import type { Expression, Of } from './expression.js';
import { above, type SyntaxNode, within } from './node.js';
import type { Binding, Scopes } from './scope.js';

export type Language = 'javascript' | 'typescript' | 'python' | 'shell' | 'text';

/** What other files say about what a file imports and exports. */
export interface Elsewhere {
  /** True where a name of another module is a text that holds turns, or a function that gives one. */
  isConversation(module: string, name: string): boolean;
  /** True where a file of texts that goes by this name holds turns. */
  isConversationFile(name: string): boolean;
  /** True where another file takes this name from this one. */
  isUsed(name: string): boolean;
}

/** A file of source code that parsed. */
export interface SourceFile {
  readonly path: string;
  readonly language: Language;
  readonly text: string;
  readonly root: SyntaxNode;
  readonly scopes: Scopes;
  readonly elsewhere: Elsewhere;
  readonly isPython: boolean;
  lower(node: SyntaxNode): Expression;
  isFunction(node: SyntaxNode): boolean;
  isClass(node: SyntaxNode): boolean;
}

export const sourceOf = (file: SourceFile, node: SyntaxNode): string => file.text.slice(node.start, node.end);

/** What a name, or an attribute of the class around it, stands for. */
export function bindingAt(file: SourceFile, node: SyntaxNode): Binding | undefined {
  const expression = file.lower(node);
  if (expression.kind === 'name') return file.scopes.bindingOf(expression.node);
  if (expression.kind !== 'member') return undefined;
  const object = file.lower(expression.object);
  const owner = above(node, file.isClass);
  if (object.kind !== 'name' || owner === undefined || !/^(this|self)$/.test(object.name)) return undefined;
  return file.scopes.attribute(owner, expression.name);
}

/** The modules of which a file of Python takes every name: `from texts import *`. */
export function starModules(file: SourceFile): string[] {
  return file.root.children.flatMap((node) => {
    const isStar = node.children.some((child) => child.type === 'wildcard_import');
    const module = isStar ? node.children.find((child) => child.field === 'module_name') : undefined;
    return module === undefined ? [] : [sourceOf(file, module)];
  });
}

/** Where a name comes from, if from another module. */
export function importsOf(file: SourceFile, node: SyntaxNode): { module: string; name: string }[] {
  const expression = file.lower(node);
  if (expression.kind !== 'name') return [];
  const binding = file.scopes.bindingOf(expression.node);
  if (binding?.imported !== undefined) return [binding.imported];
  if (binding !== undefined) return [];
  return starModules(file).map((module) => ({ module, name: expression.name }));
}

/** The value of a binding that is written once, where it stands. */
export function onlyValue(binding: Binding | undefined): SyntaxNode | undefined {
  const [write, ...more] = binding?.writes ?? [];
  if (write === undefined || more.length > 0 || write.path?.length !== 0) return undefined;
  return write.how === 'declare' || write.how === 'assign' ? write.value : undefined;
}

/** The value that `texts.name` or `texts["name"]` stands for, where the file sets an object once and never changes it. */
export function entryValue(file: SourceFile, node: SyntaxNode): SyntaxNode | undefined {
  const member = file.lower(node);
  if (member.kind !== 'member') return undefined;
  const binding = bindingAt(file, member.object);
  const value = onlyValue(binding);
  const object = value && file.lower(value);
  if (binding === undefined || object?.kind !== 'object' || object.entries.some(({ spread }) => spread))
    return undefined;
  const isRead = (read: SyntaxNode): boolean => {
    const parent = read.parent;
    const isTarget = parent?.parent?.children.some((child) => child.field === 'left' && child === parent);
    return (
      parent !== null &&
      !isTarget &&
      /^(member_expression|subscript_expression|attribute|subscript)$/.test(parent.type)
    );
  };
  if (!binding.reads.every(isRead)) return undefined;
  return object.entries.find(({ key }) => key === member.name)?.value;
}

const deepest = 12;

/** The node of the value behind names that are written once, or the node itself. */
export function followed(file: SourceFile, node: SyntaxNode, depth = 0): SyntaxNode {
  const value = depth < deepest ? onlyValue(bindingAt(file, node)) : undefined;
  return value === undefined ? node : followed(file, value, depth + 1);
}

/** The text of an expression that is the same in every run: a literal, a constant, or such put together. */
export function constantText(file: SourceFile, node: SyntaxNode, depth = 0): string | undefined {
  if (depth > deepest) return undefined;
  const expression = file.lower(node);
  switch (expression.kind) {
    case 'text': {
      let text = '';
      for (const part of expression.parts) {
        const own =
          part.type === 'text'
            ? part.text
            : part.formatted
              ? undefined
              : constantText(file, part.value, depth + 1);
        if (own === undefined) return undefined;
        text += own;
      }
      return text;
    }
    case 'name':
    case 'member': {
      const value = onlyValue(bindingAt(file, node)) ?? entryValue(file, node);
      return value === undefined ? undefined : constantText(file, value, depth + 1);
    }
    case 'binary': {
      if (expression.operator !== '+') return undefined;
      const left = constantText(file, expression.left, depth + 1);
      const right = left === undefined ? undefined : constantText(file, expression.right, depth + 1);
      return right === undefined ? undefined : left + right;
    }
    default:
      return undefined;
  }
}

/** The names of a chain of members, with the node at its root: `a.b.c` is `a` and `b`, `c`. */
export function chainOf(file: SourceFile, node: SyntaxNode): { root: SyntaxNode; names: Of<'member'>[] } {
  const names: Of<'member'>[] = [];
  let at = node;
  for (let e = file.lower(at); e.kind === 'member'; e = file.lower(at)) {
    names.unshift(e);
    at = e.object;
  }
  return { root: at, names };
}

export const functionAround = (file: SourceFile, node: SyntaxNode): SyntaxNode | undefined =>
  above(node, file.isFunction);

/** The node with all the parentheses and assertions around it that do not change its value. */
export function outermost(file: SourceFile, node: SyntaxNode): SyntaxNode {
  let at = node;
  const core = file.lower(node).node;
  while (at.parent?.named && file.lower(at.parent).node === core) at = at.parent;
  return at;
}

/** Every value that a function returns. Undefined where it is a generator. */
export function returned(file: SourceFile, fn: Of<'function'>): SyntaxNode[] {
  const { body } = fn;
  if (body.type !== 'statement_block' && body.type !== 'block') return [body];
  const values: SyntaxNode[] = [];
  for (const node of within(body)) {
    if (node.type !== 'return_statement' || functionAround(file, node) !== fn.node) continue;
    const value = node.children.find((child) => child.named && child.type !== 'comment');
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** All calls of a file, in its order. */
export function callsIn(file: SourceFile): Of<'call'>[] {
  const calls: Of<'call'>[] = [];
  for (const node of within(file.root)) {
    const expression = file.lower(node);
    if (expression.kind === 'call' && expression.node === node) calls.push(expression);
  }
  return calls;
}
