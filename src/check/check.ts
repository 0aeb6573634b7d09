import { createPool } from '../fetch/pool.js';
import type { Fetch } from '../fetch/types.js';
import { type Client, createClient, type RetryOptions, sleep } from './client.js';
import { checkKey, chosen, type PlanOptions, readUrl, startingFacts } from './plan.js';
import { unanswered } from './read.js';
import { createRedactor } from './redact.js';
import { type Suggestion, suggestionsFor } from './suggest.js';
import type { Answer, Facts, Judgement, Known, Probe, Verdict } from './types.js';

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
  'outOfRoom',
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

/** Takes over what a judge found. */
function learn(facts: Facts, finding: Partial<Facts> = {}): void {
  const stops = { ...facts.stops, ...finding.stops };
  const choices = { ...facts.choices, ...finding.choices };
  Object.assign(facts, finding, { stops, choices });
}

/** Is nothing there that could answer? One that is slow may be so on one path alone. */
function isHopeless(answers: readonly Answer[]): boolean {
  const kinds = answers.map(({ failure }) => failure?.kind);
  if (kinds.includes(undefined)) return false;
  const late = kinds.filter((kind) => kind === 'timeout').length;
  return late > 1 || kinds.some((kind) => kind === 'unreachable' || kind === 'not-http');
}

async function judge(probe: Probe, known: Known, client: Client, signal: AbortSignal): Promise<Judgement> {
  const { facts } = known;
  const blocked = facts.barred ?? probe.blocked?.(known);
  if (blocked !== undefined) return { verdict: 'unknown', seen: blocked };
  const answers: Answer[] = [];
  for (const ask of probe.asks(known)) {
    const last = answers.at(-1);
    const answer =
      last !== undefined && isHopeless(answers) ? { ...last, ask } : await client.ask(ask, signal);
    const silent = probe.judgesAll === true ? undefined : unanswered(answer, facts);
    if (silent !== undefined) return { verdict: 'unknown', seen: silent };
    answers.push(answer);
  }
  return probe.judge(answers, known);
}

/**
 * Asks an endpoint what it really does, probe by probe, and tells what was seen, and how rolecall serves from it. The
 * requests are short, with small limits; `planCheck` tells how many there will be.
 *
 * Throws `invalid-argument` as `planCheck` does, and the reason of `signal` when called off. What goes wrong on the way
 * is a verdict.
 * @example
 * ```ts
 * import { checkEndpoint } from 'rolecall/check';
 * import { echoModel } from 'rolecall/fetch';
 * const { results } = await checkEndpoint({ url: 'http://localhost:8000/v1', only: ['chat'], fetch: echoModel() });
 * results.find(({ id }) => id === 'chat')?.verdict; // 'works'
 * ```
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
