import * as z from 'zod/mini';
import { defineLabels } from '../dialect/labels/define.js';
import type { Dialect, LabelDialectDefinition } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { validate } from '../schemas/validate.js';

const labels = z.union([z.string(), z.array(z.string())]);

/** Labels of a dialect that has no name of its own, as a plan spells them. */
const LabelDefinition = z.strictObject({
  name: z._default(z.string(), 'labels'),
  labels: z.strictObject({ system: z.exactOptional(labels), user: labels, assistant: labels }),
  colon: z.exactOptional(z.enum([':', '：', ''])),
  gap: z.exactOptional(z.enum([' ', '\n', ''])),
  alone: z.exactOptional(z.boolean()),
  inline: z.exactOptional(z.boolean()),
  separator: z.exactOptional(z.enum(['\n', '\n\n', ' ', ''])),
  assistantEnd: z.exactOptional(z.string()),
  userEnd: z.exactOptional(z.string()),
  systemEnd: z.exactOptional(z.string()),
  labelStart: z.exactOptional(z.string()),
  stamps: z.exactOptional(z.boolean()),
  preambleSeparator: z.exactOptional(z.enum(['\n', '\n\n', ' '])),
  lead: z.exactOptional(z.enum(['', '\n\n'])),
  systemPlacement: z.exactOptional(z.enum(['preamble', 'label'])),
  stop: z.exactOptional(z.array(z.string())),
  named: z.exactOptional(z.boolean()),
});

/**
 * How the rows of a dataset are read and written: made by looking at a sample, edited by a person, followed to the
 * letter, so that every shard of a corpus is treated alike.
 */
export const Plan = z.strictObject({
  version: z.literal(1),
  /** `chat`: prompt and completion become messages. `completion`: the way back. */
  to: z.enum(['chat', 'completion']),
  /** Paths into a record: `prompt`, `response.choices[*].text`. `keep` also takes `name=path`, and `*` for all the rest. */
  fields: z.prefault(
    z.strictObject({
      prompt: z._default(z.string(), 'prompt'),
      completion: z._default(z.string(), 'completion'),
      messages: z._default(z.string(), 'messages'),
      keep: z._default(z.array(z.string()), []),
    }),
    {},
  ),
  prompt: z.prefault(
    z.strictObject({
      /** What every prompt ends in; it goes, and comes back on the way back. */
      separator: z._default(z.string(), ''),
      /** How turns are marked in a prompt: a dialect, `auto` (found row by row), or null: the prompt is one message. */
      dialect: z._default(z.union([z.string(), LabelDefinition, z.null()]), null),
      /** What the preamble ends in, before the first label. */
      preambleEnd: z._default(z.string(), ''),
      whitespace: z._default(z.enum(['exact', 'tidy']), 'tidy'),
      /** The stop sequences that the prompts were sent with; they name speakers under `auto`. */
      stop: z._default(z.array(z.string()), []),
      /** A system message for rows that have none; on the way back it goes again. */
      system: z._default(z.nullable(z.string()), null),
    }),
    {},
  ),
  completion: z.prefault(
    z.strictObject({
      /** What every completion begins with: mostly one space. */
      prefix: z._default(z.string(), ''),
      /** What every completion ends in: the stop sequence. */
      suffix: z._default(z.string(), ''),
      /** A completion that goes on with the next speaker's label: kept, cut there, or the row is rejected. */
      leaked: z._default(z.enum(['keep', 'cut', 'reject']), 'keep'),
    }),
    {},
  ),
  /** On the way back: one row for the last reply, or one for each reply of the assistant. */
  turns: z._default(z.enum(['last', 'each']), 'last'),
  /** The model whose tokens are counted for a report. */
  model: z._default(z.string(), 'gpt-4o-mini'),
  /** What the plan was made from; for the reader, no rule. */
  seen: z.optional(z.unknown()),
});

export type Plan = z.infer<typeof Plan>;
export type PlanInput = z.input<typeof Plan>;

/** A plan checked and completed. Throws `invalid-shape` with the path of what is wrong. */
export function readPlan(value: unknown): Plan {
  const plan = validate(Plan, value);
  planDialect(plan);
  return plan;
}

/** The dialect of a plan; `auto` and null as they stand. Throws `unknown-dialect` and `invalid-dialect`. */
export function planDialect(plan: Plan): Dialect | 'auto' | null {
  const { dialect } = plan.prompt;
  if (dialect === null || dialect === 'auto') {
    if (dialect === 'auto' && plan.to === 'completion')
      throw new RolecallError(
        'invalid-argument',
        'A prompt is written in one dialect: "auto" is for reading.',
        {
          path: 'prompt.dialect',
        },
      );
    return dialect;
  }
  if (typeof dialect === 'string') return resolveDialect(dialect as DialectName);
  return defineLabels(dialect as LabelDialectDefinition);
}
