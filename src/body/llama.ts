import { isJson } from '../text/json.js';
import type { Call } from './call.js';

const PYTHON_HEAD = /^\s*([\w.]+)\.call\(/;
const PYTHON_ARGUMENT = /\s*(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w.+-]+)\s*(,|\)|$)/y;
const pythonWords: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** A string, a number or a word of Python as JSON; null for a string with an escape that JSON has not. */
function pythonValue(value: string): string | null {
  const quote = value.charAt(0);
  if (quote !== '"' && quote !== "'")
    return isJson(value) ? value : (pythonWords[value] ?? JSON.stringify(value));
  const inner = value.slice(1, -1);
  const json = quote === '"' ? value : `"${inner.replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"')}"`;
  return isJson(json) ? json : null;
}

/** The beginning of an argument. */
const PYTHON_HALF =
  /^\s*(?:\w+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*\\?|'(?:[^'\\]|\\.)*\\?|"(?:[^"\\]|\\.)*"\s*|'(?:[^'\\]|\\.)*'\s*|[\w.+-]*\s*)?)?)?$/;

/**
 * `brave_search.call(query="…")`, which a text begins with: the built-in tools of Llama 3.1. The arguments are written
 * anew, as JSON. `perhaps`: it takes more text to tell.
 */
export function pythonCallIn(text: string): { call: Call; end: number } | 'no' | 'perhaps' {
  const head = PYTHON_HEAD.exec(text);
  if (head === null) return /^\s*[\w.]*$/.test(text) ? 'perhaps' : 'no';
  const members: string[] = [];
  let p = head[0].length;
  if (text.charAt(p) === ')') return { call: { name: head[1] ?? '', arguments: '{}' }, end: p + 1 };
  for (;;) {
    PYTHON_ARGUMENT.lastIndex = p;
    const found = PYTHON_ARGUMENT.exec(text);
    if (found === null || found[3] === '') return PYTHON_HALF.test(text.slice(p)) ? 'perhaps' : 'no';
    const [whole, key = '', value = '', behind] = found;
    p += whole.length;
    const json = pythonValue(value);
    if (json === null) return 'no';
    members.push(`${JSON.stringify(key)}: ${json}`);
    if (behind === ')') break;
  }
  return { call: { name: head[1] ?? '', arguments: `{${members.join(', ')}}` }, end: p };
}
