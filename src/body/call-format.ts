import type { WarningCode } from '../errors.js';
import type { Content, Pieces } from '../text/pieces.js';
import type { Call } from './call.js';
import type { CallContent } from './generic.js';
import type { Section } from './section.js';

/** What writing calls needs of the message that makes them. */
export interface CallsOut {
  /** The words in front of the calls. */
  words: string;
  content: CallContent;
  path: string;
  /** Reports a change that comes back on reading. */
  info(code: WarningCode, message: string): void;
  /** Reports one that does not. */
  lossy(code: WarningCode, message: string): void;
}

/** What of a tool's result stands in its turn, where that is more than its words. */
export interface ResultForm {
  /** `id` and `name` tell the call that is answered; the name is '' where it is not known. */
  write(result: { id: Content; name: Content; words: Content }): Pieces;
  /** The words and the id ('' where it is not told); `restore` undoes escapes. */
  read(raw: string, restore: (text: string) => string): { id: string; content: string };
  /** The id of the call stands in the turn. */
  keepsId?: true;
}

/** How a model writes calls of functions. */
export interface CallFormat {
  name: string;
  /** Another format reads what this one writes: this one is not tried where the format of a reply is not known. */
  variant?: true;
  /** The stretches of a reply that hold calls. */
  sections: readonly Section[];
  /** Marks that tell the format: a chat template that has one of them writes calls so. */
  signs: readonly string[];
  /**
   * Calls as they stand behind an assistant's words in a turn of marks, so that they can be told from words. Without it, the
   * models' template alone writes them, and a prompt is not read for them.
   */
  write?(calls: readonly Call[], out: CallsOut): Pieces;
  /**
   * The list of tools as words, which end the system message. A format that has it is written by the library in every
   * dialect: calls stand in the assistant's words, results in the user's, and no model's template sees any of them.
   */
  tools?(tools: readonly unknown[]): Pieces;
  /** The result of a call as words of the user, for a format that has `tools`. */
  result?(result: Content): Pieces;
  /** The models' template writes the ids of calls. */
  keepsIds?: true;
  /** Arguments have no type on the wire: the tools' schemas tell them, or their look. */
  untyped?: true;
  /** How results stand in their turns, where that is not as text. */
  results?: ResultForm;
  /** What closes a turn that ends in calls, where that is not the assistant's own mark. */
  closing?: { behind: string; mark: string };
  /** Calls are messages in channels, as reasoning and answers are. */
  channels?: true;
}
