import type { CompletionChoice, CompletionLogprobs, CompletionResponse } from '../../schemas/completion.js';
import type {
  ProviderCompletionChoice,
  ProviderCompletionLogprobs,
  ProviderCompletionResponse,
} from '../../schemas/provider.js';
import { completionChoiceFields, completionResponseFields, noteDropped } from '../fields.js';
import { completionFinishReason } from '../finish-reason.js';
import { createdOf, modelOf, newId, seedOf } from '../ids.js';
import { checkNames, toCompletionLogprobs } from '../logprobs/logprobs.js';
import { startOfText } from '../logprobs/token-text.js';
import { at, type ConvertOptions, info, isRecord, lossy, type Notes, notesFor, setOwn } from '../notes.js';
import { checkBody, indexOf } from '../reply.js';
import { usageOf } from '../usage.js';

/**
 * Any provider's completion response in OpenAI's strict shape, with a warning for what was missing or odd, or has no
 * place there. The first logprobs of an echo stay null. Throws `provider-error` for a body that is an error.
 * @example
 * ```ts
 * import { normalizeCompletionResponse } from 'rolecall';
 * const body = { model: 'm', choices: [{ text: 'Hello.', finish_reason: 'eos' }] }; // as a server sends it
 * normalizeCompletionResponse(body).response.choices[0]?.finish_reason; // 'stop'
 * ```
 */
export function normalizeCompletionResponse(
  body: unknown,
  options: ConvertOptions = {},
): { response: CompletionResponse; warnings: Notes['warnings'] } {
  const notes = notesFor(options);
  checkBody(body, 'completion response');
  const source = body as ProviderCompletionResponse;
  noteDropped(source, completionResponseFields, '', notes);
  if (!Array.isArray(source.choices)) lossy(notes, 'odd-value', 'choices', 'The response has no choices.');
  const choices = (source.choices ?? []).map((choice, i) => normalizeChoice(choice, i, notes));
  choices.sort((a, b) => a.index - b.index);
  const response: CompletionResponse = {
    id: idOf(source, notes),
    object: 'text_completion',
    created: createdOf(source.created, notes),
    model: modelOf(source.model, undefined, notes),
    choices,
  };
  if (typeof source.system_fingerprint === 'string' && source.system_fingerprint !== '') {
    response.system_fingerprint = source.system_fingerprint;
  }
  const usage = usageOf(source.usage, 'usage', notes);
  if (usage !== undefined) response.usage = usage;
  return { response, warnings: notes.warnings };
}

function idOf({ id, created, choices }: ProviderCompletionResponse, notes: Notes): string {
  if (typeof id === 'string' && id !== '') return id;
  info(notes, 'missing-field', 'id', 'The response has no id; one was made.');
  return newId('cmpl-', seedOf(created, choices?.[0]?.text), notes);
}

function normalizeChoice(choice: ProviderCompletionChoice, position: number, notes: Notes): CompletionChoice {
  const path = `choices[${position}]`;
  noteDropped(choice, completionChoiceFields, path, notes);
  const { text } = choice;
  if (typeof text !== 'string') lossy(notes, 'missing-field', at(path, 'text'), 'The choice has no text.');
  return {
    index: indexOf(choice.index, position),
    text: typeof text === 'string' ? text : '',
    logprobs: logprobsOf(choice.logprobs, at(path, 'logprobs'), notes),
    finish_reason: completionFinishReason(choice.finish_reason, at(path, 'finish_reason'), notes),
  };
}

function logprobsOf(
  logprobs: ProviderCompletionLogprobs | null | undefined,
  path: string,
  notes: Notes,
): CompletionLogprobs | null {
  if (!isRecord(logprobs)) return null;
  if (Array.isArray(logprobs.content)) {
    info(notes, 'odd-value', path, 'The logprobs came in the shape of chat; they were written as lists.');
    return toCompletionLogprobs(logprobs.content, startOfText(), at(path, 'content'), notes);
  }
  const { tokens, token_logprobs, top_logprobs, text_offset } = logprobs;
  checkNames(tokens, at(path, 'tokens'));
  const result: CompletionLogprobs = {};
  if (Array.isArray(tokens)) result.tokens = [...tokens];
  // OpenAI's type says number; null is what it, and every server, sends for the first token of an echo.
  if (Array.isArray(token_logprobs)) {
    result.token_logprobs = token_logprobs.map((one, i) => {
      if (one === null || Number.isFinite(one)) return one;
      lossy(
        notes,
        'null-logprob',
        `${path}.token_logprobs[${i}]`,
        'A logprob that is not a number became null.',
      );
      return null;
    }) as number[];
  }
  if (Array.isArray(top_logprobs)) {
    result.top_logprobs = top_logprobs.map((top, i) =>
      isRecord(top) ? finiteOnly(top, `${path}.top_logprobs[${i}]`, notes) : null,
    ) as Record<string, number>[];
  }
  if (Array.isArray(text_offset)) {
    if (text_offset.every((one) => Number.isSafeInteger(one) && one >= 0))
      result.text_offset = [...text_offset];
    else
      lossy(
        notes,
        'text-offset',
        at(path, 'text_offset'),
        'Offsets that are no places in a text were dropped.',
      );
  }
  return isEmptyLogprobs(result) ? null : result;
}

const isEmptyLogprobs = (logprobs: CompletionLogprobs): boolean => {
  for (const _ in logprobs) return false;
  return true;
};

function finiteOnly(top: Record<string, number | null>, path: string, notes: Notes): Record<string, number> {
  const kept: Record<string, number> = {};
  for (const key of Object.keys(top)) {
    const value = top[key];
    if (Number.isFinite(value)) setOwn(kept, key, value as number);
    else
      lossy(notes, 'null-logprob', path, `The token ${JSON.stringify(key)} has no logprob, and was dropped.`);
  }
  return kept;
}
