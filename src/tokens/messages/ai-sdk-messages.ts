import { asString, isRecord } from '../chat/chat-message.js';
import { countImage } from '../chat/images.js';
import type { MessageAccessors } from './accessors.js';
import { type Block, type BlockMessage, type BlockReader, blockAccessors } from './block-messages.js';

/** A model message or a UI message of the AI SDK: a role with a content, or with parts. */
export type AiSdkMessage = BlockMessage & { role: string };

const json = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const isImage = (block: Block): boolean =>
  block['type'] === 'image' ||
  (block['type'] === 'file' && /^image\//.test(asString(block['mediaType'] ?? block['mimeType'])));

/** A UI message holds a call and its result in one part, of type `tool-NAME` or `dynamic-tool`. */
const isUiTool = (block: Block): boolean =>
  block['state'] !== undefined && /^(?:tool-|dynamic-tool$)/.test(asString(block['type']));

/** The result of a tool, in the form of any version: `output: {type, value}`, `output`, or `result`. */
function resultText(block: Block): string {
  const output = block['output'] ?? block['result'];
  return json(isRecord(output) && 'value' in output ? output['value'] : output);
}

const reader: BlockReader = {
  text: (block) => (block['type'] === 'text' ? asString(block['text']) : undefined),
  withText: (block, text) => ({ ...block, text }),
  call: (block) => {
    if (block['type'] !== 'tool-call' && !isUiTool(block)) return undefined;
    const name = asString(block['toolName']) || asString(block['type']).replace(/^tool-/, '');
    return { id: asString(block['toolCallId']), name, input: json(block['input'] ?? block['args'] ?? {}) };
  },
  result: (block) =>
    block['type'] === 'tool-result' || (isUiTool(block) && block['output'] !== undefined)
      ? asString(block['toolCallId'])
      : undefined,
  resultText,
  withResult: (block, text) => {
    if (isUiTool(block)) return { ...block, output: text };
    return block['result'] === undefined
      ? { ...block, output: { type: 'text', value: text } }
      : { ...block, result: text };
  },
  withoutImages: (block, placeholder) => (isImage(block) ? { type: 'text', text: placeholder } : block),
  otherTokens: (block, context) => {
    if (block['type'] === 'tool-result') return 0;
    if (block['type'] === 'reasoning') return context.count(asString(block['text']));
    if (!isImage(block)) return block['type'] === 'step-start' ? 0 : context.count(JSON.stringify(block));
    const data = block['image'] ?? block['data'] ?? block['url'];
    const type = asString(block['mediaType'] ?? block['mimeType']) || 'image/png';
    const text = asString(data);
    const url = /^(?:data|https?):/.test(text) ? text : `data:${type};base64,${text}`;
    return countImage({ url }, { model: context.model, sizeOf: context.imageSize }).tokens;
  },
};

/** Messages of the AI SDK. A reasoning part goes with the message of its call; a UI message is whole by itself. */
export const aiSdkMessages = blockAccessors(reader) as MessageAccessors<AiSdkMessage>;
