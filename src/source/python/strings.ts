import type { TextPart } from '../syntax/expression.js';
import { field, named, type SyntaxNode } from '../syntax/node.js';

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  v: '\v',
  f: '\f',
  a: '\x07',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** What an escape stands for; undefined for one that only Python's own tables can tell (`\N{…}`). */
function decoded(sequence: string): string | undefined {
  const body = sequence.slice(1);
  if (/^(\r\n|\n|\r)$/.test(body)) return '';
  const code = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))$/i.exec(body);
  if (code !== null) {
    const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
    return point > 0x10ffff ? undefined : String.fromCodePoint(point);
  }
  const octal = /^[0-7]{1,3}$/.exec(body);
  if (octal !== null) return String.fromCodePoint(Number.parseInt(octal[0], 8));
  if (body.startsWith('N{')) return undefined;
  // An escape that has no meaning stays as it is.
  return simple[body] ?? sequence;
}

/** How a Python literal is marked. */
export interface Marks {
  prefix: string;
  quote: string;
}

export function marksOf(node: SyntaxNode, source: string): Marks {
  const start = node.children.find((child) => child.type === 'string_start');
  const text = start === undefined ? '"' : source.slice(start.start, start.end);
  const at = text.search(/['"]/);
  return { prefix: text.slice(0, at).toLowerCase(), quote: text.slice(at) };
}

const lines = (raw: string): string => raw.replace(/\r\n?/g, '\n');

function contentText(node: SyntaxNode, source: string, raw: boolean): string | undefined {
  if (node.children.length === 0) return lines(source.slice(node.start, node.end));
  let text = '';
  let at = node.start;
  for (const child of node.children) {
    text += lines(source.slice(at, child.start));
    const own = source.slice(child.start, child.end);
    at = child.end;
    if (child.type === 'escape_interpolation') text += own[0];
    else if (child.type === 'escape_sequence' && !raw) {
      const value = decoded(own);
      if (value === undefined) return undefined;
      text += value;
    } else text += own;
  }
  return text + lines(source.slice(at, node.end));
}

/** The parts of a literal (several in a row are one); undefined where it can't be told what the program sees, or for bytes. */
export function literalParts(node: SyntaxNode, source: string): TextPart[] | undefined {
  if (node.type === 'concatenated_string') {
    const all: TextPart[] = [];
    for (const one of named(node)) {
      const parts = literalParts(one, source);
      if (parts === undefined) return undefined;
      all.push(...parts);
    }
    return all;
  }
  const { prefix } = marksOf(node, source);
  if (prefix.includes('b') || prefix.includes('t')) return undefined;
  const raw = prefix.includes('r');
  const parts: TextPart[] = [];
  for (const child of node.children) {
    if (child.type === 'string_content') {
      const text = contentText(child, source, raw);
      if (text === undefined) return undefined;
      parts.push({ type: 'text', text });
    } else if (child.type === 'interpolation') {
      const value = field(child, 'expression') ?? named(child)[0];
      if (value === undefined) return undefined;
      const inner = source.slice(child.start + 1, child.end - 1).trim();
      const formatted =
        child.children.some((one) => one.type === 'type_conversion' || one.type === 'format_specifier') ||
        /=\s*$/.test(inner);
      parts.push({ type: 'hole', source: inner, value, formatted });
    }
  }
  if (parts.length === 0) parts.push({ type: 'text', text: '' });
  return parts;
}
