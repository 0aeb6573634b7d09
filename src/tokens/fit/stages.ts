import type { MessageAccessors, Wanted } from '../messages/accessors.js';
import type { FitStage } from './options.js';
import type { HistoryParts } from './parts.js';

const TOOL_PLACEHOLDER = '[old tool result removed]';
const IMAGE_PLACEHOLDER = '[old image removed]';

/** A stage with its defaults, as the fit works with it. */
export interface Stage<Message> {
  /** The message as the stage leaves it, or itself. `names` gives the tool of a call. */
  apply(message: Message, names: (callId: string) => string | undefined): Message;
  /** Messages from this place on stay as they are. */
  end(parts: HistoryParts): number;
}

type EmptyResults = Extract<Exclude<FitStage<never>, string>, { kind: 'emptyToolResults' }>;

/** The newest results, by the ids of their calls, and from where on messages hold no other. */
function newestResults<Message>(
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
  keep: number,
  counts: (name: string | undefined) => boolean,
): { ids: ReadonlySet<string>; from: number } {
  const ids = new Set<string>();
  if (keep === 0) return { ids, from: messages.length };
  const seen: { id: string; index: number }[] = [];
  const waiting = new Set<string>();
  for (let index = messages.length - 1; index >= 0 && ids.size < keep; index -= 1) {
    const views = accessors.read(messages[index] as Message) ?? [];
    for (const { answers } of views) {
      if (answers === undefined) continue;
      seen.push({ id: answers, index });
      waiting.add(answers);
    }
    // A result has no name of its own: its call stands before it.
    for (const { id, name } of views.flatMap(({ calls = [] }) => calls).reverse())
      if (waiting.delete(id) && counts(name) && ids.size < keep) ids.add(id);
  }
  let from = messages.length;
  for (const { id, index } of seen) if (ids.has(id)) from = Math.min(from, index);
  const others = seen.some(({ id, index }) => index === from && !ids.has(id));
  return { ids, from: others ? from + 1 : from };
}

function emptyResults<Message>(
  options: EmptyResults,
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
): Stage<Message> {
  const { placeholder = TOOL_PLACEHOLDER, keepResults, excludeTools = [], clearInputs = false } = options;
  const keepTurns = options.keepTurns ?? (keepResults === undefined ? 1 : 0);
  const excluded = new Set(excludeTools);
  const counts = (name: string | undefined): boolean => name === undefined || !excluded.has(name);
  let newest: ReturnType<typeof newestResults> | undefined;
  const kept = () => {
    newest ??= newestResults(messages, accessors, keepResults ?? 0, counts);
    return newest;
  };
  return {
    apply: (message, names) => {
      const wanted: Wanted = (id) => !kept().ids.has(id) && counts(names(id));
      const emptied = accessors.emptyResults(message, placeholder, wanted);
      return clearInputs ? accessors.emptyInputs(emptied, wanted) : emptied;
    },
    end: ({ turnStart }) => Math.min(turnStart(keepTurns), kept().from),
  };
}

/** The stages of the options, ready to be applied. */
export function preparedStages<Message>(
  stages: readonly FitStage<Message>[],
  messages: readonly Message[],
  accessors: MessageAccessors<Message>,
): Stage<Message>[] {
  return stages.map((stage): Stage<Message> => {
    const options: Exclude<FitStage<Message>, string> = typeof stage === 'string' ? { kind: stage } : stage;
    if (options.kind === 'emptyToolResults') return emptyResults(options, messages, accessors);
    const end = ({ turnStart }: HistoryParts) => turnStart(options.keepTurns ?? 1);
    if (options.kind === 'apply') return { apply: (message) => options.apply(message), end };
    const { placeholder = IMAGE_PLACEHOLDER } = options;
    return { apply: (message) => accessors.dropImages(message, placeholder), end };
  });
}
