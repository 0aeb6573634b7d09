import { RolecallError } from '../errors.js';
import type { CompletionChunk, CompletionChunkFrame, CompletionLogprobs } from '../schemas/completion.js';
import type {
  ProviderChatChunk,
  ProviderChatDelta,
  ProviderTokenLogprob,
  ProviderUsage,
} from '../schemas/provider.js';
import type { CompletionContext, PromptContext } from '../translate/context.js';
import {
  chatChoiceFields,
  chatReplyFields,
  chatResponseFields,
  extended,
  noteDropped,
} from '../translate/fields.js';
import { completionFinishReason } from '../translate/finish-reason.js';
import { toCompletionPrefix } from '../translate/ids.js';
import { prefixTokens, toCompletionLogprobs } from '../translate/logprobs.js';
import { info, isEmpty, lossy } from '../translate/notes.js';
import { checkBody, readContent, readReasoning } from '../translate/reply.js';
import {
  callsAsText,
  noPrompt,
  startsWithSpace,
  type ToCompletionResponseOptions,
} from '../translate/to-completion-response.js';
import { codePoints, startOfText, type TextPlace } from '../translate/token-text.js';
import { sumUsage, usageOf } from '../translate/usage.js';
import { type CallAssembly, createCallAssembly } from './call-assembly.js';
import { hasReason, incomplete, isPing, type StreamOptions, streamIndex, streamNotes } from './core.js';
import { createHead } from './head.js';
import type { Converter } from './iterate.js';
import { createReplyReader, type ReplyReader } from './reply-reader.js';
import { createTokenQueue, type TokenQueue } from './token-queue.js';

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

interface Choice {
  index: number;
  path: string;
  stream: number;
  prompt: PromptContext;
  reader: ReplyReader;
  source: 'content' | 'refusal';
  queue: TokenQueue<ProviderTokenLogprob>;
  /** Tokens of a refusal whose first words have not come. */
  early: ProviderTokenLogprob[];
  place: TextPlace;
  calls: CallAssembly;
  /** A `<think>` stands open. */
  thinking: boolean;
  /** Content has come, though perhaps an empty text. */
  said: boolean;
  /** Words have come: content, a refusal or a transcript. */
  spoken: boolean;
  /** The reply's own text has begun to go out. */
  begun: boolean;
  space: string;
  /** Logprobs are out. */
  shown: boolean;
  noted: boolean;
  finished: boolean;
  lastUnit: number;
}

const noStops: readonly string[] = [];
const chunkFields = /* @__PURE__ */ extended(chatResponseFields, { obfuscation: 'map' } as const);
const choiceFields = /* @__PURE__ */ extended(chatChoiceFields, { delta: 'map' } as const);
const deltaFields = /* @__PURE__ */ extended(chatReplyFields, { reasoning: 'map' } as const);

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
  const choices = new Map<number, Choice>();
  const usages = new Map<number, ProviderUsage>();
  /** The streams that are not over; their heads, to tell where they differ. */
  const ids = new Map<number, unknown>();
  let out: CompletionChunk[] = [];

  function placeOf(stream: number, index: number): number {
    if (each > 1) return Math.floor(stream / each) * perPrompt + (stream % each);
    return stream * perPrompt + index;
  }

  function open(index: number, stream: number): Choice {
    const path = `choices[${index}]`;
    const prompt = context?.prompts[Math.floor(stream / each)] ?? noPrompt;
    const from = typeof options.textOffset === 'number' ? options.textOffset : prompt.offset;
    const choice: Choice = {
      index,
      path,
      stream,
      prompt,
      reader: createReplyReader({
        echo: null,
        reasoning: null,
        channels: false,
        lead: prompt.lead,
        keepGap: true,
        stops: context?.stops ?? noStops,
      }),
      source: 'content',
      queue: createTokenQueue<ProviderTokenLogprob>(prompt.lead.gap, `${path}.logprobs`, notes),
      early: [],
      place: startOfText(from),
      calls: createCallAssembly(),
      thinking: false,
      said: false,
      spoken: false,
      begun: false,
      space: '',
      shown: false,
      noted: false,
      finished: false,
      lastUnit: 0,
    };
    choices.set(index, choice);
    if (prompt.echo !== null && prompt.echo !== '') emit(choice, prompt.echo);
    return choice;
  }

  function emit(
    { index }: Choice,
    text: string,
    logprobs: CompletionLogprobs | null = null,
    finish: CompletionChunkFrame['choices'][number]['finish_reason'] = null,
  ): void {
    const { id, created, model } = head.get();
    const chunk: CompletionChunkFrame = {
      id,
      object: 'text_completion',
      created,
      model,
      choices: [{ index, text, logprobs, finish_reason: finish }],
    };
    if (head.fingerprint !== undefined) chunk.system_fingerprint = head.fingerprint;
    out.push(chunk as CompletionChunk);
  }

  /** Text in front of the reply, which tokens do not count. */
  function emitPrefix(choice: Choice, text: string): void {
    choice.place.points += codePoints(text);
    const joined = (choice.lastUnit & 0xfc00) === 0xd800 && (text.charCodeAt(0) & 0xfc00) === 0xdc00;
    if (joined) choice.place.points--;
    choice.lastUnit = text.charCodeAt(text.length - 1);
    emit(choice, text);
  }

  function closeThinking(choice: Choice): void {
    if (!choice.thinking) return;
    choice.thinking = false;
    emitPrefix(choice, '\n</think>\n\n');
  }

  /** Sends on text that is certain, with the tokens that are. */
  function send(choice: Choice, text: string): void {
    let words = text;
    if (text !== '' && !choice.begun) {
      choice.begun = true;
      choice.space = startsWithSpace(text) ? '' : choice.prompt.space;
      words = choice.space + text;
    }
    const { reader, queue } = choice;
    const logprobs = queue.seen ? listsOf(choice, queue.take(reader.start, reader.released)) : null;
    if (words !== '' || logprobs !== null) emit(choice, words, logprobs);
    if (choice.noted || !reader.labelled) return;
    choice.noted = true;
    const message = 'The reply repeated the label that stood open; it was taken off.';
    info(notes, 'stripped-label', choice.path, message);
  }

  function listsOf(choice: Choice, tokens: ProviderTokenLogprob[]): CompletionLogprobs | null {
    if (tokens.length === 0) return null;
    const first = !choice.shown && choice.space !== '';
    choice.shown = true;
    const path = `${choice.path}.logprobs.${choice.source}`;
    return toCompletionLogprobs(
      first ? prefixTokens(tokens, choice.space) : tokens,
      choice.place,
      path,
      notes,
    );
  }

  function say(choice: Choice, text: string): void {
    if (text === '') return;
    closeThinking(choice);
    choice.spoken = true;
    send(choice, choice.reader.push(text).text);
  }

  function takeReasoning(choice: Choice, reasoning: string): void {
    const path = `${choice.path}.message.reasoning_content`;
    if (options.reasoning !== 'think') {
      lossy(notes, 'dropped-content', path, 'The reasoning is not part of the text, and was dropped.');
    } else if (choice.spoken) {
      lossy(notes, 'dropped-content', path, 'Reasoning came after the text had begun, and was dropped.');
    } else {
      emitPrefix(choice, choice.thinking ? reasoning : `<think>\n${reasoning}`);
      choice.thinking = true;
    }
  }

  function takeRefusal(choice: Choice, refusal: string): void {
    const path = `${choice.path}.message.refusal`;
    if (choice.source === 'content' && choice.spoken) {
      lossy(notes, 'dropped-content', path, 'The reply has content, so its refusal was dropped.');
      return;
    }
    if (choice.source === 'content') {
      choice.source = 'refusal';
      choice.queue = createTokenQueue<ProviderTokenLogprob>(
        choice.prompt.lead.gap,
        `${choice.path}.logprobs`,
        notes,
      );
      if (choice.early.length > 0) choice.queue.add(choice.early);
      choice.early = [];
      lossy(notes, 'refusal-as-text', path, 'The refusal became the text of the completion.');
    }
    say(choice, refusal);
  }

  /** What a delta says, in the order in which a reply is read. Returns its words. */
  function takeDelta(choice: Choice, delta: ProviderChatDelta): string {
    noteDropped(delta, deltaFields, `${choice.path}.message`, notes);
    let parts = '';
    let words = '';
    const { content, refusal } = delta;
    if (typeof content === 'string') {
      choice.said = true;
      words = content;
    } else if (content !== null && content !== undefined) {
      const read = readContent(content, `${choice.path}.message.content`, notes);
      choice.said ||= read.content !== null;
      words = read.content ?? '';
      parts = read.reasoning;
    }
    if (parts !== '' || delta.reasoning_content != null || delta.reasoning != null) {
      const reasoning = readReasoning(delta, parts);
      if (reasoning !== '') takeReasoning(choice, reasoning);
    }
    if (typeof refusal === 'string' && refusal !== '') takeRefusal(choice, refusal);
    if (words !== '' && choice.source === 'refusal') {
      const message = 'Content came after a refusal, which stands already as the text; it follows there.';
      lossy(notes, 'refusal-as-text', `${choice.path}.message.content`, message);
    }
    if ('audio' in delta) words += takeAudio(choice, delta.audio);
    if (!isEmpty(delta.tool_calls) || !isEmpty(delta.function_call)) {
      if (options.toolCalls !== 'text') callsAsText(delta, `${choice.path}.message`, options, notes);
      choice.calls.add(delta);
    }
    return words;
  }

  function takeAudio(choice: Choice, audio: unknown): string {
    if (typeof audio !== 'object' || audio === null) return '';
    const { data, transcript } = audio as { data?: unknown; transcript?: unknown };
    if (!isEmpty(data)) {
      const message = 'The audio was dropped; its transcript is text if there is no other.';
      lossy(notes, 'dropped-content', `${choice.path}.message.audio`, message);
    }
    return typeof transcript === 'string' ? transcript : '';
  }

  function finish(choice: Choice, reason: unknown): void {
    const { reader, path, calls } = choice;
    const given = completionFinishReason(reason, `${path}.finish_reason`, notes);
    let called = '';
    if (!reader.stopped && calls.begun) {
      const made = { tool_calls: calls.tool_calls(), function_call: calls.function_call() };
      called = callsAsText(made, `${path}.message`, options, notes);
      if (called !== '') {
        closeThinking(choice);
        send(choice, reader.push(choice.spoken ? `\n${called}` : called).text);
      }
    }
    closeThinking(choice);
    send(choice, reader.end().text);
    choice.finished = true;
    if (!choice.said && !choice.spoken && called === '') {
      lossy(
        notes,
        'empty-content',
        `${path}.message.content`,
        'The reply has no content; the text is empty.',
      );
    }
    if (!choice.begun && given === 'length' && !reader.stopped && context?.reasons === true) {
      const message = 'The limit was used up by reasoning, before any text; raise reasoningHeadroom.';
      lossy(notes, 'empty-reply', path, message);
    }
    emit(choice, '', lastTokens(choice), reader.stopped ? 'stop' : given);
  }

  function lastTokens(choice: Choice): CompletionLogprobs | null {
    const { reader, queue, path } = choice;
    if (!queue.seen) {
      if (context?.logprobs != null)
        lossy(notes, 'missing-field', `${path}.logprobs`, 'Logprobs were asked for, but did not come.');
      return null;
    }
    const cut = reader.start > 0 || reader.released < reader.total;
    const rest = queue.rest({ start: reader.start, end: reader.released, cut });
    if (rest.length === 0 && !choice.shown) return toCompletionLogprobs([], choice.place, path, notes);
    return listsOf(choice, rest);
  }

  function take(stream: number, given: NonNullable<ProviderChatChunk['choices']>[number]): void {
    const index = placeOf(stream, streamIndex(given.index));
    const choice = choices.get(index) ?? open(index, stream);
    if (choice.stream !== stream) {
      const message = `Two streams have a choice ${index}, with ${perPrompt} for a prompt; say how many with n.`;
      throw new RolecallError('invalid-argument', message, { path: 'options.n' });
    }
    noteDropped(given, choiceFields, choice.path, notes);
    const { delta } = given;
    if (choice.finished) {
      const late = typeof delta?.content === 'string' && delta.content !== '';
      if (late && !choice.reader.stopped) {
        const message = 'Text came after the end of the choice, and was dropped.';
        lossy(notes, 'dropped-content', `${choice.path}.message.content`, message);
      }
      return;
    }
    const words = delta === null || delta === undefined ? '' : takeDelta(choice, delta);
    if (context === undefined || context === null || context.logprobs !== null) {
      const tokens = given.logprobs?.[choice.source];
      if (Array.isArray(tokens)) choice.queue.add(tokens);
      else if (!choice.spoken && Array.isArray(given.logprobs?.refusal))
        choice.early.push(...given.logprobs.refusal);
    }
    if (words !== '') say(choice, words);
    else if (choice.queue.seen) send(choice, '');
    if (choice.reader.stopped) finish(choice, 'stop');
    else if (hasReason(given.finish_reason)) finish(choice, given.finish_reason);
  }

  function flush(): CompletionChunk[] {
    notes.tell();
    const chunks = out;
    out = [];
    return chunks;
  }

  /** One stream stands for all of a batch; what differs in the others is lost. */
  function seeHead(chunk: ProviderChatChunk, stream: number): void {
    if (stream === 0 || ids.size > 0) {
      if (!ids.has(stream) || ids.get(stream) === undefined) ids.set(stream, chunk.id || undefined);
      const mine = ids.get(stream);
      for (const id of ids.values()) {
        if (id === undefined || mine === undefined || id === mine) continue;
        lossy(notes, 'dropped-field', '[1].id', 'The batch has one id, that of the stream that came first.');
        break;
      }
    } else ids.set(stream, chunk.id || undefined);
    head.see(chunk);
  }

  function endStream(stream: number): void {
    let any = false;
    for (const choice of choices.values()) {
      if (choice.stream !== stream) continue;
      any = true;
      if (choice.finished) continue;
      if (options.incomplete === 'warn') finish(choice, null);
      else throw incomplete('The stream ended before the choice did: no finish_reason came.', choice.path);
    }
    if (!any) throw incomplete('The stream ended before its first choice.', 'choices');
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
      for (const one of ids.size === 0 ? [0] : ids.keys()) endStream(one);
      const all = [...usages].sort(([a], [b]) => a - b).map(([, one]) => usageOf(one, 'usage', notes));
      const usage = sumUsage(all);
      if (usage !== undefined && context?.includeUsage === false) {
        info(notes, 'dropped-field', 'usage', 'The usage was not asked for.');
      } else if (usage !== undefined) {
        const { id, created, model } = head.get();
        const chunk: CompletionChunk = { id, object: 'text_completion', created, model, choices: [], usage };
        if (head.fingerprint !== undefined) chunk.system_fingerprint = head.fingerprint;
        out.push(chunk);
      }
      return flush();
    },
    release() {
      for (const choice of choices.values()) {
        if (choice.finished) continue;
        choice.finished = true;
        send(choice, choice.reader.release().text);
      }
      return flush();
    },
  };
}
