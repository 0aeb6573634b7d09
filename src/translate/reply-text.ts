import { createCallReader } from '../body/reader.js';
import type { ToolSyntax } from '../body/syntax.js';
import type { Dialect } from '../dialect/types.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { toolSyntaxOf } from '../reply/calls.js';
import type { FunctionToolCall } from '../schemas/messages.js';
import { at, lossy, type Notes, quoted } from './notes.js';

/** What a reply holds beside its calls, which are in `calls`. */
export interface CallsInText {
  content: string;
  calls: FunctionToolCall[];
  /** What is wrong with them. */
  faults: CallFault[];
}

/** `unread`: a stretch looks like calls and is none. `broken`: arguments are no whole JSON. `lost`: what stood behind them. */
export type CallFault = { unread: string } | { broken: true } | { lost: string };

/** The calls that a reply in a dialect holds as text, as a stream gives them. */
export function callsInText(
  text: string,
  dialect: Dialect | DialectName | undefined,
  makeId: (index: number, name: string) => string,
): CallsInText {
  const reader = createCallReader({ syntax: callSyntax(dialect), limit: Infinity });
  const read: CallsInText = { content: '', calls: [], faults: [] };
  const { calls } = read;
  const open = (name: string, id: string | undefined, args: string): void => {
    calls.push({
      id: id ?? makeId(calls.length, name),
      type: 'function',
      function: { name, arguments: args },
    });
  };
  for (const piece of [...reader.push(text), ...reader.end()]) {
    if ('text' in piece) read.content += piece.text;
    else if ('call' in piece) open(piece.call.name, piece.call.id, piece.call.arguments);
    else if ('head' in piece) open(piece.head.name, piece.head.id, '');
    else if ('args' in piece) calls.at(-1)!.function.arguments += piece.args;
    else read.faults.push(piece);
  }
  return read;
}

/** Tells what is wrong with calls in the text of a reply. */
export function noteFault(fault: CallFault, path: string, notes: Notes): void {
  const content = at(path, 'content');
  if ('unread' in fault) {
    const message = `A call can't be read as JSON; it was left in the content: ${quoted(fault.unread)}.`;
    lossy(notes, 'broken-tool-call', content, message);
  } else if ('broken' in fault) {
    const message = 'The arguments of a call are no whole JSON; they stand as they were written.';
    lossy(notes, 'broken-tool-call', at(path, 'tool_calls'), message);
  } else {
    const message = `What stood behind the arguments of a call was dropped: ${quoted(fault.lost)}.`;
    lossy(notes, 'dropped-content', at(path, 'tool_calls'), message);
  }
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
  const spoken = resolveDialect(dialect);
  const reasoning = spoken.kind === 'markers' ? spoken.reasoning : null;
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
  const spoken = resolveDialect(dialect);
  return spoken.kind === 'markers' && spoken.toolSyntax === 'harmony';
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
