import { harmonyCalls } from '../body/calls/harmony.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, dateOption, definition, textOption } from '../dialect/template.js';
import type { MarkerDialect, Marks, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { type Content, json, listed, own, type Pieces, w, whole } from '../text/pieces.js';

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

const said = (text: unknown): Content => definition(String(text));

const jsonOf = (value: unknown): Content => definition(JSON.stringify(value) ?? 'null', 'json');

/** A schema as the TypeScript type that the models were taught. */
function typeOf(schema: Schema): Pieces {
  const orNull = own(schema.nullable ? ' | null' : '');
  if (schema.type === 'array') {
    if (schema.items === undefined) return w`any[]${orNull}`;
    const known = typeof schema.items.type === 'string' ? plain[schema.items.type] : undefined;
    if (known !== undefined) return w`${own(known)}[]${orNull}`;
    const inner = typeOf(schema.items);
    const { text } = whole(inner, said(''));
    return text === 'object | object' || text.length > 50 ? w`any[]${orNull}` : w`${inner}[]${orNull}`;
  }
  if (Array.isArray(schema.type) && schema.type.length > 0) return listed(schema.type.map(said), ' | ');
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    const one = schema.oneOf.map((variant) => [
      typeOf(variant),
      variant.description ? w`// ${said(variant.description)}` : [],
      variant.default === undefined ? [] : w`// default: ${jsonOf(variant.default)}`,
    ]);
    return schema.oneOf.some((variant) => variant.type === 'object') && one.length > 1
      ? w`any`
      : listed(one, ' | ');
  }
  if (schema.type === 'string')
    return schema.enum && schema.enum.length > 0
      ? w`"${listed(schema.enum.map(said), '" | "')}"`
      : w`string${orNull}`;
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    if (fields.length === 0) return w`object`;
    const required = new Set(schema.required ?? []);
    const typed = fields.map(
      // The template leaves the white space of its own source in front of the type.
      ([key, value]) =>
        w`${said(key)}${own(required.has(key) ? '' : '?')}: \n${own(' '.repeat(16))}${typeOf(value)}`,
    );
    return w`{\n${listed(typed, ', ')}}`;
  }
  return w`${own(typeof schema.type === 'string' ? (plain[schema.type] ?? 'any') : 'any')}`;
}

function defaultOf(schema: Schema): Pieces {
  if (schema.default === undefined) return [];
  const text = said(schema.default);
  if (schema.enum && schema.enum.length > 0) return w`, // default: ${text}`;
  if (schema.oneOf && schema.oneOf.length > 0) return w`// default: ${text}`;
  return w`, // default: ${jsonOf(schema.default)}`;
}

function namespace(tools: readonly unknown[]): Pieces {
  const types = tools.map((tool) => {
    const shape = tool as { function?: FunctionShape } & FunctionShape;
    const { name, description, parameters } = shape.function ?? shape;
    const required = new Set(parameters?.required ?? []);
    const fields = Object.entries(parameters?.properties ?? {}).map(([key, schema]) => {
      const comment = schema.description ? w`// ${said(schema.description)}\n` : [];
      const mark = own(required.has(key) ? '' : '?');
      return w`${comment}${said(key)}${mark}: ${typeOf(schema)}${defaultOf(schema)},\n`;
    });
    const type = fields.length === 0 ? w`() => any;` : w`(_: {\n${fields}}) => any;`;
    return w`// ${said(description)}\ntype ${said(name)} = ${type}\n\n`;
  });
  return w`## functions\n\nnamespace functions {\n\n${types}} // namespace functions`;
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
  const toolLine = withTools ? "\nCalls to these tools must go to the commentary channel: 'functions'." : '';
  const out: Pieces[] = [
    w`<|start|>system<|message|>${own(identity)}\nKnowledge cutoff: 2024-06\nCurrent date: ${own(date)}\n\nReasoning: ${own(effort)}\n\n# Valid channels: analysis, commentary, final. Channel must be included for every message.${own(toolLine)}<|end|>`,
  ];
  const first = messages[0];
  const leads = first?.role === 'system' || first?.role === 'developer';
  const told = leads && first.content.text !== '';
  if (told) {
    input.lossy(
      'template-text',
      `${first.path}.content`,
      "The models' template writes the text as a developer's, under a heading.",
    );
  }
  if (told || withTools) {
    const instructions = told ? w`# Instructions\n\n${first.content}\n\n` : [];
    const list = withTools ? w`# Tools\n\n${namespace(input.tools)}` : [];
    out.push(w`<|start|>developer<|message|>${instructions}${list}<|end|>`);
  }
  const last = messages.length - 1;
  let answer = -1;
  for (const [i, { role, calls }] of messages.entries())
    if (role === 'assistant' && calls.length === 0) answer = i;
  for (let i = leads ? 1 : 0; i <= last; i++) out.push(turnText(input, i, last, i < answer));
  if (input.generationPrompt) out.push(w`<|start|>assistant`);
  return out;
};

/** One turn. `answered`: the assistant has given its answer behind it. */
function turnText(input: TemplateInput, i: number, last: number, answered: boolean): Pieces {
  const message = input.messages[i]!;
  const { content } = message;
  switch (message.role) {
    case 'user':
      return w`<|start|>user<|message|>${content}<|end|>`;
    case 'tool': {
      input.lossy(
        'respaced-json',
        `${message.path}.content`,
        "The models' template writes the result as a JSON string.",
      );
      const name = message.name.text === '' ? own('tool') : message.name;
      return w`<|start|>functions.${name} to=assistant<|channel|>commentary<|message|>${json(content)}<|end|>`;
    }
    case 'assistant':
      return message.calls.length > 0
        ? callTurn(input, message, answered)
        : answerTurn(input, message, i === last);
    default:
      input.lossy(
        'dropped-turn',
        message.path,
        "The models' template leaves out system messages behind the first message.",
      );
      return [];
  }
}

const analysis = (text: Content): Pieces => w`<|start|>assistant<|channel|>analysis<|message|>${text}<|end|>`;

function callTurn(input: TemplateInput, message: TemplateMessage, answered: boolean): Pieces {
  const { content, reasoning } = message;
  const thoughts = [reasoning, content].filter((text) => text !== undefined && text.text !== '') as Content[];
  if (content.text !== '')
    input.lossy(
      'template-text',
      `${message.path}.content`,
      "The models' template writes words beside a call as reasoning.",
    );
  if (answered && thoughts.length > 0)
    input.lossy(
      'dropped-reasoning',
      message.path,
      "The models' template leaves out the reasoning of this turn.",
    );
  const calls = message.calls.map(
    (call) =>
      w`<|start|>assistant to=functions.${call.name}<|channel|>commentary json<|message|>${callJson(input, call)}<|call|>`,
  );
  return [answered ? [] : thoughts.map(analysis), calls];
}

function answerTurn(input: TemplateInput, message: TemplateMessage, isLast: boolean): Pieces {
  const { content, reasoning } = message;
  const open = input.continues && isLast;
  const final = w`<|start|>assistant<|channel|>final<|message|>${content}`;
  if (isLast && !input.generationPrompt && !open)
    return w`${reasoning === undefined ? [] : analysis(reasoning)}${final}<|return|>`;
  if (reasoning !== undefined && reasoning.text !== '') {
    if (open) return [analysis(reasoning), final];
    input.lossy(
      'dropped-reasoning',
      `${message.path}.reasoning_content`,
      "The models' template leaves out the reasoning of this turn.",
    );
  }
  return w`${final}${own(open ? '' : '<|end|>')}`;
}

/** OpenAI's harmony, for gpt-oss: channels for reasoning, calls and answers. */
export const harmony: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['gpt-oss-(20b|120b)', 'gpt-oss(:(20b|120b))?'],
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
  calls: harmonyCalls,
  template: harmonyTemplate,
}));
