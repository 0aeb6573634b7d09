import { RolecallError } from '../../errors.js';
import { checkArgument } from '../../text/arguments.js';
import { jsonText } from '../../text/json.js';

/**
 * What the API billed for the messages that begin a request: the `usage.prompt_tokens` of an earlier answer.
 * As it covers the tools of that request too, it holds for requests with the same ones.
 */
export interface Anchor {
  /**
   * The messages that were sent, or how many of the first they were. With the messages, or with a `key`, the anchor
   * is void as soon as one of them is changed; with a bare number that is the caller's promise.
   */
  messages: number | readonly unknown[];
  /** `usage.prompt_tokens` of the answer. */
  tokens: number;
  /** From `anchorFor`: tells whether the messages are still the same. */
  key?: string | undefined;
}

/** A short key of what messages say; different messages give the same one with a chance of 2^-52. */
export function messagesKey(messages: readonly unknown[]): string {
  // Two 32-bit FNV-1a hashes with different starts, over the JSON text.
  const text = jsonText(messages, 'messages') ?? '';
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ ((unit << 7) | (unit >>> 9)), 0x01000193);
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36);
}

/**
 * An anchor in plain JSON, for the messages that were sent and the `usage.prompt_tokens` that came back.
 * @example
 * ```ts
 * import { anchorFor, countChatTokens, loadTokenizer } from 'rolecall/tokens';
 * const sent = [{ role: 'user', content: 'Hi!' }];
 * const anchor = anchorFor(sent, 9); // 9: the usage.prompt_tokens of its answer
 * const messages = [...sent, { role: 'assistant', content: 'Hello.' }, { role: 'user', content: 'Bye!' }];
 * countChatTokens({ messages }, { tokenizer: await loadTokenizer('gpt-4o'), anchor }).total;
 * ```
 */
export function anchorFor(messages: readonly unknown[], tokens: number): Anchor {
  checkArgument(messages, 'messages', 'list');
  if (!(typeof tokens === 'number' && tokens >= 0))
    throw new RolecallError('invalid-argument', 'tokens must be a count.', { path: 'tokens' });
  return { messages: messages.length, tokens, key: messagesKey(messages) };
}

function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const one = left as Readonly<Record<string, unknown>>;
  const other = right as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) if (!same(one[key], other[key])) return false;
  return true;
}

/** How much of the messages an anchor covers; undefined if there is none, or it is void. */
export function anchoredPrefix(
  messages: readonly unknown[],
  anchor: Anchor | null | undefined,
): { messages: number; tokens: number } | undefined {
  if (anchor === undefined || anchor === null) return undefined;
  const { tokens, key } = anchor;
  if (!(tokens >= 0))
    throw new RolecallError('invalid-argument', 'The tokens of an anchor are a count.', {
      path: 'anchor.tokens',
    });
  const sent = anchor.messages;
  const length = typeof sent === 'number' ? sent : Array.isArray(sent) ? sent.length : -1;
  if (!Number.isInteger(length) || length < 0)
    throw new RolecallError('invalid-argument', 'An anchor covers a whole number of messages.', {
      path: 'anchor.messages',
    });
  if (length > messages.length) return undefined;
  if (typeof sent !== 'number' && !sent.every((message, index) => same(message, messages[index])))
    return undefined;
  if (key !== undefined && messagesKey(messages.slice(0, length)) !== key) return undefined;
  return { messages: length, tokens };
}
