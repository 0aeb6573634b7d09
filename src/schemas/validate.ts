import * as z from 'zod/mini';
import * as core from 'zod/v4/core';
import { RolecallError } from '../errors.js';
import { didYouMean } from '../text/nearest.js';

type Issue = core.$ZodIssue;

/** `messages[3].content`: the path of an issue as code would write it. */
function pathOf(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

/** The part of a schema that an issue's path leads to, where objects and arrays alone stand on the way. */
function schemaAt(schema: core.$ZodType, path: readonly PropertyKey[], value: unknown): core.$ZodType[] {
  let found: core.$ZodType[] = [schema];
  let at = value;
  for (const key of [...path, undefined]) {
    found = found.flatMap((one) => unwrap(one, at));
    if (key === undefined) break;
    found = found.flatMap((one) => {
      if (one instanceof core.$ZodArray) return [one._zod.def.element];
      const field = one instanceof core.$ZodObject ? one._zod.def.shape[key as string] : undefined;
      return field === undefined ? [] : [field];
    });
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return found;
}

function unwrap(schema: core.$ZodType, value: unknown): core.$ZodType[] {
  if (schema instanceof core.$ZodOptional || schema instanceof core.$ZodNullable)
    return unwrap(schema._zod.def.innerType, value);
  if (schema instanceof core.$ZodUnion) {
    const options = schema._zod.def.options.flatMap((option) => unwrap(option, value));
    const told = options.filter((option) => option instanceof core.$ZodObject && tells(option, value));
    return told.length > 0 ? told : options;
  }
  return [schema];
}

/** Does a literal field (`role`, `type`) say that the value is meant as this object? */
function tells(schema: core.$ZodObject, value: unknown): boolean {
  return Object.entries(schema._zod.def.shape).some(
    ([key, field]) =>
      field instanceof core.$ZodLiteral &&
      typeof value === 'object' &&
      value !== null &&
      field._zod.def.values.includes((value as Record<string, unknown>)[key] as string),
  );
}

/** Of a union that failed, the branch that got furthest says best what is wrong. */
function deepest(issue: Issue, prefix: readonly PropertyKey[] = []): { issue: Issue; path: PropertyKey[] } {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path };
  let best: { issue: Issue; path: PropertyKey[] } | undefined;
  for (const branch of issue.errors) {
    const first = branch[0];
    if (first === undefined) continue;
    const inner = deepest(first, path);
    if (best === undefined || inner.path.length > best.path.length) best = inner;
  }
  return best !== undefined && best.path.length > path.length ? best : { issue, path };
}

function sentence(
  schema: core.$ZodType,
  value: unknown,
  { issue, path }: ReturnType<typeof deepest>,
): string {
  const where = pathOf(path);
  if (issue.code === 'unrecognized_keys') {
    const known = schemaAt(schema, path, value).flatMap((one) =>
      one instanceof core.$ZodObject ? Object.keys(one._zod.def.shape) : [],
    );
    return issue.keys
      .map(
        (key) => `There is no field "${key}"${where === '' ? '' : ` in ${where}`}.${didYouMean(key, known)}`,
      )
      .join(' ');
  }
  const got = path.reduce<unknown>(step, value);
  const what = where === '' ? 'The value' : where;
  if (got === undefined && issue.code !== 'custom') return `${what} is missing.`;
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return `${what} must be ${[...new Set(issue.errors.map(wanted))].join(' or ')}, not ${nameOf(got)}.`;
  }
  if (issue.code === 'too_small' && issue.origin === 'array')
    return `${what} must have at least ${issue.minimum}.`;
  return `${what} must be ${wanted([issue])}, not ${nameOf(got)}.`;
}

/** What a schema wanted, in words: `string`, `one of "a", "b"`, `at most 2`. */
function wanted([issue]: readonly Issue[]): string {
  switch (issue?.code) {
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((one) => JSON.stringify(one)).join(', ')}`;
    case 'too_small':
      return `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return (issue?.message ?? 'something else').replace(/^Invalid [^.]*\. Expected /, '');
  }
}

function nameOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `an ${typeof value}`;
}

function step(at: unknown, key: PropertyKey): unknown {
  return typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
}

/**
 * The value, checked against one of the schemas of this module. Throws `invalid-shape` with the path of the
 * first thing that is wrong and a sentence that names every one; a misspelt field comes with the nearest right name.
 * @example
 * ```ts
 * import { ChatRequest, validate } from 'rolecall/schemas';
 * validate(ChatRequest, { model: 'm', messages: [{ role: 'user', content: 'Hi!' }] }); // the request, typed
 * ```
 */
export function validate<Schema extends core.$ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const found = result.error.issues.map((issue) => deepest(issue));
  const shown = found.slice(0, 5).map((one) => sentence(schema, value, one));
  if (found.length > shown.length) shown.push(`And ${found.length - shown.length} more.`);
  const { issue, path } = found[0]!;
  const full = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0]!] : path;
  throw new RolecallError('invalid-shape', shown.join(' '), { path: pathOf(full), cause: result.error });
}
