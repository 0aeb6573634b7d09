import { above, field, named, type SyntaxNode } from '../syntax/node.js';
import { type Binding, ScopeBuilder, type Scopes, type Step, type Write } from '../syntax/scope.js';
import { bare, parametersOf } from './lower.js';
import { boundBy } from './patterns.js';

const functions = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);
const blocks = new Set([
  'statement_block',
  'for_statement',
  'for_in_statement',
  'catch_clause',
  'switch_body',
  'class_body',
  'class_static_block',
]);
const classes = new Set(['class_declaration', 'class', 'abstract_class_declaration']);

export const isFunction = (node: SyntaxNode): boolean => functions.has(node.type);
export const isClass = (node: SyntaxNode): boolean => classes.has(node.type);

class JavascriptBinder {
  private readonly scopes = new ScopeBuilder();
  private readonly reads: { scope: SyntaxNode; node: SyntaxNode }[] = [];
  private readonly later: { scope: SyntaxNode; run: () => void }[] = [];

  constructor(
    private readonly root: SyntaxNode,
    private readonly source: string,
  ) {}

  private readonly text = (node: SyntaxNode): string => this.source.slice(node.start, node.end);

  run(): Scopes {
    this.scopes.open(this.root, null);
    for (const child of this.root.children) this.visit(child, this.root);
    for (const { run } of this.later) run();
    for (const { scope, node } of this.reads) this.scopes.read(scope, node, this.text(node));
    return this.scopes.done();
  }

  private functionScope(scope: SyntaxNode): SyntaxNode {
    let at: SyntaxNode = scope;
    while (at !== this.root && !isFunction(at)) {
      let up = at.parent;
      while (up !== null && !this.scopes.has(up)) up = up.parent;
      if (up === null) return this.root;
      at = up;
    }
    return at;
  }

  private bind(
    pattern: SyntaxNode,
    scope: SyntaxNode,
    write: Omit<Write, 'target' | 'path'>,
    start: readonly Step[] = [],
  ): undefined {
    for (const { target, path } of boundBy(pattern, this.text, start)) {
      const binding = this.scopes.declare(scope, this.text(target));
      this.scopes.write(binding, { ...write, target, path });
    }
    this.defaults(pattern, scope);
  }

  /** The values of defaults in a pattern are read. */
  private defaults(pattern: SyntaxNode, scope: SyntaxNode): undefined {
    const right = /assignment_pattern$/.test(pattern.type) ? field(pattern, 'right') : undefined;
    if (right !== undefined) this.visit(right, scope);
    for (const child of named(pattern)) if (child !== right) this.defaults(child, scope);
  }

  private assign(left: SyntaxNode, scope: SyntaxNode, write: Omit<Write, 'target' | 'path'>): undefined {
    const target = bare(left);
    if (target.type === 'member_expression') {
      const object = field(target, 'object');
      const name = field(target, 'property');
      const owner = above(target, isClass);
      if (object?.type === 'this' && name !== undefined && owner !== undefined) {
        const binding = this.scopes.attributeOf(owner, this.text(name));
        this.scopes.write(binding, { ...write, target, path: [] });
      } else {
        if (name !== undefined) this.scopes.touch(this.text(name));
        this.visit(target, scope);
      }
      return;
    }
    if (target.type === 'subscript_expression') {
      this.visit(target, scope);
      return;
    }
    const bound = boundBy(target, this.text);
    this.later.push({
      scope,
      run: () => {
        for (const { target: one, path } of bound) {
          const name = this.text(one);
          const binding = this.scopes.find(scope, name) ?? this.scopes.declare(this.root, name);
          this.scopes.write(binding, { ...write, target: one, path });
        }
      },
    });
    this.defaults(target, scope);
  }

  private imports(node: SyntaxNode): undefined {
    const from = field(node, 'source');
    const module = from === undefined ? '' : this.text(from).slice(1, -1);
    const add = (target: SyntaxNode, name: string): undefined => {
      const binding = this.scopes.declare(this.root, this.text(target));
      binding.imported = { module, name };
      this.scopes.write(binding, {
        how: 'import',
        target,
        value: undefined,
        path: null,
        node,
        type: undefined,
      });
    };
    for (const clause of named(node)) {
      if (clause.type === 'import_require_clause') {
        // TypeScript's `import x = require('y')`.
        const target = named(clause)[0];
        const source = field(clause, 'source');
        if (target === undefined || source === undefined) continue;
        const binding = this.scopes.declare(this.root, this.text(target));
        binding.imported = { module: this.text(source).slice(1, -1), name: '*' };
        this.scopes.write(binding, {
          how: 'import',
          target,
          value: undefined,
          path: null,
          node,
          type: undefined,
        });
      }
      if (clause.type !== 'import_clause') continue;
      for (const one of named(clause)) {
        if (one.type === 'identifier') add(one, 'default');
        else if (one.type === 'namespace_import') add(named(one)[0] ?? one, '*');
        else {
          for (const specifier of named(one)) {
            const name = field(specifier, 'name');
            if (name !== undefined) add(field(specifier, 'alias') ?? name, this.text(name));
          }
        }
      }
    }
  }

  private function(node: SyntaxNode, scope: SyntaxNode): undefined {
    const name = field(node, 'name');
    if (name !== undefined && /declaration$/.test(node.type)) {
      this.declareHere(name, node, scope);
    }
    this.scopes.open(node, scope);
    for (const { target, type, fallback } of parametersOf(node)) {
      this.bind(target, node, { how: 'parameter', value: undefined, node: target, type });
      if (fallback !== undefined) this.visit(fallback, node);
      const holder = target.parent;
      const owner = above(node, isClass);
      // TypeScript's `constructor(private api: OpenAI = new OpenAI())` is an attribute too.
      if (
        holder?.children.some((one) => one.type === 'accessibility_modifier' || one.type === 'readonly') &&
        owner
      ) {
        const attribute = this.scopes.attributeOf(owner, this.text(target));
        this.scopes.write(attribute, {
          how: 'declare',
          target: holder,
          value: fallback,
          path: [],
          node: holder,
          type,
        });
      }
    }
    const body = field(node, 'body');
    if (body === undefined) return;
    // Names of the body stand in the scope of the function, as those of the parameters do.
    if (body.type === 'statement_block') for (const child of body.children) this.visit(child, node);
    else this.visit(body, node);
  }

  private declareHere(name: SyntaxNode, node: SyntaxNode, scope: SyntaxNode): Binding {
    const binding = this.scopes.declare(scope, this.text(name));
    if (node.parent?.type === 'export_statement') binding.exported = true;
    this.scopes.write(binding, {
      how: 'function',
      target: name,
      value: node,
      path: [],
      node,
      type: undefined,
    });
    return binding;
  }

  private declarator(node: SyntaxNode, scope: SyntaxNode): undefined {
    const [name, value] = [field(node, 'name'), field(node, 'value')];
    if (name === undefined) return;
    const statement = node.parent;
    const home = statement?.type === 'variable_declaration' ? this.functionScope(scope) : scope;
    this.bind(name, home, { how: 'declare', value, node, type: field(node, 'type') });
    if (statement?.parent?.type === 'export_statement') {
      for (const { target } of boundBy(name, this.text))
        this.scopes.declare(home, this.text(target)).exported = true;
    }
    if (value !== undefined) this.visit(value, scope);
  }

  private loop(node: SyntaxNode, scope: SyntaxNode): undefined {
    this.scopes.open(node, scope);
    const [left, right, body] = [field(node, 'left'), field(node, 'right'), field(node, 'body')];
    const each = node.children.some((child) => child.type === 'of');
    const write = { how: 'loop' as const, value: right, node, type: undefined };
    if (left !== undefined) {
      const kind = field(node, 'kind');
      if (kind === undefined) this.assign(left, node, { ...write, value: undefined });
      else
        this.bind(
          left,
          this.text(kind) === 'var' ? this.functionScope(scope) : node,
          write,
          each ? ['*'] : ['in'],
        );
    }
    if (right !== undefined) this.visit(right, scope);
    if (body !== undefined) this.visit(body, node);
  }

  private visit(node: SyntaxNode, scope: SyntaxNode): undefined {
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
        this.reads.push({ scope, node });
        return;
      case 'import_statement':
        return this.imports(node);
      case 'export_statement':
        return this.exportStatement(node, scope);
      case 'variable_declarator':
        return this.declarator(node, scope);
      case 'for_in_statement':
        return this.loop(node, scope);
      case 'assignment_expression':
      case 'augmented_assignment_expression': {
        const [left, value] = [field(node, 'left'), field(node, 'right')];
        const operator = field(node, 'operator');
        const how =
          node.type === 'assignment_expression'
            ? 'assign'
            : this.text(operator ?? node) === '+='
              ? 'add'
              : 'other';
        if (left !== undefined) this.assign(left, scope, { how, value, node, type: undefined });
        if (value !== undefined) this.visit(value, scope);
        return;
      }
      case 'update_expression': {
        const target = field(node, 'argument');
        if (target !== undefined)
          this.assign(target, scope, { how: 'other', value: undefined, node, type: undefined });
        return;
      }
      case 'catch_clause': {
        this.scopes.open(node, scope);
        const parameter = field(node, 'parameter');
        if (parameter !== undefined) {
          this.bind(parameter, node, { how: 'other', value: undefined, node, type: undefined });
        }
        const body = field(node, 'body');
        if (body !== undefined) this.visit(body, node);
        return;
      }
      case 'field_definition':
      case 'public_field_definition':
        return this.fieldOfClass(node, scope);
      case 'type_annotation':
      case 'type_arguments':
      case 'type_parameters':
      case 'interface_declaration':
      case 'type_alias_declaration':
        return;
      case 'member_expression':
        this.attributeRead(node);
        break;
    }
    if (isFunction(node)) return this.function(node, scope);
    if (isClass(node)) {
      const name = field(node, 'name');
      if (name !== undefined && node.type !== 'class') this.declareHere(name, node, scope);
    }
    let at = scope;
    if (blocks.has(node.type)) {
      this.scopes.open(node, scope);
      at = node;
    }
    for (const child of node.children) this.visit(child, at);
  }

  private attributeRead(node: SyntaxNode): undefined {
    const [object, property] = [field(node, 'object'), field(node, 'property')];
    const owner = object?.type === 'this' ? above(node, isClass) : undefined;
    if (owner !== undefined && property !== undefined) {
      this.scopes.attributeOf(owner, this.text(property)).reads.push(node);
    }
  }

  private fieldOfClass(node: SyntaxNode, scope: SyntaxNode): undefined {
    const owner = above(node, isClass);
    const name = field(node, 'property') ?? field(node, 'name');
    const value = field(node, 'value');
    if (owner !== undefined && name !== undefined) {
      const binding = this.scopes.attributeOf(owner, this.text(name));
      const type = field(node, 'type');
      if (value !== undefined || type !== undefined) {
        this.scopes.write(binding, { how: 'declare', target: name, value, path: [], node, type });
      }
    }
    if (value !== undefined) this.visit(value, scope);
  }

  private exportStatement(node: SyntaxNode, scope: SyntaxNode): undefined {
    const from = field(node, 'source');
    for (const child of named(node)) {
      if (child.type !== 'export_clause') {
        if (child !== from) this.visit(child, scope);
        continue;
      }
      if (from !== undefined) continue;
      for (const specifier of named(child)) {
        const name = field(specifier, 'name');
        if (name === undefined) continue;
        this.reads.push({ scope, node: name });
        this.later.push({
          scope,
          run: () => {
            const binding = this.scopes.find(scope, this.text(name));
            if (binding !== undefined) binding.exported = true;
          },
        });
      }
    }
  }
}

/** The names of a file of JavaScript or TypeScript. Types are left out: they are another world of names. */
export const bindJavascript = (root: SyntaxNode, source: string): Scopes =>
  new JavascriptBinder(root, source).run();
