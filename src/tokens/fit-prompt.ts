import { RolecallError, type Warning } from '../errors.js';
import { parsePrompt } from '../prompt/index.js';
import type { ParsedPrompt, ParseOptions } from '../prompt/types.js';
import { unparsePrompt } from '../prompt/unparse.js';
import type { Message } from '../schemas/messages.js';
import { textCounter } from './counter.js';
import { cutText } from './cut-text.js';
import type { DroppedRange, Oversized } from './fit-options.js';
import type { CounterLike } from './types.js';

export interface FitPromptOptions extends ParseOptions {
  tokenizer: CounterLike;
  /** The most tokens that prompt and reserve may have together, as `contextWindow(model)`. */
  limit: number;
  /** Tokens to leave for the completion, as `max_tokens` (default 0). */
  reserve?: number | undefined;
  /** Turns that always stay, beside the preamble and those of the system. */
  pin?: ((message: Message, index: number) => boolean) | undefined;
  /** What happens when the last turn alone doesn't fit: refused (the default), or the user's text in it is cut. */
  oversized?: Oversized | undefined;
}

export interface FittedPrompt {
  /** The prompt that fits. What was not dropped is untouched. */
  text: string;
  /** Its tokens, counted over the whole text. */
  tokens: number;
  /** What is left under `limit` after `tokens` and `reserve`. */
  room: number;
  /** Places of the kept turns in the given prompt's `messages`. */
  kept: number[];
  dropped: DroppedRange[];
  /** The place of the turn whose text was cut, or null. */
  cut: number | null;
  /** The given prompt, as it was read. */
  parsed: ParsedPrompt;
  warnings: Warning[];
}

const MARKER = ' […] ';

/** Turns that go together: from a user's turn on, so that what is left begins with a user. */
function blocksOf(
  parsed: ParsedPrompt,
  stays: (index: number) => boolean,
): { blocks: number[][]; last: number[] } {
  const blocks: number[][] = [];
  parsed.messages.forEach(({ role }, index) => {
    if (stays(index)) return;
    const block = blocks.at(-1);
    if (block === undefined || role === 'user') blocks.push([index]);
    else block.push(index);
  });
  return { last: blocks.pop() ?? [], blocks };
}

/**
 * Drops the oldest turns of a flat prompt until it fits: whole turns, in its dialect, with the preamble and the label
 * that stands open at its end kept. The last user's turn and what follows it always stay.
 * Throws `over-limit` with the numbers in `details` when that doesn't fit, and `unknown-dialect`.
 */
export function fitPrompt(text: string, options: FitPromptOptions): FittedPrompt {
  const { tokenizer, limit, reserve = 0, pin, oversized = 'error' } = options;
  if (!(limit >= 0 && reserve >= 0 && reserve <= limit))
    throw new RolecallError(
      'invalid-argument',
      'The limit is a number of tokens, and no less than the reserve.',
      { path: 'limit' },
    );
  const budget = limit - reserve;
  const count = textCounter(tokenizer);
  const upTo = (candidate: string): number | undefined => {
    if (typeof tokenizer !== 'function') return tokenizer.countUpTo(candidate, budget);
    const tokens = count(candidate);
    return tokens <= budget ? tokens : undefined;
  };
  const parsed = parsePrompt(text, options);
  const { messages, turns } = parsed;
  const all = messages.map((_, index) => index);
  const stays = (index: number): boolean => {
    const { role } = messages[index] as Message;
    const preamble = index === 0 && turns[0]?.label === '' && messages.length > 1;
    return (
      role === 'system' ||
      role === 'developer' ||
      preamble ||
      pin?.(messages[index] as Message, index) === true
    );
  };
  const result = (fitted: string, tokens: number, kept: number[], cut: number | null): FittedPrompt => {
    const dropped: DroppedRange[] = [];
    const held = new Set(kept);
    for (const index of all) {
      if (held.has(index)) continue;
      const range = dropped.at(-1);
      if (range?.to === index) range.to = index + 1;
      else dropped.push({ from: index, to: index + 1, reason: 'limit' });
    }
    return {
      text: fitted,
      tokens,
      room: budget - tokens,
      kept,
      dropped,
      cut,
      parsed,
      warnings: [...parsed.warnings],
    };
  };

  const whole = upTo(text);
  if (whole !== undefined) return result(text, whole, all, null);

  const { blocks, last } = blocksOf(parsed, stays);
  const keptFrom = (first: number): number[] => {
    const gone = new Set(blocks.slice(0, first).flat());
    return all.filter((index) => !gone.has(index));
  };
  const textOf = (kept: readonly number[], changed?: { index: number; message: Message }): string =>
    unparsePrompt({
      ...parsed,
      messages: kept.map((index) =>
        index === changed?.index ? changed.message : (messages[index] as Message),
      ),
    });

  // A guess from the newest turn back by the turns alone; the exact count is over the joined text.
  const size = (indexes: readonly number[]): number =>
    indexes.reduce((sum, index) => sum + count(text.slice(turns[index]?.start, turns[index]?.end)), 0);
  let guess = size(all.filter(stays)) + size(last);
  let first = blocks.length;
  while (first > 0) {
    guess += size(blocks[first - 1] as number[]);
    if (guess > budget) break;
    first -= 1;
  }
  let fitted = textOf(keptFrom(first));
  let tokens = upTo(fitted);
  while (tokens === undefined && first < blocks.length) {
    first += 1;
    fitted = textOf(keptFrom(first));
    tokens = upTo(fitted);
  }
  while (tokens !== undefined && first > 1) {
    const more = textOf(keptFrom(first - 1));
    const counted = upTo(more);
    if (counted === undefined) break;
    first -= 1;
    fitted = more;
    tokens = counted;
  }
  const kept = keptFrom(first);
  if (tokens !== undefined) return result(fitted, tokens, kept, null);

  const index = last.find((at) => messages[at]?.role === 'user') ?? last[0];
  const message = index === undefined ? undefined : messages[index];
  if (oversized !== 'error' && index !== undefined && typeof message?.content === 'string') {
    const { cut: place, marker = MARKER } = typeof oversized === 'string' ? { cut: oversized } : oversized;
    const withText = (content: string) =>
      textOf(kept, { index, message: { ...message, content } as Message });
    const shorter = cutText(message.content, {
      place,
      marker,
      fits: (content) => upTo(withText(content)) !== undefined,
    });
    if (shorter !== undefined) return result(withText(shorter), count(withText(shorter)), kept, index);
  }
  const needed = count(fitted);
  throw new RolecallError(
    'over-limit',
    `What has to stay of the prompt has ${needed} tokens, and there is room for ${budget} of the limit of ${limit}.`,
    { path: 'text', details: { limit, budget, needed } },
  );
}
