import * as z from 'zod';
import { FunctionCall, Message, TextPart, ToolCall } from './messages.js';
import { ResponseFormat, sampling, serverFields, Usage } from './shared.js';
import { FunctionChoice, FunctionDefinition, Tool, ToolChoice } from './tools.js';

export const ServiceTier = z.enum(['auto', 'default', 'flex', 'scale', 'priority']);

const mode = z.strictObject({ mode: z.enum(['score', 'block']) });

/** A request to `/v1/chat/completions`. Strict: a field that is not known is an error. */
export const ChatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(Message).min(1),
  audio: z
    .strictObject({
      format: z.enum(['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']),
      voice: z.union([z.string(), z.strictObject({ id: z.string() })]),
    })
    .nullable()
    .exactOptional(),
  function_call: FunctionChoice.exactOptional(),
  functions: z.array(FunctionDefinition).exactOptional(),
  logprobs: z.boolean().nullable().exactOptional(),
  /** Tokens, hidden reasoning included. */
  max_completion_tokens: z.int().min(-1).nullable().exactOptional(),
  /** Deprecated by OpenAI, and the only one that many servers know. Tokens; unset is unlimited, and so is -1 of LM Studio's and llama.cpp's clients. */
  max_tokens: z.int().min(-1).nullable().exactOptional(),
  metadata: z.record(z.string(), z.string()).nullable().exactOptional(),
  modalities: z
    .array(z.enum(['text', 'audio']))
    .nullable()
    .exactOptional(),
  moderation: z
    .strictObject({
      model: z.string(),
      policy: z
        .strictObject({ input: mode.nullable().exactOptional(), output: mode.nullable().exactOptional() })
        .nullable()
        .exactOptional(),
    })
    .nullable()
    .exactOptional(),
  parallel_tool_calls: z.boolean().exactOptional(),
  prediction: z
    .strictObject({ type: z.literal('content'), content: z.union([z.string(), z.array(TextPart)]) })
    .nullable()
    .exactOptional(),
  prompt_cache_key: z.string().exactOptional(),
  prompt_cache_options: z
    .strictObject({
      mode: z.enum(['implicit', 'explicit']).exactOptional(),
      ttl: z.literal('30m').exactOptional(),
    })
    .exactOptional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullable().exactOptional(),
  reasoning_effort: z
    .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .nullable()
    .exactOptional(),
  response_format: ResponseFormat.exactOptional(),
  safety_identifier: z.string().exactOptional(),
  service_tier: ServiceTier.nullable().exactOptional(),
  store: z.boolean().nullable().exactOptional(),
  tool_choice: ToolChoice.exactOptional(),
  tools: z.array(Tool).exactOptional(),
  top_logprobs: z.int().min(0).max(20).nullable().exactOptional(),
  verbosity: z.enum(['low', 'medium', 'high']).nullable().exactOptional(),
  web_search_options: z
    .strictObject({
      search_context_size: z.enum(['low', 'medium', 'high']).exactOptional(),
      user_location: z
        .strictObject({
          type: z.literal('approximate'),
          approximate: z.strictObject({
            city: z.string().exactOptional(),
            country: z.string().exactOptional(),
            region: z.string().exactOptional(),
            timezone: z.string().exactOptional(),
          }),
        })
        .nullable()
        .exactOptional(),
    })
    .exactOptional(),
  /** Not OpenAI's: what the model's chat template takes beside the messages, as vLLM and llama.cpp name it. */
  chat_template_kwargs: z.record(z.string(), z.unknown()).exactOptional(),
  ...sampling,
  ...serverFields,
});

export const ChatFinishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

const topLogprob = {
  token: z.string(),
  /** A natural logarithm; -9999 means outside the likeliest 20. */
  logprob: z.number(),
  /** The UTF-8 of the token, which may be a part of a character; null where it is not known. */
  bytes: z.array(z.int().min(0).max(255)).nullable(),
};

export const TopLogprob = z.strictObject(topLogprob);
export const TokenLogprob = z.strictObject({ ...topLogprob, top_logprobs: z.array(TopLogprob) });

export const ChatLogprobs = z.strictObject({
  content: z.array(TokenLogprob).nullable(),
  refusal: z.array(TokenLogprob).nullable(),
});

export const Annotation = z.strictObject({
  type: z.literal('url_citation'),
  url_citation: z.strictObject({
    end_index: z.int(),
    start_index: z.int(),
    title: z.string(),
    url: z.string(),
  }),
});

export const ChatReply = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  annotations: z.array(Annotation).exactOptional(),
  audio: z
    .strictObject({ id: z.string(), data: z.string(), expires_at: z.number(), transcript: z.string() })
    .nullable()
    .exactOptional(),
  function_call: FunctionCall.nullable().exactOptional(),
  tool_calls: z.array(ToolCall).exactOptional(),
  /** Not OpenAI's: the reasoning text as DeepSeek, vLLM and llama.cpp name it. */
  reasoning_content: z.string().nullable().exactOptional(),
});

export const ChatChoice = z.strictObject({
  index: z.int().min(0),
  message: ChatReply,
  logprobs: ChatLogprobs.nullable(),
  finish_reason: ChatFinishReason,
});

const common = {
  id: z.string().min(1),
  /** Unix seconds. */
  created: z.int(),
  model: z.string(),
  service_tier: ServiceTier.nullable().exactOptional(),
  system_fingerprint: z.string().exactOptional(),
};

/** A response of `/v1/chat/completions`, in OpenAI's shape. */
export const ChatResponse = z.strictObject({
  ...common,
  object: z.literal('chat.completion'),
  choices: z.array(ChatChoice),
  usage: Usage.exactOptional(),
});

/** A part of a call: `id`, `type` and `name` come once, `arguments` in pieces. */
export const ToolCallDelta = z.strictObject({
  index: z.int().min(0),
  id: z.string().exactOptional(),
  type: z.literal('function').exactOptional(),
  function: z
    .strictObject({ name: z.string().exactOptional(), arguments: z.string().exactOptional() })
    .exactOptional(),
});

export const ChatDelta = z.strictObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool']).exactOptional(),
  content: z.string().nullable().exactOptional(),
  refusal: z.string().nullable().exactOptional(),
  function_call: z
    .strictObject({ name: z.string().exactOptional(), arguments: z.string().exactOptional() })
    .exactOptional(),
  tool_calls: z.array(ToolCallDelta).exactOptional(),
  reasoning_content: z.string().nullable().exactOptional(),
});

/** A frame of a stream of `/v1/chat/completions`. */
export const ChatChunk = z.strictObject({
  ...common,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.strictObject({
      index: z.int().min(0),
      delta: ChatDelta,
      logprobs: ChatLogprobs.nullable().exactOptional(),
      finish_reason: ChatFinishReason.nullable(),
    }),
  ),
  usage: Usage.nullable().exactOptional(),
  obfuscation: z.string().exactOptional(),
});

export type ChatRequest = z.infer<typeof ChatRequest>;
export type ChatFinishReason = z.infer<typeof ChatFinishReason>;
export type ServiceTier = z.infer<typeof ServiceTier>;
export type TopLogprob = z.infer<typeof TopLogprob>;
export type TokenLogprob = z.infer<typeof TokenLogprob>;
export type ChatLogprobs = z.infer<typeof ChatLogprobs>;
export type Annotation = z.infer<typeof Annotation>;
export type ChatReply = z.infer<typeof ChatReply>;
export type ChatChoice = z.infer<typeof ChatChoice>;
export type ChatResponse = z.infer<typeof ChatResponse>;
export type ToolCallDelta = z.infer<typeof ToolCallDelta>;
export type ChatDelta = z.infer<typeof ChatDelta>;
export type ChatChunk = z.infer<typeof ChatChunk>;
