import { RolecallError, type Warning } from '../../errors.js';
import { checkArgument } from '../../text/arguments.js';
import { anchoredPrefix } from '../chat/anchor.js';
import { withAsyncCounter } from '../chat/async-counter.js';
import { countContext, type WithAccessors } from '../chat/chat.js';
import { dialectOf } from '../chat/dialect-count.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { type ChatMessage, openaiMessages } from '../messages/openai-messages.js';
import { checkChoices, checkMessages, dropsOldest, usableCut } from './checks.js';
import { type StagedTo, UnitCosts } from './costs.js';
import { fitInDialect } from './dialect-fit.js';
import { endedHistory, mergedHistory, withMerged } from './edges.js';
import { fixedTokens } from './fixed-tokens.js';
import { checkLimits, type Limits } from './limits.js';
import type { AsyncFitOptions, FitCut, FitOptions, FitResult } from './options.js';
import { keepOrder, steadyBlocks } from './order.js';
import { cutOversized } from './oversized.js';
import { historyParts } from './parts.js';
import { findPinned } from './pins.js';
import { type Choice, fitResult, type Run, unitsOf } from './result.js';
import { memoFor } from './snapshot.js';
import { preparedStages } from './stages.js';
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

/** Keeps blocks in keep order as long as everything together has at most `limit` tokens, and `most` of them. */
function fill<Message>(
  run: Run<Message>,
  pinned: number,
  staged: StagedTo,
  limit: number,
  most = Infinity,
): Choice<Message> {
  const { required } = run.parts;
  let fixed = run.fixed(required);
  let messages = pinned + sum(run, required, staged, Infinity);
  for (let index = 0; ; index += 1) {
    const block = run.block(index);
    if (block === undefined)
      return { blocks: index, all: messages + fixed <= limit, staged, tokens: messages + fixed };
    if (index === most) return { blocks: index, all: false, staged, tokens: messages + fixed };
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
function fullyStaged<Message>({ stages, parts }: Run<Message>, from: StagedTo): number[] {
  return stages.map((stage, index) => Math.max(from[index] ?? 0, stage.end(parts)));
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

/** A choice of the required messages alone, with the longest of their texts cut. */
function chooseCut<Message>(run: Run<Message>, pinned: number): Choice<Message> | undefined {
  const { oversized = 'error' } = run.options;
  if (oversized === 'error') return undefined;
  const { parts, limits } = run;
  const cutsSystem = typeof oversized === 'object' && oversized.system === true;
  const system = cutsSystem ? run.pinned.units.filter(({ kind }) => kind === 'system') : [];
  const cut = cutOversized(run, {
    units: [...parts.required, ...system],
    others: pinned - sum(run, system, [], Infinity),
    fixed: (changed) => run.fixed(parts.required, changed),
    room: limits.budget,
    oversized,
  });
  if (cut === undefined) return undefined;
  return { blocks: 0, all: run.block(0) === undefined, staged: [], tokens: cut.tokens, cut: cut.messages };
}

/** What is kept of the block for which there is no room as a whole, if the caller wants a part of it. */
function withPartial<Message>(run: Run<Message>, choice: Choice<Message>, limit: number): Choice<Message> {
  const { partial } = run.options;
  const block = choice.all ? undefined : run.block(choice.blocks);
  if (partial === undefined || block === undefined) return choice;
  if (block.some(({ kind, late }) => kind === 'system' || late === true)) return choice;
  const room = limit - choice.tokens;
  if (partial === 'answer') {
    const question = block[0] as Unit;
    const answer = block.findLast(({ kind }) => kind === 'assistant');
    if (question.kind !== 'user' || answer === undefined || block.length < 3) return choice;
    const rest = [question, answer];
    const tokens = sum(run, rest, choice.staged, room);
    return tokens > room ? choice : { ...choice, rest, tokens: choice.tokens + tokens };
  }
  const cut = cutOversized(run, {
    units: block,
    others: choice.tokens,
    fixed: () => 0,
    room: limit,
    oversized: partial,
    staged: choice.staged,
  });
  if (cut === undefined) return choice;
  return { ...choice, rest: block, cut: cut.messages, tokens: cut.tokens };
}

function overLimit<Message>(run: Run<Message>, pinned: number): RolecallError {
  const { parts, limits } = run;
  const { limit, budget } = limits;
  const fixed = run.fixed(parts.required);
  const required = sum(run, parts.required, [], Infinity);
  const needed = pinned + fixed + required;
  const alone = pinned + fixed > budget;
  const what = alone ? 'The pinned messages and tools' : 'The messages that have to stay';
  return new RolecallError(
    'over-limit',
    `${what} have ${alone ? pinned + fixed : needed} tokens, and the limit of ${limit} leaves room for ${budget}.`,
    { path: 'messages', details: { limit, budget, needed, pinned, fixed, required } },
  );
}

const isAlternate = (alternate: FitOptions<never>['alternate']): boolean =>
  alternate === true || alternate === 'merge';

/** Turns that alternate go as a whole, from their user message on. */
function startOf<Message>({ startOn = 'user', alternate }: FitOptions<Message>) {
  return isAlternate(alternate) && startOn === 'any' ? 'user' : startOn;
}

/** How far back the strategy and the previous cut let the fit reach. */
function floorOf<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  options: FitOptions<Message>,
  previous: FitCut | undefined,
  pinned: ReadonlySet<number>,
): Run<Message>['floor'] {
  const { strategy } = options;
  const alternate = isAlternate(options.alternate);
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

function prepare<Message>(
  messages: readonly Message[],
  options: FitOptions<Message>,
  limits: Limits,
  warnings: Warning[],
) {
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const context = countContext(options, options.model);
  const pinned = findPinned(messages, accessors, options.pin);
  const previous = usableCut(messages, accessors, options, pinned.indexes, warnings);
  const floor = floorOf(messages, accessors, options, previous, pinned.indexes);
  const { imageSize, tokenizer } = options;
  const startOn = startOf(options);
  const alternate = isAlternate(options.alternate);
  const parts = historyParts({ messages, accessors, pinned: pinned.indexes, startOn, alternate, floor });
  const owners = [tokenizer, accessors, ...(imageSize === undefined ? [] : [imageSize])];
  const memo = memoFor(owners, `${context.rules.family} ${context.model ?? ''}`);
  const stages = preparedStages(options.stages ?? [], messages, accessors);
  const costs = new UnitCosts({
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
    limits,
    context,
    stages,
    warnings,
  };
  return { run, staged: previous?.staged ?? [] };
}

/** What is chosen where not everything may stay as it is. */
function chooseLess<Message>(
  run: Run<Message>,
  pinned: number,
  staged: StagedTo,
  upToTrimAt: Choice<Message>,
  needed: number,
): Choice<Message> {
  const { trimAt, trimTo } = run.limits;
  // What has to stay may be more than trimTo by itself.
  const target = Math.max(trimTo, needed);
  const bare = run.stages.length === 0;
  if (target === trimAt && bare) return upToTrimAt;
  const staging = stageOnly(run, pinned, staged, target);
  if (staging !== undefined) return staging;
  const full = fullyStaged(run, staged);
  const least = fill(run, pinned, full, target);
  const { previous } = run.options;
  if ((previous !== undefined && previous !== null) || !dropsOldest(run.options)) return least;
  const most = bare ? upToTrimAt : fill(run, pinned, full, trimAt);
  return fill(run, pinned, full, trimAt, steadyBlocks(run.block, least.blocks, most.blocks));
}

/** What is chosen where even that which has to stay fits only as the stages leave it. */
function chooseStaged<Message>(
  run: Run<Message>,
  pinned: number,
  from: StagedTo,
): Choice<Message> | undefined {
  if (run.stages.length === 0) return undefined;
  const { budget, trimAt, trimTo } = run.limits;
  const { required } = run.parts;
  const full = fullyStaged(run, from);
  const needed = pinned + run.fixed(required) + sum(run, required, full, budget);
  if (needed > budget) return undefined;
  return (
    stageOnly(run, pinned, from, Math.max(trimAt, needed)) ??
    fill(run, pinned, full, Math.max(trimTo, needed))
  );
}

function choose<Message>(run: Run<Message>, staged: StagedTo): Choice<Message> {
  const { budget, trimAt, trimTo } = run.limits;
  const { required } = run.parts;
  const pinned = sum(run, run.pinned.units, [], Infinity);
  const base = pinned + run.fixed(required);
  const mayCutSystem = typeof run.options.oversized === 'object' && run.options.oversized.system === true;
  if (base > budget && !mayCutSystem) throw overLimit(run, pinned);

  const anchored = anchoredTotal(run, staged, trimAt);
  if (anchored !== undefined && anchored.tokens <= trimAt) return anchored;

  const needed = base + sum(run, required, staged, budget - base);
  if (needed > budget) {
    const choice = chooseStaged(run, pinned, staged) ?? chooseCut(run, pinned);
    if (choice === undefined) throw overLimit(run, pinned);
    return choice;
  }
  const choice = fill(run, pinned, staged, trimAt);
  if (choice.all) return choice;
  return withPartial(run, chooseLess(run, pinned, staged, choice, needed), Math.max(trimTo, needed));
}

function fitByRule<Message extends object>(
  given: readonly Message[],
  options: FitOptions<Message>,
): FitResult<Message> {
  const accessors = options.accessors ?? (openaiMessages as unknown as MessageAccessors<Message>);
  const warnings: Warning[] = [];
  const { model } = countContext(options, options.model);
  const limits = checkLimits({ ...options, model }, warnings);
  const ended = endedHistory(given, accessors, options.endOn);
  const merged = options.alternate === 'merge' ? mergedHistory(ended, accessors) : undefined;
  const { run, staged } = prepare(merged?.messages ?? ended, options, limits, warnings);
  return withMerged(fitResult(run, choose(run, staged)), given, ended.length, merged);
}

function fitHistory<Message extends object>(
  given: readonly Message[],
  options: FitOptions<Message>,
): FitResult<Message> {
  checkMessages(given);
  checkChoices(options);
  const { model } = countContext(options, options.model);
  const dialect = dialectOf(options, model);
  if (dialect === undefined) return fitByRule(given, options);
  return fitInDialect(dialect, options, model, (own) => fitByRule(given, own));
}

/**
 * Drops what is too much of a history, so that the rest is a valid history within the limit.
 *
 * Counting goes from the newest message back and stops when the room is used, and counts of unchanged messages are
 * remembered: the cost of counting depends on the window, not on the history; beside that the role of every message is
 * read, since system messages always stay. The input is never changed.
 * Without a `limit` it is the model's. Messages of other shapes need `accessors`, as `aiSdkMessages`. With the tokenizer
 * of a local model's `tokenizer.json` its own prompt is counted, in the dialect of the `model`, or the given `dialect`.
 * Throws `over-limit` with the numbers in `details` when what has to stay doesn't fit, and `invalid-argument`.
 * @example fitMessages(history, { tokenizer: await loadTokenizer('gpt-4o') }).messages
 */
export function fitMessages<Message extends ChatMessage>(
  messages: readonly Message[],
  options: FitOptions<Message>,
): FitResult<Message>;
export function fitMessages<Message extends object>(
  messages: readonly Message[],
  options: WithAccessors<FitOptions<Message>, Message>,
): FitResult<Message>;
export function fitMessages<Message extends object>(
  messages: readonly Message[],
  options: FitOptions<Message>,
): FitResult<Message> {
  return fitHistory(messages, options);
}

/**
 * `fitMessages` over a counter that answers later, as a server's `/tokenize` does. Each text is asked for once.
 * @example
 * ```ts
 * import { fitMessagesAsync } from 'rolecall/tokens';
 * const tokenizer = async (text: string) => text.length; // ask a server here
 * await fitMessagesAsync([{ role: 'user', content: 'Hi!' }], { tokenizer, limit: 100 });
 * ```
 */
export function fitMessagesAsync<Message extends ChatMessage>(
  messages: readonly Message[],
  options: AsyncFitOptions<Message>,
): Promise<FitResult<Message>>;
export function fitMessagesAsync<Message extends object>(
  messages: readonly Message[],
  options: WithAccessors<AsyncFitOptions<Message>, Message>,
): Promise<FitResult<Message>>;
export async function fitMessagesAsync<Message extends object>(
  messages: readonly Message[],
  options: AsyncFitOptions<Message>,
): Promise<FitResult<Message>> {
  checkArgument(options, 'options', 'object');
  return withAsyncCounter(
    options.tokenizer,
    (tokenizer) => fitHistory(messages, { ...options, tokenizer }),
    options,
  );
}
