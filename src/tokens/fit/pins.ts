import type { MessageAccessors } from '../messages/accessors.js';
import type { FitSettings } from './options.js';
import { type Unit, UnitReader } from './units.js';

export interface Pinned {
  indexes: ReadonlySet<number>;
  units: readonly Unit[];
}

/** The messages that stay whatever the room. A pinned call or result takes its whole group with it. */
export function findPinned<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  pin: FitSettings<Message>['pin'],
): Pinned {
  if (pin === 'none') return { indexes: new Set(), units: [] };
  const { role } = accessors;
  const indexes: number[] = [];
  let grouped = false;
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index] as Message;
    const part = role(message);
    if (part === 'system') indexes.push(index);
    else if (pin?.(message, index)) {
      indexes.push(index);
      grouped ||= part === 'tool' || accessors.calls(message).length > 0;
    }
  }
  if (!grouped)
    return { indexes: new Set(indexes), units: indexes.map((index) => single(index, messages, role)) };
  const wanted = new Set(indexes);
  const units: Unit[] = [];
  const all = new Set<number>();
  for (const unit of new UnitReader(messages, accessors).all()) {
    const inside: number[] = [];
    for (let index = unit.start; index < unit.end; index += 1) inside.push(index);
    const asked = inside.filter((index) => wanted.has(index));
    if (asked.length === 0) continue;
    // A system message that lies within a group doesn't pin the group.
    const group = asked.some((index) => role(messages[index] as Message) !== 'system');
    if (group && unit.kind !== 'broken') {
      units.push(unit);
      for (const index of inside) all.add(index);
      continue;
    }
    for (const index of asked) {
      const message = messages[index] as Message;
      // Calls without results and results without calls make no valid history, whoever pins them.
      if (unit.kind === 'broken' && (role(message) === 'tool' || accessors.calls(message).length > 0))
        continue;
      units.push(single(index, messages, role));
      all.add(index);
    }
  }
  return { indexes: all, units };
}

function single<Message>(
  index: number,
  messages: readonly Message[],
  role: MessageAccessors<Message>['role'],
): Unit {
  return { start: index, end: index + 1, kind: role(messages[index] as Message) };
}
