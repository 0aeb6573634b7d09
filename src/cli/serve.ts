import { type Command, Option } from 'commander';
import type { Dialect } from '../dialect/types.js';
import type {
  ChatOverCompletionsOptions,
  CompletionsOverChatOptions,
  Direction,
  HandlerOptions,
} from '../fetch/index.js';
import type { DialectName } from '../formats/index.generated.js';
import { isRecord } from '../translate/notes.js';
import { type ServerName, servers } from '../translate/servers.js';
import { wholeNumber } from './flags.js';
import { type CliIO, readJsonInput, UsageError } from './io.js';
import { dialectFlag } from './template.js';

export interface ServeFlags {
  upstream: string;
  dialect?: string;
  template?: string;
  direction: Direction;
  modelMap?: string[];
  server?: ServerName;
  host: string;
  port: string;
  cors?: string[];
  overflow?: 'error' | 'fit' | 'retry';
  contextWindow?: string;
  tokenizer?: string;
  concurrency?: string;
  maxBody?: string;
  timeout?: string;
  quiet?: boolean;
}

/** Models as `old=new`, several behind commas or flags, one name for all, or a JSON file of such pairs. */
async function modelMap(io: CliIO, given: readonly string[]): Promise<string | Record<string, string>> {
  const [only] = given;
  if (given.length === 1 && only !== undefined && !only.includes('=') && !only.endsWith('.json')) return only;
  const map: Record<string, string> = {};
  for (const value of given) {
    if (value.endsWith('.json') && !value.includes('=')) {
      const table = await readJsonInput(io, value);
      if (!isRecord(table) || !Object.values(table).every((to) => typeof to === 'string')) {
        throw new UsageError(
          `${value}: expected an object of model names, as {"text-davinci-003": "gpt-4o-mini"}.`,
        );
      }
      Object.assign(map, table);
      continue;
    }
    for (const pair of value.split(',')) {
      const [from, to, ...rest] = pair.split('=');
      if (!from?.trim() || !to?.trim() || rest.length > 0) {
        throw new UsageError(`--model-map takes old=new, not "${pair}".`);
      }
      map[from.trim()] = to.trim();
    }
  }
  return map;
}

/** The dialect that prompts are written in, and why that one. */
interface Chosen {
  dialect: Dialect | DialectName;
  why: string;
}

/** The dialect that flags give, or that the server tells; undefined where prompts come in, and are read by evidence. */
async function chosenDialect(io: CliIO, flags: ServeFlags): Promise<Chosen | undefined> {
  const given = await dialectFlag<DialectName>(io, flags);
  if (given !== undefined) {
    const why = flags.template === undefined ? 'as --dialect says' : `from ${flags.template}`;
    return { dialect: given, why };
  }
  if (flags.direction === 'completions-over-chat') return undefined;
  if (flags.upstream === 'echo') return { dialect: 'chatml', why: 'the dialect of the echo' };
  return await (await import('./upstream-dialect.js')).upstreamDialect(io, flags.upstream);
}

/** The options of the handler that flags ask for. */
async function handlerOptions(
  io: CliIO,
  flags: ServeFlags,
  dialect: Dialect | DialectName | undefined,
): Promise<HandlerOptions> {
  const { echoModel } = await import('../fetch/index.js');
  const echo = flags.upstream === 'echo';
  const tokenizer =
    flags.tokenizer === undefined
      ? undefined
      : await (await import('../tokens/models/load.js')).loadTokenizer(flags.tokenizer);
  const shared = {
    baseURL: echo ? 'http://echo/v1' : flags.upstream,
    ...(echo ? { fetch: echoModel({ dialect, delay: 20 }) } : {}),
    ...(flags.modelMap === undefined ? {} : { model: await modelMap(io, flags.modelMap) }),
    contextWindow:
      flags.contextWindow === undefined ? undefined : wholeNumber(flags.contextWindow, '--context-window'),
    overflow: flags.overflow,
    tokenizer,
    cors: flags.cors?.includes('*') ? ('*' as const) : flags.cors,
    limits: {
      ...(flags.maxBody === undefined ? {} : { body: wholeNumber(flags.maxBody, '--max-body') }),
      ...(flags.timeout === undefined
        ? {}
        : {
            headersTimeout: wholeNumber(flags.timeout, '--timeout') * 1000,
            idleTimeout: wholeNumber(flags.timeout, '--timeout') * 1000,
          }),
    },
  };
  if (flags.direction === 'completions-over-chat') {
    const options: CompletionsOverChatOptions = {
      ...shared,
      dialect,
      concurrency:
        flags.concurrency === undefined ? undefined : wholeNumber(flags.concurrency, '--concurrency'),
    };
    return { direction: 'completions-over-chat', ...options };
  }
  if (dialect === undefined) throw new UsageError('--dialect or --template says how prompts are written.');
  const options: ChatOverCompletionsOptions = { ...shared, dialect, server: flags.server };
  return { direction: 'chat-over-completions', ...options };
}

/** One line a request, with nothing in it that a client wrote: no path, no key, no content. */
function logged(
  io: CliIO,
  handler: (request: Request) => Promise<Response>,
  kindOf: (pathname: string) => string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const start = io.now?.() ?? 0;
    const response = await handler(request);
    const took = Math.round((io.now?.() ?? 0) - start);
    const codes = response.headers.get('x-rolecall-warnings');
    const told = codes === null ? '' : ` [${codes}]`;
    io.stderr(
      `${request.method} ${kindOf(new URL(request.url).pathname)} ${response.status} ${took} ms${told}\n`,
    );
    return response;
  };
}

/** What is said of the dialect at the start. */
function dialectLine({ dialect, why }: Chosen): string {
  const name = typeof dialect === 'string' ? dialect : dialect.name;
  const unreadable =
    typeof dialect === 'object' && dialect.kind === 'markers' ? dialect.unreadable : undefined;
  const note = unreadable === undefined ? '' : ` ${unreadable}`;
  return `Prompts are written in the dialect ${name}, ${why}.${note}\n`;
}

/** Serves until the process is asked to end. */
export async function serve(io: CliIO, flags: ServeFlags): Promise<void> {
  const { createHandler } = await import('../fetch/index.js');
  const { endpointOf } = await import('../fetch/address.js');
  const { listen, untilStopped } = io;
  if (listen === undefined || untilStopped === undefined)
    throw new UsageError('Nothing can be served from here.');
  const chosen = await chosenDialect(io, flags);
  const options = await handlerOptions(io, flags, chosen?.dialect);
  // What can't work is said here, before anything listens.
  const handler = createHandler({
    ...options,
    // The name alone: a message may quote what somebody wrote.
    onError: (error) =>
      io.stderr(`rolecall: ${error instanceof Error ? error.name : 'an error'} (upstream or internal)\n`),
  });
  const served = flags.quiet
    ? handler
    : logged(io, handler, (pathname) => {
        const { kind } = endpointOf(pathname);
        return kind === 'chat' ? '/chat/completions' : kind === 'other' ? '(passed on)' : `/${kind}`;
      });
  const port = wholeNumber(flags.port, '--port', { least: 0, most: 65_535 });
  let server: Awaited<ReturnType<typeof listen>>;
  try {
    server = await listen(served, { host: flags.host, port });
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
  const what = options.direction === 'completions-over-chat' ? 'completions' : 'chat';
  const upstream = flags.upstream === 'echo' ? 'the built-in echo' : flags.upstream;
  io.stdout(`Serving ${what} at ${server.url}/v1 from ${upstream}. Stop with Ctrl-C.\n`);
  if (chosen !== undefined) io.stdout(dialectLine(chosen));
  await untilStopped();
  if (!flags.quiet) io.stderr('rolecall: stopping, when the requests under way have ended.\n');
  await server.close();
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

export function addServeCommand(command: Command, io: CliIO): void {
  command
    .command('serve')
    .description('serve chat from a server that completes text, or completions from one that chats')
    .requiredOption(
      '--upstream <url>',
      'the server to ask, as http://localhost:8000/v1, or "echo" for a built-in one',
    )
    .option(
      '--dialect <name>',
      'the format that the model was trained on (the server is asked; of prompts that come in: found by evidence)',
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
      'models to ask instead: pairs, one name for all, or a JSON file; may be repeated',
      collect,
    )
    .addOption(
      new Option('--server <name>', 'the kind of server that completes').choices(Object.keys(servers)),
    )
    .option('--host <name>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'the port; 0 for any free one', '8787')
    .option('--cors <origin>', 'an origin whose pages may call, or "*"; may be repeated', collect)
    .addOption(
      new Option('--overflow <name>', 'what happens to histories that are too long').choices([
        'error',
        'fit',
        'retry',
      ]),
    )
    .option('--context-window <tokens>', "the model's window (the server is asked)")
    .option('--tokenizer <name>', "a model or encoding to count with (the server's own, where it has one)")
    .option('--concurrency <number>', 'requests of a batch under way at a time (8)')
    .option('--max-body <bytes>', 'the longest body of a request (33554432)')
    .option('--timeout <seconds>', 'the longest wait for the upstream (600, and 300 within a stream)')
    .option('-q, --quiet', 'print no line for each request')
    .addHelpText(
      'after',
      '\nExamples:\n  $ rolecall serve --upstream echo\n  $ rolecall serve --upstream http://localhost:8080/v1\n  $ rolecall serve --upstream http://localhost:8000/v1 --dialect llama-3 --server vllm --overflow fit\n  $ rolecall serve --upstream http://localhost:8000/v1 --template tokenizer_config.json\n  $ rolecall serve --upstream https://api.openai.com/v1 --direction completions-over-chat --model-map gpt-4o-mini',
    )
    .action(async (flags: ServeFlags) => await serve(io, flags));
}
