import type { Tokenizer } from '../bpe/types.js';
import { type CountContext, countsOfViews } from '../chat/message-count.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { understood } from '../messages/understood.js';
import type { MessageView } from '../messages/view.js';
import { type CountMemo, recall, remember } from './snapshot.js';
import type { Stage } from './stages.js';
import { sendingOrder, type Unit } from './units.js';

/** For each stage: it is applied to the units that end at or before this place. */
export type StagedTo = readonly number[];

/** A text of more code units than this, and than this a token of room, is not counted to its end. */
const LONG_TEXT = 4096;
const LONG_FOR_A_TOKEN = 8;

/** A message at its place in the history, as it goes into the result. */
export interface Placed<Message> {
  index: number;
  message: Message;
}

export interface CostOptions<Message> {
  messages: readonly Message[];
  accessors: MessageAccessors<Message>;
  stages: readonly Stage<Message>[];
  pinned: ReadonlySet<number>;
  context: CountContext;
  memo: CountMemo;
  tokenizer: Tokenizer | undefined;
}

interface StagedUnit<Message> {
  tokens: number;
  own: Placed<Message>[];
}

const NO_STAGES: readonly number[] = [];

/** The tokens of the units of one history, in full or staged. Each is counted once at most. */
export class UnitCosts<Message> {
  readonly #options: CostOptions<Message>;
  readonly #stagedUnits = new Map<string, StagedUnit<Message>>();
  /** The starts of the units whose count holds a guess. */
  readonly guessed = new Set<number>();

  constructor(options: CostOptions<Message>) {
    this.#options = options;
  }

  #mayHoldPinned({ start, end }: Unit): boolean {
    const { pinned } = this.#options;
    return pinned.size > 0 && end - start > 2 && !pinned.has(start);
  }

  #views(own: readonly Placed<Message>[]): MessageView[] {
    const { accessors, messages } = this.#options;
    return own.flatMap(({ index, message }) => understood(accessors, message, index, messages));
  }

  #count(start: number, views: readonly MessageView[]): number {
    for (const { media, unknownPart } of views)
      if (media !== undefined || unknownPart === true) this.guessed.add(start);
    let total = 0;
    for (const tokens of countsOfViews(views, this.#options.context)) total += tokens;
    return total;
  }

  /** The unit's messages as they are, in the order in which they are sent. */
  #whole(unit: Unit): Placed<Message>[] {
    const { messages, accessors } = this.#options;
    return sendingOrder(unit, messages, accessors).map((index) => ({
      index,
      message: messages[index] as Message,
    }));
  }

  #known(unit: Unit): number | undefined {
    const { memo, messages } = this.#options;
    const known = recall(memo, messages, unit.start, unit.end);
    if (known?.guessed === true) this.guessed.add(unit.start);
    return known?.tokens;
  }

  #tokensOf(unit: Unit): number {
    const { messages, memo } = this.#options;
    const { start, end } = unit;
    const known = this.#known(unit);
    if (known !== undefined) return known;
    const views =
      end === start + 1
        ? understood(this.#options.accessors, messages[start] as Message, start, messages)
        : this.#views(this.#whole(unit));
    const tokens = this.#count(start, views);
    remember(memo, messages, start, end, tokens, this.guessed.has(start));
    return tokens;
  }

  /** Pinned messages in the midst of a unit stand there in any case, and are counted with the pinned ones. */
  #withoutPinned(unit: Unit, tokens: number): number {
    if (!this.#mayHoldPinned(unit)) return tokens;
    let own = tokens;
    for (let index = unit.start; index < unit.end; index += 1)
      if (this.#options.pinned.has(index))
        own -= this.#tokensOf({ start: index, end: index + 1, kind: unit.kind });
    return own;
  }

  #full(unit: Unit, cap: number): number {
    const { start, end } = unit;
    const { messages, accessors, tokenizer } = this.#options;
    const known = this.#known(unit);
    if (known !== undefined) return this.#withoutPinned(unit, known);
    if (tokenizer !== undefined && end === start + 1 && cap < Infinity) {
      // A text far beyond the room is not counted to its end.
      const text = accessors.text(messages[start] as Message);
      if (
        text !== undefined &&
        text.length > LONG_TEXT &&
        text.length > LONG_FOR_A_TOKEN * cap &&
        tokenizer.countUpTo(text, Math.max(0, cap)) === undefined
      )
        return Infinity;
    }
    return this.#withoutPinned(unit, this.#tokensOf(unit));
  }

  #stagesOf(unit: Unit, staged: StagedTo): number[] {
    return this.#options.stages.flatMap((_, stage) => (unit.end <= (staged[stage] ?? 0) ? [stage] : []));
  }

  #messagesOf(unit: Unit, applied: readonly number[]): Placed<Message>[] {
    const { messages, accessors, stages, pinned } = this.#options;
    const whole = this.#whole(unit).filter(({ index }) => !this.#mayHoldPinned(unit) || !pinned.has(index));
    if (applied.length === 0) return whole;
    let names: Map<string, string> | undefined;
    const nameOf = (id: string): string | undefined => {
      names ??= new Map(
        this.#views(this.#whole(unit)).flatMap(({ calls = [] }) => calls.map((call) => [call.id, call.name])),
      );
      return names.get(id);
    };
    return whole.map(({ index, message }) => {
      // The tools stand behind a system text, so that it has to stay as it is.
      if (accessors.role(messages[index] as Message) === 'system') return { index, message };
      const shorter = applied.reduce(
        (current, stage) => (stages[stage] as Stage<Message>).apply(current, nameOf),
        message,
      );
      return { index, message: shorter };
    });
  }

  /** A unit as the stages leave it. One that they would only make longer stays as it is. */
  #stagedUnit(unit: Unit, applied: readonly number[], cap: number): StagedUnit<Message> {
    const { messages } = this.#options;
    const key = `${unit.start}:${applied.join()}`;
    const known = this.#stagedUnits.get(key);
    if (known !== undefined) return known;
    const own = this.#messagesOf(unit, applied);
    const changed = own.some(({ index, message }) => message !== messages[index]);
    const shorter = changed ? this.countAs(unit, own) : Infinity;
    const longer = this.#full(unit, Math.min(cap, shorter));
    const result =
      shorter < longer
        ? { tokens: shorter, own }
        : { tokens: longer, own: this.#messagesOf(unit, NO_STAGES) };
    if (result.tokens < Infinity) this.#stagedUnits.set(key, result);
    return result;
  }

  /** The tokens of a unit with other messages in their places, as `messages` gives them. */
  countAs(unit: Unit, own: readonly Placed<Message>[]): number {
    const changed = new Map(own.map(({ index, message }) => [index, message]));
    const whole = this.#whole(unit).map(({ index, message }) => ({
      index,
      message: changed.get(index) ?? message,
    }));
    return this.#withoutPinned(unit, this.#count(unit.start, this.#views(whole)));
  }

  /** The messages of a unit as they go into the result, with their places. */
  messages(unit: Unit, staged: StagedTo): Placed<Message>[] {
    const applied = this.#stagesOf(unit, staged);
    return applied.length === 0
      ? this.#messagesOf(unit, applied)
      : this.#stagedUnit(unit, applied, Infinity).own;
  }

  /** The tokens of a unit; `Infinity` is allowed where it is more than `cap`. */
  tokens(unit: Unit, staged: StagedTo, cap = Infinity): number {
    if (this.#options.stages.length === 0) return this.#full(unit, cap);
    const applied = this.#stagesOf(unit, staged);
    return applied.length === 0 ? this.#full(unit, cap) : this.#stagedUnit(unit, applied, cap).tokens;
  }
}
