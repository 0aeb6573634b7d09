import { guessToolSyntax, type ParsedToolCalls, readToolCalls, type ToolSyntax } from '../body/syntax.js';
import type { Dialect } from '../dialect/types.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';

export interface ToolCallOptions {
  /** The dialect of the prompt that was answered; without one the marks in the text decide. */
  dialect?: Dialect | DialectName | undefined;
  /** The id of a call that has none, from its index in the reply; `call_0`, `call_1` unless given. */
  makeId?: ((index: number) => string) | undefined;
}

/** How calls are written in a dialect: its own way, else the generic one. */
export function toolSyntaxOf(dialect: Dialect | DialectName): ToolSyntax {
  const spoken = resolveDialect(dialect);
  return (spoken.kind === 'markers' ? spoken.toolSyntax : null) ?? 'hermes';
}

/**
 * Reads the calls in a model's reply: several in one, the prose around them kept as `content`, the arguments as the exact
 * JSON string that the model wrote. A call that is no valid JSON stays in the content, with a warning. (A stream can't
 * wait for the end of a call: `toChatChunks`, and with it `toChatResponse`, have a rule of their own for such calls.)
 */
export function parseToolCalls(text: string, options: ToolCallOptions = {}): ParsedToolCalls {
  const { dialect, makeId } = options;
  const syntax = dialect === undefined ? guessToolSyntax(text) : toolSyntaxOf(dialect);
  return readToolCalls(text, syntax, makeId);
}
