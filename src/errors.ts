/** Why a call was refused. One union for the whole library, so that a `switch` over it can be complete. */
export type ErrorCode =
  | 'invalid-argument'
  | 'invalid-value'
  | 'invalid-dialect'
  | 'unknown-dialect'
  | 'unknown-encoding'
  | 'unknown-token'
  | 'special-token'
  | 'empty-prompt'
  | 'invalid-message'
  | 'unrepresentable'
  | 'collision'
  | 'lossy'
  | 'over-limit'
  | 'unsupported'
  | 'invalid-shape'
  | 'provider-error'
  | 'invalid-request'
  | 'context-length'
  | 'incomplete-stream'
  | 'malformed-line';

/** What was changed or lost on the way. One union for the whole library. */
export type WarningCode =
  | 'ambiguous-label'
  | 'escaped-label'
  | 'escaped-token'
  | 'label-in-value'
  | 'unescaped'
  | 'neutralized'
  | 'role-changed'
  | 'dropped-name'
  | 'refusal-as-text'
  | 'empty-content'
  | 'joined-parts'
  | 'blank-final-message'
  | 'broken-tool-call'
  | 'default-system'
  | 'doubled-bos'
  | 'dropped-call-id'
  | 'dropped-part'
  | 'dropped-reasoning'
  | 'dropped-turn'
  | 'empty-reasoning'
  | 'folded-system'
  | 'merged-turns'
  | 'moved-system'
  | 'respaced-json'
  | 'template-input'
  | 'template-text'
  | 'tools-as-text'
  | 'unreadable-dialect'
  | 'untyped-argument'
  | 'trimmed'
  | 'estimated-count'
  | 'stale-cut'
  | 'moved-result'
  | 'limit-lowered'
  | 'summary-cut'
  | 'many-speakers'
  | 'unmapped-model'
  | 'unknown-model'
  | 'default-max-tokens'
  | 'reasoning-headroom'
  | 'dropped-field'
  | 'unknown-field'
  | 'local-stop'
  | 'emulated'
  | 'other-vocabulary'
  | 'open-user-turn'
  | 'prefill'
  | 'clipped'
  | 'finish-reason'
  | 'missing-field'
  | 'odd-value'
  | 'dropped-content'
  | 'tool-calls-as-text'
  | 'duplicate-token'
  | 'leaked-label'
  | 'missing-prefix'
  | 'missing-separator'
  | 'missing-suffix'
  | 'null-logprob'
  | 'text-offset'
  | 'cut-token'
  | 'echo-mismatch'
  | 'empty-reply'
  | 'stop-in-content'
  | 'stripped-label'
  | 'restored-space'
  | 'no-conversation'
  | 'server-template'
  | 'tool-choice'
  | 'merged-choices'
  | 'hidden-tokens'
  | 'unknown-bytes';

/**
 * One step of a conversion that a reader of the result should know about.
 *
 * `info`: something was changed, and comes back on the way back (an escape, say).
 * `lossy`: something was lost, or guessed.
 */
export interface Warning {
  code: WarningCode;
  /** Where in the input, as `messages[3].content`; empty for the whole input. */
  path: string;
  /** One sentence for a person. */
  message: string;
  severity: 'info' | 'lossy';
}

const marker = Symbol.for('rolecall.error');

/**
 * The one error class: a code for programs, a path into the input, a sentence for people.
 * @example
 * ```ts
 * import { isRolecallError, renderPrompt } from 'rolecall';
 * try {
 *   renderPrompt([{ role: 'user', content: 'Hi!' }], { dialect: 'chatmll' as 'chatml' });
 * } catch (error) {
 *   if (isRolecallError(error)) console.log(error.code, error.path); // unknown-dialect dialect
 * }
 * ```
 */
export class RolecallError extends Error {
  override readonly name = 'RolecallError';
  readonly code: ErrorCode;
  /** Where in the input, as `messages[3].content`; empty for the whole input. */
  readonly path: string;
  /** The numbers behind the refusal, where it has some: `over-limit` gives `limit`, `needed` and their parts, in tokens. */
  readonly details: Readonly<Record<string, number>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { path?: string; cause?: unknown; details?: Readonly<Record<string, number>> } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.path = options.path ?? '';
    this.details = options.details;
    Object.defineProperty(this, marker, { value: true });
  }
}

/**
 * True for a `RolecallError` of any copy of the library; `instanceof` fails when two copies are installed.
 * @example
 * ```ts
 * import { isRolecallError } from 'rolecall';
 * isRolecallError(new Error('some other')); // false
 * ```
 */
export function isRolecallError(value: unknown): value is RolecallError {
  return typeof value === 'object' && value !== null && marker in value;
}
