import { bindingAt, constantText, returned, type SourceFile, sourceOf } from '../syntax/file.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';
import type { Binding, Write } from '../syntax/scope.js';

/** Where a value comes from, as far as the file tells. */
export interface Origin {
  /** The module that it was imported from; null where the file has made it itself. */
  readonly module: string | null;
  /** The names on the way from the module to it. */
  readonly names: readonly string[];
  /** The call that made it, of a class or a function of the module. */
  readonly made: SyntaxNode | undefined;
}

const deepest = 10;
const clientClasses = /^(Async)?(Azure)?OpenAI(Api)?$/;

function ofType(file: SourceFile, type: SyntaxNode, depth: number): Origin | undefined {
  // `: OpenAI`, and in Python `: OpenAI` or `: openai.OpenAI`.
  const text = sourceOf(file, type).replace(/^:\s*/, '').trim();
  const names = /^([A-Za-z_]\w*)((?:\.\w+)*)$/.exec(text);
  if (names === null) return undefined;
  const binding = file.scopes.lookup(names[1]!, type);
  const origin = binding === undefined ? undefined : ofBinding(file, binding, depth + 1);
  if (origin === undefined) return undefined;
  const rest = names[2]!.split('.').filter((name) => name !== '');
  return { ...origin, names: [...origin.names, ...rest] };
}

function ofWrite(file: SourceFile, write: Write, depth: number): Origin | undefined {
  if (write.type !== undefined) {
    const origin = ofType(file, write.type, depth);
    if (origin !== undefined) return { ...origin, made: write.value };
  }
  if (write.how === 'parameter') {
    const fallback = write.target.parent && field(write.target.parent, 'value');
    return fallback ? originOf(file, fallback, depth + 1) : undefined;
  }
  if (write.value === undefined || write.path === null) return undefined;
  if (write.how === 'function') return { module: null, names: [], made: undefined };
  const origin = originOf(file, write.value, depth + 1);
  return origin && { ...origin, names: [...origin.names, ...write.path.map(String)] };
}

function ofBinding(file: SourceFile, binding: Binding, depth: number): Origin | undefined {
  if (binding.imported !== undefined) {
    const { module, name } = binding.imported;
    return { module, names: name === '*' || name === 'default' ? [] : [name], made: undefined };
  }
  for (const write of binding.writes) {
    const origin = ofWrite(file, write, depth);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** Where the value of an expression comes from; undefined where the file does not tell. */
export function originOf(file: SourceFile, node: SyntaxNode, depth = 0): Origin | undefined {
  if (depth > deepest) return undefined;
  const expression = file.lower(node);
  switch (expression.kind) {
    case 'name':
    case 'member': {
      const binding = bindingAt(file, node);
      if (binding !== undefined) return ofBinding(file, binding, depth);
      if (expression.kind === 'name') return undefined;
      const origin = originOf(file, expression.object, depth + 1);
      return origin && { ...origin, names: [...origin.names, expression.name] };
    }
    case 'await':
      return originOf(file, expression.value, depth + 1);
    case 'binary':
      return originOf(file, expression.left, depth + 1) ?? originOf(file, expression.right, depth + 1);
    case 'call': {
      const callee = file.lower(expression.callee);
      const isImport = callee.node.type === 'import';
      if (isImport || (callee.kind === 'name' && callee.name === 'require')) {
        const module = expression.args[0] && constantText(file, expression.args[0].value);
        return module === undefined ? undefined : { module, names: [], made: undefined };
      }
      if (callee.kind === 'name' && !expression.isNew) {
        const write = file.scopes.bindingOf(callee.node)?.writes[0];
        const fn = write?.value && file.lower(write.value);
        if (fn?.kind === 'function') {
          for (const value of returned(file, fn)) {
            const origin = originOf(file, value, depth + 1);
            if (origin !== undefined) return origin;
          }
          return undefined;
        }
        const made = write?.value;
        if (made !== undefined && file.isClass(made)) return ofClass(file, made, expression.node, depth);
      }
      if (callee.kind === 'name' && expression.isNew) {
        const made = file.scopes.bindingOf(callee.node)?.writes[0]?.value;
        if (made !== undefined && file.isClass(made)) return ofClass(file, made, expression.node, depth);
      }
      // A class that nothing in the file binds, by its name.
      const unbound = callee.kind === 'name' && file.scopes.bindingOf(callee.node) === undefined;
      if (unbound && clientClasses.test(callee.name)) {
        return { module: 'openai', names: [callee.name], made: expression.node };
      }
      const origin = originOf(file, expression.callee, depth + 1);
      return origin && { ...origin, made: expression.node };
    }
    default:
      return undefined;
  }
}

/** An instance of a class of the file is what the class extends. */
function ofClass(file: SourceFile, node: SyntaxNode, made: SyntaxNode, depth: number): Origin {
  const heritage = node.children.find(
    (child) => child.type === 'class_heritage' || child.field === 'superclasses',
  );
  const base =
    heritage && named(heritage.children.find((child) => child.type === 'extends_clause') ?? heritage)[0];
  const origin = base && originOf(file, base, depth + 1);
  return origin === undefined ? { module: null, names: [], made } : { ...origin, made };
}

const frameworks = /^@?(langchain|llama[-_]?index)/;

/**
 * Whether a value is a client of OpenAI: `unknown` where it comes from a place that the file does not show (a parameter,
 * another file), so that the call itself must tell.
 */
export function isOpenAI(file: SourceFile, origin: Origin | undefined): 'yes' | 'no' | 'unknown' {
  if (origin === undefined) return 'unknown';
  const { module, names } = origin;
  if (module === null) return 'no';
  if (frameworks.test(module)) return 'no';
  if (/(^|\.)openai$/.test(module) && file.isPython) return 'yes';
  if (/^(npm:)?openai(@|-edge|\/|\.|$)/.test(module) || /^https?:.*\bopenai\b/.test(module)) return 'yes';
  if (clientClasses.test(names[0] ?? '')) return 'yes';
  if (module.startsWith('.') || module.startsWith('@/') || module.startsWith('~')) return 'unknown';
  // A Python module that is no file of the project can't be told from one that is.
  if (file.isPython && origin.made === undefined) return 'unknown';
  return 'no';
}

export const isFramework = (origin: Origin | undefined): boolean =>
  origin?.module != null && /^@?langchain/.test(origin.module);
