import type { Dialect } from '../prompt/dialect.js';
import type { DialectName } from '../prompt/dialects/index.js';
import { toolSyntaxOf } from '../prompt/reply.js';
import { resolveDialect } from '../prompt/resolve.js';
import {
  type Call,
  guessToolSyntax,
  type ParsedToolCalls,
  readToolCalls,
  type ToolSyntax,
} from '../prompt/tool-calls.js';

/** The calls that a reply in a dialect holds as text. */
export function callsInText(
  text: string,
  dialect: Dialect | DialectName | undefined,
  makeId: (index: number, call: Call) => string,
): ParsedToolCalls {
  return readToolCalls(text, callSyntax(dialect) ?? guessToolSyntax(text), makeId);
}

/** How calls are written in a dialect; undefined where there is none, and only the marks in a reply can tell. */
export function callSyntax(dialect: Dialect | DialectName | undefined): ToolSyntax | undefined {
  return dialect === undefined ? undefined : toolSyntaxOf(resolveDialect(dialect));
}

/** How a dialect sets reasoning apart in front of a reply (`<think>`, `</think>`); null where it does not. */
export function reasoningMarks(dialect: Dialect | DialectName): { open: string; close: string } | null {
  const spoken = resolveDialect(dialect);
  if (spoken.kind !== 'markers' || spoken.reasoning === null) return null;
  const open = spoken.reasoning.open.trim();
  const close = spoken.reasoning.close.trim();
  return open === '' || close === '' ? null : { open, close };
}

/** A reply's reasoning and where its own words start, in UTF-16 units. */
export interface SplitReply {
  reasoning: string | null;
  contentStart: number;
}

/**
 * Finds the reasoning in front of a reply. It may lack its opening mark (the prompt ended in it) or its closing one
 * (the limit came first): then all of the text is reasoning.
 */
export function splitReasoning(text: string, { open, close }: { open: string; close: string }): SplitReply {
  const first = text.length - text.trimStart().length;
  const opened = text.startsWith(open, first);
  const from = opened ? first + open.length : 0;
  const end = text.indexOf(close, from);
  if (end < 0) {
    const all = text.slice(from).trim();
    return opened
      ? { reasoning: all === '' ? null : all, contentStart: text.length }
      : { reasoning: null, contentStart: 0 };
  }
  // Marks in the middle of a reply are its own words.
  const another = opened ? -1 : text.lastIndexOf(open, end);
  if (another > first) return { reasoning: null, contentStart: 0 };
  const after = end + close.length;
  const gap = text.slice(after).length - text.slice(after).trimStart().length;
  const reasoning = text.slice(from, end).trim();
  return { reasoning: reasoning === '' ? null : reasoning, contentStart: after + gap };
}
