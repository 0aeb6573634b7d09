import * as z from 'zod';
import { ResponseFormat, sampling, serverFields, Usage } from './shared.js';

/** A request to `/v1/completions`. Strict: a field that is not known is an error. */
export const CompletionRequest = z.strictObject({
  model: z.string(),
  /** One prompt or several, as text or as token ids. */
  prompt: z
    .union([z.string(), z.array(z.string()), z.array(z.int().min(0)), z.array(z.array(z.int().min(0)))])
    .nullable(),
  best_of: z.int().min(0).max(20).nullable().exactOptional(),
  echo: z.boolean().nullable().exactOptional(),
  /** How many of the likeliest tokens come with each token. OpenAI takes up to 5. */
  logprobs: z.int().min(0).max(20).nullable().exactOptional(),
  /** Tokens. OpenAI's default is 16; -1 (llama.cpp, Ollama) and null (vLLM) are unlimited. */
  max_tokens: z.int().min(-1).nullable().exactOptional(),
  /** Not OpenAI's: vLLM takes it here as well. */
  response_format: ResponseFormat.exactOptional(),
  suffix: z.string().nullable().exactOptional(),
  ...sampling,
  ...serverFields,
});

export const CompletionFinishReason = z.enum(['stop', 'length', 'content_filter']);

/** A number that is null for the first token of an echoed prompt; OpenAI's types leave the null out. */
const firstMayBeNull = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  schema.nullable() as unknown as z.ZodType<T>;

/** Logprobs in lists that run side by side, one entry a token. */
export const CompletionLogprobs = z.strictObject({
  tokens: z.array(z.string()).exactOptional(),
  /** Natural logarithms. With `echo`, the first is null on the wire, though the type (OpenAI's) says number. */
  token_logprobs: z.array(firstMayBeNull(z.number())).exactOptional(),
  top_logprobs: z.array(firstMayBeNull(z.record(z.string(), z.number()))).exactOptional(),
  /** Where each token starts, in code points of prompt and text. */
  text_offset: z.array(z.int().min(0)).exactOptional(),
});

export const CompletionChoice = z.strictObject({
  index: z.int().min(0),
  text: z.string(),
  logprobs: CompletionLogprobs.nullable(),
  finish_reason: CompletionFinishReason,
});

/** A response of `/v1/completions`, in OpenAI's shape. */
export const CompletionResponse = z.strictObject({
  id: z.string().min(1),
  object: z.literal('text_completion'),
  /** Unix seconds. */
  created: z.int(),
  model: z.string(),
  choices: z.array(CompletionChoice),
  system_fingerprint: z.string().exactOptional(),
  usage: Usage.exactOptional(),
});

/** A frame of a stream of `/v1/completions` as it is on the wire: `finish_reason` and `usage` are null before the end. */
export const CompletionChunkFrame = z.strictObject({
  ...CompletionResponse.shape,
  choices: z.array(
    z.strictObject({ ...CompletionChoice.shape, finish_reason: CompletionFinishReason.nullable() }),
  ),
  usage: Usage.nullable().exactOptional(),
});

/**
 * The same frame under OpenAI's type, which has no other for streamed completions and leaves the nulls out:
 * expect null in `finish_reason` and `usage` before the end.
 */
export const CompletionChunk = CompletionChunkFrame as unknown as typeof CompletionResponse;

export type CompletionRequest = z.infer<typeof CompletionRequest>;
export type CompletionFinishReason = z.infer<typeof CompletionFinishReason>;
export type CompletionLogprobs = z.infer<typeof CompletionLogprobs>;
export type CompletionChoice = z.infer<typeof CompletionChoice>;
export type CompletionResponse = z.infer<typeof CompletionResponse>;
export type CompletionChunkFrame = z.infer<typeof CompletionChunkFrame>;
export type CompletionChunk = z.infer<typeof CompletionChunk>;
