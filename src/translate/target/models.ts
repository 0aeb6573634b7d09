import { RolecallError } from '../../errors.js';
import { info, type Notes, quoted } from '../notes.js';
import { bestPattern } from './wildcard.js';

/** One model for all, a table (with `*` for any text; the most letters win), or a function. */
export type ModelMap = string | Readonly<Record<string, string>> | ((model: string) => string);

/** Models that OpenAI offers (or offered) for completions alone. */
const completionOnly = [
  'ada*', 'babbage*', 'curie*', 'davinci*', 'text-ada-*', 'text-babbage-*', 'text-curie-*', 'text-davinci-*',
  'code-davinci-*', 'code-cushman-*', 'gpt-3.5-turbo-instruct*', '*-instruct-beta*',
]; // biome-ignore format: a list is read best as a list

/** The model to ask. Throws `invalid-argument` where the request names none, or the map gives none. */
export function mapModel(model: unknown, map: ModelMap | undefined, notes: Notes): string {
  if (typeof map === 'string') return map;
  if (typeof model !== 'string' || model === '') {
    throw new RolecallError('invalid-argument', 'The request names no model; the option "model" can.', {
      path: 'model',
    });
  }
  if (map === undefined) return model;
  if (typeof map === 'function') {
    const mapped = map(model);
    if (typeof mapped === 'string' && mapped !== '') return mapped;
    throw new RolecallError('invalid-argument', `The function "model" gave no model for ${quoted(model)}.`, {
      path: 'model',
    });
  }
  const pattern = bestPattern(Object.keys(map), model);
  if (pattern !== undefined) return map[pattern]!;
  info(notes, 'unmapped-model', 'model', `The map has no model for ${quoted(model)}; it was left as it is.`);
  return model;
}

/** A hint where a chat endpoint will not know the model. */
export function noteCompletionModel(model: string, notes: Notes): void {
  if (bestPattern(completionOnly, model) === undefined) return;
  info(
    notes,
    'unmapped-model',
    'model',
    `${quoted(model)} only completes text; the option "model" names a chat model.`,
  );
}
