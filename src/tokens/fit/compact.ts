import { isRolecallError, RolecallError, type Warning } from '../../errors.js';
import type { CounterLike } from '../bpe/types.js';
import { messagesKey } from '../chat/anchor.js';
import { withAsyncCounter } from '../chat/async-counter.js';
import type { ChatMessage } from '../chat/chat-message.js';
import { encodingName } from '../chat/counter.js';
import { type MessageAccessors, openaiMessages } from '../messages/accessors.js';
import { cutText } from './cut-text.js';
import { fitMessages } from './fit.js';
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

type Shared<Message> = Omit<AsyncFitOptions<Message>, 'previous' | 'anchor' | 'strategy' | 'countDropped'>;

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
  state: CompactState | undefined;
  /** The places of the messages that are not covered, or stay all the same. */
  open: number[];
}

type WithCounter = <Result>(run: (counter: CounterLike) => Result) => Promise<Result>;

/** Runs over the caller's counter, whether it answers at once or later. */
async function counterRunner<Message>(
  tokenizer: AsyncFitOptions<Message>['tokenizer'],
): Promise<WithCounter> {
  if (typeof tokenizer !== 'function') return async (run) => run(tokenizer);
  const probe = tokenizer('');
  if (typeof probe === 'number') return async (run) => run(tokenizer as (text: string) => number);
  await probe;
  return (run) => withAsyncCounter(tokenizer, run);
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

function fitOptions<Message extends object>(
  { options }: Plan<Message>,
  tokenizer: CounterLike,
  changes: Partial<FitOptions<Message>>,
): FitOptions<Message> {
  const { summarize: _s, summaryTokens: _t, role: _r, wording: _w, previous: _p, ...rest } = options;
  const model = options.model ?? encodingName(options.tokenizer);
  return { ...rest, model, ...changes, tokenizer };
}

function summaryMessage<Message>(
  { role = 'system', wording = introduction }: CompactOptions<Message>,
  summary: string,
): Message {
  return { role, content: wording(summary) } as unknown as Message;
}

/** The kept messages with the summary behind the leading system messages. */
function placed<Message extends object>(
  { options, accessors, messages }: Plan<Message>,
  kept: readonly { index: number; message: Message }[],
  summary: string,
): { index: number; message: Message }[] {
  const at = kept.findIndex(({ index }) => accessors.role(messages[index] as Message) !== 'system');
  const place = at < 0 ? kept.length : at;
  return [
    ...kept.slice(0, place),
    { index: -1, message: summaryMessage(options, summary) },
    ...kept.slice(place),
  ];
}

/** The exact tokens of messages that all stay. */
function totalOf<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
  list: readonly Message[],
): number {
  const all = {
    limit: Infinity,
    reserve: 0,
    trimAt: Infinity,
    trimTo: Infinity,
    stages: [],
    alternate: false,
  };
  const options = fitOptions(plan, tokenizer, { ...all, pin: () => true });
  return fitMessages(list, options).tokens;
}

/** Fits what is not covered, with `room` tokens left for a summary. */
function fitOpen<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
  room: number,
  trimTo: number | undefined,
): FitResult<Message> {
  const { reserve = 0, trimAt, pin } = plan.options;
  const list = plan.open.map((index) => plan.messages[index] as Message);
  const less = (tokens: number | undefined): number | undefined =>
    tokens === undefined ? undefined : Math.max(0, tokens - room);
  const changes = { reserve: reserve + room, trimAt: less(trimAt), trimTo: less(trimTo) };
  const own =
    typeof pin === 'function'
      ? { pin: (message: Message, at: number) => pin(message, plan.open[at] as number) }
      : {};
  return fitMessages(list, fitOptions(plan, tokenizer, { ...changes, ...own }));
}

/** The same, with less room for the summary where what has to stay leaves no more. */
function fitBesideSummary<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
  summaryTokens: number,
): { fit: FitResult<Message>; room: number } {
  const { limit, reserve = 0, trimTo } = plan.options;
  try {
    return { fit: fitOpen(plan, tokenizer, summaryTokens, trimTo), room: summaryTokens };
  } catch (error) {
    const needed = neededTokens(error);
    if (needed === undefined || needed > limit - reserve) throw error;
    const room = limit - reserve - needed;
    return { fit: fitOpen(plan, tokenizer, room, trimTo), room };
  }
}

function neededTokens(error: unknown): number | undefined {
  return isRolecallError(error) && error.code === 'over-limit' ? error.details?.['needed'] : undefined;
}

/** Everything that is not covered, if it fits beside the summary that there is. */
function fitWhole<Message extends object>(
  plan: Plan<Message>,
  tokenizer: CounterLike,
): FitResult<Message> | undefined {
  const { limit, reserve = 0, trimAt = limit - reserve } = plan.options;
  const { state } = plan;
  const room =
    state === undefined ? 0 : totalOf(plan, tokenizer, [summaryMessage(plan.options, state.summary)]);
  if (room > limit - reserve) return undefined;
  try {
    const fit = fitOpen(plan, tokenizer, room, trimAt);
    return fit.dropped.some(({ reason }) => reason === 'limit') ? undefined : fit;
  } catch (error) {
    if (neededTokens(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Replaces the oldest part of a history by a summary, so that the rest and the summary are within the limit.
 *
 * While everything fits, nothing is summarized. Later calls with `previous` keep the summary until the room is used
 * again, and then hand `summarize` the old summary with the messages that go. A summary that is too long is cut
 * (`lossy` warning). Throws as `fitMessages` does.
 */
export async function compactMessages<Message extends object = ChatMessage>(
  messages: readonly Message[],
  options: CompactOptions<Message>,
): Promise<CompactResult<Message>> {
  const { limit, reserve = 0, summaryTokens = Math.min(1000, Math.floor(limit / 10)) } = options;
  if (!(summaryTokens >= 0 && summaryTokens <= limit - reserve))
    throw new RolecallError('invalid-argument', 'The summary has to fit into the limit.', {
      path: 'summaryTokens',
    });
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const warnings: Warning[] = [];
  const state = usableState(messages, options.previous, warnings);
  const stays = (index: number): boolean =>
    index > (state?.coversThrough ?? -1) ||
    index === state?.head ||
    (options.pin !== 'none' &&
      (accessors.role(messages[index] as Message) === 'system' ||
        options.pin?.(messages[index] as Message, index) === true));
  const open = messages.flatMap((_, index) => (stays(index) ? [index] : []));
  const plan: Plan<Message> = { messages, options, accessors, state, open };
  const withCounter = await counterRunner(options.tokenizer);
  const budget = limit - reserve;

  const finish = (
    kept: { index: number; message: Message }[],
    tokens: number,
    dropped: DroppedRange[],
    next: CompactState | null,
  ): CompactResult<Message> => ({
    messages: kept.map(({ message }) => message),
    kept: kept.map(({ index }) => index),
    summary: next?.summary,
    state: next,
    dropped,
    tokens,
    room: budget - tokens,
    warnings,
  });
  const gaps = (kept: readonly { index: number }[]): DroppedRange[] => {
    const held = new Set(kept.map(({ index }) => index));
    const ranges: DroppedRange[] = [];
    messages.forEach((_, index) => {
      if (held.has(index)) return;
      const last = ranges.at(-1);
      if (last?.to === index) last.to = index + 1;
      else ranges.push({ from: index, to: index + 1, reason: 'limit' });
    });
    return ranges;
  };

  const heldBy = (fit: FitResult<Message>) =>
    fit.kept.map((at, place) => ({ index: open[at] as number, message: fit.messages[place] as Message }));
  const whole = await withCounter((counter) => {
    const fit = fitWhole(plan, counter);
    if (fit === undefined) return undefined;
    const held = state === undefined ? heldBy(fit) : placed(plan, heldBy(fit), state.summary);
    return {
      held,
      tokens: totalOf(
        plan,
        counter,
        held.map(({ message }) => message),
      ),
    };
  });
  if (whole !== undefined) return finish(whole.held, whole.tokens, gaps(whole.held), state ?? null);

  const { fit, room } = await withCounter((counter) => fitBesideSummary(plan, counter, summaryTokens));
  const kept = heldBy(fit);
  const held = new Set(kept.map(({ index }) => index));
  const gone = open.filter((index) => !held.has(index));
  if (gone.length === 0 && state === undefined) return finish(kept, fit.tokens, gaps(kept), null);

  const last = Math.max(state?.coversThrough ?? -1, ...gone);
  const empty = await withCounter((counter) =>
    totalOf(
      plan,
      counter,
      placed(plan, kept, '').map(({ message }) => message),
    ),
  );
  const maxTokens = Math.max(0, Math.min(budget - empty, room - (empty - fit.tokens)));
  const request = {
    messages: gone.map((index) => messages[index] as Message),
    previous: state?.summary,
    maxTokens,
  };
  const written = gone.length === 0 ? (state?.summary ?? '') : await options.summarize(request);
  const { summary, tokens } = await withCounter((counter) => {
    const tokensWith = (text: string) =>
      totalOf(
        plan,
        counter,
        placed(plan, kept, text).map(({ message }) => message),
      );
    const full = tokensWith(written);
    if (full <= budget) return { summary: written, tokens: full };
    const cut = cutText(written, {
      place: 'tail',
      marker: ' […]',
      fits: (text) => tokensWith(text) <= budget,
    });
    return cut === undefined
      ? { summary: undefined, tokens: fit.tokens }
      : { summary: cut, tokens: tokensWith(cut) };
  });
  if (summary !== written)
    warnings.push({
      code: 'summary-cut',
      path: 'summarize',
      message:
        summary === undefined ? 'There was no room for a summary.' : 'The summary was too long and was cut.',
      severity: 'lossy',
    });
  const head = kept.findLast(
    ({ index }) => index < last && accessors.role(messages[index] as Message) === 'user',
  )?.index;
  const next: CompactState = {
    summary: summary ?? '',
    coversThrough: last,
    ...(head === undefined ? {} : { head }),
    key: messagesKey([messages[last]]),
  };
  const final = summary === undefined ? kept : placed(plan, kept, summary);
  return finish(final, tokens, gaps(final), next);
}
