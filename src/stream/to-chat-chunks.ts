import type { BodyPiece } from '../body/out.js';
import { noLead } from '../reply/lead.js';
import type { ReplyReader } from '../reply/reader.js';
import type { ChatChunk, ChatLogprobs, TokenLogprob } from '../schemas/chat.js';
import type { ProviderCompletionChunk, ProviderUsage } from '../schemas/provider.js';
import type { ChatContext } from '../translate/context.js';
import { completionChoiceFields, completionResponseFields, noteDropped } from '../translate/fields.js';
import { chatFinishReason, isFaultReason } from '../translate/finish-reason.js';
import { callId, toChatPrefix } from '../translate/ids.js';
import { noteOtherCalls } from '../translate/legacy-functions.js';
import { chatLogprobs } from '../translate/logprobs.js';
import { at, info, isEmpty, lossy } from '../translate/notes.js';
import { checkChunk } from '../translate/reply.js';
import { chatReplyReader, noteFault } from '../translate/reply-text.js';
import { calledReason, type ToChatResponseOptions } from '../translate/to-chat-response.js';
import { usageOf } from '../translate/usage.js';
import { createChunkOut } from './chunk-out.js';
import type { ChunkConverter } from './converter.js';
import {
  awaitedOf,
  awaitedOfOne,
  endChoices,
  feed,
  hasReason,
  isPing,
  noChoices,
  type OpenChoice,
  type StreamOptions,
  streamIndex,
  streamNotes,
} from './core.js';
import { createHead } from './head.js';
import { through } from './iterate.js';
import type { Source } from './source.js';
import { createTokenQueue, type TokenQueue } from './token-queue.js';
import { createTokenReader, type TokenReader } from './token-reader.js';

export interface ToChatChunksOptions extends ToChatResponseOptions, StreamOptions {
  /** The longest text that is held back for the end of a call, in UTF-16 units (default 4 Mi). */
  maxHeld?: number | undefined;
}

type Delta = ChatChunk['choices'][number]['delta'];

interface Choice extends OpenChoice {
  index: number;
  reader: ReplyReader;
  queue: TokenQueue<TokenLogprob>;
  tokens: TokenReader;
  /** The calls that have begun. */
  count: number;
  /** Logprobs are out. */
  shown: boolean;
  noted: boolean;
  finished: boolean;
  stopped: boolean;
  fault: unknown;
}

export type ChatChunkConverter = ChunkConverter<ProviderCompletionChunk, ChatChunk>;

/**
 * Chunks of a completion to chunks of a chat reply, one by one: the incremental form of `toChatResponse`, with the same
 * context, the same rules and, put together, the same result. Rules: table F of the mapping.
 *
 * `push` throws `provider-error` for an error body, `end` throws `incomplete-stream` where a choice has no end.
 */
export function chatChunkConverter(
  context?: ChatContext | null,
  options: ToChatChunksOptions = {},
): ChatChunkConverter {
  const notes = streamNotes(options);
  const head = createHead(toChatPrefix, context?.model, notes);
  const lead = context?.lead ?? noLead;
  const legacy = context?.legacyFunctions === true;
  const choices = new Map<number, Choice>();
  const counted = noChoices<Choice>();
  let usage: ProviderUsage | undefined;
  /** The stream, or choices of it, said that they are over. */
  const whole = new Set<number | undefined>();
  const out = createChunkOut<ChatChunk>('chat.completion.chunk', head, notes);

  function open(index: number): Choice {
    const path = `choices[${index}]`;
    const where = at(path, 'logprobs');
    const choice: Choice = {
      index,
      path,
      reader: chatReplyReader(context, options, context?.echo ?? null, options.maxHeld),
      queue: createTokenQueue<TokenLogprob>(lead.gap, where, notes),
      tokens: createTokenReader(where, notes),
      count: 0,
      shown: false,
      noted: false,
      finished: false,
      stopped: false,
      fault: undefined,
    };
    choices.set(index, choice);
    counted.all.push(choice);
    emit(choice, { role: 'assistant', content: '', refusal: null });
    return choice;
  }

  function emit(
    { index }: Choice,
    delta: Delta,
    logprobs: ChatLogprobs | null = null,
    finish: ChatChunk['choices'][number]['finish_reason'] = null,
  ): void {
    out.add({ index, delta, logprobs, finish_reason: finish });
  }

  function tokensFor(choice: Choice): ChatLogprobs | null {
    if (!choice.queue.seen) return null;
    const { reader, queue } = choice;
    const tokens = reader.gathered
      ? queue.take(0, reader.total)
      : queue.take(reader.start, reader.released - reader.waiting);
    if (tokens.length === 0) return null;
    choice.shown = true;
    return chatLogprobs(tokens);
  }

  /** Sends on what has become certain. */
  function send(choice: Choice, pieces: readonly BodyPiece[]): void {
    sendPieces(choice, pieces);
    if (choice.noted) return;
    if (choice.reader.echo === 'missing') {
      const message = 'The text does not begin with the prompt that was to be echoed; it was kept whole.';
      lossy(notes, 'echo-mismatch', at(choice.path, 'text'), message);
      choice.noted = true;
    } else if (choice.reader.labelled) {
      const message = 'The reply repeated its own label, which was taken off.';
      info(notes, 'stripped-label', choice.path, message);
      choice.noted = true;
    }
  }

  function sendPieces(choice: Choice, pieces: readonly BodyPiece[]): void {
    let logprobs = tokensFor(choice);
    for (const piece of pieces) {
      if ('reasoning' in piece) {
        if (piece.reasoning !== '') emit(choice, { reasoning_content: piece.reasoning });
        continue;
      }
      if ('text' in piece) emit(choice, { content: piece.text }, logprobs);
      else if ('head' in piece) {
        if (!beginCall(choice, piece.head, '', logprobs)) continue;
      } else if ('call' in piece) {
        if (!beginCall(choice, piece.call, piece.call.arguments, logprobs)) continue;
      } else if ('args' in piece) {
        if (!goOn(choice, piece.args, logprobs)) continue;
      } else {
        noteFault(piece, at(choice.path, 'message'), notes);
        continue;
      }
      logprobs = null;
    }
    if (logprobs !== null) emit(choice, { content: '' }, logprobs);
  }

  /** Sends the head of a call, and what is there of its arguments. Of the deprecated kind there is one; others are told of. */
  function beginCall(
    choice: Choice,
    { name, id }: { name: string; id?: string },
    args: string,
    logprobs: ChatLogprobs | null,
  ): boolean {
    const index = choice.count++;
    if (legacy) {
      if (index > 0) {
        noteOtherCalls(`${choice.path}.message.tool_calls`, notes);
        return false;
      }
      emit(choice, { function_call: { name, arguments: args } }, logprobs);
      return true;
    }
    const made = id ?? callId(head.get().id, choice.index, index, name, notes);
    const call = { index, id: made, type: 'function' as const, function: { name, arguments: args } };
    emit(choice, { tool_calls: [call] }, logprobs);
    return true;
  }

  /** Sends more of the arguments of the call that was begun last. */
  function goOn(choice: Choice, args: string, logprobs: ChatLogprobs | null): boolean {
    const index = choice.count - 1;
    if (!legacy) {
      emit(choice, { tool_calls: [{ index, function: { arguments: args } }] }, logprobs);
    } else if (index === 0) emit(choice, { function_call: { arguments: args } }, logprobs);
    else return false;
    return true;
  }

  function finish(choice: Choice, reason: unknown): void {
    const { reader, queue } = choice;
    // What a stop cut off is told apart from what has not come: the reader has seen all of it.
    send(choice, reader.end());
    choice.finished = true;
    choice.stopped = reader.stopped;
    let logprobs: ChatLogprobs | null = null;
    if (queue.seen) {
      const cut = !reader.gathered && (reader.start > 0 || reader.released < reader.total);
      const rest = queue.rest({ start: reader.start, end: reader.released, cut });
      if (rest.length > 0) emit(choice, { content: '' }, chatLogprobs(rest));
      else if (!choice.shown) logprobs = chatLogprobs([]);
    }
    const where = at(choice.path, 'finish_reason');
    const given = reader.stopped ? 'stop' : chatFinishReason(reason, where, notes, choice.count > 0);
    emit(choice, {}, logprobs, calledReason(given, choice.count > 0, legacy));
  }

  function take(choice: Choice, given: NonNullable<ProviderCompletionChunk['choices']>[number]): void {
    noteDropped(given, completionChoiceFields, choice.path, notes);
    if (choice.finished) {
      if (!choice.reader.stopped && typeof given.text === 'string' && given.text !== '') {
        const message = 'Text came after the end of the choice, and was dropped.';
        lossy(notes, 'dropped-content', at(choice.path, 'text'), message);
      }
      return;
    }
    const { logprobs, text } = given;
    if (logprobs !== null && logprobs !== undefined) {
      const tokens = choice.tokens.read(logprobs);
      if (tokens !== null) choice.queue.add(tokens);
    }
    if (typeof text === 'string' && text !== '') {
      const pending = choice.reader.echo === 'pending';
      const pieces = choice.reader.push(text);
      if (pending && choice.reader.echo === 'found') choice.queue.dropEcho(context!.echo!.length);
      send(choice, pieces);
    } else if (!isEmpty(text)) lossy(notes, 'odd-value', at(choice.path, 'text'), 'The text is no text.');
    if (choice.reader.stopped) finish(choice, 'stop');
    else if (isFaultReason(given.finish_reason)) choice.fault = given.finish_reason;
    else if (hasReason(given.finish_reason)) finish(choice, given.finish_reason);
  }

  const awaited: ChatChunkConverter['awaited'] = (_stream, one) => {
    const settled = context?.includeUsage === false || !isEmpty(usage);
    if (one !== undefined) return awaitedOfOne(choices.get(one), settled);
    return awaitedOf(counted, context?.n ?? 1, settled);
  };

  return {
    push(chunk) {
      const fault = checkChunk(chunk, 'completion chunk');
      if (isPing(chunk)) return [];
      noteDropped(chunk, completionResponseFields, '', notes);
      head.see(chunk);
      if (!isEmpty(chunk.usage)) usage = chunk.usage!;
      const given = chunk.choices;
      if (given !== null && given !== undefined) {
        for (const one of given) {
          const index = streamIndex(one.index);
          feed(counted, choices.get(index) ?? open(index), (choice) => take(choice, one));
        }
      }
      if (fault !== undefined) throw fault;
      return out.flush();
    },
    complete(_stream, one) {
      whole.add(one);
    },
    awaited,
    get done() {
      return context != null && awaited() === 'nothing';
    },
    end(stream, one) {
      const complete = whole.has(one) || options.incomplete === 'warn';
      const ending = counted.all.filter(({ index }) => one === undefined || index === one);
      endChoices(ending, complete, (choice) => finish(choice, null));
      if (stream === undefined) out.addUsage(usageOf(usage, 'usage', notes), context?.includeUsage);
      return out.flush();
    },
    release() {
      for (const choice of choices.values()) {
        if (choice.finished) continue;
        choice.finished = true;
        send(choice, choice.reader.end());
      }
      return out.flush();
    },
  };
}

/**
 * Chunks of a completion as chunks of a chat reply. With the context of `toCompletionRequest` the echo, the label and its
 * space are taken off, stops are enforced, and calls are read, as `toChatResponse` does with a whole response.
 *
 * Yields nothing late but what may still become a stop or belongs to a call. Throws, after all that came before:
 * `provider-error` for an error in the stream, `incomplete-stream` for an end without a finish_reason.
 */
export function toChatChunks(
  completionChunks: Source<ProviderCompletionChunk>,
  context?: ChatContext | null,
  options: ToChatChunksOptions = {},
): AsyncIterableIterator<ChatChunk> {
  return through(completionChunks, chatChunkConverter(context, options));
}
