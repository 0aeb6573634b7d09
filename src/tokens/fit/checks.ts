import type { Warning } from '../../errors.js';
import { checkArgument, checkOptional } from '../../text/arguments.js';
import { didYouMean } from '../../text/nearest.js';
import { messagesKey } from '../chat/anchor.js';
import { checkSettings } from '../chat/chat.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { refuse } from './limits.js';
import type { FitCut, FitOptions, FitSettings } from './options.js';

/** Refuses a word that an option doesn't know. */
function known(value: unknown, words: readonly string[], path: string): void {
  if (typeof value === 'string' && !words.includes(value))
    refuse(
      `${JSON.stringify(value)} is not known here; ${words.join(', ')} are.${didYouMean(value, words)}`,
      path,
    );
}

const PLACES = ['error', 'head', 'middle', 'tail'];
const STRATEGIES = ['oldest', 'newest', 'middle'];
const STAGES = ['emptyToolResults', 'dropImages'];

/** True for strategies whose cut lies in one place: what is older goes first. */
export function dropsOldest<Message>({ strategy }: Pick<FitSettings<Message>, 'strategy'>): boolean {
  return (
    strategy === undefined ||
    strategy === 'oldest' ||
    (typeof strategy === 'object' && 'keepLast' in strategy)
  );
}

/** A history is a list of objects; what they say is looked at when they are counted. */
export function checkMessages(messages: readonly unknown[]): void {
  if (!Array.isArray(messages)) refuse('A history is a list of messages.', 'messages');
  for (let index = 0; index < messages.length; index += 1) {
    const message: unknown = messages[index];
    if (typeof message !== 'object' || message === null)
      refuse(`Message ${index} is not understood: it is not an object.`, `messages[${index}]`);
  }
}

const isWhole = (value: number): boolean => Number.isInteger(value) && value >= 0;

function checkStages<Message>(stages: FitSettings<Message>['stages']): void {
  checkOptional(stages, 'stages', 'list');
  for (const [index, stage] of (stages ?? []).entries()) {
    const path = `stages[${index}]`;
    if (typeof stage !== 'string') checkArgument(stage, path, 'object');
    known(typeof stage === 'string' ? stage : stage.kind, [...STAGES, 'apply'], path);
    if (typeof stage !== 'object') continue;
    if (stage.keepTurns !== undefined && !isWhole(stage.keepTurns))
      refuse('keepTurns is a number of turns.', `${path}.keepTurns`);
    if (stage.kind === 'emptyToolResults' && stage.keepResults !== undefined && !isWhole(stage.keepResults))
      refuse('keepResults is a number of results.', `${path}.keepResults`);
  }
}

/** Checks what the compiler checks for those who have one. */
export function checkChoices<Message>(options: FitOptions<Message>): void {
  checkSettings(options, options);
  checkOptional(options.models, 'models', 'object');
  const { strategy, startOn, endOn, pin, oversized, partial, stages, alternate, previous } = options;
  for (const [value, path] of [
    [pin, 'pin'],
    [startOn, 'startOn'],
    [endOn, 'endOn'],
  ] as const)
    if (typeof value !== 'string') checkOptional(value, path, 'function');
  for (const [value, path] of [
    [strategy, 'strategy'],
    [oversized, 'oversized'],
    [partial, 'partial'],
  ] as const)
    if (typeof value !== 'string') checkOptional(value, path, 'object');
  known(strategy, STRATEGIES, 'strategy');
  if (typeof strategy === 'object' && !('keepLast' in strategy || 'order' in strategy))
    refuse('A strategy is a name, or has keepLast or order.', 'strategy');
  if (typeof strategy === 'object' && 'keepLast' in strategy && !(strategy.keepLast >= 1))
    refuse('At least the last turn is kept.', 'strategy.keepLast');
  if (typeof strategy === 'object' && 'order' in strategy)
    checkArgument(strategy.order, 'strategy.order', 'function');
  known(startOn, ['user', 'any'], 'startOn');
  known(endOn, ['user', 'assistant', 'tool', 'any'], 'endOn');
  known(pin, ['none'], 'pin');
  known(alternate, ['merge'], 'alternate');
  known(typeof oversized === 'object' ? oversized.cut : oversized, PLACES, 'oversized');
  known(typeof partial === 'object' ? partial.cut : partial, ['answer', ...PLACES.slice(1)], 'partial');
  checkStages(stages);
  if (previous !== undefined && previous !== null && !dropsOldest(options))
    refuse('Only strategies that drop the oldest first go on from a previous cut.', 'previous');
}

function stillHolds<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  { index, head, key }: FitCut,
): boolean {
  if (index > messages.length - 1) return false;
  if (messagesKey([messages[index]]) !== key) return false;
  return head === undefined || (head < index && accessors.role(messages[head] as Message) === 'user');
}

/** True when the same messages as then are pinned before the cut; a caller's own pins may change as he likes. */
function pinsHold<Message>(
  { index, pinned }: FitCut,
  { pin }: FitSettings<Message>,
  now: ReadonlySet<number>,
): boolean {
  if (pin !== undefined) return true;
  let before = 0;
  for (const place of now) if (place < index) before += 1;
  return before === pinned.length && pinned.every((place) => place < index && now.has(place));
}

/** The previous cut, if it was made in this history; else a warning. */
export function usableCut<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  options: FitSettings<Message>,
  pinned: ReadonlySet<number>,
  warnings: Warning[],
): FitCut | undefined {
  const { previous } = options;
  if (previous === undefined || previous === null) return undefined;
  if (stillHolds(messages, accessors, previous) && pinsHold(previous, options, pinned)) return previous;
  warnings.push({
    code: 'stale-cut',
    path: 'previous',
    message: 'The history has changed where it was cut before, so it was cut anew.',
    severity: 'info',
  });
  return undefined;
}
