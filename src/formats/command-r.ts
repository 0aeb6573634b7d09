import { commandRCalls } from '../body/calls/command-r.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, definition, splitSystem } from '../dialect/template.js';
import { refusedByTemplate } from '../dialect/template-calls.js';
import type { MarkerDialect, Marks, Template, TemplateCall, TemplateInput } from '../dialect/types.js';
import { respace } from '../text/json.js';
import { type Content, json, listed, own, type Pieces, reworded, w } from '../text/pieces.js';

const START = '<|START_OF_TURN_TOKEN|>';
const END = '<|END_OF_TURN_TOKEN|>';
const turn = (role: string): Marks => ({ open: `${START}<|${role}_TOKEN|>`, close: END });

const SYSTEM = /* @__PURE__ */ own('<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>');
const CHATBOT = /* @__PURE__ */ own('<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>');

interface Schema {
  type?: string | string[];
  description?: string;
  items?: Schema;
  additionalProperties?: Schema;
}

interface FunctionShape {
  name: string;
  description?: string;
  parameters?: { properties?: Record<string, Schema>; required?: string[] };
}

const pythonTypes: Readonly<Record<string, string>> = {
  string: 'str',
  number: 'float',
  integer: 'int',
  boolean: 'bool',
};

function pythonType(schema: Schema | undefined): string {
  const type = schema?.type;
  if (Array.isArray(type)) return `Union[${type.map((one) => pythonType({ type: one })).join(',')}]`;
  if (type === undefined) return 'Any';
  if (type === 'array') return `List[${pythonType(schema?.items)}]`;
  if (type === 'object') return `Dict[str, ${pythonType(schema?.additionalProperties)}]`;
  return pythonTypes[type] ?? 'Any';
}

/** A function as Python's signature and docstring, which is how these models read them. */
function signature(tool: unknown): Pieces {
  const shape = tool as { function?: FunctionShape } & FunctionShape;
  const { name, description, parameters } = shape.function ?? shape;
  const required = new Set(parameters?.required ?? []);
  const said = (text: unknown): Content => definition(String(text));
  const fields = Object.entries(parameters?.properties ?? {}).map(([key, schema]) => {
    const needed = required.has(key);
    const type = own(needed ? pythonType(schema) : `Optional[${pythonType(schema)}]`);
    return {
      arg: w`${said(key)}: ${type}${own(needed ? '' : ' = None')}`,
      doc: w`${said(key)} (${type}): ${said(schema.description ?? '')}`,
    };
  });
  const args = listed(
    fields.map(({ arg }) => arg),
    ', ',
  );
  const docs = listed(
    fields.map(({ doc }) => doc),
    '\n        ',
  );
  const block = fields.length === 0 ? [] : w`\n\n    Args:\n        ${docs}`;
  return w`\`\`\`python\ndef ${said(name)}(${args}) -> List[Dict]:\n    """${said(description ?? '')}${block}\n    """\n    pass\n\`\`\``;
}

const DEFAULT_SYSTEM =
  "## Task and Context\nYou help people answer their questions and other requests interactively. You will be asked a very wide array of requests on all kinds of topics. You will be equipped with a wide range of search engines or similar tools to help you, which you use to research your answer. You should focus on serving the user's needs as best you can, which will be wide-ranging.\n\n## Style Guide\nUnless the user asks for a different style of answer, you should answer in full sentences, using proper grammar and spelling.";

const PREAMBLE =
  "# Safety Preamble\nThe instructions in this section override those in the task description and style guide sections. Don't answer questions that are harmful or immoral.\n\n# System Preamble\n## Basic Rules\nYou are a powerful conversational AI trained by Cohere to help people. You are augmented by a number of tools, and your job is to use and consume the output of these tools to best help the user. You will see a conversation history between yourself and a user, ending with an utterance from the user. You will then see a specific instruction instructing you what kind of response to generate. When you answer the user's requests, you cite your sources in your answers, according to those instructions.\n\n# User Preamble\n";

const INSTRUCTION =
  'Write \'Action:\' followed by a json-formatted list of actions that you want to perform in order to produce a good response to the user\'s last input. You can use any of the supplied tools any number of times, but you should aim to execute the minimum number of necessary actions for the input. You should use the `directly-answer` tool if calling the other tools is unnecessary. The list of actions you want to call should be formatted as a list of json objects, for example:\n```json\n[\n    {\n        "tool_name": title of the tool in the specification,\n        "parameters": a dict of parameters to input into the tool as they are defined in the specs, or {} if it takes no parameters\n    }\n]```';

const indented = (text: string): string => text.replaceAll('\n', '\n        ');

const commandRTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const withTools = input.tools.length > 0;
  const last = rest.length - 1;
  const out: Pieces[] = [w`<BOS_TOKEN>`];
  if (withTools) {
    if (system === undefined)
      input.lossy(
        'default-system',
        '',
        "The models' template writes a system text of its own where none is given.",
      );
    const list = listed(input.tools.map(signature), '\n\n');
    const text = system?.content ?? own(DEFAULT_SYSTEM);
    out.push(
      w`${SYSTEM}${own(PREAMBLE)}${text}\n\n## Available Tools\nHere is a list of tools that you have available to you:\n\n${list}${own(END)}`,
    );
  } else if (system !== undefined) out.push(w`${SYSTEM}${system.content}${own(END)}`);
  for (const [i, message] of rest.entries()) {
    const text = input.trim(message.content);
    const end = own(input.continues && i === last ? '' : END);
    if (!withTools && message.role === (rest[i - 1]?.role ?? 'assistant'))
      refusedByTemplate(input, message.path, 'turns that do not alternate');
    if (message.role === 'system') refusedByTemplate(input, message.path, 'a system message here');
    if (message.role === 'user') out.push(w`${own(turn('USER').open)}${text}${end}`);
    else if (message.role === 'tool') out.push(w`${SYSTEM}<results>\n${text}</results>${end}`);
    else if (message.role !== 'assistant') out.push(w`${SYSTEM}${text}${end}`);
    else if (message.calls.length > 0) out.push(w`${CHATBOT}${text}${actions(input, message.calls)}`);
    else out.push(w`${CHATBOT}${text}${end}`);
  }
  if (withTools) out.push(w`${SYSTEM}${own(INSTRUCTION)}${own(END)}`);
  if (input.generationPrompt) out.push(w`${CHATBOT}`);
  return out;
};

/** Calls as the template lists them; it closes no turn behind them. */
function actions(input: TemplateInput, calls: readonly TemplateCall[]): Pieces {
  const list = calls.map((call) => {
    const args = callJson(input, call);
    const { text } = args;
    const written = text === '{}' || text === '""' ? '{}' : indented(respace(text, 4));
    return w`    {\n        "tool_name": ${json(call.name)},\n        "parameters": ${reworded(args, written)}\n    }`;
  });
  return w`\nAction:\n\`\`\`json\n[\n${listed(list, ',\n')}\n]\`\`\`\n`;
}

/** Cohere's Command R and R+, Aya. */
export const commandR: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: [
    '(c4ai-)?command-r(-plus)?(-v01)?',
    'command-r:35b',
    'command-r-plus:104b',
    'aya-expanse-(8b|32b)',
    'aya-expanse:(8b|32b)',
    'aya-23-(8b|35b)',
    'aya:(8b|35b)',
  ],
  name: 'command-r',
  models: 'Command R, Command R+, Aya 23',
  bos: '<BOS_TOKEN>',
  roles: {
    system: turn('SYSTEM'),
    user: turn('USER'),
    assistant: turn('CHATBOT'),
    tool: { open: `${START}<|SYSTEM_TOKEN|><results>\n`, close: `</results>${END}` },
  },
  specialTokens: [
    '<BOS_TOKEN>',
    '<EOS_TOKEN>',
    '<PAD>',
    '<UNK>',
    '<CLS>',
    '<SEP>',
    '<MASK_TOKEN>',
    '<EOP_TOKEN>',
    START,
    END,
    '<|SYSTEM_TOKEN|>',
    '<|USER_TOKEN|>',
    '<|CHATBOT_TOKEN|>',
    '<|YES_TOKEN|>',
    '<|NO_TOKEN|>',
    '<|GOOD_TOKEN|>',
    '<|BAD_TOKEN|>',
    '<|USER_{n}_TOKEN|>',
    '<|EXTRA_{n}_TOKEN|>',
    '<results>',
    '</results>',
  ],
  stop: [END],
  calls: commandRCalls,
  template: commandRTemplate,
}));
