import type { Dialect } from '../dialect/labels/complete.js';
import type { Warning } from '../errors.js';
import type { DialectName } from '../formats/turns.js';
import type { Message, Role } from '../schemas/messages.js';

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

/** A prompt and what it says: plain data, safe to send through JSON. */
export interface ParsedPrompt {
  text: string;
  /** One message a turn, in order; `messages[i]` was read from `turns[i]`. */
  messages: Message[];
  turns: Turn[];
  /** How the prompt marks its turns: a built-in dialect's name, a dialect made for this prompt, or null for none. */
  dialect: DialectName | Dialect | null;
  /**
   * How the prompt ends. `open`: with a label and nothing after it (`Assistant:`, see `open`).
   * `prefill`: in an assistant turn that has text and no closing mark. `closed`: anything else.
   */
  ending: 'closed' | 'open' | 'prefill';
  /** The label that stands open at the end, else null. */
  open: OpenTurn | null;
  /** True when the next words are the assistant's: after an open assistant label, a prefill, or another's turn. */
  awaitsAssistant: boolean;
  whitespace: 'exact' | 'tidy';
  warnings: Warning[];
}

/** Labels that count as a speaker's, beside or instead of a dialect's own. */
export interface SpeakerLabels {
  system?: string | readonly string[];
  user?: string | readonly string[];
  assistant?: string | readonly string[];
}

export interface ParseOptions {
  /** A built-in dialect's name, a dialect, or `auto` (the default): found by evidence. */
  dialect?: Dialect | DialectName | 'auto' | undefined;
  /**
   * `exact` (the default): a dialect strips what it owns (one space after the colon, its own line ends).
   * `tidy`: blank lines and stray spaces around a turn go too.
   */
  whitespace?: 'exact' | 'tidy' | undefined;
  /** The stop sequences that the prompt was sent with: they name speakers (`" Human:"`). Read by `auto` only. */
  stop?: readonly string[] | string | undefined;
  /** Speakers of this prompt that no dialect knows (`{assistant: 'Marv'}`). */
  labels?: SpeakerLabels | undefined;
}

/** What happens to text in content that the dialect would read as structure. */
export type Collisions = 'escape' | 'neutralize' | 'error' | 'allow';

export interface RenderOptions {
  /** A built-in dialect's name or a dialect; `user-assistant` unless given. */
  dialect?: Dialect | DialectName | undefined;
  /** Functions the model may call, written into the prompt as the dialect does it; or a `toolStyle`, in short. */
  tools?: readonly unknown[] | 'native' | 'generic' | 'error' | undefined;
  /** End with the open label of the assistant (default true), unless the last message is a prefill. */
  generationPrompt?: boolean | undefined;
  /** A last assistant message stays open as a prefill (default true). */
  continueFinal?: boolean | undefined;
  /** Default `escape`: reversible. */
  collisions?: Collisions | undefined;
  /**
   * `template` (the default): byte for byte what the model's own template gives, each change a warning.
   * `exact`: nothing is changed that the dialect can represent.
   */
  fidelity?: 'template' | 'exact' | undefined;
  /** The form of tools: the dialect's own (the default where it has one), the generic one, or none: refuse. */
  toolStyle?: 'native' | 'generic' | 'error' | undefined;
  /**
   * A system message where the model knows none: in front of the user's next words (the default), as words of the
   * user, or refused.
   */
  systemFallback?: 'fold' | 'user' | 'error' | undefined;
  /**
   * Two turns of the same speaker in a row: kept, joined, or refused. Default: `merge` under `fidelity: 'template'`
   * where the models' template refuses them, else `keep`.
   */
  alternation?: 'keep' | 'merge' | 'error' | undefined;
  /** Parts that text can't carry (images, audio, files): refused (the default), or a placeholder and a warning. */
  parts?: 'error' | 'placeholder' | undefined;
  /**
   * Begin with the dialect's BOS token (default true, as the models' templates do). Say false for a server that puts it
   * in front of every prompt itself: llama.cpp's `/completion`, vLLM's and TGI's completions with their defaults. It is
   * never written twice.
   */
  bos?: boolean | undefined;
  /** What a model's template takes beside the messages: dates, thinking switches. */
  templateOptions?: Readonly<Record<string, unknown>> | undefined;
}

export interface RenderedPrompt {
  prompt: string;
  /** Stop sequences that end the assistant's turn in this dialect. */
  stop: string[];
  warnings: Warning[];
}
