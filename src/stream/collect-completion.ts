import type { CompletionResponse } from '../schemas/completion.js';
import type {
  ProviderCompletionChunk,
  ProviderCompletionLogprobs,
  ProviderUsage,
} from '../schemas/provider.js';
import { completionChoiceFields, completionResponseFields, noteDropped } from '../translate/fields.js';
import { normalizeCompletionResponse } from '../translate/normalize/completion-response.js';
import { isEmpty, isRecord, lossy, type Notes, relay } from '../translate/notes.js';
import { checkBody } from '../translate/reply.js';
import { checkEnds, drain, sorted } from './collect.js';
import { hasReason, isPing, type StreamOptions, streamIndex, streamNotes } from './core.js';
import { createHead } from './head.js';
import type { Source } from './source.js';

type GivenChoice = NonNullable<ProviderCompletionChunk['choices']>[number];

interface CompletionParts {
  text: string[];
  finish: unknown;
  logprobs: ProviderCompletionLogprobs | null;
}

const lists = ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset', 'content'] as const;

/** One list of logprobs behind another. */
function append(target: ProviderCompletionLogprobs, more: ProviderCompletionLogprobs): void {
  for (const key of lists) {
    const list = more[key];
    if (!Array.isArray(list)) continue;
    const before = target[key] as unknown[] | undefined;
    if (before === undefined) (target as Record<string, unknown>)[key] = [...list];
    else for (const one of list) before.push(one);
  }
}

function takeChoice(choice: CompletionParts, given: GivenChoice, path: string, notes: Notes): void {
  noteDropped(given, completionChoiceFields, path, notes);
  if (hasReason(choice.finish)) {
    const message = 'Text came after the end of the choice, and was dropped.';
    if (!isEmpty(given.text)) lossy(notes, 'dropped-content', `${path}.text`, message);
    return;
  }
  if (typeof given.text === 'string') choice.text.push(given.text);
  if (isRecord(given.logprobs)) {
    choice.logprobs ??= {};
    append(choice.logprobs, given.logprobs);
  }
  choice.finish = given.finish_reason;
}

/**
 * The chunks of a completion as the response that they are the parts of, in OpenAI's strict shape.
 *
 * Throws `provider-error` for an error in the stream and `incomplete-stream` for an end without a finish_reason.
 */
export async function collectCompletionStream(
  chunks: Source<ProviderCompletionChunk>,
  options: StreamOptions = {},
): Promise<CompletionResponse> {
  const notes = streamNotes(options);
  const head = createHead('cmpl-', undefined, notes);
  const choices = new Map<number, CompletionParts>();
  let usage: ProviderUsage | undefined;

  const whole = await drain(chunks, (chunk) => {
    checkBody(chunk, 'completion chunk');
    if (isPing(chunk)) return;
    noteDropped(chunk, completionResponseFields, '', notes);
    head.see(chunk);
    if (!isEmpty(chunk.usage)) usage = chunk.usage!;
    for (const given of chunk.choices ?? []) {
      const index = streamIndex(given.index);
      let choice = choices.get(index);
      if (choice === undefined) {
        choice = { text: [], finish: undefined, logprobs: null };
        choices.set(index, choice);
      }
      takeChoice(choice, given, `choices[${index}]`, notes);
    }
    notes.tell();
  });

  checkEnds(choices, options, whole);
  const { response, warnings } = normalizeCompletionResponse(
    {
      ...head.get(),
      object: 'text_completion',
      system_fingerprint: head.fingerprint,
      choices: sorted(choices).map(([index, { text, finish, logprobs }]) => ({
        index,
        text: text.join(''),
        logprobs,
        finish_reason: finish,
      })),
      usage,
    },
    { ...options, onWarning: undefined },
  );
  for (const warning of warnings) relay(notes, warning);
  notes.tell();
  return response;
}
