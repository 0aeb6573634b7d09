import type { CallFormat } from './call-format.js';
import { channels } from './channels.js';
import { type BodyReader, type BodyReaderOptions, createBodyReader } from './read-body.js';
import { inReplies, type ReasoningMarks, type Think, think } from './think.js';

/** What a dialect says of an assistant's turn: how reasoning and calls are written in it. */
export interface TurnGrammar {
  reasoning: ReasoningMarks | null;
  calls: CallFormat | null;
}

export interface TurnReaderOptions {
  /** The turn begins inside of reasoning: the prompt has written the opening mark. */
  inside?: boolean | undefined;
  /** Set reasoning apart; else it stays in the words, with its marks. */
  reasoning?: boolean | undefined;
  /** Read calls that are messages in channels; other calls are read from the words, by `callsReader`. */
  calls?: boolean | undefined;
  exact?: boolean | undefined;
  limit?: number | undefined;
}

/** Are reasoning, answers and calls messages in channels, as in harmony? */
export const speaksInChannels = ({ reasoning, calls }: TurnGrammar): boolean =>
  calls?.channels === true || reasoning?.open.includes('<|channel|>') === true;

/** The marks that a turn's words may not hold as they stand: they would be read as reasoning or calls. */
export function turnMarks(grammar: TurnGrammar): string[] {
  if (speaksInChannels(grammar)) return [];
  const { reasoning, calls } = grammar;
  const sections =
    calls?.write === undefined ? [] : calls.sections.filter(({ bare, leads }) => !bare && !leads);
  const marks = [
    reasoning?.open,
    reasoning?.close,
    reasoning?.answer,
    ...sections.flatMap((section) => section.marks),
  ];
  return marks.map((mark = '') => mark.trim()).filter((mark) => mark !== '');
}

/** The marks of reasoning in front of a turn; null where there are none. */
function thinkOf({ reasoning }: TurnGrammar, exact: boolean): Think | null {
  if (reasoning === null || reasoning.open.trim() === '' || reasoning.close.trim() === '') return null;
  return think(exact ? reasoning : inReplies(reasoning));
}

/** Reads what stands around a turn's words: reasoning in front of them, or the channels that all of it is in. */
export function turnReader(grammar: TurnGrammar, options: TurnReaderOptions = {}): BodyReader {
  const { inside = false, reasoning = true, calls = true, exact, limit } = options;
  // Words pass as they are: nothing waits for a call that a later reader may find.
  const rest = { exact: exact ?? false, limit, passing: true };
  if (speaksInChannels(grammar)) {
    const own = calls && grammar.calls?.channels === true;
    return createBodyReader({ groups: [channels({ calls: own, words: true, reasoning })], ...rest });
  }
  const found = reasoning ? thinkOf(grammar, rest.exact) : null;
  if (found === null) return createBodyReader({ groups: [[]], ...rest });
  return createBodyReader({ groups: [[found.section]], begin: inside ? found.begin : undefined, ...rest });
}

/** Reads calls in the words of a turn; null where they are messages in channels, or there are none. */
export function callsReader(
  { calls }: Pick<TurnGrammar, 'calls'>,
  options: Pick<BodyReaderOptions, 'exact' | 'limit' | 'types' | 'restore'> = {},
): BodyReader | null {
  if (calls === null || calls.channels) return null;
  return createBodyReader({ groups: [calls.sections], ...options });
}
