import type { Dialect } from '../../dialect/types.js';
import type { Warning } from '../../errors.js';
import type { DialectName } from '../../formats/index.generated.js';
import type { RenderOptions } from '../../prompt/options.js';
import type { Message } from '../../schemas/messages.js';
import type { UnknownFields } from '../fields.js';
import type { ConvertOptions } from '../notes.js';
import type { Server, ServerName } from '../servers.js';
import type { ModelMap } from '../target/models.js';

/** Messages as token ids, in the dialect that the options name, and what was lost on the way. */
export type WriteIds = (
  messages: readonly Message[],
  options: Omit<RenderOptions, 'dialect'> & { dialect: Dialect },
) => { ids: number[]; warnings: readonly Warning[] };

export interface ToCompletionRequestOptions extends ConvertOptions {
  /**
   * The dialect to write the messages in: the one that the model was trained on. Without it, `dialectFor` says it by the
   * model's id; where that gives null, `user-assistant` is written, with an `unknown-model` warning.
   */
  dialect?: Dialect | DialectName | undefined;
  /** What else `renderPrompt` takes. */
  render?: Omit<RenderOptions, 'dialect' | 'tools'> | undefined;
  /**
   * Writes the prompt as token ids, which are sent in place of the text: `renderTokens` with the model's own tokenizer. The
   * dialect, the tools and what `render` says are handed to it. Servers that take no ids are refused.
   * @example (messages, options) => renderTokens(messages, { ...options, tokenizer })
   */
  writeIds?: WriteIds | undefined;
  /** The model to ask instead of the request's: one, a table with `*`, or a function. */
  model?: ModelMap | undefined;
  /** The server that will answer (default `generic`), by name or by its traits. */
  server?: ServerName | Server | undefined;
  /** Tokens that prompt and reply may have together; with `countTokens`, an unset limit becomes what is left. */
  contextWindow?: number | undefined;
  /** Counts the tokens of a text. */
  countTokens?: ((text: string) => number) | undefined;
  /** Finds the ids of the dialect's stop tokens, for servers that take `stop_token_ids`. */
  tokenizer?: { encode(text: string): number[]; count?(text: string): number } | undefined;
  /**
   * A `response_format` of JSON: in the server's own field where it has one, else an error (`auto`, the default);
   * in words (`instruct`); as it is (`pass`); or always an error.
   */
  responseFormat?: 'auto' | 'instruct' | 'pass' | 'error' | undefined;
  /** Ask the server to echo the prompt (default false); the reply is checked for it, and it is taken off. */
  echo?: boolean | undefined;
  /** For fields that no table knows (default `drop`, with a warning). */
  unknownFields?: UnknownFields | undefined;
}
