import type { Of, TextPart } from '../syntax/expression.js';
import {
  bindingAt,
  constantText,
  entryValue,
  onlyValue,
  returned,
  type SourceFile,
  sourceOf,
} from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';
import { formatParts, percentParts } from './format.js';
import { type Hole, joined, type PromptPart } from './parts.js';
import { dedented, trimmed, trims } from './shape.js';
import { type StraightWrites, straightWrites } from './writes.js';

/** A step on the way from where a prompt is used to where its text stands. */
export type Step =
  | {
      readonly type: 'name';
      readonly binding: Binding;
      readonly read: SyntaxNode;
      readonly writes: StraightWrites;
    }
  | {
      readonly type: 'helper';
      readonly call: Of<'call'>;
      readonly fn: Of<'function'>;
      readonly value: SyntaxNode;
    };

/** A prompt as text and holes. */
export interface PromptText {
  readonly parts: readonly PromptPart[];
  /** Where its text starts. */
  readonly start: SyntaxNode;
  /** The names and functions through which the whole text was followed. */
  readonly trail: readonly Step[];
  /** The expression that is the text, at the end of the trail. */
  readonly node: SyntaxNode;
  /** False where nothing of it is in sight: it is one hole. */
  readonly seen: boolean;
}

const deepest = 10;

function hole(file: SourceFile, value: SyntaxNode, more: Partial<Hole> = {}): PromptPart {
  return {
    type: 'hole',
    source: sourceOf(file, value),
    value,
    inBraces: false,
    suffix: '',
    isText: false,
    ...more,
  };
}

/** The text of a constant of the file; what an object holds is none, since whoever has the object may change it. */
function constantPart(file: SourceFile, value: SyntaxNode): string | undefined {
  const isAttribute = file.lower(value).kind === 'member' && bindingAt(file, value) !== undefined;
  return isAttribute ? undefined : constantText(file, value);
}

/** A hole, or its text where that is a constant of the file. */
function filled(file: SourceFile, value: SyntaxNode, more: Partial<Hole> = {}): PromptPart[] {
  const text = (more.suffix ?? '') === '' ? constantPart(file, value) : undefined;
  return [text === undefined ? hole(file, value, more) : { type: 'text', text }];
}

const ofLiteral = (file: SourceFile, parts: readonly TextPart[]): PromptPart[] =>
  parts.flatMap((part) => {
    if (part.type === 'text') return [part];
    const text = part.formatted ? undefined : constantPart(file, part.value);
    return [
      text === undefined
        ? hole(file, part.value, { source: part.source, inBraces: true })
        : { type: 'text' as const, text },
    ];
  });

interface Text {
  parts: PromptPart[];
  start: SyntaxNode;
}

function joinOf(
  file: SourceFile,
  list: SyntaxNode,
  separator: SyntaxNode | undefined,
  depth: number,
): Text | undefined {
  const literal = file.lower(list).kind === 'list' ? list : onlyList(file, list);
  const items = literal && file.lower(literal);
  const between = separator === undefined ? ',' : constantText(file, separator);
  if (items?.kind !== 'list' || between === undefined || items.items.some(({ spread }) => spread))
    return undefined;
  const parts: PromptPart[] = [];
  let start = list;
  for (const [index, { value }] of items.items.entries()) {
    const text = operand(file, value, depth + 1);
    if (index === 0) start = text.start;
    else parts.push({ type: 'text', text: between });
    parts.push(...text.parts);
  }
  return { parts, start };
}

/** The literal list that a name stands for, if nothing but this reads it: nothing can have changed it. */
function onlyList(file: SourceFile, node: SyntaxNode): SyntaxNode | undefined {
  const binding = bindingAt(file, node);
  const value = onlyValue(binding);
  return value !== undefined && binding?.reads.length === 1 && file.lower(value).kind === 'list'
    ? value
    : undefined;
}

/** An operand of `+` or an item of a join: its text, or a hole. */
function operand(file: SourceFile, node: SyntaxNode, depth: number): Text {
  const expression = file.lower(node);
  const direct =
    expression.kind === 'name' || expression.kind === 'member' ? undefined : textOf(file, node, depth);
  return direct ?? { parts: filled(file, node, { isText: file.isPython }), start: expression.node };
}

function replaced(file: SourceFile, call: Of<'call'>, base: Text): Text | undefined {
  const [from, to] = call.args;
  const needle = from && constantText(file, from.value);
  if (needle === undefined || needle === '' || to === undefined) return undefined;
  const value = file.lower(to.value);
  if (value.kind === 'function') return undefined;
  const every = file.isPython || (file.lower(call.callee) as Of<'member'>).name === 'replaceAll';
  let done = false;
  const parts = base.parts.flatMap((part): PromptPart[] => {
    if (part.type === 'hole' || (done && !every)) return [part];
    const at = part.text.indexOf(needle);
    if (at < 0) return [part];
    done = true;
    const pieces = every
      ? part.text.split(needle)
      : [part.text.slice(0, at), part.text.slice(at + needle.length)];
    return pieces.flatMap((text, index): PromptPart[] => [
      ...(index === 0 ? [] : filled(file, to.value)),
      { type: 'text', text },
    ]);
  });
  return done ? { parts, start: base.start } : undefined;
}

function ofCall(file: SourceFile, call: Of<'call'>, depth: number): Text | undefined {
  const callee = file.lower(call.callee);
  const first = call.args[0];
  if (callee.kind === 'name') {
    if ((callee.name === 'String' || callee.name === 'str') && call.args.length === 1)
      return textOf(file, first!.value, depth);
    if (callee.name === 'dedent' && first !== undefined) {
      const text = textOf(file, first.value, depth);
      return text && { ...text, parts: dedented(text.parts) };
    }
    return undefined;
  }
  if (callee.kind !== 'member') return undefined;
  if (callee.name === 'join' && first !== undefined) {
    return file.isPython
      ? joinOf(file, first.value, callee.object, depth)
      : joinOf(file, callee.object, first.value, depth);
  }
  if (callee.name === 'dedent' && first !== undefined) {
    const text = textOf(file, first.value, depth);
    return text && { ...text, parts: dedented(text.parts) };
  }
  const trim = trims[callee.name];
  const fills = callee.name === 'format' && file.isPython;
  const replaces = callee.name === 'replace' || callee.name === 'replaceAll';
  if (trim === undefined && !fills && !replaces && callee.name !== 'concat') return undefined;
  const base = template(file, callee.object, depth);
  if (base === undefined) return undefined;
  if (trim !== undefined)
    return call.args.length === 0 ? { ...base, parts: trimmed(base.parts, trim) } : undefined;
  if (replaces) return replaced(file, call, base);
  if (callee.name === 'concat') {
    return {
      ...base,
      parts: [...base.parts, ...call.args.flatMap(({ value }) => operand(file, value, depth + 1).parts)],
    };
  }
  const parts = formatParts(file, base.parts, call, (value, suffix) => filled(file, value, { suffix }));
  return parts && { parts, start: base.start };
}

/** The text that is filled by `%`, `.format` or `.replace`: behind a name too. */
function template(file: SourceFile, node: SyntaxNode, depth: number): Text | undefined {
  const text = textOf(file, node, depth + 1);
  if (text !== undefined) return text;
  const value = onlyValue(bindingAt(file, node)) ?? entryValue(file, node);
  return value === undefined || depth > deepest ? undefined : template(file, value, depth + 1);
}

function ofBinary(file: SourceFile, expression: Of<'binary'>, depth: number): Text | undefined {
  if (expression.operator === '%' && file.isPython) {
    const base = template(file, expression.left, depth);
    if (base === undefined) return undefined;
    const parts = percentParts(file, base.parts, expression.right, (value, suffix) =>
      filled(file, value, { suffix }),
    );
    return parts && { parts, start: base.start };
  }
  if (expression.operator !== '+') return undefined;
  const operands: SyntaxNode[] = [];
  let at = expression.node;
  for (let e = file.lower(at); e.kind === 'binary' && e.operator === '+'; e = file.lower(at)) {
    operands.unshift(e.right);
    at = e.left;
  }
  operands.unshift(at);
  const texts = operands.map((node) => operand(file, node, depth + 1));
  return { parts: texts.flatMap(({ parts }) => parts), start: texts[0]!.start };
}

/** The text of an expression that makes one; undefined for any other, and for names. */
function textOf(file: SourceFile, node: SyntaxNode, depth: number): Text | undefined {
  if (depth > deepest) return undefined;
  const expression = file.lower(node);
  switch (expression.kind) {
    case 'text':
      return { parts: ofLiteral(file, expression.parts), start: expression.node };
    case 'binary':
      return ofBinary(file, expression, depth);
    case 'call':
      return ofCall(file, expression, depth);
    default:
      return undefined;
  }
}

/** The function of the file that a call calls, if it gives one value. */
function helperOf(file: SourceFile, call: Of<'call'>): { fn: Of<'function'>; value: SyntaxNode } | undefined {
  if (call.isNew) return undefined;
  const callee = file.lower(call.callee);
  let target: SyntaxNode | undefined;
  if (callee.kind === 'name') {
    const binding = file.scopes.bindingOf(callee.node);
    target = binding?.writes.length === 1 ? binding.writes[0]!.value : undefined;
  } else if (callee.kind === 'member') target = methodOf(file, callee);
  const fn = target && file.lower(target);
  if (fn?.kind !== 'function') return undefined;
  const values = returned(file, fn);
  return values.length === 1 ? { fn, value: values[0]! } : undefined;
}

/** The method of the class around that `this.name` or `self.name` is. */
function methodOf(file: SourceFile, member: Of<'member'>): SyntaxNode | undefined {
  const object = file.lower(member.object);
  if (object.kind !== 'name' || !/^(this|self)$/.test(object.name)) return undefined;
  for (let at = member.node.parent; at !== null; at = at.parent) {
    if (!file.isClass(at)) continue;
    const body = at.children.find((child) => child.field === 'body');
    return body?.children
      .map((child) => (child.type === 'decorated_definition' ? child.children.at(-1)! : child))
      .find((child) => {
        const name = child.children.find((one) => one.field === 'name');
        return file.isFunction(child) && name !== undefined && sourceOf(file, name) === member.name;
      });
  }
  return undefined;
}

/** The text that a prompt is made of, followed through names and functions of the file. */
export function evaluate(file: SourceFile, node: SyntaxNode, trail: readonly Step[] = []): PromptText {
  const expression = file.lower(node);
  const unseen: PromptText = {
    parts: [hole(file, expression.node)],
    start: expression.node,
    trail,
    node: expression.node,
    seen: false,
  };
  if (trail.length > deepest) return unseen;
  const text = textOf(file, node, 0);
  if (text !== undefined)
    return { ...text, parts: joined(text.parts), trail, node: expression.node, seen: true };
  if (expression.kind === 'await') return evaluate(file, expression.value, trail);
  if (expression.kind === 'call') {
    const helper = helperOf(file, expression);
    if (helper === undefined) return unseen;
    const inner = evaluate(file, helper.value, [...trail, { type: 'helper', call: expression, ...helper }]);
    return inner.seen ? inner : unseen;
  }
  const constant = expression.kind === 'member' ? constantText(file, node) : undefined;
  if (constant !== undefined) {
    return {
      ...unseen,
      parts: [{ type: 'text', text: constant }],
      start: entryValue(file, node) ?? expression.node,
      seen: true,
    };
  }
  const binding = bindingAt(file, node);
  const writes = binding && straightWrites(file, binding, expression.node);
  if (binding === undefined || writes === undefined) return unseen;
  const step: Step = { type: 'name', binding, read: expression.node, writes };
  if (writes.rest.length === 0) {
    const inner = evaluate(file, writes.first, [...trail, step]);
    return inner.seen ? inner : unseen;
  }
  const texts = [writes.first, ...writes.rest].map((one) => operand(file, one, 0));
  const parts = joined(texts.flatMap((one) => one.parts));
  return { parts, start: texts[0]!.start, trail: [...trail, step], node: writes.first, seen: true };
}
