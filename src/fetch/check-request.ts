import * as z from 'zod/mini';
import type { Warning } from '../errors.js';
import { ChatRequest } from '../schemas/chat.js';
import { CompletionRequest } from '../schemas/completion.js';
import { Message } from '../schemas/messages.js';
import { validate } from '../schemas/validate.js';
import { notesFor } from '../translate/notes.js';
import { lenientChatRequest, lenientCompletionRequest } from '../translate/request/lenient.js';

// What the tables don't know at the top is theirs to pass, to drop or to refuse.
const LooseChatRequest = z.looseObject({
  ...ChatRequest.shape,
  // An empty list has its own answer, in OpenAI's words.
  messages: z.array(Message),
});
const LooseCompletionRequest = z.looseObject({
  ...CompletionRequest.shape,
  // The first clients named it in the path, or in `engine`.
  model: z.nullish(z.string()),
  prompt: z.optional(CompletionRequest.shape.prompt),
});

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The keys that an issue is about, if taking them out would settle it; of a union, by the first branch of which that is true. */
function strayKeys(issue: Issue, prefix: Path): { path: Path; keys: string[] }[] | undefined {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') return [{ path, keys: issue.keys }];
  if (issue.code !== 'invalid_union') return undefined;
  for (const branch of issue.errors) {
    const all = branch.map((inner) => strayKeys(inner, path));
    if (all.length > 0 && all.every((one) => one !== undefined)) return all.flat();
  }
  return undefined;
}

function pathText(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** A copy without a key; what is not on the way to it is shared. */
function without(value: unknown, path: Path, keys: readonly string[]): unknown {
  if (path.length === 0) {
    return Object.fromEntries(Object.entries(value as object).filter(([key]) => !keys.includes(key)));
  }
  const [first, ...rest] = path as [PropertyKey, ...PropertyKey[]];
  if (Array.isArray(value)) return value.map((one, i) => (i === first ? without(one, rest, keys) : one));
  return {
    ...(value as object),
    [first]: without((value as Record<PropertyKey, unknown>)[first], rest, keys),
  };
}

/**
 * Clients send keys inside messages that the API does not have (`annotations`, `parsed`, `cache_control`): those are taken
 * out with a warning each. Anything else that is wrong throws `invalid-shape`.
 */
function check<Schema extends z.core.$ZodType>(
  schema: Schema,
  body: unknown,
  onWarning: (warning: Warning) => void,
): z.infer<Schema> {
  let value = body;
  // Taking keys out may bring to light others, behind a union; each round takes at least one out.
  for (;;) {
    const result = z.safeParse(schema, value);
    if (result.success) return result.data;
    const stray = result.error.issues.map((issue) => strayKeys(issue, []));
    if (!stray.every((one) => one !== undefined)) return validate(schema, value);
    for (const { path, keys } of stray.flat()) {
      const where = pathText(path);
      for (const key of keys) {
        onWarning({
          code: 'unknown-field',
          path: `${where}.${key}`,
          message: `There is no field "${key}" in ${where}; it was dropped.`,
          severity: 'lossy',
        });
      }
      value = without(value, path, keys);
    }
  }
}

/** A chat request as clients send it. Throws `invalid-shape` with the path of what is wrong. */
export function checkChatRequest(body: unknown, onWarning: (warning: Warning) => void): ChatRequest {
  const lenient = lenientChatRequest(body as ChatRequest, notesFor({ onWarning }));
  return check(LooseChatRequest, lenient, onWarning) as ChatRequest;
}

/** A completion request as clients send it. Throws `invalid-shape` with the path of what is wrong. */
export function checkCompletionRequest(
  body: unknown,
  onWarning: (warning: Warning) => void,
): CompletionRequest {
  return check(
    LooseCompletionRequest,
    lenientCompletionRequest(body as object),
    onWarning,
  ) as CompletionRequest;
}
