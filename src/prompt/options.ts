import type { DetectOptions } from '../detect/index.js';
import type { OpenTurn, Turn } from '../dialect/turn.js';
import type { Dialect } from '../dialect/types.js';
import type { WriteOptions } from '../dialect/write-options.js';
import type { Warning } from '../errors.js';
import type { DialectKey } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import type { Message } from '../schemas/messages.js';
import type { Span } from '../text/pieces.js';

/** A prompt and what it says: plain data, safe to send through JSON. */
export interface ParsedPrompt {
  text: string;
  /** One message a turn, in order; `messages[i]` was read from `turns[i]`. */
  messages: Message[];
  turns: Turn[];
  /**
   * How the prompt marks its turns: a built-in dialect's name, a dialect of labels (as one made for this prompt), the name
   * of one of your own, or null for none.
   */
  dialect: DialectKey | null;
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

/** `stop` is read by `auto` only. */
export interface ParseOptions extends DetectOptions {
  /** A built-in dialect's name, a dialect, or `auto` (the default): found by evidence. */
  dialect?: Dialect | DialectName | 'auto' | undefined;
  /**
   * `exact` (the default): a dialect strips what it owns (one space after the colon, its own line ends).
   * `tidy`: blank lines and stray spaces around a turn go too.
   */
  whitespace?: 'exact' | 'tidy' | undefined;
}

export interface RenderOptions extends WriteOptions {
  /** A built-in dialect's name or a dialect; `user-assistant` unless given. */
  dialect?: Dialect | DialectName | undefined;
}

export interface RenderedPrompt {
  prompt: string;
  /** Stop sequences that end the assistant's turn in this dialect. */
  stop: string[];
  /** Whose each stretch of the prompt is, in order; together they cover it. */
  spans: Span[];
  warnings: Warning[];
}
