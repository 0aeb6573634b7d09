import { jsonText } from '../../text/json.js';

/** What a message is for the structure of a history: `tool` is whatever answers calls, whoever sends it. */
export type Part = 'system' | 'user' | 'assistant' | 'tool';

/** A tool call, of type function or custom. */
export interface CallView {
  id: string;
  name: string;
  /** The arguments as JSON text, or a custom tool's input. */
  input: string;
}

/** A picture, a sound or a file. */
export interface MediaView {
  kind: 'image' | 'audio' | 'file';
  /** Where it is, or a `data:` URL. */
  url?: string | undefined;
  /** The data itself: bytes, or their base64 text. */
  data?: string | Uint8Array | undefined;
  /** As `image/png`; `mp3` and `wav` alone are understood too. */
  mediaType?: string | undefined;
  /** Of an image: `low`, `high` or `auto`. */
  detail?: string | undefined;
  /** Whose rule counts an image, where it is not the model's. */
  rule?: 'anthropic' | undefined;
}

/** What a message says, in the terms of the chat completions API, whatever shape it was written in. */
export interface MessageView {
  /** As the API knows it: `system`, `developer`, `user`, `assistant`, `tool`, `function`. */
  role: string;
  name?: string | undefined;
  /** All its text; several parts are joined before they are encoded. */
  text: string;
  calls?: readonly CallView[] | undefined;
  /** The deprecated single call. */
  functionCall?: CallView | undefined;
  /** The id of the call that it answers. */
  answers?: string | undefined;
  media?: readonly MediaView[] | undefined;
  /** Text beside the message, such as reasoning, encoded by itself. */
  beside?: string | undefined;
  /** True where the message holds a part whose price is anybody's guess; `beside` has what it says. */
  unknownPart?: boolean | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A value as it is sent in text: a string as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : (jsonText(value, 'messages') ?? '');
}

/** Longer texts without a space are data, as base64; they are left out of what is counted as text. */
const LONGEST_WORD = 4096;

/** What a part of an unknown type says, without data in it. */
export function sayings(value: unknown): string {
  const text = jsonText(value, 'messages', (_, inner) => {
    if (typeof inner !== 'string') return inner instanceof Uint8Array ? '' : inner;
    return inner.length > LONGEST_WORD && !/\s/.test(inner.slice(0, LONGEST_WORD)) ? '' : inner;
  });
  return text ?? '';
}
