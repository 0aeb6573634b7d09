import type { TextPart } from '../syntax/expression.js';
import type { SyntaxNode } from '../syntax/node.js';

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  v: '\v',
  f: '\f',
  '0': '\0',
};

/** What an escape stands for; undefined for one that has no meaning. */
function decoded(sequence: string): string | undefined {
  const body = sequence.slice(1);
  if (/^(\r\n|[\n\r\u2028\u2029])$/.test(body)) return '';
  const code = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\})$/i.exec(body);
  if (code !== null) {
    const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
    return point > 0x10ffff
      ? undefined
      : code[3] === undefined
        ? String.fromCharCode(point)
        : String.fromCodePoint(point);
  }
  if (/^[xu]/.test(body) || /^[1-9]|^0\d/.test(body)) return undefined;
  return simple[body] ?? body;
}

/** The parts of a string or a template literal; undefined where it can't be told what the program sees. */
export function literalParts(node: SyntaxNode, source: string): TextPart[] | undefined {
  const parts: TextPart[] = [];
  let text = '';
  const isTemplate = node.type === 'template_string';
  for (const child of node.children) {
    const raw = source.slice(child.start, child.end);
    if (child.type === 'escape_sequence') {
      const value = decoded(raw);
      if (value === undefined) return undefined;
      text += value;
    } else if (child.type === 'template_substitution') {
      const value = child.children.find((one) => one.named && one.type !== 'comment');
      if (value === undefined) return undefined;
      if (text !== '') parts.push({ type: 'text', text });
      text = '';
      const inner = source.slice(child.start + 2, child.end - 1).trim();
      parts.push({ type: 'hole', source: inner, value, formatted: false });
    } else if (child.named) {
      text += isTemplate ? raw.replace(/\r\n?/g, '\n') : raw;
    }
  }
  if (text !== '' || parts.length === 0) parts.push({ type: 'text', text });
  return parts;
}
