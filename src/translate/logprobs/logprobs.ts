import { RolecallError } from '../../errors.js';
import type { ChatLogprobs, TokenLogprob, TopLogprob } from '../../schemas/chat.js';
import type { CompletionLogprobs } from '../../schemas/completion.js';
import type { ProviderCompletionLogprobs, ProviderTokenLogprob } from '../../schemas/provider.js';
import { at, info, isRecord, lossy, type Notes, setOwn } from '../notes.js';
import { advance, bytesOf, escapeBytes, isPartial, startOfText, type TextPlace, utf8 } from './token-text.js';

/** The logarithm that OpenAI gives a token outside the likeliest 20. */
export const unlikely = -9999;

type Top = NonNullable<ProviderTokenLogprob['top_logprobs']>[number];

/** A token's text as a key of completion logprobs. */
function completionToken(token: string, bytes: readonly number[] | null | undefined): string {
  return isPartial(token, bytes) ? `bytes:${escapeBytes(bytes)}` : token;
}

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

/** Stands in for a logprob that is no finite number. */
function oddLogprob(value: unknown, path: string, notes: Notes): number {
  if (value === Infinity) return 0;
  if (value !== -Infinity)
    lossy(notes, 'null-logprob', path, `A token has no logprob; ${unlikely} was put in.`);
  return unlikely;
}

function isToken(value: unknown): value is Top {
  if (!isRecord(value) || typeof value['token'] !== 'string') return false;
  const { bytes } = value;
  if (bytes === undefined || bytes === null) return true;
  if (!Array.isArray(bytes)) return false;
  for (let i = 0; i < bytes.length; i++) {
    const byte: unknown = bytes[i];
    if (typeof byte !== 'number' || (byte & 255) !== byte) return false;
  }
  return true;
}

/** Throws `invalid-shape` where an entry is no token. */
export function checkTokens(tokens: readonly unknown[], path: string): void {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    const top = isToken(token) ? (token as ProviderTokenLogprob).top_logprobs : false;
    if (top === undefined || top === null || (Array.isArray(top) && top.every(isToken))) continue;
    throw new RolecallError(
      'invalid-shape',
      'A logprob must name its token, and its bytes, if any, as numbers below 256.',
      {
        path: `${path}[${i}]`,
      },
    );
  }
}

/**
 * Chat logprobs as a completion's lists. Offsets count from `place`, which moves on; over the chunks of a stream,
 * hand in the same one. Of two entries for one token the larger is kept, with a warning.
 */
export function toCompletionLogprobs(
  tokens: readonly ProviderTokenLogprob[],
  place: TextPlace,
  path: string,
  notes: Notes,
): CompletionLogprobs {
  checkTokens(tokens, path);
  const result = {
    tokens: [] as string[],
    token_logprobs: [] as number[],
    top_logprobs: [] as Record<string, number>[],
    text_offset: [] as number[],
  };
  let unknownBytes = false;
  for (let i = 0; i < tokens.length; i++) {
    const { token, logprob, bytes, top_logprobs } = tokens[i]!;
    if (bytes === null || bytes === undefined) unknownBytes = true;
    result.tokens.push(completionToken(token, bytes));
    result.token_logprobs.push(
      isFiniteNumber(logprob) ? logprob : oddLogprob(logprob, `${path}[${i}].logprob`, notes),
    );
    result.text_offset.push(place.points);
    advance(place, token, bytes);
    const top: Record<string, number> = {};
    for (const alternative of top_logprobs ?? []) {
      if (alternative.bytes === null || alternative.bytes === undefined) unknownBytes = true;
      const key = completionToken(alternative.token, alternative.bytes);
      const value = isFiniteNumber(alternative.logprob)
        ? alternative.logprob
        : oddLogprob(alternative.logprob, `${path}[${i}].top_logprobs`, notes);
      if (Object.hasOwn(top, key)) {
        const message = `Two of the likeliest tokens are written ${JSON.stringify(key)}; the likelier one was kept.`;
        lossy(notes, 'duplicate-token', `${path}[${i}].top_logprobs`, message);
        if (top[key]! >= value) continue;
      }
      setOwn(top, key, value);
    }
    result.top_logprobs.push(top);
  }
  if (unknownBytes)
    info(
      notes,
      'unknown-bytes',
      path,
      'Some tokens came without bytes; on the way back they get those of their text.',
    );
  return result;
}

/** The token of a completion as chat shows it, with its bytes. */
function chatToken(token: string, logprob: number): TopLogprob {
  const bytes = token.startsWith('bytes:') ? bytesOf(token) : undefined;
  if (bytes !== undefined) return { token: escapeBytes(bytes), logprob, bytes };
  return { token, logprob, bytes: token.includes('\ufffd') ? null : utf8(token) };
}

function logprobAt(value: unknown, path: string, i: number, notes: Notes): number {
  return isFiniteNumber(value) ? value : oddLogprob(value, `${path}.token_logprobs[${i}]`, notes);
}

/** The alternatives of a token, the likeliest first. */
function topOf(alternatives: Record<string, unknown>, path: string, i: number, notes: Notes): TopLogprob[] {
  const top: TopLogprob[] = [];
  let sorted = true;
  for (const key of Object.keys(alternatives)) {
    const value = alternatives[key];
    const logprob = isFiniteNumber(value) ? value : oddLogprob(value, `${path}.top_logprobs[${i}]`, notes);
    if (top.length > 0 && top[top.length - 1]!.logprob < logprob) sorted = false;
    top.push(chatToken(key, logprob));
  }
  return sorted ? top : top.sort(likeliestFirst);
}

function likeliestFirst(a: { logprob: number }, b: { logprob: number }): number {
  return b.logprob - a.logprob;
}

/** Already chat-shaped logprobs, as llama.cpp sends them for completions too, with every field in place. */
export function chatTokens(
  tokens: readonly ProviderTokenLogprob[] | null | undefined,
  path: string,
  notes: Notes,
): TokenLogprob[] {
  if (!Array.isArray(tokens)) return [];
  checkTokens(tokens, path);
  return (tokens as readonly ProviderTokenLogprob[]).map(({ token, logprob, bytes, top_logprobs }, i) => ({
    token,
    logprob: isFiniteNumber(logprob) ? logprob : oddLogprob(logprob, `${path}[${i}].logprob`, notes),
    bytes: bytes ?? null,
    top_logprobs: (top_logprobs ?? []).map(
      (top, j): TopLogprob => ({
        token: top.token,
        logprob: isFiniteNumber(top.logprob)
          ? top.logprob
          : oddLogprob(top.logprob, `${path}[${i}].top_logprobs[${j}].logprob`, notes),
        bytes: top.bytes ?? null,
      }),
    ),
  }));
}

/** Throws `invalid-shape` where the tokens of a completion are no list of texts; none at all will do. */
export function checkNames(tokens: unknown, path: string): void {
  if (tokens === undefined || tokens === null) return;
  if (Array.isArray(tokens) && tokens.every((one) => typeof one === 'string')) return;
  throw new RolecallError('invalid-shape', 'tokens must be a list of texts.', { path });
}

/**
 * A completion's lists as chat logprobs. A null logprob (the first token of an echo) becomes -9999, with a warning;
 * the offsets go, and are counted again on the way back.
 */
export function toChatTokens(
  logprobs: ProviderCompletionLogprobs,
  path: string,
  notes: Notes,
): TokenLogprob[] {
  if (Array.isArray(logprobs.content)) return chatTokens(logprobs.content, at(path, 'content'), notes);
  const { tokens, token_logprobs, top_logprobs, text_offset } = logprobs;
  checkNames(tokens, at(path, 'tokens'));
  const result: TokenLogprob[] = [];
  const place = startOfText();
  let regular = true;
  for (let i = 0; i < (tokens?.length ?? 0); i++) {
    const shown = chatToken(tokens![i]!, logprobAt(token_logprobs?.[i], path, i, notes));
    const alternatives = top_logprobs?.[i];
    const top: TopLogprob[] = isRecord(alternatives) ? topOf(alternatives, path, i, notes) : [];
    result.push({ token: shown.token, logprob: shown.logprob, bytes: shown.bytes, top_logprobs: top });
    if (
      Array.isArray(text_offset) &&
      text_offset[i] !== undefined &&
      text_offset[i]! - text_offset[0]! !== place.points
    )
      regular = false;
    advance(place, shown.token, shown.bytes);
  }
  noteOffsets(text_offset, regular, at(path, 'text_offset'), notes);
  return result;
}

function noteOffsets(
  offsets: readonly number[] | null | undefined,
  regular: boolean,
  path: string,
  notes: Notes,
): void {
  if (!Array.isArray(offsets) || offsets.length === 0) return;
  if (!regular)
    lossy(notes, 'text-offset', path, 'Chat has no text_offset, and these do not follow from the tokens.');
  else if (offsets[0] !== 0) {
    info(
      notes,
      'text-offset',
      path,
      `Chat has no text_offset; on the way back it needs the base ${offsets[0]}.`,
    );
  }
}

/** Chat logprobs of a reply's text. */
export const chatLogprobs = (content: TokenLogprob[]): ChatLogprobs => ({ content, refusal: null });

/**
 * The tokens of a stretch of the text, in UTF-16 units. A token that reaches over an end of it is cut, with a
 * warning; `gap` is white space that may go from the start, also from the likeliest tokens, with none.
 */
export function sliceTokens<Token extends ProviderTokenLogprob>(
  tokens: readonly Token[],
  { start, end, gap = '' }: { start: number; end: number; gap?: string },
  path: string,
  notes: Notes,
): Token[] {
  const kept: Token[] = [];
  const place = startOfText();
  for (const [i, one] of tokens.entries()) {
    const from = place.units;
    advance(place, one.token, one.bytes);
    const to = place.units;
    if (from >= end && (end > 0 || to > from)) break;
    if (from < start && to <= start) {
      if (to > from) info(notes, 'cut-token', `${path}[${i}]`, 'The token belongs to text that was cut.');
      continue;
    }
    const head = Math.max(0, start - from);
    const tail = Math.max(0, to - end);
    if ((head === 0 && tail === 0) || isPartial(one.token, one.bytes)) {
      kept.push(one);
      continue;
    }
    const token = one.token.slice(head, one.token.length - tail);
    const bytes = one.bytes === null || one.bytes === undefined ? one.bytes : utf8(token);
    const onlyGap = tail === 0 && gap !== '' && one.token.slice(0, head) === gap;
    if (onlyGap)
      kept.push({ ...one, token, bytes, top_logprobs: one.top_logprobs?.map((top) => withoutGap(top, gap)) });
    else {
      lossy(
        notes,
        'cut-token',
        `${path}[${i}]`,
        'The token reaches over the end of the text, and was cut with it.',
      );
      kept.push({ ...one, token, bytes });
    }
  }
  return kept;
}

function withoutGap(top: Top, gap: string): Top {
  if (!top.token.startsWith(gap)) return top;
  return { ...top, token: top.token.slice(gap.length), bytes: top.bytes?.slice(gap.length) ?? null };
}

/** White space put in front of the first token and of its alternatives: what a completion would have begun with. */
export function prefixTokens<Token extends ProviderTokenLogprob>(
  tokens: readonly Token[],
  space: string,
): Token[] {
  const [first, ...rest] = tokens;
  if (first === undefined || space === '') return [...tokens];
  const prefixed = <T extends Top>(top: T): T =>
    /^\s/.test(top.token)
      ? top
      : {
          ...top,
          token: space + top.token,
          bytes: Array.isArray(top.bytes) ? [...utf8(space), ...top.bytes] : top.bytes,
        };
  return [{ ...prefixed(first), top_logprobs: first.top_logprobs?.map(prefixed) }, ...rest];
}
