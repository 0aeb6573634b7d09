import type { TextCounter } from '../bpe/counter.js';
import type { CallView, MediaView, MessageView } from '../messages/view.js';
import { type ChatRules, type Confidence, weaker } from './chat-rules.js';
import { countImage, type ImageSize } from './images.js';
import { asciiJsonString, compactJson } from './json-text.js';

/** Everything that the count of a message depends on, beside the message. */
export interface CountContext {
  count: TextCounter;
  rules: ChatRules;
  model: string | undefined;
  imageSize: ((url: string) => ImageSize | undefined) | undefined;
}

interface MediaCount {
  tokens: number;
  confidence: Confidence;
  /** What had to be guessed, for a warning. */
  guessed: string | undefined;
}

/** Milliseconds of sound in a token, and bytes in a millisecond: 24 kHz of 16 bits, and a usual MP3. */
const AUDIO_TOKEN_MS = 100;
const WAV_BYTES_PER_MS = 48;
const MP3_BYTES_PER_MS = 16;
/** A page of a PDF is some 30 kB, and costs its text and a picture of it. */
const FILE_BYTES_PER_TOKEN = 24;
/** A text file is text; base64 and UTF-8 are read as they are. */
const TEXT_BYTES_PER_TOKEN = 4;
const UNSEEN_FILE = 1000;

/** The size of what a `data:` URL or base64 text holds; 0 where that is not known. */
function bytesOf({ data, url = '' }: MediaView): number {
  if (data !== undefined && typeof data !== 'string') return data.byteLength;
  const text = data ?? (url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : '');
  return Math.floor((text.length * 3) / 4);
}

/** The tokens of a part that is not text. */
function countMedia(media: MediaView, context: Pick<CountContext, 'model' | 'imageSize'>): MediaCount {
  const { kind, mediaType = '' } = media;
  if (kind === 'image') {
    const counted = countImage(media, { model: context.model, sizeOf: context.imageSize });
    const guessed = counted.sized
      ? counted.confidence === 'estimated'
        ? 'the price of an image is not known'
        : undefined
      : 'the size of an image is not known';
    return { tokens: counted.tokens, confidence: counted.confidence, guessed };
  }
  const bytes = bytesOf(media);
  if (kind === 'audio') {
    const rate = /mpeg|mp3/.test(mediaType) ? MP3_BYTES_PER_MS : WAV_BYTES_PER_MS;
    const tokens = bytes === 0 ? UNSEEN_FILE : Math.ceil(bytes / rate / AUDIO_TOKEN_MS);
    return { tokens, confidence: 'estimated', guessed: 'audio is counted by its length' };
  }
  const perToken = /^text\/|json/.test(mediaType) ? TEXT_BYTES_PER_TOKEN : FILE_BYTES_PER_TOKEN;
  const tokens = bytes === 0 ? UNSEEN_FILE : Math.ceil(bytes / perToken);
  return { tokens, confidence: 'estimated', guessed: 'a file is counted by its size' };
}

/** The tokens of all that is not text in a message. */
export function mediaTokens({ media }: MessageView, context: CountContext): number {
  let tokens = 0;
  if (media !== undefined) for (const one of media) tokens += countMedia(one, context).tokens;
  return tokens;
}

const NO_CALLS: readonly CallView[] = [];

const callsOf = ({ calls = NO_CALLS }: MessageView): readonly CallView[] => calls;

/** A call of the history outside of its message's frame. */
function countCall(call: CallView, input: string, context: CountContext): number {
  const { count, rules } = context;
  return count(` to=functions.${call.name}`) + count(input) + rules.call;
}

/** A message without its tool calls. A message of role `tool` is counted by `countToolGroup` where its call is known. */
function countPlain(message: MessageView, context: CountContext): number {
  const { count, rules } = context;
  const { role, name, text, beside, functionCall } = message;
  let tokens = rules.message + count(role);
  if (text !== '') tokens += count(text);
  if (beside !== undefined && beside !== '') tokens += count(beside);
  tokens += mediaTokens(message, context);
  if (name !== undefined) tokens += count(name) + rules.name - (name === role ? 1 : 0);
  if (role === 'assistant') {
    tokens += rules.assistant;
    if (functionCall !== undefined) tokens += countCall(functionCall, functionCall.input, context);
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
function countToolGroup(group: readonly MessageView[], context: CountContext): number[] {
  const [caller, ...results] = group;
  if (caller === undefined) return [];
  const { count, rules } = context;
  const calls = callsOf(caller);
  const own = countPlain(caller, context);
  if (calls.length <= 1) {
    const call = calls[0];
    const named = call === undefined ? 0 : count(call.name);
    const shares = results.map((result) => countPlain(result, context) + named);
    return [own + (call === undefined ? 0 : countCall(call, compactJson(call.input), context)), ...shares];
  }
  const asked = own + rules.parallel + rules.call + count(parallelCalls(calls));
  const quoted = results.map((result) => asciiJsonString(result.text));
  const together = count(`[${quoted.join(', ')}]`);
  const shares = results.map((result, at) => {
    const { beside = '' } = result;
    return mediaTokens(result, context) + (beside === '' ? 0 : count(beside)) + (at === 0 ? together : 0);
  });
  return [asked, ...shares];
}

/** The end of the group that starts at `start`: a message, or one with tool calls and the results behind it. */
function groupEnd(messages: readonly MessageView[], start: number): number {
  const first = messages[start];
  let end = start + 1;
  if (first === undefined || callsOf(first).length === 0) return end;
  while (messages[end]?.role === 'tool') end += 1;
  return end;
}

/** The tokens of each message, in the frame and with the share of its tool calls. */
export function countsOfViews(messages: readonly MessageView[], context: CountContext): number[] {
  const counts: number[] = [];
  for (let start = 0; start < messages.length; ) {
    const end = groupEnd(messages, start);
    const first = messages[start] as MessageView;
    if (end === start + 1 && callsOf(first).length === 0) counts.push(countPlain(first, context));
    else counts.push(...countToolGroup(messages.slice(start, end), context));
    start = end;
  }
  return counts;
}

/** What had to be guessed of one message. */
export function guessesOf(view: MessageView, context: CountContext): string[] {
  const guesses: string[] = [];
  if (view.media !== undefined)
    for (const media of view.media) {
      const { guessed } = countMedia(media, context);
      if (guessed !== undefined) guesses.push(guessed);
    }
  if (view.unknownPart === true) guesses.push('a part of an unknown type is counted by what it says');
  return guesses;
}

/** How far the count of a message can be trusted. */
export function confidenceOf(view: MessageView, context: CountContext): Confidence {
  const { rules } = context;
  let confidence = rules.confidence.messages;
  const calls = callsOf(view).length > 0;
  if (view.role === 'assistant') confidence = weaker(confidence, rules.confidence.answers);
  if (calls || view.role === 'tool' || view.role === 'function' || view.functionCall !== undefined)
    confidence = weaker(confidence, rules.confidence.calls);
  // No bill is known of a text beside calls, of reasoning, or of parts that nobody knows.
  if ((calls && view.text !== '') || view.unknownPart === true || (view.beside ?? '') !== '')
    confidence = weaker(confidence, 'estimated');
  if (view.media !== undefined)
    for (const media of view.media) confidence = weaker(confidence, countMedia(media, context).confidence);
  return confidence;
}
