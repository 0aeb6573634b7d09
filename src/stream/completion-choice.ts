import { createAnswerReader } from '../reply/answer.js';
import type { CompletionChunkFrame, CompletionLogprobs } from '../schemas/completion.js';
import type { ProviderChatChunk, ProviderChatDelta, ProviderTokenLogprob } from '../schemas/provider.js';
import type { CompletionContext, PromptContext } from '../translate/context.js';
import { chatChoiceFields, chatReplyFields, extended, noteDropped } from '../translate/fields.js';
import { completionFinishReason, isFaultReason } from '../translate/finish-reason.js';
import { checkTokens, prefixTokens, toCompletionLogprobs } from '../translate/logprobs.js';
import { info, isEmpty, isRecord, lossy } from '../translate/notes.js';
import { readContent, readReasoning } from '../translate/reply.js';
import {
  callsAsText,
  startsWithSpace,
  type ToCompletionResponseOptions,
} from '../translate/to-completion-response.js';
import { codePoints, startOfText } from '../translate/token-text.js';
import { createCallAssembly } from './call-assembly.js';
import { hasReason, type OpenChoice, type StreamNotes } from './core.js';
import { createTokenQueue, type TokenQueue } from './token-queue.js';

type ChunkChoice = CompletionChunkFrame['choices'][number];
type GivenChoice = NonNullable<ProviderChatChunk['choices']>[number];

/** A choice of chat chunks as it becomes one of a completion's. */
export interface CompletionChoiceConverter extends OpenChoice {
  /** The stream that the choice came from. */
  readonly stream: number;
  take(given: GivenChoice): void;
  finish(reason: unknown): void;
  /** Text that is held back goes out, where the stream broke off. */
  release(): void;
}

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

export function createCompletionChoice({
  index,
  stream,
  prompt,
  context,
  options,
  notes,
  emit,
}: CompletionChoiceSetting): CompletionChoiceConverter {
  const path = `choices[${index}]`;
  const inMessage = `${path}.message`;
  const { offset } = prompt;
  const reader = createAnswerReader({
    lead: prompt.lead,
    keepGap: true,
    stops: context?.stops ?? noStops,
  });
  const newQueue = (): TokenQueue<ProviderTokenLogprob> =>
    createTokenQueue(prompt.lead.gap, `${path}.logprobs`, notes);
  const place = startOfText(typeof options.textOffset === 'number' ? options.textOffset : offset);
  const calls = createCallAssembly();
  let source: 'content' | 'refusal' = 'content';
  let queue = newQueue();
  /** Tokens of a refusal whose first words have not come. */
  let early: ProviderTokenLogprob[] = [];
  /** A `<think>` stands open. */
  let thinking = false;
  /** Content has come, though perhaps an empty text. */
  let said = false;
  /** Words have come: content, a refusal or a transcript. */
  let spoken = false;
  /** The reply's own text has begun to go out. */
  let begun = false;
  let space = '';
  /** Logprobs are out. */
  let shown = false;
  let noted = false;
  let finished = false;
  let fault: unknown;
  let lastUnit = 0;

  function write(text: string, logprobs: CompletionLogprobs | null = null): void {
    emit({ index, text, logprobs, finish_reason: null });
  }

  /** Text in front of the reply, which tokens do not count. */
  function emitPrefix(text: string): void {
    place.points += codePoints(text);
    const joined = (lastUnit & 0xfc00) === 0xd800 && (text.charCodeAt(0) & 0xfc00) === 0xdc00;
    if (joined) place.points--;
    lastUnit = text.charCodeAt(text.length - 1);
    write(text);
  }

  function closeThinking(): void {
    if (!thinking) return;
    thinking = false;
    emitPrefix('\n</think>\n\n');
  }

  /** Sends on text that is certain, with the tokens that are. */
  function send(text: string): void {
    let words = text;
    if (text !== '' && !begun) {
      begun = true;
      // Behind a prefill that was repeated the reply goes on as it is.
      const repeated = reader.labelled && prompt.lead.gap === '';
      space = startsWithSpace(text) || repeated ? '' : prompt.space;
      words = space + text;
    }
    const logprobs = queue.seen ? listsOf(queue.take(reader.start, reader.released)) : null;
    if (words !== '' || logprobs !== null) write(words, logprobs);
    if (noted || !reader.labelled) return;
    noted = true;
    const message = 'The reply repeated the label that stood open, or the turn behind it; it was taken off.';
    info(notes, 'stripped-label', path, message);
  }

  function listsOf(tokens: ProviderTokenLogprob[]): CompletionLogprobs | null {
    if (tokens.length === 0) return null;
    const first = !shown && space !== '';
    shown = true;
    const where = `${path}.logprobs.${source}`;
    return toCompletionLogprobs(first ? prefixTokens(tokens, space) : tokens, place, where, notes);
  }

  function say(text: string): void {
    if (text === '') return;
    closeThinking();
    spoken = true;
    send(reader.push(text));
  }

  function takeReasoning(reasoning: string): void {
    const where = `${inMessage}.reasoning_content`;
    if (options.reasoning !== 'think') {
      lossy(notes, 'dropped-content', where, 'The reasoning is not part of the text, and was dropped.');
    } else if (spoken) {
      lossy(notes, 'dropped-content', where, 'Reasoning came after the text had begun, and was dropped.');
    } else {
      emitPrefix(thinking ? reasoning : `<think>\n${reasoning}`);
      thinking = true;
    }
  }

  function takeRefusal(refusal: string): void {
    const where = `${inMessage}.refusal`;
    if (source === 'content' && spoken) {
      lossy(notes, 'dropped-content', where, 'The reply has content, so its refusal was dropped.');
      return;
    }
    if (source === 'content') {
      source = 'refusal';
      queue = newQueue();
      if (early.length > 0) queue.add(early);
      early = [];
      lossy(notes, 'refusal-as-text', where, 'The refusal became the text of the completion.');
    }
    say(refusal);
  }

  /** What a delta says, in the order in which a reply is read. Returns its words. */
  function takeDelta(delta: ProviderChatDelta): string {
    noteDropped(delta, deltaFields, inMessage, notes);
    let parts = '';
    let words = '';
    const { content, refusal } = delta;
    if (typeof content === 'string') {
      said = true;
      words = content;
    } else if (content !== null && content !== undefined) {
      const read = readContent(content, `${inMessage}.content`, notes);
      said ||= read.content !== null;
      words = read.content ?? '';
      parts = read.reasoning;
    }
    if (parts !== '' || delta.reasoning_content != null || delta.reasoning != null) {
      const reasoning = readReasoning(delta, parts);
      if (reasoning !== '') takeReasoning(reasoning);
    }
    if (typeof refusal === 'string' && refusal !== '') takeRefusal(refusal);
    if (words !== '' && source === 'refusal') {
      const message = 'Content came after a refusal, which stands already as the text; it follows there.';
      lossy(notes, 'refusal-as-text', `${inMessage}.content`, message);
    }
    if ('audio' in delta) words += takeAudio(delta.audio);
    if (!isEmpty(delta.tool_calls) || !isEmpty(delta.function_call)) {
      if (options.toolCalls !== 'text') callsAsText(delta, inMessage, options, notes);
      calls.add(delta);
    }
    return words;
  }

  function takeAudio(audio: unknown): string {
    if (typeof audio !== 'object' || audio === null) return '';
    const { data, transcript } = audio as { data?: unknown; transcript?: unknown };
    if (!isEmpty(data)) {
      const message = 'The audio was dropped; its transcript is text if there is no other.';
      lossy(notes, 'dropped-content', `${inMessage}.audio`, message);
    }
    return typeof transcript === 'string' ? transcript : '';
  }

  function finish(reason: unknown): void {
    const given = completionFinishReason(reason, `${path}.finish_reason`, notes);
    let called = '';
    if (!reader.stopped && calls.begun) {
      const made = { tool_calls: calls.tool_calls(), function_call: calls.function_call() };
      called = callsAsText(made, inMessage, options, notes);
      if (called !== '') {
        closeThinking();
        send(reader.push(spoken ? `\n${called}` : called));
      }
    }
    closeThinking();
    send(reader.end());
    finished = true;
    if (!said && !spoken && called === '') {
      lossy(notes, 'empty-content', `${inMessage}.content`, 'The reply has no content; the text is empty.');
    }
    if (!begun && given === 'length' && !reader.stopped && context?.reasons === true) {
      const message = 'The limit was used up by reasoning, before any text; raise reasoningHeadroom.';
      lossy(notes, 'empty-reply', path, message);
    }
    emit({ index, text: '', logprobs: lastTokens(), finish_reason: reader.stopped ? 'stop' : given });
  }

  function lastTokens(): CompletionLogprobs | null {
    if (!queue.seen) {
      if (context?.logprobs != null)
        lossy(notes, 'missing-field', `${path}.logprobs`, 'Logprobs were asked for, but did not come.');
      return null;
    }
    const cut = reader.start > 0 || reader.released < reader.total;
    const rest = queue.rest({ start: reader.start, end: reader.released, cut });
    if (rest.length === 0 && !shown) return toCompletionLogprobs([], place, path, notes);
    return listsOf(rest);
  }

  if (prompt.echo !== null && prompt.echo !== '') write(prompt.echo);

  return {
    index,
    stream,
    path,
    get finished() {
      return finished;
    },
    get stopped() {
      return reader.stopped;
    },
    get fault() {
      return fault;
    },
    take(given) {
      noteDropped(given, choiceFields, path, notes);
      // A server that can't stream gives a whole message.
      const delta = given.delta ?? given.message;
      if (finished) {
        const late = typeof delta?.content === 'string' && delta.content !== '';
        if (late && !reader.stopped) {
          const message = 'Text came after the end of the choice, and was dropped.';
          lossy(notes, 'dropped-content', `${inMessage}.content`, message);
        }
        return;
      }
      const words = isRecord(delta) ? takeDelta(delta) : '';
      if (!isRecord(delta) && !isEmpty(delta))
        lossy(notes, 'odd-value', `${path}.delta`, 'The delta is no object.');
      if (context === undefined || context === null || context.logprobs !== null) {
        for (const place of ['content', 'refusal'] as const)
          if (Array.isArray(given.logprobs?.[place]))
            checkTokens(given.logprobs[place], `${path}.logprobs.${place}`);
        const tokens = given.logprobs?.[source];
        if (Array.isArray(tokens)) queue.add(tokens);
        else if (!spoken && Array.isArray(given.logprobs?.refusal))
          early = early.concat(given.logprobs.refusal);
      }
      if (words !== '') say(words);
      else if (queue.seen) send('');
      if (reader.stopped) finish('stop');
      else if (isFaultReason(given.finish_reason)) fault = given.finish_reason;
      else if (hasReason(given.finish_reason)) finish(given.finish_reason);
    },
    finish,
    release() {
      finished = true;
      send(reader.end());
    },
  };
}
