import {
  type DialectName,
  detectDialect,
  parsePrompt,
  renderPrompt,
  toChatRequest,
  type Warning,
} from '../../src/index.js';
import { o200k_base } from '../../src/tokens/encodings/o200k_base.js';
import { type ChatMessage, countChatTokens, fitMessages } from '../../src/tokens/index.js';

/** The model that tokens are counted for, and that the request names. */
export const model = 'gpt-4o-mini';
const tokenizer = o200k_base;

/** A stretch of a turn as it stands in the source. */
export interface Piece {
  kind: 'label' | 'text' | 'escape' | 'structure';
  text: string;
}

export interface Turn {
  role: string;
  pieces: Piece[];
  tokens: number;
  warnings: string[];
  /** It would go at the limit. */
  goes: boolean;
}

export interface Reading {
  turns: Turn[];
  /** The open turn at the end, where the assistant is to speak. */
  open: string | undefined;
  dialects: { name: string; confidence: number; evidence: string[] }[];
  /** Why there are none. */
  noDialect: string;
  warnings: string[];
  total: number;
  trim: string;
  request: string;
  /** The prompt that messages give, its structure told from content; undefined where a prompt was read. */
  prompt: Piece[] | undefined;
}

type Messages = readonly (ChatMessage & { role: string })[];

/** The pieces of content in a source: what was taken off to read it is an escape. */
function contentPieces(source: string, content: string): Piece[] {
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], text: string): void => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  let at = Math.max(0, source.indexOf(content.slice(0, 1)));
  if (at > 0) add('text', source.slice(0, at));
  let read = 0;
  while (at < source.length) {
    const escaped = source[at] === '\\' && source[at] !== content[read] && read < content.length;
    add(escaped ? 'escape' : 'text', source[at]!);
    if (!escaped) read += 1;
    at += 1;
  }
  return pieces;
}

/** The words of a message that was given as JSON. */
function wordsOf({ content, ...rest }: ChatMessage): string {
  const { tool_calls: calls } = rest as { tool_calls?: unknown };
  const words =
    typeof content === 'string' ? content : content == null ? '' : JSON.stringify(content, null, 2);
  return calls === undefined ? words : `${words}${words === '' ? '' : '\n'}${JSON.stringify(calls, null, 2)}`;
}

const placeOf = (path: string): number | undefined => {
  const [, place] = /^(?:prompt\.)?(?:messages|turns)\[(\d+)\]/.exec(path) ?? [];
  return place === undefined ? undefined : Number(place);
};

export const grouped = (value: number): string => value.toLocaleString('en-US');
export const tokensInWords = (tokens: number): string =>
  `${grouped(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`;

/** Which messages would go at the limit, and that in words. */
function trimmed(messages: Messages, limit: number): { gone: Set<number>; words: string } {
  const gone = new Set<number>();
  if (!(limit > 0)) return { gone, words: 'Name a limit to see what it would trim.' };
  try {
    const { dropped, tokens } = fitMessages(messages, { tokenizer, model, limit, reserve: 0 });
    for (const { from, to } of dropped) for (let i = from; i < to; i += 1) gone.add(i);
    const what = gone.size === 1 ? '1 message would go' : `${grouped(gone.size)} messages would go`;
    const words =
      gone.size === 0
        ? `With a limit of ${tokensInWords(limit)} everything fits.`
        : `With a limit of ${tokensInWords(limit)} ${what}, and ${tokensInWords(tokens)} would stay.`;
    return { gone, words };
  } catch (error) {
    return {
      gone,
      words: `With a limit of ${tokensInWords(limit)} it can't be trimmed. ${(error as Error).message}`,
    };
  }
}

function build(
  messages: Messages,
  pieces: readonly Piece[][],
  limit: number,
  warnings: readonly Pick<Warning, 'path' | 'message'>[],
): Pick<Reading, 'turns' | 'warnings' | 'total' | 'trim'> {
  const counted = messages.length === 0 ? undefined : countChatTokens({ messages }, { tokenizer, model });
  const { gone, words } = trimmed(messages, limit);
  const turns = messages.map(({ role }, i) => ({
    role,
    pieces: pieces[i] ?? [],
    tokens: counted?.messages[i] ?? 0,
    warnings: warnings.filter(({ path }) => placeOf(path) === i).map(({ message }) => message),
    goes: gone.has(i),
  }));
  const general = warnings.filter(({ path }) => (placeOf(path) ?? messages.length) >= messages.length);
  return { turns, total: counted?.total ?? 0, trim: words, warnings: general.map(({ message }) => message) };
}

/** Messages, or a request that holds them, where a text is such JSON. */
function messagesIn(text: string): { messages: Messages; rest: object } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    const { messages, ...rest } = (Array.isArray(value) ? { messages: value } : value) as {
      messages?: unknown;
    };
    const isMessage = (one: unknown): boolean =>
      typeof (one as { role?: unknown } | null)?.role === 'string' && typeof one === 'object';
    if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) return undefined;
    return { messages: messages as Messages, rest };
  } catch {
    return undefined;
  }
}

/** The prompt and the stops of a text: of a completion request in JSON, or the text itself. */
function promptIn(text: string): { prompt: string; fields: object; stop: string[] } {
  // A prompt alone says no limit for the reply, and a completion without one would stop after 16 tokens.
  const plain = { prompt: text, fields: { max_tokens: 1024 }, stop: [] };
  if (!/^\s*\{/.test(text)) return plain;
  try {
    const { prompt, ...fields } = JSON.parse(text) as { prompt?: unknown; stop?: unknown };
    if (typeof prompt !== 'string') return plain;
    const stop = [fields.stop ?? []].flat().filter((one): one is string => typeof one === 'string');
    return { prompt, fields, stop };
  } catch {
    return plain;
  }
}

const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

function readMessages(given: { messages: Messages; rest: object }, dialect: string, limit: number): Reading {
  const { messages, rest } = given;
  const pieces = messages.map((message): Piece[] => [{ kind: 'text', text: wordsOf(message) }]);
  const name = (dialect === 'auto' ? 'chatml' : dialect) as DialectName;
  const { prompt, spans, warnings } = renderPrompt(messages as Parameters<typeof renderPrompt>[0], {
    dialect: name,
  });
  return {
    ...build(messages, pieces, limit, warnings),
    open: undefined,
    dialects: [],
    noDialect: `These are messages. Below they stand as a prompt in ${name}.`,
    request: asJson({ model, ...rest, messages }),
    prompt: spans.map(({ start, end, kind }) => ({
      kind: kind === 'structure' ? 'structure' : 'text',
      text: prompt.slice(start, end),
    })),
  };
}

function readPrompt(text: string, dialect: string, limit: number): Reading {
  const { prompt, fields, stop } = promptIn(text);
  const parsed = parsePrompt(prompt, { dialect: dialect as DialectName, stop });
  const pieces = parsed.turns.map(({ start, contentStart, contentEnd, end }, i): Piece[] => {
    const { content } = parsed.messages[i]!;
    const source = prompt.slice(contentStart, contentEnd);
    const label = prompt.slice(start, contentStart);
    return [
      ...(label === '' ? [] : [{ kind: 'label' as const, text: label }]),
      ...(typeof content === 'string'
        ? contentPieces(source, content)
        : [{ kind: 'text' as const, text: source }]),
      ...(prompt.slice(contentEnd, end).trim() === ''
        ? []
        : [{ kind: 'label' as const, text: prompt.slice(contentEnd, end) }]),
    ];
  });
  const found = detectDialect(prompt, { stop }).map(({ dialect: one, confidence, evidence }) => ({
    name: typeof one === 'string' ? one : 'labels of its own',
    confidence,
    evidence,
  }));
  const converted = toChatRequest({ model, ...fields, prompt }, { model, dialect: dialect as DialectName });
  const warnings = [
    ...parsed.warnings,
    ...converted.warnings.filter(({ path }) => !path.startsWith('prompt')),
  ];
  return {
    ...build(parsed.messages as Messages, pieces, limit, warnings),
    open: parsed.open?.label,
    dialects: found,
    noDialect: 'No conversation: nothing in the text says who speaks. It becomes one message of the user.',
    request: asJson(converted.requests[0]),
    prompt: undefined,
  };
}

/** Reads what stands in the textarea. Throws what the library throws. */
export function read(text: string, dialect: string, limit: number): Reading {
  const given = messagesIn(text);
  return given === undefined ? readPrompt(text, dialect, limit) : readMessages(given, dialect, limit);
}
