import { llamaCalls } from '../body/calls/llama.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, splitSystem, textOption, toolTexts } from '../dialect/template.js';
import { refusedByTemplate } from '../dialect/template-calls.js';
import type { MarkerDialect, Marks, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { type Content, json, type Own, own, type Pieces, w, whole } from '../text/pieces.js';

/** The one refusal that all of Llama's templates share. */
function refuse(path: string, message: string): never {
  throw new RolecallError('unrepresentable', message, { path });
}

const llama2Template: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const last = rest.length - 1;
  const out: Pieces[] = [];
  if (system !== undefined && rest.length === 0)
    input.lossy('dropped-turn', system.path, "The models' template writes no system text without a turn.");
  for (const [i, message] of rest.entries()) {
    const prefix = i === 0 && system !== undefined ? w`<<SYS>>\n${system.content}\n<</SYS>>\n\n` : [];
    const text = input.trim(whole(w`${prefix}${message.content}`, message.content));
    if (message.role === 'user') out.push(w`<s>[INST] ${text} [/INST]`);
    else if (message.role === 'assistant')
      out.push(w` ${text}${own(input.continues && i === last ? '' : ' </s>')}`);
    else if (message.role === 'tool')
      input.lossy('dropped-turn', message.path, "The models' template leaves out the results of tools.");
    else {
      refusedByTemplate(input, message.path, 'a system message here');
      out.push(w`<<SYS>>\n${text}\n<</SYS>>\n\n`);
    }
  }
  return out;
};

/** Llama 2: `<s>[INST] <<SYS>>…<</SYS>> … [/INST] … </s>`. */
export const llama2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['llama-2-#-chat', 'llama2(:#)?', 'llama2:#-chat', 'codellama-#-instruct'],
  name: 'llama-2',
  models: 'Llama 2 Chat, Code Llama Instruct',
  bos: '<s>',
  roles: {
    system: { open: '<s>[INST] <<SYS>>\n', close: '' },
    user: { open: '<s>[INST] ', close: '' },
    assistant: { open: ' [/INST] ', close: ' </s>' },
  },
  after: {
    'system>user': '\n<</SYS>>\n\n',
    'system>system': '\n<</SYS>>[/INST]<s>[INST] <<SYS>>\n',
    'system>assistant': '\n<</SYS>>[/INST] ',
    'system>': '\n<</SYS>>[/INST]',
    'user>user': ' [/INST]<s>[INST] ',
    'user>system': ' [/INST]<s>[INST] <<SYS>>\n',
  },
  reads: { system: ['<s>[INST]<<SYS>>\n'], user: ['<s>[INST] <<SYS>><</SYS>>\n\n'] },
  generation: ' [/INST]',
  alternation: 'strict',
  specialTokens: ['<s>', '</s>', '<unk>', '[INST]', '[/INST]', '<<SYS>>', '<</SYS>>'],
  stop: ['</s>', '[INST]'],
  template: llama2Template,
}));

interface Header {
  start: string;
  end: string;
  eot: string;
}

const three: Header = { start: '<|start_header_id|>', end: '<|end_header_id|>\n\n', eot: '<|eot_id|>' };
const four: Header = { start: '<|header_start|>', end: '<|header_end|>\n\n', eot: '<|eot|>' };

function headed(header: Header): { system: Marks; user: Marks; assistant: Marks; tool: Marks } {
  const turn = (role: string): Marks => ({ open: header.start + role + header.end, close: header.eot });
  return { system: turn('system'), user: turn('user'), assistant: turn('assistant'), tool: turn('ipython') };
}

const head = (header: Header, role: string): Own => own(header.start + role + header.end);

const roleName = (message: TemplateMessage): string =>
  message.role === 'developer' ? 'system' : message.role;

const llama3Template: Template = (input) => {
  const last = input.messages.length - 1;
  const out: Pieces[] = [];
  for (let i = 0; i <= last; i++) {
    const message = input.messages[i]!;
    if (i === 0) out.push(w`<|begin_of_text|>`);
    out.push(w`${head(three, roleName(message))}${input.trim(message.content)}`);
    if (!(input.continues && i === last)) out.push(w`${own(three.eot)}`);
  }
  if (input.generationPrompt) out.push(w`${head(three, 'assistant')}`);
  return out;
};

const RESPOND =
  'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.Do not use variables.\n\n';

const toolBlock = (input: TemplateInput): Pieces =>
  w`${own(RESPOND)}${toolTexts(input, 4).map((text) => w`${text}\n\n`)}`;

/** A tool's result, which these templates write as a JSON string. */
function resultText(input: TemplateInput, message: TemplateMessage): Content {
  input.lossy(
    'respaced-json',
    `${message.path}.content`,
    "The models' template writes the result as a JSON string.",
  );
  return json(message.content);
}

/** What Llama 3.1 and Llama 4 share: the date, the tools in the first words of the user, single calls. */
const toolTemplate =
  (header: Header, version: 3 | 4, defaultDate: string): Template =>
  (input) => {
    const { system, rest } = splitSystem(input.messages);
    const withTools = input.tools.length > 0;
    const inUser = input.options['tools_in_user_message'] !== false;
    let messages = rest;
    const out: Pieces[] = [w`<|begin_of_text|>`];
    const eot = own(header.eot);
    const listed =
      withTools && !inUser
        ? w`You have access to the following functions. To call a function, please respond with JSON for a function call.${toolBlock(input)}`
        : [];
    if (version === 3 || system !== undefined) {
      out.push(w`${head(header, 'system')}${own(withTools ? 'Environment: ipython\n' : '')}`);
      if (version === 3) {
        const date = textOption(input, 'date_string', defaultDate);
        out.push(w`Cutting Knowledge Date: December 2023\nToday Date: ${own(date)}\n\n`);
        input.lossy('default-system', '', "The models' template writes dates into the system message.");
      }
      out.push(w`${listed}${system === undefined ? [] : input.trim(system.content)}${eot}`);
    }
    if (withTools && inUser) {
      const first =
        messages[0] ??
        refuse(
          'tools',
          "The models' template writes tools into the first message of the user, and there is none.",
        );
      messages = messages.slice(1);
      out.push(
        w`${head(header, 'user')}Given the following functions, please respond with a JSON for a function call with its proper arguments that best answers the given prompt.\n\n${toolBlock(input)}${input.trim(first.content)}${eot}`,
      );
      input.lossy(
        'tools-as-text',
        first.path,
        "The models' template writes the tools in front of the first message.",
      );
    }
    const last = messages.length - 1;
    for (const [i, message] of messages.entries()) {
      const end = own(input.continues && i === last ? '' : header.eot);
      if (message.role === 'tool') out.push(w`${head(header, 'ipython')}${resultText(input, message)}${end}`);
      else if (message.calls.length > 0)
        out.push(w`${head(header, 'assistant')}${callText(input, message, version)}${end}`);
      else {
        const text = version === 3 ? input.trim(message.content) : message.content;
        out.push(w`${head(header, roleName(message))}${text}${end}`);
      }
    }
    if (input.generationPrompt) out.push(w`${head(header, 'assistant')}`);
    return out;
  };

function callText(input: TemplateInput, message: TemplateMessage, version: 3 | 4): Pieces {
  if (version === 3 && message.calls.length > 1)
    refuse(`${message.path}.tool_calls`, 'The models write one call a message.');
  const calls = message.calls.map(
    (call) => w`{"name": ${json(call.name)}, "parameters": ${callJson(input, call)}}`,
  );
  if (version === 4) return w`<|python_start|>${message.content}<|python_end|>${calls}`;
  if (message.content.text !== '')
    input.lossy(
      'dropped-part',
      `${message.path}.content`,
      "The models' template leaves out the words beside a call.",
    );
  return calls;
}

const llama3Tokens = [
  '<|begin_of_text|>',
  '<|end_of_text|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|python_tag|>',
  '<|finetune_right_pad_id|>',
  '<|image|>',
  '<|reserved_special_token_{n}|>',
];

const llama3Family = () => ({
  bos: '<|begin_of_text|>',
  roles: headed(three),
  reads: { tool: ['<|start_header_id|>tool<|end_header_id|>\n\n'] },
  closers: ['<|eom_id|>', '<|end_of_text|>'],
  specialTokens: llama3Tokens,
  stop: ['<|eot_id|>', '<|end_of_text|>'],
});

/** Llama 3 (8B and 70B Instruct). */
export const llama3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...llama3Family(),
  ids: ['(meta-)?llama-3-#-instruct', 'llama3(:#)?', 'llama3:#-instruct'],
  name: 'llama-3',
  models: 'Llama 3 Instruct',
  template: llama3Template,
}));

/** Llama 3.1: dates in the system message, `templateOptions.date_string`; tools. */
export const llama31: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...llama3Family(),
  ids: [
    '(meta-)?llama-3\\.1-#-instruct',
    'llama3\\.1(:#)?',
    'llama3\\.1:#-instruct',
    'llama-3\\.2-(1b|3b)-instruct',
    'llama3\\.2(:(1b|3b))?',
    'llama3\\.2:(1b|3b)-instruct',
  ],
  name: 'llama-3.1',
  models: 'Llama 3.1 Instruct, Llama 3.2 Instruct',
  stop: ['<|eot_id|>', '<|eom_id|>', '<|end_of_text|>'],
  calls: llamaCalls,
  template: toolTemplate(three, 3, '26 Jul 2024'),
}));

/** Llama 3.3: as Llama 3.1. */
export const llama33: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...llama3Family(),
  ids: ['(meta-)?llama-3\\.3-70b-instruct', 'llama3\\.3(:70b)?', 'llama3\\.3:70b-instruct'],
  name: 'llama-3.3',
  models: 'Llama 3.3 Instruct',
  stop: ['<|eot_id|>', '<|eom_id|>', '<|end_of_text|>'],
  calls: llamaCalls,
  template: toolTemplate(three, 3, '26 Jul 2024'),
}));

/** Llama 4 Scout and Maverick. */
export const llama4: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ids: ['llama-4-(scout|maverick)-17b-(16|128)e-instruct', 'llama4(:(scout|maverick|16x17b|128x17b))?'],
  name: 'llama-4',
  models: 'Llama 4 Scout, Llama 4 Maverick',
  bos: '<|begin_of_text|>',
  roles: headed(four),
  closers: ['<|eom|>', '<|end_of_text|>'],
  specialTokens: [
    '<|begin_of_text|>',
    '<|end_of_text|>',
    '<|header_start|>',
    '<|header_end|>',
    '<|eot|>',
    '<|eom|>',
    '<|python_start|>',
    '<|python_end|>',
    '<|python_tag|>',
    '<|step|>',
    '<|image_start|>',
    '<|image_end|>',
    '<|image|>',
    '<|patch|>',
    '<|tile_x_separator|>',
    '<|tile_y_separator|>',
    '<|fim_prefix|>',
    '<|fim_middle|>',
    '<|fim_suffix|>',
    '<|finetune_right_pad|>',
    '<|text_post_train_reserved_special_token_{n}|>',
    '<|reserved_special_token_{n}|>',
    '<|vision_reserved_special_token_{n}|>',
  ],
  stop: ['<|eot|>', '<|eom|>', '<|end_of_text|>'],
  calls: llamaCalls,
  template: toolTemplate(four, 4, ''),
}));
