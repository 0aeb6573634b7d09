import { marksOf } from '../python/strings.js';
import { indentAt, lineEndOf } from '../syntax/edits.js';
import { type SourceFile, sourceOf } from '../syntax/file.js';
import { above, commentsIn, type SyntaxNode, within } from '../syntax/node.js';

/** How a file is written, as far as what is put into it must fit. */
export interface Style {
  readonly quote: "'" | '"';
  /** Keys of objects are quoted. */
  readonly quotedKeys: boolean;
  readonly lineEnd: string;
  /** One step of indentation. */
  readonly unit: string;
  /** Texts over several lines are written over several lines. */
  readonly multiline: boolean;
  readonly isPython: boolean;
}

/** The quotes that most strings of a part of a file have. */
function usualQuote(file: SourceFile, node: SyntaxNode): "'" | '"' | undefined {
  let single = 0;
  let double = 0;
  for (const one of within(node)) {
    if (one.type !== 'string') continue;
    const quote = file.isPython ? marksOf(one, file.text).quote[0] : file.text[one.start];
    if (quote === "'") single++;
    else double++;
  }
  return single === double ? undefined : single > double ? "'" : '"';
}

function unitOf(file: SourceFile, at: SyntaxNode, around: SyntaxNode): string {
  const inner = indentAt(file.text, at.start);
  const outer = indentAt(file.text, around.start);
  if (inner.includes('\t') || outer.includes('\t')) return '\t';
  const step = inner.length - outer.length;
  if (step > 0 && step <= 8) return ' '.repeat(step);
  return file.isPython ? '    ' : '  ';
}

/** The style of the call that a messages list is written into. */
export function styleOf(file: SourceFile, call: SyntaxNode, entry: SyntaxNode, literal: SyntaxNode): Style {
  const key = entry.children.find((child) => child.field === 'key');
  const block = above(call, (node) => /block|program|module/.test(node.type)) ?? file.root;
  const literals = [...within(literal)].filter((node) =>
    /^(string|template_string|concatenated_string)$/.test(node.type),
  );
  return {
    quote:
      usualQuote(file, call) ??
      usualQuote(file, block) ??
      usualQuote(file, file.root) ??
      (file.isPython ? '"' : "'"),
    quotedKeys: key?.type === 'string',
    lineEnd: lineEndOf(file.text),
    unit: unitOf(file, entry, call),
    multiline: literals.some(
      (node) => node.type !== 'concatenated_string' && sourceOf(file, node).includes('\n'),
    ),
    isPython: file.isPython,
  };
}

/** The comments that stand within a part of a file that is replaced. */
export const commentTexts = (file: SourceFile, node: SyntaxNode): string[] =>
  commentsIn(node).map((comment) => sourceOf(file, comment));
