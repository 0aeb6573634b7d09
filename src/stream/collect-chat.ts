import type { ChatResponse } from '../schemas/chat.js';
import type {
  ProviderChatChunk,
  ProviderChatDelta,
  ProviderChatReply,
  ProviderTokenLogprob,
  ProviderUsage,
} from '../schemas/provider.js';
import {
  chatChoiceFields,
  chatReplyFields,
  chatResponseFields,
  extended,
  noteDropped,
} from '../translate/fields.js';
import { normalizeChatResponse } from '../translate/normalize/chat-response.js';
import { isEmpty, isRecord, lossy, type Notes, relay } from '../translate/notes.js';
import { checkBody, readContent, readReasoning } from '../translate/reply.js';
import { type CallAssembly, createCallAssembly } from './call-assembly.js';
import { checkEnds, drain, sorted } from './collect.js';
import { hasReason, isPing, type StreamOptions, streamIndex, streamNotes } from './core.js';
import { createHead } from './head.js';
import type { Source } from './source.js';

type GivenChoice = NonNullable<ProviderChatChunk['choices']>[number];

interface ChatParts {
  role: string | null | undefined;
  content: string[];
  /** Content came, though perhaps only null. */
  said: boolean;
  refusal: string;
  reasoning: string[];
  calls: CallAssembly;
  audio: { id: string; data: string; transcript: string; expires_at: number } | undefined;
  annotations: unknown[] | undefined;
  logprobs: { content: ProviderTokenLogprob[] | null; refusal: ProviderTokenLogprob[] | null };
  finish: unknown;
}

const chunkFields = /* @__PURE__ */ extended(chatResponseFields, {
  obfuscation: 'map',
  service_tier: 'map',
} as const);
const choiceFields = /* @__PURE__ */ extended(chatChoiceFields, { delta: 'map' } as const);
const deltaFields = /* @__PURE__ */ extended(chatReplyFields, {
  reasoning: 'map',
  annotations: 'map',
} as const);

const noParts = (): ChatParts => ({
  role: undefined,
  content: [],
  said: false,
  refusal: '',
  reasoning: [],
  calls: createCallAssembly(),
  audio: undefined,
  annotations: undefined,
  logprobs: { content: null, refusal: null },
  finish: undefined,
});

function addAudio(parts: ChatParts, audio: unknown): void {
  if (!isRecord(audio)) return;
  parts.audio ??= { id: '', data: '', transcript: '', expires_at: 0 };
  const { id, data, transcript, expires_at } = audio;
  if (typeof id === 'string' && id !== '') parts.audio.id = id;
  if (typeof data === 'string') parts.audio.data += data;
  if (typeof transcript === 'string') parts.audio.transcript += transcript;
  if (typeof expires_at === 'number') parts.audio.expires_at = expires_at;
}

/** A delta of `annotations` or `audio`, which OpenAI sends without having them in its type. */
type ExtraDelta = { annotations?: unknown; audio?: unknown };

function messageOf(parts: ChatParts): ProviderChatReply {
  const text = parts.content.join('');
  const tool_calls = parts.calls.tool_calls();
  const function_call = parts.calls.function_call();
  // A stream begins with an empty content, where a whole reply without words has null.
  const silent = text === '' && (parts.calls.begun || parts.refusal !== '' || parts.audio !== undefined);
  return {
    role: parts.role ?? 'assistant',
    content: silent || !parts.said ? null : text,
    refusal: parts.refusal === '' ? null : parts.refusal,
    ...(parts.reasoning.length === 0 ? {} : { reasoning_content: parts.reasoning.join('') }),
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
    ...(function_call === null ? {} : { function_call }),
    ...(parts.audio === undefined ? {} : { audio: parts.audio }),
    ...(parts.annotations === undefined ? {} : { annotations: parts.annotations }),
  };
}

function takeDelta(parts: ChatParts, delta: ProviderChatDelta, path: string, notes: Notes): void {
  noteDropped(delta, deltaFields, path, notes);
  parts.role ??= delta.role;
  const { content, reasoning: thoughts } = readContent(delta.content, `${path}.content`, notes);
  if (content !== null) {
    parts.said = true;
    parts.content.push(content);
  }
  const reasoning = readReasoning(delta, thoughts);
  if (reasoning !== '') parts.reasoning.push(reasoning);
  if (typeof delta.refusal === 'string') parts.refusal += delta.refusal;
  parts.calls.add(delta);
  const { annotations, audio } = delta as ExtraDelta;
  addAudio(parts, audio);
  if (Array.isArray(annotations)) {
    parts.annotations ??= [];
    for (const one of annotations) parts.annotations.push(one);
  }
}

function takeChoice(parts: ChatParts, given: GivenChoice, path: string, notes: Notes): void {
  noteDropped(given, choiceFields, path, notes);
  // A server that can't stream gives a whole message.
  const delta = given.delta ?? given.message;
  if (hasReason(parts.finish)) {
    const message = 'Text came after the end of the choice, and was dropped.';
    if (typeof delta?.content === 'string' && delta.content !== '')
      lossy(notes, 'dropped-content', `${path}.message.content`, message);
    return;
  }
  if (isRecord(delta)) takeDelta(parts, delta, `${path}.message`, notes);
  if (isRecord(given.logprobs)) {
    for (const key of ['content', 'refusal'] as const) {
      const tokens = given.logprobs[key];
      if (!Array.isArray(tokens)) continue;
      parts.logprobs[key] ??= [];
      for (const token of tokens) parts.logprobs[key].push(token);
    }
  }
  parts.finish = given.finish_reason;
}

/**
 * The chunks of a chat reply as the response that they are the parts of, in OpenAI's strict shape.
 *
 * Throws `provider-error` for an error in the stream and `incomplete-stream` for an end without a finish_reason.
 */
export async function collectChatStream(
  chunks: Source<ProviderChatChunk>,
  options: StreamOptions = {},
): Promise<ChatResponse> {
  const notes = streamNotes(options);
  const head = createHead('chatcmpl-', undefined, notes);
  const choices = new Map<number, ChatParts>();
  let usage: ProviderUsage | undefined;
  let tier: string | undefined;

  const whole = await drain(chunks, (chunk) => {
    checkBody(chunk, 'chat chunk');
    if (isPing(chunk)) return;
    noteDropped(chunk, chunkFields, '', notes);
    head.see(chunk);
    if (!isEmpty(chunk.usage)) usage = chunk.usage!;
    if (typeof chunk.service_tier === 'string') tier = chunk.service_tier;
    for (const given of chunk.choices ?? []) {
      const index = streamIndex(given.index);
      let parts = choices.get(index);
      if (parts === undefined) {
        parts = noParts();
        choices.set(index, parts);
      }
      takeChoice(parts, given, `choices[${index}]`, notes);
    }
    notes.tell();
  });

  checkEnds(choices, options, whole);
  const { response, warnings } = normalizeChatResponse(
    {
      ...head.get(),
      object: 'chat.completion',
      system_fingerprint: head.fingerprint,
      service_tier: tier,
      choices: sorted(choices).map(([index, parts]) => ({
        index,
        message: messageOf(parts),
        logprobs: parts.logprobs,
        finish_reason: parts.finish as string,
      })),
      usage,
    },
    { ...options, onWarning: undefined },
  );
  for (const warning of warnings) relay(notes, warning);
  notes.tell();
  return response;
}
