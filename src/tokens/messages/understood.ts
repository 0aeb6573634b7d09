import { RolecallError } from '../../errors.js';
import type { MessageAccessors } from './accessors.js';
import { asString, isRecord, type MessageView } from './view.js';

/** The accessors whose shape a message has, by a look at it; for the message of an error alone. */
function fitting(message: unknown): string | undefined {
  if (!isRecord(message)) return undefined;
  if (typeof message['_getType'] === 'function') return 'langchainMessages';
  if (Array.isArray(message['parts'])) return 'aiSdkMessages';
  const type = asString(message['type']);
  if (/_call(?:_output)?$|^reasoning$|^item_reference$/.test(type)) return 'responsesItems';
  const { content } = message;
  if (typeof message['role'] !== 'string') return undefined;
  if (!Array.isArray(content)) return typeof content === 'string' ? 'openaiMessages' : undefined;
  const types = content.map((part) => (isRecord(part) ? asString(part['type']) : ''));
  if (types.some((one) => /^(?:input|output)_/.test(one))) return 'responsesItems';
  if (types.some((one) => /^(?:tool-|reasoning$|file$)/.test(one))) return 'aiSdkMessages';
  if (types.some((one) => /^(?:tool_use|tool_result|thinking|redacted_thinking|document)$/.test(one)))
    return 'anthropicMessages';
  if (types.includes('image'))
    return content.some((part) => isRecord(part) && isRecord(part['source']))
      ? 'anthropicMessages'
      : 'aiSdkMessages';
  return types.some((one) => one === 'text' || one === 'image_url') ? 'openaiMessages' : undefined;
}

function refusal(message: unknown, index: number): RolecallError {
  const fits = fitting(message);
  const advice =
    fits === undefined
      ? 'Name the accessors of its shape (aiSdkMessages, anthropicMessages, langchainMessages, responsesItems), or pass your own.'
      : `It looks like one for accessors: ${fits}.`;
  return new RolecallError('invalid-argument', `Message ${index} is not understood. ${advice}`, {
    path: `messages[${index}]`,
  });
}

const readOf = <Message>(accessors: MessageAccessors<Message>, message: Message) =>
  typeof message === 'object' && message !== null ? accessors.read(message) : undefined;

/**
 * What a message says, or an error that names its place: a message that is not understood is never counted as nothing.
 * @param all the messages among which it stands: the first of them that is not understood is named.
 */
export function understood<Message>(
  accessors: MessageAccessors<Message>,
  message: Message,
  index: number,
  all: readonly Message[] = [],
): readonly MessageView[] {
  const views = readOf(accessors, message);
  if (views !== undefined) return views;
  const first = all.findIndex((one) => readOf(accessors, one) === undefined);
  throw first < 0 || first > index ? refusal(message, index) : refusal(all[first], first);
}
