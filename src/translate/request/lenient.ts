import type { ChatRequest } from '../../schemas/chat.js';
import type { CompletionRequest } from '../../schemas/completion.js';
import { at, info, isRecord, type Notes } from '../notes.js';

type Json = Record<string, unknown>;

/**
 * A copy without the fields that are null, which is how clients spell "not set"; the value itself where there are none.
 * `keep` names those for which null says something. `depth`: how many levels of objects below are looked at too.
 */
function withoutNulls(value: Json, keep: ReadonlySet<string>, depth = 0): Json {
  let copy: Json | undefined;
  for (const [key, field] of Object.entries(value)) {
    if (field === null && !keep.has(key)) {
      copy ??= { ...value };
      delete copy[key];
    } else if (depth > 0 && isRecord(field)) {
      const inner = withoutNulls(field, keep, depth - 1);
      if (inner === field) continue;
      copy ??= { ...value };
      copy[key] = inner;
    }
  }
  return copy ?? value;
}

/** A list with each entry changed; the list itself where none is. */
function mapped<T>(list: readonly T[], change: (one: T, i: number) => T): readonly T[] {
  let copy: T[] | undefined;
  for (const [i, one] of list.entries()) {
    const changed = change(one, i);
    if (changed === one) continue;
    copy ??= [...list];
    copy[i] = changed;
  }
  return copy ?? list;
}

const nothing: ReadonlySet<string> = new Set();
const content: ReadonlySet<string> = new Set(['content']);
/** What a null in it means is not ours to say. */
const free: ReadonlySet<string> = new Set(['parameters', 'schema', 'metadata', 'arguments']);

/** A value with one field changed. */
function withField<Key extends string>(value: Json, key: Key, change: (field: unknown) => unknown): Json {
  const changed = change(value[key]);
  return changed === value[key] ? value : { ...value, [key]: changed };
}

/** A part of content in full: some write the text alone, or null for what a part leaves out. */
function partOf(part: unknown): unknown {
  if (typeof part === 'string') return { type: 'text', text: part };
  return isRecord(part) ? withoutNulls(part, nothing, 1) : part;
}

function contentOf(given: unknown, path: string, notes: Notes): unknown {
  if (isRecord(given)) {
    info(notes, 'odd-value', path, 'The content is one part; it was read as a list of it.');
    return [partOf(given)];
  }
  return Array.isArray(given) ? mapped(given, partOf) : given;
}

/** The arguments of a call as the JSON text that they are at OpenAI's. */
function calledWith(call: unknown, path: string, notes: Notes): unknown {
  if (!isRecord(call)) return call;
  return withField(call, 'arguments', (given) => {
    if (!isRecord(given) && !Array.isArray(given)) return given;
    info(
      notes,
      'odd-value',
      at(path, 'arguments'),
      'The arguments are an object; they were written as JSON.',
    );
    return JSON.stringify(given);
  });
}

function callOf(call: unknown, path: string, notes: Notes): unknown {
  if (!isRecord(call)) return call;
  const named = withoutNulls(call, nothing, 1);
  const typed =
    named['type'] === undefined && isRecord(named['function']) ? { ...named, type: 'function' } : named;
  return withField(typed, 'function', (given) => calledWith(given, at(path, 'function'), notes));
}

function messageOf(message: unknown, path: string, notes: Notes): unknown {
  if (!isRecord(message)) return message;
  let read = withoutNulls(message, content);
  read = withField(read, 'content', (given) => contentOf(given, at(path, 'content'), notes));
  read = withField(read, 'function_call', (given) => calledWith(given, at(path, 'function_call'), notes));
  return withField(read, 'tool_calls', (given) =>
    Array.isArray(given)
      ? mapped(given, (call, i) => callOf(call, `${path}.tool_calls[${i}]`, notes))
      : given,
  );
}

const listed = (value: unknown): unknown =>
  Array.isArray(value) ? mapped(value, (one) => (isRecord(one) ? withoutNulls(one, free, 1) : one)) : value;

/**
 * A chat request as servers of today take it, in the shape of OpenAI's types: null for what is not set, the arguments of
 * calls as objects, one part in place of a list, parts that are texts. What else is wrong is left, to be refused. The request
 * itself where it is in that shape.
 */
export function lenientChatRequest(request: ChatRequest, notes: Notes): ChatRequest {
  if (!isRecord(request)) return request;
  let read = withoutNulls(request, nothing);
  read = withField(read, 'messages', (given) =>
    Array.isArray(given) ? mapped(given, (one, i) => messageOf(one, `messages[${i}]`, notes)) : given,
  );
  for (const key of ['tools', 'functions']) read = withField(read, key, listed);
  for (const key of ['response_format', 'stream_options', 'tool_choice', 'audio', 'web_search_options'])
    read = withField(read, key, (given) => (isRecord(given) ? withoutNulls(given, free, 1) : given));
  return read as unknown as ChatRequest;
}

const prompt: ReadonlySet<string> = new Set(['prompt']);

/** The same of a completion request. */
export function lenientCompletionRequest<Request extends Partial<CompletionRequest>>(
  request: Request,
): Request {
  if (!isRecord(request)) return request;
  const read = withoutNulls(request, prompt);
  return withField(read, 'stream_options', (given) =>
    isRecord(given) ? withoutNulls(given, nothing) : given,
  ) as Request;
}

/** The tokens that a reply may have; undefined where none are set, or -1, which stands for no limit. */
export function replyLimit({
  max_completion_tokens: limit,
  max_tokens: old,
}: Pick<ChatRequest, 'max_completion_tokens' | 'max_tokens'>): number | undefined {
  const set = limit ?? old ?? -1;
  return set === -1 ? undefined : set;
}
