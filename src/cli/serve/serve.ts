import { type Command, Option } from 'commander';
import type { Dialect } from '../../dialect/types.js';
import { isRolecallError } from '../../errors.js';
import type { Direction, Handler, HandlerOptions } from '../../fetch/index.js';
import type { DialectName } from '../../formats/index.generated.js';
import { wholeNumber } from '../flags.js';
import { type CliIO, type Listening, UsageError } from '../io.js';
import { type OutputFlag, withOutput } from '../outputs.js';
import { dialectFlag } from '../template.js';
import { createHostCheck, listensToItself } from './hosts.js';
import { readModelMap } from './model-map.js';
import { addEdgeFlags, edgeOptionsOf, flagOf } from './serve-flags.js';
import { createServeLog, type LogFormat } from './serve-log.js';
import type { UpstreamDialect } from './upstream-dialect.js';
import { inFlags } from './wording.js';

/** The flags that are no options of the edge, or not as they are; the others stand in `serve-flags.ts`. */
export interface ServeFlags extends OutputFlag {
  upstream: string;
  direction: Direction;
  dialect?: string;
  template?: string;
  tokenizer?: string;
  modelMap?: string[];
  header?: string[];
  keyEnv?: string;
  host: string;
  port: string;
  cors?: string[];
  allowHost?: string[];
  clientKeyEnv?: string;
  open?: boolean;
  maxRequests?: string;
  drain: string;
  log: LogFormat;
  quiet?: boolean;
}

/** A key from the environment. */
function keyFrom(io: CliIO, name: string | undefined, flag: string): string | undefined {
  if (name === undefined) return undefined;
  const key = io.env?.(name);
  if (key === undefined || key === '')
    throw new UsageError(`${flag}: there is no ${name} in the environment.`);
  return key;
}

/** Headers for the upstream, as `Name: value`. */
function headersOf(io: CliIO, { header = [], keyEnv }: ServeFlags): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const one of header) {
    const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):\s*(.*)$/.exec(one) ?? [];
    if (name === undefined) throw new UsageError(`--header takes "Name: value", not "${one}".`);
    headers[name] = value!;
  }
  const key = keyFrom(io, keyEnv, '--key-env');
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  return Object.keys(headers).length === 0 ? undefined : headers;
}

/** The dialect that flags give, or that the server tells; undefined where prompts come in, and are read by evidence. */
async function chosenDialect(
  io: CliIO,
  flags: ServeFlags,
  { headers, model }: Pick<HandlerOptions, 'headers' | 'model'>,
): Promise<UpstreamDialect | undefined> {
  const { saysOf, upstreamDialect } = await import('./upstream-dialect.js');
  const given = await dialectFlag<DialectName>(io, flags);
  if (given !== undefined) {
    const why = flags.template === undefined ? 'as --dialect says' : `from ${flags.template}`;
    return { dialect: given, says: saysOf(given, why) };
  }
  const { upstream, direction } = flags;
  if (direction === 'completions-over-chat') return undefined;
  if (upstream === 'echo') return { dialect: 'chatml', says: saysOf('chatml', 'the dialect of the echo') };
  return await upstreamDialect(io, {
    upstream,
    headers,
    model: typeof model === 'string' ? model : undefined,
  });
}

/** The options of the handler that flags ask for. */
async function handlerOptions(io: CliIO, flags: ServeFlags): Promise<HandlerOptions> {
  const { direction } = flags;
  const echo = flags.upstream === 'echo';
  const tokenizer =
    flags.tokenizer === undefined
      ? undefined
      : await (await import('../count-tokenizer.js')).readTokenizer(io, flags.tokenizer);
  const options = {
    ...(await edgeOptionsOf(io, { ...flags }, direction)),
    direction,
    baseURL: echo ? 'http://echo/v1' : flags.upstream,
    ...(flags.modelMap === undefined ? {} : { model: await readModelMap(io, flags.modelMap) }),
    headers: headersOf(io, flags),
    tokenizer,
    cors: flags.cors?.includes('*') ? ('*' as const) : flags.cors,
    clientKey: keyFrom(io, flags.clientKeyEnv, '--client-key-env'),
    ...(flags.maxRequests === undefined
      ? {}
      : { maxRequests: wholeNumber(flags.maxRequests, '--max-requests') }),
  };
  // The direction says which of the two it is; the flags have kept to its rules.
  return options as HandlerOptions;
}

/** A server that others reach must know whom it serves, or be told that it serves everybody. */
function checkReach({ host, clientKeyEnv, open }: ServeFlags): void {
  if (listensToItself(host) || clientKeyEnv !== undefined || open === true) return;
  throw new UsageError(
    `Others can reach ${host}: --client-key-env NAME asks them for a key, --open serves everybody.`,
  );
}

async function listenAt(io: CliIO, flags: ServeFlags, handler: Handler): Promise<Listening> {
  const port = wholeNumber(flags.port, '--port', { least: 0, most: 65_535 });
  const answersTo = createHostCheck(flags.host, flags.allowHost ?? []);
  try {
    return await io.listen!(handler, { host: flags.host, port, answersTo });
  } catch (error) {
    const { code } = error as { code?: string };
    const why =
      code === 'EADDRINUSE'
        ? 'the port is taken'
        : code === 'EACCES'
          ? 'it is not allowed'
          : String(code ?? error);
    throw new UsageError(`can't listen on ${flags.host}:${port}: ${why}.`);
  }
}

/** Serves until the process is asked to end. */
export async function serve(io: CliIO, flags: ServeFlags): Promise<void> {
  const { createHandler, echoModel } = await import('../../fetch/index.js');
  const { listen, untilStopped } = io;
  if (listen === undefined || untilStopped === undefined)
    throw new UsageError('Nothing can be served from here.');
  checkReach(flags);
  const drain = 1000 * wholeNumber(flags.drain, '--drain', { least: 0 });
  const options = await handlerOptions(io, flags);
  const chosen = await chosenDialect(io, flags, options);
  const dialect = chosen?.dialect as Dialect | DialectName | undefined;
  const log = await createServeLog(io, flags);
  let handler: Handler;
  // What can't work is said here, before anything listens.
  try {
    handler = createHandler({
      ...options,
      dialect,
      fetch: flags.upstream === 'echo' ? echoModel({ dialect, delay: 20 }) : io.fetch,
      wording: (message) => inFlags(message, flagOf),
      onServed: log.served,
      onError: (error, origin) => log.fault(error, origin?.requestId),
    });
  } catch (error) {
    if (isRolecallError(error)) throw new UsageError(inFlags(error.message, flagOf));
    throw error;
  }
  const server = await listenAt(io, flags, handler);
  const what = options.direction === 'completions-over-chat' ? 'completions' : 'chat';
  const upstream = flags.upstream === 'echo' ? 'the built-in echo' : flags.upstream;
  io.stdout(`Serving ${what} at ${server.url}/v1 from ${upstream}. Stop with Ctrl-C.\n`);
  if (chosen !== undefined) io.stdout(`Prompts are written ${chosen.says}\n`);
  await untilStopped();
  log.stopping();
  // Nobody new gets in from here on; a client that reads nothing has two seconds more than the others.
  const closed = server.close(drain + 2000);
  await handler.close(drain);
  await closed;
  io.leave?.();
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function addServeCommand(command: Command, io: CliIO): void {
  const served = command
    .command('serve')
    .description('serve chat from a server that completes text, or completions from one that chats')
    .requiredOption(
      '--upstream <url>',
      'the server to ask, such as http://localhost:8000/v1, or "echo" for a built-in one',
    )
    .option(
      '--dialect <name>',
      'the format of prompts that the model was trained on, or that clients send (default: the server is asked, or it is found out)',
    )
    .option(
      '--template <file>',
      "the model's chat_template.jinja or tokenizer_config.json, in place of --dialect",
    )
    .addOption(
      new Option('--direction <name>', 'what is served from what')
        .choices(['chat-over-completions', 'completions-over-chat'])
        .default('chat-over-completions'),
    )
    .option(
      '--model-map <old=new>',
      'models to ask instead of those that clients name: pairs, one name for all, or a JSON file; may be repeated',
      collect,
    )
    .option(
      '--tokenizer <name>',
      "the model's tokenizer.json, a model or an encoding, to count with (default: the server's own, where it has one)",
    )
    .option('--key-env <name>', 'the environment variable that has the key for the upstream')
    .option('--header <line>', 'a header for the upstream, as "Name: value"; may be repeated', collect)
    .option('--host <name>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'the port; 0 for any free one', '8787')
    .option('--allow-host <name>', 'a name by which clients call it, or "*"; may be repeated', collect)
    .option('--client-key-env <name>', 'the environment variable that has the key that clients must send')
    .option('--open', 'serve everybody who reaches it, with no key')
    .option('--cors <origin>', 'an origin whose pages may call, or "*"; may be repeated', collect)
    .option('--max-requests <number>', 'the most requests under way at a time (default: any number)')
    .option('--drain <seconds>', 'how long requests under way may go on when the server is to stop', '10')
    .addOption(
      new Option('--log <format>', 'how requests are logged').choices(['text', 'json']).default('text'),
    )
    .option('-q, --quiet', 'print no line for each request');
  withOutput(served, 'add the log to the end of this file (default: standard error)');
  addEdgeFlags(served)
    .addHelpText(
      'after',
      '\nExamples:\n  $ rolecall serve --upstream echo\n  $ rolecall serve --upstream http://localhost:8080/v1\n  $ rolecall serve --upstream http://localhost:8000/v1 --dialect llama-3 \\\n      --server vllm --overflow fit\n  $ rolecall serve --upstream http://localhost:8000/v1 \\\n      --template tokenizer_config.json\n  $ rolecall serve --upstream https://api.openai.com/v1 --key-env OPENAI_API_KEY \\\n      --direction completions-over-chat --model-map gpt-4o-mini',
    )
    .action(async (flags: ServeFlags) => await serve(io, flags));
}
