import { RolecallError, type Warning } from '../../errors.js';
import { type FoundModel, type ModelOverrides, modelInfo } from '../models/catalogue.js';

/** A number of tokens, or a share of the model's context window: `{share: 0.5}` is half of it. */
export type TokenLimit = number | { share: number };

/** What bounds a fit. */
export interface LimitOptions {
  model?: string | undefined;
  models?: ModelOverrides | undefined;
  limit?: TokenLimit | undefined;
  reserve?: TokenLimit | undefined;
  trimAt?: number | undefined;
  trimTo?: number | undefined;
}

/** The limits of a fit, all in prompt tokens but `limit` and `reserve`. */
export interface Limits {
  limit: number;
  reserve: number;
  budget: number;
  trimAt: number;
  trimTo: number;
}

/** The share of the window that a reply gets at most, where nothing is said of it. */
const MOST_REPLY = 1 / 4;

export function refuse(message: string, path: string): never {
  throw new RolecallError('invalid-argument', message, { path });
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && !Number.isNaN(value);

/** A limit in tokens. */
function inTokens(value: TokenLimit, path: string, window: number | undefined): number {
  if (typeof value !== 'object' || value === null) {
    if (!isCount(value)) refuse(`${path} is a number of tokens, or {share} of the window.`, path);
    return value;
  }
  const { share } = value;
  if (!(share > 0 && share <= 1))
    refuse('A share of the window is more than 0 and at most 1.', `${path}.share`);
  if (window === undefined)
    refuse('The window that this is a share of is not known: say the model, or the tokens.', path);
  return Math.floor(share * window);
}

/** Room for a reply: the most that the model writes, at most a quarter of its window. */
function replyRoom({ contextWindow = 0, maxOutput = contextWindow }: FoundModel): number {
  return Math.floor(Math.min(maxOutput, contextWindow * MOST_REPLY));
}

/** Limit and reserve, before the model's own bounds. */
function asked(options: LimitOptions, known: FoundModel | undefined): { limit: number; reserve: number } {
  const window = known?.contextWindow;
  const reserveOf = (otherwise: number): number =>
    options.reserve === undefined ? otherwise : inTokens(options.reserve, 'reserve', window);
  if (options.limit !== undefined)
    return { limit: inTokens(options.limit, 'limit', window), reserve: reserveOf(0) };
  if (known === undefined || window === undefined)
    refuse('There is no limit, and no window of a model is known: say one of the two.', 'limit');
  return { limit: window, reserve: reserveOf(replyRoom(known)) };
}

/**
 * The limits of the options, checked. Without a `limit` it is the model's window; and a prompt never gets more than the
 * model takes, which is said in a warning where more was asked for.
 */
export function checkLimits(options: LimitOptions, warnings: Warning[]): Limits {
  const { model } = options;
  const known = model === undefined ? undefined : modelInfo(model, options.models);
  const { reserve, ...given } = asked(options, known);
  const window = known?.contextWindow ?? Infinity;
  const limit = Math.min(given.limit, window);
  if (!(limit - reserve >= 0)) refuse('The reserve is more than the limit.', 'reserve');
  const budget = Math.min(limit - reserve, known?.maxInput ?? Infinity);
  if (options.limit !== undefined && given.limit - reserve > budget)
    warnings.push({
      code: 'limit-lowered',
      path: 'limit',
      message: `${model} takes ${budget} tokens of prompt at most beside this reserve, so that is the limit.`,
      severity: 'info',
    });
  const { trimAt = given.limit - reserve, trimTo = trimAt } = options;
  if (!isCount(trimAt)) refuse('trimAt is a number of tokens.', 'trimAt');
  if (!isCount(trimTo) || trimTo > trimAt) refuse('trimTo is a number of tokens up to trimAt.', 'trimTo');
  return { limit, reserve, budget, trimAt: Math.min(trimAt, budget), trimTo: Math.min(trimTo, budget) };
}
