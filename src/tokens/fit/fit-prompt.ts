import { RolecallError, type Warning } from '../../errors.js';
import { dialectRead } from '../../formats/find.js';
import { unparsePrompt } from '../../prompt/edit.js';
import { parsePrompt } from '../../prompt/index.js';
import type { ParsedPrompt, ParseOptions } from '../../prompt/options.js';
import type { Message } from '../../schemas/messages.js';
import { checkArgument, checkOptional } from '../../text/arguments.js';
import { type AsyncTextCounter, knownOf, textCounter } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import { messagesKey } from '../chat/anchor.js';
import { type AsyncCountOptions, withAsyncCounter } from '../chat/async-counter.js';
import { cutText } from '../cut/cut-text.js';
import { checkLimits, type LimitOptions, type Limits } from './limits.js';
import type { DroppedRange, Oversized, ShortenedMessage } from './options.js';

/** `limit` and `reserve` as in `fitMessages`: by default the model's, with room for a completion. */
export interface FitPromptSettings extends ParseOptions, LimitOptions {
  /** Turns that always stay, beside the preamble and those of the system. */
  pin?: ((message: Message, index: number) => boolean) | undefined;
  /** What happens when the last turn alone doesn't fit: refused (the default), or the user's text in it is cut. */
  oversized?: Oversized | undefined;
  /** The `cut` of the last fit of the same, then shorter, prompt. */
  previous?: PromptCut | null | undefined;
}

export interface FitPromptOptions extends FitPromptSettings {
  tokenizer: CounterLike;
}

export interface AsyncFitPromptOptions extends FitPromptSettings, AsyncCountOptions {
  tokenizer: CounterLike | AsyncTextCounter;
}

/** Where a prompt was cut. Plain JSON, to be given back as `previous` with the next, longer prompt. */
export interface PromptCut {
  /** The turns before this one were dropped, but for those that always stay. */
  index: number;
  /** What that turn said, so that a changed prompt is noticed. */
  key: string;
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
  /** The turn whose text was cut, if one was. */
  shortened: ShortenedMessage[];
  /** For the next call's `previous`; null where nothing was dropped. */
  cut: PromptCut | null;
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

/** The ranges between the kept turns. */
function gaps(kept: readonly number[], length: number): DroppedRange[] {
  const dropped: DroppedRange[] = [];
  let from = 0;
  for (const index of [...kept, length]) {
    if (from < index) dropped.push({ from, to: index, reason: 'limit' });
    from = index + 1;
  }
  return dropped;
}

/** How many of the oldest blocks the previous cut dropped; a cut that this prompt doesn't have is warned of. */
function droppedBefore(
  { messages }: ParsedPrompt,
  blocks: readonly (readonly number[])[],
  previous: PromptCut | null | undefined,
  warnings: Warning[],
): number {
  if (previous === undefined || previous === null) return 0;
  const { index, key } = previous;
  const first = blocks.findIndex(([start]) => start === index);
  if (first >= 0 && messagesKey([messages[index]]) === key) return first;
  warnings.push({
    code: 'stale-cut',
    path: 'previous',
    message: 'The prompt has changed where it was cut before, so it was cut anew.',
    severity: 'info',
  });
  return 0;
}

/** Everything that the steps of one fit share. */
interface PromptFit {
  text: string;
  options: FitPromptOptions;
  limits: Limits;
  parsed: ParsedPrompt;
  warnings: Warning[];
  /** Turns that go together, oldest first, and the last, which stays. */
  blocks: number[][];
  last: number[];
  stays: (index: number) => boolean;
  count: (text: string) => number;
  /** The count if it is at most `cap`. */
  upTo: (text: string, cap: number) => number | undefined;
}

function prepare(text: string, options: FitPromptOptions): PromptFit {
  const { tokenizer, pin } = options;
  const count = textCounter(tokenizer);
  const warnings: Warning[] = [];
  const limits = checkLimits({ ...options, model: options.model ?? knownOf(tokenizer).model }, warnings);
  const parsed = parsePrompt(text, options);
  const { messages, turns } = parsed;
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
  return {
    text,
    options,
    limits,
    parsed,
    warnings: [...parsed.warnings, ...warnings],
    ...blocksOf(parsed, stays),
    stays,
    count,
    upTo: (candidate, cap) => {
      if (typeof tokenizer !== 'function') return tokenizer.countUpTo(candidate, cap);
      const tokens = count(candidate);
      return tokens <= cap ? tokens : undefined;
    },
  };
}

/** The places of the turns that are kept from a block on. */
function keptFrom({ parsed, blocks }: PromptFit, first: number): number[] {
  const gone = new Set(blocks.slice(0, first).flat());
  return parsed.messages.flatMap((_, index) => (gone.has(index) ? [] : [index]));
}

function joined(
  { parsed, options }: PromptFit,
  kept: readonly number[],
  changed?: { index: number; message: Message },
): string {
  const messages = kept.map((index) =>
    index === changed?.index ? changed.message : (parsed.messages[index] as Message),
  );
  const dialect = parsed.dialect === null ? undefined : dialectRead(parsed.dialect, options.dialect);
  return unparsePrompt({ ...parsed, messages }, { dialect });
}

const textFrom = (fit: PromptFit, first: number): string =>
  first === 0 ? fit.text : joined(fit, keptFrom(fit, first));

function resultOf(fit: PromptFit, text: string, tokens: number, first: number, cut?: number): FittedPrompt {
  const { parsed, blocks, last, limits, warnings } = fit;
  const { messages } = parsed;
  const kept = keptFrom(fit, first);
  const index = (blocks[first] ?? last)[0];
  return {
    text,
    tokens,
    room: limits.budget - tokens,
    kept,
    dropped: gaps(kept, messages.length),
    shortened: cut === undefined ? [] : [{ index: cut, reason: 'oversized' }],
    cut: first === 0 || index === undefined ? null : { index, key: messagesKey([messages[index]]) },
    parsed,
    warnings,
  };
}

/** The first block that is kept so that at most `trimTo` tokens are left, and what that gives. */
function fewestDropped(
  fit: PromptFit,
  before: number,
): { first: number; text: string; tokens: number | undefined } {
  const { text, parsed, blocks, last, stays, count, upTo, limits } = fit;
  const { trimTo } = limits;
  const { messages, turns } = parsed;
  // A guess from the newest turn back by the turns alone; the exact count is over the joined text.
  const size = (indexes: readonly number[]): number =>
    indexes.reduce((sum, index) => sum + count(text.slice(turns[index]?.start, turns[index]?.end)), 0);
  let guess = size(messages.flatMap((_, index) => (stays(index) ? [index] : []))) + size(last);
  let first = blocks.length;
  while (first > before) {
    guess += size(blocks[first - 1] as number[]);
    if (guess > trimTo) break;
    first -= 1;
  }
  let fitted = textFrom(fit, first);
  let tokens = upTo(fitted, trimTo);
  while (tokens === undefined && first < blocks.length) {
    first += 1;
    fitted = textFrom(fit, first);
    tokens = upTo(fitted, trimTo);
  }
  while (tokens !== undefined && first > before) {
    const more = textFrom(fit, first - 1);
    const counted = upTo(more, trimTo);
    if (counted === undefined) break;
    first -= 1;
    fitted = more;
    tokens = counted;
  }
  return { first, text: fitted, tokens };
}

/** The last turn with its text cut; undefined where that is not wanted, or not enough. */
function cutLast(fit: PromptFit, first: number): FittedPrompt | undefined {
  const { parsed, last, options, limits, count, upTo } = fit;
  const { oversized = 'error' } = options;
  const { messages } = parsed;
  const index = last.find((place) => messages[place]?.role === 'user') ?? last[0];
  const message = index === undefined ? undefined : messages[index];
  if (oversized === 'error' || index === undefined || typeof message?.content !== 'string') return undefined;
  const { cut: place, marker = MARKER } = typeof oversized === 'string' ? { cut: oversized } : oversized;
  const withText = (content: string) =>
    joined(fit, keptFrom(fit, first), { index, message: { ...message, content } as Message });
  const shorter = cutText(message.content, {
    place,
    marker,
    fits: (content) => upTo(withText(content), limits.budget) !== undefined,
  });
  if (shorter === undefined) return undefined;
  const text = withText(shorter);
  return resultOf(fit, text, count(text), first, index);
}

/**
 * Drops the oldest turns of a flat prompt until it fits: whole turns, in its dialect, with the preamble and the label
 * that stands open at its end kept. The last user's turn and what follows it always stay.
 *
 * With `trimAt`, `trimTo` and `previous` the beginning of the prompt stays the same while it grows, so that a server's
 * prompt cache holds: the cut moves at most once for every `trimAt - trimTo` tokens that are appended.
 * Throws `over-limit` with the numbers in `details` when what has to stay doesn't fit, `invalid-argument`, and
 * `unknown-dialect`.
 * @example
 * ```ts
 * import { fitPrompt, loadTokenizer } from 'rolecall/tokens';
 * const text = 'Be brief.\n\nHuman: Hi!\nAI: Hello.\nHuman: Bye!\nAI:';
 * fitPrompt(text, { tokenizer: await loadTokenizer('gpt-4o'), limit: 15 }).text; // without the first two turns
 * ```
 */
export function fitPrompt(text: string, options: FitPromptOptions): FittedPrompt {
  checkArgument(options, 'options', 'object');
  checkOptional(options.pin, 'pin', 'function');
  const fit = prepare(text, options);
  const { limits, blocks, upTo } = fit;
  const before = droppedBefore(fit.parsed, blocks, options.previous, fit.warnings);
  const whole = textFrom(fit, before);
  const all = upTo(whole, limits.trimAt);
  if (all !== undefined) return resultOf(fit, whole, all, before);

  const { first, text: fitted, tokens } = fewestDropped(fit, before);
  // What has to stay may be more than trimTo by itself.
  const total = tokens ?? upTo(fitted, limits.budget);
  if (total !== undefined) return resultOf(fit, fitted, total, first);
  const cut = cutLast(fit, first);
  if (cut !== undefined) return cut;
  const { limit, budget } = limits;
  const needed = fit.count(fitted);
  throw new RolecallError(
    'over-limit',
    `What has to stay of the prompt has ${needed} tokens, and the limit of ${limit} leaves room for ${budget}.`,
    { path: 'text', details: { limit, budget, needed } },
  );
}

/**
 * `fitPrompt` over a counter that answers later, as a server's `/tokenize` does. Each text is asked for once.
 * @example
 * ```ts
 * import { fitPromptAsync } from 'rolecall/tokens';
 * const tokenizer = async (text: string) => text.split(' ').length; // ask a server here
 * (await fitPromptAsync('Human: Hi!\nAI:', { tokenizer, limit: 100 })).text;
 * ```
 */
export async function fitPromptAsync(text: string, options: AsyncFitPromptOptions): Promise<FittedPrompt> {
  checkArgument(options, 'options', 'object');
  return withAsyncCounter(
    options.tokenizer,
    (tokenizer) => fitPrompt(text, { ...options, tokenizer }),
    options,
  );
}
