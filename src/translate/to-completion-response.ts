import { RolecallError } from '../errors.js';
import { leadLength, noLead } from '../reply/lead.js';
import { cutAtStop } from '../reply/stops.js';
import type { CompletionChoice, CompletionLogprobs, CompletionResponse } from '../schemas/completion.js';
import type { ProviderChatChoice, ProviderChatResponse, ProviderTokenLogprob } from '../schemas/provider.js';
import type { Usage } from '../schemas/shared.js';
import type { CompletionContext, PromptContext } from './context.js';
import { chatChoiceFields, chatReplyFields, chatResponseFields, extended, noteDropped } from './fields.js';
import { completionFinishReason } from './finish-reason.js';
import { createdOf, modelOf, seedOf, toCompletionPrefix, translateId } from './ids.js';
import { checkTokens, prefixTokens, sliceTokens, toCompletionLogprobs } from './logprobs/logprobs.js';
import { codePoints, startOfText } from './logprobs/token-text.js';
import { type ConvertOptions, info, isEmpty, lossy, type Notes, notesFor } from './notes.js';
import { checkBody, indexOf, readContent, readFunctionCall, readReasoning, readToolCalls } from './reply.js';
import { sumUsage, usageOf } from './usage.js';

export interface ToCompletionResponseOptions extends ConvertOptions {
  /** Calls can't be part of a completion: an error by default, `text` writes them into the text as JSON. */
  toolCalls?: 'error' | 'text' | undefined;
  /** Reasoning is dropped with a warning by default; `think` puts it in front of the text as `<think>…</think>`. */
  reasoning?: 'drop' | 'think' | undefined;
  /** Where `text_offset` starts: after the prompt (the default, as OpenAI), or at a number (vLLM: 0). */
  textOffset?: 'prompt' | number | undefined;
}

export interface CompletionConversion {
  response: CompletionResponse;
  warnings: Notes['warnings'];
}

export const noPrompt: PromptContext = { echo: null, offset: 0, lead: noLead, space: '' };
const noStops: readonly string[] = [];

/**
 * The replies to the requests of `toChatRequest`, in their order, as one completion response. Without a context the
 * text is what the model wrote, and each reply is that of one prompt. Rules: table C of the mapping.
 *
 * Throws `provider-error` for a body that is an error, `unsupported` for tool calls unless `toolCalls` is `text`.
 */
export function toCompletionResponse(
  chatResponses: ProviderChatResponse | readonly ProviderChatResponse[],
  context?: CompletionContext | null,
  options: ToCompletionResponseOptions = {},
): CompletionConversion {
  const notes = notesFor(options);
  const many = Array.isArray(chatResponses);
  const responses = (many ? chatResponses : [chatResponses]) as readonly ProviderChatResponse[];
  const [first] = responses;
  if (first === undefined) {
    throw new RolecallError('invalid-argument', 'There is no response to convert.', {
      path: 'chatResponses',
    });
  }
  checkCount(responses.length, context);
  const choices: CompletionChoice[] = [];
  const usages: (Usage | undefined)[] = [];
  for (let i = 0; i < responses.length; i++) {
    const response = responses[i]!;
    const path = many ? `[${i}].` : '';
    checkBody(response, 'chat response');
    noteDropped(response, chatResponseFields, many ? `[${i}]` : '', notes);
    usages.push(usageOf(response.usage, `${path}usage`, notes));
    if (!Array.isArray(response.choices)) {
      lossy(notes, 'odd-value', `${path}choices`, 'The response has no choices.');
    }
  }
  const perPrompt = context?.n ?? mostChoices(responses);
  const each = context?.fanOut === true ? (context.bestOf ?? context.n) : 1;
  for (let p = 0; p * each < responses.length; p++) {
    const group = candidates(responses, p * each, each, many);
    const kept = context?.bestOf != null ? likeliest(group, context.n, notes) : group;
    const prompt = context?.prompts[p] ?? noPrompt;
    for (let k = 0; k < kept.length; k++) {
      const { choice, path, index } = kept[k]!;
      const converted = convertChoice(choice, prompt, context, path, options, notes);
      converted.index = p * perPrompt + index;
      choices.push(converted);
    }
  }
  if (choices.length > 1) choices.sort((a, b) => a.index - b.index);
  const response: CompletionResponse = {
    id: translateId(first.id, toCompletionPrefix, () => seedOf(first.created, choices[0]?.text), notes),
    object: 'text_completion',
    created: createdOf(first.created, notes),
    model: modelOf(first.model, context?.model, notes),
    choices,
  };
  if (typeof first.system_fingerprint === 'string' && first.system_fingerprint !== '') {
    response.system_fingerprint = first.system_fingerprint;
  }
  const usage = sumUsage(usages);
  if (usage !== undefined) response.usage = usage;
  if (responses.length > 1) noteBatch(responses, notes);
  return { response, warnings: notes.warnings };
}

/** Without a context, each prompt has as many choices as the one with the most. */
function mostChoices(responses: readonly ProviderChatResponse[]): number {
  let most = 1;
  for (const { choices } of responses) {
    for (let i = 0; i < (choices?.length ?? 0); i++)
      most = Math.max(most, indexOf(choices![i]!.index, i) + 1);
  }
  return most;
}

/** Throws where the replies are not as many as the requests were. */
export function checkCount(count: number, context: CompletionContext | null | undefined): void {
  if (context === undefined || context === null) return;
  const wanted = context.prompts.length * (context.fanOut ? (context.bestOf ?? context.n) : 1);
  if (count === wanted) return;
  const message = `The request was made into ${wanted} chat requests, so it takes ${wanted} responses, not ${count}.`;
  throw new RolecallError('invalid-argument', message, { path: 'chatResponses' });
}

/** One response stands for all of a batch; what differs in the others is lost. */
function noteBatch(responses: readonly ProviderChatResponse[], notes: Notes): void {
  for (const key of ['id', 'model', 'system_fingerprint'] as const) {
    if (responses.every((one) => one[key] === responses[0]![key])) continue;
    lossy(notes, 'dropped-field', `[1].${key}`, `The batch has one ${key}, that of its first response.`);
  }
}

interface Candidate {
  choice: ProviderChatChoice;
  index: number;
  path: string;
}

/** The choices of one prompt: of one response, or with a fan-out of several with one choice each. */
function candidates(
  responses: readonly ProviderChatResponse[],
  from: number,
  each: number,
  many: boolean,
): Candidate[] {
  const all: Candidate[] = [];
  for (let j = 0; j < each; j++) {
    const choices = responses[from + j]?.choices ?? [];
    for (let i = 0; i < choices.length; i++) {
      const choice = choices[i]!;
      const path = `${many ? `[${from + j}].` : ''}choices[${i}]`;
      all.push({ choice, path, index: each > 1 ? j : indexOf(choice.index, i) });
    }
  }
  return all;
}

/** `best_of`: the candidates of the highest mean logprob, in that order. Those without logprobs come last. */
function likeliest(all: readonly Candidate[], n: number, notes: Notes): Candidate[] {
  const scored = all.map((candidate) => ({ candidate, score: meanLogprob(candidate.choice) }));
  if (scored.some(({ score }) => score === -Infinity)) {
    lossy(
      notes,
      'emulated',
      'choices',
      'Not all candidates of best_of have logprobs; those without come last.',
    );
  }
  scored.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
  return scored.slice(0, n).map(({ candidate }, index) => ({ ...candidate, index }));
}

function meanLogprob({ logprobs }: ProviderChatChoice): number {
  const tokens = logprobs?.content ?? logprobs?.refusal ?? [];
  if (tokens.length === 0) return -Infinity;
  return tokens.reduce((sum, { logprob }) => sum + (logprob ?? 0), 0) / tokens.length;
}

function convertChoice(
  choice: ProviderChatChoice,
  prompt: PromptContext,
  context: CompletionContext | null | undefined,
  path: string,
  options: ToCompletionResponseOptions,
  notes: Notes,
): CompletionChoice {
  noteDropped(choice, chatChoiceFields, path, notes);
  const read = readText(choice, path, options, notes);
  // A reply that begins with the gap alone begins as the old model's did; only a label has to go.
  const lead = leadLength(read.text, prompt.lead, true) ?? 0;
  const start = lead > prompt.lead.gap.length ? lead : 0;
  let reply = start === 0 ? read.text : read.text.slice(start);
  if (start > 0) {
    info(
      notes,
      'stripped-label',
      path,
      'The reply repeated the label that stood open, or the turn behind it; it was taken off.',
    );
  }
  let stopped = false;
  const stops = context?.stops ?? noStops;
  if (stops.length > 0) {
    const cut = cutAtStop(reply, stops, { atTextStart: true });
    stopped = cut.stopped !== undefined;
    reply = cut.text;
  }
  // Behind a prefill that was repeated the reply goes on as it is.
  const repeated = start > 0 && prompt.lead.gap === '';
  const space = reply === '' || startsWithSpace(reply) || repeated ? '' : prompt.space;
  const text = (prompt.echo ?? '') + read.prefix + space + reply;
  const finish = completionFinishReason(choice.finish_reason, `${path}.finish_reason`, notes);
  if (reply === '' && finish === 'length' && !stopped && context?.reasons === true) {
    const message =
      'The limit was used up by reasoning, before any text; the option "reasoningHeadroom" raises it.';
    lossy(notes, 'empty-reply', path, message);
  }
  let logprobs: CompletionLogprobs | null = null;
  if (context === undefined || context === null || context.logprobs !== null) {
    const tokens = choice.logprobs?.[read.source];
    if (Array.isArray(tokens)) {
      checkTokens(tokens, `${path}.logprobs.${read.source}`);
      const end = start + reply.length;
      const from = typeof options.textOffset === 'number' ? options.textOffset : prompt.offset;
      const base = from + codePoints(read.prefix);
      const cut = start > 0 || end < read.text.length;
      logprobs = convertLogprobs(
        tokens,
        { start, end, cut, space, base, gap: prompt.lead.gap },
        `${path}.logprobs.${read.source}`,
        notes,
      );
    } else if (context?.logprobs != null) {
      lossy(notes, 'missing-field', `${path}.logprobs`, 'Logprobs were asked for, but did not come.');
    }
  }
  return { index: 0, text, logprobs, finish_reason: stopped ? 'stop' : finish };
}

export function startsWithSpace(text: string): boolean {
  const unit = text.charCodeAt(0);
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000;
}

/** The part of a reply's tokens that is kept, in UTF-16 units, and how it begins. */
interface Stretch {
  start: number;
  end: number;
  cut: boolean;
  /** White space that goes with a label at the start. */
  gap: string;
  /** White space put in front. */
  space: string;
  /** Where `text_offset` starts. */
  base: number;
}

function convertLogprobs(
  tokens: readonly ProviderTokenLogprob[],
  { start, end, cut, space, base, gap }: Stretch,
  path: string,
  notes: Notes,
): CompletionLogprobs {
  const kept = cut ? sliceTokens(tokens, { start, end, gap }, path, notes) : tokens;
  return toCompletionLogprobs(
    space === '' ? kept : prefixTokens(kept, space),
    startOfText(base),
    path,
    notes,
  );
}

interface ReadText {
  /** What was put in front of the reply: reasoning, on request. */
  prefix: string;
  text: string;
  /** Which logprobs belong to the text. */
  source: 'content' | 'refusal';
}

/** The text of a reply: its content, else its refusal, else what its audio says; then its calls, on request. */
function readText(
  { message }: ProviderChatChoice,
  path: string,
  options: ToCompletionResponseOptions,
  notes: Notes,
): ReadText {
  if (message === null || message === undefined) {
    lossy(notes, 'missing-field', `${path}.message`, 'The choice has no message.');
    return { prefix: '', text: '', source: 'content' };
  }
  const where = `${path}.message`;
  noteReply(message, where, notes);
  let content: string | null;
  let parts = '';
  if (typeof message.content === 'string') content = message.content;
  else ({ content, reasoning: parts } = readContent(message.content, `${where}.content`, notes));
  let source: ReadText['source'] = 'content';
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : null;
  if (refusal !== null) {
    if (content === null || content === '') {
      content = refusal;
      source = 'refusal';
      lossy(notes, 'refusal-as-text', `${where}.refusal`, 'The refusal became the text of the completion.');
    } else
      lossy(
        notes,
        'dropped-content',
        `${where}.refusal`,
        'The reply has content, so its refusal was dropped.',
      );
  }
  if (content === null || content === '') {
    const transcript = message.audio?.transcript;
    if (typeof transcript === 'string' && transcript !== '') content = transcript;
  }
  if (!isEmpty(message.audio) && !isEmpty(message.audio?.data)) {
    lossy(
      notes,
      'dropped-content',
      `${where}.audio`,
      'The audio was dropped; its transcript is text if there is no other.',
    );
  }
  const calls = callsAsText(message, where, options, notes);
  const none = content === null && calls === '';
  if (none) lossy(notes, 'empty-content', `${where}.content`, 'The reply has no content; the text is empty.');
  const text = calls === '' ? (content ?? '') : isEmpty(content) ? calls : `${content}\n${calls}`;
  return { prefix: readPrefix(message, parts, where, options, notes), text, source };
}

/** `reasoning` is another name of `reasoning_content`; both are read in one place. */
function noteReply(message: NonNullable<ProviderChatChoice['message']>, path: string, notes: Notes): void {
  noteDropped(message, replyFields, path, notes);
}
const replyFields = /* @__PURE__ */ extended(chatReplyFields, { reasoning: 'map' } as const);

function readPrefix(
  message: NonNullable<ProviderChatChoice['message']>,
  parts: string,
  path: string,
  options: ToCompletionResponseOptions,
  notes: Notes,
): string {
  const reasoning = readReasoning(message, parts);
  if (reasoning === '') return '';
  if (options.reasoning === 'think') return `<think>\n${reasoning}\n</think>\n\n`;
  lossy(
    notes,
    'dropped-content',
    `${path}.reasoning_content`,
    'The reasoning is not part of the text, and was dropped.',
  );
  return '';
}

/** Calls as one line of JSON, where the caller asked for that; '' for none. Throws `unsupported` where not asked. */
export function callsAsText(
  message: Pick<NonNullable<ProviderChatChoice['message']>, 'tool_calls' | 'function_call'>,
  path: string,
  options: Pick<ToCompletionResponseOptions, 'toolCalls'>,
  notes: Notes,
): string {
  const called = Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
  if (!called && isEmpty(message.function_call)) return '';
  const call = called ? null : readFunctionCall(message.function_call, `${path}.function_call`, notes);
  if (!called && call === null) return '';
  const field = called ? 'tool_calls' : 'function_call';
  if (options.toolCalls !== 'text') {
    const text =
      'A completion has no place for calls of tools; toolCalls: "text" writes them into the text as JSON.';
    throw new RolecallError('unsupported', text, { path: `${path}.${field}` });
  }
  const calls = called ? readToolCalls(message.tool_calls, `${path}.tool_calls`, notes) : call;
  lossy(notes, 'tool-calls-as-text', `${path}.${field}`, 'The calls were written into the text as JSON.');
  return JSON.stringify({ [field]: calls });
}
