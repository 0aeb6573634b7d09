import { LEGACY_CALL, type MessageAccessors } from '../messages/accessors.js';
import type { Part } from '../messages/view.js';

/**
 * What can't be parted: a message, or one with tool calls and all that answers them.
 * `broken`: calls that nothing answers though the history goes on, or an answer to no call; no API takes either.
 */
export interface Unit {
  start: number;
  /** Exclusive. */
  end: number;
  kind: Part | 'broken';
  /** True when other messages stand between the calls and their answers. */
  late?: boolean;
}

export interface UnitOptions {
  /** Answers that don't follow their calls answer nothing. */
  strict?: boolean;
}

/** The first place of a unit at which a message of this role stands. */
export function placeInside<Message>(
  unit: Unit,
  role: Part,
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
): number | undefined {
  if (unit.late !== true) return unit.kind === role ? unit.start : undefined;
  for (let index = unit.start; index < unit.end; index += 1)
    if (accessors.role(messages[index] as Message) === role) return index;
  return undefined;
}

/**
 * The places of a unit's messages in the order in which an API takes them: the results right behind their calls, and
 * what stood between them after that.
 */
export function sendingOrder<Message>(
  { start, end, late }: Unit,
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
): number[] {
  const places: number[] = [];
  for (let place = start; place < end; place += 1) places.push(place);
  if (late !== true) return places;
  const answers = places.filter((place) => accessors.role(messages[place] as Message) === 'tool');
  const waiting = new Set(answers);
  const order: number[] = [];
  const made = new Set<string>();
  for (const place of places) {
    const message = messages[place] as Message;
    if (accessors.role(message) === 'tool') continue;
    order.push(place);
    for (const id of accessors.calls(message)) made.add(id);
    const next = messages[place + 1];
    const goesOn =
      place + 1 < end &&
      accessors.pieceOfAnswer?.(message) === true &&
      accessors.pieceOfAnswer(next as Message);
    if (goesOn || made.size === 0) continue;
    for (const answer of answers) {
      if (!waiting.has(answer)) continue;
      if (!accessors.results(messages[answer] as Message).every((id) => made.has(id))) continue;
      order.push(answer);
      waiting.delete(answer);
    }
  }
  return [...order, ...waiting];
}

/** Reads a history from its newest message back, one unit at a time, and looks at no more than it has to. */
export class UnitReader<Message> {
  readonly #messages: readonly Message[];
  readonly #accessors: MessageAccessors<Message>;
  readonly #strict: boolean;
  /** Where each call was made; built only for results that don't follow their call. */
  #callers: Map<string, number[]> | undefined;

  constructor(
    messages: readonly Message[],
    accessors: MessageAccessors<Message>,
    { strict = false }: UnitOptions = {},
  ) {
    this.#messages = messages;
    this.#accessors = accessors;
    this.#strict = strict;
  }

  /** Where the answer begins of which the message at `at` is a piece; `at` itself where answers are not in pieces. */
  #answerStart(at: number): number {
    const { pieceOfAnswer } = this.#accessors;
    let start = at;
    if (pieceOfAnswer?.(this.#messages[at] as Message) === true)
      while (start > 0 && pieceOfAnswer(this.#messages[start - 1] as Message)) start -= 1;
    return start;
  }

  /** The calls of the messages from `start` up to `end`. */
  #callsIn(start: number, end: number): readonly string[] {
    const { calls } = this.#accessors;
    if (end === start + 1) return calls(this.#messages[start] as Message);
    return this.#messages.slice(start, end).flatMap((message) => calls(message));
  }

  /** The unit that ends at `end`, which must be a boundary between units. */
  before(end: number): Unit {
    const last = this.#messages[end - 1] as Message;
    const kind = this.#accessors.role(last);
    if (kind === 'assistant') {
      const start = this.#answerStart(end - 1);
      const made = this.#callsIn(start, end);
      const pending =
        made.length === 0 || end === this.#messages.length || made.every((id) => id === LEGACY_CALL);
      return { start, end, kind: pending ? kind : 'broken' };
    }
    return kind === 'tool' ? this.#answered(end) : { start: end - 1, end, kind };
  }

  /** The unit that ends with an answer to calls. */
  #answered(end: number): Unit {
    const { results } = this.#accessors;
    const ids = results(this.#messages[end - 1] as Message);
    const alone = (kind: Unit['kind']): Unit => ({ start: end - 1, end, kind });
    const near = this.#callerBefore(ids, end - 1);
    if (near !== undefined) {
      const state = this.#stateOf(near, end);
      const whole = state === 'whole' || (state === 'open' && end === this.#messages.length);
      return { start: near, end, kind: whole ? 'tool' : 'broken' };
    }
    // The API never asked for the call before a message of role `function`, and its calls have no ids to look for.
    if (ids.every((id) => id === LEGACY_CALL)) return alone('tool');
    const far = this.#strict ? undefined : this.#findCaller(ids, end - 1);
    if (far === undefined) return alone('broken');
    const start = this.#answerStart(far);
    const state = this.#stateOf(start, end);
    const whole = state === 'whole' || (state === 'open' && end === this.#messages.length);
    return whole ? { start, end, kind: 'tool', late: true } : alone('broken');
  }

  /** Whether every call was answered, some are open, or there is an answer to no call. */
  #stateOf(start: number, end: number): 'whole' | 'open' | 'orphan' {
    const { calls, results } = this.#accessors;
    if (end - start === 2 && calls(this.#messages[start] as Message).length === 1) return 'whole';
    const made = new Map<string, { made: number; answered: number }>();
    for (let index = start; index < end; index += 1) {
      const message = this.#messages[index] as Message;
      for (const id of results(message)) {
        const call = made.get(id);
        if (id === LEGACY_CALL) continue;
        if (call === undefined || call.answered >= call.made) return 'orphan';
        call.answered += 1;
      }
      for (const id of calls(message)) {
        const call = made.get(id);
        if (call === undefined) made.set(id, { made: 1, answered: 0 });
        else call.made += 1;
      }
    }
    for (const [id, { answered }] of made) if (answered === 0 && id !== LEGACY_CALL) return 'open';
    return 'whole';
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

  /** Where the answer with the calls begins, if there are only other results in between. */
  #callerBefore(ids: readonly string[], at: number): number | undefined {
    const { role } = this.#accessors;
    let index = at - 1;
    while (index >= 0 && role(this.#messages[index] as Message) === 'tool') index -= 1;
    if (index < 0) return undefined;
    const start = this.#answerStart(index);
    const made = this.#callsIn(start, index + 1);
    return made.length > 0 && ids.every((id) => made.includes(id)) ? start : undefined;
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
