import type { Dialect } from '../../dialect/types.js';
import type { Server } from '../servers.js';

/**
 * Tokens that are no part of a reply, by the names that vocabularies give them: they begin or end a text (servers stop there
 * by themselves), fill it up, or stand for pictures and code to be filled in.
 */
const noise =
  /^<\/?s>$|\b(bos|eos|pad|unk|mask)(_token)?\b|(begin|start|end).?of.?(text|sentence)|fim|repo_name|file_sep|image|img|vision|video|audio|\b(prefix|suffix|middle)\b/i;

/** The control tokens that a reply can be made of in a dialect: the marks of calls, reasoning and channels, and the stops. */
const replyTokens = ({ specialTokens, stop }: Dialect): string[] =>
  // Those of a pattern (`<|reserved_{n}|>`) are never written.
  specialTokens.filter((token) => stop.includes(token) || !(token.includes('{n}') || noise.test(token)));

/** Asks for control tokens to be seen: they are the marks of calls and reasoning, and stops that would else never match. */
export function showTokens(
  { showSpecialTokens }: Server,
  dialect: Dialect,
  request: Record<string, unknown>,
): void {
  if (showSpecialTokens === 'preserved_tokens') request['preserved_tokens'] ??= replyTokens(dialect);
  else if (showSpecialTokens !== null && request['skip_special_tokens'] === undefined)
    Object.assign(request, showSpecialTokens);
}
