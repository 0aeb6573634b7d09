import { checkArgument } from '../../text/arguments.js';
import type { WithAccessors } from '../chat/chat.js';
import type { ChatMessage } from '../messages/openai-messages.js';
import { fitMessages } from './fit.js';
import type { FitCut, FitOptions, FitResult } from './options.js';

/** What is kept of a history between two runs of a program. Plain JSON, if the messages are. */
export interface HistoryState<Message> {
  messages: Message[];
  cut: FitCut | null;
}

export interface HistoryOptions<Message> extends Omit<FitOptions<Message>, 'previous'> {
  /** The share of the room that is left when something goes (default 0.75); `trimTo` says it in tokens. */
  keepShare?: number | undefined;
  /** What `state()` gave. */
  state?: HistoryState<Message> | undefined;
}

/** A conversation that grows, and is fitted with its cut remembered. */
export interface History<Message> {
  /** All messages, also those that no longer fit. */
  readonly messages: readonly Message[];
  add(...messages: Message[]): void;
  /** The messages to send now. The beginning changes only when the room is used up, so a prompt cache holds. */
  fit(changes?: Partial<FitOptions<Message>>): FitResult<Message>;
  state(): HistoryState<Message>;
}

const KEEP_SHARE = 0.75;

/**
 * Holds a conversation and the place of its last cut over the pure `fitMessages`. When there is no more room it drops
 * more than it must (`keepShare`), so that the next turns begin with the same messages as the last ones.
 * @example
 * const history = createHistory({ tokenizer: await loadTokenizer('gpt-4o') });
 * history.add({ role: 'user', content: 'Hello' });
 * const { messages } = history.fit();
 */
export function createHistory<Message extends ChatMessage = ChatMessage>(
  options: HistoryOptions<Message>,
): History<Message>;
export function createHistory<Message extends object>(
  options: WithAccessors<HistoryOptions<Message>, Message>,
): History<Message>;
export function createHistory<Message extends object>(given: HistoryOptions<Message>): History<Message> {
  checkArgument(given, 'options', 'object');
  const { keepShare = KEEP_SHARE, state, ...options } = given;
  const messages: Message[] = [...(state?.messages ?? [])];
  let cut = state?.cut ?? null;
  const fitNow = (changes: Partial<FitOptions<Message>>): FitResult<Message> =>
    fitMessages(messages, { ...options, ...changes } as WithAccessors<FitOptions<Message>, Message>);
  return {
    messages,
    add: (...more) => {
      messages.push(...more);
    },
    fit: (changes = {}) => {
      const whole = fitNow({ ...changes, previous: cut });
      const trimTo = changes.trimTo ?? options.trimTo;
      const moved = whole.cut !== null && whole.cut.index !== cut?.index;
      // Only a cut that moves goes back to trimTo; the room is known from the first try.
      const most = whole.tokens + whole.room;
      const result =
        moved && trimTo === undefined
          ? fitNow({ trimTo: Math.floor(keepShare * most), ...changes, previous: cut })
          : whole;
      cut = result.cut;
      return result;
    },
    state: () => ({ messages: [...messages], cut }),
  };
}
