import { findNodeAtLocation, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { UsageError } from './io.js';

const words: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is not a JSON value',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'a property name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing } is missing',
  CloseBracketExpected: 'a closing ] is missing',
  EndOfFileExpected: 'nothing may follow the JSON value',
  UnexpectedEndOfString: 'a string has no closing quote',
  InvalidCommentToken: 'JSON has no comments',
  InvalidUnicode: 'this is not a \\u escape',
  InvalidEscapeCharacter: 'this escape is unknown',
  InvalidCharacter: 'a control character must be escaped',
};

/** `file:3:15: message`, the line, and a caret under the place. */
export function pointAt(source: string, text: string, offset: number, message: string): string {
  const before = text.slice(0, offset);
  const line = before.split(/\r\n|\n|\r/).length;
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const lineEnd = /[\r\n]|$/.exec(text.slice(offset))!.index + offset;
  const column = offset - lineStart;
  // A long line is shown around the place.
  const from = Math.max(0, column - 60);
  const shown = text.slice(lineStart + from, Math.min(lineEnd, lineStart + from + 100)).replace(/\t/g, ' ');
  const number = String(line);
  return [
    `${source}:${line}:${column + 1}: ${message}`,
    `${' '.repeat(number.length)} |`,
    `${number} | ${shown}`,
    `${' '.repeat(number.length)} | ${' '.repeat(column - from)}^`,
  ].join('\n');
}

/** The JSON value of a text. Throws `UsageError` that shows the place of the first mistake. */
export function readJson(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    const first = errors[0];
    const offset = Math.min(first?.offset ?? 0, text.length);
    const message =
      first === undefined
        ? 'this is not JSON'
        : (words[printParseErrorCode(first.error)] ?? 'this is not JSON');
    throw new UsageError(pointAt(source, text, offset, message));
  }
}

/** Where the value of a path such as `messages[3].role` starts in a JSON text; of a missing one, what it is missing in. */
export function offsetOf(text: string, path: string): number {
  const tree = parseTree(text);
  if (tree === undefined) return 0;
  const keys = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? name! : Number(index),
  );
  for (let depth = keys.length; depth > 0; depth--) {
    const node = findNodeAtLocation(tree, keys.slice(0, depth));
    if (node !== undefined) return node.offset;
  }
  return tree.offset;
}
