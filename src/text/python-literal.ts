import { isJson, skipWhite } from './json.js';

const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** What is read of a value: its JSON, and where it ends; null for what is no literal. */
type Value = { json: string; end: number } | null;

const STRING = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y;
const WORD = /[\w.+-]+/y;

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** A string of Python as JSON; null for an escape that JSON has not. */
function stringJson(text: string): string | null {
  const inner = text.slice(1, -1);
  const json =
    text.charAt(0) === '"' ? text : `"${inner.replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"')}"`;
  // A line end may stand in it as it is, where a template wrote the text.
  const whole = json.replace(/[\n\r\t]/g, (unit) => JSON.stringify(unit).slice(1, -1));
  return isJson(whole) ? whole : null;
}

/** A string, a number, a word, a list, a tuple or a dict, up to a depth that no stack minds. */
export function pythonValue(text: string, start: number, depth = 0): Value {
  const at = skipWhite(text, start);
  const first = text.charAt(at);
  if (first === '"' || first === "'") {
    const found = match(STRING, text, at);
    const json = found === null ? null : stringJson(found);
    return json === null ? null : { json, end: at + found!.length };
  }
  if ((first === '[' || first === '(' || first === '{') && depth < 64) return itemsAt(text, at, depth + 1);
  const word = match(WORD, text, at);
  if (word === null) return null;
  const json = isJson(word) ? word : (words[word] ?? JSON.stringify(word));
  return { json, end: at + word.length };
}

function itemsAt(text: string, start: number, depth: number): Value {
  const dict = text.charAt(start) === '{';
  const close = dict ? '}' : text.charAt(start) === '[' ? ']' : ')';
  const items: string[] = [];
  for (let at = skipWhite(text, start + 1); ; ) {
    if (text.charAt(at) === close)
      return { json: dict ? `{${items.join(', ')}}` : `[${items.join(', ')}]`, end: at + 1 };
    const item = pythonValue(text, at, depth);
    if (item === null) return null;
    let { json, end } = item;
    if (dict) {
      const colon = skipWhite(text, end);
      const value = text.charAt(colon) === ':' ? pythonValue(text, colon + 1, depth) : null;
      if (value === null) return null;
      json = `${json.startsWith('"') ? json : JSON.stringify(json)}: ${value.json}`;
      end = value.end;
    }
    items.push(json);
    at = skipWhite(text, end);
    if (text.charAt(at) === ',') at = skipWhite(text, at + 1);
    else if (text.charAt(at) !== close) return null;
  }
}

/** A literal of Python that a text is, all of it, as JSON; null for anything else. */
export function pythonLiteral(text: string): string | null {
  const value = pythonValue(text, 0);
  return value !== null && value.end === text.length ? value.json : null;
}
