import type { Tokenizer } from '../bpe/types.js';
import type { CountContext } from '../chat/message-count.js';
import type { MessageAccessors } from '../messages/accessors.js';
import type { FitStage } from './options.js';
import { type CountMemo, recall, remember } from './snapshot.js';
import type { Unit } from './units.js';

/** For each stage: it is applied to the units that end at or before this place. */
export type StagedTo = readonly number[];

const TOOL_PLACEHOLDER = '[old tool result removed]';
const IMAGE_PLACEHOLDER = '[old image removed]';
/** A text of more code units than this, and than this a token of room, is not counted to its end. */
const LONG_TEXT = 4096;
const LONG_FOR_A_TOKEN = 8;

/** The tokens of the units of one history, in full or staged. Each is counted once at most. */
export interface UnitCosts<Message> {
  /** The tokens of a unit; `Infinity` is allowed where it is more than `cap`. */
  tokens(unit: Unit, staged: StagedTo, cap?: number): number;
  /** The messages of a unit as they go into the result, with their places. */
  messages(unit: Unit, staged: StagedTo): { index: number; message: Message }[];
  /** The tokens of a unit with other messages in their places, as `messages` gives them. */
  countAs(unit: Unit, own: readonly { index: number; message: Message }[]): number;
}

export interface CostOptions<Message> {
  messages: readonly Message[];
  accessors: MessageAccessors<Message>;
  stages: readonly FitStage<Message>[];
  pinned: ReadonlySet<number>;
  context: CountContext;
  memo: CountMemo;
  tokenizer: Tokenizer | undefined;
}

interface StagedUnit<Message> {
  tokens: number;
  own: { index: number; message: Message }[];
}

const NO_STAGES: readonly number[] = [];

/** One step of the stages for one message. */
function applyStage<Message>(
  message: Message,
  stage: FitStage<Message>,
  accessors: MessageAccessors<Message>,
): Message {
  const kind = typeof stage === 'string' ? stage : stage.kind;
  if (kind === 'apply') return (stage as { apply: (message: Message) => Message }).apply(message);
  const placeholder = typeof stage === 'string' ? undefined : (stage as { placeholder?: string }).placeholder;
  return kind === 'emptyToolResults'
    ? accessors.emptyResults(message, placeholder ?? TOOL_PLACEHOLDER)
    : accessors.dropImages(message, placeholder ?? IMAGE_PLACEHOLDER);
}

export function unitCosts<Message>(options: CostOptions<Message>): UnitCosts<Message> {
  const { messages, accessors, stages, pinned, context, memo, tokenizer } = options;
  const count = (group: readonly Message[]) => accessors.count(group, context);
  const stagedUnits = new Map<string, StagedUnit<Message>>();
  const mayHoldPinned = ({ start, end }: Unit): boolean =>
    pinned.size > 0 && end - start > 2 && !pinned.has(start);

  const whole = (start: number, end: number): number => {
    const known = recall(memo, messages, start, end);
    if (known !== undefined) return known;
    const tokens = count(messages.slice(start, end));
    remember(memo, messages, start, end, tokens);
    return tokens;
  };

  /** Pinned messages in the midst of a unit stand there in any case, and are counted with the pinned ones. */
  const withoutPinned = ({ start, end }: Unit, tokens: number): number => {
    let own = tokens;
    for (let index = start; index < end; index += 1) if (pinned.has(index)) own -= whole(index, index + 1);
    return own;
  };

  const full = (unit: Unit, cap: number): number => {
    const { start, end } = unit;
    const known = recall(memo, messages, start, end);
    if (known !== undefined) return mayHoldPinned(unit) ? withoutPinned(unit, known) : known;
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
    const tokens = whole(start, end);
    return mayHoldPinned(unit) ? withoutPinned(unit, tokens) : tokens;
  };

  const countAs = (unit: Unit, own: readonly { index: number; message: Message }[]): number => {
    const group = messages.slice(unit.start, unit.end);
    for (const { index, message } of own) group[index - unit.start] = message;
    const tokens = count(group);
    return mayHoldPinned(unit) ? withoutPinned(unit, tokens) : tokens;
  };

  const stagesOf = (unit: Unit, staged: StagedTo): number[] =>
    stages.flatMap((_, stage) => (unit.end <= (staged[stage] ?? 0) ? [stage] : []));

  const messagesOf = (unit: Unit, applied: readonly number[]): { index: number; message: Message }[] => {
    const own: { index: number; message: Message }[] = [];
    for (let index = unit.start; index < unit.end; index += 1) {
      if (mayHoldPinned(unit) && pinned.has(index)) continue;
      let message = messages[index] as Message;
      // The tools stand behind a system text, so that it has to stay as it is.
      if (applied.length > 0 && accessors.role(message) !== 'system')
        for (const stage of applied)
          message = applyStage(message, stages[stage] as FitStage<Message>, accessors);
      own.push({ index, message });
    }
    return own;
  };

  /** A unit as the stages leave it. One that they would only make longer stays as it is. */
  const stagedUnit = (unit: Unit, applied: readonly number[], cap: number): StagedUnit<Message> => {
    const key = `${unit.start}:${applied.join()}`;
    const known = stagedUnits.get(key);
    if (known !== undefined) return known;
    const own = messagesOf(unit, applied);
    const changed = own.some(({ index, message }) => message !== messages[index]);
    const shorter = changed ? countAs(unit, own) : Infinity;
    const longer = full(unit, Math.min(cap, shorter));
    const result =
      shorter < longer ? { tokens: shorter, own } : { tokens: longer, own: messagesOf(unit, NO_STAGES) };
    if (result.tokens < Infinity) stagedUnits.set(key, result);
    return result;
  };

  return {
    countAs,
    messages: (unit, staged) => {
      const applied = stagesOf(unit, staged);
      return applied.length === 0 ? messagesOf(unit, applied) : stagedUnit(unit, applied, Infinity).own;
    },
    tokens: (unit, staged, cap = Infinity) => {
      if (stages.length === 0) return full(unit, cap);
      const applied = stagesOf(unit, staged);
      return applied.length === 0 ? full(unit, cap) : stagedUnit(unit, applied, cap).tokens;
    },
  };
}
