/** JSON without the spaces between its tokens; any other text as it is. Numbers and escapes stay as they were written. */
export function compactJson(text: string): string {
  if (!/\s/.test(text)) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** A string in JSON with everything beyond ASCII escaped, as Python's `json.dumps` writes it. */
export function asciiJsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const DROPPED = new Set(['required', 'additionalProperties']);
/** Keywords whose keys are names of the author's, not keywords. */
const NAMED = new Set(['properties', '$defs', 'definitions', 'patternProperties']);

/** A schema as `response_format` shows it to the model: without `required` and `additionalProperties`. */
export function shownSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shownSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    const named = NAMED.has(key) && typeof value === 'object' && value !== null && !Array.isArray(value);
    shown[key] = named
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shownSchema(inner)]))
      : shownSchema(value);
  }
  return shown;
}
