import * as z from 'zod';

/** OpenAI's envelope of an error. */
export const ErrorEnvelope = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    /** The field of the request that was wrong. */
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

export type ErrorEnvelope = z.infer<typeof ErrorEnvelope>;
