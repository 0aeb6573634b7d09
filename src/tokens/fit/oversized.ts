import { type CutPlace, cutText } from '../cut/cut-text.js';
import type { StagedTo } from './costs.js';
import type { Run } from './result.js';
import type { Unit } from './units.js';

const MARKER = '\n[…]\n';

export interface CutOptions<Message> {
  /** Whose texts may be cut. */
  units: readonly Unit[];
  /** The tokens of everything else. */
  others: number;
  /** Tokens beside the messages, where some of these have changed. */
  fixed(changed: ReadonlyMap<number, Message>): number;
  /** What everything may have together. */
  room: number;
  oversized: CutPlace | { cut: CutPlace; marker?: string };
  staged?: StagedTo;
}

/**
 * Cuts the longest text of the units, and then the next, until everything has at most `room` tokens together.
 * Undefined if that can't be done.
 */
export function cutOversized<Message>(
  { messages, accessors, costs }: Run<Message>,
  options: CutOptions<Message>,
): { messages: ReadonlyMap<number, Message>; tokens: number } | undefined {
  const { units, others, fixed, room, oversized, staged = [] } = options;
  const place = typeof oversized === 'string' ? oversized : oversized.cut;
  const marker = (typeof oversized === 'string' ? undefined : oversized.marker) ?? MARKER;
  const state = units.map((unit) => ({
    unit,
    messages: costs.messages(unit, staged),
    tokens: costs.tokens(unit, staged, room),
  }));
  const texts = state
    .flatMap((entry) =>
      entry.messages.map((held) => ({ entry, held, text: accessors.text(held.message) ?? '' })),
    )
    .filter(({ text }) => text !== '')
    .sort((a, b) => b.text.length - a.text.length);
  const cut = new Map<number, Message>();
  let beside = fixed(cut);
  for (const { entry, held, text } of texts) {
    const rest = state.reduce((total, one) => total + (one === entry ? 0 : one.tokens), others);
    const original = held.message as Message & object;
    const system = accessors.role(messages[held.index] as Message) === 'system';
    const totalWith = (shorter: string): number => {
      held.message = accessors.withText(original, shorter);
      cut.set(held.index, held.message);
      entry.tokens = costs.countAs(entry.unit, entry.messages);
      // Tools stand behind the system text, so what they cost depends on it.
      if (system) beside = fixed(cut);
      return rest + entry.tokens + beside;
    };
    const shorter = cutText(text, { place, marker, fits: (candidate) => totalWith(candidate) <= room });
    if (shorter !== undefined) return { messages: cut, tokens: totalWith(shorter) };
    // Not even without this text is there room: go on without it, if that helps.
    if (totalWith(marker) < totalWith(text)) totalWith(marker);
    else cut.delete(held.index);
  }
  return undefined;
}
