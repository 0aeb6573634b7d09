import { RolecallError } from '../errors.js';
import { createPool } from '../fetch/pool.js';
import type { Fetch } from '../fetch/types.js';
import { didYouMean } from '../nearest.js';
import type { DialectName } from '../prompt/dialects/index.js';
import { estimateCost } from '../tokens/cost.js';
import { capabilitiesOf } from '../translate/capabilities.js';
import { keyOf, tokensOf } from './asks.js';
import { type Client, createClient, type RetryOptions } from './client.js';
import { dialectOfModel } from './dialect-of-model.js';
import { candidates } from './probes/address.js';
import { probes } from './probes/index.js';
import { unanswered } from './read.js';
import { createRedactor } from './redact.js';
import { type Suggestion, suggestionsFor } from './suggest.js';
import type { Answer, CheckTokenizer, Facts, Judgement, Known, Probe, Verdict } from './types.js';

/** What is to be checked. */
export interface PlanOptions {
  /** The address, with or without `/v1`; a query (Azure's `api-version`) goes along with each request. */
  url: string;
  /** The model to ask (default: the cheapest of the list whose price is known, else the first). */
  model?: string | undefined;
  /** The key. It is sent once the server has said that it wants one, and is in nothing that comes out. */
  key?: string | undefined;
  /** The dialect that the model was trained on (default: by the model's name). */
  dialect?: DialectName | undefined;
  /** The model's tokenizer: it takes one to see whether BOS is added. */
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

export interface CheckOptions extends PlanOptions {
  /** What sends the requests (default: the global `fetch`). */
  fetch?: Fetch | undefined;
  /** The longest wait for a response, in milliseconds (default 60,000). */
  timeout?: number | undefined;
  /** How many probes run at a time (default 4). */
  concurrency?: number | undefined;
  retry?: Partial<RetryOptions> | undefined;
  /** Waits for a rate limit, no longer than until it is called off (default: a timer). */
  sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Milliseconds since 1970, for a `Retry-After` with a date (default: the clock's). */
  now?: (() => number) | undefined;
  signal?: AbortSignal | undefined;
  /** Hears of each probe that is done. */
  onProgress?: ((progress: CheckProgress) => void) | undefined;
  /** Hears that a rate limit is waited for, and for how many milliseconds the server asks. */
  onWait?: ((ms: number) => void) | undefined;
}

export interface CheckProgress {
  done: number;
  total: number;
  /** The probe that was done last. */
  id: string;
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

export interface CheckResult {
  id: string;
  title: string;
  verdict: Verdict;
  seen: string;
}

const found = [
  'base',
  'model',
  'models',
  'needsKey',
  'auth',
  'chat',
  'completions',
  'limitFields',
  'thinks',
  'server',
  'contextWindow',
  'stops',
  'choices',
  'completionsJson',
  'addsBos',
  'hidesSpecialTokens',
  'dialect',
] as const satisfies readonly (keyof Facts)[];

/** What was found, as far as it was. */
export type Findings = Partial<Pick<Facts, (typeof found)[number]>>;

export interface CheckReport {
  url: string;
  results: CheckResult[];
  findings: Findings;
  /** How rolecall serves from this endpoint. */
  suggestions: Suggestion[];
  /** What was sent, and the tokens that the responses say it took (streams apart). */
  spent: Client['spent'];
}

/** The address without an endpoint at its end, and its query. Throws `invalid-argument`, and never says what it was given. */
function readUrl(given: string): { address: string; search: string } {
  const refuse = (why: string): RolecallError => new RolecallError('invalid-argument', why, { path: 'url' });
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw refuse('The URL is none; it is written as http://localhost:8000/v1.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refuse('The URL must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw refuse('The URL must not hold a user and a password; a key comes from the environment.');
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/completions|completions|models)$/, '');
  return { address: url.origin + path, search: url.search };
}

/** Values of a query that may be secrets: by their names, or long; a version is none. */
const secretsIn = (search: string): string[] =>
  [...new URLSearchParams(search)]
    .filter(([name, value]) => /key|token|secret|sig|auth|pass|code/i.test(name) || value.length >= 8)
    .filter(([name]) => name !== 'api-version')
    .map(([, value]) => value);

/** An address without the secrets in its path. It is an address still, and `v1` is one whatever the key. */
function cleanAddress(address: string, redact: (text: string) => string): string {
  const { origin } = new URL(address);
  const segments = address.slice(origin.length).split('/');
  return origin + segments.map((one) => (one.length < 8 ? one : redact(one))).join('/');
}

function checkKey(key: string | undefined): void {
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
function chosen({ only, skip = [] }: PlanOptions): Probe[] {
  const left = named(skip, 'skip');
  const wanted = only === undefined ? new Set(probes.map(({ id }) => id)) : named(only, 'only');
  for (const probe of [...probes].reverse())
    if (wanted.has(probe.id)) for (const id of probe.after) wanted.add(id);
  return probes.filter(({ id }) => wanted.has(id) && !left.has(id));
}

function startingFacts(options: PlanOptions, address: string): Facts {
  const { model, key, dialect, overlong = false, room = 0 } = options;
  const guess = dialect ?? (model === undefined ? undefined : dialectOfModel(model));
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
 */
export function planCheck(options: PlanOptions): CheckPlan {
  const { address } = readUrl(options.url);
  checkKey(options.key);
  const facts = startingFacts(options, address);
  // What may be found, and is more work.
  const most: Facts = { dialect: 'chatml', baseUnsure: true, ...facts };
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

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });

/** Takes over what a judge found. */
function learn(facts: Facts, finding: Partial<Facts> = {}): void {
  const stops = { ...facts.stops, ...finding.stops };
  const choices = { ...facts.choices, ...finding.choices };
  Object.assign(facts, finding, { stops, choices });
}

async function judge(probe: Probe, known: Known, client: Client, signal: AbortSignal): Promise<Judgement> {
  const { facts } = known;
  const blocked = facts.barred ?? probe.blocked?.(known);
  if (blocked !== undefined) return { verdict: 'unknown', seen: blocked };
  const answers: Answer[] = [];
  for (const ask of probe.asks(known)) answers.push(await client.ask(ask, signal));
  const silent =
    probe.judgesAll === true
      ? undefined
      : answers.map((answer) => unanswered(answer, facts)).find((why) => why !== undefined);
  return silent === undefined ? probe.judge(answers, known) : { verdict: 'unknown', seen: silent };
}

/**
 * Asks an endpoint what it really does, probe by probe, and tells what was seen, and how rolecall serves from it. The
 * requests are short, with small limits; `planCheck` tells how many there will be.
 *
 * Throws `invalid-argument` as `planCheck` does, and the reason of `signal` when called off. What goes wrong on the way
 * is a verdict.
 */
export async function checkEndpoint(options: CheckOptions): Promise<CheckReport> {
  const { address, search } = readUrl(options.url);
  checkKey(options.key);
  const list = chosen(options);
  const signal = options.signal ?? new AbortController().signal;
  const { concurrency = 4, timeout = 60_000, onProgress, onWait = () => {} } = options;
  const client = createClient({
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    key: options.key,
    search,
    timeout,
    retry: { retries: 5, minTimeout: 1000, maxTimeout: 60_000, ...options.retry },
    sleep: options.sleep ?? sleep,
    now: options.now ?? Date.now,
    onWait,
  });
  const facts = startingFacts(options, address);
  const known: Known = { facts, tokenizer: options.tokenizer };
  const pool = createPool(concurrency, signal);
  const running = new Map<string, Promise<CheckResult>>();
  let done = 0;

  async function runProbe(probe: Probe): Promise<CheckResult> {
    await Promise.all(probe.after.map((id) => running.get(id)));
    const place = await pool.enter();
    try {
      const { verdict, seen, finding } = await judge(probe, known, client, place.signal);
      learn(facts, finding);
      done += 1;
      onProgress?.({ done, total: list.length, id: probe.id });
      return { id: probe.id, title: probe.title, verdict, seen };
    } finally {
      place.leave();
    }
  }

  for (const probe of list) {
    const result = runProbe(probe);
    // Those that wait for one that failed fail with it.
    result.catch(() => undefined);
    running.set(probe.id, result);
  }
  let results: CheckResult[];
  try {
    results = await Promise.all(running.values());
  } finally {
    pool.close();
  }

  const redact = createRedactor([...(options.key === undefined ? [] : [options.key]), ...secretsIn(search)]);
  // All that can hold a text of the server's.
  const clean: Facts = {
    ...facts,
    base: cleanAddress(facts.base, redact),
    model: facts.modelGiven ? facts.model : redact(facts.model),
  };
  if (facts.models !== undefined) clean.models = facts.models.map(redact);
  return {
    url: cleanAddress(address, redact),
    results: results.map((result) => ({ ...result, seen: redact(result.seen) })),
    findings: findingsIn(clean),
    suggestions: suggestionsFor(clean, search !== ''),
    spent: client.spent,
  };
}

const findingsIn = (facts: Facts): Findings =>
  Object.fromEntries(found.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]])));
