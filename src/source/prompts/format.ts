import type { Of } from '../syntax/expression.js';
import { type SourceFile, sourceOf } from '../syntax/file.js';
import type { SyntaxNode } from '../syntax/node.js';
import type { Hole, PromptPart } from './parts.js';

/** Makes the hole that an expression fills. */
export type MakeParts = (value: SyntaxNode, suffix: string) => PromptPart[];

/** The parts of a text that `%` fills; undefined where what fills it can't be told. */
export function percentParts(
  file: SourceFile,
  parts: readonly PromptPart[],
  right: SyntaxNode,
  make: MakeParts,
): PromptPart[] | undefined {
  const values = file.lower(right);
  const items =
    values.node.type === 'tuple' && values.kind === 'list' ? values.items.map(({ value }) => value) : [right];
  if (values.kind === 'list' && values.items.some(({ spread }) => spread)) return undefined;
  const byName = new Map(
    values.kind === 'object' ? values.entries.map(({ key, value }) => [key, value] as const) : [],
  );
  const filled: PromptPart[] = [];
  let next = 0;
  for (const part of parts) {
    if (part.type === 'hole') {
      filled.push(part);
      continue;
    }
    let at = 0;
    for (const match of part.text.matchAll(/%(?:\((\w+)\))?([-+ #0]*)(\d+)?(\.\d+)?([a-zA-Z%])/g)) {
      const [whole, name, flags = '', width = '', precision = '', type = ''] = match;
      filled.push({ type: 'text', text: part.text.slice(at, match.index) });
      at = match.index + whole.length;
      if (type === '%') {
        filled.push({ type: 'text', text: '%' });
        continue;
      }
      const value = name === undefined ? items[next++] : byName.get(name);
      const suffix = suffixOf(type, flags, width, precision);
      if (value === undefined || suffix === undefined) return undefined;
      filled.push(...make(value, suffix));
    }
    const rest = part.text.slice(at);
    if (rest.includes('%')) return undefined;
    filled.push({ type: 'text', text: rest });
  }
  return filled;
}

/** A conversion of `%` as one of an f-string; undefined for one that has none that is always the same. */
function suffixOf(type: string, flags: string, width: string, precision: string): string | undefined {
  const plain = flags === '' && width === '' && precision === '';
  if (type === 's') return plain ? '' : undefined;
  if (type === 'r') return plain ? '!r' : undefined;
  if (/[feEgG]/.test(type) && flags === '') return `:${width}${precision}${type}`;
  if ((type === 'd' || type === 'i') && flags === '' && precision === '') return `:${width}d`;
  return undefined;
}

/** The parts of a text that `.format(…)` fills; undefined where what fills it can't be told. */
export function formatParts(
  file: SourceFile,
  parts: readonly PromptPart[],
  call: Of<'call'>,
  make: MakeParts,
): PromptPart[] | undefined {
  const positional = call.args.filter(({ name, spread }) => name === undefined && !spread);
  const filled: PromptPart[] = [];
  let next = 0;
  for (const part of parts) {
    if (part.type === 'hole') {
      filled.push(part);
      continue;
    }
    let at = 0;
    for (const match of part.text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g)) {
      const [whole, inner] = match;
      filled.push({ type: 'text', text: part.text.slice(at, match.index) });
      at = match.index + whole.length;
      if (whole === '{{' || whole === '}}') {
        filled.push({ type: 'text', text: whole[0]! });
        continue;
      }
      const name = /^(\w*)((?:![rsa])?(?::.*)?)$/s.exec(inner ?? '{');
      if (name === null) return undefined;
      const [, key = '', suffix = ''] = name;
      const index = key === '' ? next++ : /^\d+$/.test(key) ? Number(key) : undefined;
      const value =
        index === undefined ? call.args.find((one) => one.name === key)?.value : positional[index]?.value;
      if (value === undefined) {
        // Filled from a dictionary that is not in sight: a hole of that name.
        const spread = call.args.find((one) => one.spread);
        if (spread === undefined || index !== undefined) return undefined;
        filled.push(hiddenHole(file, key, spread.value, suffix));
      } else filled.push(...make(value, suffix));
    }
    filled.push({ type: 'text', text: part.text.slice(at) });
  }
  return filled;
}

/** `{name}` of `.format(**values)`: `values["name"]`. */
function hiddenHole(file: SourceFile, key: string, values: SyntaxNode, suffix: string): Hole {
  return {
    type: 'hole',
    source: `${sourceOf(file, values)}["${key}"]`,
    value: values,
    inBraces: false,
    suffix,
    isText: false,
  };
}
