import type { Out } from '../../body/out.js';
import { declaredTypes, typedValue } from '../../body/typed.js';
import { isJson } from '../../text/json.js';
import { patternOf, texts } from './pattern.js';

/** What stands in a field as JSON; null where it is none. The function is named for the types of its arguments. */
export type ContentReader = (text: string, name: string, out: Out) => string | null;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const escapedForPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** JSON of what is nearly that: strings between marks of their own, names of members without quotes. */
function strictJson(text: string, delims: readonly (readonly [string, string])[], bareKeys: boolean): string {
  const strings = [['"', '"'] as const, ...delims].map(([open, close]) => {
    const [from, to] = [escapedForPattern(open), escapedForPattern(close)];
    // A mark of one unit can be escaped inside.
    return close.length === 1 ? `${from}(?:\\\\.|(?!${to})[^\\\\])*${to}` : `${from}[^]*?${to}`;
  });
  const part = new RegExp(`(${strings.join('|')})|([{,]\\s*)([\\w$.-]+)(?=\\s*:)`, 'g');
  const quoted = (string: string): string => {
    const delim = delims.find(([open]) => string.startsWith(open));
    if (delim === undefined) return string;
    const [open, close] = delim;
    const inner = string.slice(open.length, string.length - close.length);
    return JSON.stringify(
      close.length === 1 ? inner.replace(/\\(.)/gs, (_, unit: string) => units[unit] ?? unit) : inner,
    );
  };
  return text.replace(part, (whole: string, string?: string, before?: string, key?: string) => {
    if (string !== undefined) return quoted(string);
    return bareKeys ? `${before}${JSON.stringify(key)}` : whole;
  });
}

const units: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function jsonReader(args: Record<string, unknown>): ContentReader {
  const delims = (Array.isArray(args['string_delims']) ? args['string_delims'] : [])
    .map(texts)
    .filter((pair): pair is [string, string] => pair.length === 2);
  const bareKeys = args['unquoted_keys'] === true;
  return (text) => {
    const bare = text.trim();
    const json = delims.length > 0 || bareKeys ? strictJson(bare, delims, bareKeys) : bare;
    return isJson(json) ? json : null;
  };
}

/** A value of a member on its own: typed by the schema of the tool, by its look where the template reads it, else a text. */
function valueReader(parser: unknown) {
  const isText = !isRecord(parser) || parser['name'] === 'text';
  const args = isRecord(parser) && isRecord(parser['args']) ? parser['args'] : {};
  const loose = 'string_delims' in args || 'unquoted_keys' in args ? jsonReader(args) : null;
  return (text: string, types: readonly string[], out: Out): { json: string; guessed: boolean } => {
    const json = loose?.(text, '', out) ?? null;
    if (json !== null) return { json, guessed: false };
    if (isText && types.length === 0) return { json: JSON.stringify(text), guessed: false };
    return typedValue(text, types);
  };
}

/** Members that stand one by one, as an object. */
function objectReader(
  parser: unknown,
  merges: boolean,
  membersOf: (text: string) => Iterable<readonly [string, string]>,
): ContentReader {
  const read = valueReader(parser);
  return (text, name, out) => {
    const found = new Map<string, string[]>();
    const guessed: string[] = [];
    for (const [key, value] of membersOf(text)) {
      const one = read(value, declaredTypes(out.types, name, key), out);
      if (one.guessed) guessed.push(key);
      found.set(key, [...(merges ? (found.get(key) ?? []) : []), one.json]);
    }
    if (guessed.length > 0) out.fault({ guessed });
    const members = [...found].map(([key, values]) => {
      const json = values.length === 1 ? values[0] : `[${values.join(', ')}]`;
      return `${JSON.stringify(key)}: ${json}`;
    });
    return `{${members.join(', ')}}`;
  };
}

/** Reads what stands in a field; null for a kind of content that is not known, or a pattern that can't be read. */
export function contentReader(kind: unknown, given: unknown): ContentReader | null {
  const args = isRecord(given) ? given : {};
  if (kind === 'json') return jsonReader(args);
  if (kind === 'xml-inline') {
    const tag = patternOf(args['tag_pattern'], 'g');
    if (tag === null) return null;
    return objectReader(args['value_parser'], args['merge_duplicates'] === true, function* (text) {
      for (const { groups = {} } of text.matchAll(tag)) yield [groups['key'] ?? '', groups['value'] ?? ''];
    });
  }
  if (kind !== 'kv-lines') return null;
  const [line = '\n'] = texts(args['line_sep']);
  const [middle = ':'] = texts(args['kv_sep']);
  const edge = (text: string): string => (args['strip'] === false ? text : text.trim());
  return objectReader(args['value_parser'], false, function* (text) {
    for (const one of text.split(line)) {
      const at = one.indexOf(middle);
      if (at !== -1) yield [edge(one.slice(0, at)), edge(one.slice(at + middle.length))];
    }
  });
}
