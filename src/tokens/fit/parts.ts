import type { MessageAccessors } from '../messages/accessors.js';
import type { DroppedRange, DropReason, FitCut } from './options.js';
import { placeInside, type Unit, UnitReader } from './units.js';

/** What is kept or dropped as a whole, its units in their order. */
export type Block = readonly Unit[];

export interface HistoryParts {
  /** The last user message, and what came last of all: they always stay. */
  required: readonly Unit[];
  /** Everything else that may stay, newest first; read only as far as it is asked for. */
  block(index: number): Block | undefined;
  /** Units that can't stay whatever the room, as far as they were read; newest first. */
  refused: DroppedRange[];
  /** Where the newest turns begin: `turnStart(1)` is the start of the last turn. */
  turnStart(turns: number): number;
}

export interface PartsOptions<Message> {
  messages: readonly Message[];
  accessors: MessageAccessors<Message>;
  pinned: ReadonlySet<number>;
  startOn: 'user' | 'any' | ((message: Message) => boolean);
  alternate: boolean;
  /** Answers that don't follow their calls answer nothing. So it is where turns alternate. */
  strict?: boolean;
  /** Messages before this are out of reach, but for `head`. */
  floor: Pick<FitCut, 'index' | 'head'>;
}

/** Reads units from the newest back, leaving out what is pinned, broken or in the way of alternation. */
class Walker<Message> {
  readonly #reader: UnitReader<Message>;
  readonly #options: PartsOptions<Message>;
  readonly refused: DroppedRange[] = [];
  /** Everything from here on was read. */
  at: number;
  #lastRole = '';
  #headRead = false;
  /** True once a pinned message of the user was passed. */
  passedUser = false;

  constructor(options: PartsOptions<Message>) {
    this.#options = options;
    const { messages, accessors, alternate, strict = alternate } = options;
    this.#reader = new UnitReader(messages, accessors, { strict });
    this.at = options.messages.length;
  }

  /** The next unit; with `toUser`, undefined as well where a pinned message of the user was passed. */
  next(toUser = false): Unit | undefined {
    const { messages, accessors, floor, pinned, alternate } = this.#options;
    while (this.at > floor.index) {
      const unit = this.#reader.before(this.at);
      this.at = unit.start;
      if (
        pinned.size > 0 &&
        pinned.has(unit.start) &&
        (unit.end === unit.start + 1 || pinned.has(unit.end - 1))
      ) {
        if (unit.kind === 'user' || unit.kind === 'assistant') this.#lastRole = unit.kind;
        this.passedUser ||= placeInside(unit, 'user', messages, accessors) !== undefined;
        if (toUser && this.passedUser) return undefined;
        continue;
      }
      if (unit.kind === 'broken') this.#refuse(unit, 'orphan');
      else if (alternate && unit.kind === this.#lastRole) this.#refuse(unit, 'alternation');
      else {
        if (unit.kind === 'user' || unit.kind === 'assistant') this.#lastRole = unit.kind;
        return unit;
      }
    }
    if (floor.head === undefined || this.#headRead || pinned.has(floor.head)) return undefined;
    this.#headRead = true;
    if (alternate && this.#lastRole === 'user') return undefined;
    return { start: floor.head, end: floor.head + 1, kind: 'user' };
  }

  #refuse(unit: Unit, reason: DropReason): void {
    this.refused.push({ from: unit.start, to: unit.end, reason });
  }
}

/** Splits a history into what has to stay and what may go. */
export function historyParts<Message>(options: PartsOptions<Message>): HistoryParts {
  const { messages, accessors, startOn, alternate } = options;
  const walker = new Walker(options);
  const { refused } = walker;
  let opener: Unit['kind'] | undefined;
  const starts = (unit: Unit): boolean => {
    if (startOn === 'any') return true;
    if (startOn === 'user') return unit.kind === 'user';
    if (!startOn(messages[unit.start] as Message)) return false;
    if (!alternate) return true;
    // Parts that begin with the same role alternate whichever of them are left.
    if (unit.kind !== 'user' && unit.kind !== 'assistant') return false;
    opener ??= unit.kind;
    return unit.kind === opener;
  };

  const tail: Unit[] = [];
  let user: Unit | undefined;
  let opened = false;
  // Up to the last user message, and on to where the history may begin. A pinned one needs no other to stay.
  for (let unit = walker.next(true); unit !== undefined; unit = walker.next(user === undefined)) {
    tail.push(unit);
    if (user === undefined && placeInside(unit, 'user', messages, accessors) !== undefined) user = unit;
    opened = user !== undefined && starts(unit);
    if (opened) break;
  }
  // Where nothing but late answers hold the user's message, the history would begin with their calls.
  if (!opened && user?.late === true) return historyParts({ ...options, strict: true });
  const behindPinned = user === undefined && walker.passedUser;
  const opening = opened ? tail.at(-1) : user;
  const required: Unit[] = [];
  const blocks: Block[] = [];
  tail.forEach((unit, at) => {
    const between = alternate && user !== undefined && at > tail.indexOf(user);
    if (at === 0 || unit === user || unit === opening || between) required.push(unit);
    else blocks.push([unit]);
  });
  const lastTurn = (behindPinned ? walker.at : (opening ?? tail[0])?.start) ?? 0;
  let pending: Unit[] = [];
  let ended = !opened && !behindPinned;
  const read = (): void => {
    const unit = walker.next();
    if (unit?.kind === 'system') {
      // One that is not pinned may stand anywhere, and goes by itself.
      blocks.push([unit]);
      return;
    }
    if (unit !== undefined) {
      pending.push(unit);
      if (!starts(unit)) return;
      blocks.push(pending.length > 1 ? pending.reverse() : pending);
      pending = [];
      return;
    }
    ended = true;
    for (const { start, end } of pending) refused.push({ from: start, to: end, reason: 'start' });
  };
  const block = (index: number): Block | undefined => {
    while (!ended && blocks.length <= index) read();
    return blocks[index];
  };
  const firstOlder = blocks.length;
  return {
    required: required.reverse(),
    block,
    refused,
    turnStart: (turns) => {
      if (turns <= 0) return messages.length;
      if (turns === 1) return lastTurn;
      return block(firstOlder + turns - 2)?.[0]?.start ?? 0;
    },
  };
}

/** The gaps between the kept messages with the reason for each; a message whose reason is not known had no room. */
export function droppedRanges(
  kept: readonly number[],
  length: number,
  refused: readonly DroppedRange[],
  unread: { before: number; reason: DropReason },
): DroppedRange[] {
  const known = [...refused].sort((a, b) => a.from - b.from);
  const ranges: DroppedRange[] = [];
  const add = (from: number, to: number, reason: DropReason) => {
    if (from >= to) return;
    const last = ranges.at(-1);
    if (last !== undefined && last.to === from && last.reason === reason) last.to = to;
    else ranges.push({ from, to, reason });
  };
  const addUnknown = (from: number, to: number) => {
    const split = Math.max(from, Math.min(to, unread.before));
    add(from, split, unread.reason);
    add(split, to, 'limit');
  };
  let next = 0;
  let at = 0;
  for (const index of [...kept, length]) {
    while (next < known.length && (known[next] as DroppedRange).from < index) {
      const range = known[next] as DroppedRange;
      next += 1;
      if (range.to <= at) continue;
      addUnknown(at, Math.max(at, range.from));
      add(Math.max(at, range.from), Math.min(range.to, index), range.reason);
      at = Math.max(at, Math.min(range.to, index));
    }
    addUnknown(at, index);
    at = index + 1;
  }
  return ranges;
}
