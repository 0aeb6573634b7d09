import {
  asString,
  type CallView,
  type ChatMessage,
  callsOf,
  isRecord,
  mediaOf,
  textOf,
} from './chat-message.js';
import { type ChatRules, type Confidence, weaker } from './chat-rules.js';
import type { TextCounter } from './counter.js';
import type { ImageSize } from './image-size.js';
import { countImage } from './images.js';
import { asciiJsonString, compactJson } from './json-text.js';

/** Everything that the count of a message depends on, beside the message. */
export interface CountContext {
  count: TextCounter;
  rules: ChatRules;
  model: string | undefined;
  imageSize: ((url: string) => ImageSize | undefined) | undefined;
}

export interface MediaCount {
  tokens: number;
  confidence: Confidence;
  /** What had to be guessed, for a warning. */
  guessed: string | undefined;
}

/** Milliseconds of sound in a token, and bytes in a millisecond: 24 kHz of 16 bits, and a usual MP3. */
const AUDIO_TOKEN_MS = 100;
const BYTES_PER_MS = { wav: 48, mp3: 16 } as const;
/** A page of a PDF is some 30 kB, and costs its text and a picture of it. */
const FILE_BYTES_PER_TOKEN = 24;
const UNSEEN_FILE = 1000;

const bytesOfBase64 = (text: string): number => Math.floor(((text.length - text.indexOf(',') - 1) * 3) / 4);

/** The tokens of a part that is not text. */
function countMedia(part: unknown, context: Pick<CountContext, 'model' | 'imageSize'>): MediaCount {
  const record = isRecord(part) ? part : {};
  const image = record['image_url'];
  if (image !== undefined) {
    const view = isRecord(image) ? image : { url: image };
    const url = asString(view['url']);
    const detail = asString(view['detail']);
    const counted = countImage({ url, detail }, { model: context.model, sizeOf: context.imageSize });
    const guessed = counted.sized ? undefined : 'the size of an image is not known';
    return { tokens: counted.tokens, confidence: counted.confidence, guessed };
  }
  if (isRecord(record['input_audio'])) {
    const { data, format } = record['input_audio'];
    const rate = BYTES_PER_MS[format === 'mp3' ? 'mp3' : 'wav'];
    const tokens = Math.ceil(bytesOfBase64(asString(data)) / rate / AUDIO_TOKEN_MS);
    return { tokens, confidence: 'estimated', guessed: 'audio is counted by its length' };
  }
  if (isRecord(record['file'])) {
    const data = asString(record['file']['file_data']);
    const tokens = data === '' ? UNSEEN_FILE : Math.ceil(bytesOfBase64(data) / FILE_BYTES_PER_TOKEN);
    return { tokens, confidence: 'estimated', guessed: 'a file is counted by its size' };
  }
  return { tokens: 0, confidence: 'estimated', guessed: 'a part of an unknown type is not counted' };
}

/** A call of the history outside of its message's frame. */
function countCall(call: CallView, input: string, context: CountContext): number {
  const { count, rules } = context;
  return count(` to=functions.${call.name}`) + count(input) + rules.call;
}

/** The deprecated single call of an assistant message. */
function legacyCall(message: ChatMessage): CallView | undefined {
  const call = message.function_call;
  if (!isRecord(call)) return undefined;
  return { id: '', name: asString(call['name']), input: asString(call['arguments']) };
}

/** A message without its tool calls. A message of role `tool` is counted by `countToolGroup` where its call is known. */
export function countPlain(message: ChatMessage, context: CountContext): number {
  const { count, rules } = context;
  const { role, name } = message;
  let tokens = rules.message + count(role);
  const text = textOf(message);
  if (text !== '') tokens += count(text);
  if (typeof message.content !== 'string')
    for (const part of mediaOf(message)) tokens += countMedia(part, context).tokens;
  if (name !== undefined && name !== '') tokens += count(name) + rules.name - (name === role ? 1 : 0);
  if (role === 'assistant') {
    tokens += rules.assistant;
    const call = legacyCall(message);
    if (call !== undefined) tokens += countCall(call, call.input, context);
  } else if (role === 'function') tokens -= 2;
  else if (role === 'tool') tokens += TOOL_RESULT;
  return tokens;
}

/** What a tool result costs beside a message, and beside the name of its function. */
const TOOL_RESULT = 2;

function inputJson(input: string): string {
  const compact = compactJson(input);
  try {
    JSON.parse(compact);
    return compact;
  } catch {
    return JSON.stringify(input);
  }
}

function parallelCalls(calls: readonly CallView[]): string {
  const uses = calls.map(
    (call) =>
      `{"recipient_name":${JSON.stringify(`functions.${call.name}`)},"parameters":${inputJson(call.input)}}`,
  );
  return `{"tool_uses":[${uses.join(',')}]}`;
}

/**
 * A message with tool calls and the results that follow it, each with its own share.
 * Several calls are billed as one of `multi_tool_use.parallel`; its one result is charged to the first.
 */
export function countToolGroup(group: readonly ChatMessage[], context: CountContext): number[] {
  const [caller, ...results] = group;
  if (caller === undefined) return [];
  const { count, rules } = context;
  const calls = callsOf(caller);
  const own = countPlain(caller, context);
  if (calls.length <= 1) {
    const call = calls[0];
    const named = call === undefined ? 0 : count(call.name);
    const shares = results.map(
      (result) => countPlain(result, context) + (result.role === 'tool' ? named : 0),
    );
    return [own + (call === undefined ? 0 : countCall(call, compactJson(call.input), context)), ...shares];
  }
  const asked = own + rules.parallel + rules.call + count(parallelCalls(calls));
  const tools = results.filter((result) => result.role === 'tool');
  const quoted = tools.map((result) => asciiJsonString(textOf(result)));
  const together = count(`[${quoted.join(', ')}]`);
  let firstResult = true;
  const shares = results.map((result) => {
    if (result.role !== 'tool') return countPlain(result, context);
    let share = 0;
    for (const part of mediaOf(result)) share += countMedia(part, context).tokens;
    if (firstResult) share += together;
    firstResult = false;
    return share;
  });
  return [asked, ...shares];
}

/** How far the counts of the messages can be trusted, and what was guessed. */
export function confidenceOf(
  messages: readonly ChatMessage[],
  context: CountContext,
): { confidence: Confidence; guesses: { index: number; what: string }[] } {
  let confidence = context.rules.confidence.messages;
  const guesses: { index: number; what: string }[] = [];
  messages.forEach((message, index) => {
    if (message.role === 'tool' || message.role === 'function' || callsOf(message).length > 0)
      confidence = weaker(confidence, context.rules.confidence.calls);
    // No bill is known of a text beside calls.
    if (callsOf(message).length > 0 && textOf(message) !== '') confidence = weaker(confidence, 'estimated');
    for (const part of mediaOf(message)) {
      const counted = countMedia(part, context);
      confidence = weaker(confidence, counted.confidence);
      if (counted.guessed !== undefined) guesses.push({ index, what: counted.guessed });
    }
  });
  return { confidence, guesses };
}
