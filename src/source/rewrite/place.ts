import type { Step } from '../prompts/evaluate.js';
import type { Hole, PromptPart } from '../prompts/parts.js';
import { isWrittenBetween, namesIn, statementOf } from '../prompts/writes.js';
import { type Edit, wholeLines } from '../syntax/edits.js';
import { functionAround, type SourceFile, sourceOf } from '../syntax/file.js';
import { above, contains, type SyntaxNode, within } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';

type NameStep = Extract<Step, { type: 'name' }>;

/** True where a read of a name may change what the name holds: it is assigned to, or something is called with it. */
function mayChange(file: SourceFile, read: SyntaxNode): boolean {
  const statement = statementOf(read);
  return (
    above(
      read,
      (node) => {
        const expression = file.lower(node);
        if (expression.kind === 'call') return true;
        if (!/assignment|update_expression/.test(node.type)) return false;
        const left = node.children.find((child) => child.field === 'left' || child.field === 'argument');
        return left !== undefined && contains(left, read);
      },
      statement.parent ?? undefined,
    ) !== undefined
  );
}

/**
 * True where what fills a hole has the same value at a later place: its names mean the same there, and nothing between
 * writes to them or does something with what they hold.
 */
function holdsUntil(
  file: SourceFile,
  hole: Hole,
  from: SyntaxNode,
  to: SyntaxNode,
  own: readonly SyntaxNode[],
): boolean {
  const sameFunction = functionAround(file, from) === functionAround(file, to);
  const isPlain = ![...within(hole.value)].some(
    (node) => file.lower(node).kind === 'call' || file.lower(node).kind === 'await',
  );
  if (!sameFunction && !isPlain) return false;
  return namesIn(file, hole.value).every((name) => {
    const binding = file.scopes.bindingOf(name);
    if (file.scopes.lookup(sourceOf(file, name), to) !== binding)
      return binding === undefined && file.lower(name).node.type === 'this';
    if (binding === undefined) return true;
    if (!sameFunction) return binding.writes.length <= 1;
    if (isWrittenBetween(binding, from.end, to.start)) return false;
    const isName = hole.value === name || file.lower(hole.value).node === name;
    if (isName && binding.writes.length <= 1) return true;
    return !binding.reads.some(
      (read) =>
        read.start > from.end &&
        read.end < to.start &&
        !own.some((node) => contains(node, read)) &&
        mayChange(file, read),
    );
  });
}

/** True where a text can be written at a later place than the one where it stands. */
export function canMove(
  file: SourceFile,
  parts: readonly PromptPart[],
  step: NameStep,
  to: SyntaxNode,
): boolean {
  const { statements } = step.writes;
  const from = statements[0]!;
  return parts.every((part) => part.type === 'text' || holdsUntil(file, part, from, to, statements));
}

/** True where nothing but one place reads a name. */
export function isOnlyRead(file: SourceFile, binding: Binding, read: SyntaxNode): boolean {
  const own = binding.writes.map(({ node }) => node);
  const others = binding.reads.filter((one) => one !== read && !own.some((node) => contains(node, one)));
  if (others.length > 0) return false;
  // An attribute can be read by whoever has the object.
  if (file.isClass(binding.scope)) return false;
  const isModule = binding.scope === file.root;
  return !isModule || (file.isPython ? !file.elsewhere.isUsed(binding.name) : !binding.exported);
}

const single = /^(lexical_declaration|variable_declaration|expression_statement)$/;

/** Takes out the statements that set a name which nothing reads any more; they stay where they do more than that. */
export function removeStatements(file: SourceFile, binding: Binding): Edit[] {
  // What a module of Python sets can be had from any other.
  if (file.isPython && binding.scope === file.root) return [];
  const statements = new Set(binding.writes.map(({ node }) => statementOf(node)));
  const edits: Edit[] = [];
  for (const statement of statements) {
    const isOne = statement.children.filter((child) => child.named && child.type !== 'comment').length === 1;
    const lines = wholeLines(file.text, statement.start, statement.end);
    if (!single.test(statement.type) || !isOne || lines === undefined) return [];
    edits.push(lines);
  }
  return edits;
}
