import type { Role } from '../schemas/messages.js';

/** One turn of a parsed prompt. Offsets are UTF-16 code units into the prompt's `text`; ends are exclusive. */
export interface Turn {
  role: Role;
  /** The label or marker as it stands in the text (`User:`, `<|im_start|>user`); empty for a preamble. */
  label: string;
  /** The turn with its label or markers and the line ends after it. */
  start: number;
  end: number;
  /** The content alone, still escaped. */
  contentStart: number;
  contentEnd: number;
}

/** The label that stands open at the end of a prompt, and waits for the model's words. */
export interface OpenTurn {
  role: Role;
  label: string;
  start: number;
  end: number;
}
