import type { SyntaxNode } from './node.js';

/** A piece of a text: what the program sees of a literal, or a place that is filled when it runs. */
export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'hole';
      /** The source between the marks, as `user.name` or `q:>5`. */
      readonly source: string;
      readonly value: SyntaxNode;
      /** It has a conversion or a format of its own, so that it is not just the value as a string. */
      readonly formatted: boolean;
    };

export interface Argument {
  /** The name of a keyword argument. */
  readonly name: string | undefined;
  readonly value: SyntaxNode;
  /** `...value`, `*value` or `**value`. */
  readonly spread: boolean;
  readonly node: SyntaxNode;
}

/** An entry of an object or a dictionary, or a keyword argument. */
export interface Entry {
  /** Undefined for a spread, and for a key that can't be seen. */
  readonly key: string | undefined;
  readonly keyNode: SyntaxNode | undefined;
  readonly value: SyntaxNode;
  readonly spread: boolean;
  /** `{prompt}`: the key is the value's name. */
  readonly shorthand: boolean;
  readonly node: SyntaxNode;
}

/** What an expression is, in terms that the languages share. Parentheses, type assertions and `!` are looked through. */
export type Expression =
  | { readonly kind: 'text'; readonly parts: readonly TextPart[]; readonly node: SyntaxNode }
  | { readonly kind: 'name'; readonly name: string; readonly node: SyntaxNode }
  | {
      readonly kind: 'member';
      readonly object: SyntaxNode;
      readonly name: string;
      readonly nameNode: SyntaxNode;
      /** `object["name"]`, not `object.name`. */
      readonly subscript: boolean;
      readonly optional: boolean;
      readonly node: SyntaxNode;
    }
  | {
      readonly kind: 'index';
      readonly object: SyntaxNode;
      readonly index: SyntaxNode | undefined;
      /** `a[1:2]` */
      readonly slice: boolean;
      readonly node: SyntaxNode;
    }
  | {
      readonly kind: 'call';
      readonly callee: SyntaxNode;
      readonly args: readonly Argument[];
      readonly argsNode: SyntaxNode | undefined;
      readonly isNew: boolean;
      readonly node: SyntaxNode;
    }
  | { readonly kind: 'object'; readonly entries: readonly Entry[]; readonly node: SyntaxNode }
  | {
      readonly kind: 'list';
      readonly items: readonly { readonly value: SyntaxNode; readonly spread: boolean }[];
      readonly node: SyntaxNode;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: SyntaxNode;
      readonly right: SyntaxNode;
      readonly node: SyntaxNode;
    }
  | {
      readonly kind: 'conditional';
      readonly test: SyntaxNode;
      readonly branches: readonly SyntaxNode[];
      readonly node: SyntaxNode;
    }
  | { readonly kind: 'await'; readonly value: SyntaxNode; readonly node: SyntaxNode }
  /** A number, true, false, or null (`undefined` and `None` too). */
  | { readonly kind: 'constant'; readonly value: number | boolean | null; readonly node: SyntaxNode }
  | {
      readonly kind: 'function';
      readonly parameters: readonly Parameter[];
      readonly body: SyntaxNode;
      readonly node: SyntaxNode;
    }
  /** A list made by a loop in an expression. */
  | { readonly kind: 'comprehension'; readonly body: SyntaxNode; readonly node: SyntaxNode }
  | { readonly kind: 'other'; readonly node: SyntaxNode };

export interface Parameter {
  /** A name or a pattern. */
  readonly target: SyntaxNode;
  readonly name: string | undefined;
  readonly type: SyntaxNode | undefined;
  readonly fallback: SyntaxNode | undefined;
  readonly rest: boolean;
}

export type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;
