import { definition } from '../../dialect/template.js';
import type { TemplateInput, TemplateMessage } from '../../dialect/types.js';
import { isJson } from '../../text/json.js';
import type { Content } from '../../text/pieces.js';
import { inParts } from '../probe.js';
import { thinking } from '../reasoning.js';
import type { Shape } from '../shape.js';

/** What stands for a content in what a template is given: the text itself, marked or made safe. */
export interface Words {
  /** Words of a message. */
  words(content: Content): string;
  /** Names, ids, arguments and definitions. */
  detail(content: Content): string;
  /** Texts that a template compares with its own, so that no mark may stand around them. */
  bare(content: Content): string;
}

export interface InputOptions {
  shape: Shape | null;
  /** The roles whose words the template takes as a list of parts alone. */
  parts: ReadonlySet<string>;
  /** Where there are no tools, the template has to be told so. */
  namesNone: boolean;
  /** The member that reasoning goes into; null for none that the template knows. */
  reasoning: string | null;
}

/** Members of a tool's definition whose values a template compares with words of its own. */
const compared = new Set(['type', 'required', 'enum', 'format', 'nullable']);

/** A value with every text in it in its place, names of members too. */
function placedValue(value: unknown, place: Content, words: Words, isBare = false): unknown {
  const text = (one: string): string => {
    const content = { ...place, text: one, as: 'text' as const };
    return isBare ? words.bare(content) : words.detail(content);
  };
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => placedValue(item, place, words, isBare));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const known = place.path.startsWith('tools') && /^[a-z_$A-Z]+$/.test(key) && !isProperty(value);
      const name = known ? key : text(key);
      return [name, placedValue(item, place, words, known && compared.has(key))];
    }),
  );
}

/** An object whose members are named by the tool's author: all of them are schemas. */
const isProperty = (value: object): boolean => {
  const members = Object.values(value);
  return (
    members.length > 0 &&
    members.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  );
};

function argumentsOf(
  { arguments: args }: TemplateMessage['calls'][number],
  shape: Shape | null,
  words: Words,
): unknown {
  if (shape?.args === 'text' || !isJson(args.text)) return words.detail(args);
  const value: unknown = JSON.parse(args.text);
  return typeof value === 'object' && value !== null ? placedValue(value, args, words) : words.detail(args);
}

/** A message as templates know it. */
function messageOf(message: TemplateMessage, options: InputOptions, words: Words): Record<string, unknown> {
  const { shape, reasoning: field } = options;
  const { calls, reasoning } = message;
  const silent = calls.length > 0 && message.content.text === '';
  const content = silent ? (shape === null ? '' : shape.silent) : words.words(message.content);
  const base = { role: message.role === 'developer' ? 'system' : message.role };
  const thought =
    reasoning === undefined
      ? {}
      : thinking(field ?? 'reasoning_content', words.words(reasoning), String(content ?? ''));
  return {
    ...base,
    ...(content === undefined ? {} : { content }),
    ...thought,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: words.bare(call.id),
            type: 'function',
            function: { name: words.detail(call.name), arguments: argumentsOf(call, shape, words) },
          })),
        }),
    ...(message.role === 'tool' ? resultOf(message, words) : {}),
  };
}

const resultOf = ({ callId, name }: TemplateMessage, words: Words): Record<string, unknown> => ({
  ...(callId.text === '' ? {} : { tool_call_id: words.bare(callId) }),
  ...(name.text === '' ? {} : { name: words.detail(name) }),
});

/** What a template is given. */
export function variablesOf(
  input: TemplateInput,
  messages: readonly TemplateMessage[],
  options: InputOptions,
  words: Words,
): Record<string, unknown> {
  const tools = input.tools.map((tool, i) =>
    placedValue(tool, { ...definition(''), path: `tools[${i}]` }, words),
  );
  return {
    messages: messages.map((message) => inParts(messageOf(message, options, words), options.parts)),
    add_generation_prompt: input.generationPrompt,
    ...(tools.length > 0 ? { tools } : options.namesNone ? { tools: null } : {}),
    ...input.options,
  };
}
