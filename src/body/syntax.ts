import type { Warning } from '../errors.js';
import type { FunctionToolCall } from '../schemas/messages.js';
import { isJson, itemsOf, membersOf, skipWhite, valueEnd } from '../text/json.js';
import type { Call, ToolSyntax } from './call.js';
import { harmonyParts } from './harmony.js';
import { pythonCallIn } from './llama.js';

export type { Call, ToolSyntax } from './call.js';

/** A stretch of text that holds calls, or that looks like it and can't be read (`calls` is empty). */
export interface CallSpan {
  start: number;
  end: number;
  calls: Call[];
}

/** The call in a JSON object, under the names that models give to its members; null where it is none. */
export function callOf(object: string): Call | null {
  const members = membersOf(object);
  if (members === null) return null;
  const inner = members.get('function');
  if (inner?.startsWith('{')) {
    const call = callOf(inner);
    const id = members.get('id');
    return call === null || id === undefined ? call : { ...call, id: plainText(id) };
  }
  const name = members.get('name') ?? members.get('tool_name') ?? inner;
  if (name === undefined || !name.startsWith('"')) return null;
  const args = members.get('arguments') ?? members.get('parameters') ?? '{}';
  const id = members.get('id') ?? members.get('tool_call_id');
  const call: Call = { name: plainText(name), arguments: plainText(args) };
  return id === undefined ? call : { ...call, id: plainText(id) };
}

/** A JSON string's text; any other JSON stands as it is. */
const plainText = (json: string): string => (json.startsWith('"') ? (JSON.parse(json) as string) : json);

/** Objects, or arrays of them, one after another, set apart by white space and `separators`; null if one is no call. */
function callsIn(payload: string, separators = ''): { calls: Call[]; end: number } | null {
  const calls: Call[] = [];
  let end = skipWhite(payload, 0);
  for (let p = end; p < payload.length; p = skipWhite(payload, p + 1)) {
    const c = payload.charAt(p);
    if (c === '{' || c === '[') {
      const stop = valueEnd(payload, p);
      if (stop === -1) return null;
      const value = payload.slice(p, stop);
      for (const item of c === '{' ? [value] : (itemsOf(value) ?? [''])) {
        const call = callOf(item);
        if (call === null) return null;
        calls.push(call);
      }
      end = stop;
      p = stop - 1;
    } else if (!separators.includes(c)) break;
  }
  return calls.length === 0 ? null : { calls, end };
}

type Restore = (text: string) => string;

const asWritten: Restore = (text) => text;

/** How often JSON is looked for to the end of a text, past the marks that should end it: this keeps hostile text cheap. */
const MOST_TRIES = 16;

/** Stretches from an opening token to a closing one (or the end), whose payload is JSON. */
function tokenSpans(
  text: string,
  open: string,
  close: string,
  separators: string,
  restore: Restore,
): CallSpan[] {
  const spans: CallSpan[] = [];
  let closes = close !== '';
  let tries = MOST_TRIES;
  for (let at = text.indexOf(open); at !== -1; ) {
    const body = at + open.length;
    const stop = closes ? text.indexOf(close, body) : -1;
    closes &&= stop !== -1;
    const next = text.indexOf(open, body);
    // Where a closing mark is missing, the next call ends this one.
    const missed = next !== -1 && stop > next && !/^[\s{["]/.test(text.slice(body, next).trimStart());
    const cut = stop === -1 || missed ? (next === -1 ? text.length : next) : stop;
    const payload = restore(text.slice(body, cut));
    let read = callsIn(payload, separators);
    if (read !== null && skipWhite(payload, read.end) < payload.length && close !== '') read = null;
    let end = read === null || close !== '' ? cut : payload.length === cut - body ? body + read.end : cut;
    // In a model's own words a closing mark inside of a string does not close: the brackets decide.
    if (read === null && restore === asWritten && tries > 0) {
      tries--;
      const whole = callsIn(text.slice(body), separators);
      if (whole !== null) {
        read = whole;
        end = body + whole.end;
      }
    }
    const start = open.startsWith('<tool') && text.charAt(at - 1) === '\n' ? at - 1 : at;
    const tail = skipWhite(text, end);
    if (close !== '' && text.startsWith(close, tail)) end = tail + close.length;
    spans.push({ start, end, calls: read?.calls ?? [] });
    at = end <= body ? next : text.indexOf(open, end);
  }
  return spans;
}

function deepseekSpans(text: string, restore: Restore): CallSpan[] {
  const spans: CallSpan[] = [];
  const block =
    /(?:<｜tool▁calls▁begin｜>)?\s*<｜tool▁call▁begin｜>([\s\S]*?)(?:<｜tool▁call▁end｜>\s*(?:<｜tool▁calls▁end｜>)?|$)/g;
  for (const match of text.matchAll(block)) {
    const [head = '', ...rest] = (match[1] ?? '').split('<｜tool▁sep｜>');
    const tail = rest.join('<｜tool▁sep｜>');
    const fenced = /^([^\n]*)\n```json\n([\s\S]*)\n```\s*$/.exec(tail);
    const name = restore(fenced?.[1] ?? head);
    const args = restore(fenced?.[2] ?? tail);
    // What a renderer wrote is a call whatever its arguments are.
    const good = rest.length > 0 && (restore === asWritten ? isJson(args) : fenced !== null);
    spans.push({
      start: match.index,
      end: match.index + match[0].length,
      calls: good ? [{ name, arguments: args }] : [],
    });
  }
  return spans;
}

function mistralSpans(text: string, restore: Restore): CallSpan[] {
  const spans: CallSpan[] = [];
  const token = '[TOOL_CALLS]';
  for (let at = text.indexOf(token); at !== -1; ) {
    const next = text.indexOf(token, at + token.length);
    const cut = next === -1 ? text.length : next;
    const body = at + token.length;
    const payload = restore(text.slice(body, cut));
    // The newer form names the function before its arguments: `[TOOL_CALLS]f[CALL_ID]…[ARGS]{…}`.
    const named = /^\s*([\w.:-]+)(?:\[CALL_ID\]([\w-]+))?(?:\[ARGS\])?\s*(?=\{)/.exec(payload);
    let span: CallSpan = { start: at, end: cut, calls: [] };
    if (named !== null) {
      const from = named[0].length;
      const end = valueEnd(payload, from);
      const args = end === -1 ? '' : payload.slice(from, end);
      const call: Call = { name: named[1] ?? '', arguments: args };
      if (isJson(args))
        span = {
          start: at,
          end: body + end,
          calls: [named[2] === undefined ? call : { ...call, id: named[2] }],
        };
    } else {
      const read = callsIn(payload);
      const same = payload.length === cut - body;
      if (read !== null) span = { start: at, end: same ? body + read.end : cut, calls: read.calls };
    }
    spans.push(span);
    at = next;
  }
  return spans;
}

function llamaSpans(text: string, restore: Restore): CallSpan[] {
  const tag = '<|python_tag|>';
  const spans: CallSpan[] = [];
  for (const match of text.matchAll(/<function=([\w.:-]+)>([\s\S]*?)(?:<\/function>|$)/g)) {
    const args = (match[2] ?? '').trim();
    const calls = isJson(args) ? [{ name: match[1] ?? '', arguments: args }] : [];
    spans.push({ start: match.index, end: match.index + match[0].length, calls });
  }
  for (let tagged = text.indexOf(tag), end = 0; tagged !== -1; tagged = text.indexOf(tag, end)) {
    const from = tagged + tag.length;
    const payload = restore(text.slice(from));
    const python = pythonCallIn(payload);
    const read =
      typeof python === 'object' ? { calls: [python.call], end: python.end } : callsIn(payload, ';,');
    // Of text that was escaped the places are not known; who wrote it has written nothing behind the calls.
    end = restore !== asWritten ? text.length : from + (read?.end ?? 0);
    spans.push({ start: tagged, end, calls: read?.calls ?? [] });
  }
  // In a prompt only a tag tells a call from words.
  if (restore !== asWritten) return spans.sort((a, b) => a.start - b.start);
  let tries = MOST_TRIES;
  for (const match of text.matchAll(/\{\s*"(?:name|type|function)"\s*:/g)) {
    if (spans.some((span) => match.index >= span.start && match.index < span.end)) continue;
    if (tries === 0) break;
    const end = valueEnd(text, match.index);
    if (end === -1) tries--;
    const value = end === -1 ? '' : text.slice(match.index, end);
    const call = callOf(value);
    const hasArguments = /"(?:parameters|arguments)"/.test(value);
    if (call !== null && hasArguments) spans.push({ start: match.index, end, calls: [call] });
    else if (end === -1 && match.index === skipWhite(text, 0))
      spans.push({ start: match.index, end: text.length, calls: [] });
  }
  return spans.sort((a, b) => a.start - b.start);
}

function commandRSpans(text: string, restore: Restore): CallSpan[] {
  let tries = MOST_TRIES;
  const spans = tokenSpans(text, '<|START_ACTION|>', '<|END_ACTION|>', '', restore);
  for (const match of text.matchAll(/(?:^|\n)Action:\s*```(?:json)?\s*/g)) {
    const body = match.index + match[0].length;
    const end = tries === 0 ? -1 : valueEnd(text, body);
    if (end === -1 && tries > 0) tries--;
    const read = end === -1 ? null : callsIn(text.slice(body, end));
    const fence = end === -1 ? null : /^\s*```(?:\n(?!Action:))?/.exec(text.slice(end));
    spans.push({
      start: match.index,
      end: end === -1 ? text.length : end + (fence?.[0].length ?? 0),
      calls: read?.calls ?? [],
    });
  }
  return spans.sort((a, b) => a.start - b.start);
}

function harmonySpans(text: string, restore: Restore): CallSpan[] {
  return harmonyParts(text)
    .filter((part) => part.role === 'assistant' && part.to.startsWith('functions.'))
    .map(({ start, end, contentStart, contentEnd, to }) => {
      const args = restore(text.slice(contentStart, contentEnd));
      return {
        start,
        end,
        calls: isJson(args) ? [{ name: restore(to).slice('functions.'.length), arguments: args }] : [],
      };
    });
}

/** Where a text holds calls in the syntax given, in order. `restore` is for text that a renderer escaped. */
export function callSpans(text: string, syntax: ToolSyntax, restore: Restore = asWritten): CallSpan[] {
  switch (syntax) {
    case 'hermes':
      return tokenSpans(text, '<tool_call>', '</tool_call>', '', restore);
    case 'granite':
      if (restore !== asWritten) return tokenSpans(text, '<|tool_call|>', '', '', restore);
      return [
        ...tokenSpans(text, '<|tool_call|>', '', '', restore),
        ...tokenSpans(text, '<tool_call>', '</tool_call>', '', restore),
      ].sort((a, b) => a.start - b.start);
    case 'mistral':
      return mistralSpans(text, restore);
    case 'deepseek':
      return deepseekSpans(text, restore);
    case 'llama':
      return llamaSpans(text, restore);
    case 'command-r':
      return commandRSpans(text, restore);
    case 'harmony':
      return harmonySpans(text, restore);
  }
}

const telltale: ReadonlyArray<[string, ToolSyntax]> = [
  ['<|channel|>', 'harmony'],
  ['<｜tool▁call', 'deepseek'],
  ['[TOOL_CALLS]', 'mistral'],
  ['<|tool_call|>', 'granite'],
  ['<tool_call>', 'hermes'],
  ['<|START_ACTION|>', 'command-r'],
  ['<|python_tag|>', 'llama'],
  ['<function=', 'llama'],
];

/** The syntax whose marks stand in a text; Llama's bare JSON where a text is nothing but that. */
export function guessToolSyntax(text: string): ToolSyntax {
  const found = telltale.find(([mark]) => text.includes(mark));
  if (found !== undefined) return found[1];
  if (/(?:^|\n)Action:\s*```/.test(text)) return 'command-r';
  return /^\s*\{/.test(text) ? 'llama' : 'hermes';
}

/** What a reply holds beside its calls. */
export interface ParsedToolCalls {
  /** The prose before, between and after the calls, as it stands; '' where there is none. */
  content: string;
  tool_calls: FunctionToolCall[];
  warnings: Warning[];
}

/** Reads calls in a given syntax; `parseToolCalls` of the package takes the dialect's. */
export function readToolCalls(
  text: string,
  syntax: ToolSyntax,
  makeId: (index: number, call: Call) => string = (i) => `call_${i}`,
): ParsedToolCalls {
  const warnings: Warning[] = [];
  const tool_calls: FunctionToolCall[] = [];
  let content = '';
  let last = 0;
  for (const { start, end, calls } of callSpans(text, syntax)) {
    if (start < last) continue;
    if (calls.length === 0) {
      const message = `A call at offset ${start} can't be read as JSON; it was left in the content.`;
      warnings.push({ code: 'broken-tool-call', path: 'content', message, severity: 'lossy' });
      continue;
    }
    content += text.slice(last, start);
    last = end;
    for (const call of calls) {
      const { name, arguments: args, id = makeId(tool_calls.length, call) } = call;
      tool_calls.push({ id, type: 'function', function: { name, arguments: args } });
    }
  }
  content += text.slice(last);
  return { content: tool_calls.length > 0 && content.trim() === '' ? '' : content, tool_calls, warnings };
}
