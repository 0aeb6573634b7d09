import { type Command, Option } from 'commander';
import type { CheckPlan, CheckReport, CheckResult, CheckTokenizer } from '../check/index.js';
import { isRolecallError } from '../errors.js';
import type { DialectName } from '../formats/index.generated.js';
import { readTokenizer } from './count-tokenizer.js';
import { list, wholeNumber } from './flags.js';
import { type CliIO, UsageError } from './io.js';
import {
  checkWritable,
  columnsFor,
  isFile,
  type OutputFlag,
  wantsJson,
  withOutput,
  writeOutput,
} from './outputs.js';
import { bar, grouped, preview, table, wrapped } from './text.js';

interface CheckFlags extends OutputFlag {
  model?: string;
  keyEnv?: string;
  key?: string;
  apiKey?: string;
  dialect?: string;
  tokenizer?: string;
  only?: string[];
  skip?: string[];
  overlong?: boolean;
  room?: string;
  timeout?: string;
  concurrency?: string;
  json?: boolean;
  yes?: boolean;
}

/** More requests than this are not sent without a yes. */
const handful = 5;
const usualKey = 'OPENAI_API_KEY';

function keyOf(io: CliIO, flags: CheckFlags): string | undefined {
  if (flags.key !== undefined || flags.apiKey !== undefined) {
    throw new UsageError(
      'a key on the command line can be seen by everybody on the machine: --key-env names the variable that has it.',
    );
  }
  const key = io.env?.(flags.keyEnv ?? usualKey)?.trim();
  if (key !== undefined && key !== '') return key;
  if (flags.keyEnv !== undefined) throw new UsageError('the variable that --key-env names is not set.');
  return undefined;
}

async function dialectOf(name: string | undefined): Promise<DialectName | undefined> {
  if (name === undefined) return undefined;
  const { resolveDialect } = await import('../formats/find.js');
  resolveDialect(name as DialectName);
  return name as DialectName;
}

/**
 * A tokenizer.json, or the name of a model or an encoding. One of a kind that is not read here is done without: it is for
 * one probe of many.
 */
async function tokenizerOf(io: CliIO, name: string | undefined): Promise<CheckTokenizer | undefined> {
  if (name === undefined) return undefined;
  try {
    return await readTokenizer(io, name);
  } catch (error) {
    if (!isRolecallError(error) || !name.endsWith('.json')) throw error;
    io.stderr(`rolecall: --tokenizer: ${error.message.replace(/\.?$/, '.')} The check goes on without it.\n`);
    return undefined;
  }
}

/** What will be sent, in a sentence or two. */
function planText(plan: CheckPlan, { model }: CheckFlags, keyFrom: string | undefined): string {
  const { requests, promptTokens, completionTokens, cost } = plan;
  if (promptTokens + completionTokens === 0) return `up to ${requests} requests, which cost no tokens.`;
  const tokens = `about ${grouped(promptTokens)} tokens of prompts and at most ${grouped(completionTokens)} of replies`;
  const price =
    cost !== undefined
      ? `, $${cost.toFixed(cost < 0.1 ? 4 : 2)} at the listed price of ${preview(model ?? '', 60)}`
      : model === undefined
        ? ' (--model names one, for its price)'
        : ' (the model has no listed price)';
  const key =
    keyFrom === undefined
      ? ''
      : ` If the server asks for a key, it is sent the one in ${preview(keyFrom, 60)}.`;
  return `up to ${requests} requests, ${tokens}${price}.${key}`;
}

const longestSeen = 600;
/** More probes than this that share a reason are counted, not named. */
const mostNamed = 12;

/** What the probes found; those that could not tell stand below, by their reasons. */
function resultText(results: readonly CheckResult[], columns: number | undefined): string {
  const told = results.filter(({ verdict }) => verdict !== 'unknown');
  const widest = Math.max(5, ...told.map(({ id }) => id.length));
  const room = columns === undefined ? Infinity : Math.max(24, columns - widest - 12);
  const rows = told.map(({ id, verdict, seen }) => [id, verdict, wrapped(preview(seen, longestSeen), room)]);
  const reasons = new Map<string, string[]>();
  for (const { id, verdict, seen } of results)
    if (verdict === 'unknown') reasons.set(seen, [...(reasons.get(seen) ?? []), id]);
  const untold = [...reasons].map(([why, ids]) => {
    const which = ids.length > mostNamed ? `${ids.length} probes` : ids.join(', ');
    const text = wrapped(`${which}: ${preview(why, longestSeen)}`, (columns ?? Infinity) - 4);
    return `  ${text.replaceAll('\n', '\n    ')}\n`;
  });
  return `${table(['probe', 'verdict', 'seen'], rows)}${untold.length > 0 ? `\nNot told:\n${untold.join('')}` : ''}`;
}

function suggestionText({ suggestions }: CheckReport, shellWord: (word: string) => string): string {
  if (suggestions.length === 0) return '';
  const parts = suggestions.map(({ direction, command, code, notes }) => {
    const what = direction === 'chat-over-completions' ? 'Chat' : 'Completions';
    const line = command === undefined ? '' : `  rolecall ${command.map(shellWord).join(' ')}\n`;
    return `\n${what} from it:\n${line}  ${code}\n${notes.map((note) => `  # ${note}\n`).join('')}`;
  });
  return parts.map((part) => part.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '')).join('');
}

/** A line on standard error while the probes run, where that is a terminal; nothing in a pipe. */
function progressLine(io: CliIO) {
  const columns = io.columns?.stderr;
  if (columns === undefined) return { show: () => {}, clear: () => {} };
  return {
    show: (done: number, total: number, words: string): void => {
      const line = `${bar(done / total, 20)} ${done}/${total}  ${words}`;
      io.stderr(`\r${line.slice(0, Math.max(0, columns - 1))}\x1b[K`);
    },
    clear: (): void => io.stderr('\r\x1b[K'),
  };
}

/** What a shell says of a command that was stopped. */
const stoppedCode = 130;

/** Checks an endpoint; gives the exit code. */
async function check(io: CliIO, url: string, flags: CheckFlags): Promise<number> {
  const key = keyOf(io, flags);
  const { checkEndpoint, planCheck } = await import('../check/index.js');
  const { shellWord } = await import('../check/suggest.js');
  const options = {
    url,
    key,
    model: flags.model,
    dialect: await dialectOf(flags.dialect),
    tokenizer: await tokenizerOf(io, flags.tokenizer),
    only: flags.only,
    skip: flags.skip,
    overlong: flags.overlong,
    room: flags.room === undefined ? undefined : wholeNumber(flags.room, '--room'),
    timeout: flags.timeout === undefined ? undefined : wholeNumber(flags.timeout, '--timeout') * 1000,
    concurrency:
      flags.concurrency === undefined ? undefined : wholeNumber(flags.concurrency, '--concurrency'),
  };
  const plan = planCheck(options);
  await checkWritable(io, [['-o', flags.output]]);
  const keyFrom = key === undefined ? undefined : (flags.keyEnv ?? usualKey);
  io.stderr(`rolecall: ${planText(plan, flags, keyFrom)}\n`);
  if (plan.requests > handful && flags.yes !== true) {
    if (io.question === undefined) {
      io.stderr(`rolecall: nothing was sent; --yes sends more than ${handful}, --only asks less.\n`);
      return 2;
    }
    const said = await io.question('Send them? [y/N] ');
    if (!/^\s*y(es)?\s*$/i.test(said)) {
      io.stderr('rolecall: nothing was sent.\n');
      return 2;
    }
  }

  const line = progressLine(io);
  const { length: total } = plan.probes;
  let done = 0;
  line.show(0, total, '');
  const stop = new AbortController();
  void io.untilStopped?.().then(() => stop.abort());
  let report: CheckReport;
  try {
    report = await checkEndpoint({
      ...options,
      signal: stop.signal,
      ...(io.fetch === undefined ? {} : { fetch: (input, init) => io.fetch!(input, init) }),
      onProgress: (progress) => {
        done = progress.done;
        line.show(done, total, progress.id);
      },
      onWait: (ms) =>
        line.show(done, total, `waiting${ms === 0 ? '' : ` ${Math.ceil(ms / 1000)} s`} for a rate limit`),
    });
  } catch (error) {
    line.clear();
    if (!stop.signal.aborted) throw error;
    io.stderr(`rolecall: stopped, with ${done} of ${total} probes done.\n`);
    return stoppedCode;
  }
  line.clear();
  const { requests, promptTokens, completionTokens } = report.spent;
  const json = wantsJson(flags);
  const text = json
    ? `${JSON.stringify({ ...report, plan }, null, 2)}\n`
    : resultText(report.results, columnsFor(io, flags.output)) + suggestionText(report, shellWord);
  try {
    await writeOutput(io, text, flags.output);
  } catch (error) {
    // The requests are spent: what they told is not lost with the file.
    if (isFile(flags.output)) io.stdout(text);
    throw error;
  }
  if (!json) {
    io.stderr(
      `rolecall: ${requests} ${requests === 1 ? 'request was' : 'requests were'} sent; ${grouped(promptTokens)} and ${grouped(completionTokens)} tokens by the usage in the responses.\n`,
    );
  }
  const failed = (id: string): boolean =>
    report.results.some((result) => result.id === id && result.verdict === 'fails');
  if (failed('auth') && key === undefined)
    io.stderr(`rolecall: set ${usualKey}, or name another variable with --key-env.\n`);
  const { models = [], needsKey } = report.findings;
  const isIn = needsKey !== undefined && !failed('auth') && !failed('auth-header');
  if (isIn && flags.model === undefined && models.length === 0 && !isUsable(report))
    io.stderr('rolecall: no models are listed: --model names one.\n');
  if (report.findings.outOfRoom === true)
    io.stderr(
      'rolecall: the limit was used up before a reply, as by a model that thinks first: --room 1000 leaves more tokens.\n',
    );
  return isUsable(report) ? 0 : 1;
}

/** Did the endpoint let requests in, and one of the APIs that were asked answer? */
function isUsable({ results, findings }: CheckReport): boolean {
  const verdicts = new Map(results.map(({ id, verdict }) => [id, verdict]));
  if (verdicts.get('base-url') === 'unknown') return false;
  if (['base-url', 'base-url-key', 'auth', 'auth-header'].some((id) => verdicts.get(id) === 'fails'))
    return false;
  const asked = (['chat', 'completions'] as const).filter((api) => verdicts.has(api));
  return asked.length === 0 || asked.some((api) => findings[api] === true);
}

export function addCheckCommand(command: Command, io: CliIO, exit: (code: number) => void): void {
  withOutput(
    command.command('check'),
    'write the report to this file, as JSON where its name ends in .json (default: standard output)',
  )
    .description('ask an OpenAI-compatible endpoint what it really does')
    .argument('<url>', 'its address, with or without /v1')
    .option('--model <name>', 'the model to ask (default: the cheapest of those that it lists)')
    .option('--key-env <name>', `the environment variable that has the key (default: ${usualKey})`)
    .option(
      '--dialect <name>',
      "the format of prompts that the model was trained on (default: what llama.cpp writes, else by the model's name)",
    )
    .option(
      '--tokenizer <name>',
      "the model's tokenizer.json, or an encoding: with it the check tells whether the server adds the token that begins a text (BOS); llama.cpp's own tells it without one",
    )
    .option('--only <probes>', 'run these probes, and those that they build on; tools-* names several', list)
    .option('--skip <probes>', 'run all probes but these', list)
    .option('--overlong', 'send a prompt longer than most windows too; where it is taken, it costs')
    .option('--room <tokens>', 'more tokens for each reply, for a model that thinks first (default: none)')
    .option('--timeout <seconds>', 'the longest wait for a response (default: 60)')
    .option('--concurrency <number>', 'probes that run at a time (default: 4)')
    .option('--json', 'print JSON')
    .option('-y, --yes', `send more than ${handful} requests without being asked`)
    .addOption(new Option('--key <key>').hideHelp())
    .addOption(new Option('--api-key <key>').hideHelp())
    .addHelpText(
      'after',
      '\nExamples:\n  $ rolecall check http://localhost:8000/v1 --yes\n  $ rolecall check https://api.example.com --key-env EXAMPLE_KEY --model small \\\n      -o report.json\n  $ rolecall check http://localhost:8080 --only completions-bos \\\n      --tokenizer tokenizer.json',
    )
    .action(async (url: string, flags: CheckFlags) => exit(await check(io, url, flags)));
}
