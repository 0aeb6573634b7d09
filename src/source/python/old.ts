import { field, named, type SyntaxNode, within } from '../syntax/node.js';

/**
 * True for what the grammar takes though Python 3 refuses it, as it takes Python 2 as well: `print x`, `exec x`,
 * `except A, b`, `a <> b`, backquotes, `0777` and `10L`.
 */
export function isPython2(root: SyntaxNode, source: string): boolean {
  for (const node of within(root)) {
    if (node.type === 'print_statement' || node.type === 'exec_statement') return true;
    if (node.type === '<>' || node.type === '`') return true;
    if (
      node.type === 'integer' &&
      /^0\d*[1-9]|l$/i.test(source.slice(node.start, node.end)) &&
      !/^0[xob]/i.test(source.slice(node.start, node.end))
    ) {
      return true;
    }
    if (node.type === 'except_clause') {
      if (node.children.some((child) => child.type === ',') && named(node).length > 2) return true;
      const value = field(node, 'value');
      if (value?.type === 'expression_list') return true;
    }
    if (node.type === 'raise_statement' && node.children.some((child) => child.type === ',')) return true;
  }
  return false;
}
