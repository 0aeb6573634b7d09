import type { CallFormat } from '../body/call-format.js';
import { genericCalls } from '../body/calls/hermes.js';
import { callFormats } from '../body/calls/index.generated.js';
import type { BodyPiece, CallFault } from '../body/out.js';
import { createBodyReader } from '../body/read-body.js';
import { argumentTypes } from '../body/typed.js';
import type { Dialect } from '../dialect/types.js';
import type { Warning } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import type { FunctionToolCall } from '../schemas/messages.js';

export interface ToolCallOptions {
  /** The dialect of the prompt that was answered; without one the marks in the text decide. */
  dialect?: Dialect | DialectName | undefined;
  /** The id of a call that has none, from its index in the reply; `call_0`, `call_1` unless given. */
  makeId?: ((index: number) => string) | undefined;
  /**
   * The tools of the request. Some models write arguments without their types; the schemas of the tools tell them then,
   * and where those say nothing, their look does, with a warning.
   */
  tools?: readonly unknown[] | undefined;
}

/** What a reply holds beside its calls. */
export interface ParsedToolCalls {
  /** The prose before, between and after the calls, as it stands; '' where there is none. */
  content: string;
  tool_calls: FunctionToolCall[];
  warnings: Warning[];
}

/** How calls are written in a dialect: its own way, else the generic one. */
export function callsIn(dialect: Dialect | DialectName): CallFormat {
  const spoken = resolveDialect(dialect);
  return (spoken.kind === 'markers' ? spoken.calls : null) ?? genericCalls;
}

/** Words and calls of a reply, put together from their pieces. */
export interface CallsRead {
  content: string;
  calls: FunctionToolCall[];
  faults: CallFault[];
}

/** Puts the pieces of a reply together; `makeId` is asked for the ids that the reply does not tell. */
export function assembleCalls(
  pieces: readonly BodyPiece[],
  makeId: (index: number, name: string) => string,
): CallsRead {
  const read: CallsRead = { content: '', calls: [], faults: [] };
  const { calls } = read;
  const open = (name: string, id: string | undefined, args: string): void => {
    calls.push({
      id: id ?? makeId(calls.length, name),
      type: 'function',
      function: { name, arguments: args },
    });
  };
  for (const piece of pieces) {
    if ('text' in piece) read.content += piece.text;
    else if ('call' in piece) open(piece.call.name, piece.call.id, piece.call.arguments);
    else if ('head' in piece) open(piece.head.name, piece.head.id, '');
    else if ('args' in piece) calls.at(-1)!.function.arguments += piece.args;
    else if (!('reasoning' in piece)) read.faults.push(piece);
  }
  return read;
}

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** What is wrong with calls in the text of a reply, as a warning. */
export function faultWarning(fault: CallFault, content: string, calls: string): Warning {
  const severity = 'lossy';
  if ('unread' in fault) {
    const message = `A call can't be read; it was left in the content: ${quoted(fault.unread)}.`;
    return { code: 'broken-tool-call', path: content, message, severity };
  }
  if ('broken' in fault) {
    const message = 'The arguments of a call are not whole JSON; they stand as they were written.';
    return { code: 'broken-tool-call', path: calls, message, severity };
  }
  if ('guessed' in fault) {
    const message = `The reply does not say of which type the arguments are, and no schema of the tool does; by their look these are not strings: ${quoted(fault.guessed.join(', '))}.`;
    return { code: 'untyped-argument', path: calls, message, severity: 'info' };
  }
  const message = `What stood behind the arguments of a call was dropped: ${quoted(fault.lost)}.`;
  return { code: 'dropped-content', path: calls, message, severity };
}

/**
 * Reads the calls in a model's reply: several in one, the prose around them kept as `content`, the arguments as the exact
 * JSON string that the model wrote. What looks like a call and is none stays in the content; arguments that are no whole
 * JSON stand as they were written; either with a `lossy` warning, as from `toChatResponse`.
 * @example
 * ```ts
 * import { parseToolCalls } from 'rolecall';
 * const reply = '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>';
 * parseToolCalls(reply, { dialect: 'qwen3' }).tool_calls?.[0]?.function.name; // 'now'
 * ```
 */
export function parseToolCalls(text: string, options: ToolCallOptions = {}): ParsedToolCalls {
  const { dialect, makeId = (i) => `call_${i}`, tools } = options;
  const formats = dialect === undefined ? callFormats : [callsIn(dialect)];
  const reader = createBodyReader({
    groups: formats.map(({ sections }) => sections),
    limit: Infinity,
    types: tools === undefined ? undefined : argumentTypes(tools),
  });
  const { content, calls, faults } = assembleCalls([...reader.push(text), ...reader.end()], makeId);
  const warnings = faults.map((fault) => faultWarning(fault, 'content', 'tool_calls'));
  return { content, tool_calls: calls, warnings };
}
