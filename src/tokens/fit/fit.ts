import { RolecallError, type Warning } from '../../errors.js';
import { anchoredPrefix } from '../chat/anchor.js';
import { withAsyncCounter } from '../chat/async-counter.js';
import { countContext } from '../chat/chat.js';
import type { ChatMessage } from '../chat/chat-message.js';
import { encodingName } from '../chat/counter.js';
import { type MessageAccessors, openaiMessages } from '../messages/accessors.js';
import { checkChoices, checkLimits, usableCut } from './checks.js';
import { type StagedTo, unitCosts } from './costs.js';
import { fixedTokens } from './fixed-tokens.js';
import type { AsyncFitOptions, FitCut, FitOptions, FitResult } from './options.js';
import { keepOrder } from './order.js';
import { cutOversized } from './oversized.js';
import { historyParts } from './parts.js';
import { findPinned } from './pins.js';
import { type Choice, fitResult, type Run, unitsOf } from './result.js';
import { memoFor } from './snapshot.js';
import type { Unit } from './units.js';

/** The tokens of units, or Infinity as soon as they are more than `cap`. */
function sum<Message>(run: Run<Message>, units: readonly Unit[], staged: StagedTo, cap: number): number {
  let total = 0;
  for (let index = 0; index < units.length; index += 1) {
    total += run.costs.tokens(units[index] as Unit, staged, cap - total);
    if (total > cap) return Infinity;
  }
  return total;
}

/** Keeps blocks in keep order as long as everything together has at most `limit` tokens. */
function fill<Message>(run: Run<Message>, pinned: number, staged: StagedTo, limit: number): Choice<Message> {
  const { required } = run.parts;
  let fixed = run.fixed(required);
  let messages = pinned + sum(run, required, staged, Infinity);
  for (let index = 0; ; index += 1) {
    const block = run.block(index);
    if (block === undefined)
      return { blocks: index, all: messages + fixed <= limit, staged, tokens: messages + fixed };
    // With an unpinned system message, which is a block by itself, the tools move behind it.
    let moved = fixed;
    if (block.some((unit) => unit.kind === 'system' || unit.late === true))
      moved = run.fixed(unitsOf(run, { blocks: index + 1 }));
    const more = sum(run, block, staged, limit - messages - moved);
    if (messages + more + moved > limit)
      return { blocks: index, all: false, staged, tokens: messages + fixed };
    messages += more;
    fixed = moved;
  }
}

/** All stages as far as they may go. */
function fullyStaged<Message>({ options, parts }: Run<Message>, from: StagedTo): number[] {
  return (options.stages ?? []).map((stage, index) => {
    const turns = typeof stage === 'string' ? 1 : (stage.keepTurns ?? 1);
    return Math.max(from[index] ?? 0, parts.turnStart(turns));
  });
}

/** Applies as little of the stages as is needed for everything to stay; undefined if all of them are not enough. */
function stageOnly<Message>(
  run: Run<Message>,
  pinned: number,
  from: StagedTo,
  limit: number,
): Choice<Message> | undefined {
  const most = fullyStaged(run, from);
  for (let stage = 0; stage < most.length; stage += 1) {
    const staged = most.map((to, index) => (index <= stage ? to : (from[index] ?? 0)));
    const choice = fill(run, pinned, staged, limit);
    if (!choice.all) continue;
    // From the newest back, units get their fuller form again as long as there is room.
    const less = staged.map((to, index) => (index === stage ? (from[index] ?? 0) : to));
    const units = unitsOf(run, choice).sort((a, b) => b.start - a.start);
    let { tokens } = choice;
    let through = staged[stage] ?? 0;
    for (const unit of units) {
      const fuller = run.costs.tokens(unit, less) - run.costs.tokens(unit, staged);
      if (tokens + fuller > limit) break;
      tokens += fuller;
      through = Math.min(through, Math.max(unit.start, from[stage] ?? 0));
    }
    return { ...choice, staged: staged.map((to, index) => (index === stage ? through : to)), tokens };
  }
  return undefined;
}

/** The total by the caller's bill for the messages that begin everything that could be kept; Infinity beyond `cap`. */
function anchoredTotal<Message>(
  run: Run<Message>,
  staged: StagedTo,
  cap: number,
): Choice<Message> | undefined {
  const { anchor } = run.options;
  if (anchor === undefined || anchor === null) return undefined;
  const all: Choice<Message> = { blocks: Infinity, all: true, staged, tokens: 0 };
  const units = [...run.pinned.units, ...unitsOf(run, all)].sort((a, b) => a.start - b.start);
  const messages: Message[] = [];
  const after: { at: number; unit: Unit }[] = [];
  for (const unit of units) {
    after.push({ at: messages.length, unit });
    for (const { message } of run.costs.messages(unit, staged)) messages.push(message);
  }
  const covered = anchoredPrefix(messages, anchor);
  if (covered === undefined) return undefined;
  const rest = after.filter(({ at }) => at >= covered.messages);
  // A bill that ends in the midst of a tool group says nothing about its rest.
  if (covered.messages < messages.length && rest[0]?.at !== covered.messages) return undefined;
  const tokens =
    covered.tokens +
    sum(
      run,
      rest.map(({ unit }) => unit),
      staged,
      cap - covered.tokens,
    );
  return { ...all, tokens };
}

/** A choice of the required messages alone, with the longest of them cut. */
function chooseCut<Message>(run: Run<Message>, pinned: number, room: number): Choice<Message> | undefined {
  const { oversized = 'error' } = run.options;
  if (oversized === 'error') return undefined;
  const { messages, accessors, costs, parts } = run;
  const cut = cutOversized(parts.required, { messages, accessors, costs, room, oversized });
  if (cut === undefined) return undefined;
  const shorter = new Map(
    cut.units.flatMap((unit) => unit.messages.map(({ index, message }) => [index, message])),
  );
  const own = cut.units.reduce((total, unit) => total + unit.tokens, 0);
  const tokens = pinned + run.fixed(parts.required) + own;
  return { blocks: 0, all: run.block(0) === undefined, staged: [], tokens, cut: shorter };
}

function overLimit<Message>(run: Run<Message>, pinned: number): RolecallError {
  const { limit } = run.options;
  const { budget, parts } = run;
  const fixed = run.fixed(parts.required);
  const required = sum(run, parts.required, [], Infinity);
  const needed = pinned + fixed + required;
  const alone = pinned + fixed > budget;
  const what = alone ? 'The pinned messages and tools' : 'The messages that have to stay';
  return new RolecallError(
    'over-limit',
    `${what} have ${alone ? pinned + fixed : needed} tokens, and there is room for ${budget} of the limit of ${limit}.`,
    { path: 'messages', details: { limit, budget, needed, pinned, fixed, required } },
  );
}

/** Turns that alternate go as a whole, from their user message on. */
function startOf<Message>({ startOn = 'user', alternate }: FitOptions<Message>) {
  return alternate === true && startOn === 'any' ? 'user' : startOn;
}

/** How far back the strategy and the previous cut let the fit reach. */
function floorOf<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  options: FitOptions<Message>,
  previous: FitCut | undefined,
  pinned: ReadonlySet<number>,
): Run<Message>['floor'] {
  const { strategy, alternate = false } = options;
  const startOn = startOf(options);
  const cut = {
    index: previous?.index ?? 0,
    ...(previous?.head === undefined ? {} : { head: previous.head }),
  };
  if (typeof strategy !== 'object' || !('keepLast' in strategy)) return { ...cut, reason: 'limit' };
  const whole = historyParts({ messages, accessors, pinned, startOn, alternate, floor: { index: 0 } });
  const index = whole.turnStart(strategy.keepLast);
  return index > cut.index ? { index, reason: 'strategy' } : { ...cut, reason: 'limit' };
}

function prepare<Message>(messages: readonly Message[], options: FitOptions<Message>, budget: number) {
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const context = countContext(options, options.model);
  const warnings: Warning[] = [];
  const pinned = findPinned(messages, accessors, options.pin);
  const previous = usableCut(messages, accessors, options, pinned.indexes, warnings);
  const floor = floorOf(messages, accessors, options, previous, pinned.indexes);
  const { alternate = false, stages = [], imageSize, tokenizer } = options;
  const startOn = startOf(options);
  const parts = historyParts({ messages, accessors, pinned: pinned.indexes, startOn, alternate, floor });
  const owners = [tokenizer, accessors, ...(imageSize === undefined ? [] : [imageSize])];
  const memo = memoFor(owners, `${context.rules.family} ${options.model ?? ''}`);
  const costs = unitCosts({
    messages,
    accessors,
    stages,
    pinned: pinned.indexes,
    context,
    memo,
    tokenizer: typeof tokenizer === 'function' ? undefined : tokenizer,
  });
  const fixed = fixedTokens({ messages, accessors, pinned: pinned.units, parts: options, context, memo });
  const block = keepOrder(parts.block, options.strategy ?? 'oldest');
  const run: Run<Message> = {
    messages,
    options,
    accessors,
    costs,
    pinned,
    parts,
    block,
    fixed,
    floor,
    budget,
    warnings,
  };
  return { run, staged: previous?.staged ?? [] };
}

/**
 * Drops what is too much of a history, so that the rest is a valid history within the limit.
 *
 * Counting goes from the newest message back and stops when the room is used, and counts of unchanged messages are
 * remembered: the cost depends on the window, not on the history. The input is never changed.
 * System messages are looked for in the whole history. An array of more than 8192 messages that was fitted before is
 * not read whole again, as system-places.ts tells: there a message in its midst that is made a system message in place
 * is found some calls later. A new array, and messages that are put in or taken out, are seen at once.
 * Throws `over-limit` with the numbers in `details` when what has to stay doesn't fit, and `invalid-argument`.
 */
export function fitMessages<Message extends object = ChatMessage>(
  messages: readonly Message[],
  options: FitOptions<Message>,
): FitResult<Message> {
  checkChoices(options);
  const { budget, trimAt, trimTo } = checkLimits(options);
  const { run, staged } = prepare(messages, options, budget);
  const { required } = run.parts;
  const pinned = sum(run, run.pinned.units, [], Infinity);
  const base = pinned + run.fixed(required);
  if (base > budget) throw overLimit(run, pinned);

  const anchored = anchoredTotal(run, staged, trimAt);
  if (anchored !== undefined && anchored.tokens <= trimAt) return fitResult(run, anchored);

  const needed = base + sum(run, required, staged, budget - base);
  if (needed > budget) {
    const choice = chooseCut(run, pinned, budget - base);
    if (choice === undefined) throw overLimit(run, pinned);
    return fitResult(run, choice);
  }
  const choice = fill(run, pinned, staged, trimAt);
  if (choice.all) return fitResult(run, choice);
  // What has to stay may be more than trimTo by itself.
  const target = Math.max(trimTo, needed);
  if (target === trimAt && (options.stages ?? []).length === 0) return fitResult(run, choice);
  return fitResult(
    run,
    stageOnly(run, pinned, staged, target) ?? fill(run, pinned, fullyStaged(run, staged), target),
  );
}

/** `fitMessages` over a counter that answers later, as a server's `/tokenize` does. Each text is asked for once. */
export function fitMessagesAsync<Message extends object = ChatMessage>(
  messages: readonly Message[],
  options: AsyncFitOptions<Message>,
): Promise<FitResult<Message>> {
  const model = options.model ?? encodingName(options.tokenizer);
  return withAsyncCounter(options.tokenizer, (tokenizer) =>
    fitMessages(messages, { ...options, model, tokenizer }),
  );
}
