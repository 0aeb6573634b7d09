import type { Argument, Entry, Expression, Parameter } from '../syntax/expression.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';
import { literalParts } from './strings.js';

const seenThrough = new Set([
  'parenthesized_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
]);

function inner(node: SyntaxNode): SyntaxNode | undefined {
  const parts = named(node);
  return node.type === 'type_assertion' ? parts.at(-1) : parts[0];
}

/** The node below parentheses, type assertions and `!`. */
export function bare(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (seenThrough.has(at.type)) {
    const next = inner(at);
    if (next === undefined || next.type === 'sequence_expression') return at;
    at = next;
  }
  return at;
}

function argumentsOf(list: SyntaxNode | undefined): Argument[] {
  if (list === undefined || list.type !== 'arguments') return [];
  return named(list).map((node) => {
    const spread = node.type === 'spread_element';
    return { name: undefined, value: spread ? (named(node)[0] ?? node) : node, spread, node };
  });
}

export function parametersOf(node: SyntaxNode): Parameter[] {
  const single = field(node, 'parameter');
  if (single !== undefined) {
    return [{ target: single, name: single.type, type: undefined, fallback: undefined, rest: false }];
  }
  const list = field(node, 'parameters');
  return list === undefined ? [] : named(list).map(parameterOf);
}

function parameterOf(node: SyntaxNode): Parameter {
  let target = node;
  let type: SyntaxNode | undefined;
  let fallback: SyntaxNode | undefined;
  if (node.type === 'required_parameter' || node.type === 'optional_parameter') {
    target = field(node, 'pattern') ?? node;
    type = field(node, 'type');
    fallback = field(node, 'value');
  }
  if (target.type === 'assignment_pattern') {
    fallback = field(target, 'right');
    target = field(target, 'left') ?? target;
  }
  const rest = target.type === 'rest_pattern';
  if (rest) target = named(target)[0] ?? target;
  return { target, name: undefined, type, fallback, rest };
}

/** Says what each expression of a source is, and remembers it. */
class JavascriptLowering {
  private readonly known = new Map<SyntaxNode, Expression>();

  constructor(private readonly source: string) {}

  readonly lower = (node: SyntaxNode): Expression => {
    const at = bare(node);
    const lowered = this.known.get(at) ?? this.lowerBare(at);
    this.known.set(at, lowered);
    return lowered;
  };

  private slice(node: SyntaxNode): string {
    return this.source.slice(node.start, node.end);
  }

  private keyOf(node: SyntaxNode): string | undefined {
    if (node.type === 'property_identifier' || node.type === 'number') return this.slice(node);
    const key = node.type === 'computed_property_name' ? named(node)[0] : node;
    if (key?.type !== 'string') return undefined;
    const parts = literalParts(key, this.source);
    return parts?.[0]?.type === 'text' ? parts[0].text : undefined;
  }

  private entryOf(node: SyntaxNode): Entry {
    const base = { key: undefined, keyNode: undefined, value: node, spread: false, shorthand: false, node };
    if (node.type === 'pair') {
      const keyNode = field(node, 'key');
      const value = field(node, 'value') ?? node;
      return { ...base, key: keyNode && this.keyOf(keyNode), keyNode, value };
    }
    if (node.type === 'shorthand_property_identifier') {
      return { ...base, key: this.slice(node), keyNode: node, shorthand: true };
    }
    if (node.type === 'spread_element') return { ...base, value: named(node)[0] ?? node, spread: true };
    const keyNode = field(node, 'name');
    return { ...base, key: keyNode && this.keyOf(keyNode), keyNode };
  }

  private call(node: SyntaxNode): Expression {
    const isNew = node.type === 'new_expression';
    const callee = field(node, isNew ? 'constructor' : 'function');
    const argsNode = field(node, 'arguments');
    if (callee === undefined || argsNode?.type === 'template_string') return { kind: 'other', node };
    return { kind: 'call', callee, args: argumentsOf(argsNode), argsNode, isNew, node };
  }

  private subscript(node: SyntaxNode): Expression {
    const object = field(node, 'object');
    const index = field(node, 'index');
    if (object === undefined) return { kind: 'other', node };
    const optional = node.children.some((child) => child.type === 'optional_chain');
    const name = index?.type === 'string' ? this.keyOf(index) : undefined;
    if (index !== undefined && name !== undefined) {
      return { kind: 'member', object, name, nameNode: index, subscript: true, optional, node };
    }
    return { kind: 'index', object, index, slice: false, node };
  }

  private member(node: SyntaxNode): Expression {
    const object = field(node, 'object');
    const property = field(node, 'property');
    if (object === undefined || property === undefined) return { kind: 'other', node };
    const optional = node.children.some((child) => child.type === 'optional_chain');
    return {
      kind: 'member',
      object,
      name: this.slice(property),
      nameNode: property,
      subscript: false,
      optional,
      node,
    };
  }

  private binary(node: SyntaxNode): Expression {
    const [left, right, operator] = [field(node, 'left'), field(node, 'right'), field(node, 'operator')];
    if (left === undefined || right === undefined || operator === undefined) return { kind: 'other', node };
    return { kind: 'binary', operator: this.slice(operator), left, right, node };
  }

  private ternary(node: SyntaxNode): Expression {
    const test = field(node, 'condition');
    const branches = [field(node, 'consequence'), field(node, 'alternative')].filter(
      (one) => one !== undefined,
    );
    return test === undefined ? { kind: 'other', node } : { kind: 'conditional', test, branches, node };
  }

  private lowerBare(node: SyntaxNode): Expression {
    switch (node.type) {
      case 'string':
      case 'template_string': {
        const parts = literalParts(node, this.source);
        return parts === undefined ? { kind: 'other', node } : { kind: 'text', parts, node };
      }
      case 'undefined':
      case 'null':
        return { kind: 'constant', value: null, node };
      case 'true':
      case 'false':
        return { kind: 'constant', value: node.type === 'true', node };
      case 'number':
        return { kind: 'constant', value: Number(this.slice(node).replaceAll('_', '')), node };
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'this':
        return { kind: 'name', name: this.slice(node), node };
      case 'member_expression':
        return this.member(node);
      case 'subscript_expression':
        return this.subscript(node);
      case 'call_expression':
      case 'new_expression':
        return this.call(node);
      case 'object':
        return { kind: 'object', entries: named(node).map((one) => this.entryOf(one)), node };
      case 'array': {
        const items = named(node).map((item) =>
          item.type === 'spread_element'
            ? { value: named(item)[0] ?? item, spread: true }
            : { value: item, spread: false },
        );
        return { kind: 'list', items, node };
      }
      case 'binary_expression':
        return this.binary(node);
      case 'ternary_expression':
        return this.ternary(node);
      case 'await_expression': {
        const value = named(node)[0];
        return value === undefined ? { kind: 'other', node } : { kind: 'await', value, node };
      }
      case 'arrow_function':
      case 'function_expression':
      case 'function_declaration':
      case 'generator_function_declaration':
      case 'method_definition': {
        const body = field(node, 'body');
        return body === undefined
          ? { kind: 'other', node }
          : { kind: 'function', parameters: parametersOf(node), body, node };
      }
      default:
        return { kind: 'other', node };
    }
  }
}

/** Makes the function that says what an expression of JavaScript or TypeScript is. */
export const javascriptLower = (source: string): ((node: SyntaxNode) => Expression) =>
  new JavascriptLowering(source).lower;
