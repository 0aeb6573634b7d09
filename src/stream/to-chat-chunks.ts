import { noLead } from '../reply/lead.js';
import type { ChatChunk } from '../schemas/chat.js';
import type { ProviderCompletionChunk, ProviderUsage } from '../schemas/provider.js';
import type { ChatContext } from '../translate/context.js';
import { completionResponseFields, noteDropped } from '../translate/fields.js';
import { toChatPrefix } from '../translate/ids.js';
import { isEmpty } from '../translate/notes.js';
import { checkChunk } from '../translate/reply.js';
import type { ToChatResponseOptions } from '../translate/to-chat-response.js';
import { usageOf } from '../translate/usage.js';
import { ChatChoice } from './chat-choice.js';
import { createChunkOut } from './chunk-out.js';
import type { ChunkConverter } from './converter.js';
import {
  awaitedOf,
  awaitedOfOne,
  endChoices,
  feed,
  isPing,
  noChoices,
  type StreamOptions,
  streamIndex,
  streamNotes,
} from './core.js';
import { createHead } from './head.js';
import { through } from './iterate.js';
import type { Source } from './source.js';

export interface ToChatChunksOptions extends ToChatResponseOptions, StreamOptions {
  /** The longest text that is held back for the end of a call, in UTF-16 units (default 4 Mi). */
  maxHeld?: number | undefined;
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
  const choices = new Map<number, ChatChoice>();
  const counted = noChoices<ChatChoice>();
  let usage: ProviderUsage | undefined;
  /** The stream, or choices of it, said that they are over. */
  const whole = new Set<number | undefined>();
  const out = createChunkOut<ChatChunk>('chat.completion.chunk', head, notes);

  const { gap } = context?.lead ?? noLead;
  const setting = { context, options, gap, notes, head, emit: out.add };

  function open(index: number): ChatChoice {
    const choice = new ChatChoice(index, setting);
    choices.set(index, choice);
    counted.all.push(choice);
    return choice;
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
          feed(counted, choices.get(index) ?? open(index), (choice) => choice.take(one));
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
      endChoices(ending, complete, (choice) => choice.finish(null));
      if (stream === undefined) out.addUsage(usageOf(usage, 'usage', notes), context?.includeUsage);
      return out.flush();
    },
    release() {
      for (const choice of counted.all) if (!choice.finished) choice.release();
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
