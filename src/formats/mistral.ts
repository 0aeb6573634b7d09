import { mistralCalls } from '../body/calls/mistral.js';
import { markerDialect } from '../dialect/markers/complete.js';
import { callJson, dateOption, defaultSystem, splitSystem, toolTexts } from '../dialect/template.js';
import { refusedByTemplate } from '../dialect/template-calls.js';
import type {
  MarkerDialect,
  MarkerDialectDefinition,
  Template,
  TemplateInput,
  TemplateMessage,
} from '../dialect/types.js';
import { isJson, respace } from '../text/json.js';
import {
  type Content,
  json,
  listed,
  type Own,
  own,
  type Pieces,
  reworded,
  w,
  whole,
} from '../text/pieces.js';

type Version = 1 | 2 | 3 | 7;

const ID = /^[A-Za-z0-9]{9}$/;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The nine letters and digits that these models want of an id: as they are, else made from the id, the same each time. */
export function callId(input: TemplateInput, given: Content): Content {
  const id = given.text;
  if (ID.test(id)) return given;
  input.info(
    'dropped-call-id',
    given.path,
    'The models want ids of nine letters and digits; one was made from the id.',
  );
  let hash = 0x811c9dc5;
  let out = '';
  for (let i = 0; i < 9; i++) {
    for (let k = 0; k < id.length; k++) hash = Math.imul(hash ^ id.charCodeAt(k), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (i + 1), 0x01000193) >>> 0;
    out += DIGITS.charAt((hash >>> 8) % DIGITS.length);
  }
  return reworded(given, out);
}

/** A result as JSON where it is JSON, else as a JSON string. */
const resultJson = (result: Content): Content =>
  isJson(result.text) ? { ...reworded(result, respace(result.text)), as: 'json' } : json(result);

/** System messages go in front of one question of the user; the versions before 7 have no turn for them. */
function gatherSystem(input: TemplateInput): { text: Content | undefined; rest: readonly TemplateMessage[] } {
  const isSystem = (message: TemplateMessage): boolean =>
    message.role === 'system' || message.role === 'developer';
  const system = input.messages.filter(isSystem);
  const [first] = system;
  if (first === undefined) return { text: undefined, rest: input.messages };
  const rest = input.messages.filter((message) => !isSystem(message));
  for (const message of system)
    input.lossy('folded-system', message.path, "The system text stands in front of the user's words.");
  const texts = system.map((message) => message.content);
  return { text: texts.length === 1 ? first.content : whole(listed(texts, '\n\n'), first.content), rest };
}

/**
 * Mistral's own templates, as its tokenizer library writes them. `tekken`: no spaces around the control tokens.
 * `templateOptions.variant: 'transformers'`: as the files of the models for Transformers have it, which trims replies
 * (v3) and writes the results of tools bare.
 */
const mistralTemplate =
  (version: Version, tekken: boolean): Template =>
  (input) => {
    const gap = own(tekken ? '' : ' ');
    const variant = input.options['variant'] === 'transformers';
    const { text: system, rest } =
      version === 7 ? { text: undefined, rest: input.messages } : gatherSystem(input);
    const last = rest.length - 1;
    let question = -1;
    for (const [i, message] of rest.entries())
      if (message.role === 'user' && (version !== 1 || question === -1)) question = i;
    const out: Pieces[] = [w`<s>`];
    if (version === 7 && rest[0]?.role !== 'system' && rest[0]?.role !== 'developer' && variant) {
      const text = defaultSystem(input, smallSystem(dateOption(input, 'today')));
      if (text !== '') out.push(w`[SYSTEM_PROMPT]${gap}${own(text)}[/SYSTEM_PROMPT]`);
    }
    for (const [i, message] of rest.entries()) {
      const end = own(input.continues && i === last ? '' : '</s>');
      switch (message.role) {
        case 'user': {
          if (i === question && input.tools.length > 0 && version > 1)
            out.push(w`[AVAILABLE_TOOLS]${gap}[${listed(toolTexts(input), ', ')}][/AVAILABLE_TOOLS]`);
          const leads = i === question && system !== undefined && (system.text !== '' || variant);
          const words = leads ? w`${system}\n\n${message.content}` : message.content;
          out.push(version === 1 ? w` [INST] ${words} [/INST]` : w`[INST]${gap}${words}[/INST]`);
          break;
        }
        case 'assistant':
          if (message.content.text === '' && message.calls.length === 0 && version !== 7 && !variant)
            refusedByTemplate(input, message.path, 'an empty message of the assistant');
          // Version 2 forgets the calls, and their results, of questions that were answered.
          if (message.calls.length > 0 && version === 2 && i < question) {
            input.lossy(
              'dropped-turn',
              message.path,
              "The models' template leaves out calls of earlier questions.",
            );
          } else out.push(answer(input, message, version, tekken), w`${end}`);
          break;
        case 'tool':
          if (version === 2 && i < question) {
            input.lossy(
              'dropped-turn',
              message.path,
              "The models' template leaves out results of earlier questions.",
            );
          } else out.push(result(input, message, version, gap, variant));
          break;
        default:
          out.push(w`[SYSTEM_PROMPT]${gap}${message.content}[/SYSTEM_PROMPT]`);
      }
    }
    return out;
  };

function answer(input: TemplateInput, message: TemplateMessage, version: Version, tekken: boolean): Pieces {
  const gap = own(tekken ? '' : ' ');
  const trims = version === 3 && !tekken && input.options['variant'] === 'transformers';
  const content = trims ? input.trim(message.content) : message.content;
  const words = content.text === '' && message.calls.length > 0 ? [] : w`${gap}${content}`;
  if (message.calls.length === 0) return words;
  if (version === 2) {
    if (content.text !== '')
      input.lossy(
        'dropped-part',
        `${message.path}.content`,
        "The models' template leaves out the words beside calls.",
      );
    for (const call of message.calls)
      if (call.id.text !== '') input.info('dropped-call-id', call.path, 'The models have no ids of calls.');
  }
  const calls = message.calls.map((call) => {
    const id = version === 2 ? [] : w`, "id": ${json(callId(input, call.id))}`;
    return w`{"name": ${json(call.name)}, "arguments": ${callJson(input, call)}${id}}`;
  });
  return w`${version === 2 ? [] : words}[TOOL_CALLS]${gap}[${listed(calls, ', ')}]`;
}

function result(
  input: TemplateInput,
  message: TemplateMessage,
  version: Version,
  gap: Own,
  variant: boolean,
): Pieces {
  const { content } = message;
  if (version === 7)
    return w`[TOOL_RESULTS]${gap}${callId(input, message.callId)}[TOOL_CONTENT]${gap}${content}[/TOOL_RESULTS]`;
  const written = variant ? content : resultJson(content);
  if (!variant && (written.text.startsWith('"') || written.text !== content.text))
    input.lossy('respaced-json', content.path, "The models' template writes the result as JSON.");
  if (version === 2)
    return w`[TOOL_RESULTS]${gap}[{"name": ${json(message.name)}, "content": ${written}}][/TOOL_RESULTS]`;
  const id = json(callId(input, message.callId));
  return w`[TOOL_RESULTS]${gap}{"content": ${written}, "call_id": ${id}}[/TOOL_RESULTS]`;
}

const smallSystem = (today: string): string =>
  `You are Mistral Small 3, a Large Language Model (LLM) created by Mistral AI, a French startup headquartered in Paris.\nYour knowledge base was last updated on 2023-10-01. The current date is ${today}.\n\nWhen you're not sure about some information, you say that you don't have the information and don't make up anything.\nIf the user's question is not clear, ambiguous, or does not provide enough context for you to accurately answer the question, you do not try to answer it right away and you rather ask the user to clarify their request (e.g. "What are some good restaurants around me?" => "Where are you?" or "When is the next flight to Tokyo" => "Where do you travel from?")`;

const tokens = [
  '<s>',
  '</s>',
  '<unk>',
  '<pad>',
  '[INST]',
  '[/INST]',
  '[TOOL_CALLS]',
  '[AVAILABLE_TOOLS]',
  '[/AVAILABLE_TOOLS]',
  '[TOOL_RESULTS]',
  '[/TOOL_RESULTS]',
  '[IMG]',
  '[IMG_BREAK]',
  '[IMG_END]',
  '[PREFIX]',
  '[MIDDLE]',
  '[SUFFIX]',
  '[SYSTEM_PROMPT]',
  '[/SYSTEM_PROMPT]',
  '[TOOL_CONTENT]',
  '[CALL_ID]',
  '[ARGS]',
  '[THINK]',
  '[/THINK]',
  '[AUDIO]',
  '[BEGIN_AUDIO]',
  '[control_{n}]',
];

/** The Tekken tokenizer numbers the control tokens that have no name yet. */
export const tekkenTokens = (): string[] => [...tokens, '<SPECIAL_{n}>'];

/** The marks of one version; a reply begins where the question, or the last result, ends. */
function marks(
  gap: string,
  before: string,
  lead: string,
): Pick<MarkerDialectDefinition, 'roles' | 'after' | 'generation' | 'bos'> {
  const user = `${lead}[INST]${gap}`;
  const tool = `[TOOL_RESULTS]${gap}`;
  return {
    bos: '<s>',
    roles: {
      user: { open: user, close: '' },
      assistant: { open: `${before}[/INST]${gap}`, close: '</s>' },
      tool: { open: tool, close: '' },
    },
    after: {
      'user>user': `${before}[/INST]${user}`,
      'user>tool': `${before}[/INST]${tool}`,
      'tool>user': `[/TOOL_RESULTS]${user}`,
      'tool>tool': `[/TOOL_RESULTS]${tool}`,
      'tool>assistant': `[/TOOL_RESULTS]${gap}`,
      'tool>': '[/TOOL_RESULTS]',
    },
    generation: `${before}[/INST]`,
  };
}

const family = () =>
  ({
    alternation: 'strict',
    systemPlacement: 'gathered',
    specialTokens: tokens,
    stop: ['</s>'],
    calls: mistralCalls,
    toolResult: 'json',
  }) as const;

/** Mistral 7B v0.1 and v0.2: ` [INST] … [/INST] …</s>`. */
export const mistralV1: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ...marks(' ', ' ', ' '),
  ids: ['mixtral-8x7b-instruct-v0\\.1', 'mixtral:8x7b'],
  name: 'mistral-v1',
  models: 'Mistral 7B Instruct v0.1 and v0.2, Mixtral 8x7B (with spaces)',
  calls: null,
  template: mistralTemplate(1, false),
}));

/** Mistral's second version: no space in front of the tokens; tools without ids. */
export const mistralV2: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ...marks(' ', '', ''),
  name: 'mistral-v2',
  models: 'Mistral Small and Large of February 2024',
  template: mistralTemplate(2, false),
}));

/** Mistral's third version, with SentencePiece: tools with ids. */
export const mistralV3: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ...marks(' ', '', ''),
  ids: [
    'mistral-7b-instruct-v0\\.3',
    'mixtral-8x22b-instruct-v0\\.1',
    'mixtral:8x22b',
    'mistral-large-instruct-2407',
    'codestral-22b-v0\\.1',
    'mistral:7b-instruct-v0\\.3',
  ],
  name: 'mistral-v3',
  models: 'Mistral 7B Instruct v0.3, Mixtral 8x22B, Mistral Large 2407, Codestral',
  template: mistralTemplate(3, false),
}));

/** Mistral's third version, with the Tekken tokenizer: no spaces around tokens. */
export const mistralV3Tekken: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...family(),
  ...marks('', '', ''),
  ids: [
    'mistral-nemo-instruct-2407',
    'mistral-nemo(:12b)?',
    'ministral-8b-instruct-2410',
    'pixtral-12b-2409',
  ],
  name: 'mistral-v3-tekken',
  specialTokens: tekkenTokens(),
  models: 'Mistral Nemo 2407, Ministral 8B, Pixtral 12B',
  template: mistralTemplate(3, true),
}));

export function v7(gap: string): Omit<MarkerDialectDefinition, 'name'> {
  const base = marks(gap, '', '');
  const system = `[SYSTEM_PROMPT]${gap}`;
  return {
    ...family(),
    ...base,
    roles: { ...base.roles, system: { open: system, close: '[/SYSTEM_PROMPT]' } },
    after: { ...base.after, 'user>system': `[/INST]${system}`, 'tool>system': `[/TOOL_RESULTS]${system}` },
    alternation: 'free',
    systemPlacement: 'turn',
    toolResult: 'id-content',
  };
}

/** Mistral's seventh version, with SentencePiece: a turn for the system. */
export const mistralV7: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...v7(' '),
  ids: ['mistral-large-instruct-2411', 'mistral-large:123b'],
  name: 'mistral-v7',
  models: 'Mistral Large 2411',
  template: mistralTemplate(7, false),
}));

/** Mistral's seventh version, with Tekken. */
export const mistralV7Tekken: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  ...v7(''),
  ids: [
    'mistral-small-24b-instruct-2501',
    'mistral-small-3\\.1-24b-instruct-2503',
    'mistral-small:24b',
    'mistral-small3\\.1(:24b)?',
  ],
  name: 'mistral-v7-tekken',
  specialTokens: tekkenTokens(),
  models: 'Mistral Small 3, 3.1 and 3.2',
  template: mistralTemplate(7, true),
}));

const mixtralTemplate: Template = (input) => {
  const { system, rest } = splitSystem(input.messages);
  const last = rest.length - 1;
  const out: Pieces[] = [w`<s>`];
  if (system !== undefined)
    input.lossy(
      'folded-system',
      system.path,
      "The models know no system message; it stands in front of the user's words.",
    );
  for (const [i, message] of rest.entries()) {
    const words =
      i === 0 && system !== undefined ? w`${system.content}\n\n${message.content}` : message.content;
    if (message.role === 'user') out.push(w`[INST] ${words} [/INST]`);
    else out.push(w`${words}${own(input.continues && i === last ? '' : '</s>')}`);
  }
  return out;
};

/** The first template of Mixtral 8x7B and Mistral 7B: `[INST] … [/INST]` and the reply, with no space between. */
export const mixtral: MarkerDialect = /* @__PURE__ */ markerDialect(() => ({
  name: 'mixtral',
  models: 'Mixtral 8x7B Instruct, Mistral 7B Instruct v0.2 (their first templates)',
  bos: '<s>',
  roles: { user: { open: '[INST] ', close: '' }, assistant: { open: ' [/INST]', close: '</s>' } },
  after: {
    'user>user': ' [/INST][INST] ',
  },
  alternation: 'strict',
  specialTokens: ['<s>', '</s>', '<unk>', '[INST]', '[/INST]'],
  stop: ['</s>'],
  template: mixtralTemplate,
}));
