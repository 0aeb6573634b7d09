import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { resolveDialect } from '../formats/find.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { Message } from '../schemas/messages.js';
import { renderTokens } from '../tokens/render/render-tokens.js';
import { notesFor } from '../translate/notes.js';
import { replyLimit } from '../translate/request/lenient.js';
import { type Server, servers } from '../translate/servers.js';
import { mapModel } from '../translate/target/models.js';
import {
  type CompletionRequestConversion,
  type ToCompletionRequestOptions,
  toCompletionRequest,
} from '../translate/to-completion-request.js';
import type { ChatOverCompletionsOptions } from './chat-options.js';
import type { Call } from './edge.js';
import {
  type HttpTokenizer,
  httpTokenizer,
  type TokenizingServer,
  tokenizingServers,
} from './http-tokenizer.js';
import type { Memory } from './learning/memory.js';
import { type Budget, estimateFrom, fitRequest } from './overflow.js';
import { overflowNumbers } from './upstream/overflow-numbers.js';
import { createWindows } from './windows.js';

/** Chat requests as completion requests, made to fit where that is asked for. */
export interface PromptRequests {
  /** The dialect of a model as the options say it; undefined where its name is to tell. */
  dialectOf(model: string): Dialect | undefined;
  /** The most choices that the server gives at a time of a model; null for any number. */
  choices(base: string, model: string): number | null;
  /** The request, made to fit where that is asked for and the numbers are known. */
  prepare(call: Call, asked: ChatRequest): Promise<CompletionRequestConversion>;
  /** The same, by the numbers of the upstream's refusal; undefined where it refuses for another reason. */
  prepareAgain(
    call: Call,
    asked: ChatRequest,
    text: string,
  ): Promise<CompletionRequestConversion | undefined>;
}

type Tokenizing = ChatOverCompletionsOptions['tokenizer'];

const isHttp = (tokenizer: Tokenizing): tokenizer is HttpTokenizer =>
  typeof tokenizer === 'object' && 'kind' in tokenizer && tokenizer.kind === 'http';

/** What the conversion asks of a tokenizer; the text of a special token is the token here. */
function stopFinder(tokenizer: Tokenizing): ToCompletionRequestOptions['tokenizer'] {
  if (typeof tokenizer !== 'object' || isHttp(tokenizer)) return undefined;
  return { encode: (text) => tokenizer.encode(text, { allowedSpecial: 'all' }) };
}

/**
 * What writes prompts as ids; undefined where they are sent as text. Throws `invalid-argument` for a tokenizer that gives no
 * ids, a server that takes none, and what goes with text alone.
 */
function idWriter({
  send,
  tokenizer,
  server = 'generic',
  echo,
}: ChatOverCompletionsOptions): ToCompletionRequestOptions['writeIds'] {
  if (send !== 'ids') return undefined;
  const refuse = (path: string, why: string): RolecallError =>
    new RolecallError('invalid-argument', `send: "ids" ${why}`, { path });
  const { takesIds, wraps } = (typeof server === 'string' ? servers[server] : server) ?? {};
  if (takesIds === false || wraps === true)
    throw refuse('send', `does not go with this server: it takes prompts of text alone.`);
  if (echo === true)
    throw refuse('echo', 'does not go with echo: what a server makes of ids is its own wording.');
  if (typeof tokenizer !== 'object' || isHttp(tokenizer) || typeof tokenizer.encodePlaced !== 'function')
    throw refuse(
      'tokenizer',
      'needs the model\'s own tokenizer, from its tokenizer.json: the option "tokenizer".',
    );
  return (messages, options) => {
    const { ids, warnings } = renderTokens(messages, { ...options, tokenizer });
    // A dialect of labels has no BOS of its own: models of any kind read it, and their tokenizers know.
    const begins = options.dialect.kind === 'labels' && options.bos !== false ? tokenizer.bos : undefined;
    return { ids: begins === undefined ? ids : [...begins, ...ids], warnings };
  };
}

function checkOverflow({ overflow, tokenizer, server = 'generic' }: ChatOverCompletionsOptions): void {
  if (overflow !== 'fit' || tokenizer !== undefined) return;
  if (typeof server === 'string' && (tokenizingServers as readonly string[]).includes(server)) return;
  const message = `overflow: "fit" needs a tokenizer, or a server that counts (${tokenizingServers.join(', ')}); "retry" needs neither.`;
  throw new RolecallError('invalid-argument', message, { path: 'overflow' });
}

/** The options of the edge, with what follows from them. */
interface Setting {
  options: ChatOverCompletionsOptions;
  dialectOf: PromptRequests['dialectOf'];
  traits: Server;
  windows: ReturnType<typeof createWindows>;
  memory: Memory;
  writeIds: ToCompletionRequestOptions['writeIds'];
}

function convert(
  { options, dialectOf, traits, memory, writeIds }: Setting,
  base: string,
  asked: ChatRequest,
  extra: ToCompletionRequestOptions,
): CompletionRequestConversion {
  const model = mapModel(asked.model, options.model, notesFor({}));
  return toCompletionRequest(asked, {
    dialect: dialectOf(model),
    server: memory.server(base, model, traits),
    model: options.model,
    render: { collisions: 'neutralize', ...options.render },
    responseFormat: options.responseFormat,
    echo: options.echo,
    unknownFields: options.unknownFields ?? 'pass',
    tokenizer: stopFinder(options.tokenizer),
    strict: options.strict,
    writeIds,
    ...extra,
  });
}

/** As it is sent: text, or ids. */
type Prompt = string | number[];

/** Counts whole prompts as the server will; undefined where nobody can. */
function counterOf(
  setting: Setting,
  call: Call,
  model: string,
): ((prompt: Prompt) => number | Promise<number>) | undefined {
  const ofText = textCounter(setting, call, model);
  if (ofText === undefined) return undefined;
  return (prompt) => (typeof prompt === 'string' ? ofText(prompt) : prompt.length);
}

function textCounter(
  { options, traits }: Setting,
  { exchange, base }: Call,
  model: string,
): ((prompt: string) => number | Promise<number>) | undefined {
  const { tokenizer, server, limits } = options;
  if (typeof tokenizer === 'function') return tokenizer;
  if (typeof tokenizer === 'object' && !isHttp(tokenizer)) {
    const bos = traits.addsBos ? 1 : 0;
    return (prompt) => tokenizer.count(prompt, { allowedSpecial: 'all' }) + bos;
  }
  const { fetch } = exchange.upstream;
  const counts = tokenizingServers.includes(server as TokenizingServer);
  const counting =
    tokenizer ??
    (counts
      ? httpTokenizer({ baseURL: base, server: server as TokenizingServer, fetch, limits })
      : undefined);
  if (counting === undefined) return undefined;
  const { headers, signal } = exchange;
  return (prompt) => counting.count(prompt, { asPrompt: true, headers, signal, model });
}

/** The prompt that messages make, without telling of it. */
const promptOf =
  (setting: Setting, base: string, asked: ChatRequest) =>
  (messages: readonly Message[]): Prompt =>
    convert(setting, base, { ...asked, messages: messages as ChatRequest['messages'] }, { strict: false })
      .request.prompt as Prompt;

async function prepare(
  setting: Setting,
  call: Call,
  asked: ChatRequest,
): Promise<CompletionRequestConversion> {
  const { exchange, base } = call;
  const { tokenizer, overflow = 'error' } = setting.options;
  const unset = replyLimit(asked) === undefined;
  // An unset limit needs the window too, where the server has no word for "as much as there is".
  const local = tokenizer !== undefined && !isHttp(tokenizer);
  if (overflow !== 'fit' && !(unset && local && setting.traits.unlimited === undefined)) {
    return convert(setting, base, asked, exchange.convert);
  }
  const { model } = convert(setting, base, asked, { strict: false }).request;
  const window = await setting.windows.of(exchange, base, model);
  const count = counterOf(setting, call, model);
  if (window === undefined || count === undefined) {
    if (overflow === 'fit') {
      const message =
        'The window of the model is not known, so nothing was made to fit; the option "contextWindow" sets it.';
      exchange.warn({ code: 'estimated-count', path: 'messages', message, severity: 'lossy' });
    }
    return convert(setting, base, asked, exchange.convert);
  }
  const prompt = promptOf(setting, base, asked);
  const budget: Budget = { window, count: (messages) => count(prompt(messages)) };
  if (overflow === 'fit') {
    const { request, tokens } = await fitRequest(asked, budget, exchange.warn);
    return convert(setting, base, request, {
      ...exchange.convert,
      contextWindow: window,
      countTokens: () => tokens,
    });
  }
  const tokens = await budget.count(asked.messages);
  return convert(setting, base, asked, {
    ...exchange.convert,
    contextWindow: window,
    countTokens: () => tokens,
  });
}

async function prepareAgain(
  setting: Setting,
  { exchange, base }: Call,
  asked: ChatRequest,
  text: string,
): Promise<CompletionRequestConversion | undefined> {
  if ((setting.options.overflow ?? 'error') === 'error') return undefined;
  const numbers = overflowNumbers(text);
  if (numbers === undefined) return undefined;
  const prompt = promptOf(setting, base, asked);
  const budget = estimateFrom(numbers, asked.messages, (messages) => prompt(messages).length);
  const { request, tokens } = await fitRequest(asked, budget, exchange.warn);
  return convert(setting, base, request, {
    ...exchange.convert,
    contextWindow: numbers.window,
    countTokens: () => tokens,
  });
}

function dialectsIn({ dialect }: ChatOverCompletionsOptions): PromptRequests['dialectOf'] {
  if (typeof dialect === 'function') {
    return (model) => {
      const given = dialect(model);
      return given === undefined ? undefined : resolveDialect(given);
    };
  }
  const given = dialect === undefined ? undefined : resolveDialect(dialect);
  return () => given;
}

/** Throws `unknown-dialect`, and `invalid-argument` for options that can't work together. */
export function createPromptRequests(options: ChatOverCompletionsOptions, memory: Memory): PromptRequests {
  checkOverflow(options);
  const { server = 'generic' } = options;
  const dialectOf = dialectsIn(options);
  const traits = typeof server === 'string' ? servers[server] : server;
  if (traits === undefined)
    toCompletionRequest({ model: 'x', messages: [{ role: 'user', content: '' }] }, { server });
  const windows = createWindows(options.contextWindow, typeof server === 'string' ? server : 'generic');
  const setting: Setting = { options, dialectOf, traits, windows, memory, writeIds: idWriter(options) };
  return {
    dialectOf,
    choices: (base, model) => memory.server(base, model, traits).choices ?? null,
    prepare: (call, asked) => prepare(setting, call, asked),
    prepareAgain: (call, asked, text) => prepareAgain(setting, call, asked, text),
  };
}
