import type { CountContext } from '../chat/message-count.js';
import { countParts, type RequestParts } from '../chat/request-parts.js';
import type { MessageAccessors } from '../messages/accessors.js';
import { understood } from '../messages/understood.js';
import { type CountMemo, recall, remember } from './snapshot.js';
import { placeInside, type Unit } from './units.js';

/**
 * The tokens of a request beside its messages, for a choice of messages: tools stand behind the first system message
 * of the choice, so what they cost depends on it.
 */
export function fixedTokens<Message>(options: {
  messages: readonly Message[];
  accessors: MessageAccessors<Message>;
  pinned: readonly Unit[];
  parts: RequestParts;
  context: CountContext;
  memo: CountMemo;
}): (units: Iterable<Unit>, changed?: ReadonlyMap<number, Message>) => number {
  const { messages, accessors, pinned, context, memo } = options;
  const { tools, functions, tool_choice, function_call, response_format } = options.parts;
  const { priming } = context.rules;
  const owner = tools ?? functions ?? response_format;
  const parts = { tools, functions, tool_choice, function_call, response_format };
  const count = (system: string | undefined): number => {
    const counted = countParts(parts, system, context);
    return counted.tools + counted.responseFormat + priming;
  };
  if (owner === undefined || owner === null) {
    const always = count(undefined);
    return () => always;
  }
  // Remembered under the caller's own tools, as the counts of messages are.
  const key = Array.isArray(owner) ? owner : [owner];
  return (units, changed) => {
    let first: number | undefined;
    const see = (unit: Unit) => {
      const place = placeInside(unit, 'system', messages, accessors);
      if (place !== undefined && (first === undefined || place < first)) first = place;
    };
    for (const unit of pinned) see(unit);
    for (const unit of units) see(unit);
    const system =
      first === undefined
        ? undefined
        : understood(accessors, changed?.get(first) ?? (messages[first] as Message), first)[0]?.text;
    const subject = [key, parts, system];
    const known = recall(memo, subject, 0, 3);
    if (known !== undefined) return known.tokens;
    const tokens = count(system);
    remember(memo, subject, 0, 3, tokens);
    return tokens;
  };
}
