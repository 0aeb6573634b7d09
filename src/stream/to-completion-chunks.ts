import type { CompletionChunk } from '../schemas/completion.js';
import type { ProviderChatChunk } from '../schemas/provider.js';
import type { CompletionContext } from '../translate/context.js';
import { checkCount } from '../translate/to-completion-response.js';
import {
  type CompletionChunkConverter,
  completionChunkConverter,
  type ToCompletionChunksOptions,
} from './completion-converter.js';
import type { Converter } from './converter.js';
import { pull, through } from './iterate.js';
import { isSource, type Merged, merge, type Source } from './source.js';

/** The streams of a batch; one of which nothing more is needed is let go. */
function merging(
  converter: CompletionChunkConverter,
  drop: (stream: number) => void,
): Converter<Merged<ProviderChatChunk>, CompletionChunk> {
  return {
    push(piece) {
      const { stream } = piece;
      if (piece.end) {
        if (piece.done) converter.complete(stream);
        return converter.end(stream);
      }
      const chunks = converter.push(piece.value, stream);
      if (converter.awaited(stream) !== 'nothing') return chunks;
      drop(stream);
      return [...chunks, ...converter.end(stream)];
    },
    end: () => converter.end(),
    release: () => converter.release(),
  };
}

/** Several streams, and not a list of chunks? */
function areStreams(
  chunks: Source<ProviderChatChunk> | readonly Source<ProviderChatChunk>[],
): chunks is readonly Source<ProviderChatChunk>[] {
  return Array.isArray(chunks) && chunks.length > 0 && isSource(chunks[0]);
}

/**
 * Chunks of chat replies as chunks of one completion. Of a batch of prompts hand in one stream for each request of
 * `toChatRequest`, in their order: they are read side by side, and merged with the indexes of `toCompletionResponse`.
 *
 * Yields nothing late but what may still become a stop. Throws, after all that came before: `provider-error` for an error
 * in a stream, `incomplete-stream` for an end without a finish_reason.
 * @example
 * ```ts
 * import { toChatRequest, toCompletionChunks } from 'rolecall';
 * const { context } = toChatRequest({ model: 'm', prompt: 'Human: Hi!\nAI:', max_tokens: 9 });
 * const choices = [{ index: 0, delta: { content: 'Hello.' }, finish_reason: 'stop' as const }];
 * const chunks = [{ id: 'chatcmpl-1', object: 'chat.completion.chunk' as const, created: 1, model: 'm', choices }];
 * for await (const chunk of toCompletionChunks(chunks, context)) console.log(chunk.choices[0]?.text);
 * ```
 */
export function toCompletionChunks(
  chatChunks: Source<ProviderChatChunk> | readonly Source<ProviderChatChunk>[],
  context?: CompletionContext | null,
  options: ToCompletionChunksOptions = {},
): AsyncIterableIterator<CompletionChunk> {
  const converter = completionChunkConverter(context, options);
  if (areStreams(chatChunks)) {
    checkCount(chatChunks.length, context);
    const merged = merge(chatChunks);
    return pull(
      () => merged,
      merging(converter, (stream) => merged.drop(stream)),
    );
  }
  checkCount(1, context);
  return through(chatChunks, converter);
}
