import * as z from 'zod/mini';

/** OpenAI's envelope of an error. */
export const ErrorEnvelope = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    /** The field of the request that was wrong. */
    param: z.nullable(z.string()),
    code: z.nullable(z.string()),
  }),
});

export type ErrorEnvelope = z.infer<typeof ErrorEnvelope>;
