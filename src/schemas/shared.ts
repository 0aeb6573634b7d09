import * as z from 'zod/mini';

/** Fields that mean the same in both kinds of request. Source: OpenAI's API description. */
export const sampling = {
  frequency_penalty: z.exactOptional(z.nullable(z.number().check(z.minimum(-2), z.maximum(2)))),
  presence_penalty: z.exactOptional(z.nullable(z.number().check(z.minimum(-2), z.maximum(2)))),
  /** Token id to bias; the ids belong to one vocabulary. */
  logit_bias: z.exactOptional(
    z.nullable(z.record(z.string(), z.number().check(z.minimum(-100), z.maximum(100)))),
  ),
  n: z.exactOptional(z.nullable(z.int().check(z.minimum(1), z.maximum(128)))),
  seed: z.exactOptional(z.nullable(z.int())),
  stop: z.exactOptional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  stream: z.exactOptional(z.nullable(z.boolean())),
  stream_options: z.exactOptional(
    z.nullable(
      z.strictObject({
        include_usage: z.exactOptional(z.boolean()),
        include_obfuscation: z.exactOptional(z.boolean()),
      }),
    ),
  ),
  temperature: z.exactOptional(z.nullable(z.number().check(z.minimum(0), z.maximum(2)))),
  top_p: z.exactOptional(z.nullable(z.number().check(z.minimum(0), z.maximum(1)))),
  /** Deprecated by OpenAI; identifies the end user. */
  user: z.exactOptional(z.string()),
};

/** Not OpenAI's: fields that vLLM, llama.cpp and TGI take in both kinds of request, and OpenAI refuses. */
export const serverFields = {
  add_special_tokens: z.exactOptional(z.boolean()),
  ignore_eos: z.exactOptional(z.boolean()),
  json_schema: z.exactOptional(z.record(z.string(), z.unknown())),
  min_p: z.exactOptional(z.number()),
  min_tokens: z.exactOptional(z.int().check(z.minimum(0))),
  /** llama.cpp's: control tokens that are shown in the text. */
  preserved_tokens: z.exactOptional(z.array(z.string())),
  repeat_penalty: z.exactOptional(z.number()),
  repetition_penalty: z.exactOptional(z.number()),
  skip_special_tokens: z.exactOptional(z.boolean()),
  stop_token_ids: z.exactOptional(z.array(z.int())),
  top_k: z.exactOptional(z.int()),
  typical_p: z.exactOptional(z.number()),
};

const count = z.int().check(z.minimum(0));

/** Counts of tokens. Details may hold more counts than OpenAI's own; all of them are summed over a batch. */
export const Usage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.exactOptional(
    z.catchall(
      z.object({
        audio_tokens: z.exactOptional(count),
        cached_tokens: z.exactOptional(count),
        cache_write_tokens: z.exactOptional(count),
      }),
      z.number(),
    ),
  ),
  completion_tokens_details: z.exactOptional(
    z.catchall(
      z.object({
        accepted_prediction_tokens: z.exactOptional(count),
        audio_tokens: z.exactOptional(count),
        reasoning_tokens: z.exactOptional(count),
        rejected_prediction_tokens: z.exactOptional(count),
      }),
      z.number(),
    ),
  ),
});

export const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string(),
      description: z.exactOptional(z.string()),
      schema: z.exactOptional(z.record(z.string(), z.unknown())),
      strict: z.exactOptional(z.nullable(z.boolean())),
    }),
  }),
]);

export type Usage = z.infer<typeof Usage>;
export type ResponseFormat = z.infer<typeof ResponseFormat>;

type IsUnion<T, All = T> = T extends All ? ([All] extends [T] ? false : true) : never;

/** One of several words, of which newer APIs have more. */
type Words<T> = T | (string & Record<never, never>);

type WrittenField<T> = [NonNullable<T>] extends [string]
  ? true extends IsUnion<NonNullable<T>>
    ? Words<T>
    : T
  : Written<T>;

/**
 * The type of a request as clients write it: null and undefined for whatever is optional, and any word where one of several
 * is wanted, of which newer APIs have more.
 */
export type Written<T> = T extends readonly (infer Item)[]
  ? Written<Item>[]
  : T extends object
    ? {
        [Key in keyof T]: Record<never, never> extends Pick<T, Key>
          ? WrittenField<T[Key]> | null | undefined
          : WrittenField<T[Key]>;
      }
    : T;

/** A request for a stream. */
export type Streamed<Request> = Request & { stream: true };
/** A request for a whole response. */
export type Whole<Request> = Request & { stream?: false | null };
