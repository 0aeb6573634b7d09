import { functionAround, type SourceFile } from '../syntax/file.js';
import { above, contains, type SyntaxNode, within } from '../syntax/node.js';
import type { Binding, Write } from '../syntax/scope.js';

const blocks = new Set(['statement_block', 'program', 'module', 'block', 'switch_case', 'switch_default']);
const loops = new Set([
  'for_statement',
  'for_in_statement',
  'while_statement',
  'do_statement',
  'list_comprehension',
  'generator_expression',
]);

export const isLoop = (node: SyntaxNode): boolean => loops.has(node.type);

const branches =
  /^(if_statement|else_clause|for_statement|for_in_statement|while_statement|do_statement|labeled_statement|with_statement)$/;

/** The statement that a node belongs to: what stands directly in a block, or is all that a branch or a loop does. */
export function statementOf(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.parent !== null && !blocks.has(at.parent.type)) {
    const isBody =
      branches.test(at.parent.type) && /^(body|consequence|alternative)$|^$/.test(at.field ?? '');
    if (isBody && /_statement$|_declaration$/.test(at.type)) return at;
    at = at.parent;
  }
  return at;
}

/** A write that adds to what was there: `x += y`, or `x = x + y`; then the nodes that are added. */
export function added(file: SourceFile, binding: Binding, write: Write): SyntaxNode[] | undefined {
  if (write.how === 'add') return write.value === undefined ? undefined : [write.value];
  if (write.how !== 'assign' || write.value === undefined) return undefined;
  const operands: SyntaxNode[] = [];
  let at = write.value;
  for (let e = file.lower(at); e.kind === 'binary' && e.operator === '+'; e = file.lower(at)) {
    operands.unshift(e.right);
    at = e.left;
  }
  const first = file.lower(at);
  return first.kind === 'name' && file.scopes.bindingOf(first.node) === binding ? operands : undefined;
}

export interface StraightWrites {
  readonly first: SyntaxNode;
  /** What is added after it, in order. */
  readonly rest: readonly SyntaxNode[];
  readonly statements: readonly SyntaxNode[];
}

/**
 * The writes of a name whose value at a place is seen by reading down one block: it is set once, then added to, with no
 * branch, loop or other function between.
 */
export function straightWrites(
  file: SourceFile,
  binding: Binding,
  use: SyntaxNode,
): StraightWrites | undefined {
  const writes = [...binding.writes].sort((a, b) => a.target.start - b.target.start);
  // `let prompt;` has no value yet.
  if (writes[0]?.how === 'declare' && writes[0].value === undefined && writes.length > 1) writes.shift();
  const [first, ...more] = writes;
  if (first?.value === undefined || first.path?.length !== 0) return undefined;
  if (first.how !== 'declare' && first.how !== 'assign') return undefined;
  if (added(file, binding, first) !== undefined && first.how !== 'declare') return undefined;
  const statements = [first, ...more].map(({ node }) => statementOf(node));
  const block = statements[0]!.parent;
  const home = functionAround(file, first.target);
  const rest: SyntaxNode[] = [];
  for (const [index, write] of more.entries()) {
    const nodes = added(file, binding, write);
    if (nodes === undefined || statements[index + 1]!.parent !== block) return undefined;
    rest.push(...nodes);
  }
  if (more.length === 0) return { first: first.value, rest, statements };
  const isAfter = use.start >= statements.at(-1)!.end;
  if (!isAfter || block === null || !contains(block, use) || functionAround(file, use) !== home)
    return undefined;
  return { first: first.value, rest, statements };
}

/** True where a write happens again and again, or at a time that can't be told from the order of the text. */
export const isRepeated = (file: SourceFile, binding: Binding, write: Write): boolean =>
  above(write.node, isLoop, binding.scope) !== undefined ||
  functionAround(file, write.target) !== functionAround(file, binding.writes[0]!.target);

/** Every place where something is put into a list: `list.push(x)`, `list.append(x)`. */
export function pushed(file: SourceFile, binding: Binding): SyntaxNode[] {
  return binding.reads.flatMap((read) => {
    const member = read.parent && file.lower(read.parent);
    if (member?.kind !== 'member' || !/^(push|append|unshift|extend|insert)$/.test(member.name)) return [];
    const call = member.node.parent && file.lower(member.node.parent);
    return call?.kind === 'call' && call.callee === member.node ? call.args.map(({ value }) => value) : [];
  });
}

/** True where a name is written anywhere between two places. */
export const isWrittenBetween = (binding: Binding, from: number, to: number): boolean =>
  binding.writes.some(({ target }) => target.start > from && target.start < to);

/** The names that an expression reads. */
export const namesIn = (file: SourceFile, node: SyntaxNode): SyntaxNode[] =>
  [...within(node)].filter((one) => {
    // Python's grammar has identifiers where others are named by it: an attribute, a keyword argument.
    const isLabel =
      one.field === 'attribute' || (one.field === 'name' && one.parent?.type === 'keyword_argument');
    return !isLabel && file.lower(one).kind === 'name' && file.lower(one).node === one;
  });
