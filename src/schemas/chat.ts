import * as z from 'zod/mini';
import { FunctionCall, Message, TextPart, ToolCall } from './messages.js';
import { ResponseFormat, sampling, serverFields, Usage } from './shared.js';
import { FunctionChoice, FunctionDefinition, Tool, ToolChoice } from './tools.js';

export const ServiceTier = z.enum(['auto', 'default', 'flex', 'scale', 'priority']);

const mode = z.strictObject({ mode: z.enum(['score', 'block']) });

/** A request to `/v1/chat/completions`. Strict: a field that is not known is an error. */
export const ChatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(Message).check(z.minLength(1)),
  audio: z.exactOptional(
    z.nullable(
      z.strictObject({
        format: z.enum(['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']),
        voice: z.union([z.string(), z.strictObject({ id: z.string() })]),
      }),
    ),
  ),
  function_call: z.exactOptional(FunctionChoice),
  functions: z.exactOptional(z.array(FunctionDefinition)),
  logprobs: z.exactOptional(z.nullable(z.boolean())),
  /** Tokens, hidden reasoning included. */
  max_completion_tokens: z.exactOptional(z.nullable(z.int().check(z.minimum(-1)))),
  /** Deprecated by OpenAI, and the only one that many servers know. Tokens; unset is unlimited, and so is -1 of LM Studio's and llama.cpp's clients. */
  max_tokens: z.exactOptional(z.nullable(z.int().check(z.minimum(-1)))),
  metadata: z.exactOptional(z.nullable(z.record(z.string(), z.string()))),
  modalities: z.exactOptional(z.nullable(z.array(z.enum(['text', 'audio'])))),
  moderation: z.exactOptional(
    z.nullable(
      z.strictObject({
        model: z.string(),
        policy: z.exactOptional(
          z.nullable(
            z.strictObject({
              input: z.exactOptional(z.nullable(mode)),
              output: z.exactOptional(z.nullable(mode)),
            }),
          ),
        ),
      }),
    ),
  ),
  parallel_tool_calls: z.exactOptional(z.boolean()),
  prediction: z.exactOptional(
    z.nullable(
      z.strictObject({ type: z.literal('content'), content: z.union([z.string(), z.array(TextPart)]) }),
    ),
  ),
  prompt_cache_key: z.exactOptional(z.string()),
  prompt_cache_options: z.exactOptional(
    z.strictObject({
      mode: z.exactOptional(z.enum(['implicit', 'explicit'])),
      ttl: z.exactOptional(z.literal('30m')),
    }),
  ),
  prompt_cache_retention: z.exactOptional(z.nullable(z.enum(['in_memory', '24h']))),
  reasoning_effort: z.exactOptional(
    z.nullable(z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
  ),
  response_format: z.exactOptional(ResponseFormat),
  safety_identifier: z.exactOptional(z.string()),
  service_tier: z.exactOptional(z.nullable(ServiceTier)),
  store: z.exactOptional(z.nullable(z.boolean())),
  tool_choice: z.exactOptional(ToolChoice),
  tools: z.exactOptional(z.array(Tool)),
  top_logprobs: z.exactOptional(z.nullable(z.int().check(z.minimum(0), z.maximum(20)))),
  verbosity: z.exactOptional(z.nullable(z.enum(['low', 'medium', 'high']))),
  web_search_options: z.exactOptional(
    z.strictObject({
      search_context_size: z.exactOptional(z.enum(['low', 'medium', 'high'])),
      user_location: z.exactOptional(
        z.nullable(
          z.strictObject({
            type: z.literal('approximate'),
            approximate: z.strictObject({
              city: z.exactOptional(z.string()),
              country: z.exactOptional(z.string()),
              region: z.exactOptional(z.string()),
              timezone: z.exactOptional(z.string()),
            }),
          }),
        ),
      ),
    }),
  ),
  /** Not OpenAI's: what the model's chat template takes beside the messages, as vLLM and llama.cpp name it. */
  chat_template_kwargs: z.exactOptional(z.record(z.string(), z.unknown())),
  ...sampling,
  ...serverFields,
});

export const ChatFinishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

const topLogprob = {
  token: z.string(),
  /** A natural logarithm; -9999 means outside the likeliest 20. */
  logprob: z.number(),
  /** The UTF-8 of the token, which may be a part of a character; null where it is not known. */
  bytes: z.nullable(z.array(z.int().check(z.minimum(0), z.maximum(255)))),
};

export const TopLogprob = z.strictObject(topLogprob);
export const TokenLogprob = z.strictObject({ ...topLogprob, top_logprobs: z.array(TopLogprob) });

export const ChatLogprobs = z.strictObject({
  content: z.nullable(z.array(TokenLogprob)),
  refusal: z.nullable(z.array(TokenLogprob)),
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
  content: z.nullable(z.string()),
  refusal: z.nullable(z.string()),
  annotations: z.exactOptional(z.array(Annotation)),
  audio: z.exactOptional(
    z.nullable(
      z.strictObject({ id: z.string(), data: z.string(), expires_at: z.number(), transcript: z.string() }),
    ),
  ),
  function_call: z.exactOptional(z.nullable(FunctionCall)),
  tool_calls: z.exactOptional(z.array(ToolCall)),
  /** Not OpenAI's: the reasoning text as DeepSeek, vLLM and llama.cpp name it. */
  reasoning_content: z.exactOptional(z.nullable(z.string())),
});

export const ChatChoice = z.strictObject({
  index: z.int().check(z.minimum(0)),
  message: ChatReply,
  logprobs: z.nullable(ChatLogprobs),
  finish_reason: ChatFinishReason,
});

const common = {
  id: z.string().check(z.minLength(1)),
  /** Unix seconds. */
  created: z.int(),
  model: z.string(),
  service_tier: z.exactOptional(z.nullable(ServiceTier)),
  system_fingerprint: z.exactOptional(z.string()),
};

/** A response of `/v1/chat/completions`, in OpenAI's shape. */
export const ChatResponse = z.strictObject({
  ...common,
  object: z.literal('chat.completion'),
  choices: z.array(ChatChoice),
  usage: z.exactOptional(Usage),
});

/** A part of a call: `id`, `type` and `name` come once, `arguments` in pieces. */
export const ToolCallDelta = z.strictObject({
  index: z.int().check(z.minimum(0)),
  id: z.exactOptional(z.string()),
  type: z.exactOptional(z.literal('function')),
  function: z.exactOptional(
    z.strictObject({ name: z.exactOptional(z.string()), arguments: z.exactOptional(z.string()) }),
  ),
});

export const ChatDelta = z.strictObject({
  role: z.exactOptional(z.enum(['developer', 'system', 'user', 'assistant', 'tool'])),
  content: z.exactOptional(z.nullable(z.string())),
  refusal: z.exactOptional(z.nullable(z.string())),
  function_call: z.exactOptional(
    z.strictObject({ name: z.exactOptional(z.string()), arguments: z.exactOptional(z.string()) }),
  ),
  tool_calls: z.exactOptional(z.array(ToolCallDelta)),
  reasoning_content: z.exactOptional(z.nullable(z.string())),
});

/** A frame of a stream of `/v1/chat/completions`. */
export const ChatChunk = z.strictObject({
  ...common,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.strictObject({
      index: z.int().check(z.minimum(0)),
      delta: ChatDelta,
      logprobs: z.exactOptional(z.nullable(ChatLogprobs)),
      finish_reason: z.nullable(ChatFinishReason),
    }),
  ),
  usage: z.exactOptional(z.nullable(Usage)),
  obfuscation: z.exactOptional(z.string()),
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
