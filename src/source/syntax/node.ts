/**
 * A node of a syntax tree as plain data: what is asked of a parser, and all that is asked of it. Offsets are in UTF-16
 * units of the text that was parsed; types and fields are those of the tree-sitter grammars.
 */
export interface SyntaxNode {
  readonly type: string;
  /** False for punctuation and keywords. */
  readonly named: boolean;
  /** The name under which the parent holds it. */
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  readonly parent: SyntaxNode | null;
  readonly children: readonly SyntaxNode[];
}

export const named = (node: SyntaxNode): SyntaxNode[] =>
  node.children.filter((child) => child.named && child.type !== 'comment');

export const field = (node: SyntaxNode, name: string): SyntaxNode | undefined =>
  node.children.find((child) => child.field === name);

export const fields = (node: SyntaxNode, name: string): SyntaxNode[] =>
  node.children.filter((child) => child.field === name);

/** A node and all below it, in the order of the text. */
export function* within(node: SyntaxNode): Generator<SyntaxNode> {
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) open.push(next.children[i]!);
  }
}

/** The nearest node of some kind above a node, itself not counted. */
export function above(
  node: SyntaxNode,
  is: (node: SyntaxNode) => boolean,
  below?: SyntaxNode,
): SyntaxNode | undefined {
  for (let up = node.parent; up !== null && up !== below; up = up.parent) if (is(up)) return up;
  return undefined;
}

export const contains = (outer: SyntaxNode, inner: SyntaxNode): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

export const commentsIn = (node: SyntaxNode): SyntaxNode[] =>
  [...within(node)].filter((one) => one.type === 'comment');
