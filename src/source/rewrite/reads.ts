import type { FoundCall } from '../calls/find.js';
import type { Read } from '../replies/flow.js';
import type { Edit } from '../syntax/edits.js';
import { outermost, type SourceFile, sourceOf } from '../syntax/file.js';
import { field, type SyntaxNode } from '../syntax/node.js';

/** Contexts in which `a ?? b` needs no parentheses. */
const roomy = new Set([
  'arguments',
  'return_statement',
  'variable_declarator',
  'assignment_expression',
  'augmented_assignment_expression',
  'arrow_function',
  'template_substitution',
  'pair',
  'array',
  'parenthesized_expression',
  'expression_statement',
  'jsx_expression',
]);

/** What makes the value a string in every case; nothing where the place does that itself. */
function fallback(file: SourceFile, node: SyntaxNode): [string, string] {
  const outer = outermost(file, node);
  const parent = outer.parent;
  if (outer !== node && /^(non_null_expression)$/.test(node.parent?.type ?? '')) return ['', ''];
  const around = parent === null ? undefined : file.lower(parent);
  if (around?.kind === 'binary' && around.left === outer && /^(\|\||\?\?)$/.test(around.operator))
    return ['', ''];
  const direct = outer === node && parent !== null && roomy.has(parent.type);
  return direct || (outer !== node && node.parent?.type === 'parenthesized_expression')
    ? ['', " ?? ''"]
    : ['(', " ?? '')"];
}

const roomyInPython =
  /^(argument_list|return_statement|assignment|augmented_assignment|expression_statement)$/;

function pythonFallback(node: SyntaxNode): [string, string] {
  const parent = node.parent;
  const isOr = parent?.type === 'boolean_operator' && parent.children.some(({ type }) => type === 'or');
  if (isOr && field(parent, 'left') === node) return ['', ''];
  return roomyInPython.test(parent?.type ?? '') ? ['', ' or ""'] : ['(', ' or "")'];
}

/** `choice.text!`: whoever wrote it is sure that it is there. */
const isSure = ({ parent }: SyntaxNode): boolean => parent?.type === 'non_null_expression';

interface Target {
  readonly kind: FoundCall['kind'];
  readonly isTyped: boolean;
}

function memberEdits(file: SourceFile, read: Read, { kind, isTyped }: Target): Edit[] {
  const { node, stream } = read;
  const member = file.lower(node);
  if (member.kind !== 'member') return [];
  // The name alone is replaced: what stands before it, a comment even, stays.
  const { start, end } = member.nameNode;
  const quote = member.subscript ? file.text[start]! : '';
  const path = (...names: string[]): string =>
    member.subscript ? names.map((name) => quote + name + quote).join('][') : names.join('.');
  const inner = stream ? 'delta' : 'message';
  if (file.isPython && stream && kind !== 'openai-python-1') {
    const q = quote === '' ? usualQuote(file) : quote;
    // The bracket after the name closes the last argument's call.
    if (!member.subscript) return [{ start, end, text: `delta.get(${q}content${q}, ${q}${q})` }];
    return [{ start, end: node.end, text: `${path(inner)}].get(${q}content${q}, ${q}${q})` }];
  }
  if (!file.isPython && kind === 'openai-node-3' && isTyped && !member.subscript) {
    // In openai 3 a choice may have no message, as it may have no text.
    return [{ start, end, text: `message${isSure(node) ? '!' : '?'}.content` }];
  }
  const needed = file.isPython ? stream : stream || (isTyped && kind === 'openai-node-4');
  const [open, close] = !needed ? ['', ''] : file.isPython ? pythonFallback(node) : fallback(file, node);
  const edits: Edit[] = [{ start, end, text: path(inner, 'content') }];
  if (open !== '') edits.push({ start: node.start, end: node.start, text: open });
  if (close !== '') edits.push({ start: node.end, end: node.end, text: close });
  return edits;
}

const usualQuote = (file: SourceFile): string =>
  file.text.split("'").length > file.text.split('"').length ? "'" : '"';

/** `choice.get("text", "")`: `choice.get("message", {}).get("content", "")`. */
function getEdits(file: SourceFile, { node, stream }: Read): Edit[] {
  const call = file.lower(node);
  const first = call.kind === 'call' ? call.args[0]?.value : undefined;
  if (first === undefined) return [];
  const quote = file.text[first.start]!;
  const inner = stream ? 'delta' : 'message';
  const text = `${quote}${inner}${quote}, {}).get(${quote}content${quote}`;
  return [{ start: first.start, end: first.end, text }];
}

/** `{text}`: `{message: {content: text}}`; where the content may be no string, the reads of the name say what then. */
function patternEdits(file: SourceFile, read: Read & { form: 'pattern' }, { kind, isTyped }: Target): Edit[] {
  const { node, stream, binding } = read;
  const inner = stream ? 'delta' : 'message';
  const bound = node.type === 'pair_pattern' ? field(node, 'value') : node;
  if (bound === undefined) return [];
  const hasDefault = /assignment_pattern$/.test(bound.type);
  const source = sourceOf(file, bound);
  const value = stream && !hasDefault ? `${source} = ''` : source;
  const edits: Edit[] = [{ start: node.start, end: node.end, text: `${inner}: { content: ${value} }` }];
  if (!isTyped || kind !== 'openai-node-4' || binding === undefined) return edits;
  for (const one of binding.reads) {
    const text =
      one.type === 'shorthand_property_identifier'
        ? `${binding.name}: ${binding.name} ?? ''`
        : `(${binding.name} ?? '')`;
    edits.push({ start: one.start, end: one.end, text });
  }
  return edits;
}

/** The edits with which the places that read the text of a reply read that of a chat's. */
export function readEdits(file: SourceFile, read: Read, kind: FoundCall['kind']): Edit[] {
  const target: Target = { kind, isTyped: file.language === 'typescript' };
  if (read.form === 'get') return getEdits(file, read);
  if (read.form === 'pattern') return patternEdits(file, read, target);
  return memberEdits(file, read, target);
}
