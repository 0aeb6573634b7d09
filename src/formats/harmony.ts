import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, dateOption, textOption } from '../dialect/template.js';
import type { MarkerDialect, Marks, Template, TemplateInput } from '../dialect/types.js';

const turn = (role: string): Marks => ({ open: `<|start|>${role}<|message|>`, close: '<|end|>' });

interface Schema {
  type?: string | string[];
  description?: string;
  enum?: string[];
  default?: unknown;
  nullable?: boolean;
  items?: Schema;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
}

interface FunctionShape {
  name: string;
  description?: string;
  parameters?: Schema;
}

const plain: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
};

/** A schema as the TypeScript type that the models were taught. */
function typeOf(schema: Schema): string {
  const orNull = schema.nullable ? ' | null' : '';
  if (schema.type === 'array') {
    if (schema.items === undefined) return `any[]${orNull}`;
    const known = typeof schema.items.type === 'string' ? plain[schema.items.type] : undefined;
    const inner = known ?? typeOf(schema.items);
    return (
      (known === undefined && (inner === 'object | object' || inner.length > 50) ? 'any[]' : `${inner}[]`) +
      orNull
    );
  }
  if (Array.isArray(schema.type) && schema.type.length > 0) return schema.type.join(' | ');
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    const one = schema.oneOf.map(
      (variant) =>
        typeOf(variant) +
        (variant.description ? `// ${variant.description}` : '') +
        (variant.default === undefined ? '' : `// default: ${JSON.stringify(variant.default)}`),
    );
    return schema.oneOf.some((variant) => variant.type === 'object') && one.length > 1
      ? 'any'
      : one.join(' | ');
  }
  if (schema.type === 'string')
    return schema.enum && schema.enum.length > 0 ? `"${schema.enum.join('" | "')}"` : `string${orNull}`;
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    if (fields.length === 0) return 'object';
    return `{\n${fields.map(([key, value]) => `${key}${schema.required?.includes(key) ? '' : '?'}: ${typeOf(value)}`).join(', ')}}`;
  }
  return typeof schema.type === 'string' ? (plain[schema.type] ?? 'any') : 'any';
}

function defaultOf(schema: Schema): string {
  if (schema.default === undefined) return '';
  if (schema.enum && schema.enum.length > 0) return `, // default: ${String(schema.default)}`;
  if (schema.oneOf && schema.oneOf.length > 0) return `// default: ${String(schema.default)}`;
  return `, // default: ${JSON.stringify(schema.default)}`;
}

function namespace(tools: readonly unknown[]): string {
  const types = tools.map((tool) => {
    const shape = tool as { function?: FunctionShape } & FunctionShape;
    const { name, description, parameters } = shape.function ?? shape;
    const fields = Object.entries(parameters?.properties ?? {}).map(([key, schema]) => {
      const comment = schema.description ? `// ${schema.description}\n` : '';
      return `${comment}${key}${parameters?.required?.includes(key) ? '' : '?'}: ${typeOf(schema)}${defaultOf(schema)},\n`;
    });
    return `// ${description}\ntype ${name} = ${fields.length === 0 ? '() => any;' : `(_: {\n${fields.join('')}}) => any;`}\n\n`;
  });
  return `## functions\n\nnamespace functions {\n\n${types.join('')}} // namespace functions`;
}

/**
 * OpenAI's template for gpt-oss. `templateOptions`: `current_date` ("2025-06-28"), `reasoning_effort` (medium),
 * `model_identity`.
 */
const harmonyTemplate: Template = (input) => {
  const { messages } = input;
  const withTools = input.tools.length > 0;
  const identity = textOption(
    input,
    'model_identity',
    'You are ChatGPT, a large language model trained by OpenAI.',
  );
  const date = dateOption(input, 'current_date');
  const effort = textOption(input, 'reasoning_effort', 'medium');
  input.lossy(
    'default-system',
    '',
    "The models' template writes an identity, dates and the reasoning effort into the system message.",
  );
  let out = `<|start|>system<|message|>${identity}\nKnowledge cutoff: 2024-06\nCurrent date: ${date}\n\nReasoning: ${effort}\n\n# Valid channels: analysis, commentary, final. Channel must be included for every message.`;
  if (withTools) out += "\nCalls to these tools must go to the commentary channel: 'functions'.";
  out += '<|end|>';
  const first = messages[0];
  const leads = first?.role === 'system' || first?.role === 'developer';
  if ((leads && first.content !== '') || withTools) {
    out += '<|start|>developer<|message|>';
    if (leads && first.content !== '') {
      out += `# Instructions\n\n${first.content}\n\n`;
      input.lossy(
        'template-text',
        `${first.path}.content`,
        "The models' template writes the text as a developer's, under a heading.",
      );
    }
    out += `${withTools ? `# Tools\n\n${namespace(input.tools)}` : ''}<|end|>`;
  }
  const last = messages.length - 1;
  for (let i = leads ? 1 : 0; i <= last; i++) out += turnText(input, i, last);
  return input.generationPrompt ? `${out}<|start|>assistant` : out;
};

function turnText(input: TemplateInput, i: number, last: number): string {
  const message = input.messages[i]!;
  const { content } = message;
  switch (message.role) {
    case 'user':
      return `<|start|>user<|message|>${content}<|end|>`;
    case 'tool':
      input.lossy(
        'respaced-json',
        `${message.path}.content`,
        "The models' template writes the result as a JSON string.",
      );
      return `<|start|>functions.${message.name || 'tool'} to=assistant<|channel|>commentary<|message|>${JSON.stringify(content)}<|end|>`;
    case 'assistant':
      break;
    default:
      input.lossy(
        'dropped-turn',
        message.path,
        "The models' template leaves out system messages behind the first message.",
      );
      return '';
  }
  const analysis = (text: string): string => `<|start|>assistant<|channel|>analysis<|message|>${text}<|end|>`;
  if (message.calls.length > 0) {
    const answered = input.messages
      .slice(i + 1)
      .some((later) => later.role === 'assistant' && later.calls.length === 0);
    const thoughts = [message.reasoning ?? '', content].filter((text) => text !== '');
    let out = '';
    if (content !== '')
      input.lossy(
        'template-text',
        `${message.path}.content`,
        "The models' template writes words beside a call as reasoning.",
      );
    if (!answered) out += thoughts.map(analysis).join('');
    else if (thoughts.length > 0)
      input.lossy(
        'dropped-reasoning',
        message.path,
        "The models' template leaves out the reasoning of this turn.",
      );
    const calls = message.calls.map(
      (call) =>
        `<|start|>assistant to=functions.${call.name}<|channel|>commentary json<|message|>${callJson(input, call)}<|call|>`,
    );
    return out + calls.join('');
  }
  const open = input.continues && i === last;
  if (i === last && !input.generationPrompt && !open) {
    return (
      (message.reasoning === undefined ? '' : analysis(message.reasoning)) +
      `<|start|>assistant<|channel|>final<|message|>${content}<|return|>`
    );
  }
  if (message.reasoning !== undefined && message.reasoning !== '') {
    if (open) return `${analysis(message.reasoning)}<|start|>assistant<|channel|>final<|message|>${content}`;
    input.lossy(
      'dropped-reasoning',
      `${message.path}.reasoning_content`,
      "The models' template leaves out the reasoning of this turn.",
    );
  }
  return `<|start|>assistant<|channel|>final<|message|>${content}${open ? '' : '<|end|>'}`;
}

/** OpenAI's harmony, for gpt-oss: channels for reasoning, calls and answers. */
export const harmony: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'harmony',
  models: 'gpt-oss 20B and 120B',
  roles: {
    system: turn('system'),
    developer: turn('developer'),
    user: turn('user'),
    assistant: { open: '<|start|>assistant', close: '<|end|>' },
    tool: { open: '<|start|>functions.', close: '<|end|>' },
  },
  closers: ['<|return|>', '<|call|>'],
  specialTokens: [
    '<|startoftext|>',
    '<|endoftext|>',
    '<|start|>',
    '<|end|>',
    '<|message|>',
    '<|channel|>',
    '<|constrain|>',
    '<|return|>',
    '<|call|>',
    '<|endofprompt|>',
    '<|reserved_{n}|>',
  ],
  stop: ['<|return|>', '<|call|>'],
  reasoning: { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
  toolSyntax: 'harmony',
  template: harmonyTemplate,
}));
