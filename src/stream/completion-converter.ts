import { RolecallError } from '../errors.js';
import type { CompletionChunk, CompletionChunkFrame } from '../schemas/completion.js';
import type { ProviderChatChunk, ProviderUsage } from '../schemas/provider.js';
import type { CompletionContext } from '../translate/context.js';
import { chatResponseFields, extended, noteDropped } from '../translate/fields.js';
import { toCompletionPrefix } from '../translate/ids.js';
import { isEmpty, lossy } from '../translate/notes.js';
import { checkBody } from '../translate/reply.js';
import { noPrompt, type ToCompletionResponseOptions } from '../translate/to-completion-response.js';
import { sumUsage, usageOf } from '../translate/usage.js';
import { createChunkOut } from './chunk-out.js';
import { type CompletionChoiceConverter, createCompletionChoice } from './completion-choice.js';
import type { Converter } from './converter.js';
import { incomplete, isPing, type StreamOptions, streamIndex, streamNotes } from './core.js';
import { createHead } from './head.js';

export interface ToCompletionChunksOptions extends ToCompletionResponseOptions, StreamOptions {
  /** Choices for a prompt, where several streams are merged without a context (default 1). */
  n?: number | undefined;
}

/** Several streams can be merged: each piece then comes with the number of its stream, in the order of the requests. */
export interface CompletionChunkConverter extends Converter<ProviderChatChunk, CompletionChunk> {
  push(chunk: ProviderChatChunk, stream?: number): CompletionChunk[];
  /** With a number, the end of that stream; without, the end of all. */
  end(stream?: number): CompletionChunk[];
}

const isText = (id: unknown): id is string => typeof id === 'string' && id !== '';
const chunkFields = /* @__PURE__ */ extended(chatResponseFields, { obfuscation: 'map' } as const);

/**
 * Chunks of chat replies to chunks of a completion, one by one: the incremental form of `toCompletionResponse`, with the
 * same context, the same rules and, put together, the same result. Rules: table E of the mapping.
 *
 * `push` throws `provider-error` for an error body and `unsupported` for calls of tools (unless `toolCalls` is `text`),
 * `end` throws `incomplete-stream` where a choice has no end.
 */
export function completionChunkConverter(
  context?: CompletionContext | null,
  options: ToCompletionChunksOptions = {},
): CompletionChunkConverter {
  if (context?.bestOf != null) {
    throw new RolecallError('unsupported', 'A stream can not be the best of several.', { path: 'best_of' });
  }
  const notes = streamNotes(options);
  const head = createHead(toCompletionPrefix, context?.model, notes);
  const perPrompt = context?.n ?? options.n ?? 1;
  const each = context?.fanOut === true ? context.n : 1;
  const choices = new Map<number, CompletionChoiceConverter>();
  const usages = new Map<number, ProviderUsage>();
  /** The streams that have begun. */
  const streams = new Map<number, { id: string | undefined; choices: CompletionChoiceConverter[] }>();
  let firstId: string | undefined;
  const out = createChunkOut<CompletionChunkFrame>('text_completion', head, notes);

  function placeOf(stream: number, index: number): number {
    if (each > 1) return Math.floor(stream / each) * perPrompt + (stream % each);
    return stream * perPrompt + index;
  }

  function open(index: number, stream: number): CompletionChoiceConverter {
    const prompt = context?.prompts[Math.floor(stream / each)] ?? noPrompt;
    const choice = createCompletionChoice({ index, stream, prompt, context, options, notes, emit: out.add });
    choices.set(index, choice);
    streams.get(stream)?.choices.push(choice);
    return choice;
  }

  function take(stream: number, given: NonNullable<ProviderChatChunk['choices']>[number]): void {
    const index = placeOf(stream, streamIndex(given.index));
    const choice = choices.get(index) ?? open(index, stream);
    if (choice.stream !== stream) {
      const message = `Two streams have a choice ${index}, with ${perPrompt} for a prompt; say how many with n.`;
      throw new RolecallError('invalid-argument', message, { path: 'options.n' });
    }
    choice.take(given);
  }

  // OpenAI's type leaves out the nulls that stand in chunks before the end.
  const flush = (): CompletionChunk[] => out.flush() as CompletionChunk[];

  /** One stream stands for all of a batch; what differs in the others is lost. */
  function seeHead(chunk: ProviderChatChunk, stream: number): void {
    const known = streams.get(stream) ?? { id: undefined, choices: [] };
    streams.set(stream, known);
    if (known.id === undefined && isText(chunk.id)) {
      known.id = chunk.id;
      firstId ??= chunk.id;
      if (chunk.id !== firstId)
        lossy(notes, 'dropped-field', '[1].id', 'The batch has one id, that of the stream that came first.');
    }
    head.see(chunk);
  }

  function endStream(stream: number): void {
    const begun = streams.get(stream)?.choices ?? [];
    if (begun.length === 0) throw incomplete('The stream ended before its first choice.', 'choices');
    for (const choice of begun) {
      if (choice.finished) continue;
      if (options.incomplete === 'warn') choice.finish(null);
      else throw incomplete('The stream ended before the choice did: no finish_reason came.', choice.path);
    }
  }

  return {
    push(chunk, stream = 0) {
      checkBody(chunk, 'chat chunk');
      if (isPing(chunk)) return [];
      noteDropped(chunk, chunkFields, '', notes);
      seeHead(chunk, stream);
      if (!isEmpty(chunk.usage)) usages.set(stream, chunk.usage!);
      const given = chunk.choices;
      if (given !== null && given !== undefined) {
        for (let i = 0; i < given.length; i++) take(stream, given[i]!);
      }
      return flush();
    },
    end(stream) {
      if (stream !== undefined) {
        endStream(stream);
        return flush();
      }
      for (const one of streams.size === 0 ? [0] : streams.keys()) endStream(one);
      const all = [...usages].sort(([a], [b]) => a - b).map(([, one]) => usageOf(one, 'usage', notes));
      out.addUsage(sumUsage(all), context?.includeUsage !== false);
      return flush();
    },
    release() {
      for (const choice of choices.values()) if (!choice.finished) choice.release();
      return flush();
    },
  };
}
