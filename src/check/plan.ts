import { RolecallError } from '../errors.js';
import type { DialectName } from '../formats/index.generated.js';
import { dialectFor } from '../formats/models.js';
import { didYouMean } from '../text/nearest.js';
import { estimateCost } from '../tokens/chat/cost.js';
import { capabilitiesOf } from '../translate/target/capabilities.js';
import { keyOf, tokensOf } from './asks.js';
import { candidates } from './probes/address.js';
import { probes } from './probes/index.js';
import type { CheckTokenizer, Facts, Known, Probe } from './types.js';

/** What is to be checked. */
export interface PlanOptions {
  /** The address, with or without `/v1`; a query (Azure's `api-version`) goes along with each request. */
  url: string;
  /** The model to ask (default: the cheapest of the list whose price is known, else the first). */
  model?: string | undefined;
  /** The key. It is sent once the server has said that it wants one, and is in nothing that comes out. */
  key?: string | undefined;
  /** The dialect that the model was trained on (default: as llama.cpp says that it writes chats, else by the model's name). */
  dialect?: DialectName | undefined;
  /** The model's tokenizer: it takes one to see whether BOS is added, but of llama.cpp, which counts itself. */
  tokenizer?: CheckTokenizer | undefined;
  /** The probes to run, with those that they build on; `tools-*` names several. */
  only?: readonly string[] | undefined;
  /** The probes to leave out. */
  skip?: readonly string[] | undefined;
  /** Send a prompt of some 150,000 tokens too, to see what window the refusal names (default false: it costs where it is taken). */
  overlong?: boolean | undefined;
  /** More tokens for each reply of the chat API, so that a model that thinks first comes to answer (default 0). */
  room?: number | undefined;
}

/** What a check will send at most, repeats after a rate limit apart. */
export interface CheckPlan {
  probes: string[];
  requests: number;
  promptTokens: number;
  completionTokens: number;
  /** US dollars; undefined where the model has no listed price. */
  cost: number | undefined;
}

/** The address without an endpoint at its end, and its query. Throws `invalid-argument`, and never says what it was given. */
export function readUrl(given: string): { address: string; search: string } {
  const refuse = (why: string): RolecallError => new RolecallError('invalid-argument', why, { path: 'url' });
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw refuse('This is not a URL: one looks like http://localhost:8000/v1.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('The URL must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw refuse('The URL must not hold a user and a password; a key comes from the environment.');
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/completions|completions|models)$/, '');
  return { address: url.origin + path, search: url.search };
}

export function checkKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]+$/.test(key)) return;
  throw new RolecallError('invalid-argument', 'The key has characters that no header can carry.', {
    path: 'key',
  });
}

/** The probes that a name or a pattern means. Throws `invalid-argument` where there is none. */
function named(names: readonly string[], path: string): Set<string> {
  const ids = new Set<string>();
  for (const name of names) {
    const fits = probes.filter(({ id }) =>
      name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : id === name,
    );
    if (fits.length === 0) {
      const known = probes.map(({ id }) => id);
      throw new RolecallError(
        'invalid-argument',
        `There is no probe "${name}".${didYouMean(name, known) || ` There are ${known.join(', ')}.`}`,
        { path },
      );
    }
    for (const { id } of fits) ids.add(id);
  }
  return ids;
}

/** The probes to run, in their order: those that are asked for, and what they build on. */
export function chosen({ only, skip = [] }: PlanOptions): Probe[] {
  const left = named(skip, 'skip');
  const wanted = only === undefined ? new Set(probes.map(({ id }) => id)) : named(only, 'only');
  for (const probe of [...probes].reverse())
    if (wanted.has(probe.id)) for (const id of probe.after) wanted.add(id);
  return probes.filter(({ id }) => wanted.has(id) && !left.has(id));
}

/** What is known before anything is asked. */
export function startingFacts(options: PlanOptions, address: string): Facts {
  const { model, key, dialect, overlong = false, room = 0 } = options;
  const guess = dialect ?? (model === undefined ? undefined : (dialectFor(model) ?? undefined));
  const takes = model === undefined ? 'either' : capabilitiesOf(model).maxTokens;
  return {
    given: address,
    base: candidates(address)[0],
    model: model ?? 'default',
    modelGiven: model !== undefined,
    hasKey: key !== undefined,
    auth: 'bearer',
    limitField: takes === 'either' ? 'max_tokens' : takes,
    stops: {},
    choices: {},
    overlong,
    room,
    ...(guess === undefined ? {} : { dialect: guess, dialectGuessed: dialect === undefined }),
  };
}

/**
 * What a check will send, without sending anything.
 * Throws `invalid-argument` for a URL that is none, or a probe that there is not.
 * @example
 * ```ts
 * import { planCheck } from 'rolecall/check';
 * const { requests, cost } = planCheck({ url: 'http://localhost:8000/v1', model: 'gpt-4o-mini' });
 * ```
 */
export function planCheck(options: PlanOptions): CheckPlan {
  const { address } = readUrl(options.url);
  checkKey(options.key);
  const facts = startingFacts(options, address);
  // What may be found, and is more work.
  const most: Facts = { dialect: 'chatml', baseUnsure: true, server: 'llama.cpp', bosToken: '<s>', ...facts };
  const known: Known = { facts: most, tokenizer: options.tokenizer };
  const list = chosen(options);
  const asks = list.flatMap((probe) => (probe.blocked?.(known) === undefined ? probe.asks(known) : []));
  const once = [...new Map(asks.map((ask) => [keyOf(ask), ask])).values()];
  const tokens = once.map(tokensOf);
  const promptTokens = tokens.reduce((total, { prompt }) => total + prompt, 0);
  const completionTokens = tokens.reduce((total, { completion }) => total + completion, 0);
  return {
    probes: list.map(({ id }) => id),
    requests: once.length,
    promptTokens,
    completionTokens,
    cost:
      options.model === undefined
        ? undefined
        : estimateCost({ model: options.model, promptTokens, completionTokens }).total,
  };
}
