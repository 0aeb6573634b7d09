import * as z from 'zod';
import { defineLabels } from '../dialect/labels/define.js';
import type { Dialect, LabelDialectDefinition } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { validate } from '../schemas/validate.js';

const labels = z.union([z.string(), z.array(z.string())]);

/** Labels of a dialect that has no name of its own, as a plan spells them. */
const LabelDefinition = z.strictObject({
  name: z.string().default('labels'),
  labels: z.strictObject({ system: labels.exactOptional(), user: labels, assistant: labels }),
  colon: z.enum([':', '：', '']).exactOptional(),
  gap: z.enum([' ', '\n', '']).exactOptional(),
  alone: z.boolean().exactOptional(),
  inline: z.boolean().exactOptional(),
  separator: z.enum(['\n', '\n\n', ' ', '']).exactOptional(),
  assistantEnd: z.string().exactOptional(),
  userEnd: z.string().exactOptional(),
  systemEnd: z.string().exactOptional(),
  labelStart: z.string().exactOptional(),
  stamps: z.boolean().exactOptional(),
  preambleSeparator: z.enum(['\n', '\n\n', ' ']).exactOptional(),
  lead: z.enum(['', '\n\n']).exactOptional(),
  systemPlacement: z.enum(['preamble', 'label']).exactOptional(),
  stop: z.array(z.string()).exactOptional(),
  named: z.boolean().exactOptional(),
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
  fields: z
    .strictObject({
      prompt: z.string().default('prompt'),
      completion: z.string().default('completion'),
      messages: z.string().default('messages'),
      keep: z.array(z.string()).default([]),
    })
    .prefault({}),
  prompt: z
    .strictObject({
      /** What every prompt ends in; it goes, and comes back on the way back. */
      separator: z.string().default(''),
      /** How turns are marked in a prompt: a dialect, `auto` (found row by row), or null: the prompt is one message. */
      dialect: z.union([z.string(), LabelDefinition, z.null()]).default(null),
      /** What the preamble ends in, before the first label. */
      preambleEnd: z.string().default(''),
      whitespace: z.enum(['exact', 'tidy']).default('tidy'),
      /** The stop sequences that the prompts were sent with; they name speakers under `auto`. */
      stop: z.array(z.string()).default([]),
      /** A system message for rows that have none; on the way back it goes again. */
      system: z.string().nullable().default(null),
    })
    .prefault({}),
  completion: z
    .strictObject({
      /** What every completion begins with: mostly one space. */
      prefix: z.string().default(''),
      /** What every completion ends in: the stop sequence. */
      suffix: z.string().default(''),
      /** A completion that goes on with the next speaker's label: kept, cut there, or the row is rejected. */
      leaked: z.enum(['keep', 'cut', 'reject']).default('keep'),
    })
    .prefault({}),
  /** On the way back: one row for the last reply, or one for each reply of the assistant. */
  turns: z.enum(['last', 'each']).default('last'),
  /** The model whose tokens are counted for a report. */
  model: z.string().default('gpt-4o-mini'),
  /** What the plan was made from; for the reader, no rule. */
  seen: z.unknown().optional(),
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
