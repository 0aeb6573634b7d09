import type { Of } from '../syntax/expression.js';
import { callsIn, type SourceFile, sourceOf } from '../syntax/file.js';
import { above, type SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';

/** A function with the calls of it that the file shows. */
export interface Callers {
  readonly calls: readonly Of<'call'>[];
  /** It may be called from elsewhere too. */
  readonly open: boolean;
  readonly binding: Binding | undefined;
}

/** The name under which a function is known: its own, that of its variable, or of its property. */
function nameNodeOf(fn: SyntaxNode): SyntaxNode | undefined {
  const own = fn.children.find((child) => child.field === 'name');
  if (own !== undefined) return own;
  const holder = fn.parent;
  if (holder?.type === 'variable_declarator') return holder.children.find((child) => child.field === 'name');
  if (holder?.type === 'pair') return holder.children.find((child) => child.field === 'key');
  if (
    holder?.type === 'assignment_expression' ||
    holder?.type === 'public_field_definition' ||
    holder?.type === 'field_definition'
  ) {
    const left = holder.children.find(
      (child) => child.field === 'left' || child.field === 'name' || child.field === 'property',
    );
    return left?.type === 'member_expression'
      ? left.children.find((child) => child.field === 'property')
      : left;
  }
  return undefined;
}

export function callersOf(file: SourceFile, fn: SyntaxNode): Callers {
  const nameNode = nameNodeOf(fn);
  if (nameNode === undefined) return { calls: [], open: true, binding: undefined };
  const name = sourceOf(file, nameNode);
  const binding = file.scopes.bindingOf(nameNode);
  const isMethod = binding === undefined || above(fn, file.isClass) !== undefined;
  const calls = callsIn(file).filter((call) => {
    const callee = file.lower(call.callee);
    if (callee.kind === 'name')
      return binding !== undefined && file.scopes.bindingOf(callee.node) === binding;
    return callee.kind === 'member' && callee.name === name && isMethod;
  });
  if (binding === undefined || isMethod) return { calls, open: true, binding };
  const called = new Set(calls.map((call) => file.lower(call.callee).node));
  const passedOn = binding.reads.some((read) => !called.has(read));
  const open = passedOn || (file.isPython ? file.elsewhere.isUsed(name) : binding.exported);
  return { calls, open, binding };
}

/** What a call passes for a parameter; undefined where that can't be seen or nothing is. */
export function passedFor(
  file: SourceFile,
  fn: SyntaxNode,
  name: SyntaxNode,
  call: Of<'call'>,
): SyntaxNode | undefined {
  const lowered = file.lower(fn);
  if (lowered.kind !== 'function') return undefined;
  const label = sourceOf(file, name);
  let index = lowered.parameters.findIndex(
    ({ target }) => target.start <= name.start && name.end <= target.end,
  );
  if (index < 0) return undefined;
  const { target } = lowered.parameters[index]!;
  const keyword = call.args.find((one) => one.name === label);
  if (keyword !== undefined) return keyword.value;
  const first = lowered.parameters[0];
  // `self` is not passed.
  if (file.isPython && first !== undefined && /^(self|cls)$/.test(sourceOf(file, first.target))) index--;
  const given = call.args.filter((one) => one.name === undefined)[index];
  if (given === undefined || given.spread) return undefined;
  if (target.type !== 'object_pattern') return given.value;
  const object = file.lower(given.value);
  return object.kind === 'object' ? object.entries.find(({ key }) => key === label)?.value : undefined;
}
