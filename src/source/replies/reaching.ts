import { isLoop, statementOf } from '../prompts/writes.js';
import { functionAround, type SourceFile } from '../syntax/file.js';
import { above, contains, type SyntaxNode } from '../syntax/node.js';
import type { Binding, Write } from '../syntax/scope.js';

/** A read of a name that a write reaches, with the other writes that may reach it too. */
export interface ReachedRead {
  readonly read: SyntaxNode;
  readonly others: readonly Write[];
}

const blockOf = (write: Write): SyntaxNode | null => {
  const statement = statementOf(write.node);
  return write.how === 'loop' || write.how === 'with' ? statement : statement.parent;
};

/** True where a write has always happened when a later place is reached, since its block holds that place. */
function isSure(write: Write, at: SyntaxNode): boolean {
  const block = blockOf(write);
  return block !== null && contains(block, at);
}

/** True where a value is no value: `null`, `None`, an empty text. */
function isBlank(file: SourceFile, write: Write): boolean {
  if (write.value === undefined) return write.how === 'declare';
  const value = file.lower(write.value);
  if (value.kind === 'text') return value.parts.every((part) => part.type === 'text' && part.text === '');
  return value.kind === 'constant';
}

function reaches(file: SourceFile, binding: Binding, write: Write, read: SyntaxNode): boolean {
  const home = functionAround(file, write.target);
  if (functionAround(file, read) !== home) return true;
  const again = above(read, (node) => isLoop(node) && contains(node, write.node), binding.scope);
  const before = read.start < write.node.end && !(write.how === 'with' && read.start > write.target.end);
  const isOwn = contains(write.node, read) && write.how !== 'loop' && write.how !== 'with';
  if ((before && write.how !== 'loop') || isOwn) {
    if (again === undefined) return false;
    // Around the loop once more, unless the name is set anew before the read.
    return !binding.writes.some(
      (other) => contains(again, other.node) && other.node.end <= read.start && isSure(other, read),
    );
  }
  return !binding.writes.some(
    (other) =>
      other !== write &&
      other.target.start > write.target.start &&
      other.node.end <= read.start &&
      isSure(other, read) &&
      functionAround(file, other.target) === home,
  );
}

/** The reads of a name to which a write can bring its value. */
export function reachedReads(file: SourceFile, binding: Binding, write: Write): ReachedRead[] {
  return binding.reads
    .filter((read) => reaches(file, binding, write, read))
    .map((read) => ({
      read,
      others: binding.writes.filter(
        (other) => other !== write && !isBlank(file, other) && reaches(file, binding, other, read),
      ),
    }));
}
