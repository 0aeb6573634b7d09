import { RolecallError, type Warning } from '../../errors.js';
import { didYouMean } from '../../text/nearest.js';
import { messagesKey } from '../chat/anchor.js';
import type { MessageAccessors } from '../messages/accessors.js';
import type { FitCut, FitSettings } from './options.js';

/** The limits of a fit, all in prompt tokens. */
export interface Limits {
  budget: number;
  trimAt: number;
  trimTo: number;
}

function refuse(message: string, path: string): never {
  throw new RolecallError('invalid-argument', message, { path });
}

const isCount = (value: number): boolean => value >= 0 && !Number.isNaN(value);

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

/** Checks what the compiler checks for those who have one. */
export function checkChoices<Message>(options: FitSettings<Message>): void {
  const { strategy, startOn, pin, oversized, stages } = options;
  known(strategy, STRATEGIES, 'strategy');
  if (typeof strategy === 'object' && !('keepLast' in strategy || 'order' in strategy))
    refuse('A strategy is a name, or has keepLast or order.', 'strategy');
  known(startOn, ['user', 'any'], 'startOn');
  known(pin, ['none'], 'pin');
  known(typeof oversized === 'object' ? oversized.cut : oversized, PLACES, 'oversized');
  if (stages === undefined || stages.length === 0) return;
  for (const [index, stage] of stages.entries())
    known(typeof stage === 'string' ? stage : stage.kind, [...STAGES, 'apply'], `stages[${index}]`);
}

/** The limits of the options, checked. */
export function checkLimits<Message>(options: FitSettings<Message>): Limits {
  const { limit, reserve = 0, strategy, previous } = options;
  if (!isCount(limit)) refuse('The limit is a number of tokens.', 'limit');
  if (!isCount(reserve)) refuse('The reserve is a number of tokens.', 'reserve');
  const budget = limit - reserve;
  if (!isCount(budget)) refuse('The reserve is more than the limit.', 'reserve');
  const { trimAt = budget, trimTo = Math.min(trimAt, budget) } = options;
  if (!isCount(trimAt)) refuse('trimAt is a number of tokens.', 'trimAt');
  if (!isCount(trimTo) || trimTo > trimAt) refuse('trimTo is a number of tokens up to trimAt.', 'trimTo');
  const lasting =
    strategy === undefined ||
    strategy === 'oldest' ||
    (typeof strategy === 'object' && 'keepLast' in strategy);
  if (previous !== undefined && previous !== null && !lasting)
    refuse('Only strategies that drop the oldest first go on from a previous cut.', 'previous');
  if (typeof strategy === 'object' && 'keepLast' in strategy && !(strategy.keepLast >= 1))
    refuse('At least the last turn is kept.', 'strategy.keepLast');
  return { budget, trimAt: Math.min(trimAt, budget), trimTo: Math.min(trimTo, budget) };
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
