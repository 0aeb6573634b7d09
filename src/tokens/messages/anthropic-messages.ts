import { asString, isRecord } from '../chat/chat-message.js';
import { imageSizeOfUrl } from '../chat/image-size.js';
import type { MessageAccessors } from './accessors.js';
import { type Block, type BlockMessage, type BlockReader, blockAccessors } from './block-messages.js';

/** A message of Anthropic's Messages API. Its results of tools come in messages of the user. */
export type AnthropicMessage = BlockMessage & { role: string; content: unknown };

/** Anthropic's vision guide: width × height / 750, and no more than about 1600, which is taken where the size is not known. */
const PIXELS_PER_TOKEN = 750;
const MOST_IMAGE_TOKENS = 1600;

function imageTokens(block: Block): number {
  const source = isRecord(block['source']) ? block['source'] : {};
  const data = asString(source['data']);
  const size =
    data === '' ? undefined : imageSizeOfUrl(`data:${asString(source['media_type'])};base64,${data}`);
  if (size === undefined) return MOST_IMAGE_TOKENS;
  return Math.min(MOST_IMAGE_TOKENS, Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN));
}

const textBlock = (text: string): Block => ({ type: 'text', text });

function resultBlocks(block: Block): Block[] {
  const { content } = block;
  if (typeof content === 'string') return [textBlock(content)];
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

const reader: BlockReader = {
  text: (block) => (block['type'] === 'text' ? asString(block['text']) : undefined),
  withText: (block, text) => ({ ...block, text }),
  call: (block) =>
    block['type'] === 'tool_use'
      ? {
          id: asString(block['id']),
          name: asString(block['name']),
          input: JSON.stringify(block['input'] ?? {}),
        }
      : undefined,
  result: (block) => (block['type'] === 'tool_result' ? asString(block['tool_use_id']) : undefined),
  resultText: (block) =>
    resultBlocks(block)
      .map((part) => asString(part['text']))
      .join(''),
  withResult: (block, text) => ({ ...block, content: text }),
  withoutImages: (block, placeholder) => {
    if (block['type'] === 'image') return textBlock(placeholder);
    if (block['type'] !== 'tool_result' || !resultBlocks(block).some((part) => part['type'] === 'image'))
      return block;
    const content = resultBlocks(block).map((part) =>
      part['type'] === 'image' ? textBlock(placeholder) : part,
    );
    return { ...block, content };
  },
  otherTokens: (block, { count }) => {
    switch (block['type']) {
      case 'image':
        return imageTokens(block);
      case 'tool_result':
        return resultBlocks(block).reduce(
          (sum, part) => sum + (part['type'] === 'image' ? imageTokens(part) : 0),
          0,
        );
      case 'thinking':
        return count(asString(block['thinking']));
      case 'redacted_thinking':
        return count(asString(block['data']));
      default:
        return count(JSON.stringify(block));
    }
  },
};

/**
 * Messages of Anthropic's API: `tool_use` and `tool_result` blocks stay together, thinking goes with its message.
 * Its `system` is no message: leave room for it with `reserve`.
 */
export const anthropicMessages = blockAccessors(reader) as MessageAccessors<AnthropicMessage>;
