import { deepseekBareCalls, deepseekCalls } from '../body/calls/deepseek.js';
import { dsmlCalls, dsmlTags, writeDsmlCall } from '../body/calls/dsml.js';
import { tojson } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { asSaid, definition, dropReasoning } from '../dialect/template.js';
import { lastUser, templateCall } from '../dialect/template-calls.js';
import type { MarkerDialect, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { dumps } from '../text/json.js';
import { listed, own, type Pieces, w } from '../text/pieces.js';

const BOS = '<｜begin▁of▁sentence｜>';
const EOS = '<｜end▁of▁sentence｜>';
const OUTPUTS_END = '<｜tool▁outputs▁end｜>';

/** All system messages go in front, set apart by blank lines. */
function gatherSystem(input: TemplateInput): { front: Pieces; rest: readonly TemplateMessage[] } {
  const isSystem = (message: TemplateMessage): boolean =>
    message.role === 'system' || message.role === 'developer';
  const system = input.messages.filter(isSystem);
  if (system.length === 0) return { front: w`${own(BOS)}`, rest: input.messages };
  for (const message of input.messages.slice(1)) {
    if (isSystem(message))
      input.lossy('moved-system', message.path, "The models' template moves all system text to the front.");
  }
  const first = system[0];
  if (first?.content.text === '')
    input.lossy(
      'dropped-turn',
      first.path,
      'An empty system text leaves no trace in front of the first turn.',
    );
  const text = listed(
    system.map((message) => message.content),
    '\n\n',
  );
  return { front: w`${own(BOS)}${text}`, rest: input.messages.filter((message) => !isSystem(message)) };
}

/** V3 and R1. `thinks`: the prompt may end in an open `<think>`. */
const v3Template =
  (thinks: boolean): Template =>
  (input) => {
    const { front, rest } = gatherSystem(input);
    if (input.tools.length > 0)
      input.lossy('dropped-part', 'tools', "The models' template writes no list of tools.");
    const last = rest.length - 1;
    const out: Pieces[] = [front];
    let afterTool = false;
    for (const [i, message] of rest.entries()) {
      const end = own(input.continues && i === last ? '' : EOS);
      const ended = own(afterTool ? OUTPUTS_END : '');
      if (message.role === 'user') {
        out.push(w`${ended}<｜User｜>${message.content}`);
        afterTool = false;
      } else if (message.role === 'tool') {
        const begin = own(afterTool ? '' : '<｜tool▁outputs▁begin｜>');
        out.push(w`${begin}<｜tool▁output▁begin｜>${message.content}<｜tool▁output▁end｜>`);
        afterTool = true;
      } else {
        dropReasoning(input, message);
        const called = message.calls.length > 0;
        const mark = own(!afterTool || called ? '<｜Assistant｜>' : '');
        out.push(w`${ended}${mark}${message.content}${called ? writeCalls(message) : []}${end}`);
        afterTool = false;
      }
    }
    if (afterTool) out.push(w`${own(OUTPUTS_END)}`);
    else if (input.generationPrompt)
      out.push(w`<｜Assistant｜>${own(thinks && input.options['thinking'] === true ? '<think>\n' : '')}`);
    return out;
  };

function writeCalls(message: TemplateMessage): Pieces {
  const written = message.calls.map(
    (call) =>
      w`<｜tool▁call▁begin｜>function<｜tool▁sep｜>${call.name}\n\`\`\`json\n${call.arguments}\n\`\`\`<｜tool▁call▁end｜>`,
  );
  return w`<｜tool▁calls▁begin｜>${listed(written, '\n')}<｜tool▁calls▁end｜>`;
}

const control = [
  BOS,
  EOS,
  '<｜▁pad▁｜>',
  '<｜User｜>',
  '<｜Assistant｜>',
  '<｜EOT｜>',
  '<|EOT|>',
  '<｜fim▁begin｜>',
  '<｜fim▁hole｜>',
  '<｜fim▁end｜>',
  '<｜search▁begin｜>',
  '<｜search▁end｜>',
  '<｜tool▁calls▁begin｜>',
  '<｜tool▁calls▁end｜>',
  '<｜tool▁call▁begin｜>',
  '<｜tool▁call▁end｜>',
  '<｜tool▁outputs▁begin｜>',
  OUTPUTS_END,
  '<｜tool▁output▁begin｜>',
  '<｜tool▁output▁end｜>',
  '<｜tool▁sep｜>',
  '<｜place▁holder▁no▁{n}｜>',
];

const family = () =>
  ({
    bos: BOS,
    roles: {
      user: { open: '<｜User｜>', close: '' },
      assistant: { open: '<｜Assistant｜>', close: EOS },
      tool: { open: '<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>', close: '<｜tool▁output▁end｜>' },
    },
    after: {
      'tool>tool': '<｜tool▁output▁begin｜>',
      'tool>assistant': OUTPUTS_END,
      'tool>': OUTPUTS_END,
      'tool>user': `${OUTPUTS_END}<｜User｜>`,
    },
    systemPlacement: 'preamble',
    stop: [EOS],
    calls: deepseekCalls,
  }) as const;

/** DeepSeek V3 (and V2.5). */
export const deepseekV3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['deepseek-v3(-0324)?', 'deepseek-v3:671b'],
  name: 'deepseek-v3',
  models: 'DeepSeek V3, V3-0324, V2.5',
  specialTokens: control,
  template: v3Template(false),
}));

/** DeepSeek R1. Newer files of the models end in `<think>`: `templateOptions.thinking: true`. */
export const deepseekR1: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['deepseek-r1(-0528)?', 'deepseek-r1:671b', 'deepseek-r1:8b', 'deepseek-r1-0528-qwen3-8b', 'r1-1776'],
  name: 'deepseek-r1',
  models: 'DeepSeek R1 and its distilled models',
  specialTokens: [...control, '<think>', '</think>'],
  reasoning: { open: '<think>\n', close: '\n</think>\n\n' },
  template: v3Template(true),
}));

/** A section on the tools, as the model card of V3.1 has it; the template itself writes none. */
function toolsSection(input: TemplateInput): Pieces {
  const list = input.tools.map((tool) => {
    const { name, description, parameters } = functionOf(tool);
    const json = definition(dumps(parameters ?? {}, 0), 'json');
    return w`### ${definition(String(name))}\nDescription: ${definition(String(description ?? ''))}\n\nParameters: ${json}\n\n`;
  });
  return w`\n\n## Tools\nYou have access to the following tools:\n\n${list}IMPORTANT: ALWAYS adhere to this exact format for tool use:\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments<｜tool▁call▁end｜>{additional_tool_calls}<｜tool▁calls▁end｜>\n\nWhere:\n- \`tool_call_name\` must be an exact match to one of the available tools\n- \`tool_call_arguments\` must be valid JSON that strictly follows the tool's Parameters Schema\n- For multiple tool calls, chain them directly without separators or spaces`;
}

interface FunctionShape {
  name?: unknown;
  description?: unknown;
  parameters?: unknown;
}

const functionOf = (tool: unknown): FunctionShape => {
  const shape = tool as { function?: FunctionShape } & FunctionShape;
  return shape.function ?? shape;
};

/** The models' templates open a turn of the assistant behind a question only. */
function tellRuns(input: TemplateInput, messages: readonly TemplateMessage[]): void {
  for (const [i, { role, path }] of messages.entries()) {
    const before = messages[i - 1]?.role;
    if (role === 'assistant' && before !== 'user' && before !== 'tool')
      input.lossy('merged-turns', path, "The models' template opens no turn here.");
  }
  if (input.generationPrompt && messages.at(-1)?.role === 'assistant')
    input.lossy('template-text', '', "The models' template opens no turn behind one of the assistant.");
}

/** V3.1: every reply begins where reasoning ends, or with reasoning where `templateOptions.thinking` is true. */
const v31Template: Template = (input) => {
  const { front, rest } = gatherSystem(input);
  const last = rest.length - 1;
  const out: Pieces[] = [front, input.tools.length > 0 ? toolsSection(input) : []];
  if (input.tools.length > 0)
    input.lossy(
      'template-text',
      'tools',
      "The models' template writes no list of tools; the model card's text stands behind the system text.",
    );
  tellRuns(input, rest);
  for (const [i, message] of rest.entries()) {
    if (message.role === 'user') out.push(w`<｜User｜>${message.content}`);
    else if (message.role === 'tool')
      out.push(w`<｜tool▁output▁begin｜>${message.content}<｜tool▁output▁end｜>`);
    else {
      dropReasoning(input, message);
      const mark = own(rest[i - 1]?.role === 'user' ? '<｜Assistant｜></think>' : '');
      const calls = message.calls.map(
        (call) => w`<｜tool▁call▁begin｜>${call.name}<｜tool▁sep｜>${call.arguments}<｜tool▁call▁end｜>`,
      );
      const called = calls.length === 0 ? [] : w`<｜tool▁calls▁begin｜>${calls}<｜tool▁calls▁end｜>`;
      out.push(w`${mark}${message.content}${called}${own(input.continues && i === last ? '' : EOS)}`);
    }
  }
  if (input.generationPrompt && rest[last]?.role === 'user')
    out.push(w`<｜Assistant｜>${own(input.options['thinking'] === true ? '<think>' : '</think>')}`);
  return out;
};

const thinkTokens = ['<think>', '</think>'];

/** A turn without reasoning begins where reasoning ends. */
const thinks = { open: '<think>', close: '</think>', none: '</think>' };

/** DeepSeek V3.1. */
export const deepseekV31: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['deepseek-v3\\.1', 'deepseek-v3\\.1:671b'],
  name: 'deepseek-v3.1',
  models: 'DeepSeek V3.1',
  bos: BOS,
  roles: {
    user: { open: '<｜User｜>', close: '' },
    assistant: { open: '<｜Assistant｜>', close: EOS },
    tool: { open: '<｜tool▁output▁begin｜>', close: '' },
  },
  after: {
    'tool>tool': '<｜tool▁output▁end｜><｜tool▁output▁begin｜>',
    'tool>assistant': '<｜tool▁output▁end｜>',
    'tool>': '<｜tool▁output▁end｜>',
    'tool>user': '<｜tool▁output▁end｜><｜User｜>',
  },
  systemPlacement: 'preamble',
  specialTokens: [...control, ...thinkTokens],
  stop: [EOS],
  reasoning: thinks,
  calls: deepseekBareCalls,
  template: v31Template,
}));

const DSML_TOOLS = `## Tools

You have access to a set of tools you can use to answer the user's question.
You can invoke functions by writing a "<｜DSML｜function_calls>" block like the following as part of your reply to the user:
<｜DSML｜function_calls>
<｜DSML｜invoke name="$FUNCTION_NAME">
<｜DSML｜parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</｜DSML｜parameter>
...
</｜DSML｜invoke>
<｜DSML｜invoke name="$FUNCTION_NAME2">
...
</｜DSML｜invoke>
</｜DSML｜function_calls>

String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false" for other types (numbers, booleans, arrays, objects).

If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking block. Here is an example:

<｜DSML｜function_calls>
...
</｜DSML｜function_calls>

<function_results>
...
</function_results>

<think>...thinking about results</think>

Here are the functions available in JSONSchema format:
<functions>
`;

/** V3.2. A reply begins with reasoning where \`templateOptions.thinking\` is true, else where reasoning ends. */
const v32Template: Template = (input) => {
  const { front, rest: spoken } = gatherSystem(input);
  const rest = spoken.map(asSaid);
  const last = rest.length - 1;
  const thinking = input.options['thinking'] === true || input.options['enable_thinking'] === true;
  const told = rest.length < input.messages.length && input.messages[0]?.content.text !== '';
  const list = input.tools.map(
    (tool) => w`${definition(dumps((tool as { function?: unknown }).function ?? tool, 0), 'json')}\n`,
  );
  const tools = list.length === 0 ? [] : w`${own(told ? '\n\n' : '')}${own(DSML_TOOLS)}${list}</functions>\n`;
  const out: Pieces[] = [front, tools];
  const question = lastUser(rest);
  tellRuns(input, rest);
  for (const [i, message] of rest.entries()) {
    const after = rest[i - 1]?.role;
    if (message.role === 'user') out.push(w`<｜User｜>${message.content}`);
    else if (message.role === 'tool') {
      const open = own(after === 'tool' ? '' : '\n\n<function_results>');
      const close = own(rest[i + 1]?.role === 'tool' ? '' : '\n</function_results>');
      out.push(w`${open}\n<result>${message.content}</result>${close}`);
    } else {
      const keeps = thinking && i > question;
      if (!keeps) dropReasoning(input, message);
      const front = keeps ? w`<think>${message.reasoning ?? []}</think>` : w`</think>`;
      const calls = message.calls.map((call) =>
        templateCall(input, call, dsmlTags, writeDsmlCall, { plain: tojson, typed: true }),
      );
      const called =
        calls.length === 0 ? [] : w`\n\n<｜DSML｜function_calls>\n${calls}</｜DSML｜function_calls>`;
      const end = own(input.continues && i === last ? '' : EOS);
      const mark = after === 'user' ? w`<｜Assistant｜>${front}` : after === 'tool' ? w`\n\n${front}` : [];
      out.push(w`${mark}${message.content}${called}${end}`);
    }
  }
  if (input.generationPrompt && rest[last]?.role !== 'assistant')
    out.push(
      w`${own(rest[last]?.role === 'tool' ? '\n\n' : '<｜Assistant｜>')}${own(thinking ? '<think>' : '</think>')}`,
    );
  return out;
};

/** DeepSeek V3.2, whose calls are written in DSML. Source: the encoding that is published with the model. */
export const deepseekV32: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'deepseek-v3.2',
  models: 'DeepSeek V3.2',
  bos: BOS,
  roles: {
    user: { open: '<｜User｜>', close: '' },
    assistant: { open: '<｜Assistant｜>', close: EOS },
    tool: { open: '\n\n<function_results>\n<result>', close: '' },
  },
  after: {
    'tool>tool': '</result>\n<result>',
    'tool>assistant': '</result>\n</function_results>\n\n',
    'tool>': '</result>\n</function_results>\n\n',
    'tool>user': '</result>\n</function_results><｜User｜>',
  },
  systemPlacement: 'preamble',
  specialTokens: [...control, ...thinkTokens, '｜DSML｜', '<function_results>', '</result>'],
  stop: [EOS],
  reasoning: thinks,
  calls: dsmlCalls,
  signs: ['｜DSML｜', '<function_results>'],
  template: v32Template,
}));

/** V2 and the first chat models: labels, with BOS in front and EOS behind the assistant's words. */
const v2Template: Template = (input) => {
  const last = input.messages.length - 1;
  const out: Pieces[] = [w`${own(BOS)}`];
  for (const [i, message] of input.messages.entries()) {
    if (message.role === 'user') out.push(w`User: ${message.content}\n\n`);
    else if (message.role === 'assistant')
      out.push(w`Assistant: ${message.content}${own(input.continues && i === last ? '' : EOS)}`);
    else out.push(w`${message.content}\n\n`);
  }
  if (input.generationPrompt) out.push(w`Assistant:`);
  return out;
};

/** DeepSeek V2 and DeepSeek LLM: `User: …`, a blank line, `Assistant: …<｜end▁of▁sentence｜>`. */
export const deepseekV2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: [
    'deepseek-v2(-lite)?-chat',
    'deepseek-llm-(7b|67b)-chat',
    'deepseek-coder-v2(-lite)?-instruct',
    'deepseek-coder-v2:16b',
  ],
  name: 'deepseek-v2',
  models: 'DeepSeek V2, DeepSeek LLM',
  bos: BOS,
  roles: {
    system: { open: '', close: '\n\n' },
    user: { open: 'User: ', close: '\n\n' },
    assistant: { open: 'Assistant: ', close: EOS },
  },
  generation: 'Assistant:',
  systemPlacement: 'preamble',
  specialTokens: control,
  labelTexts: ['User:', 'Assistant:'],
  stop: [EOS],
  template: v2Template,
}));
