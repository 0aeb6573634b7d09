import type { MessageAccessors } from './accessors.js';
import type { FitStage } from './fit-options.js';
import type { CountContext } from './message-count.js';
import { type CountMemo, recall, remember } from './snapshot.js';
import type { Tokenizer } from './types.js';
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
  /** The tokens of a group with other messages in their places. */
  count(group: readonly Message[]): number;
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
  const stagedCounts = new Map<string, number>();
  const mayHoldPinned = ({ start, end }: Unit): boolean =>
    pinned.size > 0 && end - start > 2 && !pinned.has(start);

  const full = (unit: Unit, cap: number): number => {
    const { start, end } = unit;
    const known = recall(memo, messages, start, end);
    if (known !== undefined) return known;
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
    const group = messages.slice(start, end);
    // A pinned message in the midst of a group is counted with the pinned ones.
    const own = mayHoldPinned(unit) ? group.filter((_, at) => !pinned.has(start + at)) : group;
    const tokens = count(own);
    if (own.length === group.length) remember(memo, messages, start, end, tokens);
    return tokens;
  };

  const stagesOf = (unit: Unit, staged: StagedTo): number[] =>
    stages.flatMap((_, stage) => (unit.end <= (staged[stage] ?? 0) ? [stage] : []));

  const stagedMessages = (unit: Unit, staged: StagedTo): { index: number; message: Message }[] => {
    const own: { index: number; message: Message }[] = [];
    const applied = stagesOf(unit, staged);
    for (let index = unit.start; index < unit.end; index += 1) {
      if (mayHoldPinned(unit) && pinned.has(index)) continue;
      let message = messages[index] as Message;
      for (const stage of applied)
        message = applyStage(message, stages[stage] as FitStage<Message>, accessors);
      own.push({ index, message });
    }
    return own;
  };

  return {
    count,
    messages: stagedMessages,
    tokens: (unit, staged, cap = Infinity) => {
      if (stages.length === 0) return full(unit, cap);
      const applied = stagesOf(unit, staged);
      if (applied.length === 0) return full(unit, cap);
      const key = `${unit.start}:${applied.join()}`;
      const known = stagedCounts.get(key);
      if (known !== undefined) return known;
      const own = stagedMessages(unit, staged);
      const changed = own.some(({ index, message }) => message !== messages[index]);
      const tokens = changed ? count(own.map(({ message }) => message)) : full(unit, cap);
      if (tokens < Infinity) stagedCounts.set(key, tokens);
      return tokens;
    },
  };
}
