import { type AnswerReader, createAnswerReader } from '../reply/answer.js';
import type { CompletionChunkFrame, CompletionLogprobs } from '../schemas/completion.js';
import type { ProviderChatChunk, ProviderChatDelta, ProviderTokenLogprob } from '../schemas/provider.js';
import type { CompletionContext, PromptContext } from '../translate/context.js';
import { chatChoiceFields, chatReplyFields, extended, noteDropped } from '../translate/fields.js';
import { completionFinishReason, isFaultReason } from '../translate/finish-reason.js';
import { checkTokens, prefixTokens, toCompletionLogprobs } from '../translate/logprobs/logprobs.js';
import { codePoints, startOfText, type TextPlace } from '../translate/logprobs/token-text.js';
import { info, isEmpty, isRecord, lossy } from '../translate/notes.js';
import { readContent, readReasoning } from '../translate/reply.js';
import {
  callsAsText,
  startsWithSpace,
  type ToCompletionResponseOptions,
} from '../translate/to-completion-response.js';
import { createCallAssembly } from './call-assembly.js';
import { hasReason, type OpenChoice, type StreamNotes } from './core.js';
import { createTokenQueue, type TokenQueue } from './token-queue.js';

type ChunkChoice = CompletionChunkFrame['choices'][number];
type GivenChoice = NonNullable<ProviderChatChunk['choices']>[number];

export interface CompletionChoiceSetting {
  index: number;
  stream: number;
  prompt: PromptContext;
  context: CompletionContext | null | undefined;
  options: ToCompletionResponseOptions;
  notes: StreamNotes;
  emit: (choice: ChunkChoice) => void;
}

const noStops: readonly string[] = [];
const choiceFields = /* @__PURE__ */ extended(chatChoiceFields, { delta: 'map' } as const);
const deltaFields = /* @__PURE__ */ extended(chatReplyFields, { reasoning: 'map' } as const);

/** A choice of chat chunks as it becomes one of a completion's. */
export class CompletionChoice implements OpenChoice {
  readonly index: number;
  /** The stream that the choice came from. */
  readonly stream: number;
  readonly path: string;
  finished = false;
  fault: unknown;
  readonly #setting: CompletionChoiceSetting;
  readonly #inMessage: string;
  readonly #reader: AnswerReader;
  readonly #place: TextPlace;
  readonly #calls = createCallAssembly();
  #source: 'content' | 'refusal' = 'content';
  #queue: TokenQueue<ProviderTokenLogprob>;
  /** Tokens of a refusal whose first words have not come. */
  #early: ProviderTokenLogprob[] = [];
  /** A `<think>` stands open. */
  #thinking = false;
  /** Content has come, though perhaps an empty text. */
  #said = false;
  /** Words have come: content, a refusal or a transcript. */
  #spoken = false;
  /** The reply's own text has begun to go out. */
  #begun = false;
  #space = '';
  /** Logprobs are out. */
  #shown = false;
  #noted = false;
  #lastUnit = 0;

  constructor(setting: CompletionChoiceSetting) {
    const { index, stream, prompt, context, options } = setting;
    this.index = index;
    this.stream = stream;
    this.path = `choices[${index}]`;
    this.#inMessage = `${this.path}.message`;
    this.#setting = setting;
    const stops = context?.stops ?? noStops;
    this.#reader = createAnswerReader({ lead: prompt.lead, keepGap: true, stops });
    this.#place = startOfText(typeof options.textOffset === 'number' ? options.textOffset : prompt.offset);
    this.#queue = this.#newQueue();
    if (prompt.echo !== null && prompt.echo !== '') this.#write(prompt.echo);
  }

  get stopped(): boolean {
    return this.#reader.stopped;
  }

  take(given: GivenChoice): void {
    const { notes } = this.#setting;
    noteDropped(given, choiceFields, this.path, notes);
    // A server that can't stream gives a whole message.
    const delta = given.delta ?? given.message;
    if (this.finished) {
      const late = typeof delta?.content === 'string' && delta.content !== '';
      if (late && !this.stopped) {
        const message = 'Text came after the end of the choice, and was dropped.';
        lossy(notes, 'dropped-content', `${this.#inMessage}.content`, message);
      }
      return;
    }
    const words = isRecord(delta) ? this.#takeDelta(delta) : '';
    if (!isRecord(delta) && !isEmpty(delta))
      lossy(notes, 'odd-value', `${this.path}.delta`, 'The delta is not an object.');
    if (this.#setting.context?.logprobs !== null) this.#takeTokens(given.logprobs);
    if (words !== '') this.#say(words);
    else if (this.#queue.seen) this.#send('');
    const reason = given.finish_reason;
    if (this.stopped) this.finish('stop');
    else if (isFaultReason(reason)) this.fault = reason;
    else if (hasReason(reason)) this.finish(reason);
  }

  finish(reason: unknown): void {
    const { context, notes, emit } = this.#setting;
    const given = completionFinishReason(reason, `${this.path}.finish_reason`, notes);
    const called = this.#writeCalls();
    this.#closeThinking();
    this.#send(this.#reader.end());
    this.finished = true;
    if (!this.#said && !this.#spoken && called === '') {
      const message = 'The reply has no content; the text is empty.';
      lossy(notes, 'empty-content', `${this.#inMessage}.content`, message);
    }
    if (!this.#begun && given === 'length' && !this.stopped && context?.reasons === true) {
      const message =
        'The limit was used up by reasoning, before any text; the option "reasoningHeadroom" raises it.';
      lossy(notes, 'empty-reply', this.path, message);
    }
    const logprobs = this.#lastTokens();
    emit({ index: this.index, text: '', logprobs, finish_reason: this.stopped ? 'stop' : given });
  }

  /** Text that is held back goes out, where the stream broke off. */
  release(): void {
    this.finished = true;
    this.#send(this.#reader.end());
  }

  #newQueue(): TokenQueue<ProviderTokenLogprob> {
    const { prompt, notes } = this.#setting;
    return createTokenQueue(prompt.lead.gap, `${this.path}.logprobs`, notes);
  }

  #write(text: string, logprobs: CompletionLogprobs | null = null): void {
    this.#setting.emit({ index: this.index, text, logprobs, finish_reason: null });
  }

  /** Text in front of the reply, which tokens do not count. */
  #writePrefix(text: string): void {
    const place = this.#place;
    place.points += codePoints(text);
    const joined = (this.#lastUnit & 0xfc00) === 0xd800 && (text.charCodeAt(0) & 0xfc00) === 0xdc00;
    if (joined) place.points--;
    this.#lastUnit = text.charCodeAt(text.length - 1);
    this.#write(text);
  }

  #closeThinking(): void {
    if (!this.#thinking) return;
    this.#thinking = false;
    this.#writePrefix('\n</think>\n\n');
  }

  /** Sends on text that is certain, with the tokens that are. */
  #send(text: string): void {
    const reader = this.#reader;
    const { prompt, notes } = this.#setting;
    let words = text;
    if (text !== '' && !this.#begun) {
      this.#begun = true;
      // Behind a prefill that was repeated the reply goes on as it is.
      const repeated = reader.labelled && prompt.lead.gap === '';
      this.#space = startsWithSpace(text) || repeated ? '' : prompt.space;
      words = this.#space + text;
    }
    const queue = this.#queue;
    const logprobs = queue.seen ? this.#listsOf(queue.take(reader.start, reader.released)) : null;
    if (words !== '' || logprobs !== null) this.#write(words, logprobs);
    if (this.#noted || !reader.labelled) return;
    this.#noted = true;
    const message = 'The reply repeated the label that stood open, or the turn behind it; it was taken off.';
    info(notes, 'stripped-label', this.path, message);
  }

  #listsOf(tokens: ProviderTokenLogprob[]): CompletionLogprobs | null {
    if (tokens.length === 0) return null;
    const space = this.#shown ? '' : this.#space;
    this.#shown = true;
    const where = `${this.path}.logprobs.${this.#source}`;
    const counted = space === '' ? tokens : prefixTokens(tokens, space);
    return toCompletionLogprobs(counted, this.#place, where, this.#setting.notes);
  }

  #say(text: string): void {
    if (text === '') return;
    this.#closeThinking();
    this.#spoken = true;
    this.#send(this.#reader.push(text));
  }

  /** What a delta says, in the order in which a reply is read. Returns its words. */
  #takeDelta(delta: ProviderChatDelta): string {
    const { options, notes } = this.#setting;
    const inMessage = this.#inMessage;
    noteDropped(delta, deltaFields, inMessage, notes);
    let parts = '';
    let words = '';
    const { content, refusal } = delta;
    if (typeof content === 'string') {
      this.#said = true;
      words = content;
    } else if (content !== null && content !== undefined) {
      const read = readContent(content, `${inMessage}.content`, notes);
      this.#said ||= read.content !== null;
      words = read.content ?? '';
      parts = read.reasoning;
    }
    if (parts !== '' || delta.reasoning_content != null || delta.reasoning != null) {
      const reasoning = readReasoning(delta, parts);
      if (reasoning !== '') this.#takeReasoning(reasoning);
    }
    if (typeof refusal === 'string' && refusal !== '') this.#takeRefusal(refusal);
    if (words !== '' && this.#source === 'refusal') {
      const message = 'Content came after a refusal, which stands already as the text; it follows there.';
      lossy(notes, 'refusal-as-text', `${inMessage}.content`, message);
    }
    if ('audio' in delta) words += this.#takeAudio(delta.audio);
    if (!isEmpty(delta.tool_calls) || !isEmpty(delta.function_call)) {
      if (options.toolCalls !== 'text') callsAsText(delta, inMessage, options, notes);
      this.#calls.add(delta);
    }
    return words;
  }

  #takeReasoning(reasoning: string): void {
    const { options, notes } = this.#setting;
    const where = `${this.#inMessage}.reasoning_content`;
    if (options.reasoning !== 'think') {
      lossy(notes, 'dropped-content', where, 'The reasoning is not part of the text, and was dropped.');
    } else if (this.#spoken) {
      lossy(notes, 'dropped-content', where, 'Reasoning came after the text had begun, and was dropped.');
    } else {
      this.#writePrefix(this.#thinking ? reasoning : `<think>\n${reasoning}`);
      this.#thinking = true;
    }
  }

  #takeRefusal(refusal: string): void {
    const { notes } = this.#setting;
    const where = `${this.#inMessage}.refusal`;
    if (this.#source === 'content' && this.#spoken) {
      lossy(notes, 'dropped-content', where, 'The reply has content, so its refusal was dropped.');
      return;
    }
    if (this.#source === 'content') {
      this.#source = 'refusal';
      this.#queue = this.#newQueue();
      if (this.#early.length > 0) this.#queue.add(this.#early);
      this.#early = [];
      lossy(notes, 'refusal-as-text', where, 'The refusal became the text of the completion.');
    }
    this.#say(refusal);
  }

  #takeAudio(audio: unknown): string {
    if (typeof audio !== 'object' || audio === null) return '';
    const { data, transcript } = audio as { data?: unknown; transcript?: unknown };
    if (!isEmpty(data)) {
      const message = 'The audio was dropped; its transcript is text if there is no other.';
      lossy(this.#setting.notes, 'dropped-content', `${this.#inMessage}.audio`, message);
    }
    return typeof transcript === 'string' ? transcript : '';
  }

  #takeTokens(logprobs: GivenChoice['logprobs']): void {
    for (const place of ['content', 'refusal'] as const)
      if (Array.isArray(logprobs?.[place])) checkTokens(logprobs[place], `${this.path}.logprobs.${place}`);
    const tokens = logprobs?.[this.#source];
    if (Array.isArray(tokens)) this.#queue.add(tokens);
    else if (!this.#spoken && Array.isArray(logprobs?.refusal))
      this.#early = this.#early.concat(logprobs.refusal);
  }

  /** Writes the calls of the reply behind its words, where they are wanted as text. Returns what was written. */
  #writeCalls(): string {
    const calls = this.#calls;
    if (this.stopped || !calls.begun) return '';
    const { options, notes } = this.#setting;
    const made = { tool_calls: calls.tool_calls(), function_call: calls.function_call() };
    const called = callsAsText(made, this.#inMessage, options, notes);
    if (called === '') return '';
    this.#closeThinking();
    this.#send(this.#reader.push(this.#spoken ? `\n${called}` : called));
    return called;
  }

  #lastTokens(): CompletionLogprobs | null {
    const { context, notes } = this.#setting;
    const queue = this.#queue;
    if (!queue.seen) {
      const message = 'Logprobs were asked for, but did not come.';
      if (context?.logprobs != null) lossy(notes, 'missing-field', `${this.path}.logprobs`, message);
      return null;
    }
    const { start, released: end, total } = this.#reader;
    const rest = queue.rest({ start, end, cut: start > 0 || end < total });
    if (rest.length === 0 && !this.#shown) return toCompletionLogprobs([], this.#place, this.path, notes);
    return this.#listsOf(rest);
  }
}
