import type { Dialect } from '../dialect/types.js';
import type { DialectName } from '../formats/index.generated.js';
import { assembleCalls } from '../reply/calls.js';
import type { ReplyReader } from '../reply/reader.js';
import type { ChatChoice, ChatLogprobs, ChatReply, ChatResponse, TokenLogprob } from '../schemas/chat.js';
import type { ToolCall } from '../schemas/messages.js';
import type { ProviderCompletionChoice, ProviderCompletionResponse } from '../schemas/provider.js';
import type { ChatContext } from './context.js';
import { completionChoiceFields, completionResponseFields, noteDropped } from './fields.js';
import { chatFinishReason } from './finish-reason.js';
import { callId, createdOf, modelOf, seedOf, toChatPrefix, translateId } from './ids.js';
import { functionCallOf } from './legacy-functions.js';
import { chatLogprobs, sliceTokens, toChatTokens } from './logprobs/logprobs.js';
import { advance, startOfText } from './logprobs/token-text.js';
import { at, type ConvertOptions, info, lossy, type Notes, notesFor } from './notes.js';
import { checkBody, indexOf } from './reply.js';
import { chatReplyReader, noteFault } from './reply-text.js';
import { usageOf } from './usage.js';

export interface ToChatResponseOptions extends ConvertOptions {
  /** Choices for a prompt, where the response is that of a batch and there is no context. */
  n?: number | undefined;
  /**
   * Read calls of tools from the text: by default where the prompt offered tools. A call is one once its name and the
   * opening bracket of its arguments stand there; arguments that are no whole JSON are given as they are, with a `lossy`
   * warning. What looks like a call and is none stays in the content, with a `lossy` warning.
   */
  toolCalls?: boolean | undefined;
  /** The dialect of the prompt, where it is one of your own or made of a chat template: the context only names it. */
  dialect?: Dialect | DialectName | undefined;
  /** Set reasoning (`<think>…</think>`) apart as `reasoning_content`: by default where the dialect has it. */
  reasoning?: boolean | undefined;
}

export interface ChatConversion {
  response: ChatResponse;
  /** One response for each prompt of a batch; `response` is the first. */
  responses: [ChatResponse, ...ChatResponse[]];
  warnings: Notes['warnings'];
}

/**
 * A completion response as a chat response; of a batch, one for each prompt. With the context of
 * `toCompletionRequest` the echo, the label and its space are taken off, stops are enforced, and calls are read.
 * Rules: table D of the mapping. Throws `provider-error` for a body that is an error.
 * @example
 * ```ts
 * import { toChatResponse, toCompletionRequest } from 'rolecall';
 * const { context } = toCompletionRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi!' }] }, { dialect: 'chatml' });
 * const choices = [{ index: 0, text: 'Hello.', logprobs: null, finish_reason: 'stop' as const }];
 * const answer = { id: 'cmpl-1', object: 'text_completion' as const, created: 1, model: 'm', choices };
 * toChatResponse(answer, context).response.choices[0]?.message.content; // 'Hello.'
 * ```
 */
export function toChatResponse(
  completionResponse: ProviderCompletionResponse,
  context?: ChatContext | null,
  options: ToChatResponseOptions = {},
): ChatConversion {
  const notes = notesFor(options);
  checkBody(completionResponse, 'completion response');
  const source: ProviderCompletionResponse = completionResponse;
  noteDropped(source, completionResponseFields, '', notes);
  const given = source.choices;
  if (!Array.isArray(given)) lossy(notes, 'odd-value', 'choices', 'The response has no choices.');
  const choices = Array.isArray(given) ? given : [];
  const n = options.n ?? context?.n ?? Infinity;
  const id = translateId(source.id, toChatPrefix, () => seedOf(source.created, choices[0]?.text), notes);
  const own: ChatChoice[] = [];
  /** The choices of the prompts of a batch behind the first, by prompt. */
  let others: Map<number, ChatChoice[]> | undefined;
  for (let i = 0; i < choices.length; i++) {
    const index = indexOf(choices[i]!.index, i);
    const makeId = (call: number, name: string): string => callId(id, index, call, name, notes);
    const converted = convertChoice(choices[i]!, context, `choices[${i}]`, makeId, options, notes);
    converted.index = index;
    if (index < n) own.push(converted);
    else {
      const prompt = Math.floor(index / n);
      converted.index = index - prompt * n;
      others ??= new Map();
      const group = others.get(prompt);
      if (group === undefined) others.set(prompt, [converted]);
      else group.push(converted);
    }
  }

  const response: ChatResponse = {
    id,
    object: 'chat.completion',
    created: createdOf(source.created, notes),
    model: modelOf(source.model, context?.model, notes),
    choices: inOrder(own),
  };
  if (typeof source.system_fingerprint === 'string' && source.system_fingerprint !== '') {
    response.system_fingerprint = source.system_fingerprint;
  }
  const responses: ChatConversion['responses'] = [response];
  for (const [prompt, group] of others === undefined ? [] : [...others].sort(([p], [q]) => p - q)) {
    responses.push({ ...response, id: `${response.id}-${prompt}`, choices: inOrder(group) });
  }
  const usage = usageOf(source.usage, 'usage', notes);
  if (usage !== undefined) {
    response.usage = usage;
    if (others !== undefined) {
      const message = 'The usage is that of the whole batch; the first response carries it.';
      lossy(notes, 'merged-choices', 'usage', message);
    }
  }
  return { response, responses, warnings: notes.warnings };
}

function inOrder(choices: ChatChoice[]): ChatChoice[] {
  return choices.length > 1 ? choices.sort((a, b) => a.index - b.index) : choices;
}

function convertChoice(
  choice: ProviderCompletionChoice,
  context: ChatContext | null | undefined,
  path: string,
  makeId: (index: number, name: string) => string,
  options: ToChatResponseOptions,
  notes: Notes,
): ChatChoice {
  noteDropped(choice, completionChoiceFields, path, notes);
  let raw = choice.text ?? '';
  if (typeof raw !== 'string') {
    lossy(notes, 'odd-value', at(path, 'text'), 'The text of the choice is not a string.');
    raw = '';
  } else if (choice.text === null || choice.text === undefined) {
    lossy(notes, 'missing-field', at(path, 'text'), 'The choice has no text.');
  }
  const echoed = echoLength(raw, context, path, notes);
  const body = echoed === 0 ? raw : raw.slice(echoed);
  const reader = chatReplyReader(context, options, null, Infinity);
  const pieces = [...reader.push(body), ...reader.end()];
  if (reader.labelled) {
    info(notes, 'stripped-label', path, 'The reply repeated its own label, which was taken off.');
  }
  let logprobs: ChatLogprobs | null = null;
  if (choice.logprobs !== null && choice.logprobs !== undefined) {
    const where = at(path, 'logprobs');
    const tokens = withoutEcho(toChatTokens(choice.logprobs, where, notes), echoed);
    logprobs = chatLogprobs(tokensOf(tokens, reader, context, where, notes));
  }
  const read = assembleCalls(pieces, makeId);
  for (const fault of read.faults) noteFault(fault, `${path}.message`, notes);
  const calls = read.calls.length > 0;
  const content = calls && read.content === '' ? null : read.content;
  const message: ChatReply = { role: 'assistant', content, refusal: null };
  const reasoning = pieces.map((piece) => ('reasoning' in piece ? piece.reasoning : '')).join('');
  if (reasoning !== '') message.reasoning_content = reasoning;
  if (calls) placeCalls(message, read.calls, context?.legacyFunctions === true, `${path}.message`, notes);
  const where = at(path, 'finish_reason');
  const reason = reader.stopped ? 'stop' : chatFinishReason(choice.finish_reason, where, notes, calls);
  return {
    index: 0,
    message,
    logprobs,
    finish_reason: calledReason(reason, calls, context?.legacyFunctions === true),
  };
}

/** The tokens of the content, where it is one stretch of the text. */
function tokensOf(
  tokens: TokenLogprob[],
  { start, released: end, gathered, total }: ReplyReader,
  context: ChatContext | null | undefined,
  path: string,
  notes: Notes,
): TokenLogprob[] {
  if (gathered) {
    lossy(
      notes,
      'cut-token',
      path,
      'The logprobs are those of the whole reply, reasoning and marks included.',
    );
    return tokens;
  }
  if (start === 0 && end === total) return tokens;
  return sliceTokens(tokens, { start, end, gap: context?.lead.gap ?? '' }, path, notes);
}

/** A reply that ends in calls stopped to have them made. */
export function calledReason(
  reason: ChatChoice['finish_reason'],
  called: boolean,
  legacy: boolean,
): ChatChoice['finish_reason'] {
  if (reason !== 'stop' || !called) return reason;
  return legacy ? 'function_call' : 'tool_calls';
}

/** How much of the text is the prompt, sent back: all of it, or nothing and a warning. */
function echoLength(
  text: string,
  context: ChatContext | null | undefined,
  path: string,
  notes: Notes,
): number {
  const echo = context?.echo ?? null;
  if (echo === null) return 0;
  if (text.startsWith(echo)) return echo.length;
  lossy(
    notes,
    'echo-mismatch',
    at(path, 'text'),
    'The text does not begin with the prompt that was to be echoed; it was kept whole.',
  );
  return 0;
}

/** The tokens behind an echoed prompt: by their place in the text, since servers count offsets from different bases. */
function withoutEcho(tokens: TokenLogprob[], echoed: number): TokenLogprob[] {
  if (echoed === 0) return tokens;
  const place = startOfText();
  let first = 0;
  while (first < tokens.length && place.units < echoed) {
    advance(place, tokens[first]!.token, tokens[first]!.bytes);
    first++;
  }
  return tokens.slice(first);
}

function placeCalls(
  message: ChatReply,
  calls: ToolCall[],
  legacy: boolean,
  path: string,
  notes: Notes,
): void {
  if (!legacy) {
    message.tool_calls = calls;
    return;
  }
  const call = functionCallOf(calls, at(path, 'tool_calls'), notes);
  if (call !== undefined) message.function_call = call;
}
