import type { Warning } from '../../errors.js';
import { messagesKey } from '../chat/anchor.js';
import type { MessageAccessors } from '../messages/accessors.js';
import type { StagedTo, UnitCosts } from './costs.js';
import type { DropReason, FitCut, FitOptions, FitResult, ShortenedMessage } from './options.js';
import { type Block, droppedRanges, type HistoryParts } from './parts.js';
import type { Pinned } from './pins.js';
import { type Unit, UnitReader } from './units.js';

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
  /** Tokens of what is no message, for a choice of units. */
  fixed: (units: Iterable<Unit>) => number;
  /** Messages before this place are out of reach, but for `head`; and why. */
  floor: { index: number; head?: number; reason: DropReason };
  budget: number;
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
}

/** The units of a choice, without the pinned ones; newest first where the oldest go first. */
export function unitsOf<Message>(run: Run<Message>, choice: Pick<Choice<Message>, 'blocks'>): Unit[] {
  const units = run.parts.required.toReversed();
  for (let index = 0; index < choice.blocks; index += 1) {
    const block = run.block(index);
    if (block === undefined) break;
    for (let at = block.length - 1; at >= 0; at -= 1) units.push(block[at] as Unit);
  }
  return units;
}

/** Where the choice cuts the history; null where it doesn't, or in more than one place. */
function cutOf<Message>(run: Run<Message>, choice: Choice<Message>): FitCut | null {
  const { messages, options, parts, floor, pinned } = run;
  const { strategy } = options;
  if (
    strategy !== undefined &&
    strategy !== 'oldest' &&
    !(typeof strategy === 'object' && 'keepLast' in strategy)
  )
    return null;
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

/** The result that a choice makes. */
export function fitResult<Message>(run: Run<Message>, choice: Choice<Message>): FitResult<Message> {
  const { messages, costs, options, pinned, parts, floor, budget } = run;
  const units = unitsOf(run, choice);
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
  const fitted = kept.map((index) => messages[index] as Message);
  const shortened: ShortenedMessage[] = [];
  if (choice.cut !== undefined || choice.staged.some((to) => to > 0)) {
    const shorter = new Map<number, Message>();
    for (const unit of units)
      for (const { index, message } of costs.messages(unit, choice.staged)) shorter.set(index, message);
    kept.forEach((index, at) => {
      const cut = choice.cut?.get(index);
      const message = cut ?? shorter.get(index) ?? (messages[index] as Message);
      if (message === messages[index]) return;
      fitted[at] = message;
      shortened.push({ index, reason: message === cut ? 'oversized' : 'stage' });
    });
  }
  const result: FitResult<Message> = {
    messages: fitted,
    kept,
    dropped: droppedRanges(kept, messages.length, parts.refused, {
      before: floor.index,
      reason: floor.reason,
    }),
    shortened,
    cut: cutOf(run, choice),
    tokens: choice.tokens,
    room: budget - choice.tokens,
    warnings: run.warnings,
  };
  if (options.countDropped !== true) return result;
  const stays = new Set(kept);
  let droppedTokens = 0;
  for (const unit of new UnitReader(messages, run.accessors).all())
    if (!stays.has(unit.start) || !stays.has(unit.end - 1)) droppedTokens += costs.tokens(unit, []);
  return { ...result, droppedTokens };
}
