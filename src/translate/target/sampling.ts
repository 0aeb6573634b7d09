import { RolecallError } from '../../errors.js';
import type { CompletionRequest } from '../../schemas/completion.js';
import { info, isEmpty, lossy, type Notes } from '../notes.js';
import type { Capabilities } from './capabilities.js';

/** For what a target refuses: done here where it can be (else dropped with a warning), dropped, or an error. */
export type Unsupported = 'emulate' | 'drop' | 'error';

export interface Target {
  model: string;
  capabilities: Capabilities;
  /** The caller says what it takes, whatever the table knows. */
  stated: boolean;
  unsupported: Unsupported;
}

type Fields = Record<string, unknown>;

/** Completions end after 16 tokens unless they are told otherwise. Source: OpenAI's API description. */
export const defaultMaxTokens = 16;
const defaultHeadroom = 4096;
/** The two names of the limit of a reply. */
const limits: readonly string[] = ['max_completion_tokens', 'max_tokens'];

export const refuses = ({ capabilities }: Target, field: string): boolean =>
  capabilities.refuses.includes(field);

function refuse(target: Target, path: string, what: string, notes: Notes): void {
  const message = `${target.model} does not take ${what}`;
  if (target.unsupported === 'error') throw new RolecallError('unsupported', `${message}.`, { path });
  lossy(notes, 'dropped-field', path, `${message}; it was dropped.`);
}

/** Values that say what would be done without them. */
const defaults: Readonly<Record<string, unknown>> = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  n: 1,
};

/** Takes out what the target refuses. A default is no loss. */
export function leaveOut(fields: Fields, target: Target, notes: Notes): void {
  const { refuses, either } = target.capabilities;
  for (const field of refuses) {
    if (fields[field] === undefined) continue;
    const path = field === 'top_logprobs' ? 'logprobs' : limits.includes(field) ? 'max_tokens' : field;
    if (fields[field] !== defaults[field]) refuse(target, path, field, notes);
    else info(notes, 'dropped-field', path, `${target.model} does not take ${field}; it was the default.`);
    delete fields[field];
  }
  for (const [first, second] of either) {
    if (fields[first] === undefined || fields[second] === undefined) continue;
    refuse(target, second, `${second} beside ${first}`, notes);
    delete fields[second];
  }
}

/** How many choices to ask for, and of how many requests each. */
export interface Choices {
  n: number;
  bestOf: number | null;
  requests: number;
}

/** Temperature, penalties, logprobs, `n` and `best_of`, as the target takes them. */
export function sampling(
  asked: Omit<CompletionRequest, 'model'>,
  fields: Fields,
  target: Target,
  options: { fanOut?: boolean | undefined },
  notes: Notes,
): Choices {
  const { temperature, top_p, frequency_penalty, presence_penalty, logit_bias } = asked;
  for (const [key, value] of Object.entries({ temperature, top_p, frequency_penalty, presence_penalty }))
    if (value !== undefined && value !== null) fields[key] = value;
  if (!isEmpty(logit_bias)) {
    fields['logit_bias'] = logit_bias;
    const message =
      'The token ids of logit_bias belong to one vocabulary; with another model they mean other tokens.';
    if (!refuses(target, 'logit_bias')) lossy(notes, 'other-vocabulary', 'logit_bias', message);
  }
  leaveOut(fields, target, notes);
  const choices = choicesOf(asked, target, options, notes);
  askLogprobs(asked, choices, fields, target, notes);
  const each = choices.requests > 1 ? 1 : (choices.bestOf ?? choices.n);
  if (each > 1 || (asked.n === 1 && choices.bestOf === null)) fields['n'] = each;
  return choices;
}

function choicesOf(
  asked: Omit<CompletionRequest, 'model'>,
  target: Target,
  { fanOut = false }: { fanOut?: boolean | undefined },
  notes: Notes,
): Choices {
  const n = asked.n ?? 1;
  const bestOf = asked.best_of ?? null;
  if (bestOf !== null && bestOf < n) {
    throw new RolecallError('invalid-argument', `best_of (${bestOf}) must not be less than n (${n}).`, {
      path: 'best_of',
    });
  }
  if (bestOf !== null && bestOf > 1 && asked.stream === true) {
    throw new RolecallError('unsupported', 'A stream can not be the best of several.', { path: 'best_of' });
  }
  const choices: Choices = { n, bestOf: bestOf !== null && bestOf > n ? bestOf : null, requests: 1 };
  if (choices.bestOf !== null && refuses(target, 'logprobs')) {
    refuse(target, 'best_of', 'logprobs, by which the best would be found', notes);
    choices.bestOf = null;
  }
  const all = choices.bestOf ?? n;
  if (fanOut) choices.requests = all;
  else if (all > target.capabilities.choices) {
    const message = `${target.model} gives ${target.capabilities.choices} choice at a time`;
    if (target.unsupported === 'error') throw new RolecallError('unsupported', `${message}.`, { path: 'n' });
    info(notes, 'emulated', 'n', `${message}; one request was made for each.`);
    choices.requests = all;
  }
  if (choices.bestOf !== null) {
    info(notes, 'emulated', 'best_of', `${all} choices are asked for; the likeliest ${n} of them are kept.`);
  } else if (bestOf !== null && bestOf === n && n > 1) {
    info(notes, 'emulated', 'best_of', 'best_of is equal to n, so all choices are kept.');
  }
  return choices;
}

function askLogprobs(
  asked: Omit<CompletionRequest, 'model'>,
  choices: Choices,
  fields: Fields,
  target: Target,
  notes: Notes,
): void {
  const logprobs = asked.logprobs ?? null;
  if (asked.echo === true && logprobs !== null) {
    const message = 'A chat model gives no logprobs of the prompt, which echo and logprobs together ask for.';
    throw new RolecallError('unsupported', message, { path: 'echo' });
  }
  if (logprobs === null) {
    if (choices.bestOf !== null) fields['logprobs'] = true;
    return;
  }
  if (refuses(target, 'logprobs')) {
    refuse(target, 'logprobs', 'logprobs', notes);
    return;
  }
  fields['logprobs'] = true;
  const most = target.capabilities.topLogprobs;
  fields['top_logprobs'] = Math.min(logprobs, most);
  if (logprobs > most) {
    lossy(notes, 'clipped', 'logprobs', `${target.model} gives at most ${most} alternatives for a token.`);
  }
}

/** The limit of the reply: the old default is written out, since chat has none. */
export function limitReply(
  asked: Omit<CompletionRequest, 'model'>,
  fields: Fields,
  target: Target,
  options: {
    maxTokensField?: 'max_completion_tokens' | 'max_tokens' | undefined;
    reasoningHeadroom?: number | undefined;
  },
  notes: Notes,
): void {
  const { capabilities } = target;
  let limit = asked.max_tokens ?? null;
  if (limit === 0) {
    const message =
      asked.echo === true
        ? 'echo with max_tokens 0 asks for the prompt alone, which a chat model does not give.'
        : 'A chat model can not be asked for 0 tokens.';
    throw new RolecallError('unsupported', message, { path: 'max_tokens' });
  }
  const field =
    capabilities.maxTokens === 'either'
      ? (options.maxTokensField ?? 'max_completion_tokens')
      : capabilities.maxTokens;
  // Servers that know -1 mean by it what chat means by no limit at all.
  if (limit === -1) {
    info(
      notes,
      'default-max-tokens',
      'max_tokens',
      'max_tokens -1 means no limit, which in chat is not to set one.',
    );
    return;
  }
  if (limit === null) {
    limit = defaultMaxTokens;
    const message = `max_tokens is not set; the default of completions, ${defaultMaxTokens}, was written out.`;
    info(notes, 'default-max-tokens', 'max_tokens', message);
  }
  if (capabilities.reasons) {
    const headroom = options.reasoningHeadroom ?? defaultHeadroom;
    limit += headroom;
    if (headroom > 0) {
      const message = `${target.model} reasons out of sight; ${headroom} tokens were added for that, and the reply may be longer.`;
      if (options.reasoningHeadroom === undefined) lossy(notes, 'reasoning-headroom', 'max_tokens', message);
      else info(notes, 'reasoning-headroom', 'max_tokens', message);
    }
  }
  fields[field] = limit;
}
