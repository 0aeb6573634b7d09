import type { Argument, Entry, Expression, Parameter } from '../syntax/expression.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';
import { literalParts } from './strings.js';

export function bare(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.type === 'parenthesized_expression') {
    const next = named(at)[0];
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

function argumentOf(node: SyntaxNode, text: (node: SyntaxNode) => string): Argument {
  if (node.type === 'keyword_argument') {
    const name = field(node, 'name');
    return { name: name && text(name), value: field(node, 'value') ?? node, spread: false, node };
  }
  const spread = node.type === 'list_splat' || node.type === 'dictionary_splat';
  return { name: undefined, value: spread ? (named(node)[0] ?? node) : node, spread, node };
}

export function parametersOf(node: SyntaxNode, text: (node: SyntaxNode) => string): Parameter[] {
  const list = field(node, 'parameters');
  if (list === undefined) return [];
  return named(list).flatMap((one) => {
    const base = { type: undefined, fallback: undefined, rest: false };
    if (one.type === 'identifier') return [{ ...base, target: one, name: text(one) }];
    if (one.type === 'list_splat_pattern' || one.type === 'dictionary_splat_pattern') {
      const target = named(one)[0];
      return target === undefined ? [] : [{ ...base, target, name: text(target), rest: true }];
    }
    const target = field(one, 'name') ?? named(one)[0];
    if (target === undefined || !/parameter$/.test(one.type)) return [];
    const rest = target.type !== 'identifier';
    const identifier = rest ? named(target)[0] : target;
    if (identifier === undefined) return [];
    return [
      {
        target: identifier,
        name: text(identifier),
        type: field(one, 'type'),
        fallback: field(one, 'value'),
        rest,
      },
    ];
  });
}

/** Says what each expression of a source is, and remembers it. */
class PythonLowering {
  private readonly known = new Map<SyntaxNode, Expression>();

  constructor(private readonly source: string) {}

  readonly lower = (node: SyntaxNode): Expression => {
    const at = bare(node);
    const lowered = this.known.get(at) ?? this.lowerBare(at);
    this.known.set(at, lowered);
    return lowered;
  };

  private text(node: SyntaxNode): string {
    return this.source.slice(node.start, node.end);
  }

  private stringOf(node: SyntaxNode): string | undefined {
    if (node.type !== 'string') return undefined;
    const parts = literalParts(node, this.source);
    return parts?.length === 1 && parts[0]!.type === 'text' ? parts[0]!.text : undefined;
  }

  private entryOf(node: SyntaxNode): Entry {
    const base = { key: undefined, keyNode: undefined, value: node, spread: false, shorthand: false, node };
    if (node.type === 'dictionary_splat') return { ...base, value: named(node)[0] ?? node, spread: true };
    const [keyNode, value] = [field(node, 'key'), field(node, 'value')];
    return { ...base, key: keyNode && this.stringOf(keyNode), keyNode, value: value ?? node };
  }

  private subscript(node: SyntaxNode): Expression {
    const object = field(node, 'value');
    const index = field(node, 'subscript');
    if (object === undefined || index === undefined) return { kind: 'other', node };
    const name = this.stringOf(index);
    if (name !== undefined) {
      return { kind: 'member', object, name, nameNode: index, subscript: true, optional: false, node };
    }
    return { kind: 'index', object, index, slice: index.type === 'slice', node };
  }

  private attribute(node: SyntaxNode): Expression {
    const [object, name] = [field(node, 'object'), field(node, 'attribute')];
    if (object === undefined || name === undefined) return { kind: 'other', node };
    return {
      kind: 'member',
      object,
      name: this.text(name),
      nameNode: name,
      subscript: false,
      optional: false,
      node,
    };
  }

  private call(node: SyntaxNode): Expression {
    const [callee, list] = [field(node, 'function'), field(node, 'arguments')];
    if (callee === undefined || list === undefined) return { kind: 'other', node };
    const args =
      list.type === 'argument_list' ? named(list).map((one) => argumentOf(one, (one) => this.text(one))) : [];
    if (list.type === 'generator_expression') {
      args.push({ name: undefined, value: list, spread: false, node: list });
    }
    return { kind: 'call', callee, args, argsNode: list, isNew: false, node };
  }

  private lowerBare(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'string':
      case 'concatenated_string': {
        const parts = literalParts(node, this.source);
        return parts === undefined ? { kind: 'other', node } : { kind: 'text', parts, node };
      }
      case 'none':
        return { kind: 'constant', value: null, node };
      case 'true':
      case 'false':
        return { kind: 'constant', value: node.type === 'true', node };
      case 'integer':
      case 'float':
        return { kind: 'constant', value: Number(this.text(node).replaceAll('_', '')), node };
      case 'identifier':
        return { kind: 'name', name: this.text(node), node };
      case 'attribute':
        return this.attribute(node);
      case 'subscript':
        return this.subscript(node);
      case 'call':
        return this.call(node);
      case 'dictionary':
        return { kind: 'object', entries: named(node).map((one) => this.entryOf(one)), node };
      case 'list':
      case 'tuple': {
        const items = named(node).map((item) =>
          item.type === 'list_splat'
            ? { value: named(item)[0] ?? item, spread: true }
            : { value: item, spread: false },
        );
        return { kind: 'list', items, node };
      }
      case 'binary_operator':
      case 'boolean_operator': {
        const [left, right, operator] = [field(node, 'left'), field(node, 'right'), field(node, 'operator')];
        if (left === undefined || right === undefined || operator === undefined)
          return { kind: 'other', node };
        return { kind: 'binary', operator: this.text(operator), left, right, node };
      }
      case 'conditional_expression': {
        const [yes, test, no] = named(node);
        if (yes === undefined || test === undefined || no === undefined) return { kind: 'other', node };
        return { kind: 'conditional', test, branches: [yes, no], node };
      }
      case 'await': {
        const value = named(node)[0];
        return value === undefined ? { kind: 'other', node } : { kind: 'await', value, node };
      }
      case 'lambda':
      case 'function_definition': {
        const body = field(node, 'body');
        return body === undefined
          ? { kind: 'other', node }
          : { kind: 'function', parameters: parametersOf(node, (one) => this.text(one)), body, node };
      }
      case 'list_comprehension':
      case 'generator_expression': {
        const body = field(node, 'body');
        return body === undefined ? { kind: 'other', node } : { kind: 'comprehension', body, node };
      }
      default:
        return { kind: 'other', node };
    }
  }
}

/** Makes the function that says what an expression of Python is. */
export const pythonLower = (source: string): ((node: SyntaxNode) => Expression) =>
  new PythonLowering(source).lower;
