import type { Warning } from '../../errors.js';
import { messagesKey } from '../chat/anchor.js';
import { guessWarnings } from '../chat/chat.js';
import type { CountContext } from '../chat/message-count.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { dropsOldest } from './checks.js';
import type { StagedTo, UnitCosts } from './costs.js';
import type { Limits } from './limits.js';
import type { DropReason, FitCut, FitOptions, FitResult, ShortenedMessage } from './options.js';
import { type Block, droppedRanges, type HistoryParts } from './parts.js';
import type { Pinned } from './pins.js';
import type { Stage } from './stages.js';
import { sendingOrder, type Unit, UnitReader } from './units.js';

/** What a run of the fitting shares between its steps. */
export interface Run<Message> {
  messages: readonly Message[];
  options: FitOptions<Message>;
  accessors: MessageAccessors<Message>;
  costs: UnitCosts<Message>;
  pinned: Pinned;
  parts: HistoryParts;
  /** Blocks that may go, the last to go first. */
  block: (index: number) => Block | undefined;
  /** Tokens of what is no message, for a choice of units, some of whose messages may have changed. */
  fixed: (units: Iterable<Unit>, changed?: ReadonlyMap<number, Message>) => number;
  /** Messages before this place are out of reach, but for `head`; and why. */
  floor: { index: number; head?: number; reason: DropReason };
  limits: Limits;
  context: CountContext;
  stages: readonly Stage<Message>[];
  warnings: Warning[];
}

/** What is kept: the required units, and the first blocks in keep order. */
export interface Choice<Message> {
  blocks: number;
  /** True when there is no block left that is not kept. */
  all: boolean;
  staged: StagedTo;
  tokens: number;
  /** Messages that stand in a shorter form than the stages give, by their place. */
  cut?: ReadonlyMap<number, Message>;
  /** What is kept of the block that comes next, for which there is no room as a whole. */
  rest?: readonly Unit[];
}

/** The units of a choice, without the pinned ones; newest first where the oldest go first. */
export function unitsOf<Message>(
  run: Run<Message>,
  choice: Pick<Choice<Message>, 'blocks' | 'rest'>,
): Unit[] {
  const units = run.parts.required.toReversed();
  for (let index = 0; index < choice.blocks; index += 1) {
    const block = run.block(index);
    if (block === undefined) break;
    for (let at = block.length - 1; at >= 0; at -= 1) units.push(block[at] as Unit);
  }
  return choice.rest === undefined ? units : [...units, ...choice.rest.toReversed()];
}

/** Where the choice cuts the history; null where it doesn't, or in more than one place. */
function cutOf<Message>(run: Run<Message>, choice: Choice<Message>): FitCut | null {
  const { messages, options, parts, floor, pinned } = run;
  // A rest of a turn is chosen anew each time.
  if (!dropsOldest(options) || choice.rest !== undefined) return null;
  const { required } = parts;
  const user = required.findLast((unit) => unit.kind === 'user');
  let { index, head }: { index: number; head?: number } = floor;
  if (!choice.all) {
    const oldest = choice.blocks > 0 ? run.block(choice.blocks - 1)?.[0] : undefined;
    // With no block kept, the older units of the last turn may be gone from between the required ones.
    const gap = run.block(0)?.[0];
    const inTurn =
      oldest ??
      (gap !== undefined && user !== undefined && gap.start > user.start ? required.at(-1) : required[0]);
    index = inTurn?.start ?? 0;
    head = user !== undefined && user.start < index ? user.start : undefined;
    if (floor.head !== undefined && (index === floor.head || head === floor.head)) {
      index = Math.max(index, floor.index);
      head = floor.head;
    }
    // Only a cut behind a single user message can be told in one place.
    if (head !== undefined && required.length > 2) return null;
  }
  if (messages.length === 0 || (index === 0 && choice.staged.every((to) => to === 0))) return null;
  const before: number[] = [];
  for (const place of pinned.indexes) if (place < index) before.push(place);
  sortNumbers(before);
  return {
    index,
    ...(head === undefined ? {} : { head }),
    pinned: before,
    staged: [...choice.staged],
    key: messagesKey([messages[index]]),
  };
}

function sortNumbers(numbers: number[]): void {
  for (let at = 1; at < numbers.length; at += 1)
    if ((numbers[at - 1] as number) > (numbers[at] as number)) {
      numbers.sort((a, b) => a - b);
      return;
    }
}

/** The places of what is kept, in the order in which it is sent. */
function keptPlaces<Message>(run: Run<Message>, units: readonly Unit[]): number[] {
  const { messages, accessors, pinned, warnings } = run;
  const kept: number[] = [];
  for (const { start, end } of pinned.units)
    for (let index = start; index < end; index += 1) kept.push(index);
  // From the newest unit back, which is the order of most choices turned round.
  for (let at = units.length - 1; at >= 0; at -= 1) {
    const { start, end } = units[at] as Unit;
    const whole = end - start === 1 || pinned.indexes.size === 0;
    for (let index = start; index < end; index += 1)
      if (whole || !pinned.indexes.has(index)) kept.push(index);
  }
  sortNumbers(kept);
  for (const unit of [...pinned.units, ...units]) {
    if (unit.late !== true) continue;
    const at = kept.indexOf(unit.start);
    const order = sendingOrder(unit, messages, accessors);
    kept.splice(at, order.length, ...order);
    order.forEach((index, place) => {
      if (index > unit.start + place && accessors.role(messages[index] as Message) === 'tool')
        warnings.push({
          code: 'moved-result',
          path: `messages[${index}]`,
          message: 'The result was put right behind its call: no API takes other messages in between.',
          severity: 'info',
        });
    });
  }
  return kept;
}

/** Warnings of what was guessed in the count of the kept messages. */
function guesses<Message>(
  { costs, accessors, context, pinned }: Run<Message>,
  units: readonly Unit[],
  fitted: ReadonlyMap<number, Message>,
): Warning[] {
  if (costs.guessed.size === 0) return [];
  return [...pinned.units, ...units]
    .filter(({ start }) => costs.guessed.has(start))
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end }) => {
      const warnings: Warning[] = [];
      for (let index = start; index < end; index += 1) {
        const message = fitted.get(index);
        if (message !== undefined)
          warnings.push(...guessWarnings(accessors.read(message) ?? [], index, context));
      }
      return warnings;
    });
}

/** What takes the place of messages in the result, by their places. */
function shorterMessages<Message>(
  { costs }: Run<Message>,
  choice: Choice<Message>,
  units: readonly Unit[],
): ReadonlyMap<number, Message> | undefined {
  if (choice.cut === undefined && !choice.staged.some((to) => to > 0)) return undefined;
  const shorter = new Map<number, Message>();
  for (const unit of units)
    for (const { index, message } of costs.messages(unit, choice.staged)) shorter.set(index, message);
  for (const [index, message] of choice.cut ?? []) shorter.set(index, message);
  return shorter;
}

/** The result that a choice makes. */
export function fitResult<Message>(run: Run<Message>, choice: Choice<Message>): FitResult<Message> {
  const { messages, costs, options, parts, floor, limits } = run;
  const units = unitsOf(run, choice);
  const kept = keptPlaces(run, units);
  const shorter = shorterMessages(run, choice, units);
  const shortened: ShortenedMessage[] = [];
  const fitted = kept.map((index) => {
    const message = shorter?.get(index) ?? (messages[index] as Message);
    if (message === messages[index]) return message;
    const cut = choice.rest === undefined ? 'oversized' : 'partial';
    shortened.push({ index, reason: choice.cut?.get(index) === message ? cut : 'stage' });
    return message;
  });
  const places = new Map(
    costs.guessed.size === 0 ? [] : kept.map((index, at) => [index, fitted[at] as Message]),
  );
  const result: FitResult<Message> = {
    messages: fitted,
    kept,
    dropped: droppedRanges(
      kept.toSorted((a, b) => a - b),
      messages.length,
      parts.refused,
      {
        before: floor.index,
        reason: floor.reason,
      },
    ),
    shortened,
    cut: cutOf(run, choice),
    tokens: choice.tokens,
    room: limits.budget - choice.tokens,
    warnings: [...run.warnings, ...guesses(run, units, places)],
  };
  if (options.countDropped !== true) return result;
  const stays = new Set(kept);
  let droppedTokens = 0;
  for (const unit of new UnitReader(messages, run.accessors).all())
    if (!stays.has(unit.start) || !stays.has(unit.end - 1)) droppedTokens += costs.tokens(unit, []);
  return { ...result, droppedTokens };
}
