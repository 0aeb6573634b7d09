import type { ProviderChatReply } from '../schemas/provider.js';
import { sseDecoder } from '../stream/events.js';
import { isErrorBody, normalizeError } from '../translate/normalize/error.js';
import { isRecord, notesFor } from '../translate/notes.js';
import { type ReplyText, readContent, readReasoning, textOf as textIn } from '../translate/reply.js';
import type { Answer, Api, Facts, Judgement, Verdict } from './types.js';

export type Json = Record<string, unknown>;

/** What a text of JSON says; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const recordsIn = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);
export { textIn };
export const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
export const recordIn = (value: unknown): Json => (isRecord(value) ? value : {});

/** Text, as it is shown: in quotes, on one line, short. */
export function shown(value: unknown, most = 48): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

export const judged = (
  verdict: Verdict,
  seen: string,
  finding?: NonNullable<Judgement['finding']>,
): Judgement => (finding === undefined ? { verdict, seen } : { verdict, seen, finding });

/** Did the server do what it was asked, as far as the status and an error in the body tell? */
export const isAccepted = ({ status, json, text }: Answer): boolean =>
  status >= 200 && status < 300 && !isErrorBody(json) && !/^\s*</.test(text);

const longestMessage = 160;

/** What an error says, on one line; empty where it says nothing. */
function said({ status, text, json }: Answer): string {
  if (/^[\s{}[\]]*$/.test(text)) return '';
  const { message } = normalizeError(json ?? text, status).error;
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}

const behind = (words: string, more: string): string => (more === '' ? words : `${words}: ${more}`);

/** A refusal in a few words: `refused (400): …`. */
export function refusal(answer: Answer): string {
  const page = /^\s*</.test(answer.text) ? 'a page, ' : '';
  return behind(`refused (${page}${answer.status})`, said(answer));
}

/** Does the server say to come back later? */
export const isBusy = ({ status }: Answer): boolean => status === 429 || status === 503 || status === 529;

/** Was all of the limit spent on thinking? So OpenAI says it where nothing of a reply is there. */
export const isCut = ({ status, text }: Answer): boolean =>
  status === 400 && /could not finish the message|output limit was reached/i.test(text);

/**
 * Is the answer no one that a probe could judge? Says why. Where requests are let in, one that is forbidden is refused for
 * what it asks.
 */
export function unanswered(answer: Answer, { letIn }: Pick<Facts, 'letIn'> = {}): string | undefined {
  const { status, failure, text } = answer;
  if (failure !== undefined) return failure.message;
  if (status === 401 || (status === 403 && letIn !== true))
    return behind(`the key is refused, or one is needed (${status})`, said(answer));
  if (isBusy(answer)) return `the server says to wait (${status})`;
  if (status === 402 || /insufficient_quota/.test(status >= 400 ? text : ''))
    return `there is no credit (${status})`;
  // Cloudflare has numbers of its own for it.
  if (status === 502 || status === 504 || (status >= 520 && status <= 527))
    return `a gateway has no answer (${status})`;
  if (isCut(answer)) return `the limit is reached before a reply begins (${status})`;
  return undefined;
}

/** How routers say that a path is none of theirs, whatever the status. */
const noRoute =
  /unexpected endpoint|(invalid|unknown|unrecognized) (request )?url|no (such )?route|route\b.*\bnot found|cannot (get|post)|^(404:? )?((page|resource|path) )?not found\.?$/i;

/** Is there no such endpoint? A model that is not there may have the same status, with an error that says so. */
export function isMissing({ status, json, type }: Answer): boolean {
  if (status === 405 || status === 501) return true;
  if (status !== 404 && status !== 200) return false;
  if (json === undefined) return status === 404 || type.includes('html');
  if (status === 200 && !isErrorBody(json)) return false;
  const { message, code } = normalizeError(json).error;
  if (noRoute.test(message.trim())) return true;
  return status === 404 && !/model|deployment/i.test(message + (code ?? ''));
}

/** One choice, whole or put together from a stream. */
export interface Choice {
  text: string;
  reasoning: string;
  finish: unknown;
  calls: Call[];
  raw: Json;
}

export interface Call {
  name: string;
  /** As it came: a JSON text, or (from some) the object itself. */
  arguments: unknown;
}

export interface Reply {
  choices: Choice[];
  promptTokens: number | undefined;
  completionTokens: number | undefined;
}

/** Content, whatever it came as, and the thinking in its parts. */
const contentIn = (content: unknown): ReplyText =>
  readContent(content as ProviderChatReply['content'], '', notesFor({}));
const joined = (content: unknown): string => contentIn(content).content ?? '';

const callOf = (call: Json): Call => {
  const { name, arguments: given } = recordIn(call['function']);
  return { name: textIn(name), arguments: given };
};

/** The reply in a body; undefined where it holds none. */
export function replyOf(answer: Answer, api: Api): Reply | undefined {
  if (!isAccepted(answer) || !isRecord(answer.json) || !Array.isArray(answer.json['choices']))
    return undefined;
  const choices = recordsIn(answer.json['choices']).map((raw): Choice => {
    const message = api === 'chat' ? recordIn(raw['message']) : {};
    const text = api === 'chat' ? joined(message['content']) : textIn(raw['text']);
    return {
      text,
      reasoning: readReasoning(message, contentIn(message['content']).reasoning),
      finish: raw['finish_reason'],
      calls: recordsIn(message['tool_calls']).map(callOf),
      raw,
    };
  });
  const usage = recordIn(answer.json['usage']);
  return {
    choices,
    promptTokens: numberIn(usage['prompt_tokens']),
    completionTokens: numberIn(usage['completion_tokens']),
  };
}

/** The first choice, where there is one. */
export const firstOf = (answer: Answer, api: Api): Choice | undefined => replyOf(answer, api)?.choices[0];

/** What a reply that should be there is instead. */
export function noReply(answer: Answer): string {
  if (!isAccepted(answer)) return refusal(answer);
  if (answer.json === undefined)
    return `answered (${answer.status}) with no JSON: ${shown(answer.text.trim())}`;
  return `answered (${answer.status}) without choices: ${shown(answer.json)}`;
}

/** A stream, read: its chunks, and how they were framed. */
export interface StreamReading {
  chunks: Json[];
  /** How often `[DONE]` came. */
  done: number;
  /** Frames that are no JSON object. */
  broken: string[];
  /** An error that came in place of a chunk. */
  error: string | undefined;
  /** Was anything framed as an event? */
  framed: boolean;
}

export function readStream({ text }: Answer): StreamReading {
  const reading: StreamReading = { chunks: [], done: 0, broken: [], error: undefined, framed: false };
  const decoder = sseDecoder();
  let events: { data: string; event?: string }[] = [];
  try {
    events = [...decoder.push(text), ...decoder.end()];
  } catch {
    // A body that is no stream of events has none.
  }
  for (const { data } of events) {
    reading.framed = true;
    const trimmed = data.trim();
    if (trimmed === '') continue;
    if (trimmed === '[DONE]') {
      reading.done += 1;
      continue;
    }
    const value = jsonIn(trimmed);
    if (isErrorBody(value)) reading.error ??= normalizeError(value).error.message;
    else if (isRecord(value)) reading.chunks.push(value);
    else reading.broken.push(trimmed);
  }
  return reading;
}

/** All choices of a chunk, with the part that came: the delta, or the choice itself. */
export const piecesOf = (chunk: Json, api: Api): { choice: Json; delta: Json }[] =>
  recordsIn(chunk['choices']).map((choice) => ({
    choice,
    delta: api === 'chat' ? recordIn(choice['delta']) : choice,
  }));

/** The text that a chunk brings. */
export const textOfPiece = (delta: Json, api: Api): string =>
  api === 'chat' ? joined(delta['content']) : textIn(delta['text']);
