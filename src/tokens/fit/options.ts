import type { Warning } from '../../errors.js';
import type { AsyncTextCounter } from '../bpe/counter.js';
import type { CounterLike } from '../bpe/types.js';
import type { Anchor } from '../chat/anchor.js';
import type { AsyncCountOptions } from '../chat/async-counter.js';
import type { DialectSettings } from '../chat/dialect-count.js';
import type { ImageSize } from '../chat/images.js';
import type { RequestParts } from '../chat/request-parts.js';
import type { CutPlace } from '../cut/cut-text.js';
import type { MessageAccessors } from '../messages/accessors.js';
import type { LimitOptions } from './limits.js';

/** A part of the history that goes as a whole: a turn from its user message on, or within the last turn a unit. */
export interface Droppable {
  /** The place of its first message in the history. */
  from: number;
  /** Exclusive. */
  to: number;
}

/**
 * What goes first. `oldest` (the default); `newest`; `middle`: from the middle out, so that the beginning and the
 * end stay; `keepLast`: all but the last turns, and then the oldest; `order`: by the caller, who gets the droppable
 * parts from old to new and answers their indexes in the order in which they go; parts that he leaves out go last.
 */
export type FitStrategy =
  | 'oldest'
  | 'newest'
  | 'middle'
  | { keepLast: number }
  | { order: (parts: readonly Droppable[]) => readonly number[] };

/**
 * What is done before turns go, oldest message first, but never in the newest turns (`keepTurns`, default 1), never
 * to system messages, and not where it would save no tokens.
 * `emptyToolResults` and `dropImages` put a placeholder in their place; `apply` gives a shorter message, or the same.
 * With `keepResults` it is the newest results that stay, whatever the turns, as in the loop of an agent; those of
 * `excludeTools` always stay; `clearInputs` empties the arguments of the calls too.
 */
export type FitStage<Message> =
  | 'emptyToolResults'
  | 'dropImages'
  | {
      kind: 'emptyToolResults';
      placeholder?: string;
      keepTurns?: number;
      keepResults?: number;
      excludeTools?: readonly string[];
      clearInputs?: boolean;
    }
  | { kind: 'dropImages'; placeholder?: string; keepTurns?: number }
  | { kind: 'apply'; apply: (message: Message) => Message; keepTurns?: number };

/**
 * What happens when what has to stay doesn't fit: refused, or the longest text of it is cut; with `system` that may be
 * the text of a system message too.
 */
export type Oversized = 'error' | CutPlace | { cut: CutPlace; marker?: string; system?: boolean };

/**
 * What of the oldest turn is kept for which there is no room as a whole: its question and its final `answer`, or the
 * turn with its longest text cut.
 */
export type Partial = 'answer' | CutPlace | { cut: CutPlace; marker?: string };

/** Where the last fit cut the history; the same as long as the cut stays. Plain JSON, to be given back as `previous` with the next, longer history. */
export interface FitCut {
  /** Messages before this place were dropped, but for the pinned ones and `head`. */
  index: number;
  /** The user message before `index` that opens the turn in whose midst the cut is. */
  head?: number;
  /** The pinned messages before `index`. */
  pinned: number[];
  /** For each stage: it was applied to the messages before this place. */
  staged: number[];
  /** What the message at `index` said, so that a changed history is noticed. */
  key: string;
}

export interface FitSettings<Message> extends RequestParts, LimitOptions, DialectSettings {
  /** The model whose rules and limits count; else that which the tokenizer was loaded for. */
  model?: string | undefined;
  /**
   * The most tokens that prompt and reserve may have together, or a share of the model's window; by default that window.
   * A prompt never gets more than the model takes as input.
   */
  limit?: LimitOptions['limit'];
  /**
   * Tokens to leave for the reply, or a share of the window. By default none, and where the limit is the model's the
   * most that it writes, at most a quarter of the window.
   */
  reserve?: LimitOptions['reserve'];
  strategy?: FitStrategy | undefined;
  /** Tried in this order before turns go. */
  stages?: readonly FitStage<Message>[] | undefined;
  /**
   * Messages that always stay, beside those of system and developer; a pinned call or result keeps its whole group.
   * `'none'`: not even those.
   */
  pin?: ((message: Message, index: number) => boolean) | 'none' | undefined;
  /**
   * What the kept history may begin with, behind pinned messages: a user message (the default), `'any'` message but
   * a tool's, or one that a predicate accepts.
   */
  startOn?: 'user' | 'any' | ((message: Message) => boolean) | undefined;
  /** What the history may end with: what comes after the last such message is dropped (default `'any'`). */
  endOn?: 'user' | 'assistant' | 'tool' | 'any' | ((message: Message) => boolean) | undefined;
  /**
   * Keeps strict turns of user and assistant, tool groups aside: of several in a row the last stays, or with `'merge'`
   * they become one, their texts a blank line apart.
   */
  alternate?: boolean | 'merge' | undefined;
  /** Nothing goes up to this many prompt tokens (default: all there is room for); see `trimTo`. */
  trimAt?: number | undefined;
  /**
   * When something goes, it goes until about this many prompt tokens are left (default `trimAt`), so that the cut stays
   * where it is for as many turns as it takes to grow to `trimAt` again, and a prompt cache holds. With `previous` the
   * cut moves only then, and to `trimTo` exactly. Without it the cut lies where it lies for long by itself, and between
   * `trimTo` and `trimAt` tokens are left.
   */
  trimTo?: number | undefined;
  /** The `cut` of the last fit of the same, then shorter, history. With strategies that drop the oldest first. */
  previous?: FitCut | null | undefined;
  /** The bill for the messages that were sent last; `messages` counts in the kept history. */
  anchor?: Anchor | null | undefined;
  oversized?: Oversized | undefined;
  /** By default nothing of it. */
  partial?: Partial | undefined;
  /** Count the dropped messages too. This costs the whole history. */
  countDropped?: boolean | undefined;
  imageSize?: ((url: string) => ImageSize | undefined) | undefined;
  /** How messages are read, for others than those of the chat completions API. */
  accessors?: MessageAccessors<Message> | undefined;
}

export interface FitOptions<Message> extends FitSettings<Message> {
  tokenizer: CounterLike;
}

export interface AsyncFitOptions<Message> extends FitSettings<Message>, AsyncCountOptions {
  tokenizer: CounterLike | AsyncTextCounter;
}

/**
 * `limit`: there was no room. `start`: the history may not begin with it. `orphan`: a call without its results or
 * a result without its call. `alternation`: the next message is of the same role. `strategy`: beyond `keepLast`.
 * `end`: the history may not end with it.
 */
export type DropReason = 'limit' | 'start' | 'orphan' | 'alternation' | 'strategy' | 'end';

export interface DroppedRange {
  from: number;
  /** Exclusive. */
  to: number;
  reason: DropReason;
}

/** A message that stands in the result in a shorter form. */
export interface ShortenedMessage {
  /** Its place in the history. */
  index: number;
  reason: 'stage' | 'oversized' | 'partial' | 'merged';
}

export interface FitResult<Message> {
  /** The kept messages, in their order. Unchanged ones are the very objects of the history. */
  messages: Message[];
  /** The place in the history of each of `messages`; of merged ones, that of the last. */
  kept: number[];
  dropped: DroppedRange[];
  shortened: ShortenedMessage[];
  /** For the next call's `previous`. Null where nothing was cut, or the strategy doesn't cut in one place. */
  cut: FitCut | null;
  /** Prompt tokens of the result, with tools and the opening of the reply; with a valid anchor, the billed ones. */
  tokens: number;
  /** What is left under `limit` after `tokens` and `reserve`. */
  room: number;
  /** With `countDropped`. */
  droppedTokens?: number;
  warnings: Warning[];
}
