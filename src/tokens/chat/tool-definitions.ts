import { jsonText } from '../../text/json.js';
import type { ToolLayout } from './chat-rules.js';

/**
 * The hidden text in which a model is shown its tools: a TypeScript-like `namespace functions`.
 * The rules are inferred from billed requests; chat-rules.ts says which layout a model family has.
 */

/** A function as both `tools[i].function` and the deprecated `functions[i]` state it. */
export interface FunctionDefinition {
  name: string;
  description?: string | null | undefined;
  parameters?: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

interface Context {
  layout: ToolLayout;
  root: Schema;
  /** References being resolved, so that a recursive schema ends. */
  open: readonly string[];
}

const NEWLINE = '\n';

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every line is trimmed and gets its own `//`; an empty line is a bare `//`. */
function comment(text: string, indent: string): string {
  return text
    .trim()
    .split(NEWLINE)
    .map((line) => `${indent}// ${line.trim()}`.trimEnd())
    .join(NEWLINE);
}

function resolve(schema: Schema, context: Context): { schema: Schema; context: Context } | undefined {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return { schema, context };
  if (!reference.startsWith('#') || context.open.includes(reference)) return undefined;
  let target: unknown = context.root;
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    target = isSchema(target) ? target[key] : undefined;
  }
  if (!isSchema(target)) return undefined;
  return {
    schema: { ...target, ...schema, $ref: undefined },
    context: { ...context, open: [...context.open, reference] },
  };
}

function propertiesOf(schema: Schema): [string, Schema][] {
  const properties = schema['properties'];
  if (!isSchema(properties)) return [];
  return Object.entries(properties).map(([key, value]) => [key, isSchema(value) ? value : {}]);
}

function literal(value: unknown): string {
  return jsonText(value, 'tools') ?? 'any';
}

function union(parts: readonly unknown[], depth: number, context: Context): string {
  return parts.map((part) => typeText(part, depth, context)).join(' | ');
}

function typeText(value: unknown, depth: number, outer: Context): string {
  if (!isSchema(value)) return 'any';
  const resolved = resolve(value, outer);
  if (resolved === undefined) return 'any';
  const { schema, context } = resolved;
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[key];
    if (Array.isArray(parts)) return union(parts, depth, context);
  }
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.map(literal).join(' | ');
  const type = schema['type'] ?? (isSchema(schema['properties']) ? 'object' : undefined);
  if (Array.isArray(type))
    return union(
      type.map((one) => ({ ...schema, type: one })),
      depth,
      context,
    );
  switch (type) {
    case 'object':
      return propertiesOf(schema).length === 0 ? 'object' : objectText(schema, depth + 1, context);
    case 'array':
      return isSchema(schema['items']) ? `${typeText(schema['items'], depth, context)}[]` : 'any[]';
    case 'integer':
      return 'number';
    default:
      return typeof type === 'string' ? type : 'any';
  }
}

/** The comment lines over a property. */
function remarks(schema: Schema, depth: number, context: Context): string[] {
  const { layout } = context;
  if (depth > 0 && !layout.describesNested) return [];
  const indent = layout.nestedIndent.repeat(depth);
  const lines: string[] = [];
  const { title, description, examples } = schema;
  if (layout.annotates && typeof title === 'string' && title !== '') lines.push(comment(title, indent));
  if (typeof description === 'string' && description.trim() !== '') lines.push(comment(description, indent));
  if (layout.annotates && Array.isArray(examples) && examples.length > 0)
    lines.push(`${indent}// Examples:`, ...examples.map((example) => `${indent}// - ${literal(example)}`));
  return lines;
}

/** A default stands behind its property; a choice of an enum without quotes. */
function fallback(schema: Schema): string {
  const value = schema['default'];
  if (value === undefined) return '';
  return ` // default: ${typeof value === 'string' && Array.isArray(schema['enum']) ? value : literal(value)}`;
}

function objectText(schema: Schema, depth: number, context: Context): string {
  const { layout } = context;
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const indent = layout.nestedIndent.repeat(depth);
  const fields = propertiesOf(schema).map(([key, value]) => ({
    remarks: remarks(value, depth, context),
    text: `${key}${required.has(key) ? '' : '?'}: ${typeText(value, depth, context)}`,
    fallback: layout.annotates ? fallback(value) : '',
  }));
  const plain = fields.every(
    (field) => field.remarks.length === 0 && field.fallback === '' && !field.text.includes(NEWLINE),
  );
  if (layout.inlinesPlainObjects && plain) return `{ ${fields.map((field) => field.text).join(', ')} }`;
  const lines = fields.flatMap((field) => [...field.remarks, `${indent}${field.text},${field.fallback}`]);
  return `{${NEWLINE}${lines.join(NEWLINE)}${NEWLINE}${layout.nestedIndent.repeat(Math.max(0, depth - 1))}}`;
}

function functionText(definition: FunctionDefinition, layout: ToolLayout): string {
  const { name, description, parameters } = definition;
  const lines: string[] = [];
  if (typeof description === 'string' && description.trim() !== '') lines.push(comment(description, ''));
  const schema = isSchema(parameters) ? parameters : {};
  const root: Context = { layout, root: schema, open: [] };
  const resolved = resolve(schema, root) ?? { schema: {}, context: root };
  const title = layout.annotates ? resolved.schema['title'] : undefined;
  if (propertiesOf(resolved.schema).length === 0) lines.push(`type ${name} = () => any;${NEWLINE}`);
  else {
    const object = objectText(resolved.schema, 0, resolved.context);
    const heading = typeof title === 'string' && title !== '' ? `${comment(title, '')}${NEWLINE}` : '';
    lines.push(`type ${name} = (_: ${heading}${object}) => any;${NEWLINE}`);
  }
  return lines.join(NEWLINE);
}

/** What stands before the first function. */
export const TOOLS_OPENING = '# Tools\n\n## functions\n\nnamespace functions {\n\n';

/** The functions and the end of the namespace, to stand after `TOOLS_OPENING`. */
export function renderToolDefinitions(functions: readonly FunctionDefinition[], layout: ToolLayout): string {
  const body = functions.map((definition) => functionText(definition, layout)).join(NEWLINE);
  return `${body}${NEWLINE}} // namespace functions`;
}

/** The keywords of schemas in requests whose bill is known. What others do to the hidden text follows from no bill. */
const BILLED = new Set(
  `$defs $ref $schema additionalProperties anyOf const default description enum items properties required strict title
  type`.split(/\s+/),
);
/** Under these the keys are names, not keywords. */
const NAMED = new Set(['properties', '$defs']);
/** What these hold is a value, not a schema. */
const VALUES = new Set(['const', 'default', 'enum', 'required']);

/** True when the text of a schema is known from bills, keyword by keyword. */
export function hasBilledKeywords(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(hasBilledKeywords);
  if (!isSchema(schema)) return true;
  return Object.entries(schema).every(([key, value]) => {
    if (!BILLED.has(key)) return false;
    if (VALUES.has(key)) return true;
    return hasBilledKeywords(NAMED.has(key) && isSchema(value) ? Object.values(value) : value);
  });
}
