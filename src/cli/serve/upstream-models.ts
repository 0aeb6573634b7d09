import { namedDialect, namesOf, textsIn } from '../../check/model-names.js';
import type { DialectName } from '../../formats/index.generated.js';
import { isRecord } from '../../translate/notes.js';

/** A model of a server: the id that requests name it by, and the names that may tell what it is, the surest first. */
export interface ModelNames {
  id: string;
  names: string[];
}

type Json = Record<string, unknown>;

/** What servers tell of their models. */
export interface Told {
  /** The list of models, `/v1/models`. */
  listed: Json | undefined;
  /** llama.cpp's `/props`. */
  props: Json | undefined;
  /** TGI's `/info`. */
  info: Json | undefined;
  /** The only model that will be asked for. */
  only: string | undefined;
}

/** The models that a server tells of; only the one that will be asked for, where it is known. */
export function modelNames({ listed, props, info, only }: Told): ModelNames[] {
  const entries = Array.isArray(listed?.['data']) ? listed['data'].filter(isRecord) : [];
  const models = entries.flatMap((entry): ModelNames[] =>
    typeof entry['id'] === 'string' ? [{ id: entry['id'], names: namesOf(entry, entries) }] : [],
  );
  const [single] = models;
  if (models.length === 1) single!.names = textsIn(...single!.names, props?.['model_path']);
  if (models.length === 0) {
    const [id, ...more] = textsIn(info?.['model_id'], props?.['model_path']);
    if (id !== undefined) models.push({ id, names: [id, ...more] });
  }
  if (only === undefined) return models;
  return [models.find(({ id }) => id === only) ?? { id: only, names: [only] }];
}

/** What each of several models is written in, in words. */
export interface EachModel {
  dialect: (model: string) => DialectName | undefined;
  says: string;
}

const few = (items: readonly string[]): string =>
  items.slice(0, 5).join(', ') + (items.length > 5 ? ` and ${items.length - 5} more` : '');

/** Models of several formats: each is known by its id alone, so a request is written by the model that it names. */
export function eachModel(models: readonly ModelNames[]): EachModel {
  const table = new Map<string, DialectName>();
  for (const model of models) {
    const found = namedDialect(model.names);
    if (found !== undefined) table.set(model.id, found.dialect);
  }
  const unknown = models.filter(({ id }) => !table.has(id)).map(({ id }) => id);
  const rest =
    unknown.length === 0
      ? ''
      : ` The format of ${few(unknown)} is not known: prompts for what is not known are written with "User:" and "Assistant:", and the response warns of it.`;
  return {
    dialect: (model) => table.get(model),
    says: `in the dialect of the model that a request names: ${few([...table].map(([id, dialect]) => `${id} in ${dialect}`))}.${rest}`,
  };
}
