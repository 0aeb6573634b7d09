import type { CallFormat } from '../../body/call-format.js';
import type { ReasoningMarks } from '../../body/think.js';
import { RolecallError } from '../../errors.js';
import { marksByClose } from '../reasoning.js';
import { callsOf, type Field, isRecord, marksIn } from './calls.js';
import { fieldsOfSchema } from './schema.js';

/** What a tokenizer's config says of replies; what it does not say is null, and so is what can't be read of it. */
export interface ResponseTemplate {
  reasoning: ReasoningMarks | null;
  calls: CallFormat | null;
  stop: readonly string[];
  /** Paths into the config of what says how calls or reasoning are written, and can't be read. */
  unread: { calls?: string; reasoning?: string };
}

/** The marks of reasoning: as they are told, else those of a known kind with the same end. */
function reasoningOf(field: Field): ReasoningMarks | null {
  const [open] = marksIn(field.open, field.open_pattern);
  const [close] = marksIn(field.close, field.close_pattern);
  if (close === undefined) return null;
  return open === undefined ? marksByClose(close) : { open, close };
}

/**
 * Reads what a `tokenizer_config.json` says of replies, its `response_template` (transformers 5.13) or the older
 * `response_schema`: the marks of reasoning, how calls are written, and what ends a reply. Source: "Response Parsing" in the
 * documentation of transformers.
 */
export function responseOf(config: {
  response_template?: unknown;
  response_schema?: unknown;
}): ResponseTemplate | null {
  const { response_template: template, response_schema: schema } = config;
  const [given, base] = isRecord(template)
    ? [template['fields'], 'response_template.fields']
    : isRecord(schema)
      ? [fieldsOfSchema(schema), 'response_schema.properties']
      : [undefined, ''];
  if (!isRecord(given)) return null;
  const found = (...names: string[]): [name: string, field: Field] | undefined => {
    const name = names.find((one) => isRecord(given[one]));
    return name === undefined ? undefined : [name, given[name] as Field];
  };
  const [thoughtName, thought] = found('reasoning_content', 'thinking', 'reasoning') ?? [];
  const [, calling] = found('tool_calls') ?? [];
  const [, words] = found('content') ?? [];
  const reasoning = thought === undefined ? null : reasoningOf(thought);
  const calls = calling === undefined ? null : callsOf(calling);
  const isFormat = calls !== null && 'sections' in calls;
  return {
    reasoning,
    calls: isFormat ? calls : null,
    stop: words === undefined ? [] : marksIn(words.close, words.close_pattern),
    unread: {
      ...(calls === null || isFormat ? {} : { calls: `${base}.tool_calls.${calls.member}` }),
      ...(thought === undefined || reasoning !== null ? {} : { reasoning: `${base}.${thoughtName}` }),
    },
  };
}

/** Throws where a config alone says how a model writes something, in a way that can't be read. */
export function refuseUnread(
  what: 'calls' | 'reasoning',
  response: ResponseTemplate | null | undefined,
): void {
  const path = response?.unread[what];
  if (path === undefined) return;
  const message = `The tokenizer config says in ${path} how replies have ${what}, in a way that can't be read here, and the chat template does not show it. Give the option "${what}", or leave that member of the config out.`;
  throw new RolecallError('invalid-dialect', message, { path });
}
