import { RolecallError } from '../../errors.js';
import type { ParsedPrompt } from '../../prompt/options.js';
import { type Lead, noLead } from '../../reply/lead.js';
import type { Message } from '../../schemas/messages.js';
import { info, lossy, type Notes } from '../notes.js';
import type { Target } from './sampling.js';

/** For a prompt that ends inside of the assistant's turn: that turn goes last, or an instruction in its place, or an error. */
export type Prefill = 'send' | 'instruct' | 'error';

/** Messages to send, and what the reply may repeat of them. */
export interface Ending {
  messages: [Message, ...Message[]];
  lead: Lead;
  space: string;
}

const instruction =
  'Your answer has already begun, with the text below. Go on exactly where the text ends: write only what follows it, do not repeat it, and add nothing about it.';

/** The longest text that is looked for at the start of a reply, in UTF-16 units. */
const longestRepeat = 4096;

/** At least two words: fewer may begin a reply by chance. */
const isTelling = (text: string): boolean => text.length <= longestRepeat && /\S\s+\S/.test(text);

/** What a reply may repeat of a prefill: all of it, also with its label, or its last lines or sentences. */
function repeats(prefill: string, written: string, parts: boolean): Lead {
  const found = new Set([written, prefill]);
  if (parts)
    for (const { index, 0: before } of prefill.matchAll(/\n\s*|[.!?]\s+/g))
      found.add(prefill.slice(index + before.length));
  return { labels: [...found].filter(isTelling), gap: '' };
}

/** What stands between a prefill and a reply that goes on from it: a model begins no answer with white space. */
const spaceAfter = (prefill: string): string => (/(?:[\p{L},;:!?]|\p{L}\.)$/u.test(prefill) ? ' ' : '');

/** The prefill as an instruction: in the user's last message, so that users and assistant still take turns. */
function instruct(before: readonly Message[], prefill: string): [Message, ...Message[]] {
  const last = before.at(-1);
  const words = `${instruction}\n\n${prefill}`;
  if (last?.role === 'user' && typeof last.content === 'string')
    return [...before.slice(0, -1), { ...last, content: `${last.content}\n\n${words}` }] as [Message];
  return [...before, { role: 'user', content: words }] as [Message];
}

/**
 * Messages that end with the assistant's own, which is to be gone on with, as the model takes them. Source of what models
 * do: the table of capabilities. Throws `unsupported` where the caller wants an error.
 */
export function prefilled(
  messages: readonly Message[],
  written: string,
  target: Target,
  mode: Prefill | undefined,
  path: string,
  notes: Notes,
): Ending {
  const { model, capabilities } = target;
  const { content, tool_calls } = messages.at(-1) as Extract<Message, { role: 'assistant' }>;
  const how = mode ?? (capabilities.prefill === 'continues' ? 'send' : 'instruct');
  const where = 'The prompt ends inside of a turn of the assistant (a prefill)';
  if (how === 'error') {
    const message = `${where}; prefill: "send" sends it so, prefill: "instruct" asks the model to go on from there.`;
    throw new RolecallError('unsupported', message, { path });
  }
  const whole = messages as [Message, ...Message[]];
  // Calls can't be put into words.
  const isText = typeof content === 'string' && content !== '' && tool_calls === undefined;
  if (how === 'send' || !isText) {
    info(notes, 'prefill', path, `${where}, and the last message is that turn, for the model to go on with.`);
    return { messages: whole, lead: isText ? repeats(content, written, false) : noLead, space: '' };
  }
  const why =
    capabilities.prefill === 'continues' ? 'is not sent one' : `${capabilities.prefill} such a message`;
  const message = `${where}; ${model} ${why}, so it is asked to go on from there by an instruction.`;
  lossy(notes, 'prefill', path, message);
  return {
    messages: instruct(messages.slice(0, -1), content),
    lead: repeats(content, written, true),
    space: spaceAfter(content),
  };
}

/** The assistant's turn as the prompt writes it, with its label. */
export const writtenTurn = ({ text, turns }: ParsedPrompt): string => {
  const last = turns.at(-1)!;
  return text.slice(last.start, last.contentEnd).trimStart();
};
