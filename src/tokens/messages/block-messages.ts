import { asString, type CallView, type ChatMessage, isRecord } from '../chat/chat-message.js';
import type { CountContext } from '../chat/message-count.js';
import { countsOfMessages } from '../chat/message-groups.js';
import type { MessageAccessors, Part } from './accessors.js';

/** A message whose content is a text or a list of typed blocks. */
export interface BlockMessage {
  role: string;
  content?: unknown;
  parts?: unknown;
}

export type Block = Readonly<Record<string, unknown>>;

/** How one provider writes its blocks. */
export interface BlockReader {
  text(block: Block): string | undefined;
  withText(block: Block, text: string): Block;
  call(block: Block): CallView | undefined;
  /** The id of the call that the block answers. */
  result(block: Block): string | undefined;
  resultText(block: Block): string;
  withResult(block: Block, text: string): Block;
  /** The block with a placeholder for its images, or itself. */
  withoutImages(block: Block, placeholder: string): Block;
  /** Tokens of a block that is neither text nor call nor result. */
  otherTokens(block: Block, context: CountContext): number;
}

const key = (message: BlockMessage): 'content' | 'parts' =>
  Array.isArray(message.parts) ? 'parts' : 'content';

/** The blocks of a message; those of a text alone are none. */
export function blocksOf(message: BlockMessage): Block[] {
  const blocks = message[key(message)];
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
}

function withBlocks<Message extends BlockMessage>(
  message: Message,
  change: (block: Block) => Block,
): Message {
  const blocks = message[key(message)];
  if (!Array.isArray(blocks)) return message;
  const changed = blocks.map((block: unknown) => (isRecord(block) ? change(block) : block));
  return changed.every((block, index) => block === blocks[index])
    ? message
    : { ...message, [key(message)]: changed };
}

/** The accessors of a provider whose messages hold blocks. Counts are estimates: its own bill has rules of its own. */
export function blockAccessors(reader: BlockReader): MessageAccessors<BlockMessage> {
  const callsIn = (message: BlockMessage): CallView[] => {
    const blocks = blocksOf(message);
    const answered = new Set(blocks.flatMap((block) => reader.result(block) ?? []));
    // A call that is answered in its own message needs no other.
    return blocks.flatMap((block) => reader.call(block) ?? []).filter(({ id }) => !answered.has(id));
  };
  const resultsIn = (message: BlockMessage): string[] => {
    const blocks = blocksOf(message);
    const made = new Set(blocks.flatMap((block) => reader.call(block)?.id ?? []));
    return blocks.flatMap((block) => reader.result(block) ?? []).filter((id) => !made.has(id));
  };
  const role = (message: BlockMessage): Part => {
    if (message.role === 'system' || message.role === 'assistant') return message.role;
    return message.role === 'tool' || resultsIn(message).length > 0 ? 'tool' : 'user';
  };
  const textBlock = (message: BlockMessage): Block | undefined =>
    blocksOf(message).find((block) => reader.text(block) !== undefined || reader.result(block) !== undefined);

  /** The message as chat completions would have it: a result is a message of its own. */
  const chat = (message: BlockMessage, context: CountContext): { messages: ChatMessage[]; extra: number } => {
    if (typeof message.content === 'string' && !Array.isArray(message.parts))
      return { messages: [{ role: message.role, content: message.content }], extra: 0 };
    const results: ChatMessage[] = [];
    const calls: unknown[] = [];
    let text = '';
    let extra = 0;
    for (const block of blocksOf(message)) {
      const call = reader.call(block);
      const result = reader.result(block);
      const words = reader.text(block);
      if (call !== undefined)
        calls.push({ id: call.id, type: 'function', function: { name: call.name, arguments: call.input } });
      if (result !== undefined)
        results.push({ role: 'tool', content: reader.resultText(block), tool_call_id: result });
      if (words !== undefined) text += words;
      if (call === undefined && words === undefined) extra += reader.otherTokens(block, context);
    }
    const spoken: ChatMessage = { role: message.role, content: text === '' ? null : text };
    if (calls.length > 0) spoken.tool_calls = calls;
    // A message of results alone is no message beside them.
    const silent = text === '' && calls.length === 0 && results.length > 0;
    const own = silent ? [] : [spoken];
    return { messages: message.role === 'assistant' ? [...own, ...results] : [...results, ...own], extra };
  };

  return {
    role,
    systemPlaces: (messages, start, end) => {
      const places: number[] = [];
      for (let index = start; index < end; index += 1)
        if ((messages[index] as BlockMessage).role === 'system') places.push(index);
      return places;
    },
    calls: (message) => callsIn(message).map(({ id }) => id),
    results: resultsIn,
    count: (group, context) => {
      const read = group.map((message) => chat(message, context));
      const counts = countsOfMessages(
        read.flatMap(({ messages }) => messages),
        context,
      );
      return (
        counts.reduce((total, tokens) => total + tokens, 0) +
        read.reduce((total, { extra }) => total + extra, 0)
      );
    },
    system: (message) => (message.role === 'system' ? asString(message.content) : undefined),
    text: (message) => {
      if (typeof message.content === 'string') return message.content;
      const block = textBlock(message);
      if (block === undefined) return undefined;
      return reader.text(block) ?? reader.resultText(block);
    },
    withText: (message, text) => {
      if (typeof message.content === 'string') return { ...message, content: text };
      const at = textBlock(message);
      return withBlocks(message, (block) => {
        if (block !== at) return block;
        return reader.text(block) === undefined
          ? reader.withResult(block, text)
          : reader.withText(block, text);
      });
    },
    emptyResults: (message, placeholder) =>
      withBlocks(message, (block) =>
        reader.result(block) === undefined || reader.resultText(block) === placeholder
          ? block
          : reader.withResult(block, placeholder),
      ),
    dropImages: (message, placeholder) =>
      withBlocks(message, (block) => reader.withoutImages(block, placeholder)),
  };
}
