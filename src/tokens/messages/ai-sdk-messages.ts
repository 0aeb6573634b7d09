import type { MessageAccessors } from './accessors.js';
import { type BlockReader, type BlockView, blockAccessors } from './blocks.js';
import { mediaView } from './media.js';
import { asString, asText, type Fields, isRecord, type MediaView, sayings } from './view.js';

/** A model message or a UI message of the AI SDK: a role with a content, or with parts. */
export type AiSdkMessage =
  | { role: string; content: unknown; parts?: undefined }
  | { role: string; parts: readonly unknown[] };

/** Parts of other packages. */
const FOREIGN =
  /^(?:tool_use$|tool_result$|thinking$|redacted_thinking$|document$|image_url$|input_|output_|function_call)/;

/** A UI message holds a call and its result in one part, of type `tool-NAME` or `dynamic-tool`. */
const isUiTool = (block: Fields): boolean =>
  block['state'] !== undefined && /^(?:tool-|dynamic-tool$)/.test(asString(block['type']));

const typeOf = (block: Fields): string => asString(block['mediaType'] ?? block['mimeType']);

const isImage = (block: Fields): boolean =>
  /^image/.test(asString(block['type'])) ||
  (/^(?:file|media)/.test(asString(block['type'])) && /^image(?:\/|$)/.test(typeOf(block)));

/** What a part with data in it is: media, or a text that was put in as a file. */
function dataView(block: Fields): { media: MediaView } | { text: string } {
  const given = block['image'] ?? block['data'] ?? block['url'];
  // Version 7 says what the data is: `{type: 'data', data}`, `{type: 'url', url}`, `{type: 'text', text}`.
  const tagged = isRecord(given) && typeof given['type'] === 'string' ? given : undefined;
  if (typeof tagged?.['text'] === 'string') return { text: tagged['text'] };
  const data = tagged === undefined ? given : (tagged['data'] ?? tagged['url']);
  const type = typeOf(block);
  return { media: isImage(block) ? mediaView(data, type || 'image/png', 'image') : mediaView(data, type) };
}

interface Said {
  text: string;
  media?: MediaView[];
  unknownPart?: boolean;
}

/** What a list of contents says: texts, and media in any of the names that they had. */
function contentsOf(parts: readonly unknown[]): Said {
  const said: Said = { text: '' };
  for (const part of parts) {
    if (!isRecord(part)) said.text += asText(part);
    else if (part['type'] === 'text') said.text += asString(part['text']);
    else if (/^(?:image|file|media)/.test(asString(part['type']))) {
      const data = dataView(part);
      if ('text' in data) said.text += data.text;
      else said.media = [...(said.media ?? []), data.media];
    } else {
      said.text += sayings(part);
      said.unknownPart = true;
    }
  }
  return said;
}

/** The result of a tool, in the form of any version: `output: {type, value}`, `output`, or `result`. */
function resultOf(block: Fields): Said {
  const output = block['output'] ?? block['result'];
  if (!isRecord(output) || typeof output['type'] !== 'string') return { text: asText(output) };
  const { type, value } = output;
  if (type === 'content' && Array.isArray(value)) return contentsOf(value);
  if (type === 'execution-denied') return { text: asString(output['reason']) || DENIED };
  return 'value' in output ? { text: asText(value) } : { text: asText(output) };
}

const DENIED = 'Tool execution denied.';

/** What became of a call in a UI message; undefined while it is open. */
function uiResult(block: Fields): Said | undefined {
  switch (block['state']) {
    case 'output-available':
    case 'result':
      return resultOf(block);
    case 'output-error':
      return { text: asString(block['errorText']) };
    case 'output-denied': {
      const approval = isRecord(block['approval']) ? block['approval'] : {};
      return { text: asString(approval['reason']) || DENIED };
    }
    // A question to the user or an answer that waits: the SDK itself completes the call before the model sees it.
    default:
      return { text: '' };
  }
}

function toolView(block: Fields): BlockView {
  const id = asString(block['toolCallId']);
  const name = asString(block['toolName']) || asString(block['type']).replace(/^tool-/, '');
  const input = asText(block['input'] ?? block['rawInput'] ?? block['args'] ?? {});
  if (!isUiTool(block)) return { call: { id, name, input } };
  const result = uiResult(block);
  return { call: { id, name, input }, ...(result === undefined ? {} : { result: { id, ...result } }) };
}

/** Version 4 wrote a call and its result as `{type: 'tool-invocation', toolInvocation}`. */
function unwrapped(block: Fields): Fields {
  const inner = block['type'] === 'tool-invocation' ? block['toolInvocation'] : undefined;
  return isRecord(inner) ? { ...inner, type: 'dynamic-tool' } : block;
}

function view(given: Fields): BlockView | undefined | null {
  const block = unwrapped(given);
  const type = asString(block['type']);
  if (type === 'text') return { text: asString(block['text']) };
  if (type === 'tool-result') return { result: { id: asString(block['toolCallId']), ...resultOf(block) } };
  if (type === 'tool-call' || isUiTool(block)) return toolView(block);
  if (type === 'reasoning') return { beside: asString(block['text'] ?? block['reasoning']) };
  if (type === 'image' || type === 'file' || type === 'reasoning-file') {
    const data = dataView(block);
    return 'text' in data ? { beside: data.text } : data;
  }
  // What the user said while the assistant was at work.
  if (type === 'steering-message' && Array.isArray(block['parts'])) {
    const { text, media = [] } = contentsOf(block['parts']);
    return media.length > 1 ? undefined : { beside: text, ...(media[0] && { media: media[0] }) };
  }
  // Marks of steps, sources, data for the page and questions of approval don't reach the model.
  if (/^(?:step-start|source|data-|tool-approval-)/.test(type)) return { silent: true };
  return FOREIGN.test(type) ? null : undefined;
}

const withOutput = (block: Fields, text: string): Fields => {
  if (block['type'] === 'tool-invocation' && isRecord(block['toolInvocation']))
    return { ...block, toolInvocation: { ...block['toolInvocation'], result: text } };
  if (isUiTool(block)) {
    if (block['state'] === 'output-error') return { ...block, errorText: text };
    return block['state'] === 'output-available' ? { ...block, output: text } : block;
  }
  if (block['result'] !== undefined) return { ...block, result: text };
  const { output } = block;
  const type = isRecord(output) && /^error/.test(asString(output['type'])) ? 'error-text' : 'text';
  return { ...block, output: { type, value: text } };
};

const reader: BlockReader = {
  view,
  withText: (block, text) => ({ ...block, text }),
  withResult: withOutput,
  withoutInput: (block) => {
    if (block['args'] !== undefined) return { ...block, args: {} };
    return block['input'] === undefined ? block : { ...block, input: {} };
  },
  withoutImages: (block, placeholder) => {
    const text = { type: 'text', text: placeholder };
    if (isImage(block)) return text;
    const output = block['output'];
    const value = isRecord(output) && output['type'] === 'content' ? output['value'] : undefined;
    if (!Array.isArray(value) || !value.some((part) => isRecord(part) && isImage(part))) return block;
    const changed = value.map((part: unknown) => (isRecord(part) && isImage(part) ? text : part));
    return { ...block, output: { ...(output as Fields), value: changed } };
  },
};

/**
 * Messages of the AI SDK, those of the page (`UIMessage`) and those for models (`ModelMessage`). A reasoning part goes
 * with the message of its call; a UI message is whole by itself, and a failed or denied call is an answered one.
 */
export const aiSdkMessages: MessageAccessors<AiSdkMessage> = {
  ...blockAccessors<AiSdkMessage>(reader),
  create: <M extends AiSdkMessage>(role: string, text: string, like: readonly M[]) => {
    const page = like.some((message) => Array.isArray(message.parts));
    const written = page ? { id: 'summary', role, parts: [{ type: 'text', text }] } : { role, content: text };
    return written as unknown as M;
  },
};
