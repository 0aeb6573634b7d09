import type { UnderstoodMessage } from '../prompts/understand.js';
import type { SourceFile } from '../syntax/file.js';
import type { Style } from './style.js';
import { quotedText, textSource } from './text.js';

export interface Layout {
  /** What stands before the first line's text on its line. */
  readonly indent: string;
  /** Each message on a line of its own. */
  readonly lines: boolean;
  /** Comments that stood in what is replaced. */
  readonly comments: readonly string[];
  /** Roles are said to be constants, for TypeScript where nothing else tells it. */
  readonly constantRoles: boolean;
}

const key = (name: string, style: Style): string =>
  style.isPython || style.quotedKeys ? `${style.quote}${name}${style.quote}` : name;

/** A message, its content given as source. */
export function messageSource(role: string, content: string, style: Style, constantRole = false): string {
  const said = `${quotedText(role, style.quote)}${constantRole ? ' as const' : ''}`;
  const entries = `${key('role', style)}: ${said}, ${key('content', style)}: ${content}`;
  return style.isPython ? `{${entries}}` : `{ ${entries} }`;
}

/** A list of messages as source. */
export function messagesSource(
  file: SourceFile,
  messages: readonly UnderstoodMessage[],
  style: Style,
  layout: Layout,
): string {
  const written = messages.map(({ role, parts }) =>
    messageSource(role, textSource(file, parts, style), style, layout.constantRoles),
  );
  return listSource(written, style, layout);
}

export function listSource(
  items: readonly string[],
  style: Style,
  { indent, lines, comments }: Layout,
): string {
  // A comment needs a line of its own.
  if (!lines && comments.length === 0) return `[${items.join(', ')}]`;
  const inner = indent + style.unit;
  const all = [...comments, ...items.map((item) => `${item},`)];
  return `[${style.lineEnd}${all.map((line) => `${inner}${line}${style.lineEnd}`).join('')}${indent}]`;
}
