import type { MarkerDialect, Template, TemplateInput, TemplateMessage } from '../../dialect/types.js';
import { RolecallError } from '../../errors.js';
import { type Content, listed, whole } from '../../text/pieces.js';
import type { Engine } from '../engine.js';
import { type InputOptions, variablesOf, type Words } from './input.js';
import { tellAdded, tellLosses } from './losses.js';
import { Marker, type MarkMode, placesIn, unmarked, type Written } from './marks.js';

export interface WriteSettings extends InputOptions {
  engine: Engine;
  bosToken: string;
  eosToken: string;
  /** The system has no turn of its own in the template. */
  foldsSystem: boolean;
  /** The template looks for reasoning in an answer's words, and takes it out of them. */
  splitsThoughts: boolean;
  /** The dialect by its marks alone. */
  plain(): MarkerDialect;
}

const raw: Words = {
  words: (content) => content.text,
  detail: (content) => content.text,
  bare: (content) => content.text,
};

/** A word that ends a reply which goes on, so that what the template writes behind it can be cut off. */
const END = 'qz0endqz';

/** A template that writes through the engine. */
export function writerOf(settings: WriteSettings): Template {
  const { engine, bosToken, eosToken } = settings;
  const rendered = (input: TemplateInput, messages: readonly TemplateMessage[], words: Words): string =>
    engine.render({
      bos_token: bosToken,
      eos_token: eosToken,
      ...variablesOf(input, messages, settings, words),
    });

  /** The text of the template up to where the model goes on. */
  function textOf(input: TemplateInput, messages: readonly TemplateMessage[], words: Words): string {
    if (!input.continues) return rendered(input, messages, words);
    const last = messages.length - 1;
    const ended: Words = {
      ...words,
      words: (content) => words.words(content) + (content === messages[last]?.content ? END : ''),
    };
    const text = rendered(input, messages, ended);
    return text.slice(0, Math.max(0, text.lastIndexOf(END)));
  }

  function marked(input: TemplateInput, messages: readonly TemplateMessage[], text: string): Written | null {
    for (const mode of ['outside', 'inside', 'words'] as const) {
      const marker = new Marker(mode === 'words' ? 'inside' : (mode as MarkMode));
      const mark = (content: Content): string => marker.mark(content);
      const safe = (content: Content): string => input.escaped(content);
      const words: Words = { words: mark, detail: mode === 'words' ? safe : mark, bare: safe };
      let own: string;
      try {
        own = textOf(input, messages, words);
      } catch {
        continue;
      }
      if (unmarked(own) !== text) continue;
      const found = placesIn(own, marker.contents);
      if (found !== null) return { text, ...found, contents: marker.contents };
    }
    return null;
  }

  function write(input: TemplateInput, messages: readonly TemplateMessage[]): Written {
    const text = textOf(input, messages, raw);
    const found = marked(input, messages, text);
    if (found !== null) return found;
    const contents: Content[] = [];
    const safe = (content: Content): string => {
      contents.push(content);
      return input.escaped(content);
    };
    const escaped = textOf(input, messages, { words: safe, detail: safe, bare: safe });
    return { text, pieces: [escaped], places: null, contents };
  }

  return (input) => {
    let messages = settings.splitsThoughts ? input.messages : input.messages.map(unsplit);
    let written: Written;
    try {
      written = write(input, messages);
    } catch (cause) {
      const folded = foldSystem(messages, input);
      if (folded === null) throw refusal(cause);
      messages = folded;
      try {
        written = write(input, messages);
      } catch (again) {
        throw refusal(again);
      }
    }
    tellNeeds(input, messages, settings);
    const told = tellLosses(input, messages, written, settings.foldsSystem);
    tellAdded(input, messages, written, settings.plain(), told);
    return written.pieces;
  };
}

/** Tells in which form the template was given what it does not take as it is. */
function tellNeeds(
  input: TemplateInput,
  messages: readonly TemplateMessage[],
  { parts, namesNone }: InputOptions,
): void {
  const say = (path: string, message: string): void => input.info('template-input', path, message);
  if (messages.some(({ role }) => parts.has(role)))
    say('messages', 'The chat template takes words as a list of parts; each text went in as one.');
  if (namesNone && input.tools.length === 0)
    say('tools', 'The chat template has to be told that there are no tools: it was given null.');
}

/** A message whose words hold what looks like reasoning to other templates. */
const unsplit = (message: TemplateMessage): TemplateMessage =>
  message.inline ? { ...message, content: message.said, reasoning: undefined, inline: false } : message;

function refusal(cause: unknown): RolecallError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RolecallError('unrepresentable', `The chat template refuses these messages: ${reason}`, {
    path: 'messages',
    cause,
  });
}

const isSystem = ({ role }: TemplateMessage): boolean => role === 'system' || role === 'developer';

/** System messages in front of the user's next words, or as words of the user; null where there are none. */
function foldSystem(messages: readonly TemplateMessage[], input: TemplateInput): TemplateMessage[] | null {
  if (!messages.some(isSystem)) return null;
  const out: TemplateMessage[] = [];
  let waiting: Content[] = [];
  for (const message of messages) {
    if (isSystem(message)) {
      input.lossy(
        'folded-system',
        message.path,
        "The chat template refuses a system message here; its text stands in front of the user's next words.",
      );
      waiting.push(message.content);
      continue;
    }
    if (waiting.length > 0 && message.role === 'user') {
      const { content } = message;
      const { text: _, parts: __, ...place } = content;
      out.push({ ...message, content: whole(listed([...waiting, content], '\n\n'), place) });
      waiting = [];
      continue;
    }
    out.push(message);
  }
  if (waiting.length > 0) {
    const [first] = waiting;
    const { text: _, parts: __, ...place } = first!;
    const base = messages.find(isSystem)!;
    out.push({ ...base, role: 'user', content: whole(listed(waiting, '\n\n'), place) });
  }
  return out;
}
