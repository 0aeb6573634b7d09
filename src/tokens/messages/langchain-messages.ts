import { always, LEGACY_CALL, type MessageAccessors } from './accessors.js';
import { type BlockView, viewsOf } from './blocks.js';
import { mediaView, openaiMedia } from './media.js';
import {
  asString,
  asText,
  type CallView,
  type Fields,
  isRecord,
  type MediaView,
  type Part,
  sayings,
} from './view.js';

/** A message of LangChain, as far as it is read; its `BaseMessage` is one. */
export interface LangchainMessage {
  content: unknown;
  /** `getType` in later versions, which have both. */
  _getType(): string;
}

const roles: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  system: 'system',
  developer: 'developer',
  tool: 'tool',
  function: 'function',
};

const fields = (message: LangchainMessage): Fields => message as unknown as Fields;

function roleName(message: LangchainMessage): string | undefined {
  if (!isRecord(message) || typeof message._getType !== 'function') return undefined;
  const type = message._getType();
  if (type === 'generic') {
    const role = asString(fields(message)['role']);
    return roles[role] ?? (role || undefined);
  }
  return roles[type];
}

function roleOf(message: LangchainMessage): Part {
  const role = roleName(message);
  if (role === 'system' || role === 'developer') return 'system';
  if (role === 'assistant' || role === 'tool') return role;
  return role === 'function' ? 'tool' : 'user';
}

/** The calls, also those whose arguments are no JSON; else what the provider wrote. */
function callsOf(message: LangchainMessage): CallView[] {
  const { tool_calls: calls, invalid_tool_calls: broken, additional_kwargs: more } = fields(message);
  const own = [calls, broken].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isRecord);
  if (own.length > 0)
    return own.map((call) => ({
      id: asString(call['id']),
      name: asString(call['name']),
      input: asText(call['args'] ?? {}),
    }));
  const raw = isRecord(more) ? more['tool_calls'] : undefined;
  return (Array.isArray(raw) ? raw : []).filter(isRecord).map((call) => {
    const called = isRecord(call['function']) ? call['function'] : {};
    return { id: asString(call['id']), name: asString(called['name']), input: asText(called['arguments']) };
  });
}

/** Blocks that repeat what `tool_calls` says. */
const CALLS = /^(?:tool_use|tool_call|tool_call_chunk|invalid_tool_call|input_json_delta|function_call)$/;

/** A block of media: LangChain's own of either generation, or a provider's. */
function mediaOf(block: Fields): MediaView | undefined {
  const openai = openaiMedia(block);
  if (openai !== undefined) return openai;
  const type = asString(block['type']);
  if (!/^(?:image|audio|video|file|document|media)$/.test(type)) return undefined;
  const source = isRecord(block['source']) ? block['source'] : block;
  const mediaType = asString(
    source['mimeType'] ?? source['mime_type'] ?? source['media_type'] ?? block['mime_type'],
  );
  const kind = type === 'image' || type === 'audio' ? type : undefined;
  const data = source['data'] ?? source['url'] ?? source['fileId'] ?? source['id'];
  return kind === undefined ? mediaView(data, mediaType) : mediaView(data, mediaType, kind);
}

function blockView(block: Fields): BlockView | undefined {
  const type = asString(block['type']);
  if (type === 'text' || type === 'text-plain' || type === 'output_text')
    return { text: asString(block['text']) };
  if (CALLS.test(type)) return { silent: true };
  if (/^(?:reasoning|thinking|reasoning_content)$/.test(type))
    return { beside: asString(block['reasoning'] ?? block['thinking'] ?? block['text']) };
  const media = mediaOf(block);
  return media === undefined ? undefined : { media };
}

const isImage = (block: unknown): boolean => isRecord(block) && mediaOf(block)?.kind === 'image';

const isText = (block: unknown): block is Fields & { text: string } =>
  isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string';

/** A copy of the same class, with other fields. */
function copied<M extends LangchainMessage>(message: M, change: Fields): M {
  const kwargs = fields(message)['lc_kwargs'];
  const copy = Object.assign(Object.create(Object.getPrototypeOf(message) as object) as M, message, change);
  return isRecord(kwargs) ? Object.assign(copy, { lc_kwargs: { ...kwargs, ...change } }) : copy;
}

const idOf = (message: LangchainMessage): string => asString(fields(message)['tool_call_id']);

/** Messages of LangChain, of `@langchain/core` 0.3 and 1. New and shortened ones have the class of those given. */
export const langchainMessages: MessageAccessors<LangchainMessage> = {
  role: roleOf,
  calls: (message) => (roleName(message) === 'assistant' ? callsOf(message).map(({ id }) => id) : []),
  results: (message) => {
    if (roleName(message) === 'function') return [LEGACY_CALL];
    return roleName(message) === 'tool' ? [idOf(message)] : [];
  },
  read: (message) => {
    const role = roleName(message);
    if (role === undefined) return undefined;
    const { content } = message;
    if (typeof content !== 'string' && !Array.isArray(content)) return undefined;
    const blocks: BlockView[] = [];
    let unknownPart = false;
    for (const block of typeof content === 'string' ? [content] : (content as unknown[])) {
      const known = isRecord(block) ? blockView(block) : { text: asText(block) };
      unknownPart ||= known === undefined;
      blocks.push(known ?? { beside: sayings(block) });
    }
    if (role === 'assistant') for (const call of callsOf(message)) blocks.push({ call });
    const [view] = viewsOf(role, blocks);
    if (view === undefined) return undefined;
    if (role === 'tool') view.answers = idOf(message);
    const { name } = fields(message);
    if (role !== 'tool' && typeof name === 'string' && name !== '') view.name = name;
    if (unknownPart) view.unknownPart = true;
    return [view];
  },
  text: ({ content }) => {
    if (typeof content === 'string') return content;
    return Array.isArray(content) ? (content as unknown[]).find(isText)?.text : undefined;
  },
  withText: (message, text) => {
    const { content } = message;
    if (!Array.isArray(content)) return copied(message, { content: text });
    const at = (content as unknown[]).findIndex(isText);
    return copied(message, {
      content: content.map((block: unknown, index) =>
        index === at && isRecord(block) ? { ...block, text } : block,
      ),
    });
  },
  emptyResults: (message, placeholder, wanted = always) =>
    roleOf(message) === 'tool' && message.content !== placeholder && wanted(idOf(message) || LEGACY_CALL)
      ? copied(message, { content: placeholder })
      : message,
  emptyInputs: (message, wanted = always) => {
    const calls = fields(message)['tool_calls'];
    if (!Array.isArray(calls)) return message;
    const emptied = calls.map((call: unknown) =>
      isRecord(call) && asText(call['args']) !== '{}' && wanted(asString(call['id']))
        ? { ...call, args: {} }
        : call,
    );
    return emptied.every((call, index) => call === calls[index])
      ? message
      : copied(message, { tool_calls: emptied });
  },
  dropImages: (message, placeholder) => {
    const { content } = message;
    if (!Array.isArray(content) || !content.some(isImage)) return message;
    const text = { type: 'text', text: placeholder };
    return copied(message, { content: content.map((block: unknown) => (isImage(block) ? text : block)) });
  },
  create: (role, text, like) => {
    const sample =
      like.find((message) => roleName(message) === role) ??
      like.find((message) => roleName(message) === 'user') ??
      like[0];
    // Without an example there is no class to make one of.
    return copied(sample as NonNullable<typeof sample>, { content: text, id: undefined, name: undefined });
  },
};
