import type { Entry, Of } from '../syntax/expression.js';
import { bindingAt, onlyValue, type SourceFile, sourceOf } from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';

/** A constant through which a request was followed, and the place that reads it. */
export interface Via {
  readonly binding: Binding;
  readonly read: SyntaxNode;
}

export interface RequestField {
  readonly key: string;
  readonly value: SyntaxNode;
  readonly entry: Entry;
  /** The object, dictionary or list of arguments that holds it. */
  readonly holder: SyntaxNode;
  readonly via: readonly Via[];
}

/** The fields of a request, in the order in which they are set. */
export interface RequestView {
  readonly fields: readonly RequestField[];
  /** Some of it is built where it can't be seen. */
  readonly opaque: boolean;
  readonly style: 'object' | 'keywords';
  readonly holder: SyntaxNode;
}

interface Part {
  fields: RequestField[];
  opaque: boolean;
  style: RequestView['style'];
  holder: SyntaxNode;
}

const deepest = 6;

function ofEntries(
  file: SourceFile,
  entries: readonly Entry[],
  holder: SyntaxNode,
  via: readonly Via[],
): Omit<Part, 'style'> {
  const fields: RequestField[] = [];
  let opaque = false;
  for (const entry of entries) {
    if (entry.spread) {
      const inner = follow(file, entry.value, via);
      if (inner === undefined || inner.opaque) opaque = true;
      fields.push(...(inner?.fields ?? []));
    } else if (entry.key === undefined) opaque = true;
    else fields.push({ key: entry.key, value: entry.value, entry, holder, via });
  }
  return { fields, opaque, holder };
}

const asEntry = ({ name, value, spread, node }: Of<'call'>['args'][number]): Entry => ({
  key: name,
  keyNode: undefined,
  value,
  spread,
  shorthand: false,
  node,
});

function follow(file: SourceFile, node: SyntaxNode, via: readonly Via[]): Part | undefined {
  if (via.length > deepest) return undefined;
  const expression = file.lower(node);
  if (expression.kind === 'object') {
    return { ...ofEntries(file, expression.entries, expression.node, via), style: 'object' };
  }
  if (expression.kind === 'call' && file.isPython && sourceOf(file, expression.callee) === 'dict') {
    return { ...ofEntries(file, expression.args.map(asEntry), expression.node, via), style: 'keywords' };
  }
  const binding = bindingAt(file, node);
  const value = onlyValue(binding);
  if (binding === undefined || value === undefined) return undefined;
  // A declared type says what the request is: an object of another shape would not fit it.
  const type = binding.writes[0]?.type;
  if (type !== undefined && !/^:?\s*(any|dict|Dict|Record<string, any>)/.test(sourceOf(file, type)))
    return undefined;
  return follow(file, value, [...via, { binding, read: node }]);
}

/** The request that an object, a dictionary or a name for one holds. */
export function readRequest(file: SourceFile, node: SyntaxNode): RequestView | undefined {
  return follow(file, node, []);
}

/** The request of a call that takes keyword arguments. */
export function readKeywords(file: SourceFile, call: Of<'call'>): RequestView {
  const holder = call.argsNode ?? call.node;
  const { fields, opaque } = ofEntries(file, call.args.map(asEntry), holder, []);
  return { fields, opaque, style: 'keywords', holder };
}

/** The field that counts: the last one of a name. */
export const fieldOf = (request: RequestView, ...keys: string[]): RequestField | undefined =>
  request.fields.findLast(({ key }) => keys.includes(key));
