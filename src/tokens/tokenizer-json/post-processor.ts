import { isObject } from './json-model.js';

/** The ids of a step of a template that stands for a token of its own. */
function idsOf(step: unknown, tokens: unknown): readonly number[] | undefined {
  const name = isObject(step) && isObject(step['SpecialToken']) ? step['SpecialToken']['id'] : undefined;
  const entry = typeof name === 'string' && isObject(tokens) ? tokens[name] : undefined;
  const ids = isObject(entry) ? entry['ids'] : undefined;
  return Array.isArray(ids) && ids.every((id) => typeof id === 'number') ? (ids as number[]) : undefined;
}

/** The ids that the post-processor of a `tokenizer.json` puts in front of a text; undefined where it puts none. */
export function bosIds(processor: unknown): readonly number[] | undefined {
  if (!isObject(processor)) return undefined;
  const { type, processors, single, special_tokens: tokens, cls } = processor;
  if (type === 'Sequence' && Array.isArray(processors)) {
    for (const one of processors) {
      const ids = bosIds(one);
      if (ids !== undefined) return ids;
    }
    return undefined;
  }
  if (type === 'TemplateProcessing' && Array.isArray(single)) {
    const ids: number[] = [];
    for (const step of single) {
      const own = idsOf(step, tokens);
      if (own === undefined) break;
      ids.push(...own);
    }
    return ids.length === 0 ? undefined : ids;
  }
  // The processors of BERT and RoBERTa name one token: `cls: ["<s>", 0]`.
  return Array.isArray(cls) && typeof cls[1] === 'number' ? [cls[1]] : undefined;
}
