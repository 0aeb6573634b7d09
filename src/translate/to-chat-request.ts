import type { Dialect } from '../dialect/types.js';
import type { SpeakerLabels } from '../dialect/write-options.js';
import { RolecallError } from '../errors.js';
import { dialectRead } from '../formats/find.js';
import type { DialectName } from '../formats/index.generated.js';
import { parsePrompt } from '../prompt/index.js';
import type { ParsedPrompt } from '../prompt/options.js';
import { type Lead, noLead } from '../reply/lead.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { CompletionRequest } from '../schemas/completion.js';
import type { Message } from '../schemas/messages.js';
import type { Streamed, Whole, Written } from '../schemas/shared.js';
import type { CompletionContext, PromptContext } from './context.js';
import { carryFields, completionRequestFields, type UnknownFields } from './fields.js';
import { codePoints } from './logprobs/token-text.js';
import { type ConvertOptions, info, lossy, type Notes, notesFor, quoted, relay } from './notes.js';
import { type PromptDecoder, promptsOf } from './prompts.js';
import { lenientCompletionRequest } from './request/lenient.js';
import { enforcedRoleStops, roleStops, stopList } from './stops.js';
import { type Capabilities, capabilitiesOf } from './target/capabilities.js';
import { noteUnknown } from './target/doubts.js';
import { foldSystem } from './target/fold-system.js';
import { type ModelMap, mapModel, noteCompletionModel } from './target/models.js';
import { type Prefill, prefilled, writtenTurn } from './target/prefill.js';
import { leaveOut, limitReply, sampling, type Target, type Unsupported } from './target/sampling.js';

export interface ToChatRequestOptions extends ConvertOptions {
  /** The chat model to ask instead of the request's: one, a table with `*`, or a function. */
  model?: ModelMap | undefined;
  /** The model of a request to `/v1/engines/{id}/completions`, which names it in the path. */
  engine?: string | undefined;
  /** The dialect of the prompts; found by evidence unless given. */
  dialect?: Dialect | DialectName | 'auto' | undefined;
  labels?: SpeakerLabels | undefined;
  /** Default `tidy`: old prompts are full of stray blank lines, which a chat model should not see. */
  whitespace?: 'exact' | 'tidy' | undefined;
  /**
   * What a prompt that is no conversation becomes: one message of the user (the default), the same after an
   * instruction to continue it, or the beginning of the assistant's own message.
   */
  nonConversation?: 'user' | 'instruct' | 'prefill' | undefined;
  /** The instruction of `nonConversation: 'instruct'`. */
  instruction?: string | undefined;
  /**
   * For a prompt that ends inside of the assistant's turn: `send` it as the last message, for models that go on from there;
   * `instruct` the model to go on, and take off what it repeats; or an `error`. By what the model takes unless given.
   */
  prefill?: Prefill | undefined;
  /** `instruct` asks for the text in between by an instruction; by default a `suffix` is an error. */
  suffix?: 'error' | 'instruct' | undefined;
  /** Reads prompts of token ids. */
  tokenizer?: PromptDecoder | undefined;
  /** One request for each choice, for providers that refuse `n` above 1 (default false). */
  fanOut?: boolean | undefined;
  /** Where the limit of the reply goes (default `max_completion_tokens`, unless the model takes only the other). */
  maxTokensField?: 'max_completion_tokens' | 'max_tokens' | undefined;
  /** Tokens added to the limit for the hidden reasoning of models that reason (default 4,096). */
  reasoningHeadroom?: number | undefined;
  /** What the target takes, where the table of models can't know: of all models, or a function of the model that is asked. */
  capabilities?: Partial<Capabilities> | ((model: string) => Partial<Capabilities> | undefined) | undefined;
  /** For what the target refuses. `emulate` (the default): done here where it can be, else dropped with a warning. */
  unsupported?: Unsupported | undefined;
  /** For fields that no table knows (default `drop`, with a warning). */
  unknownFields?: UnknownFields | undefined;
  /** Put the space that an open label owns back in front of the reply (default true). */
  restoreSpace?: boolean | undefined;
}

export interface ChatRequests<Request extends ChatRequest = ChatRequest> {
  /** One for each prompt, in order; with a fan-out, one for each choice of each prompt. */
  requests: [Request, ...Request[]];
  context: CompletionContext;
  warnings: Notes['warnings'];
}

const continueInstruction =
  'Continue the text of the user exactly where it ends. Write only the continuation: do not repeat the text, and add nothing about it.';

const fillInstruction = (prefix: string, suffix: string): Message[] => [
  {
    role: 'system',
    content:
      'The user gives the beginning and the end of a text as JSON. Write only what stands between them, with nothing before or after it.',
  },
  { role: 'user', content: JSON.stringify({ beginning: prefix, end: suffix }) },
];

/** A last line that ends in a colon is taken for a label (`Sentiment:`) up to this length. */
const longestLabel = 64;

/**
 * A request to `/v1/completions` as requests to `/v1/chat/completions`, one for each prompt, and the context
 * that `toCompletionResponse` needs for the replies. Rules: table A of the mapping.
 *
 * Throws `empty-prompt` for a prompt that is null or empty, `unsupported` for what no chat endpoint can do.
 * @example
 * ```ts
 * import { toChatRequest } from 'rolecall';
 * const old = { model: 'text-davinci-003', prompt: 'Human: Hi!\nAI:', stop: [' Human:'], max_tokens: 50 };
 * const { requests, context, warnings } = toChatRequest(old, { model: 'gpt-4o-mini' });
 * requests[0].messages; // [{ role: 'user', content: 'Hi!' }]
 * ```
 */
export function toChatRequest(
  request: Written<CompletionRequest> & { stream: true },
  options?: ToChatRequestOptions,
): ChatRequests<Streamed<ChatRequest>>;
export function toChatRequest(
  request: Written<CompletionRequest> & { stream?: false | null | undefined },
  options?: ToChatRequestOptions,
): ChatRequests<Whole<ChatRequest>>;
export function toChatRequest(
  request: Written<CompletionRequest>,
  options?: ToChatRequestOptions,
): ChatRequests;
export function toChatRequest(
  written: Written<CompletionRequest>,
  options: ToChatRequestOptions = {},
): ChatRequests {
  // Nulls are left out below, as far as they say nothing.
  const request = written as CompletionRequest;
  const notes = notesFor(options);
  const { asked, named } = namedModel(request, options.engine);
  const model = mapModel(named, options.model, notes);
  if (options.model === undefined) noteCompletionModel(model, notes);
  const stated =
    typeof options.capabilities === 'function' ? options.capabilities(model) : options.capabilities;
  const capabilities = capabilitiesOf(model, stated);
  const target: Target = {
    model,
    capabilities,
    stated: stated !== undefined,
    unsupported: options.unsupported ?? 'emulate',
  };

  const fields: Record<string, unknown> = {};
  carryFields(asked, completionRequestFields, fields, options.unknownFields ?? 'drop', notes);
  const choices = sampling(asked, fields, target, options, notes);
  limitReply(asked, fields, target, options, notes);
  leaveOut(fields, target, notes);

  const stops = stopList(asked.stop);
  const texts = promptsOf(asked.prompt, options.tokenizer);
  const suffix = suffixOf(asked.suffix, options);
  const enforced = new Set<string>();
  const told = new Set<string>();
  const prompts: PromptContext[] = [];
  const requests: ChatRequest[] = [];
  for (const [i, text] of texts.entries()) {
    const path =
      Array.isArray(asked.prompt) && typeof asked.prompt[0] !== 'number' ? `prompt[${i}]` : 'prompt';
    const read = readPrompt(text, suffix, stops, path, target, options, notes);
    const { wire, enforce, messages: remarks } = divideStops(stops, read.roleStops, target);
    for (const stop of enforce) enforced.add(stop);
    for (const { severity, message } of remarks) {
      if (!told.has(message)) relay(notes, { code: 'local-stop', path: 'stop', message, severity });
      told.add(message);
    }
    const chat = {
      model,
      messages: capabilities.system ? read.messages : foldSystem(read.messages, model, path, notes),
      ...fields,
      ...(wire.length === 0 ? {} : { stop: wire }),
    } as ChatRequest;
    for (let j = 0; j < choices.requests; j++) requests.push({ ...chat });
    prompts.push({
      echo: asked.echo === true ? text : null,
      offset: asked.logprobs === undefined || asked.logprobs === null ? 0 : codePoints(text),
      lead: read.lead,
      space: options.restoreSpace === false ? '' : read.space,
    });
  }
  noteUnknown(target, requests, notes);
  const context: CompletionContext = {
    kind: 'completion',
    model: named ?? model,
    prompts,
    n: choices.n,
    bestOf: choices.bestOf,
    fanOut: choices.requests > 1,
    stops: [...enforced],
    logprobs: fields['logprobs'] === true ? (asked.logprobs ?? null) : null,
    reasons: capabilities.reasons,
    includeUsage: asked.stream_options?.include_usage === true,
  };
  return { requests: requests as [ChatRequest, ...ChatRequest[]], context, warnings: notes.warnings };
}

/** The request, and the model it names: in `model`, in `engine` as the first clients did, or in the path. */
function namedModel(
  request: CompletionRequest,
  fromPath: string | undefined,
): { asked: Omit<CompletionRequest, 'model'>; named: string | undefined } {
  if (typeof request !== 'object' || request === null) {
    throw new RolecallError('invalid-argument', 'The request must be an object.');
  }
  const given = lenientCompletionRequest(request);
  if (given.model !== undefined) return { asked: given, named: given.model };
  const { engine, ...asked } = given as CompletionRequest & { engine?: unknown };
  return { asked, named: typeof engine === 'string' ? engine : fromPath };
}

function suffixOf(suffix: string | null | undefined, options: ToChatRequestOptions): string | null {
  if (suffix === undefined || suffix === null || suffix === '') return null;
  if (options.suffix === 'instruct') return suffix;
  const message =
    'A chat model does not fill in before a suffix; suffix: "instruct" asks it to by an instruction.';
  throw new RolecallError('unsupported', message, { path: 'suffix' });
}

interface ReadPrompt {
  messages: [Message, ...Message[]];
  roleStops: string[];
  lead: Lead;
  space: string;
}

function readPrompt(
  text: string,
  suffix: string | null,
  stops: readonly string[],
  path: string,
  target: Target,
  options: ToChatRequestOptions,
  notes: Notes,
): ReadPrompt {
  if (suffix !== null) {
    lossy(
      notes,
      'emulated',
      'suffix',
      'The model is asked for the text before the suffix by an instruction.',
    );
    return {
      messages: fillInstruction(text, suffix) as [Message, ...Message[]],
      roleStops: [],
      lead: noLead,
      space: '',
    };
  }
  const { dialect = 'auto', whitespace = 'tidy', labels } = options;
  const parsed = parsePrompt(text, { dialect, whitespace, labels, stop: stops });
  const [first, ...rest] = parsed.messages;
  if (parsed.dialect === null || first === undefined) return plainPrompt(text, path, target, options, notes);
  for (const warning of parsed.warnings) relay(notes, { ...warning, path: `${path}: ${warning.path}` });
  const spoken = dialectRead(parsed.dialect, dialect);
  const ending =
    parsed.ending === 'prefill'
      ? prefilled(parsed.messages, writtenTurn(parsed), target, options.prefill, path, notes)
      : { messages: [first, ...rest] as [Message, ...Message[]], ...openEnd(parsed, spoken) };
  if (!parsed.awaitsAssistant) noteUserTurn(path, notes);
  return { roleStops: roleStops(stops, parsed, spoken), ...ending };
}

/** The label that stands open, as a reply may repeat it, and the space that it owns. */
function openEnd(parsed: ParsedPrompt, dialect: Dialect): { lead: Lead; space: string } {
  const { open, text } = parsed;
  if (open === null || dialect.kind !== 'labels') return { lead: noLead, space: '' };
  const gap = dialect.gap;
  const written = open.role === 'assistant' ? dialect.labels.assistant : [];
  const labels = new Set([open.label.trim(), ...written.map((label) => label + dialect.colon)]);
  return { lead: { labels: [...labels], gap }, space: /\s$/.test(text) ? '' : gap };
}

function noteUserTurn(path: string, notes: Notes): void {
  const message =
    'The prompt does not ask for a turn of the assistant; a chat model answers as the assistant.';
  lossy(notes, 'open-user-turn', path, message);
}

function plainPrompt(
  text: string,
  path: string,
  target: Target,
  options: ToChatRequestOptions,
  notes: Notes,
): ReadPrompt {
  const { nonConversation = 'user', instruction = continueInstruction } = options;
  const user: Message = { role: 'user', content: text };
  const lastLine = text.slice(text.lastIndexOf('\n') + 1).trimStart();
  const label = lastLine.length <= longestLabel && /[^\s:]:$/.test(lastLine) ? lastLine : undefined;
  const end =
    label === undefined ? { lead: noLead, space: '' } : { lead: { labels: [label], gap: ' ' }, space: ' ' };
  info(
    notes,
    'no-conversation',
    path,
    `The prompt is not a conversation; it was sent as ${sentAs[nonConversation]}.`,
  );
  if (nonConversation === 'instruct') {
    return { messages: [{ role: 'system', content: instruction }, user], roleStops: [], ...end };
  }
  if (nonConversation === 'prefill') {
    const begun: Message[] = [{ role: 'assistant', content: text }];
    return { roleStops: [], ...prefilled(begun, text, target, options.prefill, path, notes) };
  }
  return { messages: [user], roleStops: [], ...end };
}

const sentAs = {
  user: 'a message of the user',
  instruct: 'a message of the user, with an instruction to continue it',
  prefill: "the beginning of the assistant's message",
} as const;

interface DividedStops {
  /** For the request. */
  wire: string[];
  /** For the reply: all that are not given up. What is sent as well does no harm here. */
  enforce: string[];
  messages: { severity: 'info' | 'lossy'; message: string }[];
}

/** Which stop sequences are sent, and which are enforced on the reply. */
function divideStops(stops: readonly string[], speakers: readonly string[], target: Target): DividedStops {
  const messages: DividedStops['messages'] = [];
  const most = target.capabilities.stops;
  const own = new Set(speakers);
  const wanted = stops.filter((stop) => !own.has(stop));
  if (speakers.length > 0) {
    const message = `A chat endpoint ends turns itself; enforced on the reply: ${speakers.map(quoted).join(', ')}.`;
    messages.push({ severity: 'info', message });
  }
  const wire = wanted.slice(0, most);
  const over = wanted.slice(most);
  const kept = [...enforcedRoleStops(speakers), ...wire];
  if (over.length === 0) return { wire, enforce: kept, messages };
  const takes = `${target.model} takes ${most === 0 ? 'no' : `only ${most}`} stop sequences`;
  if (target.unsupported === 'error') throw new RolecallError('unsupported', `${takes}.`, { path: 'stop' });
  const list = over.map(quoted).join(', ');
  if (target.unsupported === 'drop') {
    messages.push({ severity: 'lossy', message: `${takes}; dropped: ${list}.` });
    return { wire, enforce: kept, messages };
  }
  messages.push({ severity: 'info', message: `${takes}; enforced on the reply: ${list}.` });
  return { wire, enforce: [...kept, ...over], messages };
}
