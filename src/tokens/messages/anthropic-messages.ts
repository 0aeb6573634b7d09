import type { MessageAccessors } from './accessors.js';
import { type BlockReader, type BlockView, blockAccessors } from './blocks.js';
import { mediaView } from './media.js';
import { asString, asText, type Fields, isRecord, type MediaView, sayings } from './view.js';

/** A message of Anthropic's Messages API. Its results of tools come in messages of the user. */
export interface AnthropicMessage {
  role: string;
  content: unknown;
  parts?: undefined;
}

/** Blocks of other packages. */
const FOREIGN = /^(?:tool-|dynamic-tool$|image_url$|input_|output_|function_call|reasoning$|step-start$)/;

const sourceOf = (block: Fields): Fields => (isRecord(block['source']) ? block['source'] : {});

function image(block: Fields): MediaView {
  const source = sourceOf(block);
  const media = mediaView(source['data'] ?? source['url'], asString(source['media_type']), 'image');
  return { ...media, rule: 'anthropic' };
}

/** A document holds a text, blocks, or a file. */
function documentView(block: Fields): BlockView {
  const source = sourceOf(block);
  const head = [block['title'], block['context']].map(asString).join('');
  if (source['type'] === 'text') return { beside: head + asString(source['data']) };
  if (source['type'] === 'content') return { beside: head + sayings(source['content']) };
  const media = mediaView(
    source['data'] ?? source['url'],
    asString(source['media_type']) || 'application/pdf',
    'file',
  );
  return head === '' ? { media } : { media, beside: head };
}

function mediaOf(block: Fields): BlockView | undefined {
  if (block['type'] === 'image') return { media: image(block) };
  return block['type'] === 'document' ? documentView(block) : undefined;
}

function resultView(block: Fields): BlockView {
  const { content } = block;
  const id = asString(block['tool_use_id']);
  if (!Array.isArray(content)) return { result: { id, text: asText(content) } };
  let text = '';
  const media: MediaView[] = [];
  let unknownPart = false;
  for (const part of content.filter(isRecord)) {
    const seen = mediaOf(part);
    if (seen?.media !== undefined) media.push(seen.media);
    if (seen !== undefined) text += seen.beside ?? '';
    else if (part['type'] === 'text') text += asString(part['text']);
    else {
      text += sayings(part);
      unknownPart = true;
    }
  }
  return {
    result: { id, text, ...(media.length > 0 ? { media } : {}), ...(unknownPart ? { unknownPart } : {}) },
  };
}

const textBlock = (text: string): Fields => ({ type: 'text', text });

function view(block: Fields): BlockView | undefined | null {
  const type = asString(block['type']);
  switch (type) {
    case 'text':
      return { text: asString(block['text']) };
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use': {
      const call = {
        id: asString(block['id']),
        name: asString(block['name']),
        input: asText(block['input'] ?? {}),
      };
      // What the server's own tools did is answered in the same message, or was not yet.
      return type === 'tool_use' ? { call } : { beside: call.name + call.input };
    }
    case 'tool_result':
      return resultView(block);
    case 'thinking':
      return { beside: asString(block['thinking']) };
    case 'redacted_thinking':
      return { beside: asString(block['data']) };
  }
  return mediaOf(block) ?? (FOREIGN.test(type) ? null : undefined);
}

const reader: BlockReader = {
  view,
  withText: (block, text) => ({ ...block, text }),
  withResult: (block, text) => ({ ...block, content: text }),
  withoutInput: (block) => ({ ...block, input: {} }),
  withoutImages: (block, placeholder) => {
    const replaced = (part: unknown): unknown =>
      isRecord(part) && part['type'] === 'image' ? textBlock(placeholder) : part;
    if (block['type'] === 'image') return textBlock(placeholder);
    const { content } = block;
    if (block['type'] !== 'tool_result' || !Array.isArray(content)) return block;
    const changed = content.map(replaced);
    return changed.every((part, index) => part === content[index]) ? block : { ...block, content: changed };
  },
};

/**
 * Messages of Anthropic's API: `tool_use` and `tool_result` blocks stay together, thinking goes with its message.
 * Its `system` is no message: leave room for it with `reserve`. Counts are estimates: its tokenizer is not public.
 */
export const anthropicMessages: MessageAccessors<AnthropicMessage> = {
  ...blockAccessors<AnthropicMessage>(reader),
  create: <M extends AnthropicMessage>(role: string, text: string) =>
    ({ role: role === 'assistant' ? role : 'user', content: text }) as unknown as M,
};
