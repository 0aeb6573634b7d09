import { RolecallError } from '../errors.js';
import type { Message } from '../schemas/messages.js';
import type { Content } from '../text/pieces.js';
import { info, lossy } from '../text/warn.js';
import type { Placed, Writing } from './syntax.js';

export type PlainMessage = Message & { role: 'system' | 'user' | 'assistant'; content: string };

/** True for a message that is a role and a text and no more; most are. */
export function isPlain(message: Message): message is PlainMessage {
  if (typeof message.content !== 'string') return false;
  const { role } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') return false;
  for (const key in message) if (key !== 'role' && key !== 'content') return false;
  return true;
}

/** The text of a message's content, and a warning for each thing that text can't carry. */
export function textOf(message: Message, path: string, writing: Pick<Writing, 'warnings' | 'parts'>): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  const { warnings, parts } = writing;
  if (content === null || content === undefined) {
    if (message.role === 'assistant' && typeof message.refusal === 'string') {
      lossy(
        warnings,
        'refusal-as-text',
        `${path}.refusal`,
        'The refusal was written as the text of the turn.',
      );
      return message.refusal;
    }
    const note =
      'The message has no content (null); its turn was written empty, and reads back as an empty text.';
    info(warnings, 'empty-content', `${path}.content`, note);
    return '';
  }
  let text = '';
  for (const [i, part] of content.entries()) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'refusal') text += part.refusal;
    else {
      const where = `${path}.content[${i}]`;
      const note = `A prompt of text can't carry a part of type "${part.type}"`;
      if (parts !== 'placeholder') throw new RolecallError('unrepresentable', `${note}.`, { path: where });
      text += `<${part.type}>`;
      lossy(warnings, 'dropped-part', where, `${note}; its name stands for it.`);
    }
  }
  lossy(warnings, 'joined-parts', `${path}.content`, 'The parts of the content were joined into one text.');
  return text;
}

/** The words of a message as content, with the same warnings. */
export function wordsOf(
  { message, index, path, words }: Placed,
  writing: Pick<Writing, 'warnings' | 'parts'>,
): Content {
  if (words !== undefined) return words;
  return { text: textOf(message, path, writing), as: 'text', message: index, path: `${path}.content` };
}
