import { type Field, isRecord } from './calls.js';

type Schema = Record<string, unknown>;

const member = (schema: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), schema);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Text in front of and behind the one group of a pattern, white space aside; null for other patterns. */
function around(pattern: string): { open: string; close: string } | null {
  const [, open, close] =
    /^([^()]+?)(?:\\s\*|\\n\??)*\((?:\.|\[\\s\\S\])[+*]\??\)(?:\\s\*|\\n\??)*([^()]+)$/.exec(pattern) ?? [];
  return open === undefined || close === undefined ? null : { open, close };
}

/** The calls of a schema, as a field: objects between marks, or a name and tagged arguments. */
function callsField(calls: Schema): Field {
  const found = around(text(calls['x-regex-iterator']) ?? '');
  const items = calls['items'];
  const frame = { open_pattern: found?.open, close_pattern: found?.close };
  const tag = text(member(items, 'properties', 'function', 'properties', 'arguments', 'x-regex-key-value'));
  const name = text(member(items, 'properties', 'function', 'properties', 'name', 'x-regex'));
  if (tag !== undefined && name !== undefined)
    return {
      ...frame,
      name_pattern: name,
      content: 'xml-inline',
      content_args: { tag_pattern: tag, value_parser: { name: 'json', args: { allow_non_json: true } } },
      transform: { function: { name: '{name}', arguments: '{content}' } },
    };
  return { ...frame, content: member(items, 'x-parser') };
}

/**
 * The fields of the older `response_schema` (transformers 5.0 to 5.12): a JSON schema whose patterns take a reply apart. Calls
 * are read from its iterator, and the marks of reasoning from the pattern of the whole.
 */
export function fieldsOfSchema(schema: Schema): Record<string, Field> {
  const whole = text(schema['x-regex']) ?? '';
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const fields: Record<string, Field> = {};
  for (const name of ['reasoning_content', 'thinking', 'reasoning'])
    if (isRecord(properties[name]) || whole.includes(`(?P<${name}>`))
      fields[name] = { close_pattern: behind(whole, name) };
  if (isRecord(properties['tool_calls'])) fields['tool_calls'] = callsField(properties['tool_calls']);
  return fields;
}

/** The mark behind a group of a pattern. */
function behind(pattern: string, group: string): string | undefined {
  const rest = pattern.slice(pattern.indexOf(`(?P<${group}>`));
  return /<\/\w+>|\\\[\/[A-Z]+\\\]|<\\\|[A-Z_]*END[A-Z_]*\\\|>/.exec(rest)?.[0];
}
