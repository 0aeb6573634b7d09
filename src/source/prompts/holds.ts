import type { Of } from '../syntax/expression.js';
import {
  bindingAt,
  constantText,
  entryValue,
  functionAround,
  importsOf,
  onlyValue,
  returned,
  type SourceFile,
} from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Binding } from '../syntax/scope.js';
import { callersOf, passedFor } from './callers.js';
import { evaluate } from './evaluate.js';
import { opensTurns, placesOf, understand } from './understand.js';
import { added, isRepeated, pushed, straightWrites } from './writes.js';

/**
 * What fills a hole, as far as the file shows: `plain` text, `turns`, turns on a `condition`, or nothing that can be
 * seen.
 */
export type Holds = 'plain' | 'turns' | 'condition' | 'unknown';

const deepest = 6;

/** The worst of several. */
function worst(all: readonly Holds[]): Holds {
  for (const holds of ['turns', 'condition', 'unknown'] as const) if (all.includes(holds)) return holds;
  return 'plain';
}

function ofText(file: SourceFile, node: SyntaxNode, depth: number): Holds | undefined {
  const text = evaluate(file, node);
  if (!text.seen) return undefined;
  if (opensTurns(text.parts)) return 'turns';
  const places = placesOf(understand(text.parts, []));
  const inner = places.map(({ hole, alone }) => {
    const holds = holdsOf(file, hole.value, depth + 1);
    // What stands within a line of a text that is in sight is a part of that line.
    return holds === 'unknown' && !alone ? 'plain' : holds;
  });
  return worst(inner);
}

function ofParameter(file: SourceFile, binding: Binding, depth: number): Holds {
  const write = binding.writes[0]!;
  const fn = functionAround(file, write.target);
  if (fn === undefined) return 'unknown';
  const { calls, open } = callersOf(file, fn);
  const passed = calls.map((call) => passedFor(file, fn, write.target, call));
  const all = passed.map((node) => (node === undefined ? 'unknown' : holdsOf(file, node, depth + 1)));
  const found = worst(all);
  return found === 'plain' && (open || all.length === 0) ? 'unknown' : found;
}

/** A name that is written in several places: what is added to it, and when. */
function ofWrites(file: SourceFile, binding: Binding, depth: number): Holds {
  const all = binding.writes.flatMap((write): Holds[] => {
    if (write.how === 'loop' || write.how === 'parameter') return ['unknown'];
    const own = added(file, binding, write);
    const values = own ?? (write.value === undefined ? [] : [write.value]);
    const found = values.map((value) => holdsOf(file, value, depth + 1));
    if (own !== undefined && isRepeated(file, binding, write)) return found;
    // Set or added to on a branch: which of the texts it is hangs on that.
    return found.map((holds) => (holds === 'turns' && binding.writes.length > 1 ? 'condition' : holds));
  });
  const repeated = binding.writes.some(
    (write) => added(file, binding, write) !== undefined && isRepeated(file, binding, write),
  );
  const found = worst(all);
  return found === 'condition' && repeated ? 'turns' : found;
}

function ofBinding(file: SourceFile, binding: Binding, node: SyntaxNode, depth: number): Holds {
  if (binding.imported !== undefined) return ofImport(file, node);
  const puts = pushed(file, binding).map((value) => holdsOf(file, value, depth + 1));
  if (puts.includes('turns')) return 'turns';
  const [write] = binding.writes;
  if (write === undefined) return 'unknown';
  if (binding.writes.length === 1) {
    if (write.how === 'parameter') return ofParameter(file, binding, depth);
    if (
      write.value === undefined ||
      write.path?.length !== 0 ||
      (write.how !== 'declare' && write.how !== 'assign')
    ) {
      return 'unknown';
    }
    return worst([holdsOf(file, write.value, depth + 1), ...puts]);
  }
  if (straightWrites(file, binding, node) !== undefined) return ofText(file, node, depth) ?? 'unknown';
  return ofWrites(file, binding, depth);
}

/** The list that is joined: its items, or what a function makes of each. */
function ofList(file: SourceFile, node: SyntaxNode, depth: number): Holds {
  const expression = file.lower(node);
  if (expression.kind === 'comprehension') return holdsOf(file, expression.body, depth + 1);
  if (expression.kind === 'call') {
    const callee = file.lower(expression.callee);
    const callback = expression.args[0] && file.lower(expression.args[0].value);
    if (callee.kind === 'member' && callback?.kind === 'function' && /^(map|flatMap)$/.test(callee.name)) {
      return worst(returned(file, callback).map((value) => holdsOf(file, value, depth + 1)));
    }
    if (callee.kind === 'member') return ofList(file, callee.object, depth + 1);
  }
  return holdsOf(file, node, depth + 1);
}

/** The file of texts that a call reads, by its name. */
function readFileName(file: SourceFile, call: Of<'call'>): string | undefined {
  const callee = file.lower(call.callee);
  const name = callee.kind === 'member' ? callee.name : callee.kind === 'name' ? callee.name : '';
  if (!/^(readFile(Sync)?|open|read_text|Path)$/.test(name)) return undefined;
  for (const { value } of call.args) {
    const text = constantText(file, value) ?? lastText(file, value);
    if (text !== undefined && /\.\w+$/.test(text)) return text;
  }
  return undefined;
}

/** The last literal of a path that is put together. */
function lastText(file: SourceFile, node: SyntaxNode): string | undefined {
  const expression = file.lower(node);
  if (expression.kind === 'call') {
    const last = expression.args.at(-1);
    return last === undefined ? undefined : (constantText(file, last.value) ?? lastText(file, last.value));
  }
  if (expression.kind === 'binary') return constantText(file, expression.right);
  const part = expression.kind === 'text' ? expression.parts.at(-1) : undefined;
  return part?.type === 'text' ? part.text : undefined;
}

function ofCall(file: SourceFile, call: Of<'call'>, depth: number): Holds {
  const read = readFileName(file, call);
  if (read !== undefined) return file.elsewhere.isConversationFile(read) ? 'turns' : 'unknown';
  const callee = file.lower(call.callee);
  if (callee.kind === 'member') {
    if (callee.name === 'join') {
      const list = file.isPython ? call.args[0]?.value : callee.object;
      const between = file.isPython ? callee.object : call.args[0]?.value;
      const separator = between && constantText(file, between);
      if (separator !== undefined && opensTurns([{ type: 'text', text: separator }])) return 'turns';
      return list === undefined ? 'unknown' : ofList(file, list, depth);
    }
    const object = file.lower(callee.object);
    if (object.kind === 'name' && /^(this|self)$/.test(object.name)) return 'unknown';
    const { imported } = (object.kind === 'name' && file.scopes.bindingOf(object.node)) || {};
    if (imported !== undefined && file.elsewhere.isConversation(imported.module, callee.name)) return 'turns';
    const inner = holdsOf(file, callee.object, depth + 1);
    const given = call.args.map(({ value }) => holdsOf(file, value, depth + 1));
    return given.includes('turns') ? 'turns' : inner === 'plain' ? 'unknown' : inner;
  }
  if (callee.kind !== 'name') return 'unknown';
  const given = call.args.map(({ value }) => holdsOf(file, value, depth + 1));
  if (given.includes('turns')) return 'turns';
  const binding = file.scopes.bindingOf(callee.node);
  if (binding?.imported !== undefined) return ofImport(file, callee.node);
  const target = binding?.writes.length === 1 ? binding.writes[0]!.value : undefined;
  const fn = target && file.lower(target);
  if (fn?.kind === 'function')
    return worst(returned(file, fn).map((value) => holdsOf(file, value, depth + 1)));
  return ofImport(file, callee.node);
}

/** What an expression that stands in a prompt holds. */
export function holdsOf(file: SourceFile, node: SyntaxNode, depth = 0): Holds {
  if (depth > deepest) return 'unknown';
  const expression = file.lower(node);
  if (expression.kind === 'constant') return 'plain';
  if (expression.kind === 'await') return holdsOf(file, expression.value, depth + 1);
  const text =
    expression.kind === 'name' || expression.kind === 'member' ? undefined : ofText(file, node, depth);
  if (text !== undefined) return text;
  const branches =
    expression.kind === 'conditional'
      ? expression.branches
      : expression.kind === 'binary' && /^(&&|\|\||\?\?|and|or)$/.test(expression.operator)
        ? [expression.left, expression.right]
        : undefined;
  if (branches !== undefined) {
    const found = worst(branches.map((branch) => holdsOf(file, branch, depth + 1)));
    return found === 'turns' ? 'condition' : found;
  }
  switch (expression.kind) {
    case 'binary':
      return worst([holdsOf(file, expression.left, depth + 1), holdsOf(file, expression.right, depth + 1)]);
    case 'list':
      return worst(expression.items.map(({ value }) => holdsOf(file, value, depth + 1)));
    case 'comprehension':
      return holdsOf(file, expression.body, depth + 1);
    case 'call':
      return ofCall(file, expression, depth);
    case 'index': {
      // One of several texts: which one can't be told.
      const texts = ofTable(file, expression.object, depth);
      return texts === 'plain' ? 'unknown' : texts;
    }
    case 'name':
    case 'member': {
      const binding = bindingAt(file, node);
      if (binding !== undefined) return ofBinding(file, binding, expression.node, depth);
      if (expression.kind !== 'member') return ofImport(file, node);
      const value = entryValue(file, node);
      return value === undefined ? ofTable(file, expression.object, depth) : holdsOf(file, value, depth + 1);
    }
    default:
      return 'unknown';
  }
}

function ofImport(file: SourceFile, node: SyntaxNode): Holds {
  const holds = importsOf(file, node).some(({ module, name }) => file.elsewhere.isConversation(module, name));
  return holds ? 'turns' : 'unknown';
}

/** What the texts of an object or of a module hold, where one of them is taken: `texts.CLERK`, `texts[kind]`. */
function ofTable(file: SourceFile, node: SyntaxNode, depth: number): Holds {
  const expression = file.lower(node);
  if (expression.kind === 'index' || (expression.kind === 'member' && bindingAt(file, node) === undefined)) {
    return ofTable(file, expression.object, depth + 1);
  }
  const binding = bindingAt(file, node);
  const sources = importsOf(file, node);
  if (sources.length > 0) {
    const member = node.parent && file.lower(node.parent);
    const own =
      member?.kind === 'member' &&
      sources.some(({ module }) => file.elsewhere.isConversation(module, member.name));
    return own ? 'turns' : ofImport(file, node);
  }
  const value = onlyValue(binding);
  const object = value && file.lower(value);
  if (object?.kind !== 'object' || depth > deepest) return 'unknown';
  return worst(object.entries.map((entry) => holdsOf(file, entry.value, depth + 1)));
}
