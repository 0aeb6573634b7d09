import type { MessageAccessors } from '../messages/accessors.js';
import type { DroppedRange, FitOptions, FitResult } from './options.js';

/** The history up to the last message that it may end with; all of it where there is none. */
export function endedHistory<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  endOn: FitOptions<Message>['endOn'] = 'any',
): readonly Message[] {
  if (endOn === 'any') return messages;
  const ends = (message: Message): boolean =>
    typeof endOn === 'function' ? endOn(message) : accessors.role(message) === endOn;
  let end = messages.length;
  while (end > 0 && !ends(messages[end - 1] as Message)) end -= 1;
  return end === 0 || end === messages.length ? messages : messages.slice(0, end);
}

/** A history whose turns of one role are one, and where each message was. */
export interface MergedHistory<Message> {
  messages: Message[];
  /** The places of the messages that each was made of. */
  places: number[][];
}

/** The text of a message that says nothing else, and may be joined to another; with its role and its name. */
function joinable<Message>(
  message: Message,
  accessors: MessageAccessors<Message>,
): { text: string; who: string } | undefined {
  const role = accessors.role(message);
  if (role !== 'user' && role !== 'assistant') return undefined;
  const views = accessors.read(message);
  const view = views?.[0];
  if (view === undefined || views?.length !== 1) return undefined;
  if (view.calls ?? view.functionCall ?? view.media ?? view.beside ?? view.unknownPart) return undefined;
  return view.text === accessors.text(message)
    ? { text: view.text, who: `${view.role} ${view.name ?? ''}` }
    : undefined;
}

/** Joins messages of the same role in a row, their texts a blank line apart. */
export function mergedHistory<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
): MergedHistory<Message> {
  const merged: MergedHistory<Message> = { messages: [], places: [] };
  let open: { texts: string[]; who: string } | undefined;
  messages.forEach((message, index) => {
    const said = joinable(message, accessors);
    const places = merged.places.at(-1);
    if (open !== undefined && said?.who === open.who && places !== undefined) {
      open.texts.push(said.text);
      places.push(index);
      return;
    }
    finish();
    merged.messages.push(message);
    merged.places.push([index]);
    open = said === undefined ? undefined : { texts: [said.text], who: said.who };
  });
  finish();
  return merged;

  function finish(): void {
    const last = merged.messages.at(-1);
    if (open === undefined || last === undefined || open.texts.length < 2) return;
    merged.messages[merged.messages.length - 1] = accessors.withText(
      last as Message & object,
      open.texts.join('\n\n'),
    );
  }
}

/** The result of a fit in the terms of the history that was given. */
export function withMerged<Message>(
  result: FitResult<Message>,
  given: readonly Message[],
  ended: number,
  merged: MergedHistory<Message> | undefined,
): FitResult<Message> {
  const end: DroppedRange[] = ended < given.length ? [{ from: ended, to: given.length, reason: 'end' }] : [];
  if (merged === undefined)
    return end.length === 0 ? result : { ...result, dropped: [...result.dropped, ...end] };
  const first = (index: number): number => merged.places[index]?.[0] ?? ended;
  const last = (index: number): number => merged.places[index]?.at(-1) ?? index;
  const joined = result.kept.flatMap((index) =>
    (merged.places[index]?.length ?? 1) > 1 ? [{ index: last(index), reason: 'merged' as const }] : [],
  );
  const { cut } = result;
  return {
    ...result,
    kept: result.kept.map(last),
    dropped: [
      ...result.dropped.map(({ from, to, reason }) => ({ from: first(from), to: first(to), reason })),
      ...end,
    ],
    shortened: [...joined, ...result.shortened.map((one) => ({ ...one, index: last(one.index) }))],
    cut,
  };
}
