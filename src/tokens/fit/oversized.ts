import type { MessageAccessors } from '../messages/accessors.js';
import type { UnitCosts } from './costs.js';
import { cutText } from './cut-text.js';
import type { Oversized } from './options.js';
import type { Unit } from './units.js';

const MARKER = '\n[…]\n';

/** A unit with shorter messages in it. */
export interface CutUnit<Message> {
  unit: Unit;
  messages: { index: number; message: Message }[];
  tokens: number;
}

/**
 * Cuts the longest text of the units, and then the next, until they have at most `room` tokens together.
 * Undefined if that can't be done.
 */
export function cutOversized<Message>(
  units: readonly Unit[],
  options: {
    messages: readonly Message[];
    accessors: MessageAccessors<Message>;
    costs: UnitCosts<Message>;
    room: number;
    oversized: Exclude<Oversized, 'error'>;
  },
): { units: CutUnit<Message>[]; cut: number[] } | undefined {
  const { messages, accessors, costs, room, oversized } = options;
  const place = typeof oversized === 'string' ? oversized : oversized.cut;
  const marker = (typeof oversized === 'string' ? undefined : oversized.marker) ?? MARKER;
  const state: CutUnit<Message>[] = units.map((unit) => ({
    unit,
    messages: costs.messages(unit, []),
    tokens: costs.tokens(unit, [], room),
  }));
  const texts = state
    .flatMap((entry) =>
      entry.messages.map((held) => ({ entry, held, text: accessors.text(held.message) ?? '' })),
    )
    .filter(({ held, text }) => text !== '' && accessors.role(held.message) !== 'system')
    .sort((a, b) => b.text.length - a.text.length);
  const cut: number[] = [];
  for (const { entry, held, text } of texts) {
    const others = state.reduce((total, one) => total + (one === entry ? 0 : one.tokens), 0);
    const original = messages[held.index] as Message;
    const tokensWith = (shorter: string): number => {
      held.message = accessors.withText(original, shorter);
      return costs.countAs(entry.unit, entry.messages);
    };
    const left = others < Infinity ? room - others : -1;
    const shorter = cutText(text, { place, marker, fits: (candidate) => tokensWith(candidate) <= left });
    entry.tokens = tokensWith(shorter ?? marker);
    cut.push(held.index);
    if (shorter !== undefined) return { units: state, cut };
  }
  return undefined;
}
