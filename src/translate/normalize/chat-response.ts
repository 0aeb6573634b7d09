import type {
  Annotation,
  ChatChoice,
  ChatLogprobs,
  ChatReply,
  ChatResponse,
  ServiceTier,
} from '../../schemas/chat.js';
import type { ProviderChatChoice, ProviderChatReply, ProviderChatResponse } from '../../schemas/provider.js';
import { chatChoiceFields, chatResponseFields, extended, type FieldRule, noteDropped } from '../fields.js';
import { chatFinishReason } from '../finish-reason.js';
import { createdOf, modelOf, newId, seedOf } from '../ids.js';
import { chatTokens } from '../logprobs/logprobs.js';
import {
  at,
  type ConvertOptions,
  info,
  isEmpty,
  isRecord,
  lossy,
  type Notes,
  notesFor,
  quoted,
} from '../notes.js';
import {
  checkBody,
  indexOf,
  readContent,
  readFunctionCall,
  readReasoning,
  readToolCalls,
  textOf,
} from '../reply.js';
import { usageOf } from '../usage.js';

/** Every field of a reply is read here, `reasoning` as another name of `reasoning_content`. */
const replyFields = {
  role: 'map',
  content: 'map',
  refusal: 'map',
  tool_calls: 'map',
  function_call: 'map',
  reasoning_content: 'map',
  reasoning: 'map',
  audio: 'map',
  annotations: 'map',
} as const satisfies Record<keyof ChatReply | 'reasoning', FieldRule>;

const responseFields = /* @__PURE__ */ extended(chatResponseFields, { service_tier: 'map' } as const);
const tiers: ReadonlySet<string> = new Set<ServiceTier>(['auto', 'default', 'flex', 'scale', 'priority']);

/**
 * Any provider's chat response in OpenAI's strict shape, with a warning for what was missing or odd, or has no place
 * there. Throws `provider-error` for a body that is an error.
 */
export function normalizeChatResponse(
  body: unknown,
  options: ConvertOptions = {},
): { response: ChatResponse; warnings: Notes['warnings'] } {
  const notes = notesFor(options);
  checkBody(body, 'chat response');
  const source = body as ProviderChatResponse;
  noteDropped(source, responseFields, '', notes);
  if (!Array.isArray(source.choices)) lossy(notes, 'odd-value', 'choices', 'The response has no choices.');
  const choices = (source.choices ?? []).map((choice, i) => normalizeChoice(choice, i, notes));
  const response: ChatResponse = {
    id: idOf(source, notes),
    object: 'chat.completion',
    created: createdOf(source.created, notes),
    model: modelOf(source.model, undefined, notes),
    choices,
  };
  const usage = usageOf(source.usage, 'usage', notes);
  if (usage !== undefined) response.usage = usage;
  if (typeof source.system_fingerprint === 'string' && source.system_fingerprint !== '') {
    response.system_fingerprint = source.system_fingerprint;
  }
  const tier = source.service_tier;
  if (typeof tier === 'string' && tiers.has(tier)) response.service_tier = tier as ServiceTier;
  else if (!isEmpty(tier))
    lossy(notes, 'dropped-field', 'service_tier', `OpenAI has no tier ${quoted(tier)}.`);
  return { response, warnings: notes.warnings };
}

function idOf({ id, created, choices }: ProviderChatResponse, notes: Notes): string {
  if (typeof id === 'string' && id !== '') return id;
  info(notes, 'missing-field', 'id', 'The response has no id; one was made.');
  return newId('chatcmpl-', seedOf(created, choices?.[0]?.message?.content), notes);
}

function normalizeChoice(choice: ProviderChatChoice, position: number, notes: Notes): ChatChoice {
  const path = `choices[${position}]`;
  noteDropped(choice, chatChoiceFields, path, notes);
  const message = normalizeReply(choice.message, at(path, 'message'), notes);
  const called = message.tool_calls !== undefined || message.function_call != null;
  return {
    index: indexOf(choice.index, position),
    message,
    logprobs: logprobsOf(choice.logprobs, at(path, 'logprobs'), notes),
    finish_reason: chatFinishReason(choice.finish_reason, at(path, 'finish_reason'), notes, called),
  };
}

function logprobsOf(
  logprobs: ProviderChatChoice['logprobs'],
  path: string,
  notes: Notes,
): ChatLogprobs | null {
  if (!isRecord(logprobs)) return null;
  const { content, refusal } = logprobs;
  if (!Array.isArray(content) && !Array.isArray(refusal)) return null;
  return {
    content: Array.isArray(content) ? chatTokens(content, at(path, 'content'), notes) : null,
    refusal: Array.isArray(refusal) ? chatTokens(refusal, at(path, 'refusal'), notes) : null,
  };
}

function normalizeReply(
  message: ProviderChatReply | null | undefined,
  path: string,
  notes: Notes,
): ChatReply {
  if (!isRecord(message)) {
    lossy(notes, 'missing-field', path, 'The choice has no message.');
    return { role: 'assistant', content: null, refusal: null };
  }
  noteDropped(message, replyFields, path, notes);
  if (!isEmpty(message.role) && message.role !== 'assistant') {
    lossy(
      notes,
      'role-changed',
      at(path, 'role'),
      `A reply is the assistant's, not of ${quoted(message.role)}.`,
    );
  }
  const { content, reasoning: parts } = readContent(message.content, at(path, 'content'), notes);
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : null;
  const reply: ChatReply = { role: 'assistant', content, refusal };
  const reasoning = readReasoning(message, parts);
  if (reasoning !== '') reply.reasoning_content = reasoning;
  const calls = readToolCalls(message.tool_calls, at(path, 'tool_calls'), notes);
  if (calls.length > 0) reply.tool_calls = calls;
  const call = readFunctionCall(message.function_call, at(path, 'function_call'), notes);
  if (call !== null) reply.function_call = call;
  addAudio(reply, message.audio, at(path, 'audio'), notes);
  addAnnotations(reply, message.annotations, at(path, 'annotations'), notes);
  return reply;
}

function addAudio(reply: ChatReply, audio: ProviderChatReply['audio'], path: string, notes: Notes): void {
  if (!isRecord(audio) || (isEmpty(audio.data) && isEmpty(audio.transcript) && isEmpty(audio.id))) return;
  const { id, data, expires_at, transcript } = audio;
  if (isEmpty(id) || isEmpty(data)) info(notes, 'missing-field', path, 'The audio lacks its id or its data.');
  reply.audio = {
    id: textOf(id),
    data: textOf(data),
    expires_at: typeof expires_at === 'number' ? expires_at : 0,
    transcript: textOf(transcript),
  };
}

function addAnnotations(
  reply: ChatReply,
  all: ProviderChatReply['annotations'],
  path: string,
  notes: Notes,
): void {
  if (!Array.isArray(all)) return;
  const kept: Annotation[] = [];
  for (const [i, one] of all.entries()) {
    const citation = isRecord(one) && one['type'] === 'url_citation' ? one['url_citation'] : undefined;
    if (!isRecord(citation) || typeof citation['url'] !== 'string') {
      lossy(notes, 'dropped-content', `${path}[${i}]`, 'The annotation is not of a kind that OpenAI has.');
      continue;
    }
    const { start_index, end_index, title, url } = citation;
    const place = (value: unknown): number => (typeof value === 'number' ? Math.trunc(value) : 0);
    kept.push({
      type: 'url_citation',
      url_citation: {
        start_index: place(start_index),
        end_index: place(end_index),
        title: typeof title === 'string' ? title : '',
        url,
      },
    });
  }
  reply.annotations = kept;
}
