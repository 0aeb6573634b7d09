import { RolecallError } from '../../errors.js';
import { type Fields, isRecord } from '../messages/view.js';

/** The tokens of a usage, whoever reported it. */
export interface UsageTokens {
  prompt: number;
  /** Of the prompt, read from the cache and written to it. */
  cached: number;
  written: number;
  completion: number;
}

/** The first of the fields that is there; `null` is as good as not there. */
function first(usage: Fields, path: string, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = usage[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw new RolecallError('invalid-argument', `The ${name} of the usage is not a count.`, {
      path: `${path}.${name}`,
    });
  }
  return undefined;
}

const inner = (usage: Fields, ...names: readonly string[]): Fields =>
  names.map((name) => usage[name]).find(isRecord) ?? {};

/**
 * Reads a usage. Prompts are `prompt_tokens`, `input_tokens`, `promptTokens`, `inputTokens`; those of the cache are
 * among them, but for Anthropic's, which counts them apart.
 */
export function readUsage(usage: object): UsageTokens {
  const fields = usage as Fields;
  const refuse = () =>
    new RolecallError('invalid-argument', 'The usage has none of the fields in which tokens are told.', {
      path: 'usage',
    });
  if (!isRecord(usage)) throw refuse();
  // Later versions of the AI SDK give an object in place of the number, in what they pass to middleware.
  const wholes = [inner(fields, 'inputTokens'), inner(fields, 'outputTokens')] as const;
  const flat: Fields = {
    ...fields,
    ...('total' in wholes[0] ? { inputTokens: wholes[0]['total'] } : {}),
    ...('total' in wholes[1] ? { outputTokens: wholes[1]['total'] } : {}),
  };
  const prompt = first(flat, 'usage', 'prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens');
  const completion = first(
    flat,
    'usage',
    'completion_tokens',
    'output_tokens',
    'completionTokens',
    'outputTokens',
  );
  if (prompt === undefined && completion === undefined) throw refuse();
  const details = {
    ...inner(flat, 'prompt_tokens_details', 'input_tokens_details', 'input_token_details'),
    ...inner(flat, 'inputTokenDetails', 'inputTokensDetails', 'promptTokensDetails'),
    ...('total' in wholes[0] ? wholes[0] : {}),
  };
  const cached =
    first(details, 'usage', 'cached_tokens', 'cache_read', 'cacheReadTokens', 'cachedTokens', 'cacheRead') ??
    first(flat, 'usage', 'cachedInputTokens', 'prompt_cache_hit_tokens');
  const written = first(
    details,
    'usage',
    'cache_creation',
    'cache_creation_tokens',
    'cache_write_tokens',
    'cacheWriteTokens',
    'cacheWrite',
  );
  const read = first(flat, 'usage', 'cache_read_input_tokens');
  const created = first(flat, 'usage', 'cache_creation_input_tokens');
  const apart = (read ?? 0) + (created ?? 0);
  return {
    prompt: (prompt ?? 0) + apart,
    cached: read ?? cached ?? 0,
    written: created ?? written ?? 0,
    completion: completion ?? 0,
  };
}
