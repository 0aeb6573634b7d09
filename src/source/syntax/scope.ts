import type { SyntaxNode } from './node.js';

/** A step into a value that is taken apart: a property's name, an item's index, or `*` for each item of what is looped over. */
export type Step = string | number;

export interface Write {
  readonly how:
    | 'declare'
    | 'assign'
    | 'add'
    | 'loop'
    | 'with'
    | 'parameter'
    | 'import'
    | 'function'
    | 'other';
  /** The identifier that is written. */
  readonly target: SyntaxNode;
  /** The value (of `+=` the operand), undefined where there is none. */
  readonly value: SyntaxNode | undefined;
  /** The way from the value to what is bound; null where it can't be followed. Empty: the value itself. */
  readonly path: readonly Step[] | null;
  /** The statement, declarator or clause that writes. */
  readonly node: SyntaxNode;
  /** The type that was written beside it. */
  readonly type: SyntaxNode | undefined;
}

/** A name of a scope, with every place that writes or reads it. */
export interface Binding {
  readonly name: string;
  /** The function, block or module to which it belongs. */
  readonly scope: SyntaxNode;
  readonly writes: Write[];
  readonly reads: SyntaxNode[];
  exported: boolean;
  /** Where it was imported from: the module, and the name there (`*` for the module itself). */
  imported?: { readonly module: string; readonly name: string };
}

/** The names of a file. */
export interface Scopes {
  /** What an identifier stands for; undefined for a name that nothing in the file binds. */
  bindingOf(identifier: SyntaxNode): Binding | undefined;
  /** What a name would stand for at a place. */
  lookup(name: string, at: SyntaxNode): Binding | undefined;
  readonly bindings: readonly Binding[];
  /** `this.name` and `self.name` of a class: what is written to it in the class, and nowhere else in the file. */
  attribute(classNode: SyntaxNode, name: string): Binding | undefined;
}

/** Builds `Scopes` while a language's binder walks its tree. */
export class ScopeBuilder {
  private readonly tables = new Map<SyntaxNode, Map<string, Binding>>();
  private readonly attributes = new Map<SyntaxNode, Map<string, Binding>>();
  /** Names of attributes that are set on something else than the object itself. */
  private readonly touched = new Set<string>();
  private readonly found = new Map<SyntaxNode, Binding>();
  private readonly all: Binding[] = [];
  /** The scope above each scope. */
  private readonly outer = new Map<SyntaxNode, SyntaxNode | null>();

  open(scope: SyntaxNode, outer: SyntaxNode | null): void {
    this.outer.set(scope, outer);
    if (!this.tables.has(scope)) this.tables.set(scope, new Map());
  }

  declare(scope: SyntaxNode, name: string): Binding {
    const table = this.tables.get(scope)!;
    const known = table.get(name);
    if (known !== undefined) return known;
    const binding: Binding = { name, scope, writes: [], reads: [], exported: false };
    table.set(name, binding);
    this.all.push(binding);
    return binding;
  }

  attributeOf(classNode: SyntaxNode, name: string): Binding {
    const table = this.attributes.get(classNode) ?? new Map<string, Binding>();
    this.attributes.set(classNode, table);
    const binding = table.get(name) ?? { name, scope: classNode, writes: [], reads: [], exported: true };
    table.set(name, binding);
    return binding;
  }

  /** Says that an attribute of this name is set on some object, which may be one of any class. */
  touch(name: string): void {
    this.touched.add(name);
  }

  find(scope: SyntaxNode | null, name: string): Binding | undefined {
    for (let at = scope; at !== null; at = this.outer.get(at) ?? null) {
      const binding = this.tables.get(at)?.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }

  write(binding: Binding, write: Write): void {
    binding.writes.push(write);
    this.found.set(write.target, binding);
  }

  read(scope: SyntaxNode, identifier: SyntaxNode, name: string): void {
    const binding = this.find(scope, name);
    if (binding === undefined) return;
    binding.reads.push(identifier);
    this.found.set(identifier, binding);
  }

  has = (scope: SyntaxNode): boolean => this.tables.has(scope);

  done(): Scopes {
    return {
      bindings: this.all,
      bindingOf: (identifier) => this.found.get(identifier),
      lookup: (name, at) => {
        let scope: SyntaxNode | null = at;
        while (scope !== null && !this.tables.has(scope)) scope = scope.parent;
        return this.find(scope, name);
      },
      attribute: (classNode, name) =>
        this.touched.has(name) ? undefined : this.attributes.get(classNode)?.get(name),
    };
  }
}
