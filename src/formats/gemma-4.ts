import { gemma4Calls, gemma4Marks, gemmaMembers } from '../body/calls/gemma.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { definition, dropReasoning, splitSystem } from '../dialect/template.js';
import { lastUser, refusedByTemplate } from '../dialect/template-calls.js';
import type { MarkerDialect, Marks, Template, TemplateInput, TemplateMessage } from '../dialect/types.js';
import { dumps } from '../text/json.js';
import { type Content, listed, own, type Pieces, reworded, w } from '../text/pieces.js';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const quoted = (text: unknown): Pieces => w`<|"|>${definition(String(text))}<|"|>`;

/** Members in the order of their keys, as the template's `dictsort` has them. */
const sorted = (fields: Fields): [string, unknown][] =>
  Object.entries(fields).sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

/** A value of a definition. */
function argument(value: unknown): Pieces {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return w`[${listed(value.map(argument), ',')}]`;
  const fields = fieldsOf(value);
  if (fields === undefined) return [definition(dumps(value, 0), 'json')];
  const members = sorted(fields).map(([key, one]) => w`${quoted(key)}:${argument(one)}`);
  return w`{${listed(members, ',')}}`;
}

const upper = (type: unknown): unknown =>
  Array.isArray(type) ? type.map(upper) : typeof type === 'string' ? type.toUpperCase() : type;

const isTyped = (fields: Fields, type: string): boolean => upper(fields['type']) === type;

const requiredList = (names: unknown): Pieces =>
  w`required:[${listed((Array.isArray(names) ? names : []).map(quoted), ',')}]`;

/** What the items of a list may be. */
function itemsOf(items: Fields): Pieces {
  const members = sorted(items)
    .filter(([, value]) => value !== null)
    .map(([key, value]): Pieces => {
      if (key === 'properties') return w`properties:{${parameters(fieldsOf(value) ?? {})}}`;
      if (key === 'required') return requiredList(value);
      if (key === 'type') return w`type:${argument(upper(value))}`;
      return w`${definition(key)}:${argument(value)}`;
    });
  return w`items:{${listed(members, ',')}}`;
}

/** Names of the schema's own, which the template takes for no parameters. */
const standard = new Set(['description', 'type', 'properties', 'required', 'nullable']);

function parameters(properties: Fields): Pieces {
  const written = sorted(properties)
    .filter(([key]) => !standard.has(key))
    .map(([key, schema]) => {
      const fields = fieldsOf(schema) ?? {};
      const parts: Pieces[] = [];
      if (fields['description']) parts.push(w`description:${quoted(fields['description'])}`);
      if (isTyped(fields, 'STRING') && fields['enum']) parts.push(w`enum:${argument(fields['enum'])}`);
      const items = isTyped(fields, 'ARRAY') ? fieldsOf(fields['items']) : undefined;
      if (items !== undefined && Object.keys(items).length > 0) parts.push(itemsOf(items));
      if (fields['nullable']) parts.push(w`nullable:true`);
      if (isTyped(fields, 'OBJECT')) {
        parts.push(w`properties:{${parameters(fieldsOf(fields['properties']) ?? fields)}}`);
        if (Array.isArray(fields['required']) && fields['required'].length > 0)
          parts.push(requiredList(fields['required']));
      }
      parts.push(w`type:${quoted(upper(fields['type'] ?? ''))}`);
      return w`${definition(key)}:{${listed(parts, ',')}}`;
    });
  return listed(written, ',');
}

function declaration(tool: unknown): Pieces {
  const shape = fieldsOf(tool) ?? {};
  const { name, description = '', parameters: schema } = fieldsOf(shape['function']) ?? shape;
  const fields = fieldsOf(schema);
  const parts: Pieces[] = [];
  const properties = fieldsOf(fields?.['properties']);
  if (properties !== undefined && Object.keys(properties).length > 0)
    parts.push(w`properties:{${parameters(properties)}}`);
  const required = fields?.['required'];
  if (Array.isArray(required) && required.length > 0) parts.push(requiredList(required));
  parts.push(w`type:${quoted(upper(fields?.['type'] ?? 'object'))}`);
  const list = fields === undefined ? [] : w`,parameters:{${listed(parts, ',')}}`;
  return w`<|tool>declaration:${definition(String(name))}{description:${quoted(description)}${list}}<tool|>`;
}

const holdsNull = (json: string): boolean => json.replace(/"(?:[^"\\]|\\.)*"/gs, '').includes('null');

/** The calls of a message, and the results that follow it: they stand in the same turn of the model. */
function calling(input: TemplateInput, messages: readonly TemplateMessage[], i: number): Pieces {
  const message = messages[i]!;
  const calls = message.calls.map((call) => {
    const content = (text: string, as: Content['as']): Content => ({
      ...reworded(call.arguments, text),
      as,
    });
    input.info(
      'respaced-json',
      call.path,
      'The arguments are written without quotes, in the order of their names.',
    );
    if (holdsNull(call.arguments.text))
      refusedByTemplate(input, call.path, 'null as an argument, and writes nothing in its place');
    const args = gemmaMembers(call.arguments.text, content, gemma4Marks.quote, true);
    return w`<|tool_call>call:${call.name}{${args}}<tool_call|>`;
  });
  const results: Pieces[] = [];
  for (let k = i + 1; messages[k]?.role === 'tool'; k++) {
    const { name, content } = messages[k]!;
    const called = name.text === '' ? own('unknown') : name;
    results.push(w`<|tool_response>response:${called}{value:<|"|>${content}<|"|>}<tool_response|>`);
  }
  return w`${calls}${results}`;
}

const template: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const thinking = input.options['enable_thinking'] === true;
  const out: Pieces[] = [w`<bos>`];
  if (thinking)
    input.lossy(
      'default-system',
      '',
      'The template writes a mark into the system turn that asks for reasoning.',
    );
  if (thinking || input.tools.length > 0 || system !== undefined)
    out.push(
      w`<|turn>system\n${own(thinking ? '<|think|>\n' : '')}${system === undefined ? [] : input.trim(system.content)}${input.tools.map(declaration)}<turn|>\n`,
    );
  const question = lastUser(rest);
  const last = rest.length - 1;
  /** Where the chat stands: results of tools, or a call, wait for what follows in the same turn. */
  let waits = '';
  let before = '';
  for (const [i, message] of rest.entries()) {
    const { role, reasoning } = message;
    if (role === 'tool') {
      if (before === '') input.lossy('dropped-turn', message.path, 'A result without a call is left out.');
      continue;
    }
    waits = '';
    const goesOn = role === 'assistant' && before === 'assistant';
    before = role;
    const words = input.trim(message.content);
    const mark = goesOn ? [] : w`<|turn>${own(role === 'assistant' ? 'model' : role)}\n`;
    const called = message.calls.length > 0;
    const thinks = called && i > question && reasoning !== undefined && reasoning.text !== '';
    if (!thinks) dropReasoning(input, message);
    const front = thinks ? w`<|channel>thought\n${reasoning}\n<channel|>` : [];
    const answered = rest[i + 1]?.role === 'tool';
    if (called && words.text !== '')
      input.lossy(
        'template-text',
        message.path,
        "The models' template writes words beside calls behind them.",
      );
    if (called && answered) waits = 'result';
    else if (called) waits = 'call';
    const open = input.continues && i === last;
    const noEnd = open || (called && answered && words.text === '');
    const end = called && !answered ? '<|tool_response>' : noEnd ? '' : '<turn|>\n';
    out.push(w`${mark}${front}${called ? calling(input, rest, i) : []}${words}${own(end)}`);
  }
  if (input.generationPrompt && waits === '')
    out.push(w`<|turn>model\n${own(thinking ? '' : '<|channel>thought\n<channel|>')}`);
  return out;
};

const turn = (role: string): Marks => ({ open: `<|turn>${role}\n`, close: '<turn|>\n' });

/**
 * Gemma 4, which reasons where `templateOptions.enable_thinking` is true. The results of tools stand in the turn that called
 * them. Source: the template of Gemma 4 31B.
 */
export const gemma4: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'gemma-4',
  models: 'Gemma 4',
  bos: '<bos>',
  roles: {
    system: turn('system'),
    user: turn('user'),
    assistant: turn('model'),
    tool: { open: '<|tool_response>', close: '' },
  },
  after: {
    'tool>tool': '<tool_response|><|tool_response>',
    'tool>assistant': '<tool_response|>',
    'tool>': '<tool_response|>',
    'tool>user': '<tool_response|><|turn>user\n',
    'tool>system': '<tool_response|><|turn>system\n',
  },
  specialTokens: [
    '<bos>',
    '<eos>',
    '<pad>',
    '<unk>',
    '<mask>',
    '<|turn>',
    '<turn|>',
    '<|channel>',
    '<channel|>',
    '<|think|>',
    '<|tool>',
    '<tool|>',
    '<|tool_call>',
    '<tool_call|>',
    '<|tool_response>',
    '<tool_response|>',
    '<|"|>',
    '<|image|>',
    '<|image>',
    '<image|>',
    '<|audio|>',
    '<|audio>',
    '<audio|>',
    '<|video|>',
    '<unused{n}>',
  ],
  stop: ['<turn|>', '<|tool_response>', '<eos>'],
  reasoning: { open: '<|channel>thought\n', close: '\n<channel|>' },
  calls: gemma4Calls,
  signs: ['<|turn>'],
  template,
}));
