import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { dialectKey, resolveDialect } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { speaksOfTools, toolStyleOf } from '../prompt/adapt.js';
import { renderPrompt } from '../prompt/index.js';
import type { RenderedPrompt, RenderOptions } from '../prompt/options.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { Message } from '../schemas/messages.js';
import { didYouMean } from '../text/nearest.js';
import { checkMessages } from './check-messages.js';
import { type ChatContext, type Lead, noLead } from './context.js';
import { carryFields, chatRequestFields, type UnknownFields } from './fields.js';
import { modernRequest, usesFunctions } from './legacy-functions.js';
import { type ConvertOptions, info, isEmpty, lossy, type Notes, notesFor, quoted, relay } from './notes.js';
import { endsInReasoning } from './reply-text.js';
import { lenientChatRequest } from './request/lenient.js';
import { checkChatShape } from './request/shape.js';
import { showTokens } from './request/shown-tokens.js';
import { type Server, type ServerName, servers } from './servers.js';
import { stopList } from './stops.js';
import { type ModelMap, mapModel } from './target/models.js';
import { offeredTools } from './tool-choice.js';

export interface ToCompletionRequestOptions extends ConvertOptions {
  /** The dialect to write the messages in (default `user-assistant`): the one that the model was trained on. */
  dialect?: Dialect | DialectName | undefined;
  /** What else `renderPrompt` takes. */
  render?: Omit<RenderOptions, 'dialect' | 'tools'> | undefined;
  /** The model to ask instead of the request's: one, a table with `*`, or a function. */
  model?: ModelMap | undefined;
  /** The server that will answer (default `generic`), by name or by its traits. */
  server?: ServerName | Server | undefined;
  /** Tokens that prompt and reply may have together; with `countTokens`, an unset limit becomes what is left. */
  contextWindow?: number | undefined;
  /** Counts the tokens of a text. */
  countTokens?: ((text: string) => number) | undefined;
  /** Finds the ids of the dialect's stop tokens, for servers that take `stop_token_ids`. */
  tokenizer?: { encode(text: string): number[]; count?(text: string): number } | undefined;
  /**
   * A `response_format` of JSON: in the server's own field where it has one, else an error (`auto`, the default);
   * in words (`instruct`); as it is (`pass`); or always an error.
   */
  responseFormat?: 'auto' | 'instruct' | 'pass' | 'error' | undefined;
  /** Ask the server to echo the prompt (default false); the reply is checked for it, and it is taken off. */
  echo?: boolean | undefined;
  /** For fields that no table knows (default `drop`, with a warning). */
  unknownFields?: UnknownFields | undefined;
}

export interface CompletionRequestConversion {
  request: CompletionRequest;
  context: ChatContext;
  warnings: Notes['warnings'];
}

const toolFields = ['tools', 'functions'] as const;

/** Where neither the window nor the server's word for "no limit" is known. */
const fallbackMaxTokens = 1024;
/** The most alternatives a token of a completion comes with. Source: OpenAI's API description. */
const mostLogprobs = 5;

/**
 * A request to `/v1/chat/completions` as one to `/v1/completions`, its messages written as a prompt in a dialect,
 * and the context that `toChatResponse` needs for the reply. Rules: table B of the mapping.
 *
 * Throws `invalid-request` for messages that OpenAI refuses, `unrepresentable` for parts that text can't carry,
 * `unsupported` for audio, web search, and JSON that the server can't be asked for.
 */
export function toCompletionRequest(
  chatRequest: ChatRequest,
  options: ToCompletionRequestOptions = {},
): CompletionRequestConversion {
  const notes = notesFor(options);
  if (typeof chatRequest !== 'object' || chatRequest === null) {
    throw new RolecallError('invalid-argument', 'The request must be an object.');
  }
  const given = lenientChatRequest(chatRequest, notes);
  checkChatShape(given);
  checkMessages(given.messages);
  const asked = modernRequest(given, notes);
  const server = serverOf(options.server ?? 'generic');
  const dialect = resolveDialect(options.dialect ?? 'user-assistant');

  const fields: Record<string, unknown> = {};
  carryFields(asked, chatRequestFields, fields, options.unknownFields ?? 'drop', notes);
  checkModalities(asked, notes);
  const request: Record<string, unknown> = {
    model: mapModel(asked.model, options.model, notes),
    prompt: '',
    ...fields,
  };
  if (!isEmpty(asked.logit_bias)) {
    request['logit_bias'] = asked.logit_bias;
    if (options.model !== undefined) {
      lossy(
        notes,
        'other-vocabulary',
        'logit_bias',
        'The token ids of logit_bias may mean other tokens of another model.',
      );
    }
  }

  const tools = offeredTools(
    asked,
    toolFields.filter((field) => !isEmpty(given[field])),
    notes,
  );
  const messages = applyFormat(asked, server, options, request, notes);
  const template = templateOptions(asked, options.render?.templateOptions);
  const rendered = renderPrompt(messages, {
    ...(server.addsBos ? { bos: false } : {}),
    ...options.render,
    templateOptions: template.options,
    dialect,
    tools,
  });
  for (const warning of rendered.warnings) relay(notes, warning);
  noteUnread(asked, template.read, dialect, notes);
  request['prompt'] = rendered.prompt;
  noteServer(server, dialect, tools.length > 0, notes);
  if (options.server === undefined || options.server === 'generic')
    noteBos(rendered.prompt, dialect, options.render?.bos, notes);
  // A server that adds BOS to a prompt that has it must be told not to.
  if (server.addsBos && options.render?.bos === true && server.takesAddSpecialTokens === true) {
    request['add_special_tokens'] ??= false;
  }

  const stops = [...new Set([...stopList(asked.stop), ...rendered.stop])];
  sendStops(stops, server, dialect, options, request, notes);
  limitReply(asked, rendered.prompt, server, options, request, notes);
  askLogprobs(asked, server, request, notes);
  if (options.echo === true) request['echo'] = true;
  leaveOutRefused(request, server.refuses, notes);

  const context: ChatContext = {
    kind: 'chat',
    model: typeof asked.model === 'string' ? asked.model : (request['model'] as string),
    n: asked.n ?? 1,
    dialect: dialectKey(dialect),
    echo: request['echo'] === true ? rendered.prompt : null,
    lead: leadOf(rendered, messages, dialect, options),
    stops,
    logprobs: typeof request['logprobs'] === 'number' ? request['logprobs'] : null,
    thinking: endsInReasoning(rendered.prompt, dialect),
    tools: tools.length > 0,
    calls: callsForm(dialect, tools.length > 0 || messages.some(speaksOfTools), options),
    legacyFunctions: usesFunctions(given),
    includeUsage: asked.stream_options?.include_usage === true,
  };
  return { request: request as CompletionRequest, context, warnings: notes.warnings };
}

/** The form of calls that the prompt was written with. */
function callsForm(
  dialect: Dialect,
  usesTools: boolean,
  { render }: ToCompletionRequestOptions,
): ChatContext['calls'] {
  const style = toolStyleOf(dialect, render?.toolStyle);
  return usesTools && style !== 'error' ? style : null;
}

/** What the model's template is told, and which of it the template looked at. */
interface TemplateOptions {
  options: RenderOptions['templateOptions'];
  read: ReadonlySet<string>;
}

/**
 * What the model's template takes, from the request as well: `chat_template_kwargs` as vLLM and llama.cpp have them, and
 * `reasoning_effort`, of which "none" switches thinking off.
 */
function templateOptions(
  { reasoning_effort: effort, chat_template_kwargs: kwargs }: ChatRequest,
  given: RenderOptions['templateOptions'],
): TemplateOptions {
  const off = effort === 'none' ? { enable_thinking: false, thinking: false } : {};
  const all = { ...given, ...(effort == null ? {} : { reasoning_effort: effort }), ...off, ...kwargs };
  const read = new Set<string>();
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(all))
    Object.defineProperty(options, key, {
      enumerable: true,
      get: () => {
        read.add(key);
        return value;
      },
    });
  return { options, read };
}

/** Tells of what the template did not look at: it can't be said in a prompt of the dialect. */
function noteUnread(
  { reasoning_effort: effort, chat_template_kwargs: kwargs }: ChatRequest,
  read: ReadonlySet<string>,
  dialect: Dialect,
  notes: Notes,
): void {
  const reasons = dialect.kind === 'markers' && dialect.reasoning !== null;
  const switched = read.has('enable_thinking') || read.has('thinking') || !reasons;
  if (effort != null && !read.has('reasoning_effort') && !(effort === 'none' && switched)) {
    const message = `reasoning_effort was dropped: a prompt in ${dialect.name} can not say how much to reason.`;
    lossy(notes, 'dropped-field', 'reasoning_effort', message);
  }
  for (const key of Object.keys(kwargs ?? {})) {
    if (read.has(key)) continue;
    const message = `The template of ${dialect.name} does not know "${key}"; it was dropped.`;
    lossy(notes, 'dropped-field', `chat_template_kwargs.${key}`, message);
  }
}

function serverOf(server: ServerName | Server): Server {
  if (typeof server === 'object') return server;
  if (Object.hasOwn(servers, server)) return servers[server];
  const hint = didYouMean(String(server), Object.keys(servers));
  throw new RolecallError('invalid-argument', `There is no server "${String(server)}".${hint}`, {
    path: 'server',
  });
}

function checkModalities({ modalities }: ChatRequest, notes: Notes): void {
  if (modalities === undefined || modalities === null) return;
  if (modalities.includes('audio')) {
    throw new RolecallError('unsupported', 'A completion makes no audio.', { path: 'modalities' });
  }
  info(notes, 'dropped-field', 'modalities', 'A completion is text, which is all that is asked for.');
}

/** Tokens that begin a text, by the names that vocabularies give them. */
const beginOfText = /^<s>$|^<bos(_token)?>$|(begin|start)_?of_?text|begin▁of▁sentence/i;

/** Of a server that nothing is known of: most put BOS in front of every prompt themselves. */
function noteBos(prompt: string, { specialTokens }: Dialect, asked: boolean | undefined, notes: Notes): void {
  if (asked !== undefined) return;
  const bos = specialTokens.find((token) => beginOfText.test(token) && prompt.startsWith(token));
  if (bos === undefined) return;
  const message = `The prompt begins with ${bos}. Most servers put it in front of every prompt themselves, and then the model reads it twice: name the server (server), or leave it out (render.bos: false).`;
  info(notes, 'doubled-bos', 'prompt', message);
}

/** Asks for JSON as the server can be asked for it. Gives the messages, with the instruction where words must do. */
function applyFormat(
  { messages, response_format: format }: ChatRequest,
  server: Server,
  { responseFormat = 'auto' }: ToCompletionRequestOptions,
  request: Record<string, unknown>,
  notes: Notes,
): Message[] {
  if (format === undefined || format === null) return messages;
  if (format.type === 'text') {
    info(notes, 'dropped-field', 'response_format', 'A completion is text, which is all that is asked for.');
    return messages;
  }
  const schema = format.type === 'json_schema' ? format.json_schema.schema : undefined;
  if (responseFormat === 'pass' || (responseFormat === 'auto' && server.json === 'response_format')) {
    request['response_format'] = format;
    return messages;
  }
  if (responseFormat === 'auto' && server.json === 'json_schema') {
    if (request['json_schema'] !== undefined) {
      lossy(notes, 'dropped-field', 'response_format', 'The request has a json_schema as well, which holds.');
      return messages;
    }
    request['json_schema'] = schema ?? {};
    if (format.type === 'json_schema') {
      info(
        notes,
        'dropped-field',
        'response_format',
        'The schema is sent in json_schema; its name and description go.',
      );
    }
    return messages;
  }
  if (responseFormat !== 'instruct') {
    const message =
      'The server can not be made to write JSON; responseFormat: "instruct" asks for it in words.';
    throw new RolecallError('unsupported', message, { path: 'response_format' });
  }
  lossy(notes, 'emulated', 'response_format', 'JSON is asked for in words, and not enforced.');
  const words =
    schema === undefined
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with one JSON value and nothing else. It must follow this JSON Schema:\n${JSON.stringify(schema)}`;
  const [first, ...rest] = messages;
  if ((first?.role === 'system' || first?.role === 'developer') && typeof first.content === 'string') {
    return [{ ...first, content: `${first.content}\n\n${words}` }, ...rest];
  }
  return [{ role: 'system', content: words }, ...messages];
}

function noteServer(server: Server, dialect: Dialect, tools: boolean, notes: Notes): void {
  if (server.wraps) {
    const message =
      "The server puts each prompt into the model's chat template; a prompt that is one already is wrapped twice.";
    lossy(notes, 'server-template', 'prompt', message);
  }
  if (tools && dialect.kind === 'markers' && server.showSpecialTokens === null) {
    const message = 'The server may leave control tokens out of the text, and with them the marks of calls.';
    lossy(notes, 'hidden-tokens', 'tools', message);
  }
}

function sendStops(
  stops: readonly string[],
  server: Server,
  dialect: Dialect,
  { tokenizer }: ToCompletionRequestOptions,
  request: Record<string, unknown>,
  notes: Notes,
): void {
  const sent = server.stops === null ? stops : stops.slice(0, server.stops);
  if (sent.length > 0) request['stop'] = [...sent];
  if (sent.length < stops.length) {
    const over = stops.slice(sent.length).map(quoted).join(', ');
    info(
      notes,
      'local-stop',
      'stop',
      `The server takes ${server.stops} stop sequences; enforced on the reply: ${over}.`,
    );
  }
  if (dialect.kind !== 'markers') return;
  showTokens(server, dialect, request);
  if (!server.stopTokenIds || tokenizer === undefined) return;
  const ids = new Set<number>((request['stop_token_ids'] as number[] | undefined) ?? []);
  for (const stop of dialect.stop) {
    const encoded = tokenizer.encode(stop);
    if (encoded.length === 1) ids.add(encoded[0]!);
  }
  if (ids.size > 0) request['stop_token_ids'] = [...ids];
}

/** The limit of the reply. Chat has no default, completions have 16: an unset one must be written out. */
function limitReply(
  asked: ChatRequest,
  prompt: string,
  server: Server,
  options: ToCompletionRequestOptions,
  request: Record<string, unknown>,
  notes: Notes,
): void {
  const limit = asked.max_completion_tokens ?? asked.max_tokens;
  // Servers that know -1 mean by it that there is none.
  const isSet = limit !== undefined && limit !== null && limit !== -1;
  if (asked.max_completion_tokens != null && asked.max_tokens != null && asked.max_tokens !== limit) {
    lossy(notes, 'dropped-field', 'max_tokens', 'max_completion_tokens is set as well, and holds.');
  }
  const left = roomLeft(prompt, isSet ? limit : null, options);
  if (isSet) {
    request['max_tokens'] = limit;
    return;
  }
  if (left !== undefined) {
    request['max_tokens'] = left;
    info(notes, 'default-max-tokens', 'max_tokens', `No limit is set; the window leaves ${left} tokens.`);
    return;
  }
  if (server.unlimited !== undefined) {
    request['max_tokens'] = server.unlimited;
    info(
      notes,
      'default-max-tokens',
      'max_tokens',
      `No limit is set; for the server that is ${String(server.unlimited)}.`,
    );
    return;
  }
  if (limit === -1) {
    request['max_tokens'] = -1;
    return;
  }
  request['max_tokens'] = fallbackMaxTokens;
  const message = `No limit is set, and the window is not known; ${fallbackMaxTokens} tokens were allowed.`;
  lossy(notes, 'default-max-tokens', 'max_tokens', message);
}

/**
 * The tokens that the window leaves for the reply; undefined where the window or the prompt's length is not known.
 * Throws `context-length`, in OpenAI's words, where the prompt and the limit do not fit.
 */
function roomLeft(
  prompt: string,
  limit: number | null,
  options: ToCompletionRequestOptions,
): number | undefined {
  const { contextWindow } = options;
  if (contextWindow === undefined) return undefined;
  const counted = countOf(prompt, options);
  if (counted === undefined) return undefined;
  const whole = `This model's maximum context length is ${contextWindow} tokens. However, `;
  if (limit !== null && counted + limit > contextWindow) {
    const asked = `you requested ${counted + limit} tokens (${counted} in the messages, ${limit} in the completion)`;
    const message = `${whole}${asked}. Please reduce the length of the messages or completion.`;
    throw new RolecallError('context-length', message, { path: 'messages' });
  }
  if (counted >= contextWindow) {
    const message = `${whole}your messages resulted in ${counted} tokens. Please reduce the length of the messages.`;
    throw new RolecallError('context-length', message, { path: 'messages' });
  }
  return contextWindow - counted;
}

function countOf(text: string, { countTokens, tokenizer }: ToCompletionRequestOptions): number | undefined {
  return countTokens?.(text) ?? tokenizer?.count?.(text) ?? tokenizer?.encode(text).length;
}

function askLogprobs(
  asked: ChatRequest,
  { logprobs: most = mostLogprobs }: Server,
  request: Record<string, unknown>,
  notes: Notes,
): void {
  const top = asked.top_logprobs ?? 0;
  if (asked.logprobs !== true) {
    if (top > 0) lossy(notes, 'dropped-field', 'top_logprobs', 'top_logprobs needs logprobs: true.');
    return;
  }
  const sent = Math.min(top, most);
  if (sent < top)
    lossy(notes, 'clipped', 'top_logprobs', `A completion gives at most ${most} alternatives for a token.`);
  request['logprobs'] = sent;
}

/** Takes out what the server refuses. Stops and choices are no loss: they are done here. */
function leaveOutRefused(
  request: Record<string, unknown>,
  refused: readonly string[] = [],
  notes: Notes,
): void {
  for (const field of refused) {
    if (request[field] === undefined || field === 'stop' || field === 'n') continue;
    delete request[field];
    lossy(notes, 'dropped-field', field, `The server does not take ${field}; it was dropped.`);
  }
}

/** What the reply may repeat of the open label, and the space that the label owns. */
function leadOf(
  { prompt }: RenderedPrompt,
  messages: readonly Message[],
  dialect: Dialect,
  { render }: ToCompletionRequestOptions,
): Lead {
  const prefill = render?.continueFinal !== false && messages.at(-1)?.role === 'assistant';
  if (dialect.kind !== 'labels' || prefill || render?.generationPrompt === false) return noLead;
  const gap = prompt.endsWith(dialect.colon) ? dialect.gap : '';
  return { labels: dialect.labels.assistant.map((label) => label + dialect.colon), gap };
}
