import { always, LEGACY_CALL, type MessageAccessors } from './accessors.js';
import { openaiMedia } from './media.js';
import {
  asString,
  asText,
  type CallView,
  type Fields,
  isRecord,
  type MediaView,
  type MessageView,
  type Part,
  sayings,
} from './view.js';

/**
 * A part of a message's content: `text`, `image_url`, `input_audio`, `file`, `refusal`. What other packages write in
 * their parts is left out, so that messages of theirs need the accessors for them.
 */
export interface ChatPart {
  type?: string;
  text?: unknown;
  source?: undefined;
  input?: undefined;
  image?: undefined;
  data?: undefined;
  content?: undefined;
  thinking?: undefined;
  toolCallId?: undefined;
  tool_use_id?: undefined;
}

/**
 * A chat message as the counting and the fitting read it. Looser than `Message` of the schemas, which fits it:
 * a stored history holds what several providers wrote.
 */
export interface ChatMessage {
  role: string;
  content?: string | readonly (ChatPart | string)[] | null | undefined;
  name?: string | undefined;
  refusal?: string | null | undefined;
  tool_calls?: readonly unknown[] | null | undefined;
  tool_call_id?: string | undefined;
  function_call?: unknown;
  /** Not there: a message with `parts` is another package's, and is read with its accessors. */
  parts?: undefined;
}

const NONE: readonly string[] = [];

function callView(call: unknown): CallView {
  const record = isRecord(call) ? call : {};
  const id = asString(record['id']);
  if (isRecord(record['custom']))
    return { id, name: asString(record['custom']['name']), input: asText(record['custom']['input']) };
  const called = isRecord(record['function']) ? record['function'] : {};
  return { id, name: asString(called['name']), input: asText(called['arguments']) };
}

function callsOf({ tool_calls: calls }: ChatMessage): readonly CallView[] {
  return Array.isArray(calls) && calls.length > 0 ? calls.map(callView) : [];
}

/** The text of one content part; undefined for anything but text. A bare string in a list is text too. */
function textOfPart(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  if (!isRecord(part)) return undefined;
  if (typeof part['text'] === 'string') return part['text'];
  return typeof part['refusal'] === 'string' ? part['refusal'] : undefined;
}

/** The types of parts of other APIs: a message with them was meant for other accessors. */
const FOREIGN =
  /^(?:tool[-_](?:call|use|result)|tool-|image$|document$|thinking$|redacted_thinking$|reasoning$|input_|output_|function_call)/;

interface Content {
  text: string;
  media?: MediaView[];
  beside?: string;
}

/** undefined for what is no content. */
function contentOf(content: unknown): Content | undefined {
  if (typeof content === 'string') return { text: content };
  if (!Array.isArray(content)) return undefined;
  const read: Content = { text: '' };
  for (const part of content as unknown[]) {
    const text = textOfPart(part);
    if (text !== undefined) {
      read.text += text;
      continue;
    }
    if (!isRecord(part)) return undefined;
    const media = openaiMedia(part);
    if (media !== undefined) read.media = [...(read.media ?? []), media];
    else if (FOREIGN.test(asString(part['type']))) return undefined;
    else read.beside = (read.beside ?? '') + sayings(part);
  }
  return read;
}

const KNOWN = new Set(
  'role content name refusal tool_calls tool_call_id function_call id reasoning_content reasoning audio'.split(
    ' ',
  ),
);

/** A message without content says nothing, or it is not of this shape and says it elsewhere. */
function saysItElsewhere(message: ChatMessage): boolean {
  return Object.entries(message).some(
    ([key, value]) =>
      !KNOWN.has(key) && (typeof value === 'string' || (typeof value === 'object' && value !== null)),
  );
}

function read(message: ChatMessage): readonly MessageView[] | undefined {
  if (!isRecord(message) || typeof message.role !== 'string') return undefined;
  const { role, content, refusal, name } = message;
  if ((message as Fields)['parts'] !== undefined) return undefined;
  const empty = content === undefined || content === null;
  if (content === undefined && saysItElsewhere(message)) return undefined;
  const said = empty ? { text: asString(refusal) } : contentOf(content);
  if (said === undefined) return undefined;
  const view: MessageView = { role, ...said };
  if ('beside' in said) view.unknownPart = true;
  if (typeof name === 'string' && name !== '') view.name = name;
  const calls = callsOf(message);
  if (calls.length > 0) view.calls = calls;
  if (role === 'tool') view.answers = asString(message.tool_call_id);
  if (role === 'assistant' && isRecord(message.function_call)) {
    const call = message.function_call;
    view.functionCall = { id: '', name: asString(call['name']), input: asText(call['arguments']) };
  }
  return [view];
}

function isImage(part: unknown): boolean {
  return isRecord(part) && (part['type'] === 'image_url' || part['image_url'] !== undefined);
}

const isText = (part: unknown): part is Fields & { text: string } =>
  isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string';

function roleOf({ role }: ChatMessage): Part {
  if (role === 'system' || role === 'developer') return 'system';
  if (role === 'user' || role === 'assistant' || role === 'tool') return role;
  return role === 'function' ? 'tool' : 'user';
}

/** Messages of the chat completions API. */
export const openaiMessages: MessageAccessors<ChatMessage> = {
  role: roleOf,
  calls: (message) => {
    if (message.role !== 'assistant') return NONE;
    if (message.function_call !== undefined && message.function_call !== null) return [LEGACY_CALL];
    const calls = callsOf(message);
    return calls.length === 0 ? NONE : calls.map((call) => call.id);
  },
  results: (message) => {
    if (message.role === 'function') return [LEGACY_CALL];
    return message.role === 'tool' ? [message.tool_call_id ?? ''] : NONE;
  },
  read,
  text: ({ content }) => {
    if (typeof content === 'string') return content;
    return Array.isArray(content) ? (content as unknown[]).find(isText)?.text : undefined;
  },
  withText: (message, text) => {
    const { content } = message;
    if (!Array.isArray(content)) return { ...message, content: text };
    const at = (content as unknown[]).findIndex(isText);
    return {
      ...message,
      content: content.map((part, index) => (index === at && isRecord(part) ? { ...part, text } : part)),
    };
  },
  emptyResults: (message, placeholder, wanted = always) =>
    (message.role === 'tool' || message.role === 'function') &&
    message.content !== placeholder &&
    wanted(message.tool_call_id ?? LEGACY_CALL)
      ? { ...message, content: placeholder }
      : message,
  emptyInputs: (message, wanted = always) => {
    const calls = message.tool_calls;
    if (!Array.isArray(calls)) return message;
    const emptied = calls.map((call: unknown) => {
      if (!isRecord(call) || !isRecord(call['function']) || !wanted(asString(call['id']))) return call;
      if (asText(call['function']['arguments']) === '{}') return call;
      return { ...call, function: { ...call['function'], arguments: '{}' } };
    });
    return emptied.every((call, index) => call === calls[index])
      ? message
      : { ...message, tool_calls: emptied };
  },
  dropImages: (message, placeholder) => {
    const { content } = message;
    if (!Array.isArray(content) || !content.some(isImage)) return message;
    return {
      ...message,
      content: content.map((part) => (isImage(part) ? { type: 'text', text: placeholder } : part)),
    };
  },
  create: <M extends ChatMessage>(role: string, text: string) => ({ role, content: text }) as unknown as M,
};
