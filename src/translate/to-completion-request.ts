import { argumentTypes } from '../body/typed.js';
import type { Dialect } from '../dialect/types.js';
import { RolecallError } from '../errors.js';
import { dialectKey, resolveDialect } from '../formats/find.js';
import { dialectFor } from '../formats/models.js';
import { speaksOfTools, toolStyleOf } from '../prompt/adapt.js';
import type { RenderedPrompt } from '../prompt/options.js';
import { type Lead, noLead } from '../reply/lead.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { Message } from '../schemas/messages.js';
import type { Streamed, Whole, Written } from '../schemas/shared.js';
import { didYouMean } from '../text/nearest.js';
import { checkMessages } from './check-messages.js';
import type { ChatContext } from './context.js';
import { carryFields, chatRequestFields } from './fields.js';
import { modernRequest, usesFunctions } from './legacy-functions.js';
import { info, isEmpty, lossy, type Notes, notesFor, quoted } from './notes.js';
import { endsInReasoning, mayReason } from './reply-text.js';
import { applyFormat } from './request/json-format.js';
import { lenientChatRequest } from './request/lenient.js';
import type { ToCompletionRequestOptions, WriteIds } from './request/options.js';
import { limitReply } from './request/reply-limit.js';
import { checkChatShape } from './request/shape.js';
import { showTokens } from './request/shown-tokens.js';
import { noteUnread, templateOptions } from './request/template-options.js';
import { writePrompt } from './request/write-prompt.js';
import { type Server, type ServerName, servers } from './servers.js';
import { stopList } from './stops.js';
import { mapModel } from './target/models.js';
import { offeredTools } from './tool-choice.js';

export type { ToCompletionRequestOptions, WriteIds };

export interface CompletionRequestConversion<Request extends CompletionRequest = CompletionRequest> {
  request: Request;
  context: ChatContext;
  warnings: Notes['warnings'];
}

const toolFields = ['tools', 'functions'] as const;

/** The most alternatives a token of a completion comes with. Source: OpenAI's API description. */
const mostLogprobs = 5;

/**
 * A request to `/v1/chat/completions` as one to `/v1/completions`, its messages written as a prompt in a dialect,
 * and the context that `toChatResponse` needs for the reply. Rules: table B of the mapping.
 *
 * Throws `invalid-request` for messages that OpenAI refuses, `unrepresentable` for parts that text can't carry,
 * `unsupported` for audio, web search, and JSON that the server can't be asked for.
 * @example
 * ```ts
 * import { toCompletionRequest } from 'rolecall';
 * const chat = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi!' }] };
 * const { request, context, warnings } = toCompletionRequest(chat, { dialect: 'chatml' });
 * request.prompt; // '<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\n'
 * ```
 */
export function toCompletionRequest(
  request: Written<ChatRequest> & { stream: true },
  options?: ToCompletionRequestOptions,
): CompletionRequestConversion<Streamed<CompletionRequest>>;
export function toCompletionRequest(
  request: Written<ChatRequest> & { stream?: false | null | undefined },
  options?: ToCompletionRequestOptions,
): CompletionRequestConversion<Whole<CompletionRequest>>;
export function toCompletionRequest(
  request: Written<ChatRequest>,
  options?: ToCompletionRequestOptions,
): CompletionRequestConversion;
export function toCompletionRequest(
  written: Written<ChatRequest>,
  options: ToCompletionRequestOptions = {},
): CompletionRequestConversion {
  const chatRequest = written as ChatRequest;
  const notes = notesFor(options);
  if (typeof chatRequest !== 'object' || chatRequest === null) {
    throw new RolecallError('invalid-argument', 'The request must be an object.');
  }
  const given = lenientChatRequest(chatRequest as ChatRequest, notes);
  checkChatShape(given);
  checkMessages(given.messages);
  const asked = modernRequest(given, notes);
  const server = serverOf(options.server ?? 'generic');

  const fields: Record<string, unknown> = {};
  carryFields(asked, chatRequestFields, fields, options.unknownFields ?? 'drop', notes);
  checkModalities(asked, notes);
  const request: Record<string, unknown> = {
    model: mapModel(asked.model, options.model, notes),
    prompt: '',
    ...fields,
  };
  const dialect = dialectOfRequest(request['model'], options, notes);
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
  const render = { ...options.render, templateOptions: template.options, dialect, tools };
  const rendered = writePrompt(messages, render, server, { options, request, notes });
  noteUnread(asked, template.read, dialect, notes);
  noteServer(server, dialect, tools.length > 0, notes);

  const stops = [...new Set([...stopList(asked.stop), ...rendered.stop])];
  const ends = (dialect.kind === 'markers' ? dialect.ends : undefined) ?? [];
  const sent = stopsToSend(stops, rendered, server, dialect, notes);
  if (sent.length > 0) request['stop'] = sent;
  sendStopTokens(server, dialect, options, request);
  limitReply(asked, request['prompt'] as string | number[], server, options, request, notes);
  askLogprobs(asked, server, request, notes);
  if (options.echo === true) request['echo'] = true;
  leaveOutRefused(request, server.refuses, notes);

  const calls = callsForm(dialect, tools.length > 0 || messages.some(speaksOfTools), options);
  const untyped = calls === 'native' && dialect.kind === 'markers' && dialect.calls?.untyped === true;
  const context: ChatContext = {
    kind: 'chat',
    model: typeof asked.model === 'string' ? asked.model : (request['model'] as string),
    n: asked.n ?? 1,
    dialect: dialectKey(dialect),
    echo: request['echo'] === true ? rendered.prompt : null,
    lead: leadOf(rendered, messages, dialect, options),
    stops: [...new Set([...stops, ...ends])],
    logprobs: typeof request['logprobs'] === 'number' ? request['logprobs'] : null,
    thinking: endsInReasoning(rendered.prompt, dialect),
    tools: tools.length > 0,
    calls,
    ...(untyped && tools.length > 0 ? { argumentTypes: argumentTypes(tools) } : {}),
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

function serverOf(server: ServerName | Server): Server {
  if (typeof server === 'object') return server;
  if (Object.hasOwn(servers, server)) return servers[server];
  const hint = didYouMean(String(server), Object.keys(servers));
  throw new RolecallError('invalid-argument', `There is no server "${String(server)}".${hint}`, {
    path: 'server',
  });
}

/** Models that complete texts of any form: the labels of a chat are as good as any. */
const plainModels =
  /^(?:gpt-3\.5-turbo-instruct|(?:text-|code-)?(?:davinci|curie|babbage|ada)\b|babbage-002)/;

/** The dialect that was asked for, else the one of the model; labels where neither tells, with a warning. */
function dialectOfRequest(model: unknown, options: ToCompletionRequestOptions, notes: Notes): Dialect {
  if (options.dialect !== undefined) return resolveDialect(options.dialect);
  const known = typeof model === 'string' ? dialectFor(model) : null;
  if (known !== null) return resolveDialect(known);
  if (typeof model === 'string' && model !== '' && !plainModels.test(model)) {
    const message = `The format of ${quoted(model)} is not known, so the prompt is written with "User:" and "Assistant:"; say its format with the option "dialect".`;
    lossy(notes, 'unknown-model', 'model', message);
  }
  return resolveDialect('user-assistant');
}

function checkModalities({ modalities }: ChatRequest, notes: Notes): void {
  if (modalities === undefined || modalities === null) return;
  if (modalities.includes('audio')) {
    throw new RolecallError('unsupported', 'A completion makes no audio.', { path: 'modalities' });
  }
  info(notes, 'dropped-field', 'modalities', 'A completion is text, which is all that is asked for.');
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

/**
 * The stops that the server is to look for: the dialect's own, and the caller's, as many as it takes. It would find the
 * caller's in reasoning too, where they mean nothing; so where a reply may hold some, they are left to its reader.
 */
function stopsToSend(
  stops: readonly string[],
  { prompt, stop: own }: RenderedPrompt,
  server: Server,
  dialect: Dialect,
  notes: Notes,
): string[] {
  const most = server.stops ?? Infinity;
  const reasons = mayReason(prompt, dialect);
  const asked = stops.filter((stop) => !own.includes(stop));
  const room = reasons ? 0 : Math.max(0, most - own.length);
  const local = [...asked.slice(room), ...own.slice(most)];
  if (local.length > 0) {
    const why = reasons
      ? 'The reply may hold reasoning, where stop sequences mean nothing'
      : `The server takes ${server.stops} stop sequences`;
    info(notes, 'local-stop', 'stop', `${why}; enforced on the reply: ${local.map(quoted).join(', ')}.`);
  }
  return stops.filter((stop) => !local.includes(stop));
}

function sendStopTokens(
  server: Server,
  dialect: Dialect,
  { tokenizer }: ToCompletionRequestOptions,
  request: Record<string, unknown>,
): void {
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
    const here = field === 'stop' || (field === 'n' && request[field] !== 1);
    if (request[field] === undefined || here) continue;
    delete request[field];
    if (field === 'n') continue;
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
  const labels = dialect.labels.assistant.map((label) => label + dialect.colon);
  return { labels, gap: labels.some((label) => prompt.endsWith(label)) ? dialect.gap : '' };
}
