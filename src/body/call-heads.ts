import { skipWhite, valueEnd } from '../text/json.js';

/** The head of a call: all that stands in front of its arguments. */
export interface Head {
  name: string;
  id: string | undefined;
  /** Where the arguments begin. */
  from: number;
}

/** A head, `no` where there is none, `perhaps` where it takes more text to tell. */
export type HeadReading = Head | 'no' | 'perhaps';

/** A head that is longer than this is none: what is waited for has a limit that no cut of the text moves. */
const longestHead = 4096;

/** The head at a place, read by one of the functions below. */
export function headAt(text: string, from: number, read: (text: string) => HeadReading): HeadReading {
  const window = text.slice(from, from + longestHead);
  const head = read(window);
  if (typeof head === 'object') return { ...head, from: head.from + from };
  return head === 'perhaps' && window.length === longestHead ? 'no' : head;
}

const names = ['name', 'tool_name', 'function'];
const ids = ['id', 'tool_call_id'];

/**
 * The head of a call in the JSON object that a text begins with: its name, and perhaps an id and a type, all of them strings, then `arguments` or
 * `parameters` with an object. From there on it is a call, whatever follows.
 */
export function jsonHead(text: string): HeadReading {
  const strings = new Map<string, string>();
  let p = skipWhite(text, 1);
  for (;;) {
    const keyEnd = text.charAt(p) === '"' ? valueEnd(text, p) : p >= text.length ? -1 : 0;
    if (keyEnd === -1) return 'perhaps';
    if (keyEnd === 0) return 'no';
    const key = text.slice(p + 1, keyEnd - 1);
    const colon = skipWhite(text, keyEnd);
    const at = skipWhite(text, colon + 1);
    if (colon < text.length && text.charAt(colon) !== ':') return 'no';
    if (at >= text.length) return 'perhaps';
    const first = text.charAt(at);
    if (key === 'arguments' || key === 'parameters') {
      const name = names.map((one) => strings.get(one)).find((one) => one !== undefined);
      if (first !== '{' || name === undefined) return 'no';
      return { name, id: ids.map((one) => strings.get(one)).find((one) => one !== undefined), from: at };
    }
    if (first !== '"' || (key !== 'type' && !names.includes(key) && !ids.includes(key))) return 'no';
    const end = valueEnd(text, at);
    if (end === -1) return 'perhaps';
    try {
      strings.set(key, JSON.parse(text.slice(at, end)) as string);
    } catch {
      return 'no';
    }
    const comma = skipWhite(text, end);
    if (comma >= text.length) return 'perhaps';
    if (text.charAt(comma) !== ',') return 'no';
    p = skipWhite(text, comma + 1);
  }
}

/** Text that follows a pattern of units, then a mark out of several; −1 where it does not, undefined where it may yet. */
function follow(text: string, from: number, mark: string): boolean | undefined {
  const there = text.slice(from, from + mark.length);
  if (there === mark) return true;
  return mark.startsWith(there) ? undefined : false;
}

function wordEnd(text: string, from: number, pattern: RegExp): number {
  let p = from;
  while (p < text.length && pattern.test(text.charAt(p))) p++;
  return p;
}

/** `f>{…}` behind `<function=`. */
export function functionHead(text: string): HeadReading {
  const end = wordEnd(text, 0, /[\w.:-]/);
  if (end === text.length) return 'perhaps';
  if (end === 0 || text.charAt(end) !== '>') return 'no';
  const from = skipWhite(text, end + 1);
  if (from === text.length) return 'perhaps';
  return /[{[]/.test(text.charAt(from)) ? { name: text.slice(0, end), id: undefined, from } : 'no';
}

/** `f{…}`, `f[ARGS]{…}` or `f[CALL_ID]x[ARGS]{…}` behind `[TOOL_CALLS]`. */
export function namedHead(text: string): HeadReading {
  const start = skipWhite(text, 0);
  const end = wordEnd(text, start, /[\w.:-]/);
  if (end === text.length) return 'perhaps';
  if (end === start) return 'no';
  const name = text.slice(start, end);
  let id: string | undefined;
  let p = end;
  const told = follow(text, p, '[CALL_ID]');
  if (told === true) {
    const idEnd = wordEnd(text, p + 9, /[\w-]/);
    if (idEnd === text.length) return 'perhaps';
    if (idEnd === p + 9) return 'no';
    id = text.slice(p + 9, idEnd);
    p = idEnd;
  }
  const args = follow(text, p, '[ARGS]');
  if (args === true) p += 6;
  else if (told === undefined || args === undefined) return 'perhaps';
  const from = skipWhite(text, p);
  if (from === text.length) return 'perhaps';
  return text.charAt(from) === '{' ? { name, id, from } : 'no';
}

const separator = '<｜tool▁sep｜>';
const fence = '\n```json\n';

/**
 * `function<｜tool▁sep｜>f`, a line end and a fence, or `f<｜tool▁sep｜>{…}`, behind DeepSeek's mark of a call. `written`: by a
 * renderer, so that the arguments may be anything.
 */
export function deepseekHead(text: string, written = false): HeadReading {
  const at = text.indexOf(separator);
  const next = text.indexOf('<｜tool▁call');
  if (next !== -1 && (at === -1 || next < at)) return 'no';
  if (at === -1) return 'perhaps';
  const from = at + separator.length;
  if (from === text.length) return 'perhaps';
  const bare = { name: text.slice(0, at), id: undefined, from };
  if (text.charAt(from) === '{') return bare;
  const opened = written ? null : /^```(?:json)?\s*(?=\{)/.exec(text.slice(from));
  if (opened !== null) return { ...bare, from: from + opened[0].length };
  const fenced = text.startsWith('function', 0) && at === 'function'.length;
  if (written && !fenced) return bare;
  const line = text.indexOf('\n', from);
  if (line === -1) return 'perhaps';
  const follows = follow(text, line, fence);
  const start = line + fence.length;
  if (follows === false) return 'no';
  if (follows === undefined || (!written && start === text.length)) return 'perhaps';
  return written || /[{[]/.test(text.charAt(start))
    ? { name: text.slice(from, line), id: undefined, from: start }
    : 'no';
}
