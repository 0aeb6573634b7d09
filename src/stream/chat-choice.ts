import type { BodyPiece } from '../body/out.js';
import type { ReplyReader } from '../reply/reader.js';
import type { ChatChunk, ChatLogprobs, TokenLogprob } from '../schemas/chat.js';
import type { ProviderCompletionChunk } from '../schemas/provider.js';
import type { ChatContext } from '../translate/context.js';
import { completionChoiceFields, noteDropped } from '../translate/fields.js';
import { chatFinishReason, isFaultReason } from '../translate/finish-reason.js';
import { callId } from '../translate/ids.js';
import { noteOtherCalls } from '../translate/legacy-functions.js';
import { chatLogprobs } from '../translate/logprobs/logprobs.js';
import { at, info, isEmpty, lossy } from '../translate/notes.js';
import { chatReplyReader, noteFault } from '../translate/reply-text.js';
import { calledReason, type ToChatResponseOptions } from '../translate/to-chat-response.js';
import { hasReason, type OpenChoice, type StreamNotes } from './core.js';
import type { HeadLatch } from './head.js';
import { createTokenQueue, type TokenQueue } from './token-queue.js';
import { createTokenReader, type TokenReader } from './token-reader.js';

type ChunkChoice = ChatChunk['choices'][number];
type Delta = ChunkChoice['delta'];
type GivenChoice = NonNullable<ProviderCompletionChunk['choices']>[number];

export interface ChatChoiceSetting {
  context: ChatContext | null | undefined;
  options: ToChatResponseOptions & { maxHeld?: number | undefined };
  /** The reply's gap, which tokens count and the text does not. */
  gap: string;
  notes: StreamNotes;
  head: HeadLatch;
  emit: (choice: ChunkChoice) => void;
}

/** A choice of a completion's chunks as it becomes one of chat chunks. */
export class ChatChoice implements OpenChoice {
  readonly index: number;
  readonly path: string;
  finished = false;
  stopped = false;
  fault: unknown;
  readonly #setting: ChatChoiceSetting;
  readonly #legacy: boolean;
  readonly #reader: ReplyReader;
  readonly #queue: TokenQueue<TokenLogprob>;
  readonly #tokens: TokenReader;
  /** The calls that have begun. */
  #count = 0;
  /** Logprobs are out. */
  #shown = false;
  #noted = false;

  constructor(index: number, setting: ChatChoiceSetting) {
    const { context, options, notes } = setting;
    this.index = index;
    this.path = `choices[${index}]`;
    this.#setting = setting;
    this.#legacy = context?.legacyFunctions === true;
    this.#reader = chatReplyReader(context, options, context?.echo ?? null, options.maxHeld);
    const where = at(this.path, 'logprobs');
    this.#queue = createTokenQueue<TokenLogprob>(setting.gap, where, notes);
    this.#tokens = createTokenReader(where, notes);
    this.#emit({ role: 'assistant', content: '', refusal: null });
  }

  take(given: GivenChoice): void {
    const { notes } = this.#setting;
    noteDropped(given, completionChoiceFields, this.path, notes);
    const { logprobs, text, finish_reason: reason } = given;
    if (this.finished) {
      if (!this.#reader.stopped && typeof text === 'string' && text !== '') {
        const message = 'Text came after the end of the choice, and was dropped.';
        lossy(notes, 'dropped-content', at(this.path, 'text'), message);
      }
      return;
    }
    if (logprobs !== null && logprobs !== undefined) {
      const tokens = this.#tokens.read(logprobs);
      if (tokens !== null) this.#queue.add(tokens);
    }
    if (typeof text === 'string' && text !== '') this.#takeText(text);
    else if (!isEmpty(text))
      lossy(notes, 'odd-value', at(this.path, 'text'), 'The text of the choice is not a string.');
    if (this.#reader.stopped) this.finish('stop');
    else if (isFaultReason(reason)) this.fault = reason;
    else if (hasReason(reason)) this.finish(reason);
  }

  finish(reason: unknown): void {
    const reader = this.#reader;
    const { notes } = this.#setting;
    // What a stop cut off is told apart from what has not come: the reader has seen all of it.
    this.#send(reader.end());
    this.finished = true;
    this.stopped = reader.stopped;
    const logprobs = this.#lastTokens();
    const called = this.#count > 0;
    const where = at(this.path, 'finish_reason');
    const given = reader.stopped ? 'stop' : chatFinishReason(reason, where, notes, called);
    this.#emit({}, logprobs, calledReason(given, called, this.#legacy));
  }

  /** Text that is held back goes out, where the stream broke off. */
  release(): void {
    this.finished = true;
    this.#send(this.#reader.end());
  }

  #emit(
    delta: Delta,
    logprobs: ChatLogprobs | null = null,
    finish: ChunkChoice['finish_reason'] = null,
  ): void {
    this.#setting.emit({ index: this.index, delta, logprobs, finish_reason: finish });
  }

  #takeText(text: string): void {
    const reader = this.#reader;
    const { echo } = reader;
    const pieces = reader.push(text);
    if (echo === 'pending' && this.#reader.echo === 'found')
      this.#queue.dropEcho(this.#setting.context!.echo!.length);
    this.#send(pieces);
  }

  /** Sends on what has become certain. */
  #send(pieces: readonly BodyPiece[]): void {
    this.#sendPieces(pieces);
    if (this.#noted) return;
    const { notes } = this.#setting;
    if (this.#reader.echo === 'missing') {
      const message = 'The text does not begin with the prompt that was to be echoed; it was kept whole.';
      lossy(notes, 'echo-mismatch', at(this.path, 'text'), message);
      this.#noted = true;
    } else if (this.#reader.labelled) {
      const message = 'The reply repeated its own label, which was taken off.';
      info(notes, 'stripped-label', this.path, message);
      this.#noted = true;
    }
  }

  #sendPieces(pieces: readonly BodyPiece[]): void {
    let logprobs = this.#certainTokens();
    for (const piece of pieces) if (this.#sendPiece(piece, logprobs)) logprobs = null;
    if (logprobs !== null) this.#emit({ content: '' }, logprobs);
  }

  /** Sends one piece. Returns whether the logprobs went out with it. */
  #sendPiece(piece: BodyPiece, logprobs: ChatLogprobs | null): boolean {
    if ('text' in piece) {
      this.#emit({ content: piece.text }, logprobs);
      return true;
    }
    if ('reasoning' in piece) {
      if (piece.reasoning !== '') this.#emit({ reasoning_content: piece.reasoning });
      return false;
    }
    if ('head' in piece) return this.#beginCall(piece.head, '', logprobs);
    if ('call' in piece) return this.#beginCall(piece.call, piece.call.arguments, logprobs);
    if ('args' in piece) return this.#goOn(piece.args, logprobs);
    noteFault(piece, at(this.path, 'message'), this.#setting.notes);
    return false;
  }

  /** Sends the head of a call, and what is there of its arguments. Of the deprecated kind there is one; others are told of. */
  #beginCall(
    { name, id }: { name: string; id?: string },
    args: string,
    logprobs: ChatLogprobs | null,
  ): boolean {
    const { notes, head } = this.#setting;
    const index = this.#count++;
    if (this.#legacy) {
      if (index > 0) {
        noteOtherCalls(`${this.path}.message.tool_calls`, notes);
        return false;
      }
      this.#emit({ function_call: { name, arguments: args } }, logprobs);
      return true;
    }
    const made = id ?? callId(head.get().id, this.index, index, name, notes);
    const call = { index, id: made, type: 'function' as const, function: { name, arguments: args } };
    this.#emit({ tool_calls: [call] }, logprobs);
    return true;
  }

  /** Sends more of the arguments of the call that was begun last. */
  #goOn(args: string, logprobs: ChatLogprobs | null): boolean {
    const index = this.#count - 1;
    if (!this.#legacy) this.#emit({ tool_calls: [{ index, function: { arguments: args } }] }, logprobs);
    else if (index === 0) this.#emit({ function_call: { arguments: args } }, logprobs);
    else return false;
    return true;
  }

  /** The tokens of the text that is certain. */
  #certainTokens(): ChatLogprobs | null {
    const queue = this.#queue;
    if (!queue.seen) return null;
    const reader = this.#reader;
    const tokens = reader.gathered
      ? queue.take(0, reader.total)
      : queue.take(reader.start, reader.released - reader.waiting);
    if (tokens.length === 0) return null;
    this.#shown = true;
    return chatLogprobs(tokens);
  }

  /** What is left of the tokens goes out. Returns an empty list where logprobs came, and none of them stayed. */
  #lastTokens(): ChatLogprobs | null {
    const queue = this.#queue;
    if (!queue.seen) return null;
    const { gathered, start, released: end, total } = this.#reader;
    const rest = queue.rest({ start, end, cut: !gathered && (start > 0 || end < total) });
    if (rest.length === 0) return this.#shown ? null : chatLogprobs([]);
    this.#emit({ content: '' }, chatLogprobs(rest));
    return null;
  }
}
