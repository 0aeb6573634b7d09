import { above, field, fields, named, type SyntaxNode } from '../syntax/node.js';
import { ScopeBuilder, type Scopes, type Step, type Write } from '../syntax/scope.js';
import { parametersOf } from './lower.js';

export const isFunction = (node: SyntaxNode): boolean =>
  node.type === 'function_definition' || node.type === 'lambda';
export const isClass = (node: SyntaxNode): boolean => node.type === 'class_definition';
const isComprehension = (node: SyntaxNode): boolean =>
  /_comprehension$/.test(node.type) || node.type === 'generator_expression';

class PythonBinder {
  private readonly scopes = new ScopeBuilder();
  private readonly reads: { scope: SyntaxNode; node: SyntaxNode }[] = [];
  private readonly writes: { scope: SyntaxNode; write: Write }[] = [];
  /** Names that a function says are of the module, or of a function around it. */
  private readonly foreign = new Map<SyntaxNode, Map<string, 'global' | 'nonlocal'>>();

  constructor(
    private readonly root: SyntaxNode,
    private readonly source: string,
  ) {}

  private readonly text = (node: SyntaxNode): string => this.source.slice(node.start, node.end);

  run(): Scopes {
    this.scopes.open(this.root, null);
    for (const child of this.root.children) this.visit(child, this.root);
    for (const { scope, write } of this.writes) {
      const name = this.text(write.target);
      const said = this.foreign.get(scope)?.get(name);
      const found =
        said === 'nonlocal' && scope.parent !== null
          ? this.scopes.find(this.homeOf(scope.parent), name)
          : undefined;
      const binding = found ?? this.scopes.declare(said === 'global' ? this.root : scope, name);
      this.scopes.write(binding, write);
      // A module's names can be had from any other module.
      if (binding.scope === this.root) binding.exported = true;
    }
    for (const { scope, node } of this.reads) this.scopes.read(scope, node, this.text(node));
    return this.scopes.done();
  }

  /** The scope that a node stands in; a function does not see the names of the class around it. */
  private homeOf(node: SyntaxNode): SyntaxNode {
    let at: SyntaxNode | null = node;
    while (at !== null && (!this.scopes.has(at) || isClass(at))) at = at.parent;
    return at ?? this.root;
  }

  private bind(
    target: SyntaxNode,
    scope: SyntaxNode,
    write: Omit<Write, 'target' | 'path'>,
    path: readonly Step[] | null = [],
  ): undefined {
    switch (target.type) {
      case 'identifier':
        this.writes.push({ scope, write: { ...write, target, path } });
        // What stands in the body of a class is an attribute of its objects; a class under another one may change that of
        // the other.
        if (isClass(scope)) {
          this.scopes.write(this.scopes.attributeOf(scope, this.text(target)), { ...write, target, path });
          if (field(scope, 'superclasses') !== undefined) this.scopes.touch(this.text(target));
        }
        return;
      case 'pattern_list':
      case 'tuple_pattern':
      case 'list_pattern':
      case 'tuple':
        for (const [index, one] of named(target).entries()) {
          this.bind(one, scope, write, path === null ? null : [...path, index]);
        }
        return;
      case 'attribute': {
        const [object, name] = [field(target, 'object'), field(target, 'attribute')];
        const owner = above(target, isClass);
        if (
          object !== undefined &&
          name !== undefined &&
          this.text(object) === 'self' &&
          owner !== undefined
        ) {
          this.scopes.write(this.scopes.attributeOf(owner, this.text(name)), { ...write, target, path });
        } else {
          if (name !== undefined) this.scopes.touch(this.text(name));
          this.visit(target, scope);
        }
        return;
      }
      case 'subscript':
        this.visit(target, scope);
        return;
      default:
        for (const one of named(target)) this.bind(one, scope, write, null);
    }
  }

  private imports(node: SyntaxNode, scope: SyntaxNode): undefined {
    const from = field(node, 'module_name');
    for (const one of fields(node, 'name')) {
      const alias = field(one, 'alias');
      const name = one.type === 'aliased_import' ? field(one, 'name') : one;
      if (name === undefined) continue;
      const full = this.text(name);
      // `import a.b` binds `a`.
      const target = alias ?? (from === undefined ? (named(name)[0] ?? name) : name);
      const imported =
        from === undefined
          ? { module: alias === undefined ? this.text(target) : full, name: '*' }
          : { module: this.text(from), name: full };
      const identifier = target.type === 'dotted_name' ? (named(target)[0] ?? target) : target;
      const binding = this.scopes.declare(scope, this.text(identifier));
      binding.imported ??= imported;
      const write = {
        how: 'import' as const,
        target: identifier,
        value: undefined,
        path: null,
        node,
        type: undefined,
      };
      this.scopes.write(binding, write);
    }
  }

  private function(node: SyntaxNode, scope: SyntaxNode): undefined {
    const name = field(node, 'name');
    if (name !== undefined) {
      this.bind(name, scope, { how: 'function', value: node, node, type: undefined });
    }
    this.scopes.open(node, isClass(scope) ? this.homeOf(scope) : scope);
    for (const { target, type, fallback } of parametersOf(node, this.text)) {
      this.bind(target, node, { how: 'parameter', value: undefined, node: target, type });
      if (fallback !== undefined) this.visit(fallback, scope);
    }
    const body = field(node, 'body');
    if (body !== undefined) this.visit(body, node);
  }

  private assignment(node: SyntaxNode, scope: SyntaxNode): undefined {
    const [left, value, operator] = [field(node, 'left'), field(node, 'right'), field(node, 'operator')];
    const how =
      node.type === 'assignment'
        ? 'assign'
        : operator !== undefined && this.text(operator) === '+='
          ? 'add'
          : 'other';
    if (left !== undefined && (value !== undefined || node.type !== 'assignment')) {
      this.bind(left, scope, { how, value, node, type: field(node, 'type') });
    }
    if (value !== undefined) this.visit(value, scope);
  }

  private visit(node: SyntaxNode, scope: SyntaxNode): undefined {
    switch (node.type) {
      case 'identifier':
        this.reads.push({ scope, node });
        return;
      case 'import_statement':
      case 'import_from_statement':
        return this.imports(node, scope);
      case 'assignment':
      case 'augmented_assignment':
        return this.assignment(node, scope);
      case 'named_expression': {
        const [name, value] = [field(node, 'name'), field(node, 'value')];
        const home = isComprehension(scope) ? this.homeOf(scope.parent ?? this.root) : scope;
        if (name !== undefined) this.bind(name, home, { how: 'assign', value, node, type: undefined });
        if (value !== undefined) this.visit(value, scope);
        return;
      }
      case 'for_statement':
      case 'for_in_clause': {
        const [left, right] = [field(node, 'left'), field(node, 'right')];
        if (left !== undefined)
          this.bind(left, scope, { how: 'loop', value: right, node, type: undefined }, ['*']);
        for (const child of node.children) if (child !== left) this.visit(child, scope);
        return;
      }
      case 'as_pattern': {
        const alias = field(node, 'alias');
        const value = named(node)[0];
        const how = node.parent?.type === 'with_item' ? 'with' : 'other';
        for (const one of alias === undefined ? [] : named(alias)) {
          this.bind(one, scope, { how, value, node, type: undefined });
        }
        if (value !== undefined) this.visit(value, scope);
        return;
      }
      case 'global_statement':
      case 'nonlocal_statement': {
        const table = this.foreign.get(scope) ?? new Map<string, 'global' | 'nonlocal'>();
        this.foreign.set(scope, table);
        for (const one of named(node)) {
          table.set(this.text(one), node.type === 'global_statement' ? 'global' : 'nonlocal');
        }
        return;
      }
      case 'delete_statement': {
        for (const one of named(node))
          this.bind(one, scope, { how: 'other', value: undefined, node, type: undefined });
        return;
      }
      case 'keyword_argument': {
        const value = field(node, 'value');
        if (value !== undefined) this.visit(value, scope);
        return;
      }
      case 'attribute':
        return this.attribute(node, scope);
      case 'type':
        return;
    }
    if (isFunction(node)) return this.function(node, scope);
    let at = scope;
    if (isClass(node)) {
      const name = field(node, 'name');
      if (name !== undefined) this.bind(name, scope, { how: 'function', value: node, node, type: undefined });
      this.scopes.open(node, scope);
      at = node;
    } else if (isComprehension(node)) {
      this.scopes.open(node, scope);
      at = node;
    }
    for (const child of node.children) if (!isClass(node) || child.field !== 'name') this.visit(child, at);
  }

  private attribute(node: SyntaxNode, scope: SyntaxNode): undefined {
    const [object, name] = [field(node, 'object'), field(node, 'attribute')];
    const owner = above(node, isClass);
    if (object !== undefined && name !== undefined && owner !== undefined && this.text(object) === 'self') {
      this.scopes.attributeOf(owner, this.text(name)).reads.push(node);
    }
    if (object !== undefined) this.visit(object, scope);
  }
}

/** The names of a file of Python. */
export const bindPython = (root: SyntaxNode, source: string): Scopes => new PythonBinder(root, source).run();
