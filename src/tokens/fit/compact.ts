import { isRolecallError, RolecallError, type Warning } from '../../errors.js';
import { checkArgument } from '../../text/arguments.js';
import { checkedCount, knownOf } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import { messagesKey } from '../chat/anchor.js';
import { withAsyncCounter } from '../chat/async-counter.js';
import { countChatTokens, type WithAccessors } from '../chat/chat.js';
import { cutText } from '../cut/cut-text.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { type ChatMessage, openaiMessages } from '../messages/openai-messages.js';
import { checkMessages } from './checks.js';
import type { Placed } from './costs.js';
import { fitMessages } from './fit.js';
import { checkLimits, type Limits } from './limits.js';
import type { AsyncFitOptions, DroppedRange, FitOptions, FitResult } from './options.js';

/** What a summary covers. Plain JSON, to be given back as `previous` with the next, longer history. */
export interface CompactState {
  summary: string;
  /** The place of the last message that the summary stands for. */
  coversThrough: number;
  /** The user message in front of that place which is still kept, as its turn is not over. */
  head?: number | undefined;
  /** What the message at `coversThrough` said, so that a changed history is noticed. */
  key?: string | undefined;
}

/** What `summarize` gets. */
export interface SummaryRequest<Message> {
  /** The messages that are dropped now, in their order. */
  messages: Message[];
  /** The summary of what was dropped before; the new one takes its place. */
  previous: string | undefined;
  /** The most tokens that the summary may have; a longer one is cut. */
  maxTokens: number;
}

type Shared<Message> = Omit<
  AsyncFitOptions<Message>,
  'previous' | 'anchor' | 'strategy' | 'countDropped' | 'partial'
>;

export interface CompactOptions<Message> extends Shared<Message> {
  summarize: (request: SummaryRequest<Message>) => string | Promise<string>;
  /** Tokens to keep free for the summary and its wording (default a tenth of the limit, at most 1000). */
  summaryTokens?: number | undefined;
  /** The role of the summary's message (default `system`). */
  role?: string | undefined;
  /** The text of the summary's message (default a line of introduction and the summary). */
  wording?: ((summary: string) => string) | undefined;
  /** The `state` of the last call, for the same, then shorter, history. */
  previous?: CompactState | null | undefined;
}

export interface CompactResult<Message> {
  /** The kept messages, with that of the summary behind the leading system messages. */
  messages: Message[];
  /** The place in the history of each of `messages`; -1 for the summary. */
  kept: number[];
  /** The summary as it stands in the messages; undefined where nothing is covered. */
  summary: string | undefined;
  /** For the next call's `previous`; null where nothing is covered. */
  state: CompactState | null;
  dropped: DroppedRange[];
  tokens: number;
  room: number;
  warnings: Warning[];
}

const introduction = (summary: string): string => `Summary of the conversation so far:\n${summary}`;

/** Everything that the steps share; the counter answers at once here. */
interface Plan<Message extends object> {
  messages: readonly Message[];
  options: CompactOptions<Message>;
  accessors: MessageAccessors<Message>;
  limits: Limits;
  /** The most tokens that a summary gets. */
  summaryTokens: number;
  state: CompactState | undefined;
  /** The places of the messages that are not covered, or stay all the same. */
  open: number[];
  warnings: Warning[];
}

/** Runs over the caller's counter, whether it answers at once or later. */
type WithCounter = <Result>(run: (counter: CounterLike) => Result) => Promise<Result>;

async function counterRunner<Message>({
  tokenizer,
  concurrency,
}: CompactOptions<Message>): Promise<WithCounter> {
  if (typeof tokenizer !== 'function') return (run) => withAsyncCounter(tokenizer, run);
  const probe = tokenizer('');
  if (typeof probe === 'number') return async (run) => run(tokenizer as (text: string) => number);
  checkedCount(await probe);
  return (run) => withAsyncCounter(tokenizer, run, { concurrency });
}

function usableState<Message>(
  messages: readonly Message[],
  previous: CompactState | null | undefined,
  warnings: Warning[],
): CompactState | undefined {
  if (previous === undefined || previous === null) return undefined;
  const { coversThrough, key } = previous;
  const last = messages[coversThrough];
  if (last !== undefined && (key === undefined || messagesKey([last]) === key)) return previous;
  warnings.push({
    code: 'stale-cut',
    path: 'previous',
    message: 'The history has changed where the summary ends, so it was summarized anew.',
    severity: 'info',
  });
  return undefined;
}

function planOf<Message extends object>(
  messages: readonly Message[],
  options: CompactOptions<Message>,
): Plan<Message> {
  checkMessages(messages);
  const warnings: Warning[] = [];
  const model = options.model ?? knownOf(options.tokenizer).model;
  const limits = checkLimits({ ...options, model }, warnings);
  const { summaryTokens = Math.min(1000, Math.floor(limits.budget / 10)) } = options;
  if (!(summaryTokens >= 0 && summaryTokens <= limits.budget))
    throw new RolecallError('invalid-argument', 'The summary has to fit into the limit.', {
      path: 'summaryTokens',
    });
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const state = usableState(messages, options.previous, warnings);
  const stays = (index: number): boolean =>
    index > (state?.coversThrough ?? -1) ||
    index === state?.head ||
    (options.pin !== 'none' &&
      (accessors.role(messages[index] as Message) === 'system' ||
        options.pin?.(messages[index] as Message, index) === true));
  const open = messages.flatMap((_, index) => (stays(index) ? [index] : []));
  return { messages, options, accessors, limits, summaryTokens, state, open, warnings };
}

function summaryMessage<Message extends object>(
  { options, accessors, messages }: Plan<Message>,
  summary: string,
): Message {
  const { role = 'system', wording = introduction } = options;
  return accessors.create(role, wording(summary), messages);
}

/** The kept messages with the summary behind the leading system messages. */
function placed<Message extends object>(
  plan: Plan<Message>,
  kept: readonly Placed<Message>[],
  summary: string,
): Placed<Message>[] {
  const { accessors, messages } = plan;
  const at = kept.findIndex(({ index }) => accessors.role(messages[index] as Message) !== 'system');
  const place = at < 0 ? kept.length : at;
  return [
    ...kept.slice(0, place),
    { index: -1, message: summaryMessage(plan, summary) },
    ...kept.slice(place),
  ];
}

/** The exact tokens of messages that all stay. */
function totalOf<Message extends object>(
  { options, accessors }: Plan<Message>,
  tokenizer: CounterLike,
  kept: readonly Placed<Message>[],
): number {
  const { model, imageSize, tools, functions, tool_choice, function_call, response_format } = options;
  const messages = kept.map(({ message }) => message);
  const request = { messages, tools, functions, tool_choice, function_call, response_format };
  return countChatTokens(request, { tokenizer, model, imageSize, accessors }).total;
}

function fitOptions<Message extends object>(
  { options, limits, accessors }: Plan<Message>,
  tokenizer: CounterLike,
  changes: Partial<FitOptions<Message>>,
): WithAccessors<FitOptions<Message>, Message> {
  const { summarize: _s, summaryTokens: _t, role: _r, wording: _w, previous: _p, ...rest } = options;
  return { ...rest, limit: limits.budget, reserve: 0, ...changes, accessors, tokenizer };
}

/** Fits what is not covered, with `room` tokens left for a summary. */
function fitOpen<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
  room: number,
  trimTo: number,
): FitResult<Message> {
  const { pin } = plan.options;
  const list = plan.open.map((index) => plan.messages[index] as Message);
  const less = (tokens: number): number => Math.max(0, tokens - room);
  const changes = { reserve: room, trimAt: less(trimTo), trimTo: less(trimTo) };
  const own =
    typeof pin === 'function'
      ? { pin: (message: Message, at: number) => pin(message, plan.open[at] as number) }
      : {};
  return fitMessages(list, fitOptions(plan, tokenizer, { ...changes, ...own }));
}

function neededTokens(error: unknown): number | undefined {
  return isRolecallError(error) && error.code === 'over-limit' ? error.details?.['needed'] : undefined;
}

/** The same, with less room for the summary where what has to stay leaves no more. */
function fitBesideSummary<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
): { fit: FitResult<Message>; room: number } {
  const { limits, summaryTokens } = plan;
  const { budget, trimTo } = limits;
  try {
    return { fit: fitOpen(plan, tokenizer, summaryTokens, trimTo), room: summaryTokens };
  } catch (error) {
    const needed = neededTokens(error);
    if (needed === undefined || needed > budget) throw error;
    const room = budget - needed;
    return { fit: fitOpen(plan, tokenizer, room, trimTo), room };
  }
}

/** Everything that is not covered, if it fits beside the summary that there is. */
function fitWhole<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
): FitResult<Message> | undefined {
  const { state, limits } = plan;
  const room =
    state === undefined
      ? 0
      : totalOf(plan, tokenizer, [{ index: -1, message: summaryMessage(plan, state.summary) }]);
  if (room > limits.budget) return undefined;
  try {
    const fit = fitOpen(plan, tokenizer, room, limits.trimAt);
    return fit.dropped.some(({ reason }) => reason === 'limit') ? undefined : fit;
  } catch (error) {
    if (neededTokens(error) === undefined) throw error;
    return undefined;
  }
}

const heldBy = <Message extends object>(
  { open }: Plan<Message>,
  fit: FitResult<Message>,
): Placed<Message>[] =>
  fit.kept.map((at, place) => ({ index: open[at] as number, message: fit.messages[place] as Message }));

/** The ranges of the history that are not kept. */
function gaps<Message extends object>(
  { messages }: Plan<Message>,
  kept: readonly Placed<Message>[],
): DroppedRange[] {
  const held = new Set(kept.map(({ index }) => index));
  const ranges: DroppedRange[] = [];
  messages.forEach((_, index) => {
    if (held.has(index)) return;
    const last = ranges.at(-1);
    if (last?.to === index) last.to = index + 1;
    else ranges.push({ from: index, to: index + 1, reason: 'limit' });
  });
  return ranges;
}

function resultOf<Message extends object>(
  plan: Plan<Message>,
  kept: readonly Placed<Message>[],
  tokens: number,
  state: CompactState | null,
): CompactResult<Message> {
  return {
    messages: kept.map(({ message }) => message),
    kept: kept.map(({ index }) => index),
    summary: state?.summary,
    state,
    dropped: gaps(plan, kept),
    tokens,
    room: plan.limits.budget - tokens,
    warnings: plan.warnings,
  };
}

/** The summary as it fits, and all tokens with it; undefined where there is no room for a word. */
function fittedSummary<Message extends object>(
  plan: Plan<Message>,
  counter: CounterLike,
  kept: readonly Placed<Message>[],
  written: string,
): { summary: string; tokens: number } | undefined {
  const { budget } = plan.limits;
  const tokensWith = (text: string) => totalOf(plan, counter, placed(plan, kept, text));
  const full = tokensWith(written);
  if (full <= budget) return { summary: written, tokens: full };
  const fits = (text: string) => tokensWith(text) <= budget;
  const cut = cutText(written, { place: 'tail', marker: ' […]', fits });
  return cut === undefined ? undefined : { summary: cut, tokens: tokensWith(cut) };
}

/** Has the dropped messages summarized, and puts the summary in their place. */
async function summarized<Message extends object>(
  plan: Plan<Message>,
  withCounter: WithCounter,
  fit: FitResult<Message>,
  room: number,
): Promise<CompactResult<Message>> {
  const { messages, options, accessors, state, open, warnings, limits } = plan;
  const kept = heldBy(plan, fit);
  const held = new Set(kept.map(({ index }) => index));
  const gone = open.filter((index) => !held.has(index));
  if (gone.length === 0 && state === undefined) return resultOf(plan, kept, fit.tokens, null);
  const empty = await withCounter((counter) => totalOf(plan, counter, placed(plan, kept, '')));
  const maxTokens = Math.max(0, Math.min(limits.budget - empty, room - (empty - fit.tokens)));
  const request: SummaryRequest<Message> = {
    messages: gone.map((index) => messages[index] as Message),
    previous: state?.summary,
    maxTokens,
  };
  const written = gone.length === 0 ? (state?.summary ?? '') : await options.summarize(request);
  const fitted = await withCounter((counter) => fittedSummary(plan, counter, kept, written));
  if (fitted?.summary !== written)
    warnings.push({
      code: 'summary-cut',
      path: 'summarize',
      message:
        fitted === undefined ? 'There was no room for a summary.' : 'The summary was too long and was cut.',
      severity: 'lossy',
    });
  const last = Math.max(state?.coversThrough ?? -1, ...gone);
  const head = kept.findLast(
    ({ index }) => index < last && accessors.role(messages[index] as Message) === 'user',
  )?.index;
  const next: CompactState = {
    summary: fitted?.summary ?? '',
    coversThrough: last,
    ...(head === undefined ? {} : { head }),
    key: messagesKey([messages[last]]),
  };
  const final = fitted === undefined ? kept : placed(plan, kept, fitted.summary);
  return resultOf(plan, final, fitted?.tokens ?? fit.tokens, next);
}

async function compact<Message extends object>(
  messages: readonly Message[],
  options: CompactOptions<Message>,
): Promise<CompactResult<Message>> {
  const withCounter = await counterRunner(options);
  const plan = planOf(messages, options);
  const { state } = plan;
  const whole = await withCounter((counter) => {
    const fit = fitWhole(plan, counter);
    if (fit === undefined) return undefined;
    const held = state === undefined ? heldBy(plan, fit) : placed(plan, heldBy(plan, fit), state.summary);
    return { held, tokens: totalOf(plan, counter, held), warnings: fit.warnings };
  });
  if (whole !== undefined) {
    plan.warnings.push(...whole.warnings);
    return resultOf(plan, whole.held, whole.tokens, state ?? null);
  }
  const { fit, room } = await withCounter((counter) => fitBesideSummary(plan, counter));
  plan.warnings.push(...fit.warnings);
  return await summarized(plan, withCounter, fit, room);
}

/**
 * Replaces the oldest part of a history by a summary, so that the rest and the summary are within the limit.
 *
 * While everything fits, nothing is summarized. Later calls with `previous` keep the summary until the room is used
 * again, and then hand `summarize` the old summary with the messages that go. A summary that is too long is cut
 * (`lossy` warning). The message of the summary is written in the shape of the history, by its accessors; a shape
 * without system messages in the history, as Anthropic's, gets one of the user. Throws as `fitMessages` does.
 * @example
 * ```ts
 * import { compactMessages, loadTokenizer } from 'rolecall/tokens';
 * const history = Array.from({ length: 99 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: `Message ${i}` }));
 * const summarize = ({ messages }: { messages: unknown[] }) => `${messages.length} messages`; // ask a model here
 * const tokenizer = await loadTokenizer('gpt-4o');
 * const { messages, state } = await compactMessages(history, { tokenizer, limit: 200, summarize });
 * ```
 */
export function compactMessages<Message extends ChatMessage>(
  messages: readonly Message[],
  options: CompactOptions<Message>,
): Promise<CompactResult<Message>>;
export function compactMessages<Message extends object>(
  messages: readonly Message[],
  options: WithAccessors<CompactOptions<Message>, Message>,
): Promise<CompactResult<Message>>;
export async function compactMessages<Message extends object>(
  messages: readonly Message[],
  options: CompactOptions<Message>,
): Promise<CompactResult<Message>> {
  checkArgument(options, 'options', 'object');
  checkArgument(options.summarize, 'summarize', 'function');
  return compact(messages, options);
}
