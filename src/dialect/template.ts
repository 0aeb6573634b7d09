import { type Call, callsOf } from '../body/call.js';
import type { WarningCode } from '../errors.js';
import { dumps, isJson, respace } from '../text/json.js';
import { type Content, type Escape, type Joined, join, stretch } from '../text/pieces.js';
import { info, lossy } from '../text/warn.js';
import { escapeContent } from './escape.js';
import { wordsOf } from './message-text.js';
import type { Adapted, Placed, Syntax, Writing } from './syntax.js';
import type { TemplateCall, TemplateInput, TemplateMessage } from './types.js';
import type { WriteOptions } from './write-options.js';

/** White space to Python: the separators of ASCII too, but no BOM. */
function isPythonSpace(unit: number): boolean {
  if (unit <= 32) return unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 28 && unit <= 31);
  if (unit < 0x85) return false;
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    (unit !== 0xfeff && unit > 0x1000 && /\s/.test(String.fromCharCode(unit)))
  );
}

/** Python's `str.strip`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isPythonSpace(text.charCodeAt(start))) start++;
  while (end > start && isPythonSpace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** A string of the template's options, or what the template has as its default. */
export function textOption(input: TemplateInput, key: string, fallback: string): string {
  const value = input.options[key];
  return typeof value === 'string' ? value : fallback;
}

/** A date that a template writes. There is no clock here: a date that is not given stays empty, and is asked for. */
export function dateOption(input: TemplateInput, key: string): string {
  const date = textOption(input, key, '');
  if (date === '') {
    input.lossy(
      'default-system',
      `templateOptions.${key}`,
      "The models' template writes the date of today; none was given.",
    );
  }
  return date;
}

/**
 * The system text of a template that has one of its own: `templateOptions.defaultSystem` replaces it, or leaves it out
 * when it is false. A warning tells that it was written.
 */
export function defaultSystem(input: TemplateInput, text: string): string {
  const { defaultSystem: given } = input.options;
  if (given === false) return '';
  const written = typeof given === 'string' ? given : text;
  if (written !== '')
    input.lossy(
      'default-system',
      '',
      "The models' template writes a system text of its own where none is given.",
    );
  return written;
}

/** A text of a tool's definition, and where it comes to stand. */
export const definition = (text: string, as: Content['as'] = 'text'): Content => ({
  text,
  as,
  message: null,
  path: 'tools',
});

/** The tools as a template's `tojson` writes them, one by one. */
export const toolTexts = (input: TemplateInput, indent = 0): Content[] =>
  input.tools.map((tool, i) => ({ ...definition(dumps(tool, indent), 'json'), path: `tools[${i}]` }));

/** A call's arguments as the template's `tojson` writes them, with a warning where that is not how they were spaced. */
export function callJson(input: TemplateInput, call: TemplateCall): Content {
  if (call.json.text !== call.arguments.text) {
    input.lossy(
      'respaced-json',
      call.path,
      "The models' template writes the arguments with its own spacing.",
    );
  }
  return call.json;
}

/** A warning that a message's reasoning is not in the prompt, where it has any. */
export function dropReasoning(input: TemplateInput, message: TemplateMessage): void {
  if (message.reasoning === undefined || message.reasoning.text === '') return;
  input.lossy(
    'dropped-reasoning',
    `${message.path}.reasoning_content`,
    "The models' template leaves out the reasoning of this turn.",
  );
}

/** A message of a template that looks for no reasoning in the words: they stay whole. */
export const asSaid = (message: TemplateMessage): TemplateMessage =>
  message.inline ? { ...message, content: message.said, reasoning: undefined, inline: false } : message;

/** A first system message, and the messages behind it. */
export function splitSystem(messages: readonly TemplateMessage[]): {
  system: TemplateMessage | undefined;
  rest: readonly TemplateMessage[];
} {
  const first = messages[0];
  const leads = first?.role === 'system' || first?.role === 'developer';
  return leads ? { system: first, rest: messages.slice(1) } : { system: undefined, rest: messages };
}

/** Where `strip` cuts a text. */
function stripped(content: Content): Content {
  const { text } = content;
  const end = strip(text);
  if (end.length === text.length) return content;
  const start = end === '' ? 0 : text.indexOf(end);
  return stretch(content, start, start + end.length);
}

/** A message as templates take it. `thinks`: the mark that ends reasoning in a message's words, '' for none. */
function templateMessage(
  place: Placed,
  options: { thinks: string; functions: Map<string, string>; writing: Writing },
): TemplateMessage {
  const { message, path, index } = place;
  const { thinks, functions, writing } = options;
  const content = (text: string, field: string, as: Content['as'] = 'text'): Content => ({
    text,
    as,
    message: index,
    path: `${path}.${field}`,
  });
  const role = message.role === 'function' ? 'tool' : message.role;
  const silent = message.content === null || message.content === undefined;
  const calls = message.role === 'assistant' ? callsOf(message) : [];
  const said = silent && calls.length > 0 ? content('', 'content') : wordsOf(place, writing);
  let words = said;
  let reasoning =
    message.role === 'assistant' && typeof message.reasoning_content === 'string'
      ? content(message.reasoning_content, 'reasoning_content')
      : undefined;
  // A template looks for reasoning in the words as well; what stands before the mark is not written as words.
  const inline =
    role === 'assistant' && thinks.startsWith('</') && reasoning === undefined && words.text.includes(thinks);
  if (inline) {
    const { text } = words;
    const before = text.slice(0, text.indexOf(thinks));
    const open = before.lastIndexOf('<think>');
    const thoughts = open === -1 ? before : before.slice(open + '<think>'.length);
    reasoning = content(thoughts, 'reasoning_content');
    words = stretch(words, text.lastIndexOf(thinks) + thinks.length, text.length);
  }
  for (const call of calls) if (call.id !== undefined) functions.set(call.id, call.name);
  const callId = message.role === 'tool' ? message.tool_call_id : '';
  return {
    role,
    content: words,
    said,
    given: !silent,
    reasoning,
    inline,
    calls: calls.map((call, k) => templateCall(call, `tool_calls[${k}]`)),
    callId: content(callId, 'tool_call_id'),
    name: content(functions.get(callId) ?? '', 'name'),
    path,
  };

  function templateCall(call: Call, field: string): TemplateCall {
    const where = `${field}.function.arguments`;
    const text = call.arguments;
    const valid = isJson(text);
    let spaced = valid ? respace(text) : JSON.stringify(text);
    if (text === '') spaced = '{}';
    return {
      id: content(call.id ?? '', `${field}.id`),
      name: content(call.name, field),
      arguments: content(text, where, valid ? 'json' : 'text'),
      json: content(spaced, where, 'json'),
      path: `${path}.${where}`,
    };
  }
}

/** Renders through the models' own template. */
export function renderTemplate(
  { messages, at }: Adapted,
  syntax: Syntax,
  options: Pick<TemplateInput, 'generationPrompt' | 'continues' | 'tools'> &
    Pick<WriteOptions, 'templateOptions'>,
  writing: Writing,
): Joined {
  const { dialect } = syntax;
  const escaped: Escape = (content, before) => escapeContent(syntax, content, before, writing);
  const thinks = dialect.kind === 'markers' ? (dialect.reasoning?.close.trim() ?? '') : '';
  const functions = new Map<string, string>();
  const tell = (code: WarningCode, path: string, message: string): void =>
    lossy(writing.warnings, code, path, message);
  const pieces = dialect.template!({
    messages: messages.map((_, i) => templateMessage(at(i), { thinks, functions, writing })),
    tools: options.tools,
    generationPrompt: options.generationPrompt,
    continues: options.continues,
    options: options.templateOptions ?? {},
    lossy: tell,
    info: (code, path, message) => info(writing.warnings, code, path, message),
    trim(content) {
      const trimmed = stripped(content);
      if (trimmed !== content) {
        const note = "The models' template takes white space off both ends of the text.";
        tell('trimmed', content.path, note);
      }
      return trimmed;
    },
    escaped: (content) => escaped(content, '\n'),
  });
  return join(pieces, escaped);
}
