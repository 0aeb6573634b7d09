/**
 * A chat message as the counting and the fitting read it. Looser than `Message` of the schemas, which fits it:
 * a stored history holds what several providers wrote.
 */
export interface ChatMessage {
  role: string;
  content?: string | readonly unknown[] | null | undefined;
  name?: string | undefined;
  refusal?: string | null | undefined;
  tool_calls?: readonly unknown[] | null | undefined;
  tool_call_id?: string | undefined;
  function_call?: unknown;
}

/** A tool call of the history, of type function or custom. */
export interface CallView {
  id: string;
  name: string;
  /** The arguments as JSON text, or a custom tool's input. */
  input: string;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function callView(call: unknown): CallView {
  const record = isRecord(call) ? call : {};
  const id = asString(record['id']);
  if (isRecord(record['custom']))
    return { id, name: asString(record['custom']['name']), input: asString(record['custom']['input']) };
  const called = isRecord(record['function']) ? record['function'] : {};
  return { id, name: asString(called['name']), input: asString(called['arguments']) };
}

const NO_CALLS: readonly CallView[] = [];

export function callsOf(message: ChatMessage): readonly CallView[] {
  const calls = message.tool_calls;
  return calls === undefined || calls === null || calls.length === 0 ? NO_CALLS : calls.map(callView);
}

/** The text of one content part; undefined for anything but text. A bare string in a list is text too. */
function textOfPart(part: unknown): string | undefined {
  if (typeof part === 'string') return part;
  if (!isRecord(part)) return undefined;
  if (typeof part['text'] === 'string') return part['text'];
  return typeof part['refusal'] === 'string' ? part['refusal'] : undefined;
}

/** All text of a message's content, joined as the API joins several parts. */
export function textOf(message: ChatMessage): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return asString(message.refusal);
  let text = '';
  for (const part of content) text += textOfPart(part) ?? '';
  return text;
}

/** Parts that are not text: images, audio, files. */
export function mediaOf(message: ChatMessage): readonly unknown[] {
  const { content } = message;
  if (typeof content === 'string' || content === null || content === undefined) return [];
  return content.filter((part) => textOfPart(part) === undefined);
}
