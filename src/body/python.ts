import { skipWhite } from '../text/json.js';
import { pythonValue } from '../text/python-literal.js';
import type { Call } from './call.js';
import type { Input, Reading } from './input.js';
import type { Out } from './out.js';

/** A list of calls in Python is waited for up to here. */
const longest = 65_536;

const NAME = /\s*([\w.]+)\(/y;
const KEY = /\s*(\w+)\s*=(?!=)/y;

/** `f(a=1, b="x")` at a place: the arguments are written anew, as JSON. */
function callAt(text: string, start: number): { call: Call; end: number } | null {
  NAME.lastIndex = start;
  const name = NAME.exec(text)?.[1];
  if (name === undefined) return null;
  const members: string[] = [];
  for (let at = skipWhite(text, NAME.lastIndex); ; ) {
    if (text.charAt(at) === ')') return { call: { name, arguments: `{${members.join(', ')}}` }, end: at + 1 };
    KEY.lastIndex = at;
    const key = KEY.exec(text)?.[1];
    const value = key === undefined ? null : pythonValue(text, KEY.lastIndex);
    if (value === null) return null;
    members.push(`${JSON.stringify(key)}: ${value.json}`);
    at = skipWhite(text, value.end);
    if (text.charAt(at) === ',') at = skipWhite(text, at + 1);
    else if (text.charAt(at) !== ')') return null;
  }
}

/** `[f(a=1), g()]` */
function listAt(text: string): Call[] | null {
  const calls: Call[] = [];
  for (let at = skipWhite(text, 1); ; ) {
    const found = callAt(text, at);
    if (found === null) return null;
    calls.push(found.call);
    at = skipWhite(text, found.end);
    if (text.charAt(at) === ',') at = skipWhite(text, at + 1);
    else return text.charAt(at) === ']' && at + 1 === text.length ? calls : null;
    if (text.charAt(at) === ']' && at + 1 === text.length) return calls;
  }
}

/** Keeps what stands up to the bracket that closes the first; false where none does. */
function* toBracket(input: Input, out: Out, read: string[]): Reading<boolean> {
  let depth = 0;
  let quote = '';
  let length = 0;
  let escaped = false;
  for (;;) {
    let at = input.pos;
    for (; at < input.text.length && length < longest; at++, length++) {
      const unit = input.text.charAt(at);
      if (quote !== '') {
        if (escaped) escaped = false;
        else if (unit === '\\') escaped = true;
        else if (unit === quote) quote = '';
      } else if (unit === '"' || unit === "'") quote = unit;
      else if (unit === '(' || unit === '[' || unit === '{') depth++;
      else if ((unit === ')' || unit === ']' || unit === '}') && --depth === 0) {
        read.push(input.takeTo(at + 1));
        out.keep(read.at(-1)!);
        return true;
      }
    }
    read.push(input.takeTo(at));
    out.keep(read.at(-1)!);
    if (length >= longest || !(yield* input.more())) return false;
  }
}

/** The length of the beginning of a call, or of a list of calls, at the start of a text. */
export function pythonOpening(text: string): number | undefined {
  const whole = /^\[\s*[\w.]{1,256}\(\s*(?:\)|\w{1,256}\s*=[^=])/.test(text);
  if (whole) return 1;
  const half = /^\[\s*(?:[\w.]{1,256}(?:\(\s*(?:\w{1,256}\s*=?)?)?)?$/.test(text);
  return half ? undefined : 0;
}

/** Calls as Python writes them, in a list that stands next; they come whole. */
export function* readPythonList(input: Input, out: Out): Reading {
  const read: string[] = [];
  const calls = (yield* toBracket(input, out, read)) ? listAt(read.join('')) : null;
  if (calls === null) return out.leave();
  for (const call of calls) out.call(call);
}

/** `brave_search.call(query="…")`: the built-in tools of Llama 3.1. */
export function* readPythonCall(input: Input, out: Out): Reading<'call' | 'none'> {
  for (;;) {
    const text = input.window(input.pos, 256);
    if (/^[\w.]+\.call\(/.test(text)) break;
    const half = /^[\w.]*(?:\($)?$/.test(text) && text.length < 256;
    if (!half || !(yield* input.more())) return 'none';
  }
  const read: string[] = [];
  const found = (yield* toBracket(input, out, read)) ? callAt(read.join(''), 0) : null;
  if (found === null) return 'none';
  out.call({ ...found.call, name: found.call.name.replace(/\.call$/, '') });
  return 'call';
}
