import type { Dialect } from '../../dialect/types.js';
import type { WriteOptions } from '../../dialect/write-options.js';
import { RolecallError, type Warning } from '../../errors.js';
import { resolveDialect } from '../../formats/find.js';
import type { DialectName } from '../../formats/index.generated.js';
import { dialectFor } from '../../formats/models.js';
import type { Message } from '../../schemas/messages.js';
import type { Span } from '../../text/pieces.js';
import type { CounterLike, Tokenizer } from '../bpe/types.js';
import { openaiMessages } from '../messages/openai-messages.js';
import { encodingNames } from '../models/models.js';
import { renderTokens } from '../render/render-tokens.js';

/** How the prompt of a model is written that reads a dialect, and not what OpenAI bills. */
export interface DialectSettings {
  /**
   * The dialect that the model reads: the count is that of the prompt that `renderTokens` writes with the model's own
   * tokenizer, and exact. Messages are those of the chat completions API. By default the dialect that `dialectFor` knows
   * for the `model`, where the tokenizer is one of a `tokenizer.json`.
   */
  dialect?: Dialect | DialectName | null | undefined;
  /** How the prompt is written, as `renderPrompt` takes it; parts that text can't carry are placeholders by default. */
  render?: Omit<WriteOptions, 'tools'> | null | undefined;
}

/** The dialect that was asked for; else that of the model, where its own tokenizer counts and the messages can be written. */
export function dialectOf(
  { dialect, tokenizer, accessors }: DialectSettings & { tokenizer: unknown; accessors?: unknown },
  model: string | undefined,
): Dialect | undefined {
  if (dialect != null) return resolveDialect(dialect);
  const { encodePlaced, name } = (tokenizer ?? {}) as Partial<Tokenizer>;
  const ofOpenAI = (encodingNames as readonly unknown[]).includes(name);
  const written = accessors == null || accessors === openaiMessages;
  if (typeof encodePlaced !== 'function' || ofOpenAI || !written || model === undefined) return undefined;
  const known = dialectFor(model);
  return known === null ? undefined : resolveDialect(known);
}

/** The tokens of a prompt in a dialect, and whose they are. */
export interface DialectCount {
  total: number;
  messages: number[];
  tools: number;
  priming: number;
  /** The tokenizer is that of a model which reads the dialect, as far as its control tokens say. */
  fits: boolean;
  /** Those of `renderTokens`. */
  warnings: Warning[];
}

/** The mark that closes a message's turn. */
function closeOf(dialect: Dialect, { role }: Message): string {
  if (dialect.kind === 'labels')
    return role === 'assistant' && dialect.assistantEnd !== '' ? dialect.assistantEnd : dialect.separator;
  const own = role === 'function' ? 'tool' : role;
  return (dialect.roles[own] ?? dialect.roles.user).close;
}

/** How many ids there are up to the end of the first mark, which is the start of them where `leads`; 0 for none. */
function upTo(ids: readonly number[], mark: string, leads: boolean, tokenizer: Tokenizer): number {
  if (mark === '') return 0;
  const decoder = tokenizer.decoder();
  let text = '';
  for (const [i, id] of ids.entries()) {
    text += decoder.push(id);
    if (leads ? text.startsWith(mark) : text.includes(mark)) return i + 1;
    if (leads && text.length >= mark.length) return 0;
    // What went before is of no use to a mark that comes later.
    if (!leads) text = text.slice(-mark.length);
  }
  return 0;
}

/**
 * The ids of each message with its marks: what stands between the words of two messages is the first one's up to its
 * closing mark, and the second one's from there; of messages without words between them, each up to its closing mark.
 * What is behind the last one opens the reply.
 */
function shares(
  messages: readonly Message[],
  dialect: Dialect,
  { ids, spans }: { ids: readonly number[]; spans: readonly Span[] },
  tokenizer: Tokenizer,
): { messages: number[]; priming: number } {
  const counts = messages.map(() => 0);
  let priming = 0;
  /** The message whose words come next, for each span. */
  const following: (number | null)[] = [];
  let next: number | null = null;
  for (let at = spans.length - 1; at >= 0; at -= 1) {
    following[at] = next;
    next = spans[at]!.message ?? next;
  }
  let owner: number | null = null;
  for (const [at, { start, end, kind, message }] of spans.entries()) {
    let from = start;
    const add = (to: number | null, until: number): void => {
      if (to === null) priming += until - from;
      else counts[to]! += until - from;
      from = until;
    };
    if (message !== null) {
      add(message, end);
      owner = message;
      continue;
    }
    const next = following[at]!;
    if (owner !== null && kind === 'structure')
      for (let one: number = owner; one < (next ?? messages.length); one += 1) {
        const mark = closeOf(dialect, messages[one]!);
        const count: number = upTo(ids.slice(from, end), mark, one === owner, tokenizer);
        if (count === 0 && one !== owner) break;
        add(one, from + count);
      }
    add(next, end);
  }
  return { messages: counts, priming };
}

/** The tokens of a request's prompt in a dialect. */
export function countByDialect(
  request: { messages: readonly object[]; tools?: readonly unknown[] | null | undefined },
  dialect: Dialect,
  options: Pick<DialectSettings, 'render'> & { tokenizer: CounterLike; accessors?: unknown },
): DialectCount {
  const { accessors, tokenizer, render } = options;
  if (accessors != null && accessors !== openaiMessages)
    throw new RolecallError(
      'invalid-argument',
      'A dialect writes messages of the chat completions API: with other shapes, leave one of the two out.',
      { path: 'dialect' },
    );
  const messages = request.messages as readonly Message[];
  const common = { parts: 'placeholder', ...render, dialect, tokenizer: tokenizer as Tokenizer } as const;
  const bare = renderTokens(messages, common);
  const { tools } = request;
  const whole = (tools ?? []).length === 0 ? bare : renderTokens(messages, { ...common, tools: tools! });
  return {
    total: whole.ids.length,
    tools: whole.ids.length - bare.ids.length,
    ...shares(messages, dialect, bare, tokenizer as Tokenizer),
    fits: !whole.warnings.some(({ code }) => code === 'other-vocabulary'),
    warnings: whole.warnings,
  };
}
