import type { ProviderUsage } from '../schemas/provider.js';
import type { Usage } from '../schemas/shared.js';
import { at, info, isEmpty, isRecord, lossy, type Notes } from './notes.js';

type Details = Record<string, number>;

const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;
const details = ['prompt_tokens_details', 'completion_tokens_details'] as const;

const isKnown = (key: string): boolean =>
  (counts as readonly string[]).includes(key) || (details as readonly string[]).includes(key);

function countOf(
  usage: ProviderUsage,
  key: (typeof counts)[number],
  path: string,
  notes: Notes,
): number | undefined {
  const value: unknown = usage[key];
  if (isCount(value)) return value as number;
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return undefined;
  lossy(notes, 'odd-value', at(path, key), `${value} tokens were rounded.`);
  return Math.round(value);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Details as they are where all of them are counts, else those that are. */
function detailsOf(value: unknown, path: string, key: string, notes: Notes): Details | undefined {
  if (!isRecord(value)) return undefined;
  let clean = true;
  for (const name in value) if (!isCount(value[name])) clean = false;
  if (clean) return value as Details;
  const kept: Details = {};
  const odd: string[] = [];
  for (const name of Object.keys(value)) {
    if (isCount(value[name]) && name !== '__proto__') kept[name] = value[name] as number;
    else if (!isEmpty(value[name])) odd.push(name);
  }
  if (odd.length > 0) {
    lossy(notes, 'dropped-field', at(path, key), `Not counts of tokens, and dropped: ${odd.join(', ')}.`);
  }
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
  let prompt = countOf(usage, 'prompt_tokens', path, notes);
  let completion = countOf(usage, 'completion_tokens', path, notes);
  let total = countOf(usage, 'total_tokens', path, notes);
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
    const kept = detailsOf(usage[key], path, key, notes);
    if (kept !== undefined) result[key] = kept;
  }
  noteExtra(usage, path, notes);
  return result;
}

function noteExtra(usage: object, path: string, notes: Notes): void {
  let extra: string[] | undefined;
  for (const key in usage) {
    if (isKnown(key) || isEmpty((usage as Details)[key])) continue;
    if (extra === undefined) extra = [key];
    else extra.push(key);
  }
  if (extra === undefined) return;
  lossy(notes, 'dropped-field', path, `The usage has no place for: ${extra.join(', ')}.`);
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
