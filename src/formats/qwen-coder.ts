import { qwenCoderCalls, qwenCoderTags, writeQwenCoderCall } from '../body/calls/qwen-coder.js';
import { pythonText, tojson } from '../body/tags/values.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { defaultSystem, definition, dropReasoning, splitSystem, toolTexts } from '../dialect/template.js';
import { refusedByTemplate, templateCall } from '../dialect/template-calls.js';
import type {
  MarkerDialect,
  Template,
  TemplateCall,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { dumps } from '../text/json.js';
import { type Content, listed, own, type Pieces, w } from '../text/pieces.js';
import { control, family, lastQuestion, roleOf, stripLines, thinks, thinkTokens, toolTurn } from './qwen.js';

const EXAMPLE = `

If you choose to call a WHAT ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
SECOND
</parameter>
</function>
</tool_call>

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: FORMAT
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell the user about function calls
</IMPORTANT>`;

const coderCalling = (): string =>
  EXAMPLE.replace('WHAT', 'tool')
    .replace('SECOND', 'value_2')
    .replace(
      'FORMAT',
      'the tool calling block MUST begin with an opening <tool_call> tag and end with a closing </tool_call> tag.',
    );

/** What Qwen 3.5 and Nemotron 3 are told. */
export const calling = (): string =>
  EXAMPLE.replace('WHAT', 'function')
    .replace('SECOND', 'This is the value for the second parameter\nthat can span\nmultiple lines')
    .replace(
      'FORMAT',
      'an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags',
    );

const listing = 'You have access to the following functions:\n\n<tools>';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** A value as the template's `string` and `tojson` write it. */
const said = (value: unknown): Content =>
  typeof value === 'string' ? definition(value) : definition(pythonText(dumps(value, 0)), 'json');

/** A field of a definition on a line of its own, between tags of its name. */
const field = (name: string, value: unknown): Pieces =>
  w`\n<${definition(name)}>${said(value)}</${definition(name)}>`;

const trimmed = (text: unknown): unknown => (typeof text === 'string' ? text.trim() : text);

const others = (fields: Fields, handled: readonly string[]): Pieces =>
  Object.entries(fields)
    .filter(([key]) => !handled.includes(key))
    .map(([key, value]) => field(key, value));

/** Some fields in this order, as far as there are such. */
const some = (fields: Fields, names: readonly string[]): Pieces =>
  names
    .filter((name) => fields[name] !== undefined)
    .map((name) => field(name, name === 'description' ? trimmed(fields[name]) : fields[name]));

function parameterXml(name: string, schema: unknown, leading: readonly string[]): Pieces {
  const fields = fieldsOf(schema) ?? {};
  const front = ['type', 'description', ...leading];
  return w`\n<parameter>${field('name', name)}${some(fields, front)}${others(fields, ['name', ...front])}\n</parameter>`;
}

/**
 * The functions as Qwen3-Coder and Nemotron 3 have them: each field of a definition between tags of its own.
 * `leading`: fields of a parameter that stand in front of others, `trailing`: fields of the parameters that stand behind.
 */
export function functionXml(
  tool: unknown,
  leading: readonly string[] = [],
  trailing: readonly string[] = [],
): Pieces {
  const shape = fieldsOf(tool) ?? {};
  const fields = fieldsOf(shape['function']) ?? shape;
  const parameters = fieldsOf(fields['parameters']) ?? {};
  const properties = Object.entries(fieldsOf(parameters['properties']) ?? {});
  const list = properties.map(([name, schema]) => parameterXml(name, schema, leading));
  const rest = others(parameters, ['type', 'properties', ...trailing]);
  const more = others(fields, ['type', 'name', 'description', 'parameters']);
  return w`\n<function>${field('name', fields['name'])}${some(fields, ['description'])}\n<parameters>${list}${rest}${some(parameters, trailing)}\n</parameters>${more}\n</function>`;
}

/** Results of tools, all of a run in one turn of the user. */
export function coderResult(messages: readonly TemplateMessage[], i: number): Pieces {
  const open = own(i > 0 && messages[i - 1]?.role !== 'tool' ? '<|im_start|>user\n' : '');
  const close = own(messages[i + 1]?.role === 'tool' ? '' : '<|im_end|>\n');
  return w`${open}<tool_response>\n${messages[i]?.content ?? []}\n</tool_response>\n${close}`;
}

const writeCall = (input: TemplateInput, call: TemplateCall, plain: (json: string) => string): Pieces =>
  templateCall(input, call, qwenCoderTags, writeQwenCoderCall, { plain });

const coderTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const last = rest.length - 1;
  const out: Pieces[] = [];
  if (input.tools.length > 0) {
    const text =
      system?.content ??
      own(
        defaultSystem(
          input,
          'You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks.',
        ),
      );
    const list = input.tools.map((tool) => functionXml(tool));
    out.push(
      w`<|im_start|>system\n${text}\n\n# Tools\n\nYou have access to the following tools:\n\n<tools>${list}\n</tools>${own(coderCalling())}<|im_end|>\n`,
    );
  } else if (system !== undefined) out.push(w`<|im_start|>system\n${system.content}<|im_end|>\n`);
  for (const [i, message] of rest.entries()) {
    const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
    if (message.role === 'tool') out.push(coderResult(rest, i));
    else if (message.calls.length > 0) {
      const words = input.trim(message.content);
      const front = words.text === '' ? [] : w`\n${words}\n`;
      const calls = message.calls.map((call) => w`\n${writeCall(input, call, pythonText)}`);
      out.push(w`<|im_start|>assistant${front}${calls}${end}`);
    } else out.push(w`<|im_start|>${roleOf(message)}\n${message.content}${end}`);
  }
  if (input.generationPrompt) out.push(w`<|im_start|>assistant\n`);
  return out;
};

/** Qwen 3.5 and 3.6; `plain`: how they write arguments that are no strings; `thinks`: unless they are asked not to. */
const qwen35Template =
  (plain: (json: string) => string, thinks: boolean): Template =>
  (input) => {
    const { messages } = input;
    const last = messages.length - 1;
    const { system } = splitSystem(messages);
    const told = system === undefined ? undefined : input.trim(system.content);
    const out: Pieces[] = [];
    if (input.tools.length > 0) {
      const behind = told === undefined || told.text === '' ? [] : w`\n\n${told}`;
      if (told !== undefined && told.text !== '')
        input.lossy(
          'moved-system',
          `${system!.path}.content`,
          "The models' template writes the system text behind the tools.",
        );
      const list = toolTexts(input).map((text) => w`\n${text}`);
      out.push(
        w`<|im_start|>system\n# Tools\n\nYou have access to the following functions:\n\n<tools>${list}\n</tools>${own(calling())}${behind}<|im_end|>\n`,
      );
    } else if (told !== undefined) out.push(w`<|im_start|>system\n${told}<|im_end|>\n`);
    const question = lastQuestion(messages);
    if (messages[question]?.role !== 'user') refusedByTemplate(input, '', 'a chat without a question');
    for (let i = system === undefined ? 0 : 1; i <= last; i++) {
      const message = { ...messages[i]!, content: input.trim(messages[i]!.content) };
      if (message.role === 'tool') {
        out.push(toolTurn([...messages.slice(0, i), message, ...messages.slice(i + 1, i + 2)], i));
        continue;
      }
      if (message.role === 'system') refusedByTemplate(input, message.path, 'a system message here');
      const end = own(input.continues && i === last ? '' : '<|im_end|>\n');
      const words =
        message.role === 'assistant' ? answer(input, message, i > question, plain) : message.content;
      out.push(w`<|im_start|>${roleOf(message)}\n${words}${end}`);
    }
    if (!input.generationPrompt) return out;
    const { enable_thinking: asked = thinks } = input.options;
    const thinking = thinks ? asked !== false : asked === true;
    out.push(w`<|im_start|>assistant\n<think>\n${own(thinking ? '' : '\n</think>\n\n')}`);
    return out;
  };

function answer(
  input: TemplateInput,
  message: TemplateMessage,
  keeps: boolean,
  plain: (json: string) => string,
): Pieces {
  const words = message.inline ? stripLines(message.content, false) : message.content;
  let front: Pieces = [];
  if (keeps || input.options['preserve_thinking'] === true) {
    const thoughts = message.reasoning === undefined ? undefined : input.trim(message.reasoning);
    if (thoughts === undefined || thoughts.text === '')
      input.lossy(
        'empty-reasoning',
        message.path,
        "The models' template writes empty reasoning in front of the last turn.",
      );
    front = w`<think>\n${thoughts ?? []}\n</think>\n\n`;
  } else dropReasoning(input, message);
  const calls = listed(
    message.calls.map((call) => writeCall(input, call, plain)),
    '\n',
  );
  return w`${front}${words}${own(message.calls.length > 0 && words.text !== '' ? '\n\n' : '')}${calls}`;
}

/** The turns of Qwen3-Coder and Nemotron 3: a line end stands behind each result. */
export const coderTurns = () =>
  ({
    roles: {
      ...family().roles,
      tool: {
        open: '<|im_start|>user\n<tool_response>\n',
        close: '\n</tool_response>\n<|im_end|>\n',
      },
    },
    after: { 'tool>tool': '<tool_response>\n' },
    closers: ['\n</tool_response>\n'],
  }) as const;

/** Qwen3-Coder. */
export const qwen3Coder: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3-coder-#-instruct', 'qwen3-coder(:#)?'],
  name: 'qwen3-coder',
  models: 'Qwen3-Coder, Qwen3-Coder-Next',
  ...coderTurns(),
  specialTokens: control,
  calls: qwenCoderCalls,
  signs: ['You are Qwen, a helpful AI assistant', 'You have access to the following tools:\n\n<tools>'],
  template: coderTemplate,
}));

/** Qwen 3.5, whose reasoning can be switched off by `templateOptions.enable_thinking`. */
export const qwen35: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3\\.5-#', 'qwen3\\.5(:#)?'],
  name: 'qwen3.5',
  models: 'Qwen 3.5',
  specialTokens: thinkTokens(),
  reasoning: thinks,
  calls: qwenCoderCalls,
  signs: [listing],
  template: qwen35Template(pythonText, true),
}));

/** The small models of Qwen 3.5, which reason only where `templateOptions.enable_thinking` is true. */
export const qwen35Small: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3\\.5-(0\\.8b|2b)', 'qwen3\\.5:(0\\.8b|2b)'],
  name: 'qwen3.5-small',
  models: 'Qwen 3.5 0.8B and 2B',
  specialTokens: thinkTokens(),
  reasoning: thinks,
  calls: qwenCoderCalls,
  signs: [listing],
  template: qwen35Template(pythonText, false),
}));

/** Qwen 3.6: as Qwen 3.5, but for how arguments are written; `templateOptions.preserve_thinking` keeps earlier reasoning. */
export const qwen36: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ids: ['qwen3\\.6-#', 'qwen3\\.6(:#)?'],
  name: 'qwen3.6',
  models: 'Qwen 3.6',
  specialTokens: thinkTokens(),
  reasoning: thinks,
  calls: qwenCoderCalls,
  signs: [listing],
  template: qwen35Template(tojson, true),
}));
