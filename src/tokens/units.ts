import { LEGACY_CALL, type MessageAccessors, type Part } from './accessors.js';

/**
 * What can't be parted: a message, or one with tool calls and all that answers them.
 * `broken`: calls that nothing answers though the history goes on, or an answer to no call; no API takes either.
 */
export interface Unit {
  start: number;
  /** Exclusive. */
  end: number;
  kind: Part | 'broken';
}

/** Reads a history from its newest message back, one unit at a time, and looks at no more than it has to. */
export class UnitReader<Message> {
  readonly #messages: readonly Message[];
  readonly #accessors: MessageAccessors<Message>;
  /** Where each call was made; built only for results that don't follow their call. */
  #callers: Map<string, number[]> | undefined;

  constructor(messages: readonly Message[], accessors: MessageAccessors<Message>) {
    this.#messages = messages;
    this.#accessors = accessors;
  }

  /** The unit that ends at `end`, which must be a boundary between units. */
  before(end: number): Unit {
    const { role, calls, results } = this.#accessors;
    const last = this.#messages[end - 1] as Message;
    const kind = role(last);
    if (kind === 'assistant') {
      const made = calls(last);
      const pending =
        made.length === 0 || end === this.#messages.length || made.every((id) => id === LEGACY_CALL);
      return { start: end - 1, end, kind: pending ? kind : 'broken' };
    }
    if (kind !== 'tool') return { start: end - 1, end, kind };
    const ids = results(last);
    const start = this.#callerOf(ids, end - 1);
    // The API never asked for the call before a message of role `function`.
    if (start === undefined)
      return { start: end - 1, end, kind: ids.every((id) => id === LEGACY_CALL) ? 'tool' : 'broken' };
    const open = new Set<string>();
    for (let index = start; index < end; index += 1) {
      const message = this.#messages[index] as Message;
      for (const id of results(message)) open.delete(id);
      for (const id of calls(message)) open.add(id);
    }
    // At the very end the remaining results may be yet to come.
    open.delete(LEGACY_CALL);
    const whole = open.size === 0 || end === this.#messages.length;
    return { start, end, kind: whole ? 'tool' : 'broken' };
  }

  /** All units, oldest first. */
  all(): Unit[] {
    const units: Unit[] = [];
    for (let end = this.#messages.length; end > 0; ) {
      const unit = this.before(end);
      units.push(unit);
      end = unit.start;
    }
    return units.reverse();
  }

  #callerOf(ids: readonly string[], at: number): number | undefined {
    const { role, calls } = this.#accessors;
    let index = at - 1;
    while (index >= 0 && role(this.#messages[index] as Message) === 'tool') index -= 1;
    const caller = this.#messages[index];
    if (caller !== undefined) {
      const made = calls(caller);
      if (made.length > 0 && ids.every((id) => made.includes(id))) return index;
    }
    return this.#findCaller(ids, at);
  }

  #findCaller(ids: readonly string[], at: number): number | undefined {
    this.#callers ??= this.#indexCallers();
    let start: number | undefined;
    for (const id of ids) {
      const found = this.#callers.get(id)?.findLast((index) => index < at);
      if (found === undefined) return undefined;
      start = Math.min(start ?? found, found);
    }
    return start;
  }

  #indexCallers(): Map<string, number[]> {
    const callers = new Map<string, number[]>();
    this.#messages.forEach((message, index) => {
      for (const id of this.#accessors.calls(message)) {
        const known = callers.get(id);
        if (known === undefined) callers.set(id, [index]);
        else known.push(index);
      }
    });
    return callers;
  }
}
