import { isRolecallError, RolecallError, type Warning } from '../errors.js';
import type { ChatRequest } from '../schemas/chat.js';
import type { Message } from '../schemas/messages.js';
import { fitMessages } from '../tokens/fit/fit.js';
import { replyLimit } from '../translate/request/lenient.js';
import type { OverflowNumbers } from './upstream/overflow-numbers.js';

/** The tokens that messages have, by what the server said of all of them: by length, with a tenth in reserve. */
export function estimateFrom(
  { window, prompt }: OverflowNumbers,
  sent: readonly Message[],
  lengthOf: (messages: readonly Message[]) => number,
): Budget {
  const length = Math.max(lengthOf(sent), 1);
  // Where the server gives no number, it was at least more than the window.
  const known = Math.max(prompt ?? length / 3, prompt === undefined ? window + 1 : 1);
  return {
    window,
    count: (messages) =>
      Math.ceil(messages === sent ? known : (lengthOf(messages) * known * estimateMargin) / length),
  };
}

const estimateMargin = 1.1;

export interface Budget {
  /** Tokens that prompt and reply may have together. */
  window: number;
  /** The tokens of the whole prompt that some messages make. */
  count(messages: readonly Message[]): number | Promise<number>;
}

export interface Fitted {
  request: ChatRequest;
  /** The tokens of its prompt. */
  tokens: number;
}

/** Without a limit on the reply, this much of the window is left for it, and at most a quarter. */
const usualReply = 1024;

function overWindow(window: number, tokens: number, reply: number): RolecallError {
  // OpenAI's words for it, which clients look for.
  const message = `This model's maximum context length is ${window} tokens. However, you requested ${tokens + reply} tokens (${tokens} in the messages, ${reply} in the completion). Please reduce the length of the messages or completion.`;
  const details = { limit: window, needed: tokens + reply, prompt: tokens, reserve: reply };
  return new RolecallError('context-length', message, { path: 'messages', details });
}

/** One function, so that the lengths of messages are remembered from one try to the next. */
const measure = (text: string): number => Math.ceil(text.length / 4);

/** The messages that stay with a limit on their length; the larger the limit, the more. Undefined: some that must don't. */
function keptFor(messages: readonly Message[], limit: number): Message[] | undefined {
  try {
    return fitMessages(messages, { tokenizer: measure, limit }).messages;
  } catch (error) {
    if (isRolecallError(error) && error.code === 'over-limit') return undefined;
    throw error;
  }
}

/**
 * Drops the oldest turns until prompt and reply fit the window: as few as it takes, by the count of the whole prompt. What
 * has to stay (system texts, the last turn, calls with their results) stays, if need be with a shorter reply.
 * Throws `context-length` where even that is too much.
 */
export async function fitRequest(
  asked: ChatRequest,
  budget: Budget,
  warn: (warning: Warning) => void,
): Promise<Fitted> {
  const { messages } = asked;
  const { window } = budget;
  const limit = replyLimit(asked);
  const reserve = limit ?? Math.min(usualReply, Math.ceil(window / 4));
  const whole = await budget.count(messages);
  if (whole + reserve <= window) return { request: asked, tokens: whole };

  // A limit in units of length decides what stays; the largest one is looked for with which the prompt still fits.
  let low = 0;
  let high = JSON.stringify(messages).length + 64 * messages.length;
  let best: { messages: Message[]; tokens: number } | undefined;
  let least: { messages: Message[]; tokens: number } | undefined;
  let failed = messages.length;
  let guess = Math.floor((high * Math.max(window - reserve, 0)) / whole);
  while (high - low > 1) {
    const middle = Math.min(high - 1, Math.max(low + 1, guess));
    const kept = keptFor(messages, middle);
    if (kept === undefined) low = middle;
    else if (best !== undefined && kept.length <= best.messages.length) low = middle;
    else if (kept.length >= failed) high = middle;
    else {
      const tokens = await budget.count(kept);
      if (least === undefined || kept.length < least.messages.length) least = { messages: kept, tokens };
      if (tokens + reserve <= window) {
        best = { messages: kept, tokens };
        low = middle;
      } else {
        failed = kept.length;
        high = middle;
      }
    }
    guess = Math.floor((low + high) / 2);
  }

  const chosen = best ?? least ?? { messages, tokens: whole };
  if (best === undefined && chosen.tokens >= window) throw overWindow(window, chosen.tokens, reserve);
  const dropped = messages.length - chosen.messages.length;
  if (dropped > 0) {
    const message = `${dropped} of ${messages.length} messages were dropped to fit the window of ${window} tokens.`;
    warn({ code: 'dropped-turn', path: 'messages', message, severity: 'lossy' });
  }
  const request = { ...asked, messages: chosen.messages as [Message, ...Message[]] };
  if (best === undefined && limit !== undefined) {
    const left = window - chosen.tokens;
    const message = `The window of ${window} tokens leaves ${left} for the reply, not ${limit}.`;
    warn({ code: 'clipped', path: 'max_tokens', message, severity: 'lossy' });
    const { max_tokens: _, ...rest } = request;
    return { request: { ...rest, max_completion_tokens: left }, tokens: chosen.tokens };
  }
  return { request, tokens: chosen.tokens };
}
