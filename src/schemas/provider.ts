import * as z from 'zod/mini';

/**
 * What providers send, as loose as they are: a field may be null or absent, fields that are not known survive.
 * Only what no conversion could make sense of is refused (`choices` that is a text, a token that is a number).
 */
const text = z.nullish(z.string());
const number = z.nullish(z.number());
const anything = z.optional(z.unknown());

export const ProviderUsage = z.looseObject({
  prompt_tokens: number,
  completion_tokens: number,
  total_tokens: number,
  prompt_tokens_details: z.nullish(z.looseObject({ cached_tokens: number })),
  completion_tokens_details: z.nullish(z.looseObject({ reasoning_tokens: number })),
});

const topLogprob = {
  token: z.string(),
  logprob: number,
  bytes: z.nullish(z.array(z.number())),
};

export const ProviderTokenLogprob = z.looseObject({
  ...topLogprob,
  top_logprobs: z.nullish(z.array(z.looseObject(topLogprob))),
});

export const ProviderChatLogprobs = z.looseObject({
  content: z.nullish(z.array(ProviderTokenLogprob)),
  refusal: z.nullish(z.array(ProviderTokenLogprob)),
});

/** A call in a reply or a delta. `arguments` is a JSON string, but some send the object itself. */
export const ProviderToolCall = z.looseObject({
  index: number,
  id: text,
  type: text,
  function: z.nullish(z.looseObject({ name: text, arguments: anything })),
  custom: z.nullish(z.looseObject({ name: text, input: text })),
});

/** A part of array content: text, thinking (Mistral), reasoning (Databricks), references and whatever comes next. */
export const ProviderPart = z.looseObject({ type: text, text: anything, thinking: anything, refusal: text });

const reply = {
  role: text,
  content: z.nullish(z.union([z.string(), z.array(z.union([ProviderPart, z.string()]))])),
  refusal: text,
  reasoning: anything,
  reasoning_content: anything,
  tool_calls: z.nullish(z.array(ProviderToolCall)),
  function_call: z.nullish(z.looseObject({ name: text, arguments: anything })),
};

export const ProviderChatReply = z.looseObject({
  ...reply,
  annotations: z.nullish(z.array(z.unknown())),
  audio: z.nullish(z.looseObject({ id: text, data: text, expires_at: number, transcript: text })),
});

export const ProviderChatDelta = z.looseObject(reply);

const common = {
  id: text,
  object: text,
  created: number,
  model: text,
  service_tier: text,
  system_fingerprint: text,
  usage: z.nullish(ProviderUsage),
};

const choice = { index: number, finish_reason: text, logprobs: z.nullish(ProviderChatLogprobs) };

export const ProviderChatChoice = z.looseObject({ ...choice, message: z.nullish(ProviderChatReply) });

export const ProviderChatResponse = z.looseObject({
  ...common,
  choices: z.nullish(z.array(ProviderChatChoice)),
});

export const ProviderChatChunk = z.looseObject({
  ...common,
  choices: z.nullish(
    z.array(
      z.looseObject({
        ...choice,
        delta: z.nullish(ProviderChatDelta),
        /** Of servers that can't stream: all of the reply at once. */
        message: z.nullish(ProviderChatReply),
      }),
    ),
  ),
  obfuscation: text,
});

/** Logprobs of a completion: OpenAI's lists, or the chat shape that llama.cpp sends here too. */
export const ProviderCompletionLogprobs = z.looseObject({
  tokens: z.nullish(z.array(z.string())),
  token_logprobs: z.nullish(z.array(z.nullable(z.number()))),
  top_logprobs: z.nullish(z.array(z.nullable(z.record(z.string(), z.nullable(z.number()))))),
  text_offset: z.nullish(z.array(z.number())),
  content: z.nullish(z.array(ProviderTokenLogprob)),
});

export const ProviderCompletionChoice = z.looseObject({
  index: number,
  text,
  finish_reason: text,
  logprobs: z.nullish(ProviderCompletionLogprobs),
});

/** A whole response of `/v1/completions` or a frame of a stream: they have one shape. */
export const ProviderCompletionResponse = z.looseObject({
  ...common,
  choices: z.nullish(z.array(ProviderCompletionChoice)),
});

export const ProviderCompletionChunk = ProviderCompletionResponse;

/** The fields that are known. An index signature would keep the `openai` package's interfaces from being assignable. */
type Known<T> = T extends readonly (infer Item)[]
  ? Known<Item>[]
  : T extends object
    ? [keyof { [Key in keyof T as KnownKey<Key>]: T[Key] }] extends [never]
      ? T
      : { [Key in keyof T as KnownKey<Key>]: Known<T[Key]> }
    : T;
type KnownKey<Key> = string extends Key ? never : number extends Key ? never : Key;

export type ProviderUsage = Known<z.infer<typeof ProviderUsage>>;
export type ProviderTokenLogprob = Known<z.infer<typeof ProviderTokenLogprob>>;
export type ProviderChatLogprobs = Known<z.infer<typeof ProviderChatLogprobs>>;
export type ProviderToolCall = Known<z.infer<typeof ProviderToolCall>>;
export type ProviderChatReply = Known<z.infer<typeof ProviderChatReply>>;
export type ProviderChatDelta = Known<z.infer<typeof ProviderChatDelta>>;
export type ProviderChatChoice = Known<z.infer<typeof ProviderChatChoice>>;
export type ProviderChatResponse = Known<z.infer<typeof ProviderChatResponse>>;
export type ProviderChatChunk = Known<z.infer<typeof ProviderChatChunk>>;
export type ProviderCompletionLogprobs = Known<z.infer<typeof ProviderCompletionLogprobs>>;
export type ProviderCompletionChoice = Known<z.infer<typeof ProviderCompletionChoice>>;
export type ProviderCompletionResponse = Known<z.infer<typeof ProviderCompletionResponse>>;
export type ProviderCompletionChunk = Known<z.infer<typeof ProviderCompletionChunk>>;
