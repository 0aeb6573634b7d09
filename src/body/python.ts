import { skipWhite } from '../text/json.js';
import { pythonLiteral, pythonValue } from '../text/python-literal.js';
import type { Call } from './call.js';
import type { Input, Reading } from './input.js';
import type { Out } from './out.js';

/** No unit of a literal, but of its strings. */
const otherUnit = /[^\w\s.,:+\-()[\]{}]/;

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

/**
 * How far it is to the bracket that closes the one that stands next; nothing is taken. -1 where none does. `other`: a unit
 * that ends the search where it stands in no string.
 */
function* bracketed(input: Input, other?: RegExp, opened = 0): Reading<number> {
  let depth = opened;
  let quote = '';
  let escaped = false;
  for (let length = 0; ; ) {
    for (; length < Math.min(input.left, longest); length++) {
      const unit = input.text.charAt(input.pos + length);
      if (quote !== '') {
        if (escaped) escaped = false;
        else if (unit === '\\') escaped = true;
        else if (unit === quote) quote = '';
      } else if (unit === '"' || unit === "'") quote = unit;
      else if (unit === '(' || unit === '[' || unit === '{') depth++;
      else if ((unit === ')' || unit === ']' || unit === '}') && --depth === 0) return length + 1;
      else if (other?.test(unit)) return -1;
    }
    if (length >= longest || !(yield* input.more())) return -1;
  }
}

/** Keeps what stands up to the bracket that closes the first, or all where none does; null then. */
function* toBracket(input: Input, out: Out): Reading<string | null> {
  const length = yield* bracketed(input);
  const text = input.take(length === -1 ? Math.min(input.left, longest) : length);
  out.keep(text);
  return length === -1 ? null : text;
}

/** An object that stands next as Python writes it, `{'city': 'Paris', 'on': True}`, and as JSON; null, and nothing taken, where none does. */
export function* readPythonObject(input: Input): Reading<{ text: string; json: string } | null> {
  for (;;) {
    const first = /^\{\s*(\S?)/.exec(input.window(input.pos, 64))?.[1];
    if (first === "'") break;
    if (first !== '' || input.left >= 64 || !(yield* input.more())) return null;
  }
  const length = yield* bracketed(input, otherUnit);
  const json = length === -1 ? null : pythonLiteral(input.window(input.pos, length));
  return json === null ? null : { json, text: input.take(length) };
}

/** The same where its opening bracket was taken: what follows that, as JSON. */
export function* readPythonRest(input: Input): Reading<string | null> {
  const length = yield* bracketed(input, otherUnit, 1);
  const json = length === -1 ? null : pythonLiteral(`{${input.window(input.pos, length)}`);
  if (json !== null) input.take(length);
  return json === null ? null : json.slice(1);
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
  const text = yield* toBracket(input, out);
  const calls = text === null ? null : listAt(text);
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
  const text = yield* toBracket(input, out);
  const found = text === null ? null : callAt(text, 0);
  if (found === null) return 'none';
  out.call({ ...found.call, name: found.call.name.replace(/\.call$/, '') });
  return 'call';
}
