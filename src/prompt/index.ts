import { readings } from '../detect/index.js';
import { defineLabels, labelList } from '../dialect/labels/define.js';
import type { Dialect } from '../dialect/types.js';
import type { SpeakerLabels } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import { dialectKey, resolveDialect } from '../formats/find.js';
import type { Message } from '../schemas/messages.js';
import type { ParsedPrompt, ParseOptions, RenderedPrompt, RenderOptions } from './options.js';
import { parsePlain, parseWithDialect } from './read.js';
import { renderWithDialect } from './write.js';

/** A dialect of labels with the caller's own labels in front of it. */
function withLabels(dialect: Dialect, labels: SpeakerLabels | undefined): Dialect {
  if (labels === undefined || dialect.kind !== 'labels') return dialect;
  const own = {
    system: labelList(labels.system),
    user: labelList(labels.user),
    assistant: labelList(labels.assistant),
  };
  const all = [...own.system, ...own.user, ...own.assistant].map((label) => label.toLowerCase());
  const rest = (list: readonly string[]): string[] =>
    list.filter((label) => !all.includes(label.toLowerCase()));
  const { labels: built, stop: _, ...layout } = dialect;
  return defineLabels({
    ...layout,
    labels: {
      system: [...own.system, ...rest(built.system)],
      user: [...own.user, ...rest(built.user)],
      assistant: [...own.assistant, ...rest(built.assistant)],
    },
  });
}

/**
 * Reads a prompt: its turns as messages, what it ends in, and how it marks its turns. Never throws on any text; a text
 * that is no conversation is one message of the user.
 *
 * Throws `unknown-dialect` for a name that no dialect has.
 * @example
 * ```ts
 * import { parsePrompt } from 'rolecall';
 * const { messages, dialect, ending } = parsePrompt('Be brief.\n\nHuman: Hi!\nAI:');
 * // a system and a user message; dialect 'human-ai', ending 'open'
 * ```
 */
export function parsePrompt(text: string, options: ParseOptions = {}): ParsedPrompt {
  if (typeof text !== 'string')
    throw new RolecallError('invalid-argument', 'The prompt must be a string.', { path: 'text' });
  const { dialect = 'auto', whitespace = 'exact', labels } = options;
  if (whitespace !== 'exact' && whitespace !== 'tidy') {
    throw new RolecallError('invalid-argument', 'whitespace must be "exact" or "tidy".', {
      path: 'whitespace',
    });
  }
  if (dialect !== 'auto') {
    const resolved = withLabels(resolveDialect(dialect), labels);
    return parseWithDialect(text, resolved, { whitespace, key: dialectKey(resolved) });
  }
  const [reading] = readings(text, options);
  if (reading === undefined) return parsePlain(text, whitespace, []);
  return parseWithDialect(text, resolveDialect(reading.dialect), {
    whitespace,
    key: typeof reading.dialect === 'string' ? reading.dialect : dialectKey(reading.dialect),
    found: reading.found,
    warnings: reading.warnings,
  });
}

/**
 * Writes messages as a prompt, and names the stop sequences that end the assistant's turn.
 *
 * Content that the dialect would read as structure is escaped (see `collisions`). Throws `unknown-dialect`,
 * `invalid-message`, `unrepresentable` for what text can't carry, and `collision` when asked to.
 * @example
 * ```ts
 * import { renderPrompt } from 'rolecall';
 * const { prompt, stop } = renderPrompt([{ role: 'user', content: 'Hi!' }], { dialect: 'llama-3' });
 * ```
 */
export function renderPrompt(messages: readonly Message[], options: RenderOptions = {}): RenderedPrompt {
  const { dialect = 'user-assistant', ...rest } = options;
  return renderWithDialect(messages, resolveDialect(dialect), rest);
}
