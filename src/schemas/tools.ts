import * as z from 'zod/mini';

/** A function as the deprecated `functions` field describes it. */
export const FunctionDefinition = z.strictObject({
  name: z.string(),
  description: z.exactOptional(z.string()),
  /** A JSON Schema; absent means no parameters. */
  parameters: z.exactOptional(z.record(z.string(), z.unknown())),
});

export const FunctionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ ...FunctionDefinition.shape, strict: z.exactOptional(z.nullable(z.boolean())) }),
});

export const CustomTool = z.strictObject({
  type: z.literal('custom'),
  custom: z.strictObject({
    name: z.string(),
    description: z.exactOptional(z.string()),
    format: z.exactOptional(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text') }),
        z.strictObject({
          type: z.literal('grammar'),
          grammar: z.strictObject({ definition: z.string(), syntax: z.enum(['lark', 'regex']) }),
        }),
      ]),
    ),
  }),
});

export const Tool = z.discriminatedUnion('type', [FunctionTool, CustomTool]);

export const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
  z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ name: z.string() }) }),
  z.strictObject({
    type: z.literal('allowed_tools'),
    allowed_tools: z.strictObject({
      mode: z.enum(['auto', 'required']),
      tools: z.array(z.record(z.string(), z.unknown())),
    }),
  }),
]);

/** The deprecated `function_call` field of a request. */
export const FunctionChoice = z.union([z.enum(['none', 'auto']), z.strictObject({ name: z.string() })]);

export type FunctionDefinition = z.infer<typeof FunctionDefinition>;
export type FunctionTool = z.infer<typeof FunctionTool>;
export type CustomTool = z.infer<typeof CustomTool>;
export type Tool = z.infer<typeof Tool>;
export type ToolChoice = z.infer<typeof ToolChoice>;
export type FunctionChoice = z.infer<typeof FunctionChoice>;
