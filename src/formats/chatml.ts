import { taggedCalls } from '../body/calls/hermes.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, definition, toolTexts } from '../dialect/template.js';
import type { MarkerDialect, Marks, Template, TemplateCall, TemplateInput } from '../dialect/types.js';
import { type Content, json, listed, own, type Pieces, w } from '../text/pieces.js';

const turn = (role: string): Marks => ({ open: `<|im_start|>${role}\n`, close: '<|im_end|>\n' });

export const chatmlRoles = (tool: Marks): Record<'system' | 'user' | 'assistant' | 'tool', Marks> => ({
  system: turn('system'),
  user: turn('user'),
  assistant: turn('assistant'),
  tool,
});

/** OpenAI's ChatML: `<|im_start|>user\n…<|im_end|>`. */
export const chatml: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: [
    'openhermes-2(\\.5)?-mistral-7b',
    'yi-(6b|34b)-chat',
    'nous-hermes-2-mixtral-8x7b-dpo',
    'nous-hermes2-mixtral(:8x7b(-dpo)?)?',
    'dolphin-2\\.[0-9.]+-mixtral-8x7b',
    'dolphin-mixtral(:8x7b(-v2\\.[0-9.]+)?)?',
  ],
  name: 'chatml',
  models: 'Yi, Dolphin, OpenHermes, InternLM 2, SmolLM and many fine-tunes',
  roles: chatmlRoles(turn('tool')),
  specialTokens: ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
  stop: ['<|im_end|>'],
}));

const spaced = (role: string): Marks => ({ open: `<|im_start|>${role}\n`, close: '\n<|im_end|>\n' });

/** ChatML as OpenAI's first document had it, with a line end before `<|im_end|>`. */
export const chatmlNewline: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'chatml-newline',
  models: 'gpt-35-turbo and gpt-4 over completions, as in the first ChatML document',
  roles: {
    system: spaced('system'),
    user: spaced('user'),
    assistant: spaced('assistant'),
    tool: spaced('tool'),
  },
  specialTokens: ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
  stop: ['<|im_end|>'],
}));

/** Orca 2: ChatML on Llama 2's tokens. */
export const orca: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['orca-2-(7b|13b)'],
  name: 'orca',
  models: 'Orca 2',
  roles: chatmlRoles(turn('tool')),
  specialTokens: ['<|im_start|>', '<|im_end|>', '<s>', '</s>', '<unk>'],
  stop: ['<|im_end|>', '</s>'],
}));

const pythonTypes: Readonly<Record<string, string>> = {
  string: 'str',
  number: 'float',
  integer: 'int',
  boolean: 'bool',
};

interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

/** The Python type that Hermes' template names for a schema; its branch for arrays reads no items. */
function pythonType(schema: Schema): string {
  const { type } = schema;
  if (typeof type === 'string') {
    if (pythonTypes[type] !== undefined) return pythonTypes[type];
    if (type === 'array') return 'list[Union[]]';
    if (type === 'object') {
      return schema.additionalProperties === undefined
        ? 'dict'
        : `dict[str, ${pythonType(schema.additionalProperties)}]`;
    }
    return 'Any';
  }
  return Array.isArray(type) ? `Union[${type.map((one) => pythonType({ type: one })).join(',')}]` : 'Union[]';
}

/** The functions in Hermes' words: a signature and a docstring each. */
function hermesTools(input: TemplateInput): Pieces {
  const texts = toolTexts({ ...input, tools: input.tools.map((tool) => functionOf(tool).parameters ?? {}) });
  const said = (text: unknown): Content => definition(String(text), 'json');
  const lines = input.tools.map((tool, i) => {
    const { name, description, parameters } = functionOf(tool);
    const fields = Object.entries(parameters?.properties ?? {});
    const signature = fields.map(([key, schema]) => w`${said(key)}: ${own(pythonType(schema))}`);
    const docs = fields.map(
      ([key, schema]) =>
        w`        ${said(key)}(${own(pythonType(schema))}): ${said((schema.description ?? '').trim())}`,
    );
    const args = docs.length === 0 ? [] : w`    Args:\n${docs}`;
    const schema = fields.length === 0 ? definition('{}', 'json') : texts[i]!;
    return w`{"type": "function", "function": {"name": "${said(name)}", "description": "${said(name)}(${listed(signature, ', ')}) - ${said(description)}\n\n${args}", "parameters": ${schema}}`;
  });
  return listed(lines, '\n');
}

interface FunctionShape {
  name: string;
  description?: string;
  parameters?: Schema;
}

function functionOf(tool: unknown): FunctionShape {
  const shape = tool as { function?: FunctionShape } & FunctionShape;
  return shape.function ?? shape;
}

/** Calls, each on lines of its own. */
export const hermesCalls = (input: TemplateInput, calls: readonly TemplateCall[]): Pieces =>
  calls.map(
    (call) =>
      w`\n<tool_call>\n{"name": ${json(call.name)}, "arguments": ${callJson(input, call)}}\n</tool_call>`,
  );

const hermesTemplate: Template = (input) => {
  const { messages } = input;
  const last = messages.length - 1;
  const out: Pieces[] = [w`<|begin_of_text|>`];
  if (input.tools.length > 0) {
    out.push(
      w`<|im_start|>system\nYou are a function calling AI model. You are provided with function signatures within <tools></tools> XML tags. You may call one or more functions to assist with the user query. Don't make assumptions about what values to plug into functions. Here are the available tools: <tools> ${hermesTools(input)} </tools>Use the following pydantic model json schema for each tool call you will make: {"properties": {"name": {"title": "Name", "type": "string"}, "arguments": {"title": "Arguments", "type": "object"}}, "required": ["name", "arguments"], "title": "FunctionCall", "type": "object"}}\nFor each function call return a json object with function name and arguments within <tool_call></tool_call> XML tags as follows:\n<tool_call>\n{"name": <function-name>, "arguments": <args-dict>}\n</tool_call><|im_end|>\n`,
    );
  }
  for (const [i, message] of messages.entries()) {
    const role = message.role === 'developer' ? 'system' : message.role;
    const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
    if (role === 'tool') {
      const before = messages[i - 1];
      const next = messages[i + 1];
      if (before !== undefined && before.role !== 'tool') out.push(w`<|im_start|>tool\n`);
      out.push(
        w`<tool_response>\n${message.content}\n</tool_response>${own(next === undefined ? '' : '\n')}`,
      );
      if (next === undefined || next.role !== 'tool') out.push(w`<|im_end|>`);
    } else if (message.calls.length > 0) {
      if (message.content.text !== '')
        input.lossy(
          'dropped-part',
          `${message.path}.content`,
          "The models' template leaves out the words beside calls.",
        );
      out.push(w`<|im_start|>assistant`, hermesCalls(input, message.calls), w`${end}`);
    } else out.push(w`<|im_start|>${own(role)}\n${message.content}${end}`);
  }
  if (input.generationPrompt) out.push(w`<|im_start|>assistant\n`);
  return out;
};

/** Hermes 2 Pro and Hermes 3 on Llama 3: ChatML with `<tool_call>`, behind Llama's BOS, as their templates write it. */
export const hermes: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['hermes-2-pro-llama-3-8b', 'hermes-3-llama-3\\.[12]-#'],
  name: 'hermes',
  models: 'Hermes 2 Pro, Hermes 3',
  bos: '<|begin_of_text|>',
  signs: ['<|begin_of_text|><|im_start|>'],
  roles: chatmlRoles({
    open: '<|im_start|>tool\n<tool_response>\n',
    close: '\n</tool_response><|im_end|>\n',
  }),
  after: { 'tool>tool': '\n<tool_response>\n' },
  closers: ['\n</tool_response>'],
  specialTokens: [
    '<|im_start|>',
    '<|im_end|>',
    '<|begin_of_text|>',
    '<|endoftext|>',
    '<tool_call>',
    '</tool_call>',
    '<tool_response>',
    '</tool_response>',
  ],
  stop: ['<|im_end|>'],
  calls: taggedCalls,
  template: hermesTemplate,
}));
