import type { MessageView, Part } from './view.js';

/** Which results or calls a stage is about, by the id of the call. */
export type Wanted = (callId: string) => boolean;

/**
 * How counting and fitting read a message, and write a shorter one. All are pure; a message is never changed.
 * `aiSdkMessages`, `anthropicMessages`, `langchainMessages`, `responsesItems` and `openaiMessages` (the default) are
 * ready made. `Message` is the least that they need to know of a message; the types of the packages fit it.
 */
export interface MessageAccessors<in Message> {
  role(message: Message): Part;
  /** The ids of the calls that the message makes and does not answer itself. */
  calls(message: Message): readonly string[];
  /** The ids of the calls that the message answers, made in other messages. */
  results(message: Message): readonly string[];
  /**
   * What the message says, as messages of the chat completions API would: the tokens are those of this reading.
   * undefined for what is no such message: it is refused with its place, and never counted as nothing.
   */
  read(message: Message): readonly MessageView[] | undefined;
  /** True for a piece of an answer that is split into several messages: it goes with those next to it. */
  pieceOfAnswer?(message: Message): boolean;
  /** The text that a cut may shorten; undefined if there is none. */
  text(message: Message): string | undefined;
  withText<M extends Message>(message: M, text: string): M;
  /** The message with its wanted results emptied down to a placeholder, or itself. */
  emptyResults<M extends Message>(message: M, placeholder: string, wanted?: Wanted): M;
  /** The message with the arguments of its wanted calls emptied, or itself. */
  emptyInputs<M extends Message>(message: M, wanted?: Wanted): M;
  /** The message with a placeholder for each image, or itself. */
  dropImages<M extends Message>(message: M, placeholder: string): M;
  /** A new message, in the shape of those in `like`. A shape that has no system messages makes one of the user. */
  create<M extends Message>(role: string, text: string, like: readonly M[]): M;
}

/** Stands for the id of a deprecated function call, which has none: the message after it answers it. */
export const LEGACY_CALL = 'function_call';

export const always: Wanted = () => true;
