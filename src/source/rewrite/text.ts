import type { Hole, PromptPart } from '../prompts/parts.js';
import { marksOf } from '../python/strings.js';
import type { SourceFile } from '../syntax/file.js';
import { above } from '../syntax/node.js';
import type { Style } from './style.js';

const control = (text: string): string =>
  text.replace(
    /[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (c) => {
      const code = c.charCodeAt(0);
      if (c === '\r') return '\\r';
      return code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );

const oneLine = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\t', '\\t');

/** A text between quotes, of either language. */
export function quotedText(text: string, quote: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${oneLine(control(escaped))}${quote}`;
}

function templateText(parts: readonly PromptPart[], style: Style): string {
  const written = parts.map((part) => {
    if (part.type === 'hole') return `\${${part.source}}`;
    const text = control(part.text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${'));
    return style.multiline ? text.replaceAll('\n', style.lineEnd) : text.replaceAll('\n', '\\n');
  });
  return `\`${written.join('')}\``;
}

function javascriptText(parts: readonly PromptPart[], style: Style): string {
  if (parts.every((part) => part.type === 'text')) {
    const text = parts.map((part) => (part as { text: string }).text).join('');
    if (!style.multiline || !text.includes('\n')) return quotedText(text, bestQuote(text, style.quote));
  }
  return templateText(parts, style);
}

/** The other quotes, where they save escapes. */
function bestQuote(text: string, quote: "'" | '"'): "'" | '"' {
  const other = quote === '"' ? "'" : '"';
  return text.includes(quote) && !text.includes(other) ? other : quote;
}

/** A hole as it stands between the braces of an f-string. */
function braced(file: SourceFile, hole: Hole): string {
  if (hole.inBraces) return `{${hole.source}}`;
  const simple =
    /^(identifier|attribute|subscript|call|integer|float|binary_operator|conditional_expression|string)$/;
  const source =
    simple.test(file.lower(hole.value).node.type) && !hole.source.startsWith('{')
      ? hole.source
      : `(${hole.source})`;
  return `{${source}${hole.suffix}}`;
}

/** The quotes of the f-string that a hole stands in. */
function ownQuote(file: SourceFile, hole: Hole): string | undefined {
  const literal = hole.inBraces ? above(hole.value, (node) => node.type === 'string') : undefined;
  return literal && marksOf(literal, file.text).quote;
}

/** The quotes that an f-string can have, for every Python from 3.6 on; undefined where it can have none. */
function formatQuote(
  file: SourceFile,
  holes: readonly Hole[],
  text: string,
  style: Style,
): string | undefined {
  const other = style.quote === '"' ? "'" : '"';
  const usual =
    text.includes(style.quote) && !text.includes(other) ? [other, style.quote] : [style.quote, other];
  const triples = [style.quote.repeat(3), other.repeat(3)];
  const order = style.multiline && text.includes('\n') ? triples : [...usual, ...triples];
  const fits = (quote: string): boolean =>
    holes.every(({ source }) => !/[\\\n\r#]/.test(source) && !source.includes(quote));
  const found = order.find(fits);
  if (found !== undefined) return found;
  const own = [...new Set(holes.map((hole) => ownQuote(file, hole)))];
  return own.length === 1 ? own[0] : undefined;
}

function formatText(file: SourceFile, parts: readonly PromptPart[], quote: string, style: Style): string {
  const prefix = parts.some((part) => part.type === 'hole') ? 'f' : '';
  const triple = quote.length === 3;
  let body = parts
    .map((part) => {
      if (part.type === 'hole') return braced(file, part);
      let text = part.text
        .replaceAll('\\', '\\\\')
        .replaceAll(quote, quote.replaceAll(quote[0]!, `\\${quote[0]}`));
      if (prefix !== '') text = text.replaceAll('{', '{{').replaceAll('}', '}}');
      text = control(text);
      return triple ? text.replaceAll('\n', style.lineEnd) : oneLine(text);
    })
    .join('');
  // A quote at the end would end a triple-quoted text too early.
  if (triple && body.endsWith(quote[0]!) && !body.endsWith(`\\${quote[0]}`))
    body = `${body.slice(0, -1)}\\${quote[0]}`;
  return `${prefix}${quote}${body}${quote}`;
}

const simple = /^(identifier|attribute|subscript|call|string)$/;
const isSimple = (file: SourceFile, { value }: Hole): boolean => simple.test(file.lower(value).node.type);

/** A hole as an operand of `+`. */
function operandText(file: SourceFile, hole: Hole, style: Style): string {
  if (hole.inBraces) {
    const quote = ownQuote(file, hole) ?? style.quote;
    return `f${quote}{${hole.source}}${quote}`;
  }
  if (hole.suffix === '!r') return `repr(${hole.source})`;
  if (hole.suffix !== '') return `format(${hole.source}, ${quotedText(hole.suffix.slice(1), style.quote)})`;
  if (!hole.isText) return `str(${hole.source})`;
  return isSimple(file, hole) ? hole.source : `(${hole.source})`;
}

function pythonText(file: SourceFile, parts: readonly PromptPart[], style: Style): string {
  const holes = parts.filter((part) => part.type === 'hole');
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (holes.length === 0) {
    if (style.multiline && text.includes('\n')) return formatText(file, parts, style.quote.repeat(3), style);
    return quotedText(text, bestQuote(text, style.quote));
  }
  const [only] = parts;
  if (parts.length === 1 && only?.type === 'hole' && only.isText) return only.source;
  const quote = formatQuote(file, holes, text, style);
  if (quote !== undefined) return formatText(file, parts, quote, style);
  return parts
    .map((part) => (part.type === 'text' ? pythonText(file, [part], style) : operandText(file, part, style)))
    .join(' + ');
}

/** The source of an expression that gives a text with its holes filled. */
export function textSource(file: SourceFile, parts: readonly PromptPart[], style: Style): string {
  const all = parts.length === 0 ? [{ type: 'text' as const, text: '' }] : parts;
  return style.isPython ? pythonText(file, all, style) : javascriptText(all, style);
}
