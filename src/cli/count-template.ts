import type { Dialect } from '../dialect/types.js';
import type { Warning } from '../errors.js';
import { renderPrompt } from '../prompt/index.js';
import type { Message } from '../schemas/messages.js';
import type { Tokenizer } from '../tokens/bpe/types.js';

/** Messages as the prompt of a model's own template, counted. */
export interface TemplateCount {
  total: number;
  /** Tokens of each message, with what the template writes in front of it. */
  messages: number[];
  /** Tokens behind the last message. */
  rest: number;
  warnings: Warning[];
}

/** Counts the prompt that a template writes of messages, and what each of them adds to it. */
export function countByTemplate(
  messages: readonly Message[],
  {
    dialect,
    tokenizer,
    tools,
  }: { dialect: Dialect; tokenizer: Tokenizer; tools?: readonly unknown[] | undefined },
): TemplateCount {
  const { prompt, spans, warnings } = renderPrompt(messages, {
    dialect,
    ...(tools === undefined ? {} : { tools }),
  });
  const total = tokenizer.count(prompt);
  const ends = new Map<number, number>();
  for (const { message, end } of spans) if (message !== null) ends.set(message, end);
  let before = 0;
  let seen = 0;
  const counts = messages.map((_, i) => {
    const end = ends.get(i);
    if (end === undefined || end <= seen) return 0;
    const upTo = tokenizer.count(prompt.slice(0, end));
    const own = upTo - before;
    [before, seen] = [upTo, end];
    return own;
  });
  return { total, messages: counts, rest: total - before, warnings };
}
