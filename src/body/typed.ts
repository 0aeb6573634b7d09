import { isJson, membersOf } from '../text/json.js';
import { pythonLiteral } from '../text/python-literal.js';

/**
 * Arguments that stand on the wire without a type: `3` is a number or the text "3". The tool's schema tells, where there is
 * one; else the look of the text does.
 */

/** The JSON types that the tools of a request declare, by function and parameter. Plain JSON. */
export type ArgumentTypes = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

interface Schema {
  type?: unknown;
  enum?: unknown;
  const?: unknown;
  anyOf?: unknown;
  oneOf?: unknown;
}

const nameOfType = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** The types that a schema admits; none where it does not say. */
function typesOf(given: unknown, depth = 0): string[] {
  if (typeof given !== 'object' || given === null || depth > 4) return [];
  const { type, enum: listed, const: only, anyOf, oneOf } = given as Schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((one): one is string => typeof one === 'string');
  if (Array.isArray(listed)) return [...new Set(listed.map(nameOfType))];
  if (only !== undefined) return [nameOfType(only)];
  const options = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  const types = options.map((option) => typesOf(option, depth + 1));
  return types.some((some) => some.length === 0) ? [] : [...new Set(types.flat())];
}

/** What the tools of a request say of their parameters' types. */
export function argumentTypes(tools: readonly unknown[]): ArgumentTypes {
  const found = tools.map((tool): [string, Record<string, string[]>] => {
    const shape = tool as { function?: unknown } | null;
    const { name, parameters } = (shape?.function ?? shape ?? {}) as { name?: unknown; parameters?: unknown };
    const properties = (parameters as { properties?: unknown } | null | undefined)?.properties;
    const listed = typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
    return [String(name), Object.fromEntries(listed.map(([key, schema]) => [key, typesOf(schema)]))];
  });
  return Object.fromEntries(found);
}

/** The declared types of a parameter; none where nothing is known of it. */
export function declaredTypes(
  types: ArgumentTypes | undefined,
  name: string,
  key: string,
): readonly string[] {
  const known = types !== undefined && Object.hasOwn(types, name) ? types[name]! : {};
  return Object.hasOwn(known, key) ? known[key]! : [];
}

const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** The JSON of a text that is no string by its look: a number, `true`, a list, a JSON string; null for a plain text. */
export function jsonByLook(text: string): string | null {
  const bare = text.trim();
  if (bare === '') return null;
  return isJson(bare) ? bare : Object.hasOwn(words, bare) ? words[bare]! : null;
}

export interface TypedValue {
  json: string;
  /** It was taken for no string, by nothing but its look. */
  guessed: boolean;
}

/** A value as JSON. */
export function typedValue(text: string, types: readonly string[]): TypedValue {
  const asText = JSON.stringify(text);
  if (types.length === 1 && types[0] === 'string') return { json: asText, guessed: false };
  const json = jsonByLook(text);
  if (types.length === 0) return { json: json ?? asText, guessed: json !== null };
  if (json !== null) {
    // Several types are declared: a text that none of the others fits is a text.
    const fits = types.some((type) => type !== 'string' && admits(type, json));
    return { json: types.includes('string') && !fits ? asText : json, guessed: false };
  }
  const literal = /^\s*[[{(]/.test(text) ? pythonLiteral(text.trim()) : null;
  return { json: literal ?? asText, guessed: false };
}

function admits(type: string, json: string): boolean {
  const found = nameOfType(JSON.parse(json));
  return type === found || (type === 'integer' && found === 'number');
}

/** The arguments of a call, each with its JSON; null where they are no object. */
export const argumentsOf = (json: string): Map<string, string> | null => membersOf(json.trim());
