import type { Dialect } from '../dialect/types.js';
import { RolecallError, type Warning } from '../errors.js';
import { renderPrompt } from '../prompt/index.js';
import { type Message, Message as MessageSchema, type Role } from '../schemas/messages.js';
import { validate } from '../schemas/validate.js';
import type { Pair, RowWriter } from './converted.js';
import { fieldPath, kindOf, valueAt } from './fields.js';
import { type Plan, planDialect } from './plan.js';

const plainRoles: ReadonlySet<unknown> = new Set<Role>(['system', 'developer', 'user', 'assistant']);
const plainKeys: ReadonlySet<string> = new Set(['role', 'content', 'weight']);

/** A message of nothing but text, as nearly all are: there is no need to look closer. */
function isPlain(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { role, content } = value as { role?: unknown; content?: unknown };
  if (typeof content !== 'string' || !plainRoles.has(role)) return false;
  for (const key in value) if (!plainKeys.has(key)) return false;
  return true;
}

/** Any other message, held against the schema. */
function checked(value: unknown, path: string): Message {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RolecallError('invalid-shape', `${path} must be a message, not ${kindOf(value)}.`, { path });
  const { weight, ...message } = value as Readonly<Record<string, unknown>>;
  const valid = validate(MessageSchema, message);
  return weight === undefined ? valid : ({ ...valid, weight } as unknown as Message);
}

/** The messages of a record, checked as far as the way back needs them. A column of a table holds them as JSON. */
function messagesAt(value: unknown, path: string): Message[] {
  let list = value;
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value) as unknown;
    } catch {
      throw new RolecallError('invalid-shape', `${path} is a text that is not JSON.`, { path });
    }
  }
  if (!Array.isArray(list))
    throw new RolecallError('invalid-shape', `${path} must be a list of messages, not ${kindOf(list)}.`, {
      path,
    });
  const where = (i: number): string => `${path}[${i}]`;
  return list.map((message, i) => (isPlain(message) ? message : checked(message, where(i))));
}

/** What of a message becomes text, or is spoken of elsewhere. */
const written: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'weight',
]);

/** The text of a message that is nothing but text. */
function textOf(message: Message, path: string, warnings: Warning[]): string {
  if (message.role === 'assistant' && ((message.tool_calls?.length ?? 0) > 0 || message.function_call))
    throw new RolecallError('unrepresentable', `${path} calls a function: a completion is text.`, { path });
  const { content } = message;
  for (const [key, value] of Object.entries(message))
    if (!written.has(key) && value !== null && value !== undefined)
      warnings.push({
        code: 'dropped-field',
        path: `${path}.${key}`,
        message: 'Text has no place for it.',
        severity: 'lossy',
      });
  if (typeof content === 'string') return content;
  if (
    message.role === 'assistant' &&
    typeof message.refusal === 'string' &&
    (content === null || content === undefined)
  ) {
    const note = 'The refusal became the text of the completion.';
    warnings.push({ code: 'refusal-as-text', path, message: note, severity: 'lossy' });
    return message.refusal;
  }
  if (Array.isArray(content) && content.every((part) => part.type === 'text')) {
    if (content.length !== 1)
      warnings.push({
        code: 'joined-parts',
        path,
        message: 'Several parts became one text.',
        severity: 'lossy',
      });
    return content.map((part) => part.text).join('');
  }
  throw new RolecallError('unrepresentable', `The content of ${path} is not text.`, {
    path: `${path}.content`,
  });
}

/** Without a dialect a prompt is the one message of a user, and a system text that the plan knows. */
function plainPrompt(plan: Plan, before: readonly Message[], warnings: Warning[]): string {
  const path = plan.fields.messages;
  const { system } = plan.prompt;
  const [first] = before;
  const known = first?.role === 'system' && first.content === system ? 1 : 0;
  const rest = before.slice(known);
  if (rest.length === 0) return '';
  if (rest.length > 1 || rest[0]?.role !== 'user')
    throw new RolecallError(
      'unrepresentable',
      'Turns before the last need marks: name a dialect in the plan (prompt.dialect).',
      { path },
    );
  return textOf(rest[0], `${path}[${known}]`, warnings);
}

function dialectPrompt(
  plan: Plan,
  dialect: Dialect,
  before: readonly Message[],
  tools: readonly unknown[] | undefined,
  warnings: Warning[],
): string {
  const { preambleEnd, system } = plan.prompt;
  let messages = [...before];
  const [first] = messages;
  if (first?.role === 'system' && first.content === system) messages = messages.slice(1);
  else if (preambleEnd !== '' && first?.role === 'system' && typeof first.content === 'string')
    messages[0] = { ...first, content: `${first.content}${preambleEnd}` };
  const rendered = renderPrompt(messages, { dialect, fidelity: 'reversible', continueFinal: false, tools });
  warnings.push(...rendered.warnings);
  return rendered.prompt;
}

/** Writes `prompt` and `completion` for the last reply of a chat, or for each. */
export function completionWriter(plan: Plan): RowWriter {
  const path = fieldPath(plan.fields.messages);
  const dialect = planDialect(plan) as Dialect | null;
  const { separator } = plan.prompt;
  const { prefix, suffix } = plan.completion;
  return (record, warnings) => {
    const messages = messagesAt(valueAt(record, path), path.text);
    const tools =
      Array.isArray(record['tools']) && record['tools'].length > 0
        ? (record['tools'] as unknown[])
        : undefined;
    if (tools !== undefined && dialect === null)
      throw new RolecallError('unrepresentable', 'Tools need a dialect in the plan (prompt.dialect).', {
        path: 'tools',
      });
    const replies = messages.flatMap((message, i) =>
      message.role === 'assistant' &&
      (plan.turns === 'last' ? i === messages.length - 1 : !isUntrained(message))
        ? [i]
        : [],
    );
    if (replies.length === 0)
      throw new RolecallError('invalid-shape', 'The messages do not end in a reply of the assistant.', {
        path: path.text,
      });
    const pairs: Pair[] = [];
    const records = replies.map((at) => {
      const message = messages[at] as Message;
      const where = `${path.text}[${at}]`;
      if (plan.turns === 'last' && isUntrained(message)) {
        const note = 'The reply has the weight 0: a completion is always trained on.';
        warnings.push({ code: 'dropped-field', path: `${where}.weight`, message: note, severity: 'lossy' });
      }
      const before = messages.slice(0, at);
      const prompt =
        dialect === null
          ? plainPrompt(plan, before, warnings)
          : dialectPrompt(plan, dialect, before, tools, warnings);
      const completion = textOf(message, where, warnings);
      if (suffix !== '' && completion.includes(suffix)) {
        const note = `The reply has the stop sequence ${JSON.stringify(suffix)} in it: a model would end there.`;
        warnings.push({ code: 'stop-in-content', path: where, message: note, severity: 'lossy' });
      }
      if (separator !== '' && prompt.includes(separator)) {
        const note = `The prompt has the separator ${JSON.stringify(separator)} in it.`;
        warnings.push({ code: 'stop-in-content', path: path.text, message: note, severity: 'info' });
      }
      pairs.push({ prompt, completion });
      return { prompt: `${prompt}${separator}`, completion: `${prefix}${completion}${suffix}` };
    });
    return { records, pairs };
  };
}

/** Fine-tuning files may say `weight: 0` of a reply that is there for its words only. */
function isUntrained(message: Message): boolean {
  return (message as { weight?: unknown }).weight === 0;
}
