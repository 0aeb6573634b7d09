import type { Message } from '../../schemas/messages.js';
import { lossy, type Notes } from '../notes.js';

const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';

const textOf = ({ content }: Message): string =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((part) => ('text' in part ? part.text : '')).join('');

/** For models without messages of the system: their text goes in front of the words of the user that come next. */
export function foldSystem(
  messages: readonly Message[],
  model: string,
  path: string,
  notes: Notes,
): [Message, ...Message[]] {
  if (!messages.some(isSystem)) return messages as [Message, ...Message[]];
  const folded: Message[] = [];
  let held: string[] = [];
  for (const message of messages) {
    if (isSystem(message)) held.push(textOf(message));
    else if (message.role === 'user' && held.length > 0) {
      folded.push({ ...message, content: [...held, textOf(message)].join('\n\n') });
      held = [];
    } else folded.push(message);
  }
  if (held.length > 0) {
    const last = folded.at(-1);
    // Two messages of the user in a row are refused by the same models.
    if (last?.role === 'user')
      folded[folded.length - 1] = { ...last, content: [textOf(last), ...held].join('\n\n') };
    else folded.push({ role: 'user', content: held.join('\n\n') });
  }
  const text = `${model} takes no system messages; their text stands in front of the user's words.`;
  lossy(notes, 'folded-system', path, text);
  return folded as [Message, ...Message[]];
}
