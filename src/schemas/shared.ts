import * as z from 'zod';

/** Fields that mean the same in both kinds of request. Source: OpenAI's API description. */
export const sampling = {
  frequency_penalty: z.number().min(-2).max(2).nullable().exactOptional(),
  presence_penalty: z.number().min(-2).max(2).nullable().exactOptional(),
  /** Token id to bias; the ids belong to one vocabulary. */
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullable().exactOptional(),
  n: z.int().min(1).max(128).nullable().exactOptional(),
  seed: z.int().nullable().exactOptional(),
  stop: z
    .union([z.string(), z.array(z.string())])
    .nullable()
    .exactOptional(),
  stream: z.boolean().nullable().exactOptional(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().exactOptional(),
      include_obfuscation: z.boolean().exactOptional(),
    })
    .nullable()
    .exactOptional(),
  temperature: z.number().min(0).max(2).nullable().exactOptional(),
  top_p: z.number().min(0).max(1).nullable().exactOptional(),
  /** Deprecated by OpenAI; identifies the end user. */
  user: z.string().exactOptional(),
};

/** Not OpenAI's: fields that vLLM, llama.cpp and TGI take in both kinds of request, and OpenAI refuses. */
export const serverFields = {
  add_special_tokens: z.boolean().exactOptional(),
  ignore_eos: z.boolean().exactOptional(),
  json_schema: z.record(z.string(), z.unknown()).exactOptional(),
  min_p: z.number().exactOptional(),
  min_tokens: z.int().min(0).exactOptional(),
  /** llama.cpp's: control tokens that are shown in the text. */
  preserved_tokens: z.array(z.string()).exactOptional(),
  repeat_penalty: z.number().exactOptional(),
  repetition_penalty: z.number().exactOptional(),
  skip_special_tokens: z.boolean().exactOptional(),
  stop_token_ids: z.array(z.int()).exactOptional(),
  top_k: z.int().exactOptional(),
  typical_p: z.number().exactOptional(),
};

const count = z.int().min(0);

/** Counts of tokens. Details may hold more counts than OpenAI's own; all of them are summed over a batch. */
export const Usage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z
    .object({
      audio_tokens: count.exactOptional(),
      cached_tokens: count.exactOptional(),
      cache_write_tokens: count.exactOptional(),
    })
    .catchall(z.number())
    .exactOptional(),
  completion_tokens_details: z
    .object({
      accepted_prediction_tokens: count.exactOptional(),
      audio_tokens: count.exactOptional(),
      reasoning_tokens: count.exactOptional(),
      rejected_prediction_tokens: count.exactOptional(),
    })
    .catchall(z.number())
    .exactOptional(),
});

export const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string(),
      description: z.string().exactOptional(),
      schema: z.record(z.string(), z.unknown()).exactOptional(),
      strict: z.boolean().nullable().exactOptional(),
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
