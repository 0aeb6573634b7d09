import * as z from 'zod/mini';
import { ResponseFormat, sampling, serverFields, Usage } from './shared.js';

/** A request to `/v1/completions`. Strict: a field that is not known is an error. */
export const CompletionRequest = z.strictObject({
  model: z.string(),
  /** One prompt or several, as text or as token ids. */
  prompt: z.nullable(
    z.union([
      z.string(),
      z.array(z.string()),
      z.array(z.int().check(z.minimum(0))),
      z.array(z.array(z.int().check(z.minimum(0)))),
    ]),
  ),
  best_of: z.exactOptional(z.nullable(z.int().check(z.minimum(0), z.maximum(20)))),
  echo: z.exactOptional(z.nullable(z.boolean())),
  /** How many of the likeliest tokens come with each token. OpenAI takes up to 5. */
  logprobs: z.exactOptional(z.nullable(z.int().check(z.minimum(0), z.maximum(20)))),
  /** Tokens. OpenAI's default is 16; -1 (llama.cpp, Ollama) and null (vLLM) are unlimited. */
  max_tokens: z.exactOptional(z.nullable(z.int().check(z.minimum(-1)))),
  /** Not OpenAI's: vLLM takes it here as well. */
  response_format: z.exactOptional(ResponseFormat),
  suffix: z.exactOptional(z.nullable(z.string())),
  ...sampling,
  ...serverFields,
});

export const CompletionFinishReason = z.enum(['stop', 'length', 'content_filter']);

/** A number that is null for the first token of an echoed prompt; OpenAI's types leave the null out. */
const firstMayBeNull = <T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T> =>
  z.nullable(schema) as unknown as z.ZodMiniType<T>;

/** Logprobs in lists that run side by side, one entry a token. */
export const CompletionLogprobs = z.strictObject({
  tokens: z.exactOptional(z.array(z.string())),
  /** Natural logarithms. With `echo`, the first is null on the wire, though the type (OpenAI's) says number. */
  token_logprobs: z.exactOptional(z.array(firstMayBeNull(z.number()))),
  top_logprobs: z.exactOptional(z.array(firstMayBeNull(z.record(z.string(), z.number())))),
  /** Where each token starts, in code points of prompt and text. */
  text_offset: z.exactOptional(z.array(z.int().check(z.minimum(0)))),
});

export const CompletionChoice = z.strictObject({
  index: z.int().check(z.minimum(0)),
  text: z.string(),
  logprobs: z.nullable(CompletionLogprobs),
  finish_reason: CompletionFinishReason,
});

/** A response of `/v1/completions`, in OpenAI's shape. */
export const CompletionResponse = z.strictObject({
  id: z.string().check(z.minLength(1)),
  object: z.literal('text_completion'),
  /** Unix seconds. */
  created: z.int(),
  model: z.string(),
  choices: z.array(CompletionChoice),
  system_fingerprint: z.exactOptional(z.string()),
  usage: z.exactOptional(Usage),
});

/** A frame of a stream of `/v1/completions` as it is on the wire: `finish_reason` and `usage` are null before the end. */
export const CompletionChunkFrame = z.strictObject({
  ...CompletionResponse.shape,
  choices: z.array(
    z.strictObject({ ...CompletionChoice.shape, finish_reason: z.nullable(CompletionFinishReason) }),
  ),
  usage: z.exactOptional(z.nullable(Usage)),
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
