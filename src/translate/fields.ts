import { RolecallError } from '../errors.js';
import type { ChatRequest, ChatResponse } from '../schemas/chat.js';
import type { CompletionRequest, CompletionResponse } from '../schemas/completion.js';
import { didYouMean } from '../text/nearest.js';
import { info, isEmpty, lossy, type Notes } from './notes.js';

/**
 * What becomes of a field on its way to the other API. `pass`: it goes as it is. `map`: the conversion reads it.
 * `drop`: it is lost, for the reason given. `refuse`: the other API can't do it, so the conversion must not go on.
 */
export type FieldRule = 'pass' | 'map' | { drop: string } | { refuse: string };

/** A table with more fields, or other rules for some. A call, which bundlers leave out where nobody reads its result. */
export const extended = <A extends object, B extends object>(table: A, more: B): Omit<A, keyof B> & B => ({
  ...table,
  ...more,
});

/** Table A: the fields of a completion request. */
export const completionRequestFields = {
  model: 'map',
  prompt: 'map',
  best_of: 'map',
  echo: 'map',
  logprobs: 'map',
  max_tokens: 'map',
  response_format: 'pass',
  suffix: 'map',
  frequency_penalty: 'map',
  presence_penalty: 'map',
  logit_bias: 'map',
  n: 'map',
  seed: 'pass',
  stop: 'map',
  stream: 'pass',
  stream_options: 'pass',
  temperature: 'map',
  top_p: 'map',
  user: 'pass',
  add_special_tokens: { drop: 'a chat endpoint writes the special tokens itself' },
  ignore_eos: 'pass',
  json_schema: 'pass',
  min_p: 'pass',
  min_tokens: 'pass',
  preserved_tokens: 'pass',
  repeat_penalty: 'pass',
  repetition_penalty: 'pass',
  skip_special_tokens: 'pass',
  stop_token_ids: 'pass',
  top_k: 'pass',
  typical_p: 'pass',
} as const satisfies Record<keyof CompletionRequest, FieldRule>;

const noPlace = { drop: 'completions have no such field' } as const;

/** Table B: the fields of a chat request. */
export const chatRequestFields = {
  model: 'map',
  messages: 'map',
  audio: { refuse: 'a completion makes no audio' },
  function_call: 'map',
  functions: 'map',
  logprobs: 'map',
  max_completion_tokens: 'map',
  max_tokens: 'map',
  metadata: noPlace,
  modalities: 'map',
  moderation: noPlace,
  parallel_tool_calls: { drop: 'calls are read from the text, as many as there are' },
  prediction: noPlace,
  prompt_cache_key: noPlace,
  prompt_cache_options: noPlace,
  prompt_cache_retention: noPlace,
  reasoning_effort: 'map',
  chat_template_kwargs: 'map',
  response_format: 'map',
  safety_identifier: noPlace,
  service_tier: noPlace,
  store: noPlace,
  tool_choice: 'map',
  tools: 'map',
  top_logprobs: 'map',
  verbosity: noPlace,
  web_search_options: { refuse: 'a completion can not search the web' },
  frequency_penalty: 'pass',
  presence_penalty: 'pass',
  logit_bias: 'map',
  n: 'pass',
  seed: 'pass',
  stop: 'map',
  stream: 'pass',
  stream_options: 'pass',
  temperature: 'pass',
  top_p: 'pass',
  user: 'pass',
  add_special_tokens: 'pass',
  ignore_eos: 'pass',
  json_schema: 'pass',
  min_p: 'pass',
  min_tokens: 'pass',
  preserved_tokens: 'pass',
  repeat_penalty: 'pass',
  repetition_penalty: 'pass',
  skip_special_tokens: 'pass',
  stop_token_ids: 'pass',
  top_k: 'pass',
  typical_p: 'pass',
} as const satisfies Record<keyof ChatRequest, FieldRule>;

/** Table C: the fields of a chat response, its choices and its messages. */
export const chatResponseFields = {
  id: 'map',
  object: 'map',
  created: 'map',
  model: 'map',
  choices: 'map',
  usage: 'map',
  system_fingerprint: 'map',
  service_tier: { drop: 'a completion has no such field' },
} as const satisfies Record<keyof ChatResponse, FieldRule>;

export const chatChoiceFields = {
  index: 'map',
  message: 'map',
  logprobs: 'map',
  finish_reason: 'map',
} as const satisfies Record<keyof ChatResponse['choices'][number], FieldRule>;

export const chatReplyFields = {
  role: 'map',
  content: 'map',
  refusal: 'map',
  tool_calls: 'map',
  function_call: 'map',
  reasoning_content: 'map',
  audio: 'map',
  annotations: { drop: 'a completion is text alone' },
} as const satisfies Record<keyof ChatResponse['choices'][number]['message'], FieldRule>;

/** Table D: the fields of a completion response and its choices. */
export const completionResponseFields = {
  id: 'map',
  object: 'map',
  created: 'map',
  model: 'map',
  choices: 'map',
  usage: 'map',
  system_fingerprint: 'map',
} as const satisfies Record<keyof CompletionResponse, FieldRule>;

export const completionChoiceFields = {
  index: 'map',
  text: 'map',
  logprobs: 'map',
  finish_reason: 'map',
} as const satisfies Record<keyof CompletionResponse['choices'][number], FieldRule>;

/** The fields of a table that pass. They must exist on the other side, with a type that takes them: see the checks below. */
type Passing<Table> = { [Key in keyof Table]: Table[Key] extends 'pass' ? Key : never }[keyof Table];
type Subset<Part extends Whole, Whole> = Part;

export type PassingChecks = [
  Subset<Passing<typeof completionRequestFields>, keyof ChatRequest>,
  Subset<Pick<CompletionRequest, Passing<typeof completionRequestFields>>, Partial<ChatRequest>>,
  Subset<Passing<typeof chatRequestFields>, keyof CompletionRequest>,
  Subset<Pick<ChatRequest, Passing<typeof chatRequestFields>>, Partial<CompletionRequest>>,
];

/** What becomes of a field that the table does not know. */
export type UnknownFields = 'drop' | 'pass' | 'error';

/** Writes the fields that pass to `target`, warns of those that are dropped, throws at those that are refused. */
export function carryFields(
  request: object,
  table: Readonly<Record<string, FieldRule>>,
  target: Record<string, unknown>,
  unknown: UnknownFields,
  notes: Notes,
): void {
  const fields = request as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    // Null is how both APIs spell "not set".
    if (value === undefined || value === null) continue;
    const rule = Object.hasOwn(table, key) ? table[key]! : undefined;
    if (rule === 'map') continue;
    if (rule === 'pass') target[key] = value;
    else if (rule === undefined) carryUnknown(key, value, table, target, unknown, notes);
    else if ('refuse' in rule) {
      throw new RolecallError('unsupported', `${key} can't be translated: ${rule.refuse}.`, { path: key });
    } else lossy(notes, 'dropped-field', key, `${key} was dropped: ${rule.drop}.`);
  }
}

function carryUnknown(
  key: string,
  value: unknown,
  table: Readonly<Record<string, FieldRule>>,
  target: Record<string, unknown>,
  unknown: UnknownFields,
  notes: Notes,
): void {
  const hint = didYouMean(key, Object.keys(table));
  if (unknown === 'error') {
    throw new RolecallError('invalid-argument', `There is no field "${key}".${hint}`, { path: key });
  }
  if (unknown === 'pass' && key !== '__proto__') {
    target[key] = value;
    info(notes, 'unknown-field', key, `The field "${key}" is not known, and was passed on.${hint}`);
  } else lossy(notes, 'unknown-field', key, `The field "${key}" is not known, and was dropped.${hint}`);
}

/** Warns of the fields of a response that the other shape has no place for. Empty ones carry nothing. */
export function noteDropped(
  value: object,
  table: Readonly<Record<string, FieldRule>>,
  path: string,
  notes: Notes,
): void {
  let lost: string[] | undefined;
  for (const key in value) {
    // Nothing that a table inherits is 'map'.
    if (table[key] === 'map') continue;
    if (!Object.hasOwn(value, key) || isEmpty((value as Record<string, unknown>)[key])) continue;
    if (lost === undefined) lost = [key];
    else lost.push(key);
  }
  if (lost === undefined) return;
  const where = lost.length === 1 ? (path === '' ? lost[0]! : `${path}.${lost[0]}`) : path;
  if (notes.isTold?.('dropped-field', where) === true) return;
  lossy(notes, 'dropped-field', where, `The other shape has no place for: ${lost.join(', ')}.`);
}
