import type { Dialect } from '../prompt/dialect.js';
import type { DialectName } from '../prompt/dialects/index.js';
import { toolSyntaxOf } from '../prompt/reply.js';
import { replyFormOf } from '../prompt/reply-forms.js';
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
  return dialect === undefined ? undefined : toolSyntaxOf(dialect);
}

/** The marks around a reply's reasoning. */
export interface ReasoningMarks {
  open: string;
  close: string;
  /** True where the prompt ended in the opening mark, so that the reply begins inside of reasoning. */
  inside: boolean;
}

/** How a dialect sets reasoning apart in front of a reply (`<think>`, `</think>`); null where it does not. */
export function reasoningMarks(dialect: Dialect | DialectName): Omit<ReasoningMarks, 'inside'> | null {
  const { reasoning } = replyFormOf(dialect);
  const open = reasoning?.open.trim() ?? '';
  const close = reasoning?.close.trim() ?? '';
  return open === '' || close === '' ? null : { open, close };
}

/** Does a prompt end inside of reasoning? */
export function endsInReasoning(prompt: string, dialect: Dialect): boolean {
  const marks = reasoningMarks(dialect);
  return marks !== null && prompt.trimEnd().endsWith(marks.open);
}

/** Does a dialect speak in channels, as harmony does? Then the words of a reply are not one stretch of its text. */
export function speaksInChannels(dialect: Dialect | DialectName): boolean {
  return replyFormOf(dialect).toolSyntax === 'harmony';
}

/** A reply's reasoning and where its own words start, in UTF-16 units. */
export interface SplitReply {
  reasoning: string | null;
  contentStart: number;
}

/** Finds the reasoning in front of a reply. Where its closing mark is missing (the limit came first), all of it is. */
export function splitReasoning(text: string, { open, close, inside }: ReasoningMarks): SplitReply {
  const first = text.length - text.trimStart().length;
  const opened = text.startsWith(open, first);
  if (!opened && !inside) return { reasoning: null, contentStart: 0 };
  const from = opened ? first + open.length : 0;
  const end = text.indexOf(close, from);
  const reasoning = text.slice(from, end < 0 ? undefined : end).trim() || null;
  if (end < 0) return { reasoning, contentStart: text.length };
  const after = end + close.length;
  return { reasoning, contentStart: text.length - text.slice(after).trimStart().length };
}
