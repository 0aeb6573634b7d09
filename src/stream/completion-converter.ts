import { RolecallError } from '../errors.js';
import type { CompletionChunk, CompletionChunkFrame } from '../schemas/completion.js';
import type { ProviderChatChunk, ProviderUsage } from '../schemas/provider.js';
import type { CompletionContext } from '../translate/context.js';
import { chatResponseFields, extended, noteDropped } from '../translate/fields.js';
import { toCompletionPrefix } from '../translate/ids.js';
import { isEmpty, lossy, type Notes } from '../translate/notes.js';
import { checkChunk } from '../translate/reply.js';
import { noPrompt, type ToCompletionResponseOptions } from '../translate/to-completion-response.js';
import { sumUsage, usageOf } from '../translate/usage.js';
import { createChunkOut } from './chunk-out.js';
import { CompletionChoice, type CompletionChoiceSetting } from './completion-choice.js';
import type { ChunkConverter } from './converter.js';
import {
  awaitedOf,
  awaitedOfOne,
  type Choices,
  endChoices,
  feed,
  isPing,
  noChoices,
  type StreamOptions,
  streamIndex,
  streamNotes,
} from './core.js';
import { createHead } from './head.js';

export interface ToCompletionChunksOptions extends ToCompletionResponseOptions, StreamOptions {
  /** Choices for a prompt, where several streams are merged without a context (default 1). */
  n?: number | undefined;
}

export type CompletionChunkConverter = ChunkConverter<ProviderChatChunk, CompletionChunk>;

const chunkFields = /* @__PURE__ */ extended(chatResponseFields, { obfuscation: 'map' } as const);

/** Where choices stand: those of prompt p are p·n to p·n + n − 1. `each`: the streams of a prompt, one a choice in a fan-out. */
function placesOf(context: CompletionContext | null | undefined, options: ToCompletionChunksOptions) {
  const perPrompt = context?.n ?? options.n ?? 1;
  const each = context?.fanOut === true ? context.n : 1;
  const placeOf = (stream: number, index: number): number =>
    each > 1 ? Math.floor(stream / each) * perPrompt + (stream % each) : stream * perPrompt + index;
  return { perPrompt, each, placeOf };
}

/** What is known of one of several streams. */
interface Stream extends Choices<CompletionChoice> {
  id: string | undefined;
}

const isText = (id: unknown): id is string => typeof id === 'string' && id !== '';

/** The streams that have begun. One stands for all of a batch; what differs in the others is lost. */
function createStreams(notes: Notes) {
  const streams = new Map<number, Stream>();
  let firstId: string | undefined;
  return {
    get: (stream: number): Stream | undefined => streams.get(stream),
    numbers: (): number[] => (streams.size === 0 ? [0] : [...streams.keys()]),
    see(stream: number, { id }: ProviderChatChunk): Stream {
      const known = streams.get(stream) ?? { id: undefined, ...noChoices<CompletionChoice>() };
      streams.set(stream, known);
      if (known.id !== undefined || !isText(id)) return known;
      known.id = id;
      firstId ??= id;
      if (id !== firstId)
        lossy(notes, 'dropped-field', '[1].id', 'The batch has one id, that of the stream that came first.');
      return known;
    },
  };
}

/** The choices that have begun, by the place that each has in the batch. */
function createChoices(
  setting: Pick<CompletionChoiceSetting, 'context' | 'options' | 'notes' | 'emit'>,
  streams: ReturnType<typeof createStreams>,
  { perPrompt, each, placeOf }: ReturnType<typeof placesOf>,
) {
  const choices = new Map<number, CompletionChoice>();
  function open(index: number, stream: number): CompletionChoice {
    const prompt = setting.context?.prompts[Math.floor(stream / each)] ?? noPrompt;
    const choice = new CompletionChoice({ ...setting, index, stream, prompt });
    choices.set(index, choice);
    streams.get(stream)?.all.push(choice);
    return choice;
  }

  function take(stream: number, given: NonNullable<ProviderChatChunk['choices']>[number]): void {
    const index = placeOf(stream, streamIndex(given.index));
    const choice = choices.get(index) ?? open(index, stream);
    if (choice.stream !== stream) {
      const message = `Two streams have a choice ${index}, with ${perPrompt} for a prompt; say how many with n.`;
      throw new RolecallError('invalid-argument', message, { path: 'options.n' });
    }
    feed(streams.get(stream)!, choice, (one) => one.take(given));
  }

  return { get: (index: number) => choices.get(index), all: () => choices.values(), take };
}

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
  const places = placesOf(context, options);
  const { perPrompt, each, placeOf } = places;
  const usages = new Map<number, ProviderUsage>();
  const streams = createStreams(notes);
  /** The streams, or their choices, that said that they are over. */
  const whole = new Set<string>();
  const out = createChunkOut<CompletionChunkFrame>('text_completion', head, notes);
  const choices = createChoices({ context, options, notes, emit: out.add }, streams, places);

  // OpenAI's type leaves out the nulls that stand in chunks before the end.
  const flush = (): CompletionChunk[] => out.flush() as CompletionChunk[];

  function endStream(stream: number, one?: number): void {
    const complete = whole.has(`${stream} ${one}`) || options.incomplete === 'warn';
    const own = streams.get(stream)?.all ?? [];
    const ending = one === undefined ? own : own.filter(({ index }) => index === placeOf(stream, one));
    endChoices(ending, complete, (choice) => choice.finish(null));
  }

  const awaited: CompletionChunkConverter['awaited'] = (stream = 0, one) => {
    const settled = context?.includeUsage === false || usages.has(stream);
    if (one !== undefined) return awaitedOfOne(choices.get(placeOf(stream, one)), settled);
    return awaitedOf(streams.get(stream) ?? noChoices(), each > 1 ? 1 : perPrompt, settled);
  };

  return {
    push(chunk, stream = 0) {
      const fault = checkChunk(chunk, 'chat chunk');
      if (isPing(chunk)) return [];
      noteDropped(chunk, chunkFields, '', notes);
      streams.see(stream, chunk);
      head.see(chunk);
      if (!isEmpty(chunk.usage)) usages.set(stream, chunk.usage!);
      const given = chunk.choices;
      if (given !== null && given !== undefined) {
        for (let i = 0; i < given.length; i++) choices.take(stream, given[i]!);
      }
      if (fault !== undefined) throw fault;
      return flush();
    },
    complete(stream = 0, one) {
      whole.add(`${stream} ${one}`);
    },
    awaited,
    get done() {
      // Of a batch, whoever merges its streams asks for each.
      return context?.prompts.length === 1 && each === 1 && awaited() === 'nothing';
    },
    end(stream, one) {
      if (stream !== undefined) {
        endStream(stream, one);
        return flush();
      }
      for (const one of streams.numbers()) endStream(one);
      const all = [...usages].sort(([a], [b]) => a - b).map(([, one]) => usageOf(one, 'usage', notes));
      out.addUsage(sumUsage(all), context?.includeUsage);
      return flush();
    },
    release() {
      for (const choice of choices.all()) if (!choice.finished) choice.release();
      return flush();
    },
  };
}
