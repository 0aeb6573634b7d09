import type { MessageAccessors, Wanted } from './accessors.js';
import { always } from './accessors.js';
import {
  type CallView,
  type Fields,
  isRecord,
  type MediaView,
  type MessageView,
  type Part,
  sayings,
} from './view.js';

/** What a tool gave back. */
export interface ResultView {
  /** The id of the call that it answers. */
  id: string;
  text: string;
  media?: readonly MediaView[];
  unknownPart?: boolean;
}

/** What one block of a message is. A block can be a call and its result in one. */
export interface BlockView {
  text?: string;
  call?: CallView;
  result?: ResultView;
  media?: MediaView;
  /** Text beside the message, such as reasoning. */
  beside?: string;
  /** Nothing that the model sees. */
  silent?: boolean;
}

/** How one package writes its blocks. */
export interface BlockReader {
  /** undefined for a block of an unknown type, `null` for one that only other accessors understand. */
  view(block: Fields): BlockView | undefined | null;
  withText(block: Fields, text: string): Fields;
  withResult(block: Fields, text: string): Fields;
  withoutInput(block: Fields): Fields;
  /** The block with a placeholder for its images, or itself. */
  withoutImages(block: Fields, placeholder: string): Fields;
}

type Key = 'content' | 'parts';

/** A message whose content is a text or a list of blocks. */
export interface BlockMessage {
  role?: unknown;
  content?: unknown;
  parts?: unknown;
}

const keyOf = (message: BlockMessage): Key => (Array.isArray(message.parts) ? 'parts' : 'content');

const blocksOf = (message: BlockMessage): Fields[] => {
  const blocks = message[keyOf(message)];
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
};

/** The message with changed blocks; `undefined` takes a block out. */
export function withBlocks<M extends BlockMessage>(message: M, change: (block: Fields) => Fields): M {
  const key = keyOf(message);
  const blocks = message[key];
  if (!Array.isArray(blocks)) return message;
  const changed = blocks.map((block: unknown) => (isRecord(block) ? change(block) : block));
  return changed.every((block, index) => block === blocks[index]) ? message : { ...message, [key]: changed };
}

/** The blocks of a message as messages of the chat completions API: a result is a message of its own. */
export function viewsOf(role: string, blocks: readonly BlockView[]): MessageView[] {
  const own: MessageView = { role, text: '' };
  const calls: CallView[] = [];
  const media: MediaView[] = [];
  const results: MessageView[] = [];
  for (const block of blocks) {
    own.text += block.text ?? '';
    if (block.call !== undefined) calls.push(block.call);
    if (block.media !== undefined) media.push(block.media);
    if (block.beside !== undefined) own.beside = (own.beside ?? '') + block.beside;
    if (block.result !== undefined) {
      const { id, ...said } = block.result;
      results.push({ role: 'tool', answers: id, ...said });
    }
  }
  if (calls.length > 0) own.calls = calls;
  if (media.length > 0) own.media = media;
  // A message of results alone is no message beside them.
  const silent =
    results.length > 0 &&
    own.text === '' &&
    own.beside === undefined &&
    calls.length === 0 &&
    media.length === 0;
  if (silent) return results;
  return role === 'assistant' ? [own, ...results] : [...results, own];
}

function readBlocks(message: BlockMessage, reader: BlockReader): readonly MessageView[] | undefined {
  const { role } = message;
  if (typeof role !== 'string') return undefined;
  const blocks = message[keyOf(message)];
  if (typeof blocks === 'string') return [{ role, text: blocks }];
  if (!Array.isArray(blocks)) return undefined;
  const read: BlockView[] = [];
  let unknownPart = false;
  for (const block of blocks as unknown[]) {
    if (!isRecord(block)) return undefined;
    const view = reader.view(block);
    if (view === null) return undefined;
    unknownPart ||= view === undefined || view.result?.unknownPart === true;
    read.push(view ?? { beside: sayings(block) });
  }
  const views = viewsOf(role, read);
  if (unknownPart && views[0] !== undefined) views[0].unknownPart = true;
  return views;
}

/** Writes changed messages for a package that has blocks. */
function blockWriters<Message extends BlockMessage>(
  reader: BlockReader,
): Pick<MessageAccessors<Message>, 'text' | 'withText' | 'emptyResults' | 'emptyInputs' | 'dropImages'> {
  const view = (block: Fields): BlockView => reader.view(block) ?? {};
  const textBlock = (message: BlockMessage): Fields | undefined =>
    blocksOf(message).find((block) => view(block).text !== undefined || view(block).result !== undefined);
  return {
    text: (message) => {
      if (typeof message.content === 'string' && !Array.isArray(message.parts)) return message.content;
      const block = textBlock(message);
      return block === undefined ? undefined : (view(block).text ?? view(block).result?.text);
    },
    withText: <M extends Message>(message: M, text: string): M => {
      if (typeof message.content === 'string' && !Array.isArray(message.parts))
        return { ...message, content: text };
      const at = textBlock(message);
      return withBlocks(message, (block) => {
        if (block !== at) return block;
        return view(block).text === undefined ? reader.withResult(block, text) : reader.withText(block, text);
      });
    },
    emptyResults: <M extends Message>(message: M, placeholder: string, wanted: Wanted = always): M =>
      withBlocks(message, (block) => {
        const { result } = view(block);
        const full = result !== undefined && (result.text !== placeholder || result.media !== undefined);
        return full && wanted(result.id) ? reader.withResult(block, placeholder) : block;
      }),
    emptyInputs: <M extends Message>(message: M, wanted: Wanted = always): M =>
      withBlocks(message, (block) => {
        const { call } = view(block);
        return call !== undefined && call.input !== '{}' && wanted(call.id)
          ? reader.withoutInput(block)
          : block;
      }),
    dropImages: (message, placeholder) =>
      withBlocks(message, (block) => reader.withoutImages(block, placeholder)),
  };
}

/** The accessors of a package whose messages hold blocks, but for how a new message is made. */
export function blockAccessors<Message extends BlockMessage>(
  reader: BlockReader,
): Omit<MessageAccessors<Message>, 'create'> {
  const viewed = (message: BlockMessage): BlockView[] =>
    blocksOf(message).map((block) => reader.view(block) ?? {});
  const resultsIn = (message: BlockMessage): string[] => {
    const blocks = viewed(message);
    const made = new Set(blocks.flatMap(({ call }) => call?.id ?? []));
    return blocks.flatMap(({ result }) => result?.id ?? []).filter((id) => !made.has(id));
  };
  return {
    role: (message): Part => {
      const { role } = message;
      if (role === 'system' || role === 'assistant') return role;
      return role === 'tool' || resultsIn(message).length > 0 ? 'tool' : 'user';
    },
    calls: (message) => {
      const blocks = viewed(message);
      const answered = new Set(blocks.flatMap(({ result }) => result?.id ?? []));
      // A call that is answered in its own message needs no other.
      return blocks.flatMap(({ call }) => call?.id ?? []).filter((id) => !answered.has(id));
    },
    results: resultsIn,
    read: (message) => readBlocks(message, reader),
    ...blockWriters<Message>(reader),
  };
}
