import type { ProviderUsage } from '../schemas/provider.js';
import type { Usage } from '../schemas/shared.js';
import { at, info, isEmpty, isRecord, lossy, type Notes } from './notes.js';

type Details = Record<string, number>;

const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;
const details = ['prompt_tokens_details', 'completion_tokens_details'] as const;
const known: ReadonlySet<string> = new Set([...counts, ...details]);

function countOf(value: unknown, path: string, notes: Notes): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  if (Number.isInteger(value)) return value;
  lossy(notes, 'odd-value', path, `${value} tokens were rounded.`);
  return Math.round(value);
}

function detailsOf(value: unknown, path: string, notes: Notes): Details | undefined {
  if (!isRecord(value)) return undefined;
  const kept: Details = {};
  const odd: string[] = [];
  for (const key of Object.keys(value)) {
    const amount = value[key];
    if (typeof amount === 'number' && Number.isInteger(amount) && amount >= 0 && key !== '__proto__')
      kept[key] = amount;
    else if (!isEmpty(amount)) odd.push(key);
  }
  if (odd.length > 0)
    lossy(notes, 'dropped-field', path, `Not counts of tokens, and dropped: ${odd.join(', ')}.`);
  return kept;
}

/**
 * Counts of tokens in OpenAI's shape: one missing count follows from the other two, details pass.
 * Undefined where there is nothing to count from.
 */
export function usageOf(
  usage: ProviderUsage | null | undefined,
  path: string,
  notes: Notes,
): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  let prompt = countOf(usage['prompt_tokens'], at(path, 'prompt_tokens'), notes);
  let completion = countOf(usage['completion_tokens'], at(path, 'completion_tokens'), notes);
  let total = countOf(usage['total_tokens'], at(path, 'total_tokens'), notes);
  if (prompt === undefined && completion === undefined && total === undefined) {
    if (!isEmpty(usage)) lossy(notes, 'dropped-field', path, 'The usage has no count of tokens.');
    else info(notes, 'missing-field', path, 'The usage is empty.');
    return undefined;
  }
  if (prompt === undefined || completion === undefined || total === undefined) {
    info(notes, 'missing-field', path, 'A count that the usage leaves out was worked out from the others.');
    prompt ??= Math.max(0, (total ?? 0) - (completion ?? 0));
    completion ??= Math.max(0, (total ?? prompt) - prompt);
    total ??= prompt + completion;
  }
  const result: Usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total };
  for (const key of details) {
    if (usage[key] === undefined || usage[key] === null) continue;
    const kept = detailsOf(usage[key], at(path, key), notes);
    if (kept !== undefined) result[key] = kept;
  }
  const extra = Object.keys(usage).filter((key) => !known.has(key) && !isEmpty((usage as Details)[key]));
  if (extra.length > 0)
    lossy(notes, 'dropped-field', path, `The usage has no place for: ${extra.join(', ')}.`);
  return result;
}

/** The usage of several calls as of one: field by field. Undefined where none of them has any. */
export function sumUsage(all: readonly (Usage | undefined)[]): Usage | undefined {
  let sum: Usage | undefined;
  for (const usage of all) {
    if (usage === undefined) continue;
    if (sum === undefined) {
      sum = usage;
      continue;
    }
    const next: Usage = {
      prompt_tokens: sum.prompt_tokens + usage.prompt_tokens,
      completion_tokens: sum.completion_tokens + usage.completion_tokens,
      total_tokens: sum.total_tokens + usage.total_tokens,
    };
    for (const key of details) {
      const a = sum[key];
      const b = usage[key];
      if (a === undefined && b === undefined) continue;
      const merged: Details = { ...a };
      for (const [name, amount] of Object.entries(b ?? {})) merged[name] = (merged[name] ?? 0) + amount;
      next[key] = merged;
    }
    sum = next;
  }
  return sum;
}
