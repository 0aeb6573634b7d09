import { type ChatMessage, callsOf, isRecord, textOf } from '../chat/chat-message.js';
import type { CountContext } from '../chat/message-count.js';
import { countsOfMessages } from '../chat/message-groups.js';

/** What a message is for the structure of a history: `tool` is whatever answers calls, whoever sends it. */
export type Part = 'system' | 'user' | 'assistant' | 'tool';

/**
 * How the fitting reads a message, and writes a shorter one. All are pure; a message is never changed.
 * `openaiMessages`, `anthropicMessages` and `aiSdkMessages` are ready made.
 */
export interface MessageAccessors<Message> {
  role(message: Message): Part;
  /**
   * The places from `start` to `end` (exclusive) of all messages whose role is `system`. Optional: with it, a long
   * history that was fitted before is not read to its beginning each time.
   */
  systemPlaces?(messages: readonly Message[], start: number, end: number): number[];
  /** The ids of the calls that the message makes. */
  calls(message: Message): readonly string[];
  /** The ids of the calls that the message answers. */
  results(message: Message): readonly string[];
  /** The tokens of messages that belong together: one message, or one with calls and all that answers them. */
  count(group: readonly Message[], context: CountContext): number;
  /** The text of a system message, behind which tools are written; undefined for any other. */
  system(message: Message): string | undefined;
  /** The text that a cut may shorten; undefined if there is none. */
  text(message: Message): string | undefined;
  withText(message: Message, text: string): Message;
  /** The message with its results emptied down to a placeholder, or itself. */
  emptyResults(message: Message, placeholder: string): Message;
  /** The message with a placeholder for each image, or itself. */
  dropImages(message: Message, placeholder: string): Message;
}

/** Stands for the id of a deprecated function call, which has none: the message after it answers it. */
export const LEGACY_CALL = 'function_call';

const NONE: readonly string[] = [];

function isImage(part: unknown): boolean {
  return isRecord(part) && (part['type'] === 'image_url' || part['image_url'] !== undefined);
}

/** Messages of the chat completions API. */
export const openaiMessages: MessageAccessors<ChatMessage> = {
  role: ({ role }) => {
    if (role === 'system' || role === 'developer') return 'system';
    if (role === 'user' || role === 'assistant' || role === 'tool') return role;
    return role === 'function' ? 'tool' : 'user';
  },
  systemPlaces: (messages, start, end) => {
    const places: number[] = [];
    for (let index = start; index < end; index += 1) {
      const role = (messages[index] as ChatMessage).role;
      if (role === 'system' || role === 'developer') places.push(index);
    }
    return places;
  },
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
  count: (group, context) => {
    let total = 0;
    for (const tokens of countsOfMessages(group, context)) total += tokens;
    return total;
  },
  system: (message) =>
    message.role === 'system' || message.role === 'developer' ? textOf(message) : undefined,
  text: ({ content }) => {
    if (typeof content === 'string') return content;
    const text = content?.find((part) => isRecord(part) && part['type'] === 'text');
    return isRecord(text) && typeof text['text'] === 'string' ? text['text'] : undefined;
  },
  withText: (message, text) => {
    const { content } = message;
    if (typeof content === 'string' || content === null || content === undefined)
      return { ...message, content: text };
    const at = content.findIndex((part) => isRecord(part) && part['type'] === 'text');
    return {
      ...message,
      content: content.map((part, index) => (index === at && isRecord(part) ? { ...part, text } : part)),
    };
  },
  emptyResults: (message, placeholder) =>
    (message.role === 'tool' || message.role === 'function') && message.content !== placeholder
      ? { ...message, content: placeholder }
      : message,
  dropImages: (message, placeholder) => {
    const { content } = message;
    if (typeof content === 'string' || !content?.some(isImage)) return message;
    return {
      ...message,
      content: content.map((part) => (isImage(part) ? { type: 'text', text: placeholder } : part)),
    };
  },
};
