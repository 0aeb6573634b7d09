import * as z from 'zod/mini';

/** Where the provider's prompt cache may be cut. Source: OpenAI chat completions API. */
const cacheBreakpoint = z.exactOptional(z.strictObject({ mode: z.literal('explicit') }));

/** Text of a message. Source: OpenAI chat completions API. */
export const TextPart = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  prompt_cache_breakpoint: cacheBreakpoint,
});

export const ImagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string(), detail: z.exactOptional(z.enum(['auto', 'low', 'high'])) }),
  prompt_cache_breakpoint: cacheBreakpoint,
});

export const AudioPart = z.strictObject({
  type: z.literal('input_audio'),
  input_audio: z.strictObject({ data: z.string(), format: z.enum(['wav', 'mp3']) }),
  prompt_cache_breakpoint: cacheBreakpoint,
});

export const FilePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({
    file_data: z.exactOptional(z.string()),
    file_id: z.exactOptional(z.string()),
    filename: z.exactOptional(z.string()),
  }),
  prompt_cache_breakpoint: cacheBreakpoint,
});

export const RefusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });

export const UserPart = z.discriminatedUnion('type', [TextPart, ImagePart, AudioPart, FilePart]);
export const AssistantPart = z.discriminatedUnion('type', [TextPart, RefusalPart]);

export const FunctionToolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

export const CustomToolCall = z.strictObject({
  id: z.string(),
  type: z.literal('custom'),
  custom: z.strictObject({ name: z.string(), input: z.string() }),
});

export const ToolCall = z.discriminatedUnion('type', [FunctionToolCall, CustomToolCall]);

/** The deprecated single call of an assistant message; `arguments` is a JSON string as the model wrote it. */
export const FunctionCall = z.strictObject({ name: z.string(), arguments: z.string() });

const textContent = z.union([z.string(), z.array(TextPart)]);

export const DeveloperMessage = z.strictObject({
  role: z.literal('developer'),
  content: textContent,
  name: z.exactOptional(z.string()),
});

export const SystemMessage = z.strictObject({
  role: z.literal('system'),
  content: textContent,
  name: z.exactOptional(z.string()),
});

export const UserMessage = z.strictObject({
  role: z.literal('user'),
  content: z.union([z.string(), z.array(UserPart)]),
  name: z.exactOptional(z.string()),
});

export const AssistantMessage = z.strictObject({
  role: z.literal('assistant'),
  content: z.exactOptional(z.nullable(z.union([z.string(), z.array(AssistantPart)]))),
  refusal: z.exactOptional(z.nullable(z.string())),
  name: z.exactOptional(z.string()),
  audio: z.exactOptional(z.nullable(z.strictObject({ id: z.string() }))),
  tool_calls: z.exactOptional(z.array(ToolCall)),
  function_call: z.exactOptional(z.nullable(FunctionCall)),
  /** Not OpenAI's: the reasoning text as DeepSeek, vLLM and llama.cpp name it. */
  reasoning_content: z.exactOptional(z.nullable(z.string())),
});

export const ToolMessage = z.strictObject({
  role: z.literal('tool'),
  content: textContent,
  tool_call_id: z.string(),
});

export const FunctionMessage = z.strictObject({
  role: z.literal('function'),
  content: z.nullable(z.string()),
  name: z.string(),
});

export const Message = z.discriminatedUnion('role', [
  DeveloperMessage,
  SystemMessage,
  UserMessage,
  AssistantMessage,
  ToolMessage,
  FunctionMessage,
]);

export type TextPart = z.infer<typeof TextPart>;
export type UserPart = z.infer<typeof UserPart>;
export type AssistantPart = z.infer<typeof AssistantPart>;
export type ToolCall = z.infer<typeof ToolCall>;
export type FunctionToolCall = z.infer<typeof FunctionToolCall>;
export type FunctionCall = z.infer<typeof FunctionCall>;
export type Message = z.infer<typeof Message>;
export type AssistantMessage = z.infer<typeof AssistantMessage>;
export type Role = Message['role'];
