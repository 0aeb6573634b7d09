import type { Dialect } from '../../dialect/types.js';
import { isRolecallError, RolecallError } from '../../errors.js';
import { countByDialect } from '../chat/dialect-count.js';
import { checkLimits } from './limits.js';
import type { FitOptions, FitResult } from './options.js';

/** Two or three are enough where the rule is off by as much a message as it was before. */
const MOST_LOOKS = 16;

interface Look<Message> {
  result: FitResult<Message>;
  /** Of the prompt of the result. */
  tokens: number;
}

/**
 * Fits a history for a model that reads a dialect. A rule that costs no rendering chooses what stays, the prompt of the
 * result is counted as it is written, and the rule gets less room, or more, by as much as it was off. What is returned
 * is within the limit by the count of its own prompt.
 */
export function fitInDialect<Message extends object>(
  dialect: Dialect,
  options: FitOptions<Message>,
  model: string | undefined,
  choose: (options: FitOptions<Message>) => FitResult<Message>,
): FitResult<Message> {
  const { limit, reserve, budget, trimAt, trimTo } = checkLimits({ ...options, model }, []);
  /** The fit with so many tokens less room for the rule. */
  const look = (less: number): Look<Message> => {
    const room = (tokens: number): number => Math.max(0, tokens - less);
    const result = choose({
      ...options,
      limit: Math.max(reserve, limit - less),
      reserve,
      ...(options.trimAt === undefined ? {} : { trimAt: room(trimAt) }),
      ...(options.trimTo === undefined ? {} : { trimTo: room(trimTo) }),
    });
    const request = { messages: result.messages, tools: options.tools };
    return { result, tokens: countByDialect(request, dialect, options).total };
  };
  const found = search(look, budget, options.trimTo === undefined);
  if ('result' in found)
    return { ...found.result, tokens: found.tokens, room: limit - reserve - found.tokens };
  if (found.least === undefined) throw found.error;
  const note = `The prompt has ${found.least} tokens when all is gone that may go, and the limit of ${limit} leaves room for ${budget}.`;
  const details = { limit, budget, needed: found.least };
  throw new RolecallError('over-limit', note, { path: 'messages', details });
}

/** What the rule asks for beyond its room; undefined for any other error. */
function excess(error: unknown): number | undefined {
  if (!isRolecallError(error) || error.code !== 'over-limit') return undefined;
  const { needed = 0, budget = 0 } = error.details ?? {};
  return needed - budget;
}

/**
 * The fullest look within the budget. More room for the rule is a longer prompt, so that a look which is over and one
 * which fits enclose the best.
 */
function search<Message>(
  lookAt: (less: number) => Look<Message>,
  budget: number,
  fills: boolean,
): Look<Message> | { error: unknown; least: number | undefined } {
  let best: Look<Message> | undefined;
  let error: unknown;
  let least: number | undefined;
  let over = -Infinity;
  let under = Infinity;
  for (let looks = 0, less = 0; looks < MOST_LOOKS && under - over > 1; looks += 1) {
    let next: number;
    try {
      const found = lookAt(less);
      const spare = budget - found.tokens;
      if (spare < 0) {
        over = less;
        least = Math.min(least ?? Infinity, found.tokens);
        // The rule has to see that much less than what it has chosen.
        next = less - spare + Math.max(0, found.result.room);
      } else {
        if (best === undefined || found.tokens > best.tokens) best = found;
        if (spare === 0 || found.result.dropped.length === 0 || !fills) break;
        under = less;
        next = less - Math.ceil(spare * 1.5) - 8;
      }
    } catch (thrown) {
      const more = excess(thrown);
      if (more === undefined) throw thrown;
      error ??= thrown;
      under = less;
      next = less - Math.max(more, 1);
    }
    less = next > over && next < under ? next : Math.floor((over + under) / 2);
  }
  return best ?? { error, least };
}
