/** JSON as text: where a value ends, what an object holds, how Python spaces it. Numbers and strings stay as written. */

import { RolecallError } from '../errors.js';

/** A space, a tab or a line end. */
export const isWhite = (unit: number): boolean => unit === 32 || unit === 10 || unit === 13 || unit === 9;

const SCALAR = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"/y;

function at(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

export function skipWhite(text: string, start: number): number {
  let p = start;
  while (p < text.length && isWhite(text.charCodeAt(p))) p++;
  return p;
}

/** The end of the JSON value that starts at `start`, by its brackets and strings; -1 where none ends. */
export function valueEnd(text: string, start: number): number {
  const first = text.charAt(start);
  if (first === '"') return at(STRING, text, start);
  if (first !== '{' && first !== '[') return at(SCALAR, text, start);
  let depth = 0;
  for (let p = start; p < text.length; p++) {
    const unit = text.charCodeAt(p);
    if (unit === 34) {
      p = at(STRING, text, p) - 1;
      if (p < 0) return -1;
    } else if (unit === 123 || unit === 91) depth++;
    else if ((unit === 125 || unit === 93) && --depth === 0) return p + 1;
  }
  return -1;
}

/** The JSON text of a value; `invalid-argument` for what JSON can't hold, as an object in itself or a BigInt. */
export function jsonText(
  value: unknown,
  path: string,
  replacer?: (key: string, value: unknown) => unknown,
): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch (cause) {
    throw new RolecallError('invalid-argument', `${path} can't be written as JSON: ${cause}`, {
      path,
      cause,
    });
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The members of an object, values as they are written; null for anything but a valid object. */
export function membersOf(text: string): Map<string, string> | null {
  if (text.charAt(0) !== '{' || !isJson(text)) return null;
  const members = new Map<string, string>();
  let p = skipWhite(text, 1);
  while (text.charAt(p) === '"') {
    const keyEnd = valueEnd(text, p);
    const key: string = JSON.parse(text.slice(p, keyEnd));
    const start = skipWhite(text, skipWhite(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    members.set(key, text.slice(start, end));
    p = skipWhite(text, end);
    if (text.charAt(p) === ',') p = skipWhite(text, p + 1);
  }
  return members;
}

/** The items of an array, each as it is written; null for anything but a valid array. */
export function itemsOf(text: string): string[] | null {
  if (text.charAt(0) !== '[' || !isJson(text)) return null;
  const items: string[] = [];
  let p = skipWhite(text, 1);
  while (p < text.length && text.charAt(p) !== ']') {
    const end = valueEnd(text, p);
    items.push(text.slice(p, end));
    p = skipWhite(text, end);
    if (text.charAt(p) === ',') p = skipWhite(text, p + 1);
  }
  return items;
}

const TOKENS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{[][ \t\r\n]*[}\]]|[{}[\],:]|[ \t\r\n]+/g;

/**
 * Valid JSON with the spacing of Python's `json.dumps(value, ensure_ascii=False, indent=…)`, which is what a template's
 * `tojson` writes: `{"a": [1, 2]}`.
 */
export function respace(text: string, indent = 0): string {
  let depth = 0;
  const line = (): string => (indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`);
  return text.replace(TOKENS, (token) => {
    switch (token.charAt(0)) {
      case '"':
        return JSON.stringify(JSON.parse(token));
      case '{':
      case '[':
        if (token.length > 1) return token.charAt(0) + token.charAt(token.length - 1);
        depth++;
        return token + line();
      case '}':
      case ']':
        depth--;
        return line() + token;
      case ',':
        return indent === 0 ? ', ' : `,${line()}`;
      case ':':
        return ': ';
      default:
        return '';
    }
  });
}

/** A value as a template's `tojson` writes it. */
export function dumps(value: unknown, indent: number): string {
  return indent === 0 ? dumpsLine(value) : respace(jsonText(value, 'tools') ?? 'null', indent);
}

/** The same on one line, where nothing stands between tokens yet but commas and colons. */
export function dumpsLine(value: unknown): string {
  const text = jsonText(value, 'tools') ?? 'null';
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[,:]/g, (token) =>
    token.length === 1 ? `${token} ` : token,
  );
}
