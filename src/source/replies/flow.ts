import type { Of } from '../syntax/expression.js';
import { constantText, outermost, returned, type SourceFile, sourceOf } from '../syntax/file.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';
import type { Binding, Write } from '../syntax/scope.js';
import { isLogged } from './logged.js';
import { reachedReads } from './reaching.js';
import { leadOf, type ValueKind } from './steps.js';

/** A place that reads the text of a reply. */
export type Read =
  /** `choice.text`, `choice["text"]`, `choice.get("text")` */
  | { readonly form: 'member' | 'get'; readonly node: SyntaxNode; readonly stream: boolean }
  /** `{text}` of a pattern: what stands there, and the names that it binds. */
  | {
      readonly form: 'pattern';
      readonly node: SyntaxNode;
      readonly stream: boolean;
      readonly binding: Binding | undefined;
    };

/** What becomes of the value of a call. */
export interface Flow {
  readonly reads: readonly Read[];
  /** The whole of it, or a whole choice, goes where it can't be followed. */
  readonly escapes: boolean;
  /** A stream is read as raw lines. */
  readonly lines: boolean;
  /** Names that it is put in, for other values that are put there too. */
  readonly shared: readonly { binding: Binding; others: readonly Write[] }[];
}

const tests = new Set([
  'if_statement',
  'while_statement',
  'elif_clause',
  'not_operator',
  'unary_expression',
  'comparison_operator',
  'assert_statement',
  'if_clause',
]);
const comparisons = /^([!=]==?|[<>]=?|instanceof|in)$/;
const itemMethods = /^(map|forEach|flatMap|filter|find|some|every|findIndex)$/;

/** Follows the value of a call through a file to where the text of the reply is read. */
class Follower {
  readonly reads: Read[] = [];
  escapes = false;
  lines = false;
  readonly shared: { binding: Binding; others: readonly Write[] }[] = [];
  private readonly visited = new Set<SyntaxNode>();
  /** Where what a callback returns goes on. */
  private readonly continued = new Map<SyntaxNode, SyntaxNode>();

  constructor(
    private readonly file: SourceFile,
    private readonly stream: boolean,
  ) {}

  private out(): undefined {
    this.escapes = true;
  }

  /** A type that is said of the value: it would not be true any more. */
  private isTyped(type: SyntaxNode | undefined): boolean {
    if (type === undefined || this.file.isPython) return false;
    return !/\b(any|unknown)\b/.test(sourceOf(this.file, type));
  }

  private castIn(inner: SyntaxNode, outer: SyntaxNode): boolean {
    for (let at: SyntaxNode | null = inner; at !== null; at = at === outer ? null : at.parent) {
      if (!/^(as_expression|satisfies_expression|type_assertion)$/.test(at.type)) continue;
      const parts = named(at);
      const type = at.type === 'type_assertion' ? parts[0] : parts.at(-1);
      if (at !== inner && this.isTyped(type)) return true;
    }
    return false;
  }

  value(node: SyntaxNode, kind: ValueKind): undefined {
    const outer = outermost(this.file, node);
    if (this.visited.has(outer)) return;
    this.visited.add(outer);
    const parent = outer.parent;
    if (parent === null) return;
    if (this.castIn(node, outer)) return this.out();
    const around = this.file.lower(parent);
    if (around.node === parent) {
      switch (around.kind) {
        case 'await':
          return this.value(parent, kind);
        case 'member':
          if (around.object === outer) return this.member(around, kind);
          break;
        case 'index':
          if (around.object === outer) return this.index(around, kind);
          break;
        case 'binary':
          return this.binary(around, outer, kind);
        case 'conditional':
          return around.test === outer ? undefined : this.value(parent, kind);
        case 'function':
          if (around.body === outer) return this.result(parent, kind);
          break;
      }
    }
    this.statement(parent, outer, kind);
  }

  private binary(around: Of<'binary'>, outer: SyntaxNode, kind: ValueKind): undefined {
    const { operator } = around;
    if (comparisons.test(operator)) return;
    if (operator === '&&' || operator === 'and') {
      return around.left === outer ? undefined : this.value(around.node, kind);
    }
    if (/^(\|\||\?\?|or)$/.test(operator)) return this.value(around.node, kind);
    if (!isLogged(this.file, outer)) this.out();
  }

  private statement(parent: SyntaxNode, outer: SyntaxNode, kind: ValueKind): undefined {
    const { file } = this;
    if (tests.has(parent.type)) {
      if (parent.type === 'if_clause' || field(parent, 'body') !== outer) return;
    }
    switch (parent.type) {
      case 'parenthesized_expression':
      case 'expression_statement':
        // `if (reply)`: the parentheses belong to the statement.
        return;
      case 'variable_declarator':
      case 'assignment_expression':
      case 'assignment':
      case 'named_expression': {
        const target = field(parent, 'name') ?? field(parent, 'left');
        const asValue = /assignment/.test(parent.type) && parent.parent?.type !== 'expression_statement';
        if (target === undefined || target === outer || asValue) return this.out();
        if (this.isTyped(field(parent, 'type'))) return this.out();
        return this.pattern(target, kind);
      }
      case 'for_in_statement':
      case 'for_statement':
      case 'for_in_clause':
        return this.loop(parent, outer, kind);
      case 'as_pattern': {
        const alias = field(parent, 'alias');
        const target = alias && named(alias)[0];
        return target === undefined ? this.out() : this.pattern(target, kind);
      }
      case 'with_item':
        return;
      case 'return_statement': {
        let fn = parent.parent;
        while (fn !== null && !file.isFunction(fn)) fn = fn.parent;
        return fn === null ? this.out() : this.result(fn, kind);
      }
      case 'arguments':
      case 'argument_list':
      case 'keyword_argument':
        return this.argument(parent, outer, kind);
      default:
        if (!isLogged(file, outer)) this.out();
    }
  }

  /** What a function gives: it goes on where the function is the callback of a promise. */
  private result(fn: SyntaxNode, kind: ValueKind): undefined {
    const next = this.continued.get(fn);
    if (next === undefined) this.out();
    else this.value(next, kind);
  }

  private argument(list: SyntaxNode, outer: SyntaxNode, kind: ValueKind): undefined {
    const { file } = this;
    const node = list.type === 'keyword_argument' ? list.parent?.parent : list.parent;
    const call = node && file.lower(node);
    if (call?.kind !== 'call') return this.out();
    const name = sourceOf(file, call.callee);
    if (isLogged(file, outer)) return;
    if (kind === 'raw' && /^(JSON\.parse|json\.loads)$/.test(name)) return this.value(call.node, 'reply');
    if (/^(len|bool|isinstance|type|hasattr|Boolean)$/.test(name)) return;
    if (/^(asyncio\.(run|wait_for)|await_|(\w+\.)?run_until_complete|Promise\.resolve)$/.test(name)) {
      return this.value(call.node, kind);
    }
    if (kind === 'choices' && /^(enumerate|reversed|list|iter)$/.test(name))
      return this.value(call.node, kind);
    if (kind === 'stream' && /^(enumerate|iter)$/.test(name)) return this.value(call.node, kind);
    this.out();
  }

  private loop(parent: SyntaxNode, outer: SyntaxNode, kind: ValueKind): undefined {
    if (field(parent, 'right') !== outer) return this.out();
    let left = field(parent, 'left');
    const item: ValueKind | undefined =
      kind === 'stream' ? 'reply' : kind === 'choices' ? 'choice' : undefined;
    if (item === undefined || left === undefined) return this.out();
    if (parent.children.some((child) => child.type === 'in') && parent.type === 'for_in_statement') return;
    const call = this.file.lower(outer);
    if (call.kind === 'call' && sourceOf(this.file, call.callee) === 'enumerate') left = named(left)[1];
    if (left === undefined) return this.out();
    this.pattern(left, item);
  }

  private index(around: Of<'index'>, kind: ValueKind): undefined {
    if (kind !== 'choices') return this.out();
    this.value(around.node, around.slice ? 'choices' : 'choice');
  }

  private member(around: Of<'member'>, kind: ValueKind): undefined {
    const { file } = this;
    const outer = outermost(file, around.node);
    const above = outer.parent && file.lower(outer.parent);
    const call = above?.kind === 'call' && above.callee === outer ? above : undefined;
    if (call !== undefined && this.method(around, call, kind)) return;
    const lead = leadOf(kind, around.name);
    switch (lead) {
      case 'text':
        if (call !== undefined || this.isWritten(outer)) return this.out();
        this.reads.push({ form: 'member', node: around.node, stream: this.stream });
        return;
      case 'harmless':
        return this.isWritten(outer) ? this.out() : undefined;
      case 'lines':
        this.lines = true;
        return this.out();
      case 'out':
        return isLogged(file, outer) ? undefined : this.out();
      case 'raw':
        if (file.isPython ? call !== undefined : call === undefined) return this.out();
        return this.value(call?.node ?? around.node, 'raw');
      case 'reply':
        if (kind === 'response') return call === undefined ? this.out() : this.value(call.node, lead);
        return this.value(around.node, lead);
      default:
        return this.value(around.node, lead);
    }
  }

  private isWritten(node: SyntaxNode): boolean {
    const parent = node.parent;
    return (
      parent !== null &&
      (/assignment/.test(parent.type) || /^(update_expression|delete_statement)$/.test(parent.type)) &&
      (field(parent, 'left') === node || field(parent, 'argument') === node)
    );
  }

  /** The methods of promises, lists and dictionaries; true where it was one. */
  private method(member: Of<'member'>, call: Of<'call'>, kind: ValueKind): boolean {
    const { name } = member;
    if (!this.file.isPython && (name === 'then' || name === 'catch' || name === 'finally')) {
      if (name === 'then') this.promise(call, kind);
      else this.value(call.node, kind);
      return true;
    }
    if (kind === 'choices' && itemMethods.test(name)) {
      this.eachItem(call, name);
      return true;
    }
    if (kind === 'choices' && /^(at|pop|shift)$/.test(name)) {
      this.value(call.node, 'choice');
      return true;
    }
    if (kind === 'choices' && name === 'slice') {
      this.value(call.node, 'choices');
      return true;
    }
    const key = call.args[0] && constantText(this.file, call.args[0].value);
    if (
      this.file.isPython &&
      name === 'get' &&
      key !== undefined &&
      (kind === 'reply' || kind === 'choice')
    ) {
      const lead = leadOf(kind, key);
      if (lead === 'text') this.reads.push({ form: 'get', node: call.node, stream: this.stream });
      else if (lead === 'choices') this.value(call.node, 'choices');
      else if (lead !== 'harmless') this.out();
      return true;
    }
    return false;
  }

  private promise(call: Of<'call'>, kind: ValueKind): undefined {
    const callback = call.args[0] && this.file.lower(call.args[0].value);
    if (callback?.kind !== 'function') return this.out();
    const [first] = callback.parameters;
    if (first === undefined) return;
    if (this.isTyped(first.type)) return this.out();
    this.continued.set(callback.node, call.node);
    this.pattern(first.target, kind);
  }

  private eachItem(call: Of<'call'>, name: string): undefined {
    const callback = call.args[0] && this.file.lower(call.args[0].value);
    if (callback?.kind !== 'function' || callback.parameters.length > 2) return this.out();
    const [first] = callback.parameters;
    if (first === undefined || this.isTyped(first.type)) return this.out();
    this.pattern(first.target, 'choice');
    // A test gives no value of its own; `map` gives what its callback returns, which is followed like any other value.
    if (name === 'filter') this.value(call.node, 'choices');
    if (name === 'find') this.value(call.node, 'choice');
    if (/^(filter|find|some|every|findIndex)$/.test(name)) {
      for (const value of returned(this.file, callback)) this.visited.add(outermost(this.file, value));
    }
  }

  private pattern(target: SyntaxNode, kind: ValueKind): undefined {
    switch (target.type) {
      case 'identifier':
      case 'shorthand_property_identifier_pattern':
        return this.binding(target, kind);
      case 'assignment_pattern': {
        const left = field(target, 'left');
        return left === undefined ? this.out() : this.pattern(left, kind);
      }
      case 'object_pattern':
        for (const one of named(target)) this.property(one, kind);
        return;
      case 'array_pattern':
        if (kind !== 'choices') return this.out();
        for (const one of named(target)) {
          if (one.type === 'rest_pattern') this.pattern(named(one)[0] ?? one, 'choices');
          else this.pattern(one, 'choice');
        }
        return;
      default:
        this.out();
    }
  }

  private property(one: SyntaxNode, kind: ValueKind): undefined {
    const { file } = this;
    if (one.type === 'rest_pattern') return this.out();
    const key = one.type === 'object_assignment_pattern' ? field(one, 'left') : (field(one, 'key') ?? one);
    const inner = one.type === 'pair_pattern' ? field(one, 'value') : key;
    if (key === undefined || inner === undefined) return this.out();
    const lead = leadOf(kind, sourceOf(file, key));
    if (lead === 'harmless') return;
    if (lead === 'out' || lead === 'lines' || lead === 'raw' || kind === 'response') {
      if (lead === 'lines') this.lines = true;
      return this.out();
    }
    if (lead !== 'text') return this.pattern(inner, lead);
    const name = inner.type === 'assignment_pattern' ? field(inner, 'left') : inner;
    this.reads.push({
      form: 'pattern',
      node: one,
      stream: this.stream,
      binding: name && file.scopes.bindingOf(name),
    });
  }

  private binding(target: SyntaxNode, kind: ValueKind): undefined {
    const binding = this.file.scopes.bindingOf(target);
    const write = binding?.writes.find((one) => one.target === target);
    if (binding === undefined || write === undefined) return this.out();
    if (binding.exported && !this.file.isPython) return this.out();
    if (this.isTyped(write.type) || this.isTyped(binding.writes[0]?.type)) return this.out();
    for (const { read, others } of reachedReads(this.file, binding, write)) {
      if (others.length > 0) this.shared.push({ binding, others });
      this.value(read, kind);
    }
  }
}

/** Follows the value of a call to all places that read the text of its reply. */
export function followReply(file: SourceFile, call: SyntaxNode, kind: ValueKind, stream: boolean): Flow {
  const follower = new Follower(file, stream);
  follower.value(call, kind);
  const { reads, escapes, lines, shared } = follower;
  return { reads, escapes, lines, shared };
}
