import { callsOf } from '../body/call.js';
import type { WarningCode } from '../errors.js';
import type { Adapted } from '../prompt/adapt.js';
import { dumps, isJson, respace } from '../text/json.js';
import { lossy } from '../text/warn.js';
import { escapeContent } from './escape.js';
import { isPlain, type PlainMessage, textOf } from './message-text.js';
import type { Syntax, Writing } from './syntax.js';
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

/** The tools as a template's `tojson` writes them, one by one. */
export const toolTexts = (input: TemplateInput, indent = 0): string[] =>
  input.tools.map((tool) => dumps(tool, indent));

/** A call's arguments as the template's `tojson` writes them, with a warning where that is not how they were spaced. */
export function callJson(input: TemplateInput, call: TemplateCall): string {
  if (call.json !== call.arguments) {
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
  if (message.reasoning === undefined || message.reasoning === '') return;
  input.lossy(
    'dropped-reasoning',
    `${message.path}.reasoning_content`,
    "The models' template leaves out the reasoning of this turn.",
  );
}

/** A first system message, and the messages behind it. */
export function splitSystem(messages: readonly TemplateMessage[]): {
  system: TemplateMessage | undefined;
  rest: readonly TemplateMessage[];
} {
  const first = messages[0];
  const leads = first?.role === 'system' || first?.role === 'developer';
  return leads ? { system: first, rest: messages.slice(1) } : { system: undefined, rest: messages };
}

const NO_CALLS: TemplateCall[] = [];

/** Renders through the models' own template. */
export function renderTemplate(
  { messages, pathOf, plain }: Adapted,
  syntax: Syntax,
  options: Pick<TemplateInput, 'generationPrompt' | 'continues' | 'tools'> &
    Pick<WriteOptions, 'templateOptions'>,
  writing: Writing,
): string {
  const { dialect } = syntax;
  const escaped = (text: string, path: string): string => escapeContent(syntax, text, '\n', path, writing);
  const thinks = dialect.kind === 'markers' ? (dialect.reasoning?.close.trim() ?? '') : '';
  const functions = new Map<string, string>();

  const converted = messages.map((message, i): TemplateMessage => {
    const path = pathOf(i);
    if (plain || isPlain(message)) {
      const { role, content } = message as PlainMessage;
      if (thinks === '' || role !== 'assistant' || !content.includes(thinks))
        return plainTurn(role, content, path);
    }
    const role = message.role === 'function' ? 'tool' : message.role;
    const silent = message.content === null || message.content === undefined;
    const calls = message.role === 'assistant' ? callsOf(message) : [];
    let text = silent && calls.length > 0 ? '' : textOf(message, path, writing);
    let reasoning = message.role === 'assistant' ? (message.reasoning_content ?? undefined) : undefined;
    // A template looks for reasoning in the words as well; what stands before the mark is not written as words.
    let inline = false;
    if (role === 'assistant' && thinks.startsWith('</') && reasoning === undefined && text.includes(thinks)) {
      inline = true;
      const cut = text.lastIndexOf(thinks);
      const before = text.slice(0, text.indexOf(thinks));
      const open = before.lastIndexOf('<think>');
      reasoning = open === -1 ? before : before.slice(open + '<think>'.length);
      text = text.slice(cut + thinks.length);
    }
    for (const call of calls) if (call.id !== undefined) functions.set(call.id, call.name);
    const callId = message.role === 'tool' ? message.tool_call_id : '';
    return {
      role,
      content: escaped(text, `${path}.content`),
      given: !silent,
      reasoning: reasoning === undefined ? undefined : escaped(reasoning, `${path}.reasoning_content`),
      inline,
      calls: calls.map((call, k) => callText(call, `${path}.tool_calls[${k}]`)),
      callId: escaped(callId, `${path}.tool_call_id`),
      name: functions.get(callId) ?? '',
      path,
    };
  });

  function plainTurn(role: TemplateMessage['role'], content: string, path: string): TemplateMessage {
    return {
      role,
      content: syntax.sites(content, '\n').length === 0 ? content : escaped(content, `${path}.content`),
      given: true,
      reasoning: undefined,
      inline: false,
      calls: NO_CALLS,
      callId: '',
      name: '',
      path,
    };
  }

  function callText(call: { id?: string; name: string; arguments: string }, path: string): TemplateCall {
    const where = `${path}.function.arguments`;
    const text = call.arguments;
    let json = isJson(text) ? respace(text) : JSON.stringify(text);
    if (text === '') json = '{}';
    return {
      id: call.id ?? '',
      name: escaped(call.name, path),
      arguments: escaped(text, where),
      json: escaped(json, where),
      path: where,
    };
  }

  const tell = (code: WarningCode, path: string, message: string): void =>
    lossy(writing.warnings, code, path, message);
  return dialect.template!({
    messages: converted,
    tools: options.tools,
    generationPrompt: options.generationPrompt,
    continues: options.continues,
    options: options.templateOptions ?? {},
    lossy: tell,
    trim(text, path) {
      const trimmed = strip(text);
      if (trimmed.length !== text.length) {
        const note = "The models' template takes white space off both ends of the text.";
        tell('trimmed', `${path}.content`, note);
      }
      return trimmed;
    },
  });
}
